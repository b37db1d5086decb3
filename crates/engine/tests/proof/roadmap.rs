//! What is published is what a member wrote for it; a voice counts once its address is confirmed, and once only.

use crate::{
    erasing::{erase_wholly, places},
    exporting::{archive, holds},
    support::{NOW, World, on_both_by_mail, said::said},
    telling::{look, of, prepare, queue, wire},
};
use tertulia_engine::{
    EngineError, consent,
    feedback::{self, ChangeForm, ItemForm, Of},
    figures, outbound,
    people::{self as people_desk, Evidence},
    roadmap::{self, Look, PublicForm, VoiceForm},
    telling, worker,
};
use tertulia_model::{ChangeId, IdentityId, PersonId};
use tertulia_store::{
    Sql, binds, evidence,
    feedback::{self as items, Wanted},
    feedback_changes, people, reading, roadmap as stored, settings,
    tellings::DONE,
    voices,
};

const HOUR: i64 = 3_600_000;

async fn published(world: &World, title: &str) -> ChangeId {
    let form = ChangeForm { title: format!("Among us: {title}"), ..ChangeForm::default() };
    let (id, _) = feedback::make(&world.engine, world.user, &form, None).await.unwrap();
    let form = PublicForm { title: title.to_owned(), words: "For all who asked.".to_owned() };
    roadmap::publish(&world.engine, world.user, id, &form).await.unwrap();
    id
}

async fn ask(world: &World, change: ChangeId, address: &str, words: &str) -> tertulia_engine::Result<()> {
    let form = VoiceForm { address: address.to_owned(), words: words.to_owned() };
    roadmap::ask(&world.engine, change, &form, None).await
}

/// The id and the signature in the last mail, once it was sent; none where no mail is due.
async fn mailed(world: &World, change: ChangeId, address: &str) -> Option<(i64, String)> {
    let voice = voices::of(&mut world.engine.db.reader(), change, address).await.unwrap()?;
    worker::take(&world.engine, worker::VOICE, voice.id).await.unwrap()?.await.unwrap();
    let sent = world.wire.sent.lock().unwrap().last().cloned().unwrap();
    assert_eq!((sent.to_handle.as_str(), sent.by_machine), (address, true));
    let link = sent.text.split_whitespace().find_map(|word| word.strip_prefix("http://desk.example/voices/")).unwrap();
    let (id, signature) = link.split_once('/').unwrap();
    Some((id.parse().unwrap(), signature.to_owned()))
}

async fn confirmed(world: &World, change: ChangeId, address: &str, words: &str) -> (i64, String) {
    ask(world, change, address, words).await.unwrap();
    let (id, signature) = mailed(world, change, address).await.unwrap();
    roadmap::confirm(&world.engine, id, &signature).await.unwrap();
    (id, signature)
}

async fn askers(world: &World, change: ChangeId) -> i64 {
    feedback_changes::get(&mut world.engine.db.reader(), change).await.unwrap().unwrap().askers
}

async fn person(world: &World, like: &str) -> PersonId {
    people::list(&mut world.engine.db.reader(), Some(like), None, 1).await.unwrap()[0].id
}

#[test]
fn what_is_published_is_undone_and_nothing_stands_there_by_itself() {
    on_both_by_mail(async |world| {
        let form = ChangeForm { title: "We open".to_owned(), words: "Rosa said so".to_owned(), link: String::new() };
        let (id, made) = feedback::make(&world.engine, world.user, &form, None).await.unwrap();
        assert!(stored::get(&mut world.engine.db.reader(), id).await.unwrap().is_none(), "off by default");
        let nothing = roadmap::publish(&world.engine, world.user, id, &PublicForm::default()).await;
        assert!(matches!(nothing, Err(EngineError::Invalid(_))));
        assert!(roadmap::show(&world.engine, world.user, id, true).await.is_err(), "no words were written");
        let form =
            PublicForm { title: " Abrimos los  domingos ".to_owned(), words: "Desde mayo, para todos.".to_owned() };
        let undo = roadmap::publish(&world.engine, world.user, id, &form).await.unwrap();
        let shown = stored::shown(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!((shown.title.as_str(), shown.language.as_str()), ("Abrimos los domingos", "es"));
        assert!(feedback::undo(&world.engine, world.user, &made).await.is_err(), "everybody can read of it");
        feedback::undo(&world.engine, world.user, &undo).await.unwrap();
        assert!(stored::shown(&mut world.engine.db.reader(), id).await.unwrap().is_none());
        assert!(feedback::undo(&world.engine, world.user, &undo).await.is_err(), "it is undone");
        roadmap::show(&world.engine, world.user, id, true).await.unwrap();
        let kept = stored::shown(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!(kept.words, "Desde mayo, para todos.");
    });
}

#[test]
fn the_page_is_off_until_it_is_turned_on_and_a_colour_must_be_one() {
    on_both_by_mail(async |world| {
        assert!(!roadmap::look(&mut world.engine.db.reader()).await.unwrap().is_on);
        let on = Look { is_on: true, colour: " #1D635F ".to_owned(), ..Look::default() };
        roadmap::set_look(&world.engine, &on).await.unwrap();
        let kept = roadmap::look(&mut world.engine.db.reader()).await.unwrap();
        assert_eq!((kept.is_on, kept.colour.as_str()), (true, "#1d635f"));
        let scorecard = figures::public::look(&world.engine).await.unwrap();
        assert_eq!((scorecard.is_on, scorecard.colour.as_str()), (false, "#1d635f"), "one colour for all pages");
        for colour in ["red", "#12345", "#1d635f;}"] {
            let bad = Look { colour: colour.to_owned(), ..on.clone() };
            assert!(matches!(roadmap::set_look(&world.engine, &bad).await, Err(EngineError::Invalid(_))), "{colour}");
        }
        let before = roadmap::changed_at(&mut world.engine.db.reader()).await.unwrap();
        world.clock.advance(HOUR);
        let id = published(&world, "Sundays").await;
        let after = roadmap::changed_at(&mut world.engine.db.reader()).await.unwrap();
        assert_eq!((before, after), (NOW, NOW + HOUR));
        world.clock.advance(HOUR);
        feedback::move_to(&world.engine, world.user, id, "planned", "").await.unwrap();
        assert_eq!(roadmap::changed_at(&mut world.engine.db.reader()).await.unwrap(), NOW + 2 * HOUR);
    });
}

#[test]
fn a_voice_counts_once_it_is_confirmed_and_what_it_says_is_heard_as_a_message() {
    on_both_by_mail(async |world| {
        let id = published(&world, "Open on Sundays").await;
        ask(&world, id, " Amina@Example.org ", "Sundays\r\nafter church, please").await.unwrap();
        assert_eq!((askers(&world, id).await, world.count().await), (0, 0), "nobody knows of it yet");
        assert_eq!(people::list(&mut world.engine.db.reader(), None, None, 9).await.unwrap(), []);
        let (voice, signature) = mailed(&world, id, "amina@example.org").await.unwrap();
        let seen = roadmap::link(&world.engine, voice, &signature).await.unwrap();
        assert_eq!((seen.words.as_str(), seen.is_confirmed), ("Sundays\nafter church, please", false));
        assert!(!seen.is_over);
        assert_eq!(askers(&world, id).await, 0, "looking at a link changes nothing");
        for (other, wrong) in [(voice, "abc"), (voice + 1, signature.as_str()), (voice, "")] {
            assert!(matches!(roadmap::confirm(&world.engine, other, wrong).await, Err(EngineError::Refused(_))));
        }
        roadmap::confirm(&world.engine, voice, &signature).await.unwrap();
        roadmap::confirm(&world.engine, voice, &signature).await.unwrap();
        assert_eq!((askers(&world, id).await, world.count().await), (1, 1), "once, however often it is pressed");
        let amina = person(&world, "amina@").await;
        let said = reading::person(&mut world.engine.db.reader(), amina, None, 9).await.unwrap();
        assert_eq!(said[0].subject.as_deref(), Some("Open on Sundays"));
        assert!(said[0].conversation_id.is_some(), "it can be answered");
        assert_eq!(people::confirmed(&mut world.engine.db.reader(), amina).await.unwrap(), ["amina@example.org"]);
        let asked = evidence::of_person(&mut world.engine.db.reader(), amina, 9).await.unwrap();
        assert_eq!((asked.len(), asked[0].message_id), (1, Some(said[0].id)));
        let known = voices::get(&mut world.engine.db.reader(), voice).await.unwrap().unwrap();
        assert_eq!(known.words, "", "the words are the message's now");
        roadmap::withdraw(&world.engine, voice, &signature).await.unwrap();
        assert_eq!(askers(&world, id).await, 0);
        assert!(roadmap::withdraw(&world.engine, voice, &signature).await.is_err(), "the link is over");
        confirmed(&world, id, "amina@example.org", "").await;
        assert_eq!((askers(&world, id).await, world.count().await), (1, 1), "without words nothing is said");
    });
}

#[test]
fn whoever_asked_before_counts_once_and_keeps_that_when_the_voice_is_taken_back() {
    on_both_by_mail(async |world| {
        world.hear(&[said("r1", "Could you open on Sundays?").created()]).await;
        let of = Of::Message { message: world.message("r1").await.id, note: String::new() };
        let form = ItemForm { title: "Sundays".to_owned(), asked: String::new() };
        let (item, _) = feedback::add(&world.engine, world.user, &form, Some(&of)).await.unwrap();
        let id = published(&world, "Open on Sundays").await;
        feedback::join(&world.engine, item, Some(id)).await.unwrap();
        let (voice, signature) = confirmed(&world, id, "rosa@home.example", "").await;
        assert_eq!(askers(&world, id).await, 1, "one person, by a message and by a voice");
        confirmed(&world, id, "bo@home.example", "").await;
        assert_eq!(askers(&world, id).await, 2);
        let of_change = Wanted { change: Some(id), ..Wanted::default() };
        let all = items::list(&mut world.engine.db.reader(), &of_change, None, 9).await.unwrap();
        assert_eq!(all.len(), 1, "a voice goes to the item that is there");
        roadmap::withdraw(&world.engine, voice, &signature).await.unwrap();
        assert_eq!(askers(&world, id).await, 2, "what she had asked before stands");
        let (rosa, bo) = (person(&world, "rosa@").await, person(&world, "bo@").await);
        let merge =
            people_desk::merge(&world.engine, world.user, (bo, rosa), "Rosa", &Evidence::known()).await.unwrap();
        assert_eq!(askers(&world, id).await, 1, "they are one");
        people_desk::part(&world.engine, world.user, merge).await.unwrap();
        assert_eq!(askers(&world, id).await, 2, "and two again");
    });
}

#[test]
fn an_address_is_not_mailed_again_and_again_and_only_its_last_link_holds() {
    on_both_by_mail(async |world| {
        let id = published(&world, "Open on Sundays").await;
        for bad in ["", "amina", "a b@example.org", "desk@shop.example", "orders+x@shop.example"] {
            let refused = ask(&world, id, bad, "").await;
            assert!(matches!(refused, Err(EngineError::Invalid(_))), "{bad}: {refused:?}");
        }
        ask(&world, id, "bo@home.example", "What somebody else typed").await.unwrap();
        let first = mailed(&world, id, "bo@home.example").await.unwrap();
        ask(&world, id, "bo@home.example", "Other words").await.unwrap();
        assert_eq!(mailed(&world, id, "bo@home.example").await, None, "within the hour nothing leaves");
        world.clock.advance(HOUR + 1);
        ask(&world, id, "bo@home.example", "My own words").await.unwrap();
        let second = mailed(&world, id, "bo@home.example").await.unwrap();
        assert!(roadmap::confirm(&world.engine, first.0, &first.1).await.is_err(), "another link went out since");
        assert_eq!(roadmap::link(&world.engine, second.0, &second.1).await.unwrap().words, "My own words");
        world.clock.advance(48 * HOUR + 1);
        assert!(roadmap::confirm(&world.engine, second.0, &second.1).await.is_err(), "it was not confirmed in time");
        roadmap::forget(&world.engine).await.unwrap();
        assert!(voices::get(&mut world.engine.db.reader(), second.0).await.unwrap().is_none());
        let mut sent = 0;
        for n in 0..12 {
            let other = published(&world, &format!("Change {n}")).await;
            ask(&world, other, "cy@home.example", "").await.unwrap();
            sent += usize::from(mailed(&world, other, "cy@home.example").await.is_some());
            // Else the one who asks from here would have to wait.
            world.clock.advance(5 * 60_000);
        }
        assert_eq!(sent, 10, "of so many changes a day");
    });
}

#[test]
fn one_place_cannot_have_many_addresses_mailed() {
    on_both_by_mail(async |world| {
        let id = published(&world, "Open on Sundays").await;
        let mut taken = 0;
        for n in 0..40 {
            let form = VoiceForm { address: format!("n{n}@example.org"), words: String::new() };
            let from = Some("192.0.2.7".parse().unwrap());
            match roadmap::ask(&world.engine, id, &form, from).await {
                Ok(()) => taken += 1,
                Err(error) => assert!(matches!(error, EngineError::TooMany), "{error:?}"),
            }
        }
        assert_eq!(taken, 12);
        let other = VoiceForm { address: "other@example.org".to_owned(), words: String::new() };
        roadmap::ask(&world.engine, id, &other, Some("192.0.2.8".parse().unwrap())).await.unwrap();
    });
}

#[test]
fn a_change_that_is_over_or_off_the_page_takes_no_voice() {
    on_both_by_mail(async |world| {
        let id = published(&world, "Open on Sundays").await;
        feedback::move_to(&world.engine, world.user, id, "declined", "There is no room.").await.unwrap();
        assert!(matches!(ask(&world, id, "bo@home.example", "").await, Err(EngineError::NotFound(_))));
        let other = published(&world, "Bread").await;
        ask(&world, other, "amina@example.org", "").await.unwrap();
        let (voice, signature) = mailed(&world, other, "amina@example.org").await.unwrap();
        feedback::move_to(&world.engine, world.user, other, "done", "").await.unwrap();
        assert!(roadmap::link(&world.engine, voice, &signature).await.unwrap().is_over, "its link says so");
        feedback::move_to(&world.engine, world.user, other, "planned", "").await.unwrap();
        roadmap::show(&world.engine, world.user, other, false).await.unwrap();
        assert!(matches!(ask(&world, other, "bo@home.example", "").await, Err(EngineError::NotFound(_))));
        assert!(ask(&world, ChangeId(7), "bo@home.example", "").await.is_err());
    });
}

#[test]
fn whoever_is_erased_has_no_voice_and_is_told_of_it_before() {
    on_both_by_mail(async |world| {
        let id = published(&world, "Open on Sundays").await;
        confirmed(&world, id, "marker-rosa@home.example", "zanahoriaxx on Sundays").await;
        let other = published(&world, "Bread").await;
        ask(&world, other, "marker-rosa@home.example", "More zanahoriaxx").await.unwrap();
        let rosa = person(&world, "marker-rosa").await;
        let given = archive(&world, rosa).await;
        assert!(holds(&given, "voices_on_the_roadmap") && holds(&given, "More zanahoriaxx"));
        erase_wholly(&world, rosa).await;
        assert_eq!(askers(&world, id).await, 0);
        assert_eq!(places(&world, &["zanahoriaxx", "marker-rosa"]).await, Vec::<String>::new());
    });
}

#[test]
fn two_who_are_the_first_at_once_make_one_item_and_both_count() {
    on_both_by_mail(async |world| {
        let id = published(&world, "Open on Sundays").await;
        let mut links = Vec::new();
        for address in ["amina@example.org", "bo@home.example", "cy@home.example"] {
            ask(&world, id, address, "").await.unwrap();
            links.push(mailed(&world, id, address).await.unwrap());
        }
        let confirm = |(voice, signature): (i64, String)| {
            let engine = world.engine.clone();
            tokio::spawn(async move {
                roadmap::confirm(&engine, voice, &signature).await.unwrap();
                roadmap::confirm(&engine, voice, &signature).await.unwrap();
            })
        };
        let running: Vec<_> = links.iter().chain(&links).cloned().map(confirm).collect();
        for one in running {
            one.await.unwrap();
        }
        assert_eq!(askers(&world, id).await, 3);
        let of_change = "SELECT COUNT(*) FROM feedback_items WHERE change_id = $1";
        assert_eq!(world.engine.db.reader().number(of_change, binds![id]).await.unwrap(), 1);
        assert_eq!(
            world.engine.db.reader().number("SELECT COUNT(*) FROM feedback_evidence", binds![]).await.unwrap(),
            3
        );
        assert!(settings::get(&mut world.engine.db.reader(), settings::ROADMAP_CHANGED).await.unwrap().is_some());
    });
}

/// The change is done, and everybody who asked has a draft.
async fn is_done(world: &World, change: ChangeId) {
    feedback::move_to(&world.engine, world.user, change, "done", "").await.unwrap();
    let words = ("en", "You asked for {quote}: it is done.");
    telling::save_text(&world.engine, world.user, (change, DONE), words, None).await.unwrap();
    prepare(world, change).await;
}

#[test]
fn a_voice_without_words_is_told_by_mail_and_what_they_answer_comes_there() {
    on_both_by_mail(async |world| {
        let id = published(&world, "Open on Sundays").await;
        confirmed(&world, id, "amina@example.org", "").await;
        is_done(&world, id).await;
        let amina = of(&world, id, "amina").await;
        assert_eq!((amina.state.as_str(), amina.reason.as_deref()), ("draft", None));
        let draft = look(&world, amina.id).await;
        assert_eq!((draft.to(), draft.trouble.clone()), (Some("amina@example.org"), None));
        assert_eq!(draft.words, "You asked for “Open on Sundays”: it is done.");
        let first = queue(&world, amina.id, "k1").await;
        outbound::undo_reply(&world.engine, world.user, first).await.unwrap();
        assert_eq!(of(&world, id, "amina").await.state, "draft", "it was taken back");
        let second = queue(&world, amina.id, "k2").await;
        wire(&world, second).await;
        assert_eq!(of(&world, id, "amina").await.state, "told");
        let mail = world.wire.sent.lock().unwrap().last().cloned().unwrap();
        assert_eq!((mail.to_handle.as_str(), mail.by_machine), ("amina@example.org", false));
        assert_eq!((mail.subject.as_deref(), mail.text.as_str()), (Some("Open on Sundays"), draft.words.as_str()));
        let held = world.delivery(second).await.conversation_id;
        assert_eq!(world.delivery(first).await.conversation_id, held, "it does not begin another conversation");
        let stands = world.conversation(held).await.unwrap();
        assert_eq!((stands.state.as_str(), stands.person_id), ("closed", Some(amina.person_id)), "nobody waits there");
        let thanks = said("a1", "Thank you!").by("amina@example.org").answering(&[&mail.external_id]);
        world.hear(&[thanks.created()]).await;
        assert_eq!(world.conversation_of("a1").await.id, held);
    });
}

#[test]
fn a_voice_is_owed_what_it_must_not_be_told_by_mail_and_nothing_once_it_is_taken_back() {
    on_both_by_mail(async |world| {
        let id = published(&world, "Open on Sundays").await;
        confirmed(&world, id, "amina@example.org", "").await;
        let (voice, signature) = confirmed(&world, id, "bo@home.example", "").await;
        confirmed(&world, id, "cy@home.example", "").await;
        let amina = person(&world, "amina@").await;
        consent::set(&world.engine, amina, None, false, "She said so.", world.user).await.unwrap();
        roadmap::withdraw(&world.engine, voice, &signature).await.unwrap();
        is_done(&world, id).await;
        let owed = of(&world, id, "amina").await;
        assert_eq!((owed.state.as_str(), owed.reason.as_deref()), ("owed", Some("refused")));
        assert_eq!(of(&world, id, "cy").await.state, "draft");
        let all = "SELECT COUNT(*) FROM tellings";
        assert_eq!(world.engine.db.reader().number(all, binds![]).await.unwrap(), 2, "Bo asks for nothing");
    });
}

#[test]
fn an_account_that_is_called_as_somebodys_address_has_no_voice_of_theirs() {
    on_both_by_mail(async |world| {
        let (id, other) = (published(&world, "Open on Sundays").await, published(&world, "Bread").await);
        let (voice, _) = confirmed(&world, id, "amina@example.org", "").await;
        ask(&world, other, "amina@example.org", "More zanahoriaxx").await.unwrap();
        let named = people::Person { id: PersonId(7), name: "Elsewhere".to_owned(), created_at: NOW };
        let account = people::Identity {
            id: IdentityId(7),
            space: "mastodon".to_owned(),
            handle: "amina@example.org".to_owned(),
            name: None,
            person_id: named.id,
            claimed_mail: None,
            created_at: NOW,
        };
        let mut tx = world.engine.db.begin().await.unwrap();
        people::add_persons(&mut tx, &[named]).await.unwrap();
        people::add_identities(&mut tx, &[account]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!holds(&archive(&world, PersonId(7)).await, "zanahoriaxx"));
        erase_wholly(&world, PersonId(7)).await;
        assert!(voices::get(&mut world.engine.db.reader(), voice).await.unwrap().is_some());
        assert_eq!(askers(&world, id).await, 1);
    });
}

#[test]
fn what_was_done_stays_done_on_its_day_where_only_the_reason_is_said_otherwise() {
    on_both_by_mail(async |world| {
        let change = published(&world, "Oat milk").await;
        let shown = async || stored::shown(&mut world.engine.db.reader(), change).await.unwrap().unwrap();
        let change_to = async |state: &str, reason: &str| {
            world.clock.advance(HOUR);
            feedback::move_to(&world.engine, world.user, change, state, reason).await.unwrap();
        };
        change_to("done", "In all shops.").await;
        let done = shown().await;
        change_to("done", "In all of our shops.").await;
        let reworded = shown().await;
        assert_eq!((reworded.moved_at, reworded.reason.as_str()), (done.moved_at, "In all of our shops."));
        assert_eq!(reworded.updated_at, done.moved_at + HOUR, "feeds tell that its words are others");
        assert_eq!(roadmap::changed_at(&mut world.engine.db.reader()).await.unwrap(), reworded.updated_at);
        change_to("planned", "").await;
        assert_eq!(shown().await.moved_at, done.moved_at + 2 * HOUR);
    });
}

#[test]
fn a_voice_whose_item_belongs_to_another_change_by_now_is_told_there_and_once() {
    on_both_by_mail(async |world| {
        let first = published(&world, "Open on Sundays").await;
        confirmed(&world, first, "amina@example.org", "").await;
        is_done(&world, first).await;
        let draft = of(&world, first, "amina").await;
        let wanted = Wanted { change: Some(first), ..Wanted::default() };
        let item = items::list(&mut world.engine.db.reader(), &wanted, None, 9).await.unwrap()[0].id;
        // It stands on no public page.
        let form = ChangeForm { title: "Longer days".to_owned(), ..ChangeForm::default() };
        let (other, _) = feedback::make(&world.engine, world.user, &form, None).await.unwrap();
        feedback::join(&world.engine, item, Some(other)).await.unwrap();
        assert!(look(&world, draft.id).await.trouble.is_some(), "nothing is sent to them from there");
        is_done(&world, other).await;
        let amina = of(&world, other, "amina").await;
        assert_eq!((amina.state.as_str(), amina.reason.as_deref()), ("draft", None));
        let shown = look(&world, amina.id).await;
        assert_eq!((shown.to(), shown.trouble.clone()), (Some("amina@example.org"), None));
        assert_eq!(shown.words, "You asked for “Open on Sundays”: it is done.");
        let sent = queue(&world, amina.id, "k1").await;
        wire(&world, sent).await;
        assert_eq!(of(&world, other, "amina").await.state, "told");
        prepare(&world, first).await;
        let all = "SELECT COUNT(*) FROM tellings";
        assert_eq!(world.engine.db.reader().number(all, binds![]).await.unwrap(), 1, "she is told once");
    });
}
