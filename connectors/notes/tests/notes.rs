//! What is written down, and what it says.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tertulia_connector::{
    BlobSink, BlobWriter, Connector, Context, FieldError, SecretSet,
    by_hand::{Brought, ByHand, Entry, File, More},
    guard::AddressGuard,
};
use tertulia_connector_notes::{Notes, connector};
use tertulia_model::{
    Attachment, Author, BlobRange, ChannelId, Content, Direction, FixedClock, Inbound, InboundKind, RawContent,
    SeededChance,
};

/// 2025-06-15T15:06:40Z.
const NOW: i64 = 1_750_000_000_000;

struct NoBlobs;

#[async_trait::async_trait]
impl BlobSink for NoBlobs {
    async fn writer(&self) -> std::io::Result<Box<dyn BlobWriter>> {
        Err(std::io::Error::other("a note writes no blob"))
    }
    async fn read(&self, _: &BlobRange) -> std::io::Result<Vec<u8>> {
        Err(std::io::Error::other("a note reads no blob"))
    }
}

fn context(settings: Value) -> Context {
    Context {
        channel: ChannelId(7),
        account: connector().account(&settings),
        settings,
        secrets: SecretSet::new(),
        clock: Arc::new(FixedClock::at(NOW)),
        chance: Arc::new(SeededChance::new(7)),
        guard: Arc::new(AddressGuard::new([])),
        blobs: Arc::new(NoBlobs),
        session: tokio::sync::Mutex::default(),
        public_url: "https://tertulia.example".to_owned(),
    }
}

fn german() -> Context {
    context(json!({ "place": "Theke", "country_code": "49" }))
}

fn filled(values: Value) -> Entry {
    let values: Map<String, Value> = values.as_object().cloned().unwrap();
    Entry { values, files: Vec::new(), key: "web-1".to_owned(), zone: "Europe/Berlin".to_owned(), at: NOW }
}

fn understood(ctx: &Context, brought: &Brought) -> Vec<Inbound> {
    let all = brought.batch.items.iter().map(|item| {
        let RawContent::Memory(bytes) = &item.content else { unreachable!() };
        connector().normalise(&ctx.account, item, bytes)
    });
    all.filter_map(Result::ok).flatten().collect()
}

fn content(event: &Inbound) -> &Content {
    let InboundKind::Created(content) = &event.kind else { panic!("no message: {event:?}") };
    content
}

fn enter(values: Value) -> Result<Brought, Vec<FieldError>> {
    connector().entry(&german(), &filled(values))
}

fn fields(errors: &[FieldError]) -> Vec<&str> {
    errors.iter().map(|error| error.field.as_str()).collect()
}

#[test]
fn a_phone_call_is_what_they_said_and_what_we_answered_with_whoever_has_that_number() {
    let brought = enter(json!({ "kind": "call", "name": "Amina", "contact": "0170 / 123 45 67",
        "when": "2025-06-15T10:30", "they_said": "The grinder stands still.", "we_said": "Bring it by.", "open": true,
        "language": "EN" }));
    let brought = brought.unwrap();
    assert!(!brought.batch.history);
    let events = understood(&german(), &brought);
    let [theirs, ours] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(brought.first.as_ref(), Some(&theirs.key));
    let (said, answer) = (content(theirs), content(ours));
    let amina = Author {
        space: "sms".to_owned(),
        handle: "+491701234567".to_owned(),
        display_name: Some("Amina".to_owned()),
        claimed_mail: None,
    };
    assert_eq!((&said.author, said.direction, said.addressed_to_us), (&amina, Direction::Theirs, true));
    assert_eq!((said.subject.as_deref(), said.language.as_deref()), (Some("Phone call"), Some("en")));
    // Half past ten in Berlin, in summer.
    assert_eq!(said.stated_at, Some(1_749_976_200_000));
    assert_eq!((answer.direction, answer.text.as_str()), (Direction::Ours, "Bring it by."));
    assert_eq!(answer.references.as_slice(), std::slice::from_ref(&theirs.key.external_id));
    assert_eq!(answer.recipients[0].address, amina.handle);
    assert!(answer.stated_at > said.stated_at);
}

#[test]
fn who_is_known_by_a_mail_address_or_by_nothing_at_all() {
    let author = |contact: &str, name: &str| {
        let brought = enter(json!({ "contact": contact, "name": name, "they_said": "Hello" })).unwrap();
        content(&understood(&german(), &brought)[0]).author.clone()
    };
    let mail = author(" Kim@Customer.Example ", "");
    assert_eq!((mail.space.as_str(), mail.handle.as_str()), ("mail", "kim@customer.example"));
    let nobody = author("", "Kim\u{202e}");
    assert_eq!((nobody.space.as_str(), nobody.handle.as_str()), ("notes:theke", "unnamed:web-1"));
    assert_eq!(nobody.display_name.as_deref(), Some("Kim"), "nothing turns the name around");
}

#[test]
fn who_was_only_listened_to_is_kept_and_closed_at_once() {
    assert!(enter(json!({ "they_said": "Nice shop", "open": false })).unwrap().batch.history);
}

#[test]
fn all_that_is_wrong_is_said_at_its_field_and_how_to_mend_it() {
    let wrong = enter(json!({ "contact": "the tall one", "when": "2025-06-16T10:30", "they_said": "x" })).unwrap_err();
    assert_eq!(fields(&wrong), ["contact", "when"]);
    assert!(wrong[0].message.contains("+49 170 1234567") && wrong[1].message.contains("still to come"), "{wrong:?}");
    assert_eq!(fields(&enter(json!({ "when": "yesterday", "they_said": "x" })).unwrap_err()), ["when"]);
    assert_eq!(fields(&enter(json!({ "name": "Kim", "they_said": " \u{0} " })).unwrap_err()), ["they_said"]);
    // Without a country a number as it is dialled at home could be anybody's.
    let abroad = connector().entry(&context(json!({})), &filled(json!({ "contact": "0170 1234567", "we_said": "x" })));
    assert!(abroad.unwrap_err()[0].message.contains("country code"));
}

#[test]
fn ten_megabytes_and_a_megabyte_of_accents_are_refused_in_words() {
    let (long, accents) = ("word ".repeat(2_000_000), format!("a{}", "\u{301}".repeat(500_000)));
    for text in [long.clone(), accents] {
        let wrong = enter(json!({ "they_said": text })).unwrap_err();
        assert!(fields(&wrong) == ["they_said"] && wrong[0].message.contains("100000"), "{wrong:?}");
    }
    let hostile = enter(json!({ "they_said": "\u{202e}\u{200b}<script>\u{0}alert(1)</script>" })).unwrap();
    assert_eq!(content(&understood(&german(), &hostile)[0]).text, "\u{202e}\u{200b}<script>alert(1)</script>");
    let mut row = b"they said\n\"".to_vec();
    row.extend(long.as_bytes());
    row.extend(b"\"\nHello\n");
    let brought = connector().file(&german(), &file(&row)).unwrap();
    assert_eq!((brought.report.taken, brought.report.set_aside), (1, 1));
    assert!(brought.report.rows[0].message.contains("256 KB"), "{:?}", brought.report);
    assert!(connector().file(&german(), &file(&vec![b'a'; 13 << 20])).unwrap_err()[0].message.contains("12 MB"));
}

#[test]
fn a_letter_may_be_nothing_but_its_picture() {
    let picture = |bytes: usize| Attachment {
        name: "letter.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        content_id: None,
        inline: false,
        bytes: vec![7; bytes],
    };
    let entry = Entry { files: vec![picture(100)], ..filled(json!({ "kind": "letter" })) };
    let brought = connector().entry(&german(), &entry).unwrap();
    let events = understood(&german(), &brought);
    assert_eq!((events.len(), content(&events[0]).attachments.as_slice()), (1, &[picture(100)][..]));
    for files in [vec![picture(1); 6], vec![picture(10_000_001)]] {
        let entry = Entry { files, ..filled(json!({})) };
        assert_eq!(fields(&connector().entry(&german(), &entry).unwrap_err()), ["files"]);
    }
}

#[test]
fn what_they_say_later_goes_on_where_it_was() {
    let author = Author { space: "sms".into(), handle: "+491701234567".into(), display_name: None, claimed_mail: None };
    let more = More {
        text: "It works.".into(),
        files: Vec::new(),
        key: "web-2".into(),
        at: NOW,
        author: Some(author.clone()),
        parent: "web-1/we".into(),
    };
    let brought = connector().more(&german(), &more).unwrap();
    let events = understood(&german(), &brought);
    let said = content(&events[0]);
    assert_eq!((&said.author, said.references.as_slice()), (&author, &["web-1/we".to_owned()][..]));
    let empty = More { text: "\n".into(), ..more };
    assert_eq!(fields(&connector().more(&german(), &empty).unwrap_err()), ["text"]);
}

fn file(bytes: &[u8]) -> File {
    File { name: "notes.csv".into(), bytes: bytes.to_vec().into(), key: None, zone: "Europe/Berlin".into(), at: NOW }
}

fn bring(notes: &Notes, bytes: &[u8]) -> (Brought, Vec<Inbound>) {
    let brought = notes.file(&german(), &file(bytes)).unwrap();
    let events = understood(&german(), &brought);
    (brought, events)
}

#[test]
fn a_table_is_read_by_the_names_of_its_columns_in_several_languages() {
    for (table, kind) in [
        (
            "When,Who,Phone,What they said,What we said,Type\n2025-06-14 10:30,Olga,0170 1234567,When?,At eight.,call\n",
            "Phone call",
        ),
        (
            "Datum;Uhrzeit;Kunde;Telefon;Notiz;Antwort;Art\n14.06.2025;10:30;Olga;+49 170 1234567;When?;At eight.;Brief\n",
            "Letter",
        ),
        (
            "Fecha\tCliente\tTeléfono\tNota\tRespuesta\tTipo\n14/06/2025 10:30\tOlga\t00491701234567\tWhen?\tAt eight.\tMostrador\n",
            "At the counter",
        ),
        ("日時,お客様,電話,メモ,返答,種類\n2025/06/14 10:30,Olga,+491701234567,When?,At eight.,会议\n", "Meeting"),
        ("Дата,Клиент,Телефон,Заметка,Ответ,Тип\n14.06.2025 10:30,Olga,+491701234567,When?,At eight.,Video\n", "Video"),
    ] {
        let (brought, events) = bring(&connector(), table.as_bytes());
        assert_eq!((brought.report.taken, brought.report.set_aside), (2, 0), "{table} {:?}", brought.report);
        let said = content(&events[0]);
        assert_eq!((said.author.handle.as_str(), said.text.as_str()), ("+491701234567", "When?"), "{table}");
        assert_eq!((said.stated_at, said.subject.as_deref()), (Some(1_749_889_800_000), Some(kind)), "{table}");
        assert_eq!(content(&events[1]).text, "At eight.");
        assert!(brought.batch.history, "what was is history");
    }
}

#[test]
fn a_row_that_does_not_fit_is_named_with_its_number_and_stops_no_other() {
    let table =
        b"name,contact,when,they said\nA,a@b.example,2025-06-14,One\nB,nobody,2025-06-14,Two\nC,,soon,Three\nD\n\
                  E,,,\nF,,,Six\n";
    let (brought, events) = bring(&connector(), table);
    let report = brought.report;
    assert_eq!((report.taken, report.empty, report.set_aside), (2, 1, 3));
    assert_eq!(report.rows.iter().map(|row| row.row).collect::<Vec<_>>(), [3, 4, 5]);
    assert!(report.rows[0].message.contains("neither") && report.rows[1].message.contains("soon"), "{report:?}");
    assert_eq!(events.len(), 2);
    // Those that were read as rows wait with their bytes, the one that was not without.
    assert_eq!((brought.batch.items.len(), brought.batch.skipped.len()), (4, 1));
    let none = connector().file(&german(), &file(b"name,age\nKim,7\n")).unwrap_err();
    assert!(none[0].message.contains("name, age"), "{none:?}");
}

#[test]
fn a_table_that_is_brought_again_gives_the_same_ids_also_when_it_has_grown() {
    let ids = |table: &str| -> Vec<String> {
        bring(&connector(), table.as_bytes()).1.into_iter().map(|event| event.key.external_id).collect()
    };
    let first = "who,they said\nKim,Hello\nKim,Hello\n";
    let (one, grown) = (ids(first), ids(&format!("{first}Lee,Bye\n")));
    assert_eq!(one, ids(first));
    assert_eq!(one[..], grown[..2]);
    assert_ne!(one[0], one[1], "two people may say the same");
    assert_eq!(ids("id,they said\n7,a\n"), ids("id,they said\n7,b\n"));
}

proptest! {
    #[test]
    fn any_table_is_read_or_refused_and_what_is_read_is_understood(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut table = b"they said,when,contact\n".to_vec();
        table.extend(bytes);
        if let Ok(brought) = connector().file(&german(), &file(&table)) {
            prop_assert_eq!(understood(&german(), &brought).len(), brought.report.taken);
        }
    }
}
