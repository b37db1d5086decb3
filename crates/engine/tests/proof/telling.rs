//! Whoever asked is told once, in what was looked at, whatever happens in between; and who could not be told is owed it.

use crate::{
    erasing::{erase_wholly, places},
    exporting::{archive, holds},
    support::{
        World,
        json::Wire,
        on_both, on_both_by_mail,
        said::{Said, said},
    },
};
use tertulia_engine::{
    EngineError, consent,
    feedback::{self, ChangeForm, ItemForm, Of},
    outbound,
    people::{self as people_desk, Evidence},
    telling::{self, Look, SendForm, Trouble},
    worker,
};
use tertulia_model::{ChangeId, DeliveryId, FeedbackId, PersonId};
use tertulia_store::{
    drafts,
    loops::{self, Times},
    people,
    tellings::{self, DONE, Row},
};

/// Rosa, Bo and Cy ask; it is done, and written in English.
pub(crate) struct Story {
    pub item: FeedbackId,
    pub change: ChangeId,
}

async fn ask(world: &World, item: FeedbackId, message: &str) {
    let of = Of::Message { message: world.message(message).await.id, note: String::new() };
    feedback::give(&world.engine, world.user, item, &of).await.unwrap();
}

pub(crate) async fn asked_by(world: &World, all: &[(&str, Said)]) -> Story {
    let events: Vec<_> = all.iter().map(|(_, said)| said.created()).collect();
    world.hear(&events).await;
    let form = ItemForm { title: "Open on Sundays".to_owned(), asked: String::new() };
    let (item, _) = feedback::add(&world.engine, world.user, &form, None).await.unwrap();
    for (id, _) in all {
        ask(world, item, id).await;
    }
    let form = ChangeForm { title: "We open on Sundays".to_owned(), ..ChangeForm::default() };
    let (change, _) = feedback::make(&world.engine, world.user, &form, Some(item)).await.unwrap();
    feedback::move_to(&world.engine, world.user, change, "done", "From May on.").await.unwrap();
    Story { item, change }
}

async fn write(world: &World, change: ChangeId, language: &str, words: &str) {
    telling::save_text(&world.engine, world.user, (change, DONE), (language, words), None).await.unwrap();
}

pub(crate) async fn begin(world: &World) -> Story {
    let all = [
        ("r", said("r", "Could you open on Sundays, please? It would help me a lot.")),
        ("b", said("b", "Sunday hours would be good for us").by("bo@home.example").called("Bo").at_minute(1)),
        ("c", said("c", "Please open on Sundays as well").by("cy@home.example").at_minute(2)),
    ];
    let story = asked_by(world, &all).await;
    write(world, story.change, "en", "Hello {name}, you asked {quote} and now we are open on Sundays.").await;
    story
}

pub(crate) async fn prepare(world: &World, change: ChangeId) {
    telling::prepare(&world.engine, change).await.unwrap();
    run(world, worker::TELL, change.0).await;
}

pub(crate) async fn run(world: &World, kind: &'static str, subject: i64) {
    let job = worker::take(&world.engine, kind, subject).await.unwrap();
    job.expect("it is due").await.unwrap();
}

pub(crate) async fn all(world: &World, change: ChangeId, kind: &str) -> Vec<Row> {
    let states = ["draft", "queued", "unknown", "failed", "told", "by_hand", "skipped", "owed"];
    tellings::list(&mut world.engine.db.reader(), (change, kind), &states, 0, 99).await.unwrap()
}

pub(crate) async fn of(world: &World, change: ChangeId, name: &str) -> Row {
    let all = all(world, change, DONE).await;
    let names: Vec<String> = all.iter().map(|row| row.person_name.clone()).collect();
    all.into_iter().find(|row| row.person_name.contains(name)).unwrap_or_else(|| panic!("{name} is not of {names:?}"))
}

pub(crate) async fn look(world: &World, id: i64) -> Look {
    telling::look(&world.engine, &mut world.engine.db.reader(), id).await.unwrap()
}

pub(crate) fn form(look: &Look, key: &str) -> SendForm {
    SendForm {
        telling: look.telling.id,
        seen: look.seen.clone(),
        words: look.words.clone(),
        key: key.to_owned(),
        asked: look.message.as_ref().map(|m| m.id),
        shown: Vec::new(),
        even_if_unseen: false,
    }
}

pub(crate) async fn queue(world: &World, id: i64, key: &str) -> DeliveryId {
    let form = form(&look(world, id).await, key);
    telling::send(&world.engine, world.user, form).await.unwrap().id
}

pub(crate) async fn wire(world: &World, id: DeliveryId) {
    world.clock.advance(outbound::UNDO_MILLIS);
    outbound::run_send(&world.engine, id).await.unwrap();
}

pub(crate) fn refused<T: std::fmt::Debug>(result: tertulia_engine::Result<T>) -> String {
    match result {
        Err(EngineError::Refused(words)) => words,
        other => panic!("it was not refused: {other:?}"),
    }
}

pub(crate) async fn person_of(world: &World, like: &str) -> PersonId {
    people::list(&mut world.engine.db.reader(), Some(like), None, 1).await.unwrap()[0].id
}

#[test]
fn everybody_who_asked_gets_one_draft_that_quotes_them_and_is_sent_one_by_one() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        prepare(&world, story.change).await;
        let rows = all(&world, story.change, DONE).await;
        assert_eq!(rows.iter().map(|row| row.state.as_str()).collect::<Vec<_>>(), ["draft"; 3]);
        assert!(world.wire.sent_ids().is_empty(), "nothing is sent by preparing");
        let rosa = look(&world, of(&world, story.change, "Rosa").await.id).await;
        let quoted = "“Could you open on Sundays, please? It would help me a lot.”";
        assert_eq!(rosa.words, format!("Hello Rosa Vidal, you asked {quoted} and now we are open on Sundays."));
        assert_eq!((rosa.to(), rosa.trouble.clone()), (Some("rosa@home.example"), None));
        let cy = look(&world, of(&world, story.change, "cy").await.id).await;
        assert!(cy.words.starts_with("Hello, you asked"), "an address is no name: {}", cy.words);

        let delivery = queue(&world, rosa.telling.id, "k1").await;
        assert_eq!(telling::send(&world.engine, world.user, form(&rosa, "k1")).await.unwrap().id, delivery, "once");
        assert_eq!(of(&world, story.change, "Rosa").await.state, "queued");
        let times = loops::times(&mut world.engine.db.reader(), Some(story.change)).await.unwrap();
        assert_eq!(times, Times::default(), "who is not told yet is not counted");
        wire(&world, delivery).await;
        let told = of(&world, story.change, "Rosa").await;
        assert_eq!((told.state.as_str(), told.told_at), ("told", Some(world.engine.now())));
        let times = loops::times(&mut world.engine.db.reader(), None).await.unwrap();
        let since = world.engine.now() - world.message("r").await.at;
        assert_eq!(times, Times { n: 1, median: Some(since), p90: Some(since) });
        assert_eq!(world.wire.sent.lock().unwrap().len(), 1);
        let sent = world.wire.sent.lock().unwrap()[0].clone();
        assert_eq!((sent.text, sent.references.last().cloned()), (rosa.words, Some("r".to_owned())));
        refused(telling::send(&world.engine, world.user, form(&look(&world, told.id).await, "k2")).await);
    });
}

#[test]
fn a_telling_that_is_taken_back_is_a_draft_again_and_nobodys_answer() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        let mut own = form(&look(&world, rosa).await, "k1");
        own.words = "We are open on Sundays, Rosa.".to_owned();
        let delivery = telling::send(&world.engine, world.user, own).await.unwrap();
        outbound::undo_reply(&world.engine, world.user, delivery.id).await.unwrap();
        let again = look(&world, rosa).await;
        assert_eq!((again.telling.state.as_str(), again.words.as_str()), ("draft", "We are open on Sundays, Rosa."));
        let key = drafts::Key::answer(world.user, delivery.conversation_id);
        assert_eq!(drafts::get(&mut world.engine.db.reader(), key).await.unwrap(), None);
        wire(&world, delivery.id).await;
        assert!(world.wire.sent_ids().is_empty());
        let second = queue(&world, rosa, "k2").await;
        wire(&world, second).await;
        assert_eq!(world.wire.sent_ids().len(), 1);
        refused(outbound::undo_reply(&world.engine, world.user, second).await);
    });
}

#[test]
fn who_was_told_another_way_since_is_not_told_again() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        world.wire.will([Wire::Rejected("No such mailbox.")]);
        let first = queue(&world, rosa, "k1").await;
        wire(&world, first).await;
        let debts = tellings::debts(&mut world.engine.db.reader(), None, 9).await.unwrap();
        assert_eq!((debts.len(), debts[0].sent_reason.as_deref()), (1, Some("No such mailbox.")));
        let undo = telling::by_hand(&world.engine, world.user, rosa, "At the counter.").await.unwrap();
        assert!(tellings::debts(&mut world.engine.db.reader(), None, 9).await.unwrap().is_empty(), "it is paid");
        refused(outbound::send_again(&world.engine, first).await);
        refused(outbound::write_again(&world.engine, world.user, first).await);
        telling::undo(&world.engine, &undo).await.unwrap();
        assert_eq!(of(&world, story.change, "Rosa").await.state, "failed");

        // Written again it is a draft of the change, and the failed sending is over.
        outbound::write_again(&world.engine, world.user, first).await.unwrap();
        let again = look(&world, rosa).await;
        assert_eq!((again.telling.state.as_str(), again.telling.delivery_id), ("draft", None));
        refused(outbound::send_again(&world.engine, first).await);
        let second = queue(&world, rosa, "k2").await;
        wire(&world, second).await;
        refused(outbound::send_again(&world.engine, first).await);
        assert_eq!(world.wire.sent_ids().len(), 1);
    });
}

#[test]
fn what_was_said_of_a_failed_sending_does_not_hold_once_it_got_through() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        world.wire.will([Wire::Rejected("Full."), Wire::Unknown]);
        let first = queue(&world, rosa, "k1").await;
        wire(&world, first).await;
        let undo = telling::skip(&world.engine, world.user, rosa, "").await.unwrap();
        telling::undo(&world.engine, &undo).await.unwrap();
        outbound::send_again(&world.engine, first).await.unwrap();
        for result in [
            telling::skip(&world.engine, world.user, rosa, "").await,
            telling::by_hand(&world.engine, world.user, rosa, "").await,
            telling::draft_again(&world.engine, rosa).await,
        ] {
            refused(result);
        }
        refused(telling::undo(&world.engine, &undo).await);
        let bo = of(&world, story.change, "Bo").await.id;
        let undo = telling::skip(&world.engine, world.user, bo, "Moved away.").await.unwrap();
        assert_eq!(of(&world, story.change, "Bo").await.note.as_deref(), Some("Moved away."));
        assert!(tellings::debts(&mut world.engine.db.reader(), None, 9).await.unwrap().is_empty());
        telling::undo(&world.engine, &undo).await.unwrap();
        assert_eq!(of(&world, story.change, "Bo").await.state, "draft");
    });
}

#[test]
fn what_was_looked_at_is_what_is_sent() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let rosa = of(&world, story.change, "Rosa").await.id;
        let before = form(&look(&world, rosa).await, "k1");
        let text = ("en", "Hello {name}, we are open: {quote}");
        let version = Some(0);
        telling::save_text(&world.engine, world.user, (story.change, DONE), text, version).await.unwrap();
        refused(telling::send(&world.engine, world.user, before).await);

        let before = form(&look(&world, rosa).await, "k2");
        telling::keep_words(&world.engine, rosa, "We are open.", None).await.unwrap();
        refused(telling::send(&world.engine, world.user, before).await);
        refused(telling::keep_words(&world.engine, rosa, "Open!", Some(0)).await);

        let before = form(&look(&world, rosa).await, "k3");
        world.hear(&[said("r", "Could you open on Sundays, please?").edited(1, "Could you open on Mondays?")]).await;
        refused(telling::send(&world.engine, world.user, before).await);

        let before = form(&look(&world, rosa).await, "k4");
        world.hear_late(&[said("r2", "And another thing").answering(&["r"]).created()]).await;
        let unseen = telling::send(&world.engine, world.user, before.clone()).await;
        assert!(matches!(unseen, Err(EngineError::Unseen(1))), "{unseen:?}");
        let all_the_same = SendForm { even_if_unseen: true, ..before };
        telling::send(&world.engine, world.user, all_the_same).await.unwrap();

        let bo = of(&world, story.change, "Bo").await.id;
        let before = form(&look(&world, bo).await, "k5");
        feedback::move_to(&world.engine, world.user, story.change, "planned", "").await.unwrap();
        refused(telling::send(&world.engine, world.user, before).await);
    });
}

#[test]
fn who_does_not_want_to_be_written_to_is_owed_it_wherever_the_answer_goes() {
    on_both_by_mail(async |world| {
        let elsewhere = said("r", "Could you open on Sundays, please?").asks_answers_to("office@other.example");
        let bo = said("b", "Sunday hours, please, for all of us").by("bo@home.example").called("Bo").at_minute(1);
        let story = asked_by(&world, &[("r", elsewhere), ("b", bo)]).await;
        write(&world, story.change, "en", "Done: {quote}").await;
        let rosa = person_of(&world, "rosa@").await;
        consent::set(&world.engine, rosa, None, false, "Said so at the counter.", world.user).await.unwrap();
        prepare(&world, story.change).await;
        let owed = of(&world, story.change, "Rosa").await;
        assert_eq!((owed.state.as_str(), owed.reason.as_deref()), ("owed", Some("refused")));
        assert_eq!(of(&world, story.change, "Bo").await.state, "draft");

        // An ordinary answer shares the rule: her answers go to another address, and it is she who is answered.
        let conversation = world.conversation_of("r").await.id;
        let reply = world.reply(conversation, "plain");
        refused(outbound::queue_reply(&world.engine, world.user, reply).await);

        consent::set(&world.engine, rosa, None, true, "She changed her mind.", world.user).await.unwrap();
        prepare(&world, story.change).await;
        let draft = of(&world, story.change, "Rosa").await;
        assert_eq!(draft.state, "draft", "a way was found, so it is no debt any more");
        let look = look(&world, draft.id).await;
        assert_eq!(look.to(), Some("office@other.example"), "the real address is shown");
        let before = form(&look, "k1");
        consent::set(&world.engine, rosa, None, false, "And back.", world.user).await.unwrap();
        refused(telling::send(&world.engine, world.user, before).await);
        assert_eq!(of(&world, story.change, "Rosa").await.state, "owed");
        assert!(world.wire.sent_ids().is_empty());
    });
}

#[test]
fn whom_no_message_can_reach_stands_as_owed_with_the_reason() {
    on_both(async |world| {
        let story = begin(&world).await;
        let dora = said("d", "Hello, I am new here").by("dora@home.example").called("Dora").at_minute(3);
        let eve = said("e", "If only this place opened on Sundays").by("eve@home.example").called("Eve").overheard();
        world.hear(&[dora.created(), eve.created()]).await;
        let vote = Of::Person { person: person_of(&world, "dora").await, note: "Told Inés.".to_owned() };
        feedback::give(&world.engine, world.user, story.item, &vote).await.unwrap();
        ask(&world, story.item, "e").await;
        world.hear(&[said("b", "").deleted()]).await;
        prepare(&world, story.change).await;
        let reason = async |name| of(&world, story.change, name).await.reason;
        assert_eq!(reason("Dora").await.as_deref(), Some("behalf"));
        assert_eq!(reason("Eve").await.as_deref(), Some("no_conversation"));
        assert_eq!(reason("Bo").await.as_deref(), Some("deleted"));
        assert_eq!(tellings::debts(&mut world.engine.db.reader(), None, 9).await.unwrap().len(), 3);
        let dora = of(&world, story.change, "Dora").await.id;
        telling::by_hand(&world.engine, world.user, dora, "On the phone.").await.unwrap();
        assert_eq!(tellings::debts(&mut world.engine.db.reader(), None, 9).await.unwrap().len(), 2);
        // A draft whose message is deleted is owed at once, and quotes nothing.
        let rosa = of(&world, story.change, "Rosa").await.id;
        telling::keep_words(&world.engine, rosa, "You said: Sundays", None).await.unwrap();
        world.hear(&[said("r", "").deleted()]).await;
        let owed = look(&world, rosa).await;
        assert_eq!((owed.telling.state.as_str(), owed.telling.words), ("owed", None));
    });
}

#[test]
fn a_text_in_their_language_is_taken_and_else_it_is_said_that_there_is_none() {
    on_both(async |world| {
        let spanish = "Buenos días, ¿podrían abrir también los domingos por la mañana, por favor?";
        let german = "Guten Tag, könnten Sie bitte auch am Sonntag öffnen? Das wäre wunderbar für uns.";
        let all = [
            ("s", said("s", spanish).by("sol@home.example").called("Sol")),
            ("g", said("g", german).by("gerd@home.example").called("Gerd").at_minute(1)),
        ];
        let story = asked_by(&world, &all).await;
        write(&world, story.change, "en", "It is done.").await;
        write(&world, story.change, "es", "Ya está.").await;
        prepare(&world, story.change).await;
        let sol = look(&world, of(&world, story.change, "Sol").await.id).await;
        assert_eq!((sol.language.as_deref(), sol.is_other_language), (Some("es"), false));
        assert!(sol.words.ends_with("Ya está."), "{}", sol.words);
        let gerd = of(&world, story.change, "Gerd").await.id;
        let in_english = look(&world, gerd).await;
        assert_eq!((in_english.language.as_deref(), in_english.is_other_language), (Some("en"), true));
        telling::set_own_language(&world.engine, "es").await.unwrap();
        assert_eq!(look(&world, gerd).await.language.as_deref(), Some("es"));
        telling::remove_text(&world.engine, (story.change, DONE), "es").await.unwrap();
        telling::remove_text(&world.engine, (story.change, DONE), "en").await.unwrap();
        let none = look(&world, gerd).await;
        assert_eq!(none.trouble, Some(Trouble::NoText));
        refused(telling::send(&world.engine, world.user, form(&none, "k")).await);
        let wrong =
            telling::save_text(&world.engine, world.user, (story.change, DONE), ("en", "{firstname}"), None).await;
        assert!(matches!(wrong, Err(EngineError::Invalid(_))), "{wrong:?}");
    });
}

#[test]
fn two_who_are_one_are_told_once_and_as_they_were_once_they_are_parted() {
    on_both(async |world| {
        let story = begin(&world).await;
        prepare(&world, story.change).await;
        let (rosa, bo) = (person_of(&world, "rosa@").await, person_of(&world, "bo@").await);
        let (of_rosa, of_bo) = (of(&world, story.change, "Rosa").await.id, of(&world, story.change, "Bo").await.id);
        let delivery = queue(&world, of_rosa, "k1").await;
        let before = form(&look(&world, of_bo).await, "k2");
        let merge = people_desk::merge(&world.engine, world.user, (bo, rosa), "Rosa Vidal", &Evidence::known()).await;
        refused(telling::send(&world.engine, world.user, before).await);
        prepare(&world, story.change).await;
        assert_eq!(all(&world, story.change, DONE).await.len(), 2, "Rosa and Cy");
        assert_eq!(of(&world, story.change, "Rosa").await.id, of_rosa);
        wire(&world, delivery).await;
        people_desk::part(&world.engine, world.user, merge.unwrap()).await.unwrap();
        assert_eq!(of(&world, story.change, "Bo").await.id, of_bo);
        assert_eq!(of(&world, story.change, "Bo").await.state, "draft");
        assert_eq!(of(&world, story.change, "Rosa").await.state, "told");
    });
}

#[test]
fn whoever_is_erased_leaves_nothing_of_what_they_were_told() {
    on_both(async |world| {
        let rosa = said("r", "Could you open on domingoxx, please?").by("marker-rosa@home.example").called("Rosaxx");
        let story = asked_by(&world, &[("r", rosa)]).await;
        write(&world, story.change, "en", "Hello {name}: {quote}. Done.").await;
        prepare(&world, story.change).await;
        let id = of(&world, story.change, "Rosaxx").await.id;
        telling::keep_words(&world.engine, id, "Rosaxx, domingoxx is open.", None).await.unwrap();
        let person = person_of(&world, "marker-rosa").await;
        let being_written = archive(&world, person).await;
        assert!(holds(&being_written, "domingoxx is open."), "so are words that nobody sent yet");
        let delivery = queue(&world, id, "k1").await;
        wire(&world, delivery).await;
        let given = archive(&world, person).await;
        assert!(holds(&given, "We open on Sundays") && holds(&given, "\"state\": \"told\""), "it is given to them");
        erase_wholly(&world, person).await;
        assert_eq!(places(&world, &["domingoxx", "marker-rosa", "rosaxx"]).await, [""; 0]);
        assert!(tellings::get(&mut world.engine.db.reader(), id).await.unwrap().is_none());
    });
}
