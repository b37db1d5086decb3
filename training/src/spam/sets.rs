//! The texts that are learnt from.

use crate::linear::Example;
use crate::linear::sources::{Source, checksum, fold, key, read as read_file};
use crate::linear::svm::Lesson;
use crate::sentiment::sets::{AFRISENTI, UMSAB};
use anyhow::{Context, Result};
use std::path::Path;
use tertulia_analysis::noise::{self, Place};

/// What a mistake costs…
const SMS_COST: f32 = 2.0;
const COMMENT_COST: f32 = 1.0;
/// …also in tweets and in chats, which are taken to be no noise: there are many, and a few of them are.
const TWEET_COST: f32 = 0.3;
const CHAT_COST: f32 = 0.03;
/// What is private costs less in public, and what is public hardly anything in private,
const PRIVATE_IN_PUBLIC: f32 = 0.25;
const PUBLIC_IN_PRIVATE: f32 = 0.02;
/// and in public it is enough that it is not far on the wrong side: else whatever is not like a tweet or a text message would
/// count as noise, and all that is new as none.
const MARGIN: f32 = 0.5;
/// Of the tweets of Africa, which are the most, one in so many…
const ONE_IN: usize = 8;
/// …and of the lines of chats.
const CHAT_ONE_IN: usize = 10;

const FINE: u8 = 0;
const SPAM: u8 = 1;
const PROMOTION: u8 = 2;

pub const SMS: &str = "spam/sms.tsv";
pub const COMMENTS: &str = "spam/youtube";
const CHAT: &str = "threads/irc/train";

#[derive(Default)]
pub struct Materials {
    pub examples: Vec<Example>,
    pub sources: Vec<Source>,
}

pub fn is_sms(source: &str) -> bool {
    source == "sms"
}

pub fn is_comment(source: &str) -> bool {
    source.starts_with("youtube/")
}

pub fn is_tweet(source: &str) -> bool {
    source.starts_with("tweets/")
}

/// Lines of a chat where people help each other.
pub fn is_chat(source: &str) -> bool {
    source == "chat"
}

/// Public texts that nobody labelled: they are taken to be fine, though a few are not.
pub fn is_ground(source: &str) -> bool {
    is_tweet(source) || is_chat(source)
}

pub fn place(source: &str) -> Place {
    if is_sms(source) { Place::Private } else { Place::Public }
}

/// What a text is to teach the machine of a place.
pub fn lesson(example: &Example, lane: usize) -> Lesson {
    let is_private = lane == noise::lane(Place::Private);
    let (cost, margin) = match place(&example.source) {
        _ if lane == usize::from(FINE) => (0.0, 0.0),
        Place::Private if is_private => (example.cost, 1.0),
        Place::Private => (example.cost * PRIVATE_IN_PUBLIC, MARGIN),
        Place::Public if is_private => (example.cost * PUBLIC_IN_PRIVATE, 1.0),
        Place::Public if is_ground(&example.source) => (example.cost, MARGIN),
        Place::Public => (example.cost, 1.0),
    };
    let is_noise = if is_private { example.class == SPAM } else { example.class != FINE };
    Lesson { sign: if is_noise { 1.0 } else { -1.0 }, cost, margin }
}

pub fn licence(file: &str) -> &'static str {
    if file.contains("umsab") { "Apache-2.0 repository" } else { "CC BY 4.0" }
}

/// All that is learnt from.
pub fn read(data: &Path) -> Result<Materials> {
    let mut materials = Materials::default();
    let (text, source) = read_file(data, SMS)?;
    materials.take(source, sms(&text));
    for (name, path) in videos(&data.join(COMMENTS))? {
        let (text, source) = read_file(data, &format!("{COMMENTS}/{path}"))?;
        materials.take(source, comments(&name, &text)?);
    }
    tweets(data, &mut materials)?;
    chat(data, &mut materials)?;
    Ok(materials)
}

/// Tweets, which are taken to be no noise.
pub fn tweets(data: &Path, materials: &mut Materials) -> Result<()> {
    for folder in UMSAB {
        let (text, source) = read_file(data, &format!("sentiment/umsab/{folder}/train_text.txt"))?;
        let tweets = text.split('\n').map(|text| example(text, FINE, TWEET_COST, &format!("tweets/{folder}")));
        materials.take(source, tweets.collect());
    }
    for folder in AFRISENTI {
        let (text, source) = read_file(data, &format!("sentiment/afrisenti/{folder}/train.tsv"))?;
        let texts = text.split('\n').skip(1).filter_map(|row| Some(row.rsplit_once('\t')?.0)).step_by(ONE_IN);
        let tweets = texts.map(|text| example(text, FINE, TWEET_COST, &format!("tweets/{folder}")));
        materials.take(source, tweets.collect());
    }
    Ok(())
}

/// Lines of a chat where people ask for help, often with links and a "please" (Kummerfeld and others 2019):
/// `[hh:mm] <name> text`.
pub fn chat(data: &Path, materials: &mut Materials) -> Result<()> {
    let folder = data.join(CHAT);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("{} can't be read", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".ascii.txt") {
            names.push(name);
        }
    }
    names.sort();
    let mut all = String::new();
    for name in names {
        all += &read_file(data, &format!("{CHAT}/{name}"))?.0;
    }
    let said = |line: &'_ str| -> Option<String> {
        let (head, text) = line.split_once("> ")?;
        (head.starts_with('[') && head.contains("] <")).then(|| text.to_owned())
    };
    let lines = all.split('\n').filter_map(said).step_by(CHAT_ONE_IN);
    let lines = lines.map(|text| example(&text, FINE, CHAT_COST, "chat")).collect();
    let source = Source { name: format!("{CHAT}/*.ascii.txt"), checksum: checksum(all.as_bytes()), texts: 0 };
    materials.take(source, lines);
    Ok(())
}

/// Files of comments by the name of their video, in the order of names.
pub fn videos(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(video) = name.strip_suffix(".csv") {
            names.push((video.to_owned(), name));
        }
    }
    names.sort();
    Ok(names)
}

/// Text messages of the SMS Spam Collection (Almeida and others 2011): `ham` or `spam`, a tab, the text.
pub fn sms(text: &str) -> Vec<Example> {
    let message = |row: &str| {
        let (label, text) = row.trim_end_matches('\r').split_once('\t')?;
        let class = match label {
            "ham" => FINE,
            "spam" => SPAM,
            _ => return None,
        };
        Some(example(text, class, SMS_COST, "sms"))
    };
    text.split('\n').filter_map(message).collect()
}

/// Comments of the YouTube Spam Collection (Alberto and others 2015). Those of a video are in one fold, so that what is held
/// out is of a video that was not learnt from.
pub fn comments(video: &str, text: &str) -> Result<Vec<Example>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let place = |name: &str| {
        headers.iter().position(|header| header.trim() == name).with_context(|| format!("there is no column {name}"))
    };
    let (content, class) = (place("CONTENT")?, place("CLASS")?);
    let mut comments = Vec::new();
    for row in reader.records() {
        let row = row?;
        let class = match row.get(class).map(str::trim) {
            Some("0") => FINE,
            Some("1") => PROMOTION,
            _ => continue,
        };
        let comment = example(row.get(content).unwrap_or_default(), class, COMMENT_COST, &format!("youtube/{video}"));
        comments.push(Example { fold: number(video), ..comment });
    }
    Ok(comments)
}

/// "Youtube02-KatyPerry" is the second.
fn number(video: &str) -> u64 {
    let digits: String = video.chars().filter(char::is_ascii_digit).take(9).collect();
    digits.parse().unwrap_or_else(|_| fold(video))
}

fn example(text: &str, class: u8, cost: f32, source: &str) -> Example {
    Example { text: text.to_owned(), class, cost, source: source.to_owned(), fold: fold(&key(text)) }
}

impl Materials {
    fn take(&mut self, source: Source, examples: Vec<Example>) {
        self.sources.push(Source { texts: examples.len(), ..source });
        self.examples.extend(examples);
    }
}
