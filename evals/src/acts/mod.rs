//! `eval acts`: are questions, requests, complaints, thanks and commitments found, and no others?
//!
//! `sample.tsv` holds every third message of the demo (from the first of `messages.jsonl` on, `later.jsonl` behind it), labelled by reading
//! before there was a rule: its acts, and whether it is substantial. Of these every second one was set aside: labelled, and not looked
//! at while the rules were made. The figures of set `demo` are over all, those of `demo_aside` over what was set aside.
//! `n` is the number of messages that do it, for a recall; that are said to do it, for a precision.

mod sample;

use crate::{arguments::Arguments, figures::Figure, pace};
use anyhow::Result;
use sample::{Labelled, sample};
use tertulia_analysis::{
    acts::{self, Act},
    language, quotes,
    substance::{self, Substance},
};

/// What one message was labelled as and what it was taken for.
type Verdict = (bool, bool);

pub fn run(arguments: &Arguments) -> Result<()> {
    let sample = sample()?;
    let own: Vec<String> = sample.iter().map(|message| quotes::own_text(&message.text)).collect();
    let per_second = pace::per_second(&own, |text| {
        std::hint::black_box(acts::find(text));
    });
    if arguments.explain {
        explain(&sample, &own);
    }
    for (set, only_aside) in [("demo", false), ("demo_aside", true)] {
        let chosen = || sample.iter().zip(&own).filter(|(message, _)| message.is_aside || !only_aside);
        for act in Act::ALL {
            let verdicts: Vec<Verdict> =
                chosen().map(|(message, text)| (message.acts.contains(&act), acts::find(text).has(act))).collect();
            tell(set, act.as_str(), &verdicts, per_second);
        }
        let verdicts: Vec<Verdict> =
            chosen().map(|(message, text)| (message.is_substantial, is_substantial(text))).collect();
        tell(set, Substance::Substantial.as_str(), &verdicts, per_second);
    }
    Ok(())
}

fn is_substantial(text: &str) -> bool {
    substance::judge(text, language::detect(text)).label == Substance::Substantial
}

fn tell(set: &str, name: &str, verdicts: &[Verdict], per_second: f64) {
    let count = |is: fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| is(verdict)).count();
    let right = count(|(labelled, found)| *labelled && *found) as f64;
    for (measure, n) in [("precision", count(|(_, found)| *found)), ("recall", count(|(labelled, _)| *labelled))] {
        let metric = format!("{name}_{measure}");
        match n {
            0 => eprintln!("{set}: {metric} rests on no message"),
            n => Figure { set, metric: &metric, value: right / n as f64, n, per_second }.tell(),
        }
    }
}

/// What was mistaken, of what was not set aside.
fn explain(sample: &[Labelled], own: &[String]) {
    for (message, text) in sample.iter().zip(own).filter(|(message, _)| !message.is_aside) {
        let found = acts::find(text);
        let line = || text.chars().take(160).collect::<String>().replace('\n', " / ");
        for act in Act::ALL {
            match (message.acts.contains(&act), found.has(act)) {
                (true, false) => eprintln!("missed {}: {}", act.as_str(), line()),
                (false, true) => eprintln!("wrongly {}: {}", act.as_str(), line()),
                _ => {}
            }
        }
        if message.is_substantial != is_substantial(text) {
            let score = substance::judge(text, language::detect(text)).score;
            eprintln!("substance {score:.2}, but {}: {}", message.is_substantial, line());
        }
    }
}
