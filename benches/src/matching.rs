//! `match`: ten thousand monitors asked about a million short messages on one core, from the text to the answer; beside
//! it how fast the words alone are found by a scan that reads no token and asks no monitor.

use crate::{
    arguments::Arguments,
    chatter::{Chatter, Message},
    figures::{Figures, Target, median},
    machine,
};
use anyhow::{Context, Result, ensure};
use daachorse::DoubleArrayAhoCorasick;
use std::{collections::BTreeSet, hint::black_box, time::Duration};
use tertulia_analysis::{
    monitors::{MonitorSet, Scratch},
    query::Document,
    tokens::fold,
};

const MESSAGES: usize = 1_000_000;
const MONITORS: usize = 10_000;
const FEWER: [usize; 3] = [10, 100, 1_000];

pub fn run(arguments: &Arguments) -> Result<()> {
    let chatter = Chatter::new(7);
    let messages: Vec<Message> = (0..arguments.size(MESSAGES)).map(|_| chatter.message()).collect();
    let monitors: Vec<_> = (0..MONITORS).map(|_| chatter.monitor()).collect();
    let words: BTreeSet<String> = monitors.iter().flat_map(|monitor| &monitor.words).map(|word| fold(word)).collect();
    let figures = Figures::begin(arguments);
    let bytes: usize = messages.iter().map(|message| message.text.len()).sum();
    let (count, each, of) = (messages.len(), bytes / messages.len(), words.len());
    figures.remark(&format!("{count} messages of {each} bytes; {MONITORS} monitors of {of} different words"));

    let mut of_all = 0.0;
    for many in FEWER.into_iter().chain([MONITORS]) {
        let mut set = MonitorSet::new();
        (0..).zip(&monitors[..many]).for_each(|(id, monitor)| set.insert(id, monitor.query.clone()));
        let mut work = Work::default();
        let speed = per_second(arguments, count, || work = matched(&set, &messages))?;
        let (name, target) = match many {
            MONITORS => ("messages_per_second".to_owned(), Target::AtLeast(100_000.0)),
            _ => (format!("messages_per_second_{many}"), Target::None),
        };
        figures.tell(&name, speed, "messages/s", arguments.runs, target);
        let (asked, found, matches) = (work.asked as f64 / count as f64, work.found, work.matches);
        figures.remark(&format!(
            "{many} monitors: {matches} matches in {found} messages; {asked:.2} monitors asked a message"
        ));
        of_all = speed;
    }
    let scan = DoubleArrayAhoCorasick::<u32>::new(&words).ok().context("the words make no automaton")?;
    let bare = per_second(arguments, count, || {
        let hits = |message: &Message| scan.find_overlapping_iter(&message.text).count();
        black_box(messages.iter().map(hits).sum::<usize>());
    })?;
    figures.tell("bare_scan_per_second", bare, "messages/s", arguments.runs, Target::None);
    figures.tell("ratio_bare_scan", of_all / bare, "times", arguments.runs, Target::None);
    Ok(())
}

/// What was done, so that nobody need believe that something was.
#[derive(Default)]
struct Work {
    matches: usize,
    /// Messages that any monitor matched.
    found: usize,
    asked: usize,
}

fn matched(set: &MonitorSet, messages: &[Message]) -> Work {
    let (mut work, mut scratch) = (Work::default(), Scratch::default());
    for (number, message) in (0..).zip(messages) {
        let document = Document {
            texts: &[&message.text],
            channel: &["bluesky", "Public posts"],
            language: message.language,
            author: &[&message.author],
            has_attachment: false,
            has_image: false,
            thread: number,
            reach: Some(message.reach),
            at: number,
        };
        let matches = set.matching(&document, &mut scratch).len();
        work.matches += matches;
        work.found += usize::from(matches > 0);
        work.asked += scratch.asked();
    }
    work
}

/// The median of the runs by processor time: it is one thread that waits for nothing, and others may use the machine.
fn per_second(arguments: &Arguments, messages: usize, mut work: impl FnMut()) -> Result<f64> {
    let mut speeds = Vec::new();
    for _ in 0..arguments.runs {
        let begin = machine::cpu_time("self");
        work();
        let took = machine::cpu_time("self").saturating_sub(begin);
        ensure!(took > Duration::ZERO, "too little work to be measured");
        speeds.push(messages as f64 / took.as_secs_f64());
    }
    Ok(median(speeds))
}
