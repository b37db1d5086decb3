//! How fast a mailbox file is cut into mails and understood: `cargo run --release -p tertulia-connector-import --example import_speed -- [MAILS]`.
//! The file is made up here; its mails are as long as those of a discussion list.

use std::{fmt::Write, io::Cursor, time::Instant};
use tertulia_connector::Connector;
use tertulia_connector_import::{Delimiter, Format, Mapping, ReadItem, connector, open};
use tertulia_model::{RawContent, RawItem};

const WORDS: [&str; 12] =
    ["coffee", "the", "roast", "is", "late", "again", "thank", "you", "for", "grinding", "it", "finely"];

fn body(number: usize, words: usize) -> String {
    let mut text = String::new();
    for word in 0..words {
        text.push_str(WORDS[(number * 7 + word * 5 + word / 11) % WORDS.len()]);
        text.push(if word % 12 == 11 { '\n' } else { ' ' });
    }
    text
}

fn mailbox(mails: usize) -> String {
    let mut file = String::new();
    for number in 0..mails {
        let parent = number / 3;
        let _ = write!(
            file,
            "From person{number} at example.org  Mon Jan  3 12:00:00 2005\n\
             From: person{number} at example.org (Person {number})\nDate: Mon, 3 Jan 2005 12:00:00 +0100\n\
             Subject: [list] Grinding {parent}\nIn-Reply-To: <{parent}@example.org>\nReferences: <{parent}@example.org>\n\
             Message-ID: <{number}@example.org>\n\n{}\n>From here on\n\n",
            body(number, 600)
        );
    }
    file
}

fn table(rows: usize) -> String {
    let mut file = "id,author,time,text,parent\n".to_owned();
    for number in 0..rows {
        let _ = writeln!(
            file,
            "{number},person{},2005-01-03T12:00:00Z,\"{}\",{}",
            number % 999,
            body(number, 30),
            number / 3
        );
    }
    file
}

fn measure(name: &str, format: Format, mapping: &Mapping, bytes: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
    let megabytes = bytes.len() as f64 / 1e6;
    let reader = open(format, mapping, Cursor::new(bytes.clone()), 0)?;
    let hint = reader.hint();
    let started = Instant::now();
    let items: Vec<ReadItem> = reader.filter_map(Result::ok).collect();
    let split = started.elapsed().as_secs_f64();
    let import = connector();
    let mut events = 0;
    let started = Instant::now();
    for item in &items {
        let raw = RawItem {
            key: item.offset.to_string(),
            content: RawContent::Memory(Vec::new()),
            received_at: 0,
            hint: hint.clone(),
        };
        let range = usize::try_from(item.offset)?..usize::try_from(item.offset + item.length)?;
        events += import.normalise("speed", &raw, &bytes[range]).map_or(0, |events| events.len());
    }
    let understood = started.elapsed().as_secs_f64();
    println!(
        "{name}: {} items, {megabytes:.1} MB; split {:.0} MB/s; understood {:.0} items/s ({events} events, one core)",
        items.len(),
        megabytes / split,
        items.len() as f64 / understood,
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let items: usize = std::env::args().nth(1).map_or(Ok(15_000), |number| number.parse())?;
    let column = |name: &str| Some(name.to_owned());
    let mapping = Mapping {
        id: column("id"),
        author: column("author"),
        time: column("time"),
        text: column("text"),
        parent: column("parent"),
        ..Mapping::default()
    };
    measure("mbox", Format::Mbox, &Mapping::default(), mailbox(items).into_bytes())?;
    measure("csv", Format::Csv(Delimiter::Comma), &mapping, table(items * 10).into_bytes())
}
