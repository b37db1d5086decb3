//! Every page of figures is taken along: as a table, for a program and as a page of its own, each with how it was found, and
//! whatever people wrote stays text in it.

use crate::support::{
    NOW,
    desk::{Desk, desk, location},
    request,
    talk::{self, Line},
};
use axum::body::Body;
use serde_json::Value;
use tertulia_engine::topics;

/// A page, and where it is taken along from.
const PAGES: [(&str, &str); 8] = [
    ("/insights", "/insights"),
    ("/insights/voices", "/insights/voices"),
    ("/insights/topics", "/insights/topics"),
    ("/insights/triangulation", "/insights/triangulation"),
    ("/insights/labels", "/insights/labels"),
    ("/insights/labels/question", "/insights/labels/question/label"),
    ("/insights/ledger", "/insights/ledger"),
    ("/figures", "/figures"),
];
const HEAD: &str = "section,of,name,figure,value,low,high,n,note\r\n";
const HOSTILE: &str = "=cmd()<script>alert(1)</script>";

async fn table(desk: &Desk, path: &str) -> String {
    let answer = desk.get(path).await;
    assert!(answer.status == 200 && answer.body.starts_with(HEAD), "{path}: {}", answer.body);
    for line in answer.body.lines() {
        assert!(!line.contains(",\"="), "{path}: a cell that is a formula: {line}");
    }
    answer.body
}

async fn program(desk: &Desk, path: &str) -> Value {
    let answer = desk.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

async fn page(desk: &Desk, path: &str) -> String {
    let answer = desk.get(path).await;
    assert!(answer.status == 200 && answer.body.starts_with("<!doctype html>"), "{path}: {}", answer.body);
    for wrong in ["<script", "src=", "href=", "url(", "@import"] {
        assert!(!answer.body.contains(wrong), "{path}: {wrong}: {}", answer.body);
    }
    assert!(answer.body.contains("default-src 'none'") && answer.body.contains("How this was found"), "{path}");
    answer.body
}

/// Sixty people speak of two things in the week before this one, and topics are found.
async fn talks(desk: &Desk) {
    let texts = [
        "The parking permit for our street has not come and the parking zone is full again",
        "The library opening hours on Sunday are too short and the books were not there",
    ];
    let line = |n: usize| {
        let line = Line::new(&format!("m{n}"), &format!("person{}", n / 2), texts[n % 2]);
        Line { at: NOW - 8 * 24 * 3_600_000 + n as i64 * 1_000, ..line }
    };
    let lines: Vec<Line> = (0..60).map(line).collect();
    talk::hear(&desk.site, desk.mail, &lines).await;
    topics::find_all(&desk.site.engine).await.unwrap();
}

#[tokio::test]
async fn an_empty_house_takes_along_that_nothing_was_heard() {
    let desk = desk().await;
    for (_, base) in PAGES {
        table(&desk, &format!("{base}.csv")).await;
        page(&desk, &format!("{base}.html")).await;
        let found = program(&desk, &format!("{base}.json")).await;
        let is_told = found["methods"].as_array().is_some_and(|methods| methods.len() > 4);
        assert!(is_told || found["figures"][0]["definition"].is_string(), "{base}: {found}");
    }
    assert!(
        page(&desk, "/insights/topics.html")
            .await
            .contains("No topics were found yet. Topics are looked for once a week")
    );
    assert!(page(&desk, "/insights.html").await.contains("We heard 0 people."));
}

#[tokio::test]
async fn each_page_says_how_it_was_found_and_where_it_is_taken_along_with_its_days() {
    let desk = desk().await;
    talks(&desk).await;
    for (path, base) in PAGES {
        let asked = if path.starts_with("/insights/labels") { "" } else { "?days=30" };
        let shown = desk.get(&format!("{path}{asked}")).await.body;
        for ending in ["csv", "json", "html"] {
            assert!(shown.contains(&format!("href=\"{base}.{ending}{asked}")), "{path} has no {ending}: {shown}");
            let request = request("GET", &format!("{base}.{ending}{asked}"), &desk.owner);
            let (status, headers) = desk.site.head(request.body(Body::empty()).unwrap()).await;
            let name = headers["content-disposition"].to_str().unwrap();
            assert!(
                status == 200 && name.starts_with("attachment; ") && name.contains(&format!(".{ending}\"")),
                "{name}"
            );
        }
        let folded = "<details class=\"fold printed\"><summary>How this was found";
        assert!(shown.contains(folded) || path == "/figures", "{path}: {shown}");
    }
}

#[tokio::test]
async fn what_is_taken_along_says_what_the_page_says() {
    let desk = desk().await;
    talks(&desk).await;
    let overview = table(&desk, "/insights.csv?days=30").await;
    assert!(overview.contains("\"page\",\"\",\"Insights\",\"\",,,,,\"We heard 30 people.\""), "{overview}");
    assert!(
        overview.contains("\"heard\",\"\",\"messages\",\"how many\",60,,,,")
            && overview.contains("Rests on 60 messages")
    );
    assert!(overview.contains("\"concentration\",\"\",\"All channels\",\"messages\",60,,,30,\"\""), "{overview}");
    assert!(overview.contains("\"answer\",\"") && overview.contains("\"method\",\"\",\"\",\"days\""), "{overview}");
    let whole = page(&desk, "/insights.html?days=30").await;
    assert!(whole.contains("We heard 30 people.") && whole.contains("Who speaks") && whole.contains("n 30"), "{whole}");
    assert_eq!(program(&desk, "/insights.json?days=30").await["heard"]["people"], 30);

    let topics = table(&desk, "/insights/topics.csv?days=30").await;
    assert!(topics.contains("\"topic\",\"en\",") && topics.contains("\"messages\",30,,,,"), "{topics}");
    assert!(topics.contains("\"people\",30,,,30,") && topics.contains("\"week\","), "{topics}");
    let whole = page(&desk, "/insights/topics.html?days=30").await;
    assert!(whole.contains("In English people spoke most of") && whole.contains("Week by week"), "{whole}");
    let listed = program(&desk, "/insights/topics.json?days=30&language=es").await;
    assert_eq!((&listed["items"][0]["language"], &listed["items"][0]["people"]), (&"en".into(), &30.into()));

    let figures = table(&desk, "/figures.csv?days=30").await;
    assert!(figures.contains("\"figure\",\"share\",\"Answered\",\"value\",0.000000,,,60,"), "{figures}");
    assert!(figures.contains("\"by language\",\"\",\"English\",\"conversations\",60,"), "{figures}");
    assert!(page(&desk, "/figures.html?days=30").await.contains("0 of 60 conversations have an answer."));
    let told = program(&desk, "/figures.json?days=30").await;
    assert_eq!(told["answered_by_language"][0]["conversations"], 60);
    let methods = told["methods"].as_array().unwrap();
    assert!(methods.len() > 2 && methods.iter().all(|said| figures.contains(said.as_str().unwrap())), "{told}");

    let ledger = table(&desk, "/insights/ledger.csv?days=30").await;
    assert!(
        ledger.contains("\"channel\",") && ledger.contains("\"day\",") && ledger.contains("\"mean lag\""),
        "{ledger}"
    );
    assert!(page(&desk, "/insights/ledger.html?days=30").await.contains("In the last 30 days"));
    assert!(
        !program(&desk, "/insights/ledger.json?days=30").await["channels"][0]["days"].as_array().unwrap().is_empty()
    );

    let labels = table(&desk, "/insights/labels.csv").await;
    assert!(
        labels.contains("\"label\",\"sentiment\",\"Tone\",\"error\",,,,0,\"Nobody has read a sample yet.\""),
        "{labels}"
    );
    assert!(page(&desk, "/insights/labels.html").await.contains("was not measured yet"));
    for odd in ["from=x&until=", "channel=7", "segment=x"] {
        for base in ["/insights", "/insights/voices", "/insights/topics"] {
            for ending in ["csv", "json", "html"] {
                assert_eq!(desk.get(&format!("{base}.{ending}?{odd}")).await.status, 422, "{base} {odd}");
            }
        }
    }
    assert_eq!(desk.get("/figures.html?from=x&until=").await.status, 422);
    for none in ["/insights/topics/7/topic.csv", "/insights/labels/rude/label.html", "/insights/opinions/7/map.html"] {
        assert_eq!(desk.get(none).await.status, 404, "{none}");
    }
}

#[tokio::test]
async fn whatever_people_wrote_stays_text_in_it() {
    let desk = desk().await;
    talks(&desk).await;
    // What members and customers name: a part of an attribute, a topic, a ballot and its statements.
    let parts = format!("{HOSTILE}; 20\nشاي; 80");
    let margin = [("attribute", "plan"), ("parts", parts.as_str()), ("source", HOSTILE), ("as_of", "2026-01-01")];
    assert_eq!(desk.post("/insights/population", &margin).await.status, 303);
    let listed = program(&desk, "/insights/topics.json").await;
    let topic = format!("/insights/topics/{}", listed["items"][0]["id"].as_str().unwrap());
    assert_eq!(desk.post(&format!("{topic}/rename"), &[("name", HOSTILE)]).await.status, 303);
    let form = [("question", HOSTILE), ("statements", "Light the paths")];
    let ballot = location(&desk.post("/insights/opinions", &form).await);
    for (base, of) in [
        ("/insights", "coverage"),
        ("/insights/voices", "coverage"),
        ("/insights/topics", "topic"),
        (&format!("{topic}/topic"), "topic"),
        (&format!("{ballot}/map"), "page"),
    ] {
        let rows = table(&desk, &format!("{base}.csv")).await;
        let row = rows.lines().find(|line| line.starts_with(&format!("\"{of}\"")) && line.contains("cmd()"));
        assert!(row.is_some_and(|row| row.contains(&format!("\"'{HOSTILE}\""))), "{base}: {rows}");
        let whole = page(&desk, &format!("{base}.html")).await;
        assert!(whole.contains("=cmd()&#60;script&#62;"), "{base}: {whole}");
        assert!(whole.contains("mso-number-format"), "a spreadsheet that opens the page takes it as text: {base}");
    }
    let everybody = page(&desk, "/insights/voices.html").await;
    assert!(everybody.contains("<bdi>شاي</bdi>"), "{everybody}");
}
