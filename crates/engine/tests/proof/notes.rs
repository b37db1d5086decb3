//! What the team notes for itself stays in the team, names colleagues, and goes with what it is about.

use crate::{
    erasing::{erase_wholly, person, places, rosa},
    exporting::{archive, holds},
    support::{World, add_member, on_both, said::said},
};
use tertulia_engine::{
    EngineError, desk,
    notes::{self as desk_of_notes, About, By},
    people,
};
use tertulia_model::{ConversationId, UserId};
use tertulia_store::{
    changes, deliveries,
    notes::{self, Note},
    users,
};

const ALL: (i64, i64) = (i64::MIN, i64::MAX);

async fn of(world: &World, conversation: ConversationId) -> Vec<Note> {
    notes::of_conversation(&mut world.engine.db.reader(), conversation, ALL, 99).await.unwrap()
}

async fn unseen(world: &World, member: UserId) -> i64 {
    notes::count_unseen(&mut world.engine.db.reader(), member, 99).await.unwrap()
}

async fn named(world: &World, member: UserId) -> String {
    let all = users::names(&mut world.engine.db.reader()).await.unwrap();
    all.into_iter().find(|user| user.id == member).unwrap().name
}

fn by(user: UserId) -> By {
    By { user, may_manage: false }
}

fn is_refused<T: std::fmt::Debug>(done: Result<T, EngineError>) -> bool {
    matches!(done, Err(EngineError::Refused(_)))
}

async fn asked(world: &World) -> ConversationId {
    world.hear(&[said("q", "Do you still have it in blue?").created()]).await;
    world.conversation_of("q").await.id
}

#[test]
fn a_note_is_sent_to_nobody_and_whom_it_names_is_told_until_they_have_seen_it() {
    on_both(async |world| {
        let (engine, here) = (&world.engine, asked(&world).await);
        let colleague = add_member(engine).await;
        let (theirs, mine) = (named(&world, colleague).await, named(&world, world.user).await);
        let before = changes::newest(&mut engine.db.reader()).await.unwrap();
        let text = format!("  @{theirs}, she\r\npays in cash. @{mine}\0 ");
        let undo = desk_of_notes::add(engine, world.user, About::Conversation(here), &text).await.unwrap();
        let note = of(&world, here).await.remove(0);
        assert_eq!((note.text, note.written_by), (format!("@{theirs}, she\npays in cash. @{mine}"), world.user));
        assert_eq!(world.messages_in(here).await.len(), 1);
        assert!(deliveries::of_conversation(&mut engine.db.reader(), here).await.unwrap().is_empty());
        assert_eq!((unseen(&world, colleague).await, unseen(&world, world.user).await), (1, 0), "not oneself");
        let told = changes::after(&mut engine.db.reader(), before, 99).await.unwrap();
        let told: Vec<(String, i64)> = told.into_iter().map(|change| (change.topic, change.subject)).collect();
        assert_eq!(told, [("conversation".to_owned(), here.0), ("mentioned".to_owned(), colleague.0)]);
        desk_of_notes::see(engine, colleague, &[undo.note + 1]).await.unwrap();
        assert_eq!(unseen(&world, colleague).await, 1, "another was on the screen");
        desk_of_notes::see(engine, colleague, &[undo.note]).await.unwrap();
        assert_eq!(unseen(&world, colleague).await, 0);
        desk_of_notes::see_all(engine, colleague).await.unwrap();
        desk_of_notes::undo(engine, &undo).await.unwrap();
        assert!(of(&world, here).await.is_empty() && is_refused(desk_of_notes::undo(engine, &undo).await));
    });
}

#[test]
fn a_note_is_changed_by_its_writer_alone_and_taken_away_and_both_are_undone() {
    on_both(async |world| {
        let (engine, here) = (&world.engine, asked(&world).await);
        let colleague = add_member(engine).await;
        let name = named(&world, colleague).await;
        let undo = desk_of_notes::add(engine, world.user, About::Conversation(here), "First").await.unwrap();
        let id = undo.note;
        assert!(is_refused(desk_of_notes::reword(engine, by(colleague), id, "Mine").await));
        assert!(is_refused(desk_of_notes::remove(engine, by(colleague), id).await));
        let changed = desk_of_notes::reword(engine, by(world.user), id, &format!("@{name}")).await.unwrap();
        assert_eq!(unseen(&world, colleague).await, 1);
        assert!(is_refused(desk_of_notes::undo(engine, &undo).await), "something came between");
        desk_of_notes::undo(engine, &changed).await.unwrap();
        assert_eq!((of(&world, here).await[0].text.as_str(), unseen(&world, colleague).await), ("First", 0));
        assert_eq!(of(&world, here).await[0].changed_at, None, "as if it had not been changed");
        let owner = By { user: colleague, may_manage: true };
        let removed = desk_of_notes::remove(engine, owner, id).await.unwrap();
        assert!(of(&world, here).await.is_empty());
        assert!(matches!(desk_of_notes::get(engine, id).await, Err(EngineError::NotFound(_))));
        desk_of_notes::undo(engine, &removed).await.unwrap();
        assert_eq!(of(&world, here).await.len(), 1);
        let removed = desk_of_notes::remove(engine, by(world.user), id).await.unwrap();
        world.clock.advance(2 * 3_600_000);
        desk::forget_thrown(engine).await.unwrap();
        assert!(is_refused(desk_of_notes::undo(engine, &removed).await), "it is gone for good");
    });
}

#[test]
fn what_is_no_note_is_refused_and_says_why() {
    on_both(async |world| {
        let (engine, here) = (&world.engine, asked(&world).await);
        let about = About::Conversation(here);
        for text in ["", " \r\n\t ", "\0", &"x".repeat(4_001)] {
            let refused = desk_of_notes::add(engine, world.user, about, text).await;
            assert!(matches!(refused, Err(EngineError::Invalid(_))), "{refused:?}");
        }
        desk_of_notes::add(engine, world.user, about, &"é".repeat(4_000)).await.unwrap();
        let nowhere = About::Conversation(ConversationId(7));
        let refused = desk_of_notes::add(engine, world.user, nowhere, "x").await;
        assert!(matches!(refused, Err(EngineError::NotFound(_))));
    });
}

#[test]
fn notes_go_with_conversations_and_persons_that_become_one_and_back() {
    on_both(async |world| {
        let (engine, from) = (&world.engine, asked(&world).await);
        world.hear(&[said("other", "By the way").by("rosa@work.example").at_minute(2).created()]).await;
        let into = world.conversation_of("other").await;
        desk_of_notes::add(engine, world.user, About::Conversation(from), "There").await.unwrap();
        desk::merge(engine, from, into.id).await.unwrap();
        assert_eq!(of(&world, into.id).await[0].text, "There");
        desk_of_notes::add(engine, world.user, About::Conversation(into.id), "Since").await.unwrap();
        desk::part(engine, from, into.id).await.unwrap();
        assert_eq!(
            (of(&world, from).await[0].text.as_str(), of(&world, into.id).await[0].text.as_str()),
            ("There", "Since")
        );

        let one = world.conversation(from).await.unwrap().person_id.unwrap();
        let other = into.person_id.unwrap();
        desk_of_notes::add(engine, world.user, About::Person(one), "Of one").await.unwrap();
        let evidence = people::Evidence::known();
        let merge = people::merge(engine, world.user, (one, other), "Rosa", &evidence).await.unwrap();
        let texts = async |person| {
            let all = notes::of_person(&mut engine.db.reader(), person, None, 9).await.unwrap();
            all.into_iter().map(|note| note.text).collect::<Vec<_>>()
        };
        assert_eq!((texts(one).await, texts(other).await), (vec![], vec!["Of one".to_owned()]));
        let late = desk_of_notes::add(engine, world.user, About::Person(one), "Late").await.unwrap();
        assert_eq!(late.about, About::Person(other), "whoever is part of another is that one");
        people::part(engine, world.user, merge).await.unwrap();
        assert_eq!((texts(one).await, texts(other).await), (vec!["Of one".to_owned()], vec!["Late".to_owned()]));
    });
}

#[test]
fn whoever_is_given_what_is_kept_of_them_is_given_notes_and_an_erasure_takes_them() {
    on_both(async |world| {
        world.hear(&[rosa("q", "Do you have it in blue?").created()]).await;
        let here = world.conversation_of("<q@marker-rosa.example>").await.id;
        let rosa = person(&world).await;
        let engine = &world.engine;
        desk_of_notes::add(engine, world.user, About::Conversation(here), "Likes zanahoriaxx").await.unwrap();
        desk_of_notes::add(engine, world.user, About::Person(rosa), "Brings respuestaxx").await.unwrap();
        let given = archive(&world, rosa).await;
        assert!(holds(&given, "Likes zanahoriaxx") && holds(&given, "Brings respuestaxx"));
        erase_wholly(&world, rosa).await;
        assert_eq!(places(&world, &["zanahoriaxx", "respuestaxx"]).await, Vec::<String>::new());
    });
}
