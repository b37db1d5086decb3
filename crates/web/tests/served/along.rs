//! What is taken along is what the page counts: nothing is written over, each figure says on how many it rests, and what the page
//! says beside it goes along.

use crate::support::{
    desk::{Desk, desk},
    request,
    talk::{self, Line},
};
use axum::body::Body;
use tertulia_engine::channels::{self, ChannelForm};
use tertulia_model::ChannelId;

/// The first column cells of the table with this title: on whose lines its figures stand.
fn heads(page: &str, title: &str) -> Vec<String> {
    let table = page.split(&format!(">{title}</h2>")).nth(1).unwrap_or_else(|| panic!("no {title}: {page}"));
    let table = table.split("</table>").next().unwrap();
    let head = |rest: &str| rest.split("<bdi>").nth(1).unwrap().split("</bdi>").next().unwrap().to_owned();
    table.split("<th scope=\"row").skip(1).map(head).collect()
}

/// A second mailbox that is called as the first is.
async fn second_mailbox(desk: &Desk) -> ChannelId {
    let first = tertulia_store::channels::get(&mut desk.site.engine.db.reader(), desk.mail).await.unwrap().unwrap();
    let mut form = ChannelForm { name: first.name, ..ChannelForm::default() };
    form.settings.insert("account".to_owned(), "again@roaster.example".into());
    channels::add(&desk.site.engine, "email", form).await.unwrap()
}

#[tokio::test]
async fn two_channels_of_one_name_have_a_line_each_and_a_mark_of_their_own() {
    let desk = desk().await;
    let again = second_mailbox(&desk).await;
    let lines = |many: usize, from: &str| -> Vec<Line> {
        (0..many).map(|n| Line::new(&format!("{from}{n}"), from, "Do you have it in blue?")).collect()
    };
    talk::hear(&desk.site, desk.mail, &lines(3, "rosa")).await;
    talk::hear(&desk.site, again, &lines(2, "bo")).await;
    let name = "E-mail: shop@roaster.example's place".to_owned();
    let table = desk.get("/insights/voices.csv?days=30").await.body;
    for row in [format!("\"{name}\",\"messages\",3,"), format!("\"{name} (2)\",\"messages\",2,")] {
        assert!(table.contains(&row), "{row}: {table}");
    }
    assert!(table.contains(", by the calendar of UTC"), "{table}");
    let html = |name: &str| name.replace('\'', "&#39;");
    let page = desk.get("/insights/voices.html?days=30").await.body;
    let expected = ["All channels".to_owned(), html(&name), html(&format!("{name} (2)"))];
    assert_eq!(heads(&page, "Who speaks"), expected, "{page}");
    // The picture finds its lines by their names.
    let shown = desk.get("/insights/voices?days=30").await.body;
    for (name, channel) in [(name.clone(), desk.mail), (format!("{name} (2)"), again)] {
        let from = shown.split(&format!("{{&#34;name&#34;:&#34;{}&#34;,&#34;points", html(&name))).nth(1);
        let line = from.unwrap_or_else(|| panic!("{name}: {shown}")).split('}').next().unwrap();
        assert!(line.contains(&format!("channel={channel}&#34;")), "{name} opens its own people: {line}");
    }

    let ledger = desk.get("/insights/ledger.csv?days=30").await.body;
    assert!(ledger.contains("place\",\"heard\",3,") && ledger.contains("place (2)\",\"heard\",2,"), "{ledger}");
    assert!(ledger.contains("place (2)\",\"2026-11-21\",\"heard\",2,"), "{ledger}");
    let figures = desk.get("/figures.csv?days=30").await.body;
    assert!(figures.contains("place (2)\",\"conversations\","), "{figures}");
}

#[tokio::test]
async fn what_was_done_on_the_way_to_a_weighted_share_goes_along() {
    let desk = desk().await;
    for n in 0..42 {
        let held = desk.hears(Line::new(&format!("m{n}"), &format!("rosa{n}"), "Do you have it in blue?")).await;
        let person = desk.held(held).await.person_id.unwrap();
        let plan = [("attribute", "plan"), ("value", if n < 24 { "Gold" } else { "Silver" })];
        assert_eq!(desk.post(&format!("/people/{person}/values"), &plan).await.status, 303);
    }
    let parts = [("attribute", "plan"), ("parts", "Gold; 50\nSilver; 40\nIron; 10")];
    let form = [&parts[..], &[("source", "Ours"), ("as_of", "2026-01-01")]].concat();
    assert_eq!(desk.post("/insights/population", &form).await.status, 303);
    let told = "are weighted together, since nobody of one of them was heard";
    assert!(desk.get("/insights/voices?days=30&question=question").await.body.contains(told));
    for ending in ["csv", "html"] {
        let along = desk.get(&format!("/insights/voices.{ending}?days=30")).await.body;
        assert!(along.contains("effective n ") && along.contains(told), "{ending}: {along}");
    }
    let table = desk.get("/insights/voices.csv?days=30").await.body;
    let by_people = table.lines().find(|line| line.contains("\"Ask something\",\"by people\"")).unwrap();
    assert!(!by_people.contains("nothing was weighted"), "{by_people}");
}

#[tokio::test]
async fn when_a_channel_was_away_is_said_in_utc_and_with_the_year_whatever_clock_the_reader_has() {
    let desk = desk().await;
    let paused = tertulia_model::ChannelState::Paused;
    channels::set_state(&desk.site.engine, desk.mail, paused).await.unwrap();
    for ending in ["csv", "html"] {
        let asked = request("GET", &format!("/insights/ledger.{ending}?days=30"), "")
            .header("cookie", format!("tertulia_session={}; tz=Asia%2FTokyo", desk.owner));
        let along = desk.site.send(asked.body(Body::empty()).unwrap()).await.body;
        assert!(along.contains("Not heard from 21 November 2026, 12:00 UTC and still"), "{ending}: {along}");
    }
}

#[tokio::test]
async fn all_channels_go_along_and_the_page_says_how_many_more_there_are() {
    let desk = desk().await;
    for n in 0..33 {
        let counter = talk::channel(&desk.site, "talk", &format!("counter-{n}")).await;
        talk::hear(&desk.site, counter, &[Line::new(&format!("m{n}"), "bo", "Do you have it in blue?")]).await;
    }
    let page = desk.get("/figures?days=30").await.body;
    assert!(page.contains("And 3 more channels: all of them are in what you can take along below."), "{page}");
    assert!(!page.contains("more language"), "{page}");
    let table = desk.get("/figures.csv?days=30").await.body;
    let rows = table.lines().filter(|line| line.starts_with("\"by channel\"") && line.contains("\"conversations\",1,"));
    assert_eq!(rows.count(), 33, "{table}");
}
