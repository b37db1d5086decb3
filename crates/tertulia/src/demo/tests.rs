//! The demo from inside: states as they would be, and an answer that is heard.

use super::{clock::StageClock, lines, lived, load, stage, story::Story, talk};
use crate::{config::Config, connectors, serve};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tertulia_engine::{
    Engine,
    figures::Period,
    goals,
    insights::{
        asked::{Filter, Question},
        overview::overview,
        triangulation,
        voices::answers,
    },
    opinions, others,
    outbound::{self, ReplyForm},
    topics,
};
use tertulia_model::{ChangeId, Clock, ConversationId, DeliveryState, SystemClock, UserId};
use tertulia_store::{
    article_uses, articles, conversations, customer_runs, deliveries, endings, feedback_changes,
    keys::source_key,
    listing::{self, InboxFilter},
    loops, messages, notes, opinions as stored_opinions, promises, reading, roadmap, saved_replies, segments,
    tellings::{self, DONE},
    users,
};
use tertulia_voices::coverage::Standing;

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_open_who_was_answered_is_pending_and_an_answer_is_thanked_for() {
    let folder = tempfile::tempdir().unwrap();
    let story = Arc::new(Story::read().unwrap());
    let (stage, heard) = stage::Stage::new();
    let clock = Arc::new(StageClock::default());
    let config = Config::in_folder(folder.path());
    let mut running = serve::prepare(&config, stage::on_stage(connectors::all(), &stage), clock).await.unwrap();
    let engine = running.installation.engine.clone();
    let channels = load::load(&engine, &story).await.unwrap();
    let mut db = engine.db.reader();
    for (state, least) in [("open", 15), ("pending", 2), ("closed", 50)] {
        let [count] =
            listing::count(&mut db, UserId(0), [InboxFilter { state: Some(state), ..InboxFilter::default() }], 1_000)
                .await
                .unwrap();
        assert!(count >= least, "{count} conversations are {state}");
    }
    let of = async |key: &str| -> ConversationId {
        let id = lines::message_id(&story, story.line(key).unwrap());
        let known = messages::known(&mut engine.db.reader(), &[source_key("mail", &id)]).await.unwrap();
        known[0].conversation_id.unwrap()
    };
    let closed = conversations::get(&mut db, of("m0371").await).await.unwrap().unwrap();
    assert_eq!(closed.state, "closed", "somebody closed it after the thanks");
    let troubled = deliveries::troubled(&mut db, 10).await.unwrap();
    let [came_back] = troubled.as_slice() else { panic!("one answer came back: {troubled:?}") };
    assert_eq!((came_back.state, came_back.conversation_id), (DeliveryState::Failed, of("m0434").await));
    assert!(came_back.reason.as_deref().unwrap().contains("The mailbox of the recipient is full"), "{came_back:?}");
    let reopened = conversations::get(&mut db, came_back.conversation_id).await.unwrap().unwrap();
    assert_eq!(reopened.state, "open", "somebody has to see to it");
    let waiting = conversations::get(&mut db, of("m0389").await).await.unwrap().unwrap();
    assert!(waiting.state == "open" && waiting.waiting_since.is_some());

    running.start_work();
    let talking = tokio::spawn(talk::go_on(engine.clone(), story.clone(), stage, channels, heard, 50.0, false));
    let ines = users::by_mail(&mut db, "ines@fuenteyflor.example").await.unwrap().unwrap();
    let reply = ReplyForm {
        conversation: waiting.id,
        channel: waiting.channel_id,
        text: "Liebe Frau Siebenhaar, das Päckchen geht heute hinaus.".to_owned(),
        recipients: Vec::new(),
        subject: None,
        from_address: None,
        idempotency_key: "demo".to_owned(),
        seen: None,
        shown: Vec::new(),
        even_if_unseen: true,
        close: false,
        files: outbound::Files::none(),
        articles: Vec::new(),
        forwards: None,
    };
    outbound::queue_reply(&engine, ines.id, reply).await.unwrap();
    let thanked = async {
        loop {
            let said = reading::conversation(&mut engine.db.reader(), waiting.id, None, 20).await.unwrap();
            // Her own words of before are longer.
            let thanks = |text: &str| text.contains("ank") && text.contains("Lotte Siebenhaar") && text.len() < 90;
            if said.iter().any(|m| m.direction == "theirs" && m.at > waiting.last_at && thanks(&m.text)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), thanked).await.expect("Lotte gives thanks in German");
    talking.abort();
}

const DAY: i64 = 24 * 3_600_000;

/// The change that is done.
async fn done(engine: &Engine) -> ChangeId {
    let found = feedback_changes::list(&mut engine.db.reader(), "done", None, 9).await.unwrap();
    let [one] = found.as_slice() else { panic!("one change is done: {found:?}") };
    one.id
}

#[tokio::test(flavor = "multi_thread")]
async fn one_complaint_becomes_a_change_and_five_people_in_four_channels_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let story = Story::read().unwrap();
    let (stage, mut heard) = stage::Stage::new();
    let clock = Arc::new(StageClock::default());
    let config = Config::in_folder(folder.path());
    let running = serve::prepare(&config, stage::on_stage(connectors::all(), &stage), clock.clone()).await.unwrap();
    let engine = running.installation.engine.clone();
    let channels = load::load(&engine, &story).await.unwrap();
    lived::live(&engine, &story, &clock, channels).await.unwrap();
    assert!((SystemClock.now() - engine.now()).abs() < 60_000, "it is today again");

    let mut db = engine.db.reader();
    let change = done(&engine).await;
    let told = tellings::list(&mut db, (change, DONE), &["told"], 0, 50).await.unwrap();
    assert_eq!(told.len(), 5);
    let asked_on: BTreeSet<_> = told.iter().filter_map(|row| row.channel_id).collect();
    assert_eq!(asked_on.len(), 4, "in four channels");
    let mut told_on = BTreeSet::new();
    for row in &told {
        let ours = reading::message(&mut db, row.sent_message_id.unwrap()).await.unwrap().unwrap();
        assert_eq!((Some(ours.channel_id), ours.conversation_id), (row.channel_id, row.conversation_id), "{row:?}");
        assert!(ours.text.contains('\u{201c}'), "their words are quoted: {}", ours.text);
        told_on.insert((ours.channel_id, row.person_id));
        assert!(engine.now() - row.told_at.unwrap() > 5 * DAY, "it was days ago");
    }
    assert_eq!(told_on.len(), 5);
    let times = loops::times(&mut db, Some(change)).await.unwrap();
    assert_eq!(times.n, 5);
    assert!(times.median.unwrap() > 7 * DAY, "{times:?}");
    let help = loops::help(&mut db, change).await.unwrap();
    assert_eq!((help.asked, help.helped), (1, 1));
    let counts = tellings::counts(&mut db, change, DONE).await.unwrap();
    let others = [("draft", 1), ("owed", 1), ("skipped", 1), ("told", 5)].map(|(state, n)| (state.to_owned(), n));
    assert_eq!(counts, others);

    // They were told by what the channels carry, and by nothing else.
    let mut connectors = BTreeSet::new();
    while let Ok(heard) = heard.try_recv() {
        connectors.insert(heard.connector);
    }
    assert_eq!(connectors.into_iter().collect::<Vec<_>>(), ["email", "mastodon", "sms", "webchat"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_of_the_demo_shows_how_it_is_lived_with() {
    let folder = tempfile::tempdir().unwrap();
    let story = Story::read().unwrap();
    let (stage, _heard) = stage::Stage::new();
    let clock = Arc::new(StageClock::default());
    let config = Config::in_folder(folder.path());
    let running = serve::prepare(&config, stage::on_stage(connectors::all(), &stage), clock.clone()).await.unwrap();
    let engine = running.installation.engine.clone();
    let channels = load::load(&engine, &story).await.unwrap();
    lived::live(&engine, &story, &clock, channels).await.unwrap();

    let mut db = engine.db.reader();
    let ines = users::by_mail(&mut db, "ines@fuenteyflor.example").await.unwrap().unwrap().id;
    for (state, least) in [("considering", 1), ("planned", 2), ("done", 1), ("declined", 1)] {
        let found = feedback_changes::list(&mut db, state, None, 9).await.unwrap().len();
        let published = roadmap::list(&mut db, state, None, 9).await.unwrap().len();
        assert!(found >= least && published >= least, "{found} changes are {state}, {published} for everybody");
    }
    let kept = promises::list(&mut db, "kept", None, 9).await.unwrap();
    let [kept] = kept.as_slice() else { panic!("one promise is kept: {kept:?}") };
    assert!(kept.promise.due_at.is_none_or(|due| kept.promise.closed_at.unwrap() <= due), "in time: {kept:?}");
    let open = promises::list(&mut db, "open", None, 9).await.unwrap();
    let [due] = open.as_slice() else { panic!("one promise is open: {open:?}") };
    let left = due.promise.due_at.unwrap() - engine.now();
    assert!((0..=DAY).contains(&left), "it is due today");
    assert_eq!(notes::count_unseen(&mut db, ines, 9).await.unwrap(), 1, "a note names the owner");
    let known = articles::list(&mut db, false, None, 9).await.unwrap();
    assert_eq!(known.len(), 4);
    let mut helped = 0;
    for article in &known {
        let uses = article_uses::of_article(&mut db, article.id, None, 9).await.unwrap();
        helped += uses.iter().filter(|place| place.used.helped.as_deref() == Some("helped")).count();
    }
    assert_eq!(helped, 1, "an article helped once");
    assert_eq!(saved_replies::list(&mut db, ines, &[], None, 9).await.unwrap().len(), 2);
    let thanks = lines::message_id(&story, story.line("m0377").unwrap());
    let thanks = messages::known(&mut db, &[source_key("mail", &thanks)]).await.unwrap()[0].conversation_id.unwrap();
    let ended = endings::of_conversation(&mut db, thanks, (i64::MIN, i64::MAX), 9).await.unwrap();
    assert_eq!(ended.iter().map(|ending| ending.outcome.as_str()).collect::<Vec<_>>(), ["listened"]);
    let hoped = goals::all(&engine).await.unwrap().0;
    assert_eq!(hoped.len(), 3);
    let first = hoped.iter().find(|stands| stands.goal.sentence == story.organisation.goal.sentence).unwrap();
    assert!(first.value.is_some() && first.n > 0, "a figure says how it stands: {first:?}");
    assert_eq!(segments::all(&mut db).await.unwrap().len(), 2);
    let lists = customer_runs::all(&mut db, None, 9).await.unwrap();
    assert_eq!(lists.iter().map(|list| list.added).collect::<Vec<_>>(), [440]);
    let [ballot] = stored_opinions::all(&mut db, None, 9).await.unwrap().try_into().unwrap();
    let drawn = opinions::draw(&engine, ballot.id).await.unwrap();
    assert_eq!((drawn.people, drawn.map.groups.len()), (38, 2), "people who answer alike make two groups");
    let beside = others::all(&engine).await.unwrap();
    let month = Period::last_days(&engine, 30).await.unwrap();
    let found = others::compare(&engine, beside[0].other.id, month).await.unwrap();
    assert_eq!((found.theirs.said.n, found.theirs.said.answered), (7, 4));
    assert!(found.theirs.said.share.is_some() && found.ours.said.share.is_some(), "both can be told: {found:?}");
    says_whom_it_does_not_hear(&engine).await;
}

/// What Insights show of it.
async fn says_whom_it_does_not_hear(engine: &Arc<Engine>) {
    let filter = Filter::of(Period::last_days(engine, 90).await.unwrap());
    let found = overview(engine, &filter).await.unwrap();
    let (all, heard) = found.customers.unwrap();
    assert!(all == 440 && heard > 250, "{heard} of {all} customers are heard");
    let age = found.coverage.iter().find(|of| of.title == "Age").unwrap();
    let old = age.parts.iter().find(|part| part.name == "60 and over").unwrap();
    assert_eq!(old.standing, Standing::Unheard, "{old:?}");
    let said = answers(engine, &filter, &[Question::Negative]).await.unwrap();
    let weighted = said[0].weighted.as_ref().unwrap().as_ref().unwrap();
    assert!(weighted.n > 250 && weighted.high - weighted.low < 0.2, "{weighted:?}");
    let looked = topics::shown(engine, Some("es"), topics::weeks_of(filter.period)).await.unwrap().unwrap();
    let large = looked.topics.iter().filter(|topic| topic.messages >= 30).count();
    assert!(large >= 5, "{large} topics of thirty messages and more");
    let asked = triangulation::Asked::of(Question::Negative);
    let found = triangulation::triangulate(engine, &filter, &asked).await.unwrap();
    let tell = found.sources.iter().filter(|source| source.by_person.is_ok()).count();
    assert_eq!(tell, 4, "all four sources say something");
}
