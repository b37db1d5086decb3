//! The data sets: tweets with their labels.

mod tweeteval;

pub use tweeteval::tweeteval;

use crate::arguments::Arguments;
use crate::tweets::{self, Part, Tweet, first_part};
use anyhow::Result;
use tertulia_train::sentiment::sets::UMSAB;

const AFRISENTI: [&str; 14] =
    ["amh", "arq", "ary", "hau", "ibo", "kin", "orm", "pcm", "por", "swa", "tir", "tso", "twi", "yor"];

/// Texts, each with its class.
#[derive(Debug)]
pub struct Set {
    pub name: String,
    pub texts: Vec<(String, u8)>,
}

pub fn umsab(arguments: &Arguments) -> Vec<Set> {
    let set = |language: &&str| {
        let name = format!("umsab/{language}");
        let read = |part: &str| in_two_files(arguments, &format!("sentiment/{name}"), part);
        Some(Set { texts: first_part(&name, &["test", "val"], read)?, name })
    };
    UMSAB.iter().filter_map(set).collect()
}

pub fn afrisenti(arguments: &Arguments) -> Vec<Set> {
    let set = |language: &&str| {
        let name = format!("afrisenti/{language}");
        let read = |part: &str| {
            let found = tweets::afrisenti(arguments, language, part)?;
            Ok(found.map(|(file, tweets)| (file, labelled(tweets))))
        };
        Some(Set { texts: first_part(&name, &["test", "dev"], read)?, name })
    };
    AFRISENTI.iter().filter_map(set).collect()
}

fn in_two_files(arguments: &Arguments, folder: &str, part: &str) -> Result<Part<(String, u8)>> {
    let name = |what: &str| format!("{folder}/{part}_{what}.txt");
    let file = |what: &str| arguments.quiet_file(&name(what));
    let (Some(texts), Some(labels)) = (file("text"), file("labels")) else { return Ok(None) };
    let tweets = tweets::lines(&tweets::read(&texts)?, &tweets::read(&labels)?)?;
    Ok(Some((name("text"), labelled(tweets))))
}

/// Those whose class is known.
fn labelled(tweets: Vec<Tweet>) -> Vec<(String, u8)> {
    tweets.into_iter().filter_map(|tweet| Some((tweet.text, tweet.class?))).collect()
}
