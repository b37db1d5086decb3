//! Topics on the screens: how many messages are missing; what people talk about, in words, as a river and as a table; and what a
//! member makes of it, without a script, with a way back.

use crate::support::{
    NOW,
    desk::{Desk, desk, said, undo_of},
    talk::{self, Line},
};
use tertulia_engine::topics;

const DAY: i64 = 24 * 3_600_000;

/// Openings, middles and ends that go together in any way, so that nobody says quite the same as somebody else.
type Parts = ([&'static str; 5], [&'static str; 4], [&'static str; 3]);

const PARKING: Parts = (
    [
        "The parking permit",
        "Parking in our street",
        "The parking zone",
        "A parking permit for the zone",
        "Parking with a permit",
    ],
    ["is too dear", "is never checked", "was promised for May", "takes far too long"],
    ["and the zone stays full", "and nobody answers about the permit", "so we drive around the zone"],
);
const LIBRARY: Parts = (
    [
        "The library",
        "Our library with its books",
        "The library on Sunday",
        "The library by the park",
        "The old library",
    ],
    ["closes too early", "has too few books", "was shut again", "should be open longer"],
    [
        "and the <b>opening</b> hours are wrong",
        "and the <b>books</b> stay inside",
        "so the <b>opening</b> hours need a change",
    ],
);

/// Thirty people speak of two things in the week before this one, and topics are found.
async fn talks(desk: &Desk) {
    talks_from(desk, NOW - 8 * DAY).await;
}

/// The same, from this moment on.
async fn talks_from(desk: &Desk, begin: i64) {
    let mut lines = Vec::new();
    for n in 0..30_usize {
        for (theme, (openings, middles, ends)) in [("parking", PARKING), ("library", LIBRARY)] {
            let text = format!("{} {} {}", openings[n % 5], middles[n % 4], ends[n % 3]);
            let line = Line::new(&format!("{theme}{n}"), &format!("person{n}"), &text);
            lines.push(Line { at: begin + n as i64 * 1_000, ..line });
        }
    }
    talk::hear(&desk.site, desk.mail, &lines).await;
    assert_eq!(topics::find_all(&desk.site.engine).await.unwrap(), 1);
}

/// The address of the topic that this word tells.
async fn topic(desk: &Desk, word: &str) -> String {
    let present = topics::week_of(desk.site.engine.now());
    let looked = topics::shown(&desk.site.engine, None, (present - 5, present)).await.unwrap().unwrap();
    let found = looked.topics.iter().find(|topic| topic.words.iter().any(|one| one.to_lowercase() == word));
    format!("/insights/topics/{}", found.unwrap_or_else(|| panic!("no topic is told by {word}")).id)
}

#[tokio::test]
async fn an_empty_house_is_told_how_many_messages_are_missing() {
    let desk = desk().await;
    let page = desk.get("/insights/topics").await;
    assert!(page.status == 200 && page.body.contains("No topics were found yet"), "{}", page.body);
    assert!(page.body.contains("50 are missing"), "{}", page.body);
    for n in 0..3 {
        desk.hears(Line::new(&format!("m{n}"), "rosa", "Do you have the tea in blue bags as well?")).await;
    }
    let page = desk.get("/insights/topics").await.body;
    assert!(page.contains("in English 47 more are missing this week"), "{page}");
    assert_eq!(desk.get("/insights/topics/7").await.status, 404);
    assert_eq!(desk.get("/insights/topics/x").await.status, 404);
}

#[tokio::test]
async fn what_people_talk_about_stands_in_words_as_a_river_and_as_a_table() {
    let desk = desk().await;
    talks(&desk).await;
    let page = desk.get("/insights/topics?days=30").await.body;
    assert!(page.contains("In English people spoke most of"), "{page}");
    assert!(page.contains("Looked for in one week with 60 messages"), "{page}");
    assert!(page.contains("messages from 30 people, spoken of since the week of"), "{page}");
    assert!(page.contains("New in the week of"), "{page}");
    assert!(page.contains("<th scope=\"col\">Week of</th>"), "{page}");
    assert!(!page.contains("<b>") && page.contains("&#60;b&#62;"), "{page}");
    let library = topic(&desk, "library").await;
    assert!(page.contains(&format!("href=\"{library}?days=30\"")), "a topic is opened in the same weeks: {page}");
    let spanish = desk.get("/insights/topics?days=30&language=es").await.body;
    assert!(spanish.contains("No topics were found in Spanish yet. What stands here is in English."), "{spanish}");
    let one = desk.get(&format!("{library}?days=30")).await.body;
    assert_eq!(one.matches("name=\"message\"").count(), 30, "{one}");
    assert!(one.contains("name=\"name\" type=\"text\" value=\"library"), "{one}");
    assert!(!one.contains("The parking zone") && one.contains("Words that tell it:"), "{one}");
    assert_eq!(desk.get("/insights/topics?from=2026-01-02&until=2026-01-01").await.status, 422);
    let none = desk.get("/insights/topics?from=2026-01-05&until=2026-01-06").await.body;
    assert!(none.contains("No topic was spoken of in English"), "{none}");
}

#[tokio::test]
async fn a_topic_a_layer_and_a_cell_open_what_was_said_in_those_weeks_and_who_said_it() {
    let desk = desk().await;
    talks(&desk).await;
    let library = topic(&desk, "library").await;
    assert_eq!(desk.post(&format!("{library}/rename"), &[("name", "Books <i>")]).await.status, 303);
    let page = desk.get("/insights/topics?days=30").await.body;
    let week = topics::week_of(NOW - 8 * DAY);
    let (monday, after) = (topics::first_day(week), topics::first_day(week + 1));
    let days = format!("from={monday}&until={}", after.yesterday().unwrap());
    let here = |address: &str| address.replace('&', "&#38;");
    let cell = format!("{library}?{days}");
    assert!(page.contains(&format!("<a href=\"{}\">30</a>", here(&cell))), "{page}");
    assert!(
        page.contains(&format!("<a href=\"{}\">", here(&format!("/insights/topics?{days}&language=en")))),
        "{page}"
    );
    assert_eq!(desk.get(&cell).await.body.matches("name=\"message\"").count(), 30);

    // Of the weeks that are shown, all who spoke of it.
    let question = format!("question=topic-{}", library.rsplit('/').next().unwrap());
    let address = |path: &str| {
        let begin = format!("href=\"{path}?from=");
        let at = page.split(&begin).skip(1).map(|rest| rest.split('"').next().unwrap());
        let at = at.map(|rest| format!("{path}?from={}", rest.replace("&#38;", "&")));
        at.filter(|one| one.ends_with(&question)).collect::<Vec<String>>()
    };
    let (people, messages) = (address("/insights/people"), address("/insights/messages"));
    assert_eq!((people.len(), messages.len()), (1, 1), "{page}");
    let found = desk.get(&people[0]).await.body;
    assert!(found.contains("30 people, the loudest first."), "{found}");
    assert!(
        found.contains("Only <bdi>Speak of “Books &#60;i&#62;”") && found.contains("<span>Topic</span>"),
        "{found}"
    );
    let found = desk.get(&messages[0]).await.body;
    assert_eq!(found.matches("class=\"case-line\"").count(), 30, "{found}");
    let one = desk.get(&format!("{library}?days=30")).await.body;
    assert!(one.contains("Show the people") && one.contains(&here(&people[0])), "{one}");
    assert!(one.contains("without the loudest 10 it would read"), "of how much it is a part is known: {one}");
    assert!(one.contains("the next 9 % ") && one.contains("and the other 90 % "), "{one}");
    let four = desk.get(&format!("/insights/triangulation?days=30&{question}")).await.body;
    assert!(four.contains("Speak of “Books &#60;i&#62;”"), "{four}");
    for gone in ["/insights/people?question=topic-7", "/insights/voices?question=topic-7"] {
        assert_eq!(desk.get(gone).await.status, 422, "{gone}");
    }
}

#[tokio::test]
async fn a_member_renames_merges_hides_and_takes_it_back_without_a_script() {
    let desk = desk().await;
    talks(&desk).await;
    let (parking, library) = (topic(&desk, "parking").await, topic(&desk, "library").await);
    let named = desk.post(&format!("{parking}/rename"), &[("name", "Parking <i>")]).await;
    assert_eq!(named.status, 303);
    let page = desk.follow(&named).await;
    assert!(page.contains("<h1 dir=\"auto\"><bdi>Parking &#60;i&#62;</bdi></h1>"), "{page}");
    assert!(page.contains("It is called “\u{2068}Parking &#60;i&#62;\u{2069}”."), "{page}");
    assert_eq!(desk.post(&undo_of(&page), &[]).await.status, 303);
    assert!(!desk.get(&parking).await.body.contains("Parking &#60;i&#62;"));
    let nameless = desk.post(&format!("{parking}/rename"), &[("name", " ")]).await;
    assert!(nameless.status == 422 && nameless.body.contains("Give it a name of one line"), "{}", nameless.body);
    let into = library.rsplit('/').next().unwrap();
    let merged = desk.post(&format!("{parking}/merge"), &[("into", into)]).await;
    assert!(merged.status == 303 && !said(&merged).is_empty());
    let page = desk.get("/insights/topics?days=30").await.body;
    assert!(page.contains("60 messages from 30 people"), "{page}");
    let one = desk.get(&library).await.body;
    let take_back = one.split("/insights/topics/decisions/").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(desk.post(&format!("/insights/topics/decisions/{take_back}"), &[]).await.status, 303);
    assert!(desk.get("/insights/topics?days=30").await.body.contains("30 messages from 30 people"));
    assert_eq!(desk.post(&format!("{parking}/hide"), &[]).await.status, 303);
    let page = desk.get("/insights/topics?days=30").await.body;
    assert!(page.contains("Not shown (1)"), "{page}");
    assert_eq!(desk.post(&format!("{parking}/unhide"), &[]).await.status, 303);
    assert!(!desk.get("/insights/topics?days=30").await.body.contains("Not shown (1)"));
}

#[tokio::test]
async fn chosen_messages_become_a_topic_of_their_own() {
    let desk = desk().await;
    talks(&desk).await;
    let library = topic(&desk, "library").await;
    let none = desk.post(&format!("{library}/split"), &[]).await;
    assert!(none.status == 422 && none.body.contains("one at least"), "{}", none.body);
    let page = desk.get(&library).await.body;
    let chosen: Vec<&str> = page
        .split("name=\"message\" value=\"")
        .skip(1)
        .filter(|rest| rest.split("</li>").next().is_some_and(|line| line.contains("was shut again")))
        .filter_map(|rest| rest.split('"').next())
        .take(4)
        .collect();
    let form: Vec<(&str, &str)> = chosen.iter().map(|id| ("message", *id)).collect();
    let split = desk.post(&format!("{library}/split"), &form).await;
    assert_eq!(split.status, 303, "{}", split.body);
    topics::settle(&desk.site.engine).await.unwrap();
    let part = desk.follow(&split).await;
    assert!(part.matches("name=\"message\"").count() >= 4 && part.contains("is a topic of its own"), "{part}");
}

#[tokio::test]
async fn two_topics_of_one_name_are_taken_along_as_two() {
    let desk = desk().await;
    talks(&desk).await;
    for word in ["library", "parking"] {
        assert_eq!(desk.post(&format!("{}/rename", topic(&desk, word).await), &[("name", "Town")]).await.status, 303);
    }
    let table = desk.get("/insights/topics.csv?days=30").await.body;
    for name in ["Town", "Town (2)"] {
        assert!(table.contains(&format!("\"topic\",\"en\",\"{name}\",\"messages\",30,")), "{name}: {table}");
        assert!(table.contains(&format!("\"week\",\"{name}\",")), "{name}: {table}");
    }
}

#[tokio::test]
async fn a_topic_opens_all_that_it_counts_wherever_the_organisation_is() {
    let week = topics::week_of(NOW) - 1;
    // At the begin of a week it is Sunday yet in New York, and at its end Monday already in Kolkata.
    for (zone, begin) in
        [("America/New_York", topics::begin_of(week)), ("Asia/Kolkata", topics::begin_of(week + 1) - 3_600_000)]
    {
        let desk = desk().await;
        assert_eq!(desk.post("/settings/time-zone", &[("time_zone", zone)]).await.status, 303);
        talks_from(&desk, begin).await;
        let library = topic(&desk, "library").await;
        let monday = topics::first_day(week);
        let days = format!("from={monday}&until={}", topics::first_day(week + 1).yesterday().unwrap());
        let page = desk.get(&format!("{library}?{days}")).await.body;
        assert_eq!(page.matches("name=\"message\"").count(), 30, "{zone}: {page}");
        let asked = format!("{days}&question=topic-{}", library.rsplit('/').next().unwrap());
        assert!(page.contains(&asked.replace('&', "&#38;")), "{zone}: {page}");
        let messages = desk.get(&format!("/insights/messages?{asked}")).await.body;
        assert_eq!(messages.matches("class=\"case-line\"").count(), 30, "{zone}: {messages}");
        assert!(messages.contains("9 Nov 2026 to 15 Nov 2026, whole weeks in UTC."), "{zone}: {messages}");
        let people = desk.get(&format!("/insights/people?{asked}")).await.body;
        assert!(people.contains("30 people, the loudest first."), "{zone}: {people}");
    }
}

#[tokio::test]
async fn for_a_program_topics_say_their_days_what_stands_instead_and_hidden_ones_last() {
    let desk = desk().await;
    let along = async |asked: &str| -> serde_json::Value {
        serde_json::from_str(&desk.get(&format!("/insights/topics.json?{asked}")).await.body).unwrap()
    };
    let none = along("days=30").await;
    assert!(none["note"].as_str().unwrap().starts_with("No topics were found yet."), "{none}");
    talks(&desk).await;
    let days = "from=2026-11-11&until=2026-11-17";
    let found = along(days).await;
    assert_eq!((&found["from"], &found["until"]), (&"2026-11-09".into(), &"2026-11-22".into()));
    assert!(found["note"].is_null(), "{found}");
    let largest = found["items"][0]["id"].as_str().unwrap();
    assert_eq!(desk.post(&format!("/insights/topics/{largest}/hide"), &[]).await.status, 303);
    let hidden: Vec<bool> =
        along(days).await["items"].as_array().unwrap().iter().map(|one| one["is_hidden"] == true).collect();
    assert_eq!(hidden, [false, true], "the largest is hidden, and stands last");
    let spanish = along(&format!("{days}&language=es")).await;
    assert_eq!(spanish["note"], "No topics were found in Spanish yet. What stands here is in English.");
}
