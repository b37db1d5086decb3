//! `eval spam`: is noise found, and nothing else?
//!
//! Of a file that the shipped model was learnt from (its checksum stands in the model's card) nothing can be said by that
//! model: a model is learnt anew for each tenth of the text messages from the other nine, and for each video from the other
//! videos, with everything else that is there; its probabilities and its threshold, too, are fitted without what it is then asked about. Of other
//! files the shipped model is asked. `false_positives` are good messages blocked per 1,500; comments of all videos are pooled.
//! `n` is the number of texts of the class that the figure speaks of, and of all for `mcc`; `per_second` is texts a second
//! of one core's time with the shipped model, the median of several passes.

mod anew;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::figures::Figure;
use crate::pace;
use crate::skipped;
use anyhow::{Context, Result, ensure};
use std::hint::black_box;
use std::path::Path;
use tertulia_analysis::noise::{self, Place};
use tertulia_train::linear::Example;
use tertulia_train::linear::figures::{Judged, mcc};
use tertulia_train::linear::sources::checksum;
use tertulia_train::spam::sets;

/// The card of the shipped model: it names what was learnt from.
const CARD: &str = include_str!("../../../docs/models/spam.md");
/// Good messages among which blocked ones are counted.
const GOOD: f64 = 1_500.0;
/// The whole set may come as one file, or a part of it by itself.
const SMS: [&str; 3] = ["spam/test.tsv", "spam/sms_test.tsv", sets::SMS];

/// What a file holds, and whether the shipped model was learnt from it.
struct File {
    name: String,
    examples: Vec<Example>,
    was_learnt: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let sms = messages(arguments);
    let videos = videos(arguments);
    let ground = anew::Ground::read(&arguments.folder())?;
    if let Some(file) = &sms {
        skipped::unless_sound("sms", of_messages(file, &videos, &ground));
    }
    if !videos.is_empty() {
        skipped::unless_sound("youtube", of_comments(&videos, sms.as_ref(), &ground));
    }
    Ok(())
}

fn messages(arguments: &Arguments) -> Option<File> {
    let Some(path) = SMS.iter().find_map(|name| arguments.quiet_file(name)) else {
        skipped::absent("sms", &format!("none of {} is here", SMS.join(", ")));
        return None;
    };
    let file = read(&path, "sms").and_then(|(name, text, was_learnt)| {
        let examples = sets::sms(&text);
        ensure!(!examples.is_empty(), "{} holds no ham and no spam", path.display());
        Ok(File { name, examples, was_learnt })
    });
    skipped::unless_sound("sms", file)
}

fn of_messages(file: &File, videos: &[File], ground: &anew::Ground) -> Result<()> {
    let messages = &file.examples;
    let judged = match file.was_learnt {
        true => anew::in_tenths(messages, &learnt(videos.iter()), ground)?,
        false => shipped(messages),
    };
    let per_second = pace::per_second(messages, |message| {
        black_box(noise::of(&message.text, Place::Private));
    });
    let said = |is_noise: bool| {
        let of: Vec<&Judged> = judged.iter().filter(|judged| (judged.class != 0) == is_noise).collect();
        (of.iter().filter(|judged| judged.said != 0).count() as f64 / of.len().max(1) as f64, of.len())
    };
    let ((recall, spam), (blocked, good)) = (said(true), said(false));
    Figure { set: "sms", metric: "recall", value: recall, n: spam, per_second }.tell();
    Figure { set: "sms", metric: "false_positives", value: blocked * GOOD, n: good, per_second }.tell();
    Ok(())
}

fn of_comments(videos: &[File], sms: Option<&File>, ground: &anew::Ground) -> Result<()> {
    let messages = learnt(sms.into_iter());
    let mut judged = Vec::new();
    let mut all = Vec::new();
    for (at, video) in videos.iter().enumerate() {
        if video.was_learnt {
            let others = learnt(videos.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, file)| file));
            let said = anew::without(&video.examples, &[messages.clone(), others].concat(), ground);
            let Some(said) = skipped::unless_sound(&video.name, said) else { continue };
            judged.extend(said);
        } else {
            judged.extend(shipped(&video.examples));
        }
        all.extend(video.examples.iter().cloned());
    }
    ensure!(!judged.is_empty(), "no comment was judged");
    let per_second = pace::per_second(&all, |comment| {
        black_box(noise::of(&comment.text, Place::Public));
    });
    Figure { set: "youtube", metric: "mcc", value: mcc(&judged), n: judged.len(), per_second }.tell();
    Ok(())
}

/// What the shipped model says.
fn shipped(examples: &[Example]) -> Vec<Judged> {
    let judge = |example: &Example| {
        let said = noise::of(&example.text, sets::place(&example.source));
        Judged { class: example.class, said: said.value as u8, confidence: said.confidence }
    };
    examples.iter().map(judge).collect()
}

/// What the shipped model was learnt from, of these.
fn learnt<'a>(files: impl Iterator<Item = &'a File>) -> Vec<Example> {
    files.filter(|file| file.was_learnt).flat_map(|file| file.examples.iter().cloned()).collect()
}

/// The videos' files that are sound.
fn videos(arguments: &Arguments) -> Vec<File> {
    let Some(folder) = arguments.data_file(sets::COMMENTS) else { return Vec::new() };
    let names = skipped::unless_sound("youtube", sets::videos(&folder)).unwrap_or_default();
    if names.is_empty() {
        skipped::absent("youtube", &format!("no .csv is in {}", folder.display()));
    }
    let file = |(video, path): (String, String)| {
        let file = read(&folder.join(path), &video).and_then(|(name, text, was_learnt)| {
            let examples = sets::comments(&name, &text)?;
            ensure!(!examples.is_empty(), "it holds no comment with its class");
            Ok(File { name, examples, was_learnt })
        });
        skipped::unless_sound(&video, file)
    };
    names.into_iter().filter_map(file).collect()
}

/// The name, the text, and whether the shipped model was learnt from it.
fn read(path: &Path, name: &str) -> Result<(String, String, bool)> {
    let bytes = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
    let was_learnt = was_learnt(&bytes);
    let how = if was_learnt { "was learnt from: learning anew without what is asked" } else { "was not learnt from" };
    eprintln!("{name}: {} {how}", path.file_name().unwrap_or_default().to_string_lossy());
    Ok((name.to_owned(), String::from_utf8_lossy(&bytes).into_owned(), was_learnt))
}

fn was_learnt(bytes: &[u8]) -> bool {
    CARD.contains(&checksum(bytes))
}
