//! Whoever is erased, or given what is kept of them, takes nothing along of those who talk beside them.

use crate::{
    erasing::{erase_wholly, places, told},
    exporting::{archive, holds},
    support::{NOW, World, json::item, on_both, on_both_by_mail, said::said},
};
use tertulia_engine::{
    desk, erase,
    outbound::{self, ReplyForm},
};
use tertulia_model::{
    Batch, ConversationId, DeliveryState, Errand, PersonId, RawContent, RawItem, Recipient, RecipientRole, Unheard,
};
use tertulia_store::{
    deliveries::{self, Delivery},
    drafts::{self, Key},
    erasing, ledger, quarantine,
};

const AMINA: &str = "amina@home.example";
const BOB: &str = "bob@home.example";

/// Both have asked something, each in a conversation of their own. Gives Bob's.
async fn both_asked(world: &World) -> ConversationId {
    let amina = said("a", "Hello from Amina").by(AMINA).about("Cups");
    let bob = said("b", "When do you open?").by(BOB).about("Opening hours").at_minute(1);
    world.hear(&[amina.created(), bob.created()]).await;
    world.conversation_of("b").await.id
}

/// Bob's answer goes to Amina as well, and has not left yet.
async fn answered_with_a_copy(world: &World, bobs: ConversationId) -> Delivery {
    let to = |role, address: &str| Recipient { role, address: address.to_owned(), name: None };
    let recipients = vec![to(RecipientRole::To, BOB), to(RecipientRole::Cc, AMINA)];
    let reply = ReplyForm { text: "At ninexx.".to_owned(), recipients, ..world.reply(bobs, "copy") };
    outbound::queue_reply(&world.engine, world.user, reply).await.unwrap()
}

async fn amina(world: &World) -> PersonId {
    world.message("a").await.person_id.unwrap()
}

async fn write(world: &World, key: Key, form: &::serde_json::Value, file: &str) {
    desk::save_draft(&world.engine, key, form).await.unwrap();
    desk::attach(&world.engine, key, "a.txt", "text/plain", file.as_bytes().to_vec()).await.unwrap();
}

async fn file_of(world: &World, key: Key) -> Option<Vec<u8>> {
    let files = drafts::files(&mut world.engine.db.reader(), key).await.unwrap();
    files.first().map(|file| world.engine.blobs.read(&file.content).unwrap())
}

#[test]
fn what_is_written_and_stands_where_somebody_else_talks_is_neither_given_away_nor_erased() {
    on_both_by_mail(async |world| {
        let bobs = both_asked(&world).await;
        answered_with_a_copy(&world, bobs).await;
        let key = Key::answer(world.user, bobs);
        write(&world, key, &::serde_json::json!({ "text": "Dear Bob, draftxx" }), "bobs listxx").await;
        let aminas = world.conversation_of("a").await.id;
        let amina = amina(&world).await;
        assert_eq!(erase::preview(&world.engine, amina).await.unwrap().conversations, 1);
        let given = archive(&world, amina).await;
        assert!(holds(&given, "ninexx"), "the answer went to her, too");
        let names = |id: ConversationId| holds(&given, &format!("\"id\": \"{id}\""));
        assert!(names(aminas) && !names(bobs), "how Bob's conversation stands is not hers to know");
        for of_bob in ["draftxx", "listxx", "When do you open?"] {
            assert!(!holds(&given, of_bob), "{of_bob}");
        }
        erase_wholly(&world, amina).await;
        assert_eq!(places(&world, &["ninexx", AMINA]).await, Vec::<String>::new());
        let after = world.conversation(bobs).await.unwrap();
        assert_eq!((after.subject.as_str(), after.snippet.as_str()), ("Opening hours", "When do you open?"));
        let kept = drafts::get(&mut world.engine.db.reader(), key).await.unwrap().unwrap();
        assert!(kept.form.contains("draftxx"));
        assert_eq!(file_of(&world, key).await.as_deref(), Some(&b"bobs listxx"[..]));
        assert_eq!(world.message("b").await.text, "When do you open?");
    });
}

#[test]
fn what_is_being_written_to_somebody_is_theirs_wherever_it_stands() {
    on_both_by_mail(async |world| {
        let bobs = both_asked(&world).await;
        let forward = Key::forward(world.user, bobs, world.message("b").await.id);
        let to_her = ::serde_json::json!({ "text": "See belowxx", "to": format!("Amina <{AMINA}>") });
        write(&world, forward, &to_her, "forwardxx").await;
        let answer = Key::answer(world.user, bobs);
        write(&world, answer, &::serde_json::json!({ "text": "Dear Bob, draftxx" }), "bobs listxx").await;
        let amina = amina(&world).await;
        let given = archive(&world, amina).await;
        assert!(holds(&given, "belowxx") && holds(&given, "forwardxx"));
        assert!(!holds(&given, "draftxx") && !holds(&given, "listxx"));
        erase_wholly(&world, amina).await;
        assert_eq!(places(&world, &["belowxx", "forwardxx", AMINA]).await, Vec::<String>::new());
        assert_eq!(file_of(&world, answer).await.as_deref(), Some(&b"bobs listxx"[..]));
    });
}

#[test]
fn who_waited_for_an_answer_that_went_to_the_erased_as_well_waits_again() {
    on_both_by_mail(async |world| {
        let bobs = both_asked(&world).await;
        let asked = world.conversation(bobs).await.unwrap();
        let answer = answered_with_a_copy(&world, bobs).await;
        assert_eq!(world.conversation(bobs).await.unwrap().state, "pending");
        let report = erase_wholly(&world, amina(&world).await).await;
        let after = world.conversation(bobs).await.unwrap();
        assert_eq!((after.state.as_str(), after.waiting_since.is_some()), ("open", true));
        assert_eq!(after.person_id, asked.person_id);
        assert_eq!(world.delivery(answer.id).await.state, DeliveryState::Withdrawn);
        let unsent = ::serde_json::json!([{ "conversation": bobs.to_string(), "answers": 1 }]);
        assert_eq!(told(&world, report).await["answers_to_others_not_sent"], unsent);
    });
}

#[test]
fn what_did_not_get_through_to_the_erased_troubles_nobody_any_more() {
    on_both(async |world| {
        world.hear(&[said("a", "Hello").by(AMINA).created()]).await;
        let answer = world.answer("a", "k").await;
        let mut tx = world.engine.db.begin().await.unwrap();
        let (from, to) = ([DeliveryState::Queued], DeliveryState::Failed);
        assert!(deliveries::set_state(&mut tx, answer.id, &from, to, Some("No such mailbox."), NOW).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(deliveries::troubled(&mut world.engine.db.reader(), 9).await.unwrap().len(), 1);
        let report = erase_wholly(&world, amina(&world).await).await;
        assert!(deliveries::troubled(&mut world.engine.db.reader(), 9).await.unwrap().is_empty());
        assert_eq!(world.delivery(answer.id).await.state, DeliveryState::Withdrawn);
        assert_eq!(told(&world, report).await["answers_to_others_not_sent"], ::serde_json::json!([]));
    });
}

/// What nobody can read.
fn unreadable(key: &str, text: &str) -> RawItem {
    RawItem { content: RawContent::Memory(text.as_bytes().to_vec()), ..item(key, &[], NOW) }
}

#[test]
fn a_plain_handle_takes_nothing_along_that_only_holds_it_in_a_word_or_is_the_programs_own_sentence() {
    on_both(async |world| {
        let reasons = ["It was said by anna or another word.", "There is no account “anna”."];
        let counted = reasons.map(|reason| (reason.to_owned(), 1)).into();
        let errand = |key: &str, task: ::serde_json::Value| Errand { key: key.to_owned(), task, due: NOW + 1_000_000 };
        let errands = vec![
            errand("look:1", ::serde_json::json!({ "by": "anna" })),
            errand("look:2", ::serde_json::json!({ "anna": "Joanna" })),
        ];
        let said = item("one", &[said("a", "Hello").by("anna").created()], NOW);
        let items = vec![said, unreadable("2", "no event of Joanna"), unreadable("3", "no event of Anna")];
        let unheard = Unheard { counted, ..Unheard::default() };
        world.submit(Batch { items, errands, unheard, ..Batch::default() }).await.unwrap();
        let anna = amina(&world).await;
        let preview = erase::preview(&world.engine, anna).await.unwrap();
        assert_eq!((preview.set_aside, preview.errands), (1, 1), "said before anything is done");
        erase_wholly(&world, anna).await;
        let mut db = world.engine.db.reader();
        let aside = quarantine::waiting(&mut db, None, 10).await.unwrap();
        assert_eq!(aside.len(), 1);
        assert_eq!(world.engine.blobs.read(&aside[0].content()).unwrap(), b"no event of Joanna");
        let today = ledger::day_of(NOW);
        let counts = ledger::counts(&mut db, today, today).await.unwrap();
        let left: Vec<&str> = counts.iter().map(|c| c.reason.as_str()).filter(|r| reasons.contains(r)).collect();
        assert_eq!(left, [reasons[0]]);
        let left = erasing::errands(&mut db).await.unwrap();
        assert!(left.len() == 1 && left[0].1.contains("Joanna"), "{left:?}");
    });
}
