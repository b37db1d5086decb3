//! Files and posts, as the engine sees them.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use tertulia_connector::{
    BlobSink, BlobWriter, Connector, Context, PullError, ReceiveError, Received, Request, Secret, Session, conformance,
    guard::AddressGuard,
};
use tertulia_connector_survey::connector;
use tertulia_model::{
    BlobRange, ChannelId, Content, FixedClock, InboundKind, RawContent, Scale, SeededChance, Visibility,
};

const NOW: i64 = 1_750_000_000_000;
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

fn token() -> String {
    tertulia_connector::sign::sign(KEY.as_bytes(), "answers")
}

struct NoBlobs;

#[async_trait::async_trait]
impl BlobSink for NoBlobs {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
        Err(std::io::Error::other("a survey writes no blob"))
    }
    async fn read(&self, _: &BlobRange) -> std::io::Result<Vec<u8>> {
        Err(std::io::Error::other("a survey reads no blob"))
    }
}

fn context(mut settings: Value) -> Context {
    settings["account"] = "spring".into();
    settings["name"] = "Spring survey".into();
    Context {
        channel: ChannelId(7),
        account: connector().account(&settings),
        settings,
        secrets: [("door_key".to_owned(), Secret::new(KEY))].into(),
        clock: Arc::new(FixedClock::at(NOW)),
        chance: Arc::new(SeededChance::new(7)),
        guard: Arc::new(AddressGuard::default()),
        blobs: Arc::new(NoBlobs),
        session: Session::default(),
        public_url: "https://tertulia.example".to_owned(),
    }
}

fn request(path: &str, token: &str, body: &[u8]) -> Request {
    Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        raw_query: String::new(),
        headers: vec![("authorization".to_owned(), format!("Bearer {token}"))],
        body: body.to_vec().into(),
        from: None,
        at: NOW,
    }
}

/// What is stored, by its external id; what is set aside; what was skipped.
#[derive(Default, Debug)]
struct Stored {
    answers: BTreeMap<String, Content>,
    set_aside: Vec<(String, String)>,
}

impl Stored {
    fn take(&mut self, received: &Received) {
        for item in &received.batch.items {
            let RawContent::Memory(bytes) = &item.content else { unreachable!() };
            match connector().normalise("spring", item, bytes) {
                Ok(events) => {
                    for event in events {
                        let InboundKind::Created(content) = event.kind else { panic!("{event:?}") };
                        self.answers.entry(event.key.external_id).or_insert(*content);
                    }
                }
                Err(error) => self.set_aside.push((item.key.clone(), error.to_string())),
            }
        }
        self.set_aside.extend(received.batch.skipped.iter().cloned());
    }

    fn bring(&mut self, settings: Value, path: &str, body: impl AsRef<[u8]>) -> Received {
        let received = receive(&context(settings), request(path, &token(), body.as_ref())).unwrap();
        self.take(&received);
        received
    }

    fn people(&self) -> std::collections::BTreeSet<(String, String)> {
        self.answers.values().map(|said| (said.author.space.clone(), said.author.handle.clone())).collect()
    }
}

fn receive(ctx: &Context, request: Request) -> Result<Received, ReceiveError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(connector().receive(ctx, request))
}

const FILE: &str = "\
Response ID,Email,Submitted at,NPS,Comments,Region,Age
a1,Kim@Customer.example,2025-06-01 10:00,9,\"Great, fast\",Norte,34
a2,,2025-06-01 11:00,3,,Sur,
a3,c-77,2025-06-01 12:00,,No opinion,Norte,51
a4,c-78,2025-06-01 12:30,11,Too good,Norte,20
a5,c-79,soon,5,,Norte,20
a6,c-80,2025-06-01 13:00,,,Norte,20
a7,c-81,2025-06-01
";

#[test]
fn a_file_becomes_answers_and_what_is_wrong_is_named_by_its_row() {
    let mut stored = Stored::default();
    let received = stored.bring(json!({}), "/file", FILE);
    assert_eq!(received.status, 202);
    let figures = ["taken", "empty", "set_aside"].map(|name| received.body[name].as_u64().unwrap());
    assert_eq!(figures, [3, 1, 3], "{}", received.body);
    let rows: Vec<(u64, &str)> = received.body["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["row"].as_u64().unwrap(), row["message"].as_str().unwrap()))
        .collect();
    assert_eq!(rows[0], (5, "The score 11 is not on its scale (NPS, 0 to 10)."));
    assert!(rows[1].0 == 6 && rows[1].1.contains("soon") && rows[2].0 == 8, "{rows:?}");
    assert_eq!(stored.set_aside.len(), 3, "all of them stand in Quarantine");
    let [kim, second, third] = ["id:a1", "id:a2", "id:a3"].map(|id| &stored.answers[id]);
    assert_eq!(
        (kim.text.as_str(), kim.author.space.as_str(), kim.author.handle.as_str()),
        ("Great, fast", "mail", "kim@customer.example")
    );
    assert_eq!(
        (kim.visibility, kim.addressed_to_us, kim.stated_at),
        (Visibility::Private, false, Some(1_748_772_000_000))
    );
    let survey = kim.survey.as_ref().unwrap();
    assert_eq!(
        (survey.survey.as_str(), survey.question.as_str(), survey.scale, survey.score),
        ("Spring survey", "NPS", Scale::Nps, Some(9.0))
    );
    assert_eq!(survey.attributes.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>(), ["Age=34", "zone=Norte"]);
    assert_eq!((second.text.as_str(), third.survey.as_ref().unwrap().score), ("3 of 10", None));
    assert_eq!(third.author.space, "survey:spring");
}

#[test]
fn a_file_that_is_brought_again_or_longer_doubles_nothing() {
    let mut stored = Stored::default();
    stored.bring(json!({}), "/file", FILE);
    stored.bring(json!({}), "/file", FILE);
    assert_eq!(stored.answers.len(), 3);
    stored.bring(json!({}), "/file", format!("{FILE}a8,c-82,2025-06-02,7,,Sur,40\n"));
    assert_eq!(stored.answers.len(), 4);
    // Without an id: who answered what when.
    let rows = "customer;question;date;score;comment\n7;Service;2025-06-01;4;ok\n7;Coffee;2025-06-01;4;ok\n7;Service;2025-06-01;4;ok\n";
    let mut stored = Stored::default();
    for _ in 0..2 {
        stored.bring(json!({ "scale": "csat" }), "/file", rows);
    }
    assert_eq!((stored.answers.len(), stored.people().len()), (2, 1));
}

#[test]
fn people_without_a_name_are_never_one_person() {
    let rows = "respondent,date,nps\nanonymous,2025-06-01,9\nanonymous,2025-06-01,9\n,2025-06-01,9\nN/A,2025-06-02,9\n";
    let mut stored = Stored::default();
    for _ in 0..2 {
        stored.bring(json!({}), "/file", rows);
    }
    assert_eq!((stored.answers.len(), stored.people().len()), (4, 4), "{:?}", stored.people());
    // Not even a time: the same file is known, another one is other people.
    let (one, other) = ("nps\n9\n9\n10\n", "nps\n9\n8\n");
    let mut stored = Stored::default();
    for file in [one, other, one] {
        stored.bring(json!({}), "/file", file);
    }
    assert_eq!((stored.answers.len(), stored.people().len()), (5, 5));
}

#[test]
fn a_table_with_a_column_for_each_question_is_one_person_a_row() {
    let settings = json!({ "question_columns": ["Would you recommend us?", "What could be better?", "Visits"] });
    let rows = "When,Would you recommend us?,What could be better?,Visits,Weight\n\
        2025-06-01,8,Más café,3,1.2\n2025-06-01,,,Often,0.8\n2025-06-02,12,Nothing,1,1\n";
    let mut stored = Stored::default();
    let received = stored.bring(settings.clone(), "/file", rows);
    assert_eq!((received.body["taken"].as_u64(), received.body["set_aside"].as_u64()), (Some(4), Some(1)));
    assert!(received.body["rows"][0]["message"].as_str().unwrap().contains("Would you recommend us?"));
    assert_eq!(stored.people().len(), 2);
    let mut said: Vec<(String, Scale, Option<f64>)> = stored
        .answers
        .values()
        .map(|said| (said.text.clone(), said.survey.as_ref().unwrap().scale, said.survey.as_ref().unwrap().score))
        .collect();
    said.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("3".to_owned(), Scale::Free, Some(3.0)),
        ("8 of 10".to_owned(), Scale::Nps, Some(8.0)),
        ("Más café".to_owned(), Scale::Free, None),
        ("Often".to_owned(), Scale::Free, None),
    ];
    assert_eq!(said, expected);
    assert!(stored.answers.values().all(|said| said.survey.as_ref().unwrap().attributes.contains_key("Weight")));
    stored.bring(settings, "/file", rows);
    assert_eq!(stored.answers.len(), 4);
}

#[test]
fn programs_post_one_answer_or_many() {
    let mut stored = Stored::default();
    let settings = json!({ "respondent_column": "who.id", "score_column": "score" });
    let one = json!({ "who": { "id": "c-1" }, "score": 4, "scale": "csat", "comment": "Fine", "time": NOW / 1000, "question": "Service" });
    stored.bring(settings.clone(), "/answers", one.to_string());
    let lines = format!(
        "{one}\n{{\"who\":{{\"id\":\"c-2\"}},\"score\":6,\"scale\":\"csat\"}}\n{{\"who\":{{\"id\":\"c-3\"}},\"score\":1,\"scale\":\"stars\"}}"
    );
    let received = stored.bring(settings, "/answers", lines);
    assert_eq!(
        (received.body["taken"].as_u64(), received.body["set_aside"].as_u64()),
        (Some(1), Some(2)),
        "{}",
        received.body
    );
    assert_eq!(stored.answers.len(), 1, "the first came twice");
    let said = stored.answers.values().next().unwrap();
    assert_eq!((said.author.handle.as_str(), said.stated_at), ("c-1", Some(NOW)));
    assert_eq!(said.survey.as_ref().unwrap().scale, Scale::Csat);
    assert!(stored.set_aside[0].1.contains("CSAT, 1 to 5") && stored.set_aside[1].1.contains("nps, csat or free"));
}

#[test]
fn an_answer_of_nobody_is_told_apart_by_the_request() {
    let ctx = context(json!({}));
    let mut stored = Stored::default();
    let mut post = |at: i64, key: Option<&str>| {
        let mut request = request("/answers", &token(), b"{\"nps\": 9}");
        request.at = at;
        request.headers.extend(key.map(|key| ("idempotency-key".to_owned(), key.to_owned())));
        stored.take(&receive(&ctx, request).unwrap());
        stored.answers.len()
    };
    let counts = [post(NOW, None), post(NOW + 1, None), post(NOW + 2, Some("k1")), post(NOW + 3, Some("k1"))];
    assert_eq!(counts, [1, 2, 3, 3]);
}

#[test]
fn what_cannot_be_answers_is_refused_with_the_columns_there_are() {
    let mut stored = Stored::default();
    let refused = |stored: &mut Stored, settings: Value, body: &[u8]| {
        let received = stored.bring(settings, "/file", body);
        assert!(received.batch.items.is_empty() && received.batch.unheard.counted.len() == 1, "{received:?}");
        (received.status, received.body["errors"][0].clone())
    };
    let (status, error) = refused(&mut stored, json!({}), b"colour,size\nred,4\n");
    assert_eq!((status, &error["field"]), (422, &json!("score_column")));
    assert!(error["message"].as_str().unwrap().contains("colour, size"), "{error}");
    let (_, error) = refused(&mut stored, json!({ "score_column": "points" }), b"nps\n4\n");
    assert!(error["message"].as_str().unwrap().contains("points"), "{error}");
    for body in [&b""[..], b"nps\n", b"[]", b"{oops", b"\xff\xfe\x00"] {
        assert_eq!(refused(&mut stored, json!({}), body).0, 422, "{body:?}");
    }
    let large = vec![b'9'; (12 << 20) + 1];
    assert_eq!(refused(&mut stored, json!({}), &large).0, 413);
    let hostile = format!("nps,comment\n9,\"{}\"\n8,fine\n", "\u{301}".repeat(500_000));
    let received = stored.bring(json!({}), "/file", hostile);
    assert_eq!((received.body["taken"].as_u64(), received.body["set_aside"].as_u64()), (Some(1), Some(1)));
}

#[test]
fn one_answer_of_ten_megabytes_is_shortened_or_named_and_holds_up_no_other() {
    let ten = "too good ".repeat((10 << 20) / 9);
    let mut stored = Stored::default();
    let long =
        json!([{ "respondent": "kim", "nps": 9, "comment": ten }, { "respondent": "bo", "nps": 3, "comment": "Fine" }]);
    let received = stored.bring(json!({}), "/answers", long.to_string());
    assert_eq!((received.status, received.body["taken"].as_u64()), (202, Some(2)), "{}", received.body);
    let said = |stored: &Stored, who: &str| {
        stored
            .answers
            .values()
            .find(|said| said.author.handle == who)
            .map(|said| (said.text.clone(), said.remarks.clone()))
    };
    let (text, remarks) = said(&stored, "kim").unwrap();
    assert!(text.contains("too good") && text.len() < 1 << 20, "{} bytes are kept as words", text.len());
    assert!(!remarks.is_empty(), "that it was shortened is said nowhere");
    assert!(said(&stored, "bo").unwrap().0.contains("Fine"));
    // In a table a cell of this size is a quotation mark that is never closed: the row is named, the others are taken.
    let table = format!("respondent,nps,comment\nana,9,\"{ten}\"\neva,3,Fine\n");
    let received = stored.bring(json!({}), "/file", table);
    assert_eq!((received.body["taken"].as_u64(), received.body["set_aside"].as_u64()), (Some(1), Some(1)));
    assert!(stored.set_aside.iter().any(|(_, why)| why.contains("256 KB")), "{:?}", received.body);
    assert!(said(&stored, "eva").is_some() && said(&stored, "ana").is_none());
}

#[test]
fn only_who_has_the_token_brings_answers() {
    let ctx = context(json!({}));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let lines = runtime.block_on(connector().test(&ctx)).unwrap();
    let token = lines[2].rsplit(' ').next().unwrap();
    assert_eq!(receive(&ctx, request("/answers", token, b"{\"nps\":9}")).unwrap().status, 202);
    for wrong in ["", "x", &token[1..]] {
        let refused = receive(&ctx, request("/answers", wrong, b"{\"nps\":9}"));
        assert!(matches!(refused, Err(ReceiveError::Unauthorised(_))), "{wrong}");
    }
    assert!(matches!(receive(&ctx, request("/other", token, b"")), Err(ReceiveError::NotFound)));
    let mut keyless = context(json!({}));
    keyless.secrets.clear();
    assert!(matches!(receive(&keyless, request("/answers", "", b"{}")), Err(ReceiveError::Unauthorised(_))));
    assert!(matches!(runtime.block_on(connector().test(&keyless)), Err(PullError::Misconfigured(_))));
    runtime.block_on(conformance::check_secrets(&connector(), &ctx));
}

#[test]
fn the_preview_says_what_a_sample_becomes() {
    let preview = |settings: Value, sample: &str| connector().preview(&settings, sample.as_bytes()).unwrap();
    let shown = preview(json!({ "name": "Spring" }), "nps,why\n9,Good\n8,\n").unwrap();
    assert_eq!(shown.len(), 2);
    assert_eq!(preview(json!({}), "colour\nred\n").unwrap_err()[0].field, "score_column");
    assert!(preview(json!({}), "nps\n9\n11\n").unwrap_err()[0].message.starts_with("Row 3: The score 11"));
}

#[test]
fn what_is_cut_off_of_a_very_wide_row_is_said() {
    let names = |n: usize| (0..n).map(|at| format!("x{at}")).collect::<Vec<_>>().join(",");
    for (columns, remarks) in [(150, 0), (300, 1)] {
        let mut stored = Stored::default();
        stored.bring(json!({}), "/file", format!("nps,region,{0}\n9,Sur,{0}\n", names(columns)));
        let said = stored.answers.values().next().unwrap();
        let attributes = &said.survey.as_ref().unwrap().attributes;
        assert_eq!((said.remarks.len(), attributes["zone"].as_str()), (remarks, "Sur"));
        assert_eq!(attributes.len(), columns.min(199) + 1);
    }
}

#[test]
fn a_real_survey_of_one_and_a_half_thousand_people_is_read_whole() {
    let Some(path) = tertulia_testkit::data("survey/masculinity/raw-responses.csv") else { return };
    let file = std::fs::read(path).unwrap();
    let settings = json!({ "question_columns": "q0001\nq0002\nq0005\nq0013", "time_format": "month_day_year", "id_column": "column 1" });
    let mut stored = Stored::default();
    let received = stored.bring(settings.clone(), "/file", &file);
    assert_eq!(received.body["set_aside"], 0, "{}", received.body["rows"]);
    assert_eq!(received.batch.items.len(), 1_615);
    assert_eq!(stored.people().len(), 1_615, "nobody is named, so each is somebody else");
    let said = stored.answers.values().find(|said| said.subject.as_deref() == Some("q0001")).unwrap();
    let attributes = &said.survey.as_ref().unwrap().attributes;
    assert!(said.stated_at.is_some() && attributes.len() > 20, "{attributes:?}");
    let before = stored.answers.len();
    stored.bring(settings, "/file", &file);
    assert_eq!(stored.answers.len(), before);
}

proptest! {
    /// Nothing is lost in silence: each row is taken, empty, or named with its reason; and the file again changes nothing.
    #[test]
    fn each_row_of_any_table_is_taken_or_named(
        rows in proptest::collection::vec((
            "[a-z]{0,2}|anonymous", "(2025-06-0[1-3])?|soon", "[0-9]{0,2}|x", "[a-zé ]{0,6}",
        ), 1..20),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["respondent", "date", "nps", "comment"]).unwrap();
        let mut written = 0;
        for (who, when, score, comment) in &rows {
            writer.write_record([who, when, score, comment]).unwrap();
            written += usize::from([who, when, score, comment].iter().any(|cell| !cell.trim().is_empty()));
        }
        let file = writer.into_inner().unwrap();
        let mut stored = Stored::default();
        let received = stored.bring(json!({}), "/file", &file);
        if received.status == 422 {
            prop_assert_eq!(written, 0);
            return Ok(());
        }
        let figure = |name: &str| usize::try_from(received.body[name].as_u64().unwrap()).unwrap();
        prop_assert_eq!(figure("taken") + figure("empty") + figure("set_aside"), written);
        prop_assert_eq!(figure("set_aside"), stored.set_aside.len());
        let before = stored.answers.clone();
        stored.bring(json!({}), "/file", &file);
        prop_assert_eq!(before, stored.answers);
    }
}
