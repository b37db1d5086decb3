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
use anyhow::{Context, Result};
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

/// A file, and whether the shipped model was learnt from it.
struct File {
    name: String,
    text: String,
    was_learnt: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let sms = SMS.iter().find_map(|name| arguments.quiet_file(name));
    let sms = sms.map(|path| read(&path, "sms")).transpose()?;
    let videos = videos(arguments)?;
    let ground = anew::Ground::read(&arguments.folder())?;
    match &sms {
        Some(file) => of_messages(file, &videos, &ground)?,
        None => eprintln!("skipped: no text messages"),
    }
    match videos.is_empty() {
        true => eprintln!("skipped: no comments"),
        false => of_comments(&videos, sms.as_ref(), &ground)?,
    }
    Ok(())
}

fn of_messages(file: &File, videos: &[File], ground: &anew::Ground) -> Result<()> {
    let messages = sets::sms(&file.text);
    let judged = match file.was_learnt {
        true => anew::in_tenths(&messages, &learnt_comments(videos)?, ground)?,
        false => shipped(&messages),
    };
    let per_second = pace::per_second(&messages, |message| {
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
    let messages = sms.filter(|file| file.was_learnt).map_or_else(Vec::new, |file| sets::sms(&file.text));
    let mut judged = Vec::new();
    let mut all = Vec::new();
    for (at, video) in videos.iter().enumerate() {
        let comments = sets::comments(&video.name, &video.text)?;
        if video.was_learnt {
            let others = videos.iter().enumerate().filter(|(other, file)| *other != at && file.was_learnt);
            let others = others.map(|(_, file)| sets::comments(&file.name, &file.text)).collect::<Result<Vec<_>>>()?;
            judged.extend(anew::without(&comments, &[messages.clone(), others.concat()].concat(), ground)?);
        } else {
            judged.extend(shipped(&comments));
        }
        all.extend(comments);
    }
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

fn learnt_comments(videos: &[File]) -> Result<Vec<Example>> {
    let learnt = videos.iter().filter(|file| file.was_learnt);
    Ok(learnt.map(|file| sets::comments(&file.name, &file.text)).collect::<Result<Vec<_>>>()?.concat())
}

fn videos(arguments: &Arguments) -> Result<Vec<File>> {
    let Some(folder) = arguments.quiet_file(sets::COMMENTS) else { return Ok(Vec::new()) };
    sets::videos(&folder)?.into_iter().map(|(video, path)| read(&folder.join(path), &video)).collect()
}

fn read(path: &Path, name: &str) -> Result<File> {
    let bytes = std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
    let was_learnt = was_learnt(&bytes);
    let how = if was_learnt { "was learnt from: learning anew without what is asked" } else { "was not learnt from" };
    eprintln!("{name}: {} {how}", path.file_name().unwrap_or_default().to_string_lossy());
    Ok(File { name: name.to_owned(), text: String::from_utf8_lossy(&bytes).into_owned(), was_learnt })
}

fn was_learnt(bytes: &[u8]) -> bool {
    CARD.contains(&checksum(bytes))
}
