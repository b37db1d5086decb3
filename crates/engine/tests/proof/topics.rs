//! Topics are found once a week in each language, of what people said and no machine; what was noise or is gone leaves them and
//! its week is counted anew; what comes between is placed by what is known; people decide what is shown; and nothing of what one
//! person alone said is kept.

use crate::support::{
    World, on_both,
    said::{Said, said},
};
use tertulia_analysis::labels::{Kind, SPAM};
use tertulia_engine::{
    EngineError, labels,
    topics::{self, Looked, Shown},
    worker,
};
use tertulia_model::{Inbound, MessageId};
use tertulia_store::{Sql, binds, topic_messages, topics as stored};

const DAY: i64 = 24 * 3_600_000;
const SECRET: &str = "xanthippe";
const EACH: usize = 24;

const PARKING: [&str; 4] = [
    "The parking permit for our street has not come and the parking zone is full again",
    "Why does a parking permit cost so much when the parking zone has no free place",
    "My neighbours park in the parking zone without any permit and nobody checks it",
    "Please tell me how to renew the parking permit for the zone near the street",
];
const LIBRARY: [&str; 4] = [
    "The library opening hours on Sunday are too short and the books were not there",
    "Could the library keep its opening hours longer so that we can return the books",
    "On Sunday the library was closed although the opening hours on the door said otherwise",
    "I love the library and its books but the opening hours are hard for families",
];
const BINS: [&str; 4] = [
    "The rubbish bins were not emptied this week and the collection is late as always",
    "When does the rubbish collection come for the bins that are standing in front of us",
    "The bins in our street have been broken since the last rubbish collection and nobody brings new ones",
    "The collection of the rubbish left half of the bins lying in the middle of the road",
];

/// So many days before now, which is a Saturday.
fn on(one: Said, days: i64) -> Said {
    Said { at: one.at - days * DAY, ..one }
}

/// Many people speak of three things; one of them uses a word of their own each time.
fn talk(days: i64) -> Vec<Inbound> {
    let mut all = Vec::new();
    for n in 0..EACH {
        for (theme, texts) in [("parking", PARKING), ("library", LIBRARY), ("bins", BINS)] {
            let own = if theme == "parking" && n % 6 == 0 { SECRET } else { "" };
            let person = if own.is_empty() { n } else { 0 };
            let one = said(&format!("{theme}-{days}-{n}"), &format!("{} {own}", texts[n % 4]));
            let one = on(one.by(&format!("person{person}@home.example")), days);
            all.push(Said { at: one.at + n as i64 * 1_000, ..one }.created());
        }
    }
    all
}

async fn looked(world: &World) -> Looked {
    let present = topics::week_of(world.engine.now());
    topics::shown(&world.engine, None, (present - 5, present)).await.unwrap().expect("topics were found")
}

fn told<'a>(looked: &'a Looked, word: &str) -> &'a Shown {
    let holds = |topic: &&Shown| topic.words.iter().any(|one| one.to_lowercase() == word);
    looked.topics.iter().find(holds).unwrap_or_else(|| panic!("no topic is told by {word}: {:?}", looked.topics))
}

async fn id(world: &World, name: &str) -> MessageId {
    world.message(name).await.id
}

async fn placed(world: &World, name: &str) -> Option<topic_messages::Placed> {
    let id = id(world, name).await;
    topic_messages::of(&mut world.engine.db.reader(), &[id]).await.unwrap().pop()
}

#[test]
fn what_people_talk_about_is_found_with_no_word_of_one_person_alone() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        world.hear(&[said("few", "Aujourd’hui le temps est beau et nous allons à la plage").created()]).await;
        assert_eq!(topics::find_all(&world.engine).await.unwrap(), 1, "one language had enough");
        let looked = looked(&world).await;
        assert_eq!((looked.language.as_str(), looked.runs.len()), ("en", 1));
        assert_eq!((looked.runs[0].messages, looked.runs[0].learnt_from), (3 * EACH as i64, 3 * EACH as i64));
        let [parking, library, bins] = ["parking", "library", "bins"].map(|word| told(&looked, word).clone());
        assert!(parking.id != library.id && library.id != bins.id && parking.id != bins.id, "{looked:?}");
        assert!(library.messages >= EACH as i64 - 4, "{library:?}");
        let weeks = looked.weeks;
        let all = topics::behind(&world.engine, vec![parking, library.clone(), bins], weeks).await.unwrap();
        let behind = topics::behind(&world.engine, vec![library], weeks).await.unwrap().remove(0);
        assert!(all.len() == 3 && all[1] == behind, "asked at once it is as each alone: {all:?}");
        assert_eq!(behind.voices.len() as i64, behind.people);
        assert!(behind.people > 10 && !behind.typical.is_empty(), "{behind:?}");
        assert!(behind.typical.iter().all(|message| message.text.to_lowercase().contains("library")));
        let mut db = world.engine.db.reader();
        for column in ["label", "words", "profile"] {
            let sql = format!("SELECT COUNT(*) FROM topics WHERE {column} LIKE '%{SECRET}%'");
            assert_eq!(db.number(sql, binds![]).await.unwrap(), 0, "{column}");
        }
        assert_eq!(topics::find_all(&world.engine).await.unwrap(), 0, "a week is looked at once");
    });
}

#[test]
fn too_few_messages_are_no_week_and_it_is_said_how_many_are_missing() {
    on_both(async |world| {
        world.hear(&talk(8)[..20]).await;
        assert_eq!(topics::find_all(&world.engine).await.unwrap(), 0);
        let lacking = topics::lacking(&world.engine).await.unwrap();
        assert_eq!((lacking.language.as_deref(), lacking.messages, lacking.least), (Some("en"), 20, 50));
        assert!(lacking.is_over, "that was in the week before");
        assert_eq!(topics::shown(&world.engine, None, (0, 9_999)).await.unwrap(), None);
    });
}

#[test]
fn what_turns_out_to_be_noise_or_goes_leaves_its_topic_and_the_week_is_counted_anew() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        topics::find_all(&world.engine).await.unwrap();
        let before = told(&looked(&world).await, "library").clone();
        let (first, second) = ("library-8-0", "library-8-1");
        assert_eq!(placed(&world, first).await.map(|one| one.unit_id), Some(before.id));
        let noise = id(&world, first).await;
        let undo = labels::correct(&world.engine, world.user, noise, Kind::Noise, SPAM).await.unwrap();
        let gone = on(said(second, ""), 8).deleted();
        world.hear(&[gone]).await;
        assert_eq!(placed(&world, second).await, None, "it went with the words, in the same transaction");
        topics::settle(&world.engine).await.unwrap();
        assert_eq!(placed(&world, first).await, None);
        assert_eq!(told(&looked(&world).await, "library").messages, before.messages - 2);
        labels::undo(&world.engine, &undo).await.unwrap();
        topics::settle(&world.engine).await.unwrap();
        assert_eq!(told(&looked(&world).await, "library").messages, before.messages - 1);
    });
}

#[test]
fn what_comes_later_is_placed_by_what_is_known_and_goes_on_the_next_week() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        topics::find_all(&world.engine).await.unwrap();
        let library = told(&looked(&world).await, "library").id;
        world
            .hear(&[said("new", "Are the library opening hours on Sunday any longer now for the books?").created()])
            .await;
        assert_eq!(placed(&world, "new").await, None, "it waits");
        topics::settle(&world.engine).await.unwrap();
        let place = placed(&world, "new").await.expect("it was placed");
        assert_eq!((place.topic_id, place.week), (library, topics::week_of(world.engine.now())));
        world.clock.advance(7 * DAY);
        world.hear(&talk(0)).await;
        topics::find_all(&world.engine).await.unwrap();
        let looked = looked(&world).await;
        assert_eq!(looked.runs.len(), 2);
        let after = told(&looked, "library");
        assert_eq!(after.id, library, "it is the same topic");
        assert_eq!(after.weeks.len(), 2, "{after:?}");
    });
}

#[test]
fn a_search_that_was_stopped_begins_anew_and_finds_the_same() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        let engine = world.engine.clone();
        let stopped = tokio::spawn(async move { topics::find_all(&engine).await });
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        stopped.abort();
        let _ = stopped.await;
        topics::find_all(&world.engine).await.unwrap();
        let looked = looked(&world).await;
        assert_eq!(looked.runs.len(), 1);
        let all: i64 = looked.topics.iter().map(|topic| topic.messages).sum();
        assert_eq!(all + looked.runs[0].of_none, 3 * EACH as i64, "each message counts once");
        let mut tx = world.engine.db.begin().await.unwrap();
        tertulia_store::jobs::add(&mut tx, tertulia_model::JobId(world.engine.next_id()), worker::TOPICS, 0, 0)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        worker::take(&world.engine, worker::TOPICS, 0).await.unwrap().expect("it is due").await.unwrap();
        assert!(worker::take(&world.engine, worker::TOPICS, 0).await.unwrap().is_none(), "it comes again next week");
    });
}

#[test]
fn people_merge_rename_and_hide_and_take_each_back() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        topics::find_all(&world.engine).await.unwrap();
        let (engine, me) = (&world.engine, world.user);
        let before = looked(&world).await;
        let (parking, bins) = (told(&before, "parking").clone(), told(&before, "bins").clone());
        let merged = topics::merge(engine, me, bins.id, parking.id).await.unwrap();
        let both = looked(&world).await;
        let one = both.topics.iter().find(|topic| topic.id == parking.id).unwrap();
        assert_eq!(one.messages, parking.messages + bins.messages);
        assert!(both.topics.iter().all(|topic| topic.id != bins.id));
        assert!(matches!(topics::merge(engine, me, bins.id, parking.id).await, Err(EngineError::Invalid(_))));
        topics::take_back(engine, me, merged).await.unwrap();
        let renamed = topics::rename(engine, me, bins.id, " Waste ").await.unwrap();
        topics::hide(engine, me, bins.id).await.unwrap();
        let after = looked(&world).await;
        let one = after.topics.iter().find(|topic| topic.id == bins.id).unwrap();
        assert_eq!((one.name.as_str(), one.is_hidden, one.messages), ("Waste", true, bins.messages));
        topics::unhide(engine, me, bins.id).await.unwrap();
        topics::take_back(engine, me, renamed).await.unwrap();
        assert_eq!(looked(&world).await.topics, before.topics);
        assert!(matches!(topics::rename(engine, me, bins.id, "a\nb").await, Err(EngineError::Invalid(_))));
        assert!(matches!(topics::rename(engine, me, 7, "a").await, Err(EngineError::NotFound(_))));
    });
}

#[test]
fn a_part_is_split_off_by_its_messages_and_what_is_like_them_follows() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        topics::find_all(&world.engine).await.unwrap();
        let (engine, me) = (&world.engine, world.user);
        let library = told(&looked(&world).await, "library").clone();
        // Those of the fourth kind speak of families.
        let (chosen, like) = ([id(&world, "library-8-3").await, id(&world, "library-8-7").await], "library-8-11");
        let (wish, part) = topics::split(engine, me, library.id, &chosen).await.unwrap();
        assert_eq!(placed(&world, "library-8-3").await.map(|one| one.unit_id), Some(part));
        topics::settle(engine).await.unwrap();
        assert_eq!(placed(&world, like).await.map(|one| one.unit_id), Some(part), "what is like them follows");
        let after = looked(&world).await;
        let messages = |id: i64| after.topics.iter().find(|topic| topic.id == id).map_or(0, |topic| topic.messages);
        assert_eq!(messages(library.id) + messages(part), library.messages);
        topics::take_back(engine, me, wish).await.unwrap();
        let back = looked(&world).await;
        assert_eq!(told(&back, "library").messages, library.messages);
        assert!(back.topics.iter().all(|topic| topic.id != part));
        topics::settle(engine).await.unwrap();
        assert_eq!(
            placed(&world, "library-8-3").await.map(|one| one.unit_id),
            Some(library.id),
            "it is no part's any more"
        );
        assert_eq!(told(&looked(&world).await, "library").messages, library.messages);
        let other = [id(&world, "bins-8-3").await];
        assert!(matches!(topics::split(engine, me, library.id, &other).await, Err(EngineError::Invalid(_))));
        assert!(stored::to_look(&mut engine.db.reader()).await.unwrap().is_none());
    });
}

#[test]
fn a_part_of_a_part_goes_back_to_that_one_and_parts_are_taken_back_in_any_order() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        topics::find_all(&world.engine).await.unwrap();
        let (engine, me) = (&world.engine, world.user);
        let library = told(&looked(&world).await, "library").clone();
        let chosen = [id(&world, "library-8-3").await, id(&world, "library-8-7").await];
        let (first, part) = topics::split(engine, me, library.id, &chosen).await.unwrap();
        topics::settle(engine).await.unwrap();
        let (second, smaller) = topics::split(engine, me, part, &chosen[..1]).await.unwrap();
        let messages = async |id: i64| {
            looked(&world).await.topics.iter().find(|topic| topic.id == id).map_or(0, |topic| topic.messages)
        };
        topics::settle(engine).await.unwrap();
        assert!(messages(smaller).await > 0);
        topics::take_back(engine, me, second).await.unwrap();
        assert_eq!(placed(&world, "library-8-3").await.map(|one| one.unit_id), Some(smaller), "nothing was moved yet");
        assert_eq!(messages(smaller).await, 0);
        assert!(messages(part).await > 0, "it is shown where it was before");
        let (third, other) = topics::split(engine, me, part, &chosen[..1]).await.unwrap();
        topics::take_back(engine, me, first).await.unwrap();
        topics::settle(engine).await.unwrap();
        assert_eq!(messages(part).await, 0);
        assert!(messages(other).await > 0, "what was split from it stays");
        topics::take_back(engine, me, third).await.unwrap();
        assert_eq!(messages(library.id).await, library.messages, "all is as it was");
    });
}

#[test]
fn whoever_names_or_hides_a_topic_that_was_put_into_another_means_that_one() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        topics::find_all(&world.engine).await.unwrap();
        let (engine, me) = (&world.engine, world.user);
        let before = looked(&world).await;
        let (parking, bins) = (told(&before, "parking").id, told(&before, "bins").id);
        topics::merge(engine, me, bins, parking).await.unwrap();
        topics::rename(engine, me, bins, "The street").await.unwrap();
        topics::hide(engine, me, bins).await.unwrap();
        let after = looked(&world).await;
        let one = after.topics.iter().find(|topic| topic.id == parking).unwrap();
        assert_eq!((one.name.as_str(), one.is_hidden), ("The street", true));
    });
}

#[test]
fn what_somebody_chose_for_a_part_stays_there_when_its_week_is_looked_at() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        topics::find_all(&world.engine).await.unwrap();
        let (engine, me) = (&world.engine, world.user);
        let library = told(&looked(&world).await, "library").id;
        world.hear(&talk(0)).await;
        topics::settle(engine).await.unwrap();
        // The last has hardly a word of the others: by its words it would be none of them.
        let chosen = ["library-0-3", "library-0-7", "library-0-11", "library-0-15", "library-0-19", "library-0-2"];
        let mut ids = Vec::new();
        for name in chosen {
            ids.push(id(&world, name).await);
        }
        let (_, part) = topics::split(engine, me, library, &ids).await.unwrap();
        world.clock.advance(7 * DAY);
        assert_eq!(topics::find_all(engine).await.unwrap(), 1);
        for name in chosen {
            let place = placed(&world, name).await.unwrap();
            assert!(place.topic_id != library || place.unit_id == part, "{name}: {place:?}");
        }
    });
}

#[test]
fn what_is_no_longer_looked_for_is_not_remembered() {
    on_both(async |world| {
        world.hear(&talk(8)).await;
        topics::find_all(&world.engine).await.unwrap();
        let library = told(&looked(&world).await, "library").id;
        let mut tx = world.engine.db.begin().await.unwrap();
        let known = stored::get(&mut tx, library).await.unwrap().unwrap();
        assert!(known.profile.contains("library"));
        stored::put(&mut tx, &[stored::Topic { weeks_quiet: 26, ..known }]).await.unwrap();
        tx.commit().await.unwrap();
        // Enough for a week, and nobody speaks of the library.
        let all = [talk(0), talk(1)].concat();
        let others: Vec<Inbound> =
            all.into_iter().enumerate().filter(|(n, _)| n % 3 != 1).map(|(_, one)| one).collect();
        world.hear(&others).await;
        world.clock.advance(7 * DAY);
        topics::find_all(&world.engine).await.unwrap();
        let forgotten = stored::get(&mut world.engine.db.reader(), library).await.unwrap().unwrap();
        assert!(forgotten.forgotten_week.is_some(), "{forgotten:?}");
        assert!(!forgotten.profile.contains("library"), "how it was known again is forgotten");
        assert!(forgotten.words.contains("library"), "what it was called in its weeks is not");
    });
}
