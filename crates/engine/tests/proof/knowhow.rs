//! Articles are found by what they said and what is written, noted where an answer holds them, and go with it; what is asked
//! without one stands together, counted by people.

use crate::{
    erasing::{erase_wholly, person, places, rosa, told},
    exporting::{archive, holds},
    support::{
        NOW, World,
        json::Wire,
        on_both,
        said::{Said, said},
    },
};
use tertulia_engine::{
    EngineError,
    knowhow::{self as desk, ArticleForm, For, Found, Undo},
    outbound, saved_replies, worker,
};
use tertulia_model::{ConversationId, Inbound, MessageId, Millis};
use tertulia_store::{
    article_uses::{self, Use},
    articles,
    questions::{self, Group},
};

const DAY: Millis = 86_400_000;
const RETURNS: &str = "You can return a bag within thirty days, opened or not. The money is back in a week.";

fn form(title: &str, body: &str) -> ArticleForm {
    ArticleForm { title: title.to_owned(), body: body.to_owned(), ..ArticleForm::default() }
}

async fn write(world: &World, title: &str, body: &str) -> i64 {
    desk::add(&world.engine, world.user, &form(title, body), For::default()).await.unwrap().0
}

async fn fitting(world: &World, written: &str, said: &str, language: &str) -> Vec<Found> {
    let looked = (desk::Least::Two, desk::SHOWN);
    desk::fitting(&mut world.engine.db.reader(), (written, said), language, looked).await.unwrap()
}

fn titles(found: &[Found]) -> Vec<&str> {
    found.iter().map(|one| one.article.title.as_str()).collect()
}

fn is_refused<T: std::fmt::Debug>(said: Result<T, EngineError>) -> bool {
    matches!(said, Err(EngineError::Refused(_)))
}

fn field<T: std::fmt::Debug>(said: Result<T, EngineError>) -> String {
    match said {
        Err(EngineError::Invalid(errors)) => errors[0].field.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_article_is_checked_kept_in_versions_and_each_change_is_undone() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        let add = async |form: ArticleForm| desk::add(engine, by, &form, For::default()).await;
        assert_eq!(field(add(form(" ", "x")).await), "title");
        assert_eq!(field(add(form("Returns", "\n")).await), "body");
        assert_eq!(field(add(form("Returns", "See https://shop.example")).await), "body");
        let linked = |link: &str| ArticleForm { link: link.to_owned(), ..form("Returns and refunds", RETURNS) };
        assert_eq!(field(add(linked("javascript:alert(1)")).await), "link");
        assert_eq!(field(add(form("Ok", "ok 5 €")).await), "language");
        assert_eq!(field(add(form("x", &"y".repeat(4_000))).await), "body");
        let (id, added) = add(linked("https://shop.example/returns")).await.unwrap();
        let at = async || articles::get(&mut engine.db.reader(), id).await.unwrap();
        assert_eq!(at().await.unwrap().language, "en");
        let changed = desk::change(engine, by, id, &form("Returns", RETURNS), Some(1)).await.unwrap();
        assert!(
            is_refused(desk::change(engine, by, id, &form("Late", RETURNS), Some(1)).await),
            "seen as it was before"
        );
        assert!(is_refused(desk::undo(engine, by, &added).await), "it was changed since");
        desk::undo(engine, by, &changed).await.unwrap();
        let back = at().await.unwrap();
        assert_eq!((back.title.as_str(), back.version), ("Returns and refunds", 3));
        assert_eq!(back.link.as_deref(), Some("https://shop.example/returns"));
        assert!(is_refused(desk::undo(engine, by, &changed).await), "once");
        let (other, added) =
            add(form("Other", "Something else altogether, which nobody has asked us about yet.")).await.unwrap();
        desk::undo(engine, by, &added).await.unwrap();
        assert_eq!(articles::get(&mut engine.db.reader(), other).await.unwrap(), None);
    });
}

#[test]
fn what_fits_is_given_in_their_language_and_said_to_be_in_another_where_it_is_not() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        let english = write(&world, "Returns and refunds", RETURNS).await;
        write(&world, "Delivery", "Orders before noon leave the same day and take two days.").await;
        let german = ArticleForm {
            language: "de".to_owned(),
            ..form("Rückgabe", "Sie können einen Beutel innerhalb von dreißig Tagen zurückgeben.")
        };
        let what = For { topic: Some(english), question: None };
        let (german_id, _) = desk::add(engine, by, &german, what).await.unwrap();
        assert_eq!(field(desk::add(engine, by, &german, what).await), "language");
        let found = fitting(&world, "", "Can I return this bag?", "und").await;
        assert_eq!(titles(&found), ["Returns and refunds"]);
        let found = fitting(&world, "You can return it", "Hallo!", "de").await;
        assert_eq!((titles(&found), found[0].in_their_language), (vec!["Rückgabe"], true));
        let found = fitting(&world, "", "¿Puedo hacer un return?", "es").await;
        assert_eq!((titles(&found), found[0].in_their_language), (vec!["Returns and refunds"], false));
        let found = fitting(&world, "", "Kann ich den Beutel zurückgeben?", "de").await;
        assert_eq!(titles(&found), ["Rückgabe"]);
        let archived = desk::archive(engine, by, german_id).await.unwrap();
        assert_eq!(titles(&fitting(&world, "", "Kann ich den Beutel zurückgeben?", "de").await), [""; 0]);
        assert_eq!(field(desk::add(engine, by, &german, what).await), "language", "it stands archived");
        desk::undo(engine, by, &archived).await.unwrap();
        assert_eq!(titles(&fitting(&world, "", "Kann ich den Beutel zurückgeben?", "de").await), ["Rückgabe"]);
    });
}

async fn answer(world: &World, to: &str, key: &str, text: &str, articles: &[i64]) -> (ConversationId, MessageId) {
    let conversation = world.conversation_of(to).await.id;
    let form =
        outbound::ReplyForm { text: text.to_owned(), articles: articles.to_vec(), ..world.reply(conversation, key) };
    let delivery = outbound::queue_reply(&world.engine, world.user, form).await.unwrap();
    (conversation, delivery.message_id)
}

async fn uses(world: &World, message: MessageId) -> Vec<Use> {
    article_uses::of_messages(&mut world.engine.db.reader(), &[message]).await.unwrap()
}

#[test]
fn an_article_is_noted_where_the_answer_that_is_sent_still_holds_it() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        let article = write(&world, "Returns and refunds", RETURNS).await;
        world.hear(&[said("q", "Can I return it?").created()]).await;
        let (_, without) = answer(&world, "q", "k1", "Come by, we will see.", &[article, 9]).await;
        assert_eq!(uses(&world, without).await, []);
        let (conversation, with) = answer(&world, "q", "k2", &format!("Hello Rosa,\n\n{RETURNS}"), &[article]).await;
        let used = uses(&world, with).await.remove(0);
        assert_eq!((used.article_id, used.conversation_id, used.used_by), (article, conversation, by));
        assert_eq!(field(desk::say(engine, by, used.id, Some("perhaps")).await), "helped");
        let (_, undo) = desk::say(engine, by, used.id, Some("helped")).await.unwrap();
        assert_eq!(uses(&world, with).await[0].helped.as_deref(), Some("helped"));
        desk::say(engine, by, used.id, Some("not")).await.unwrap();
        assert!(is_refused(desk::undo(engine, by, &undo).await), "something else was said since");
        let (_, undo) = desk::say(engine, by, used.id, None).await.unwrap();
        assert_eq!(undo, Undo::Said { used: used.id, before: Some("not".to_owned()), after: None });
        desk::undo(engine, by, &undo).await.unwrap();
        assert_eq!(uses(&world, with).await[0].helped.as_deref(), Some("not"));
    });
}

#[test]
fn an_answer_taken_back_used_nothing_and_its_draft_knows_the_article() {
    on_both(async |world| {
        let article = write(&world, "Returns and refunds", RETURNS).await;
        world.hear(&[said("q", "Do you ship to Spain?").created()]).await;
        look(&world).await;
        let (conversation, message) = answer(&world, "q", "k", RETURNS, &[article]).await;
        assert_eq!(groups(&world, "open").await, []);
        let mut db = world.engine.db.reader();
        let delivery = tertulia_store::deliveries::of_message(&mut db, message).await.unwrap().unwrap();
        outbound::undo_reply(&world.engine, world.user, delivery.id).await.unwrap();
        assert_eq!(uses(&world, message).await, []);
        assert_eq!(groups(&world, "open").await.len(), 1, "they are not answered");
        let key = tertulia_store::drafts::Key { user: world.user, conversation, forwards: None };
        let draft = tertulia_store::drafts::get(&mut db, key).await.unwrap().unwrap();
        assert!(draft.form.contains(&format!("\"articles\":\"{article}\"")), "{}", draft.form);
    });
}

#[test]
fn an_answer_that_did_not_get_through_answered_nobody_and_its_draft_knows_the_article() {
    on_both(async |world| {
        let article = write(&world, "Returns and refunds", RETURNS).await;
        world.hear(&[asks("a", "Do you ship to Spain?", NOW)]).await;
        look(&world).await;
        let (conversation, message) = answer(&world, "a", "k", RETURNS, &[article]).await;
        assert_eq!(groups(&world, "open").await, []);
        let mut db = world.engine.db.reader();
        let delivery = tertulia_store::deliveries::of_message(&mut db, message).await.unwrap().unwrap();
        world.wire.will([Wire::Rejected("The mailbox does not exist.")]);
        world.clock.advance(60_000);
        outbound::run_send(&world.engine, delivery.id).await.unwrap();
        assert_eq!(groups(&world, "open").await.len(), 1, "they have read nothing");
        assert_eq!(article_uses::counts(&mut db, article).await.unwrap(), []);
        outbound::write_again(&world.engine, world.user, delivery.id).await.unwrap();
        let key = tertulia_store::drafts::Key { user: world.user, conversation, forwards: None };
        let draft = tertulia_store::drafts::get(&mut db, key).await.unwrap().unwrap();
        assert!(draft.form.contains(&format!("\"articles\":\"{article}\"")), "{}", draft.form);
    });
}

/// Somebody asks, each by an address of their own.
fn asks(id: &str, text: &str, at: Millis) -> Inbound {
    Said { at, ..said(id, text).by(&format!("{id}@example.org")) }.created()
}

async fn look(world: &World) {
    world.clock.set(world.engine.now() + 120_000);
    while let Some(job) = worker::take(&world.engine, worker::QUESTIONS, 0).await.unwrap() {
        job.await.unwrap();
    }
}

async fn look_again(world: &World) {
    let job = worker::take(&world.engine, worker::QUESTIONS, 1).await.unwrap().expect("an article was written");
    job.await.unwrap();
}

async fn groups(world: &World, state: &str) -> Vec<Group> {
    questions::groups(&mut world.engine.db.reader(), state, None, 10).await.unwrap()
}

#[test]
fn what_is_asked_without_an_article_stands_together_counted_by_people() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        world
            .hear(&[
                asks("a", "Hello! Do you ship to Spain?", NOW),
                asks("b", "Can you ship it to Spain please?", NOW),
                asks("c", "Do you have oat milk?", NOW),
                asks("d", "Thank you so much!", NOW),
            ])
            .await;
        look(&world).await;
        let open = groups(&world, "open").await;
        assert_eq!(open.iter().map(|group| group.people).collect::<Vec<_>>(), [2, 1]);
        look(&world).await;
        assert_eq!(groups(&world, "open").await, open, "nothing is counted twice");
        desk::dismiss(engine, by, open[1].id, true).await.unwrap();
        assert_eq!((groups(&world, "open").await.len(), groups(&world, "none").await.len()), (1, 1));
        let what = For { topic: None, question: Some(open[0].id) };
        let spain = form("Sending abroad", "We send parcels to all of the country and to the neighbours.");
        let (article, _) = desk::add(engine, by, &spain, what).await.unwrap();
        look_again(&world).await;
        let known = groups(&world, "known").await;
        assert_eq!((known.len(), known[0].article_id), (1, Some(article)), "a member says so, whatever its words");
        let archived = desk::archive(engine, by, article).await.unwrap();
        look_again(&world).await;
        assert_eq!(groups(&world, "open").await.len(), 1);
        desk::undo(engine, by, &archived).await.unwrap();
        assert_eq!(groups(&world, "known").await[0].article_id, Some(article), "it was written for it");
    });
}

#[test]
fn a_question_in_other_words_is_still_asked_and_so_is_what_comes_into_a_conversation_later() {
    on_both(async |world| {
        let typo = Said { at: NOW, ..said("a", "Do you ship to Spian?").by("a@example.org") };
        let over = Said { at: NOW, ..said("o", "Do you ship to Spain?").by("o@example.org").overheard() };
        world.hear(&[typo.created(), over.created()]).await;
        look(&world).await;
        let people = async || groups(&world, "open").await.iter().map(|group| group.people).collect::<Vec<_>>();
        world.hear(&[typo.edited(1, "Do you ship to Spain?")]).await;
        assert_eq!(people().await, [1]);
        let overheard = world.message("o").await.id;
        tertulia_engine::desk::open_thread(&world.engine, overheard, world.user).await.unwrap();
        assert_eq!(people().await, [2]);
        world.hear(&[typo.edited(2, "Thank you so much!")]).await;
        assert_eq!(people().await, [1]);
        look(&world).await;
        assert_eq!(people().await, [1]);
    });
}

#[test]
fn a_question_without_its_mark_is_counted_as_soon_as_another() {
    on_both(async |world| {
        world.hear(&[asks("a", "Can I return an opened bag", NOW)]).await;
        look(&world).await;
        assert_eq!(groups(&world, "open").await.len(), 1);
    });
}

#[test]
fn what_was_said_of_a_question_holds_as_long_as_somebody_asks_it() {
    on_both(async |world| {
        let ship = "Do you ship to Spain?";
        let first = ["a", "b", "c", "d", "e", "f"].map(|id| asks(id, ship, NOW));
        world.hear(&first).await;
        look(&world).await;
        let group = groups(&world, "open").await.remove(0).id;
        desk::dismiss(&world.engine, world.user, group, true).await.unwrap();
        world.clock.set(NOW + 7 * DAY);
        world.hear(&[asks("g", ship, NOW + 7 * DAY)]).await;
        look(&world).await;
        assert_eq!(groups(&world, "none").await[0].people, 7);
        world.clock.set(NOW + (desk::DAYS + 2) * DAY);
        look(&world).await;
        world.hear(&[asks("h", ship, world.engine.now())]).await;
        look(&world).await;
        assert_eq!(groups(&world, "open").await, [], "those by which it was found are gone, and it is found");
        assert_eq!(groups(&world, "none").await[0].people, 2);
        world.clock.set(NOW + (2 * desk::DAYS + 9) * DAY);
        look(&world).await;
        assert_eq!(questions::group(&mut world.engine.db.reader(), group).await.unwrap(), None);
    });
}

#[test]
fn an_archived_article_hides_no_question_also_where_all_who_asked_were_answered_with_it() {
    on_both(async |world| {
        let article = write(&world, "Returns and refunds", RETURNS).await;
        world.hear(&[asks("a", "Can I return a bag?", NOW)]).await;
        look(&world).await;
        answer(&world, "a", "k", RETURNS, &[article]).await;
        assert_eq!(groups(&world, "known").await, []);
        let archived = desk::archive(&world.engine, world.user, article).await.unwrap();
        world.hear(&[asks("b", "Can I return a bag?", world.engine.now())]).await;
        look(&world).await;
        assert_eq!(groups(&world, "open").await[0].people, 1);
        desk::undo(&world.engine, world.user, &archived).await.unwrap();
        assert_eq!(groups(&world, "known").await[0].people, 1);
    });
}

#[test]
fn a_member_says_that_an_article_does_not_answer_a_question_and_takes_it_back() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        write(&world, "Returns and refunds", RETURNS).await;
        world.hear(&[asks("a", "Can I return a bag?", NOW)]).await;
        look(&world).await;
        let known = groups(&world, "known").await.remove(0);
        let undo = desk::dismiss(engine, by, known.id, false).await.unwrap();
        write(&world, "Delivery", "Orders before noon leave the same day and take two days.").await;
        look_again(&world).await;
        assert_eq!(groups(&world, "open").await[0].article_id, None, "whatever its words");
        desk::undo_dismiss(engine, &undo).await.unwrap();
        assert_eq!(groups(&world, "known").await[0].article_id, known.article_id);
        assert!(is_refused(desk::undo_dismiss(engine, &undo).await), "something was said since");
    });
}

#[test]
fn a_question_that_an_article_speaks_of_or_that_was_answered_with_one_is_not_asked_for() {
    on_both(async |world| {
        let article = write(&world, "Returns and refunds", RETURNS).await;
        world.hear(&[asks("a", "Can I return a bag?", NOW), asks("b", "Do you repair old grinders?", NOW)]).await;
        look(&world).await;
        let open = groups(&world, "open").await;
        assert_eq!(open.len(), 1);
        assert_eq!(groups(&world, "known").await[0].article_id, Some(article));
        answer(&world, "b", "k", RETURNS, &[article]).await;
        assert_eq!(groups(&world, "open").await, []);
    });
}

#[test]
fn a_question_goes_after_its_days_with_its_words_and_with_its_person() {
    on_both(async |world| {
        world.hear(&[asks("a", "Do you ship to Spain?", NOW), asks("b", "Do you ship to Spain", NOW)]).await;
        look(&world).await;
        let group = groups(&world, "open").await.remove(0);
        assert_eq!(group.people, 2);
        world.hear(&[said("a", "").deleted()]).await;
        assert_eq!(groups(&world, "open").await[0].people, 1);
        world.clock.set(NOW + (desk::DAYS + 2) * DAY);
        look(&world).await;
        assert_eq!(groups(&world, "open").await, []);
        assert_eq!(questions::group(&mut world.engine.db.reader(), group.id).await.unwrap(), None);
    });
}

#[test]
fn an_erasure_takes_what_they_asked_and_that_they_were_sent_an_article_and_an_export_gives_it() {
    on_both(async |world| {
        let article = write(&world, "Returns and refunds", RETURNS).await;
        world.hear(&[rosa("q", "Do you ship the zanahoriaxx to Spain?").created()]).await;
        look(&world).await;
        assert_eq!(groups(&world, "open").await[0].people, 1);
        let (_, message) = answer(&world, "<q@marker-rosa.example>", "k", RETURNS, &[article]).await;
        let rosa = person(&world).await;
        assert!(holds(&archive(&world, rosa).await, "\"articles_in_answers\""));
        erase_wholly(&world, rosa).await;
        assert_eq!(uses(&world, message).await, []);
        assert_eq!(groups(&world, "open").await, []);
        assert_eq!(places(&world, &["zanahoriaxx"]).await, Vec::<String>::new());
    });
}

#[test]
fn a_saved_reply_is_filled_in_and_a_place_that_nobody_filled_is_told() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        let form =
            |body: &str, of_team| saved_replies::Form { title: "Hello".to_owned(), body: body.to_owned(), of_team };
        assert_eq!(field(saved_replies::add(engine, by, &form("Hello {frist name}", true)).await), "body");
        let body = "Hello {first name|there}, it is {day}. {organisation}";
        let (id, added) = saved_replies::add(engine, by, &form(body, false)).await.unwrap();
        world.hear(&[said("q", "Hello?").created()]).await;
        let conversation = world.conversation_of("q").await.id;
        let known = saved_replies::known(engine, by, conversation).await.unwrap();
        let filled = saved_replies::fill(body, &known);
        assert!(filled.contains("it is Saturday"), "{filled}");
        assert_eq!(field(saved_replies::check_filled_in("Hello {first name}")), "text");
        assert!(saved_replies::check_filled_in("fn main() {}").is_ok());
        let other = tertulia_model::UserId(99);
        let theirs = saved_replies::get(&mut engine.db.reader(), other, id).await;
        assert!(matches!(theirs, Err(EngineError::NotFound(_))), "it is a member's own");
        let changed = saved_replies::change(engine, by, id, &form("Hi {member}", true), Some(1)).await.unwrap();
        assert!(saved_replies::get(&mut engine.db.reader(), other, id).await.is_ok(), "it is the team's now");
        assert!(is_refused(saved_replies::change(engine, by, id, &form("x", true), Some(1)).await));
        assert!(is_refused(saved_replies::undo(engine, by, &added).await));
        saved_replies::undo(engine, by, &changed).await.unwrap();
        let removed = saved_replies::remove(engine, by, id).await.unwrap();
        assert_eq!(saved_replies::find(&mut engine.db.reader(), by, "", None, 9).await.unwrap(), []);
        saved_replies::undo(engine, by, &removed).await.unwrap();
        let found = saved_replies::find(&mut engine.db.reader(), by, "HELLO", None, 9).await.unwrap();
        assert_eq!((found.len(), found[0].body.as_str()), (1, body));
    });
}

#[test]
fn how_a_saved_reply_read_before_is_forgotten_once_it_cannot_be_undone_any_more() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        let form = |body: &str| saved_replies::Form { title: "Hello".to_owned(), body: body.to_owned(), of_team: true };
        let (id, _) = saved_replies::add(engine, by, &form("Hello Rosa")).await.unwrap();
        let changed = saved_replies::change(engine, by, id, &form("Hello"), None).await.unwrap();
        world.clock.advance(2 * 3_600_000);
        tertulia_engine::desk::forget_thrown(engine).await.unwrap();
        assert!(is_refused(saved_replies::undo(engine, by, &changed).await));
        saved_replies::remove(engine, by, id).await.unwrap();
        world.clock.advance(2 * 3_600_000);
        tertulia_engine::desk::forget_thrown(engine).await.unwrap();
        assert_eq!(tertulia_store::saved_replies::get(&mut engine.db.reader(), id).await.unwrap(), None);
    });
}

#[test]
fn an_earlier_wording_of_an_article_is_forgotten_for_good() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        let id = write(&world, "Returns and refunds", RETURNS).await;
        assert!(is_refused(desk::forget_version(engine, id, 1).await), "it says that now");
        let changed = desk::change(engine, by, id, &form("Returns", RETURNS), None).await.unwrap();
        desk::forget_version(engine, id, 1).await.unwrap();
        assert_eq!(articles::version(&mut engine.db.reader(), id, 1).await.unwrap(), None);
        assert!(matches!(desk::undo(engine, by, &changed).await, Err(EngineError::NotFound(_))));
    });
}

#[test]
fn the_report_of_an_erasure_finds_earlier_wordings_and_says_whose_own_a_saved_reply_is() {
    on_both(async |world| {
        let (engine, by) = (&world.engine, world.user);
        let amina = Said { name: Some("Amina Öz".to_owned()), ..said("a", "Hello").by("amina-oz@home.example") };
        world.hear(&[amina.created()]).await;
        let amina = world.message("a").await.person_id.unwrap();
        let words = "Amina Öz wrote this down for all of us, so that nobody has to ask for it again.";
        let article = write(&world, "Returns and refunds", words).await;
        desk::change(engine, by, article, &form("Returns and refunds", RETURNS), None).await.unwrap();
        let body = "As we have told Amina Öz.".to_owned();
        let own = saved_replies::Form { title: "Hello".to_owned(), body, of_team: false };
        let (reply, _) = saved_replies::add(engine, by, &own).await.unwrap();
        let report = erase_wholly(&world, amina).await;
        let found = told(&world, report).await["named_in"].clone();
        let is = |n: usize, kind: &str, id: i64| {
            found[n]["kind"] == kind && found[n]["id"].as_str() == Some(&id.to_string())
        };
        assert!(is(0, "article", article) && is(1, "saved reply", reply), "{found}");
        assert!(found[1]["of"].is_string(), "only its owner can open it");
    });
}
