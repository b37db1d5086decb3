//! Two conversations become one, and are parted again.

use crate::support::{NOW, World, add_member, on_both, said::said};
use std::time::Duration;
use tertulia_engine::{
    EngineError, desk,
    people::{self as persons, Evidence},
};
use tertulia_model::ConversationId;
use tertulia_store::{conversations, drafts, merges, people, threads};

#[test]
fn a_late_link_proposes_a_merge_and_a_person_decides() {
    on_both(async |world| {
        let two = [said("a", "My order").created(), said("b", "My parcel").at_minute(1).created()];
        world.hear(&two).await;
        let (a, b) = (world.conversation_of("a").await, world.conversation_of("b").await);
        assert_ne!(a.id, b.id);
        world.hear(&[said("link", "Both").answering(&["a", "b"]).at_minute(2).created()]).await;
        let mut db = world.engine.db.reader();
        assert_eq!(world.message("link").await.conversation_id, Some(b.id), "it goes where its parent is");
        assert_eq!(world.message("a").await.thread_id, world.message("b").await.thread_id);
        assert_eq!(merges::proposed(&mut db, a.id).await.unwrap(), [(b.id, NOW)]);
        drafts_of(&world, b.id, "half a reply").await;
        drafts_of(&world, a.id, "Dear Rosa").await;
        desk::merge(&world.engine, b.id, a.id).await.unwrap();
        assert_eq!(world.messages_in(a.id).await.len(), 3);
        assert_eq!(world.conversation(b.id).await, None);
        let merged = world.conversation(a.id).await.unwrap();
        assert_eq!(merged.last_theirs_place, world.message("link").await.place);
        assert_eq!((merged.snippet.as_str(), merged.waiting_since), ("Both", a.waiting_since));
        let draft = drafts::get(&mut db, drafts::Key::answer(world.user, a.id)).await.unwrap().unwrap();
        assert!(draft.form.contains("Dear Rosa\\n\\nhalf a reply"), "what was being written is kept: {}", draft.form);
        world.hear(&[said("more", "Again").answering(&["link"]).at_minute(3).created()]).await;
        assert_eq!(world.message("more").await.conversation_id, Some(a.id));
        assert!(merges::proposed(&mut db, a.id).await.unwrap().is_empty());
    });
}

async fn drafts_of(world: &World, id: tertulia_model::ConversationId, text: &str) {
    desk::save_draft(&world.engine, drafts::Key::answer(world.user, id), &serde_json::json!({ "text": text }))
        .await
        .unwrap();
}

#[test]
fn a_proposal_that_was_turned_down_is_not_made_again() {
    on_both(async |world| {
        world.hear(&[said("a", "One").created(), said("b", "Two").created()]).await;
        let (a, b) = (world.conversation_of("a").await.id, world.conversation_of("b").await.id);
        world.hear(&[said("link", "Both").answering(&["a", "b"]).at_minute(2).created()]).await;
        desk::keep_apart(&world.engine, a, b).await.unwrap();
        world.hear(&[said("link2", "Both again").answering(&["a", "b"]).at_minute(3).created()]).await;
        let mut db = world.engine.db.reader();
        assert!(merges::proposed(&mut db, a).await.unwrap().is_empty());
        assert_eq!(world.conversation_of("a").await.id, a);
    });
}

#[test]
fn a_merge_waits_for_who_places_messages_instead_of_both_waiting_for_each_other() {
    on_both(async |world| {
        world.hear(&[said("a", "One").created(), said("b", "Two").by("bo@home.example").created()]).await;
        let (a, b) = (world.conversation_of("a").await.id, world.conversation_of("b").await.id);
        let thread = world.message("a").await.thread_id;
        // As the intake does: it moves messages, and later in the same piece a bounce concerns their conversation.
        let mut tx = world.engine.db.begin_bulk().await.unwrap();
        threads::place_alone(&mut tx).await.unwrap();
        threads::join(&mut tx, thread, thread).await.unwrap();
        let engine = world.engine.clone();
        let merging = tokio::spawn(async move { desk::merge(&engine, a, b).await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        conversations::one_to_change(&mut tx, a).await.unwrap();
        tx.commit().await.unwrap();
        merging.await.unwrap().unwrap();
        assert_eq!(world.messages_in(b).await.len(), 2);
    });
}

/// Two conversations, a and b, of two people, each with a question.
async fn two(world: &World) -> (ConversationId, ConversationId) {
    world.hear(&[said("a", "My order").created()]).await;
    world.hear(&[said("b", "My parcel").by("bo@home.example").at_minute(1).created()]).await;
    (world.conversation_of("a").await.id, world.conversation_of("b").await.id)
}

#[test]
fn a_merge_that_nothing_came_after_is_undone_as_if_it_had_not_been() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        let other = add_member(&world.engine).await;
        desk::mark_read(&world.engine, world.user, b).await.unwrap();
        desk::snooze(&world.engine, a, world.engine.now() + 60_000).await.unwrap();
        desk::assign(&world.engine, b, Some(other)).await.unwrap();
        let stood = (world.conversation(a).await.unwrap(), world.conversation(b).await.unwrap());
        drafts_of(&world, a, "Dear Rosa").await;
        drafts_of(&world, b, "Dear Bo").await;
        let key = |id| drafts::Key::answer(world.user, id);
        desk::attach(&world.engine, key(b), "plan.pdf", "application/pdf", b"plan".to_vec()).await.unwrap();
        desk::merge(&world.engine, b, a).await.unwrap();
        assert_eq!(world.conversation(b).await, None);
        desk::part(&world.engine, b, a).await.unwrap();
        let now = (world.conversation(a).await.unwrap(), world.conversation(b).await.unwrap());
        let as_before = |mut c: conversations::Conversation, version| {
            c.version = version;
            c
        };
        assert_eq!(as_before(now.0, stood.0.version), stood.0);
        assert_eq!(as_before(now.1, stood.1.version), stood.1);
        assert_eq!(world.messages_in(a).await.len(), 1);
        assert_eq!(world.messages_in(b).await.len(), 1);
        let mut db = world.engine.db.reader();
        assert!(conversations::seen(&mut db, world.user, b).await.unwrap() >= stood.1.news);
        for (id, words, files) in [(a, "Dear Rosa", 0), (b, "Dear Bo", 1)] {
            let form = drafts::get(&mut db, key(id)).await.unwrap().unwrap().form;
            assert_eq!(form, serde_json::json!({ "text": words }).to_string());
            assert_eq!(drafts::files(&mut db, key(id)).await.unwrap().len(), files, "{words}");
        }
        let again = desk::part(&world.engine, b, a).await;
        assert!(matches!(again, Err(EngineError::Refused(_))), "{again:?}");
    });
}

#[test]
fn what_came_after_a_merge_goes_where_it_belongs_when_they_are_parted() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        desk::set_state(&world.engine, b, "closed").await.unwrap();
        desk::merge(&world.engine, b, a).await.unwrap();
        let answer = world.answer("a", "k").await;
        world.hear(&[said("b2", "Still nothing").by("bo@home.example").answering(&["b"]).at_minute(5).created()]).await;
        assert_eq!(world.message("b2").await.conversation_id, Some(a));
        desk::part(&world.engine, b, a).await.unwrap();
        let kept: Vec<String> = world.messages_in(b).await.into_iter().map(|m| m.external_id).collect();
        assert_eq!(kept, [&answer.outgoing.external_id, "b2", "b"], "it answered who had written last");
        assert_eq!(world.delivery(answer.id).await.conversation_id, b);
        let (one, other) = (world.conversation(a).await.unwrap(), world.conversation(b).await.unwrap());
        assert_eq!((other.state.as_str(), other.snippet.as_str()), ("open", "Still nothing"));
        assert_eq!(other.waiting_since, Some(world.message("b2").await.came_at()));
        assert_eq!(one.snippet, "My order");
        assert_eq!(one.last_theirs_place, world.message("a").await.place);
        let waits = world.message("a").await.came_at();
        assert_eq!((one.state.as_str(), one.waiting_since), ("open", Some(waits)), "the answer was to the other");
        world.hear(&[said("b3", "Hello?").by("bo@home.example").answering(&["b2"]).at_minute(6).created()]).await;
        assert_eq!(world.message("b3").await.conversation_id, Some(b));
    });
}

#[test]
fn what_was_written_on_since_stays_whole_and_is_nowhere_twice() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        drafts_of(&world, b, "Dear Bo").await;
        desk::merge(&world.engine, b, a).await.unwrap();
        drafts_of(&world, a, "Dear Bo, and Rosa").await;
        desk::part(&world.engine, b, a).await.unwrap();
        let mut db = world.engine.db.reader();
        let draft = drafts::get(&mut db, drafts::Key::answer(world.user, a)).await.unwrap().unwrap();
        assert!(draft.form.contains("Dear Bo, and Rosa"));
        assert_eq!(drafts::get(&mut db, drafts::Key::answer(world.user, b)).await.unwrap(), None);
    });
}

#[test]
fn what_was_merged_twice_is_parted_in_any_order() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        world.hear(&[said("c", "My cup").by("ces@home.example").at_minute(2).created()]).await;
        let c = world.conversation_of("c").await.id;
        desk::merge(&world.engine, a, b).await.unwrap();
        desk::merge(&world.engine, b, c).await.unwrap();
        assert_eq!(world.messages_in(c).await.len(), 3);
        desk::part(&world.engine, a, c).await.unwrap();
        desk::part(&world.engine, b, c).await.unwrap();
        for (id, name) in [(a, "a"), (b, "b"), (c, "c")] {
            let held = world.messages_in(id).await;
            assert_eq!(held.iter().map(|m| m.external_id.as_str()).collect::<Vec<_>>(), [name]);
            assert_eq!(world.conversation(id).await.unwrap().snippet, held[0].snippet);
        }
        // What was taken out and merged anew by another way is no part of the first way any more.
        desk::merge(&world.engine, a, b).await.unwrap();
        desk::merge(&world.engine, b, c).await.unwrap();
        desk::part(&world.engine, a, c).await.unwrap();
        desk::merge(&world.engine, a, c).await.unwrap();
        desk::part(&world.engine, b, c).await.unwrap();
        assert_eq!((world.messages_in(b).await.len(), world.messages_in(c).await.len()), (1, 2));
        desk::part(&world.engine, a, c).await.unwrap();
        assert_eq!((world.messages_in(a).await.len(), world.messages_in(c).await.len()), (1, 1));
        desk::merge(&world.engine, a, b).await.unwrap();
        desk::merge(&world.engine, b, c).await.unwrap();
        desk::part(&world.engine, b, c).await.unwrap();
        assert_eq!(world.messages_in(b).await.len(), 2, "with what had become part of it");
        desk::part(&world.engine, a, b).await.unwrap();
    });
}

#[test]
fn who_kept_two_apart_may_be_asked_again() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        world.hear(&[said("link", "Both").answering(&["a", "b"]).at_minute(2).created()]).await;
        desk::keep_apart(&world.engine, a, b).await.unwrap();
        let mut db = world.engine.db.reader();
        assert!(merges::proposed(&mut db, a).await.unwrap().is_empty());
        desk::propose_again(&world.engine, a, b).await.unwrap();
        assert_eq!(merges::proposed(&mut db, a).await.unwrap().len(), 1);
        desk::merge(&world.engine, a, b).await.unwrap();
        let gone = desk::propose_again(&world.engine, a, b).await;
        assert!(matches!(gone, Err(EngineError::NotFound(_))), "{gone:?}");
        desk::part(&world.engine, a, b).await.unwrap();
        assert_eq!(merges::proposed(&mut db, b).await.unwrap().len(), 1, "it is as it was");
    });
}

#[test]
fn who_turned_out_to_be_somebody_else_meanwhile_is_that_when_they_are_parted() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        let rosa = world.conversation(a).await.unwrap().person_id.unwrap();
        desk::merge(&world.engine, b, a).await.unwrap();
        let bo = world.message("b").await.identity_id.unwrap();
        let mut tx = world.engine.db.begin().await.unwrap();
        people::link(&mut tx, 1, bo, rosa, "one and the same", 1.0, NOW).await.unwrap();
        tx.commit().await.unwrap();
        desk::part(&world.engine, b, a).await.unwrap();
        for id in [a, b] {
            assert_eq!(world.conversation(id).await.unwrap().person_id, Some(rosa));
        }
    });
}

#[test]
fn who_had_not_read_one_of_two_has_not_read_what_they_became() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        let other = add_member(&world.engine).await;
        desk::mark_read(&world.engine, world.user, b).await.unwrap();
        for id in [a, b] {
            desk::mark_read(&world.engine, other, id).await.unwrap();
        }
        desk::merge(&world.engine, a, b).await.unwrap();
        let news = world.conversation(b).await.unwrap().news;
        let mut db = world.engine.db.reader();
        assert!(conversations::seen(&mut db, world.user, b).await.unwrap() < news);
        assert!(conversations::seen(&mut db, other, b).await.unwrap() >= news);
    });
}

#[test]
fn an_undo_undoes_the_merge_it_was_offered_for_and_no_later_one() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        let first = desk::merge(&world.engine, b, a).await.unwrap();
        assert!(desk::part(&world.engine, b, b).await.is_err(), "it is no part of that one");
        assert_eq!(desk::undo_merge(&world.engine, first).await.unwrap(), a);
        let second = desk::merge(&world.engine, b, a).await.unwrap();
        let stale = desk::undo_merge(&world.engine, first).await;
        assert!(matches!(stale, Err(EngineError::Refused(_))), "{stale:?}");
        assert_eq!(world.messages_in(a).await.len(), 2);
        assert_eq!(desk::undo_merge(&world.engine, second).await.unwrap(), a);
        assert_eq!(world.messages_in(b).await.len(), 1);
    });
}

#[test]
fn what_was_decided_and_proposed_before_a_merge_holds_after_its_undo() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        world.hear(&[said("c", "My cup").by("ces@home.example").at_minute(2).created()]).await;
        let c = world.conversation_of("c").await.id;
        let mut tx = world.engine.db.begin().await.unwrap();
        for (one, other) in [(a, b), (a, c), (b, c)] {
            merges::propose(&mut tx, one, other, NOW).await.unwrap();
        }
        tx.commit().await.unwrap();
        desk::keep_apart(&world.engine, a, b).await.unwrap();
        let mut db = world.engine.db.reader();
        desk::merge(&world.engine, a, b).await.unwrap();
        desk::part(&world.engine, a, b).await.unwrap();
        assert_eq!(merges::proposed(&mut db, a).await.unwrap(), [(c, NOW)], "they had said that the two are not one");
        assert_eq!(merges::proposed(&mut db, b).await.unwrap(), [(c, NOW)]);
    });
}

#[test]
fn a_conversation_keeps_its_own_proposal_when_one_that_had_it_too_is_taken_out() {
    on_both(async |world| {
        let (a, b) = two(&world).await;
        let later = [
            said("c", "My cup").by("ces@home.example").at_minute(2).created(),
            said("x", "My mug").by("xi@home.example").at_minute(3).created(),
        ];
        world.hear(&later).await;
        let (c, x) = (world.conversation_of("c").await.id, world.conversation_of("x").await.id);
        let mut tx = world.engine.db.begin().await.unwrap();
        for one in [a, c] {
            merges::propose(&mut tx, one, x, NOW).await.unwrap();
        }
        tx.commit().await.unwrap();
        desk::merge(&world.engine, a, b).await.unwrap();
        desk::merge(&world.engine, b, c).await.unwrap();
        desk::part(&world.engine, a, c).await.unwrap();
        let mut db = world.engine.db.reader();
        for one in [a, c] {
            assert!(merges::proposed(&mut db, one).await.unwrap().contains(&(x, NOW)));
        }
    });
}

#[test]
fn a_conversation_that_is_parted_is_with_whoever_it_was_with_whomever_they_are_part_of_by_now() {
    on_both(async |world| {
        let work = said("work", "The invoice?").by("r.marin@work.example").created();
        let kim = said("kim", "I have it").by("kim@work.example").answering(&["work"]).at_minute(1).created();
        world.hear(&[work, kim, said("home", "And my order?").by("rosa@home.example").at_minute(2).created()]).await;
        let (held, other) = (world.conversation_of("work").await, world.conversation_of("home").await);
        let person = async |id: &str| world.message(id).await.person_id.unwrap();
        let (work, home) = (person("work").await, person("home").await);
        assert_eq!((held.person_id, person("kim").await == work), (Some(work), false));
        desk::merge(&world.engine, held.id, other.id).await.unwrap();
        let known = Evidence::known();
        persons::merge(&world.engine, world.user, (work, home), "Rosa Marín", &known).await.unwrap();
        desk::part(&world.engine, held.id, other.id).await.unwrap();
        assert_eq!(world.conversation(held.id).await.unwrap().person_id, Some(home));
    });
}
