//! Insights on the screens: whom we hear, whom we do not, and how sure what they say is.

use crate::support::{
    desk::{Desk, amina, desk, location},
    talk::{self, Line},
};
use tertulia_analysis::labels::{Kind, SUBSTANTIAL, THIN};
use tertulia_engine::labels;
use tertulia_model::Role;

const PARTS: &str = "Gold; 20\nSilver; 30\nIron <b>; 50";

async fn keeps(desk: &Desk) {
    let form = [("attribute", "plan"), ("parts", PARTS), ("source", "Our own <count>"), ("as_of", "2026-01-01")];
    assert_eq!(desk.post("/insights/population", &form).await.status, 303);
}

/// Forty people write, and of some it is known which plan they have.
async fn crowd(desk: &Desk) {
    for n in 0..40 {
        let held = desk.hears(Line::new(&format!("m{n}"), &format!("rosa{n}"), "Do you have it in blue?")).await;
        if n < 34 {
            let person = desk.held(held).await.person_id.unwrap();
            let plan = [("attribute", "plan"), ("value", if n < 28 { "Gold" } else { "Silver" })];
            assert_eq!(desk.post(&format!("/people/{person}/values"), &plan).await.status, 303);
        }
    }
}

#[tokio::test]
async fn an_empty_house_is_told_what_will_stand_here_and_what_to_do() {
    let desk = desk().await;
    for path in ["/insights", "/insights/voices"] {
        let page = desk.get(path).await;
        assert!(page.status == 200 && page.body.contains("Nobody was heard in these days"), "{}", page.body);
    }
    desk.hears(amina("1", "Do you have it in blue?")).await;
    let page = desk.get("/insights").await.body;
    assert!(page.contains("We heard one person.") && page.contains("Rests on one message of one person."), "{page}");
    assert!(page.contains("Nothing says yet how everybody is made up") && page.contains("/customers/lists"), "{page}");
    let everybody = desk.get("/insights/population").await.body;
    assert!(everybody.contains("Nothing says yet") && everybody.contains("Put numbers down"), "{everybody}");
    let ledger = desk.get("/insights/ledger?days=30").await;
    assert!(ledger.status == 200 && ledger.body.contains("Coverage ledger"), "{}", ledger.body);
}

#[tokio::test]
async fn who_is_not_heard_is_said_first_and_each_part_opens_its_people() {
    let desk = desk().await;
    crowd(&desk).await;
    keeps(&desk).await;
    let page = desk.get("/insights").await.body;
    assert!(page.contains("We heard 40 people; Plan: Iron &#60;b&#62; not at all"), "{page}");
    assert!(page.contains("the other 6 (15 %) are in no part."), "{page}");
    let voices = desk.get("/insights/voices").await.body;
    assert!(voices.contains("data-chart=") && voices.contains("charts-"), "{voices}");
    assert!(!voices.contains("<b>") && voices.contains("Our own &#60;count&#62;, as of 2026-01-01."), "{voices}");
    let people = desk.get("/insights/people?days=90&attribute=plan&part=gold").await.body;
    assert!(people.contains("28 people, the loudest first.") && people.contains("Only <bdi>Plan: Gold"), "{people}");
    let messages = desk.get("/insights/messages?days=90&attribute=plan&part=silver").await.body;
    assert_eq!(messages.matches("class=\"case-line\"").count(), 6, "{messages}");
    assert!(people.contains("/insights/voices?days=90\""), "back to all parts beside each other: {people}");
    let narrowed = desk.get("/insights/voices?days=90&attribute=plan&part=gold").await.body;
    assert!(
        narrowed.contains("Only <bdi>Plan: Gold") && narrowed.contains("Of those chosen, we heard 28 people."),
        "{narrowed}"
    );
    assert!(!narrowed.contains("by-plan"), "some people are not compared with everybody: {narrowed}");
    for odd in ["channel=x", "channel=7", "segment=x", "question=rude", "question=monitor-7"] {
        assert_eq!(desk.get(&format!("/insights?{odd}")).await.status, 422, "{odd}");
        assert_eq!(desk.get(&format!("/insights/voices.csv?{odd}")).await.status, 422, "{odd}");
    }
    assert_eq!(desk.get("/insights/people?attribute=plan&part=copper").await.status, 422);
    assert_eq!(desk.get("/insights/people?segment=7").await.status, 422);
    assert_eq!(desk.get("/insights/people?question=monitor-7").await.status, 422);
    let all = desk.get("/insights/people?days=90").await.body;
    assert_eq!(all.matches("class=\"case-line\"").count(), 40);
}

#[tokio::test]
async fn each_mark_and_row_opens_its_messages_and_people() {
    let desk = desk().await;
    crowd(&desk).await;
    keeps(&desk).await;
    let voices = desk.get("/insights/voices?days=30").await.body;
    let overview = desk.get("/insights?days=30").await.body;
    let in_picture = |address: &str| format!("&#34;href&#34;:&#34;{}&#34;", address.replace('&', "&#38;"));
    let in_row = |address: &str| format!("href=\"{}\"", address.replace('&', "&#38;"));
    let everybody = "/insights/people?days=30";
    assert!(voices.contains(&in_picture(everybody)), "the curve of all channels opens all who wrote: {voices}");
    let channel = format!("/insights/people?days=30&channel={}", desk.mail);
    assert!(voices.contains(&in_picture(&channel)) && voices.contains(&in_row(&channel)), "{voices}");
    let behind =
        |question: &str| ["messages", "people"].map(|what| format!("/insights/{what}?days=30&question={question}"));
    for (page, question) in [(&voices, "question"), (&overview, "negative")] {
        let [messages, people] = behind(question);
        assert!(page.contains(&in_picture(&messages)), "a dot opens its messages: {page}");
        assert!(page.contains(&in_row(&messages)) && page.contains(&in_row(&people)), "{page}");
        let gold = "/insights/people?days=30&attribute=plan&part=gold";
        assert!(page.contains(&in_picture(gold)) && page.contains(&in_row(gold)), "{page}");
        assert!(page.contains("charts-") && page.contains("<summary>The same as a table"), "{page}");
    }
    let [messages, people] = behind("question");
    let found = desk.get(&messages).await.body;
    assert_eq!(found.matches("class=\"case-line\"").count(), 40, "{found}");
    assert!(desk.get(&people).await.body.contains("40 people, the loudest first."));
}

#[tokio::test]
async fn a_day_of_the_ledger_opens_what_was_written_on_it() {
    let desk = desk().await;
    desk.hears(amina("1", "Do you have the kettle in blue?")).await;
    let page = desk.get("/insights/ledger?days=30").await.body;
    let day = format!("/listen?q=since%3A2026-11-21+until%3A2026-11-21&channel={}", desk.mail);
    let here = day.replace('&', "&#38;");
    assert_eq!(page.matches(&format!("href=\"{here}\"")).count(), 2, "the day's bar and its row: {page}");
    let bar = "<title>Sat, 21 Nov: 1 heard. Opens what was written on this day, by you, too</title>";
    assert!(page.contains(bar) && page.contains("bars-30"), "{page}");
    assert!(page.contains("A day counts what others wrote by when it was heard"), "{page}");
    assert!(desk.get(&day).await.body.contains("kettle"));
    let span = format!("/listen?q=since%3A2026-10-23+until%3A2026-11-21&#38;channel={}", desk.mail);
    assert!(page.contains(&format!("href=\"{span}\">Show the messages")), "{page}");
    assert!(!page.contains("/quarantine?channel"), "nothing was set aside: {page}");
}

#[tokio::test]
async fn another_side_of_insights_shows_the_same_days_and_filters_where_it_can() {
    let desk = desk().await;
    crowd(&desk).await;
    keeps(&desk).await;
    let asked = "days=30&language=en&attribute=plan&part=gold";
    let page = desk.get(&format!("/insights?{asked}")).await.body;
    for there in [
        format!("/insights/voices?{asked}"),
        "/insights/topics?days=30&language=en".to_owned(),
        "/insights/triangulation?days=30&attribute=plan&part=gold".to_owned(),
        "/insights/ledger?days=30".to_owned(),
    ] {
        assert!(page.contains(&format!("<a href=\"{}\"", there.replace('&', "&#38;"))), "{there}: {page}");
        assert_eq!(desk.get(&there).await.status, 200, "{there}");
    }
    let field = "<input type=\"hidden\" name=\"part\" value=\"gold\">";
    assert!(page.contains(field), "a form keeps the part: {page}");
    assert!(desk.get(&format!("/insights/voices?{asked}")).await.body.contains(field));
    let ledger = desk.get("/insights/ledger?days=30").await.body;
    assert!(ledger.contains("<a href=\"/insights/voices?days=30\""), "{ledger}");
    assert!(desk.get("/insights").await.body.contains("<a href=\"/insights/voices\""), "nothing chosen, nothing said");
    let hostile = desk.get("/insights?language=%22%3E%3Cb%3E&days=30").await.body;
    assert!(!hostile.contains("\"><b>"), "{hostile}");
}

#[tokio::test]
async fn what_the_page_says_is_taken_along_with_how_it_was_found() {
    let desk = desk().await;
    crowd(&desk).await;
    keeps(&desk).await;
    let table = desk.get("/insights/voices.csv?days=90").await.body;
    assert!(table.starts_with("section,of,name,figure,value,low,high,n,note\r\n"), "{table}");
    for row in [
        "\"given\",20.000000,,,,",
        "\"share of everybody\",0.200000,,,,",
        "\"people heard\",28,,,,",
        "\"share of people heard\",0.823529,,,34,",
        "\"messages\",28,,,,",
        "\"share of messages\",0.823529,,,34,",
    ] {
        assert!(table.contains(&format!("\"coverage\",\"Plan\",\"Gold\",{row}")), "{row}: {table}");
    }
    // Ten of forty who wrote one message each are left out.
    let without = "\"by messages without the loudest\",1.000000,,,30,";
    assert!(table.contains(&format!("\"answer\",\"question\",\"Ask something\",{without}")), "{table}");
    assert!(table.contains("\"method\"") && table.contains("Manski"), "{table}");
    assert!(table.contains("\"90-9-1: the next 9 %\"") && table.contains("\"90-9-1: the other 90 %\""), "{table}");
    assert!(table.contains("Weighted to Plan (Our own <count>, as of 2026-01-01)."), "{table}");
    let some = desk.get("/insights/voices.csv?days=90&attribute=plan&part=gold&noise=yes").await.body;
    assert!(some.contains("only Plan: Gold") && some.contains("promotion and spam as well"), "{some}");
    let some = desk.get("/insights/voices.json?days=90&attribute=plan&part=gold").await.body;
    let some: serde_json::Value = serde_json::from_str(&some).unwrap();
    assert_eq!(
        (&some["filter"]["part"], &some["heard"]["coverage"]),
        (&serde_json::json!("gold"), &serde_json::json!([]))
    );
    let json = desk.get("/insights/voices.json?days=90").await.body;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["heard"]["people"], 40);
    assert_eq!(json["heard"]["coverage"][0]["parts"][0]["standing"], "unheard");
    assert!(json["methods"].as_array().unwrap().len() > 4);
    assert_eq!(desk.get("/insights/voices.csv?from=x&until=").await.status, 422);
}

/// Two members read all that was drawn of a kind, and say of what was written by some that it is so.
async fn read(desk: &Desk, kind: &str, value: impl Fn(&str) -> &'static str) {
    let at = location(&desk.post(&format!("/insights/labels/{kind}/draw"), &[("each", "200")]).await);
    let sample = at.split('=').nth(1).unwrap().to_owned();
    for session in [desk.owner.clone(), desk.site.member(Role::Agent).await] {
        loop {
            let page = desk.site.get(&at, &session).await.body;
            let Some(act) = page.split("/read/").nth(1).and_then(|rest| rest.split('"').next()) else { break };
            let said = format!("/insights/labels/samples/{sample}/read/{act}");
            let words = page.split("<blockquote").nth(1).unwrap().split("</blockquote>").next().unwrap();
            assert_eq!(desk.site.post(&said, &session, &[("value", value(words))]).await.status, 303);
        }
    }
    // What was measured may be a minute old.
    desk.site.clock.advance(61_000);
}

#[tokio::test]
async fn a_share_stands_beside_the_one_without_the_labels_errors_once_these_were_measured() {
    let desk = desk().await;
    for n in 0..44 {
        let words = if n < 16 { "Do you have it in blue?" } else { "The red one came this morning, and it fits." };
        desk.hears(Line::new(&format!("m{n}"), &format!("rosa{n}"), words)).await;
    }
    let voices = "/insights/voices?days=90&question=question";
    let page = desk.get(voices).await.body;
    assert!(page.contains("Without the labels’ errors") && page.contains("error not measured"), "{page}");
    assert!(page.contains("href=\"/insights/labels/question\">Read a sample"), "{page}");
    assert!(desk.get("/insights?days=90").await.body.contains("was not measured here"));

    read(&desk, "question", |words| if words.contains("blue") { "yes" } else { "no" }).await;
    let page = desk.get(voices).await.body;
    assert!(page.contains("checked on 44 messages that two of you read"), "{page}");
    assert!(page.contains("of what it calls a question, 0 of 100") && page.contains("How that was measured"), "{page}");
    assert!(page.contains("&#34;machine&#34;:0.36"), "an open dot is what the machine reads: {page}");
    // Each figure of the screen of trust opens the messages on which it rests.
    let trust = desk.get("/insights/labels/question").await.body;
    let cell = format!("/insights/labels/question/messages?channel={}&language=en", desk.mail);
    let here = cell.replace('&', "&#38;");
    assert!(trust.contains(&format!("href=\"{here}\"")) && trust.contains(&format!(":&#34;{here}&#34;")), "{trust}");
    let first = desk.get(&cell).await.body;
    assert_eq!(first.matches("class=\"case-line\"").count(), 40, "{first}");
    assert!(first.contains("44 messages of random samples") && first.contains("Only <bdi>English</bdi>"), "{first}");
    let rest = desk.get(&format!("{cell}&skip=40")).await.body;
    assert!(rest.matches("class=\"case-line\"").count() == 4 && !rest.contains("Show more"), "{rest}");
    let pair = "/insights/labels/question/messages?held=yes&guess=yes";
    assert!(trust.contains(&format!("href=\"{}\">16<", pair.replace('&', "&#38;"))), "{trust}");
    let asked = desk.get(pair).await.body;
    assert_eq!(asked.matches("People say: Yes. The machine says: Yes.").count(), 16, "{asked}");
    assert!(desk.get(&format!("{cell}&wrong=yes")).await.body.contains("None of these was read"));
    for odd in ["held=%3Cb%3E", "channel=x", "guess=maybe"] {
        let odd = desk.get(&format!("/insights/labels/question/messages?{odd}")).await;
        assert!(odd.status == 422 && !odd.body.contains("<b>"), "{}", odd.body);
    }
    assert_eq!(desk.get("/insights/labels/mood/messages").await.status, 404);
    assert_eq!(desk.site.get(&cell, "").await.status, 303, "only members read it");
    let table = desk.get("/insights/voices.csv?days=90").await.body;
    assert!(table.contains("\"by people, without the labels’ errors\",0.3"), "{table}");
    assert!(
        table.contains("\"by messages, without the labels’ errors\",,,,0,\"How often the machine is wrong"),
        "{table}"
    );
    let json = desk.get("/insights/voices.json?days=90").await.body;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let asks = json["answers"].as_array().unwrap().iter().find(|answer| answer["question"] == "question").unwrap();
    let known = &asks["corrected"];
    assert_eq!((&known["label"], &known["read"]), (&"question".into(), &44.into()));
    let at = |name: &str| known["by_person"][name].as_f64().unwrap();
    assert!(at("low") < at("share") && at("share") < at("high") && known["by_person"]["refusal"].is_null(), "{known}");
    let tone = &json["answers"][0]["corrected"]["by_person"];
    assert!(tone["share"].is_null() && tone["refusal"].as_str().unwrap().contains("was not measured"), "{tone}");
    // What comes on a channel of which nothing was read is told in the table as it is on the page.
    let counter = talk::channel(&desk.site, "talk", "counter").await;
    let line = |n: usize| Line::new(&format!("c{n}"), &format!("bo{n}"), "Do you have it in green?");
    talk::hear(&desk.site, counter, &(0..4).map(line).collect::<Vec<Line>>()).await;
    let told = "of it is in languages or on channels of which nothing was read";
    for path in [voices, "/insights/voices.csv?days=90"] {
        let shown = desk.get(path).await.body;
        assert!(shown.contains(told), "{path}: {shown}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_margin_stands_beside_its_field_and_nothing_changes() {
    let desk = desk().await;
    let wrong = desk.post("/insights/population", &[("attribute", "plan"), ("parts", "Gold")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("Give at least two parts"), "{}", wrong.body);
    keeps(&desk).await;
    let page = desk.get("/insights/population").await.body;
    assert!(page.contains("Iron &#60;b&#62;") && page.contains("50 %"), "{page}");
    assert_eq!(desk.post("/insights/population/remove", &[("attribute", "plan")]).await.status, 303);
    assert!(!desk.get("/insights/population").await.body.contains("Iron"));
    let days = desk.get("/insights?from=2026-11-20&until=2026-11-01").await;
    assert!(days.status == 422 && days.body.contains("lies before the first"), "{}", days.body);
}

/// Forty are overheard, of whom thirty ask something; forty write to us, of whom five do.
async fn two_sides(desk: &Desk) {
    let one = |n: usize, asks: bool| {
        let text = if asks { "Do you have it in blue?" } else { "The beans arrived on Monday in a large brown box." };
        Line::new(&format!("m{n}"), &format!("rosa{n}"), text)
    };
    let public = (0..40).map(|n| Line { overheard: true, ..one(n, n < 30) });
    let all: Vec<Line> = public.chain((40..80).map(|n| one(n, n < 45))).collect();
    talk::hear(&desk.site, desk.mail, &all).await;
}

#[tokio::test]
async fn four_sources_stand_side_by_side_and_each_says_why_where_it_says_nothing() {
    let desk = desk().await;
    let path = "/insights/triangulation?days=90&question=question";
    let empty = desk.get(path).await;
    assert!(empty.status == 200 && empty.body.contains("No source says enough of it"), "{}", empty.body);
    two_sides(&desk).await;
    let page = desk.get(path).await.body;
    assert!(page.contains("Social reads 6") && page.contains("that is more than chance explains."), "{page}");
    assert!(
        page.contains("Nobody was asked in these days.") && page.contains("Nothing was noted in these days."),
        "{page}"
    );
    assert!(page.contains("whoever has no trouble does not write") && page.contains("data-chart="), "{page}");
    assert!(page.contains("nothing says how everybody is made up"), "{page}");
    let undriven = "Which people make the difference is not said: nothing says yet how everybody is made up.";
    assert!(page.contains(undriven) && page.contains("href=\"/insights/population\">a few numbers"), "{page}");
    let behind = "/insights/messages?days=90&question=question&mode=service";
    assert!(page.contains(&behind.replace('&', "&#38;")), "{page}");
    let messages = desk.get(behind).await.body;
    assert_eq!(messages.matches("class=\"case-line\"").count(), 5, "{messages}");
    assert!(messages.contains("Only <bdi>Service: said to you") && messages.contains("<span>Triangulation</span>"));

    // A ballot and two outcomes stand in for the sides of which nothing was said.
    let ballot =
        location(&desk.post("/insights/opinions", &[("question", "How?"), ("statements", "Too <b>dear</b>")]).await);
    let id: i64 = ballot.rsplit('/').next().unwrap().parse().unwrap();
    let reader = &mut desk.site.engine.db.reader();
    let statement = tertulia_store::opinions::statements(reader, id, None, 9).await.unwrap()[0].id;
    let voted = desk.get(&format!("{path}&survey=agree-{id}-{statement}")).await.body;
    assert!(voted.contains("Of those who voted on “Too &#60;b&#62;dear&#60;/b&#62;”, who agreed"), "{voted}");
    for odd in [
        "survey=agree-1-2",
        "survey=x",
        "counted=1",
        "counted=1&among=2",
        "between=social-social",
        "question=rude",
        "mode=x",
    ] {
        let answer = desk.get(&format!("/insights/triangulation?{odd}")).await;
        assert_eq!(answer.status, if odd == "mode=x" { 200 } else { 422 }, "{odd}");
    }
    let half = desk.get("/insights/triangulation?counted=1").await.body;
    assert!(half.contains("A share needs both"), "{half}");
    assert_eq!(desk.get("/insights/people?mode=x").await.status, 422);

    let table = desk.get("/insights/triangulation.csv?days=90&question=question").await.body;
    assert!(table.contains("\"difference\",\"social\",\"service\",\"first less second\",0.6"), "{table}");
    assert!(table.contains("\"source\",\"survey\"") && table.contains("Rao and Scott"), "{table}");
    let json = desk.get("/insights/triangulation.json?days=90&question=question").await.body;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["compared"], &json["differences"][0]["differs"]), (&"as_heard".into(), &true.into()));
    assert_eq!(desk.get("/insights/triangulation.csv?counted=1").await.status, 422);
}

#[tokio::test]
async fn who_makes_the_difference_is_said_by_what_is_known_of_everybody() {
    let desk = desk().await;
    two_sides(&desk).await;
    for n in 0..80 {
        let (mut db, handle) = (desk.site.engine.db.reader(), format!("rosa{n}"));
        let identity = tertulia_store::people::identity(&mut db, "mail", &handle).await.unwrap();
        let person = identity.unwrap().person_id;
        let plan = [("attribute", "plan"), ("value", if n % 2 == 0 { "Gold" } else { "Silver" })];
        assert_eq!(desk.post(&format!("/people/{person}/values"), &plan).await.status, 303);
    }
    let form = [("attribute", "plan"), ("parts", "Gold; 20\nSilver; 80"), ("source", "Ours"), ("as_of", "2026-01-01")];
    assert_eq!(desk.post("/insights/population", &form).await.status, 303);
    let page = desk.get("/insights/triangulation?days=90&question=question").await.body;
    assert!(page.contains("Compared as everybody is made up. Weighted to Plan (Ours, as of 2026-01-01)."), "{page}");
    assert!(page.contains("Who makes the difference of Social and Service"), "{page}");
    assert!(page.contains("<summary><span><bdi>Plan</bdi>: each part</span></summary>"), "{page}");
    assert!(!page.contains("Which people make the difference is not said"), "{page}");
    assert!(
        page.contains("By Plan: as heard, Social reads 6")
            && page.contains("since the same kinds of people say otherwise"),
        "{page}"
    );
    let turned = desk.get("/insights/triangulation?days=90&question=question&between=service-social").await.body;
    assert!(turned.contains("Who makes the difference of Service and Social"), "{turned}");
}

#[tokio::test]
async fn exchanges_next_to_the_line_say_why_they_stand_there() {
    let desk = desk().await;
    assert!(!desk.get("/insights").await.body.contains("Meaningful exchanges"), "of nothing nothing is said");
    let me = desk.me().await;
    for n in 0..6 {
        let id = |k: usize| format!("x{n}-{k}");
        let from = format!("rosa{n}@home.example");
        let held = desk.hears(Line::new(&id(0), &from, "Do you have it in blue?")).await;
        let ours = Line { ours: true, answers: Some(id(0)), ..Line::new(&id(1), "shop@roaster.example", "We do.") };
        talk::hear(&desk.site, desk.mail, &[ours]).await;
        if n < 4 {
            let back = Line { answers: Some(id(1)), ..Line::new(&id(2), &from, "Then I take two.") };
            talk::hear(&desk.site, desk.mail, &[back]).await;
        }
        let (first, is_thin) = (talk::message(&desk.site, held, &id(0)).await, n == 3);
        let mut said = vec![(first, if is_thin { THIN } else { SUBSTANTIAL })];
        if n < 4 {
            said.push((talk::message(&desk.site, held, &id(2)).await, THIN));
        }
        for (message, worth) in said {
            labels::correct(&desk.site.engine, me, message, Kind::Substance, worth).await.unwrap();
        }
    }
    let page = desk.get("/insights?days=90").await.body;
    assert!(page.contains("3 of 6 exchanges were meaningful.") && page.contains(">50 %<"), "{page}");
    assert!(page.contains("Just above the line") && page.contains("Just below it"), "{page}");
    assert!(
        page.contains("They came back to your answer, and one message of theirs holds something to go by."),
        "{page}"
    );
    assert!(page.contains("They came back to your answer, and nothing they said holds anything to go by."), "{page}");
    assert!(page.contains("They did not come back to an answer of yours; one message of theirs holds"), "{page}");
    let behind = desk.get("/figures/meaningful?days=90&holds=yes").await.body;
    assert_eq!(behind.matches("class=\"case-line\"").count(), 3, "{behind}");
    let elsewhere = desk.get("/insights?days=90&language=sw").await.body;
    assert!(!elsewhere.contains("were meaningful"), "{elsewhere}");
}
