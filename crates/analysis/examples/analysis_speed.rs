//! How fast texts are read: `cargo run --release -p tertulia-analysis --example analysis_speed`.

use std::hint::black_box;
use std::time::Instant;
use tertulia_analysis::{
    analyse,
    labels::{Models, Place},
    language, query, quotes, tokens,
};
use tertulia_model::{Chance, SeededChance};

const MAILS: usize = 2_000;
const WORDS: usize = 600;

const ENGLISH: &[&str] = &[
    "the",
    "coffee",
    "arrived",
    "and",
    "I",
    "tried",
    "to",
    "grind",
    "it",
    "with",
    "a",
    "new",
    "grinder",
    "but",
    "Monday's",
    "delivery",
    "was",
    "late,",
    "again.",
    "Could",
    "you",
    "check",
    "https://example.org/orders/17",
    "please?",
    "We",
    "have",
    "waited",
    "for",
    "version",
    "3.14",
    "of",
    "roasting",
];
const SPANISH: &[&str] = &[
    "el",
    "café",
    "llegó",
    "ayer",
    "según",
    "mañana",
    "además",
    "también",
    "pedí",
    "señora",
    "envío",
    "rápido,",
    "¿cuándo?",
    "niño",
    "está",
    "que",
    "de",
    "la",
    "y",
];
const JAPANESE: &[&str] = &[
    "珈琲豆",
    "が",
    "まだ",
    "届きません。",
    "いつ",
    "到着",
    "しますか？",
    "東京都",
    "コーヒー",
    "焙煎",
    "お願い",
    "します。",
];
const RUSSIAN: &[&str] = &[
    "когда",
    "придёт",
    "мой",
    "заказ,",
    "я",
    "жду",
    "уже",
    "неделю",
    "кофе",
    "зёрна",
    "пожалуйста,",
    "магазин",
    "в",
    "и",
];

/// A mail: two thirds the author's words, then a quote and a signature.
fn mail(vocabulary: &[&str], chance: &SeededChance) -> String {
    let mut text = String::new();
    for number in 0..WORDS {
        if number == WORDS * 2 / 3 {
            text.push_str("\n\nOn Tue, 5 Mar 2024 at 10:12, Rosa Lind <rosa@shop.example> wrote:\n> ");
        } else if number % 12 == 11 {
            text.push_str(if number > WORDS * 2 / 3 { "\n> " } else { "\n" });
        }
        let word = vocabulary[usize::try_from(chance.below(vocabulary.len() as u64)).unwrap_or(0)];
        text.push_str(word);
        // A tail of rare words, as real mail has.
        if chance.below(6) == 0 {
            text.push_str(&chance.below(5_000).to_string());
        }
        text.push(' ');
    }
    text + "\n-- \nJo Park\n"
}

fn measure(name: &str, mails: &[String], mut work: impl FnMut(&str)) {
    let bytes: usize = mails.iter().map(String::len).sum();
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let begun = Instant::now();
            mails.iter().for_each(|mail| work(mail));
            begun.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!("  {name:<18} {:>8.1} MB/s {:>9.0} mails/s", bytes as f64 / median / 1e6, mails.len() as f64 / median);
}

fn main() {
    let search = query::parse("(coffee NEAR/5 grinder OR café OR 珈琲) -tea").ok();
    for (name, vocabulary) in [("English", ENGLISH), ("Spanish", SPANISH), ("Japanese", JAPANESE), ("Russian", RUSSIAN)]
    {
        let chance = SeededChance::new(7);
        let mails: Vec<String> = (0..MAILS).map(|_| mail(vocabulary, &chance)).collect();
        println!(
            "{name}, {MAILS} mails of {WORDS} words, {} bytes each, one core",
            mails.iter().map(String::len).sum::<usize>() / MAILS
        );
        measure("for_each_token", &mails, |mail| {
            tokens::for_each_token(mail, |token, range| {
                black_box((token.len(), range));
            })
        });
        measure("index_terms", &mails, |mail| drop(black_box(tokens::index_terms(&[mail]))));
        measure("quotes::split", &mails, |mail| drop(black_box(quotes::split(mail))));
        measure("language::detect", &mails, |mail| {
            black_box(language::detect(mail));
        });
        let models = Models::default();
        measure("analyse", &mails, |mail| drop(black_box(analyse(&models, Some("Re: Order"), mail, Place::Private))));
        measure("Query::matches", &mails, |mail| {
            let texts = [mail];
            let document = query::Document {
                texts: &texts,
                channel: &[],
                language: "en",
                author: &[],
                has_attachment: false,
                has_image: false,
                thread: 1,
                reach: None,
                at: 0,
            };
            black_box(search.as_ref().is_some_and(|search| search.matches(&document)));
        });
    }
}
