//! Topics in words.

use crate::{
    figures::words::{counted, share},
    insights::{labels, words::number},
};
use tertulia_engine::topics::{Lacking, Looked, Shown, Standing, What, first_day};

/// How topics were found, in sentences: they go along with each export.
pub(crate) const METHODS: [&str; 7] = [
    "A topic is a group of messages of one language and one week that use the same words; how many there are is found, not given (a mixture \
     of Dirichlet-multinomials, Yin and Wang 2014). Only words are looked at: two messages that say the same in other words are not put \
     together.",
    "Counted are messages that people wrote, that still stand and that are no noise by the labels that hold. Messages whose language nobody \
     can tell, or that mix several, are left out.",
    "Topics are looked for once a week, in each language with at least 50 messages in that week; what comes between is placed by what is \
     known, so the last week is not over. Weeks are whole ones, from Monday on, in UTC.",
    "A message goes to no topic where its words are no more those of any topic than those of everybody. Of more than 50,000 messages topics \
     are learnt from a sample drawn by lot, and all others are placed by that.",
    "A word that fewer than three people of a week used is neither shown nor kept.",
    "From week to week a topic goes on where it is told by the same words. Members rename, merge, split and hide topics, and what is shown \
     follows them.",
    "How few wrote how much of it is told by the part of the loudest tenth, Gini’s coefficient and the inverse Simpson index (as diverse as so \
     many who all wrote as much), of those of whom it is known who they are.",
];

/// Topics that a sentence names.
const NAMED: usize = 3;

/// "2 Nov 2026"
pub(super) fn week(week: i64) -> String {
    first_day(week).strftime("%-d %b %Y").to_string()
}

/// A name within a sentence: whatever direction it is written in, the sentence keeps its own.
pub(super) fn quoted(name: &str) -> String {
    format!("“\u{2068}{}\u{2069}”", name.replace(['\u{2068}', '\u{2069}'], ""))
}

fn count(n: i64) -> usize {
    usize::try_from(n).unwrap_or(0)
}

/// What people spoke of most.
pub(super) fn headline(looked: &Looked, topics: &[&Shown]) -> String {
    let language = labels::words::language(&looked.language);
    // Messages of what is hidden have a topic as well.
    let all: i64 = looked.topics.iter().map(|topic| topic.messages).sum();
    if all == 0 {
        return format!("No topic was spoken of in {language} in these weeks.");
    }
    if topics.is_empty() {
        return format!(
            "All that people spoke of in {language} in these weeks is hidden. Below it can be shown again."
        );
    }
    let first: Vec<&&Shown> = topics.iter().take(NAMED).collect();
    let names: Vec<String> = first.iter().map(|topic| quoted(&topic.name)).collect();
    let names = match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    };
    let part = first.iter().map(|topic| topic.messages).sum::<i64>() as f64 / all as f64;
    format!("In {language} people spoke most of {names}: {} of what has a topic.", share(part))
}

/// That nothing was found in the language that was asked for, and what is shown instead.
pub(super) fn instead(asked: &str, looked: &Looked) -> Option<String> {
    (!asked.is_empty() && asked != looked.language).then(|| {
        format!(
            "No topics were found in {} yet. What stands here is in {}.",
            labels::words::language(asked),
            labels::words::language(&looked.language)
        )
    })
}

/// On what it rests, and how it was found.
pub(super) fn rests_on(looked: &Looked) -> String {
    let (messages, none): (i64, i64) =
        looked.runs.iter().fold((0, 0), |(a, b), run| (a + run.messages, b + run.of_none));
    let placed: i64 = looked.topics.iter().map(|topic| topic.messages).sum();
    if looked.runs.is_empty() {
        return format!(
            "Topics were not looked for in these weeks; {} were placed by what was found before.",
            counted(count(placed), "message", "messages")
        );
    }
    let sampled = looked.runs.iter().filter(|run| run.learnt_from < run.messages).count();
    let sample = match sampled {
        0 => String::new(),
        _ => {
            let most = looked.runs.iter().map(|run| run.learnt_from).max().unwrap_or(0);
            format!(
                " In {} there were so many that topics were learnt from {} drawn by lot, and the others placed by that.",
                counted(sampled, "week", "weeks"),
                number(most.unsigned_abs())
            )
        }
    };
    format!(
        "Looked for in {} with {}; {} of them are of no topic.{sample}",
        counted(looked.runs.len(), "week", "weeks"),
        counted(count(messages), "message", "messages"),
        number(none.unsigned_abs())
    )
}

/// How much of how many, and since when.
pub(super) fn amount(topic: &Shown, people: i64) -> String {
    let people = match people {
        ..1 => "people whom nobody knows".to_owned(),
        _ => counted(count(people), "person", "people"),
    };
    format!(
        "{} from {people}, spoken of since the week of {}.",
        counted(count(topic.messages), "message", "messages"),
        week(topic.first_week)
    )
}

/// How few wrote how much of it, and how much of `all` that has a topic it would be without the loudest.
pub(super) fn voices(found: &Standing, all: i64) -> Option<String> {
    let c = found.concentration().filter(|c| c.people > 1)?;
    let worth = counted(c.effective_voices.round().max(1.0) as usize, "person", "people");
    let said = format!(
        "The loudest tenth wrote {} of it (Gini {:.2}); as diverse as if {worth} wrote as much each. The loudest 1 % wrote {} of it, the \
         next 9 % {} and the other 90 % {}.",
        share(c.top_10),
        c.gini,
        share(c.one_nine_ninety.0),
        share(c.one_nine_ninety.1),
        share(c.one_nine_ninety.2)
    );
    let without = found.without_loudest(all).and_then(|found| Some((found.left_out, found.with, found.without?)));
    let rest = without.map_or_else(String::new, |(loudest, with, without)| {
        let loudest = if loudest == 1 { "loudest person".to_owned() } else { format!("loudest {loudest}") };
        format!(" It is {} of what has a topic; without the {loudest} it would read {}.", share(with), share(without))
    });
    Some(said + &rest)
}

/// What became of it; nothing where it only went on.
pub(super) fn event(topic: &Shown) -> Option<String> {
    let (at, what) = topic.event.as_ref()?;
    let at = week(*at);
    Some(match what {
        What::Continued => return None,
        What::New => format!("New in the week of {at}."),
        What::Resumed(weeks) => {
            format!("Spoken of again in the week of {at}, after {}.", counted(count(*weeks), "week", "weeks"))
        }
        What::Quiet => format!("Nobody spoke of it in the week of {at}."),
        What::Split(from) => format!("In the week of {at} it parted from {}.", quoted(from)),
        What::Merged(into) => format!("In the week of {at} it went over into {}.", quoted(into)),
        What::Forgotten => {
            format!("Since the week of {at} it is no longer looked for: nobody spoke of it for so long.")
        }
    })
}

/// Why there are no topics, and what it takes.
pub(super) fn lacking(lacking: &Lacking) -> String {
    let missing = (lacking.least - lacking.messages).max(0);
    let how = format!(
        "Topics are looked for once a week, in each language of which people wrote at least {} messages in that week",
        number(lacking.least.unsigned_abs())
    );
    match &lacking.language {
        Some(language) if missing > 0 && lacking.is_over => format!(
            "{how}: last week it was {} in {}.",
            number(lacking.messages.unsigned_abs()),
            labels::words::language(language)
        ),
        Some(language) if missing > 0 => format!(
            "{how}: in {} {} missing this week.",
            labels::words::language(language),
            match missing {
                1 => "one more is".to_owned(),
                n => format!("{} more are", number(n.unsigned_abs())),
            }
        ),
        Some(language) if lacking.is_over => format!(
            "{how}. In {} there were enough last week: topics are looked for within two hours, and stand here then.",
            labels::words::language(language)
        ),
        Some(language) => {
            format!(
                "{how}. In {} there are enough: they stand here once the week is over.",
                labels::words::language(language)
            )
        }
        None => format!("{how}: {} are missing.", number(missing.unsigned_abs())),
    }
}

/// What somebody decided, in words.
pub(super) fn decision(kind: &str, topic: &str, other: &str, words: &str) -> String {
    match kind {
        "merge" => format!("{} is shown as {}.", quoted(topic), quoted(other)),
        "split" => format!("{} is a topic of its own, and no part of {}.", quoted(other), quoted(topic)),
        "rename" => format!("It is called {}.", quoted(words)),
        "hide" => "It is not shown.".to_owned(),
        _ => "It is shown.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(name: &str, messages: i64, event: Option<(i64, What)>) -> Shown {
        Shown {
            id: messages,
            name: name.to_owned(),
            is_named: false,
            is_hidden: false,
            words: vec![name.to_owned()],
            units: vec![messages],
            messages,
            first_week: 2_969,
            last_week: 2_970,
            weeks: vec![(2_969, messages)],
            event,
        }
    }

    #[test]
    fn how_few_spoke_of_it_and_how_it_would_read_without_them_is_told() {
        let topic = topic("parking", 30, None);
        // One wrote twelve, eighteen others one each.
        let voices = [vec![12], vec![1; 18]].concat();
        let found = Standing { topic, people: 19, voices, typical: Vec::new() };
        assert_eq!(
            voices_of(&found, 60),
            "The loudest tenth wrote 43 % of it (Gini 0.35); as diverse as if 6 people wrote as much each. The loudest 1 % wrote 8 % of \
             it, the next 9 % 35 % and the other 90 % 57 %. It is 50 % of what has a topic; without the loudest 10 it would read 23 %."
        );
        assert!(!voices_of(&found, 0).contains("without"), "of how much it is a part is not known");
        assert_eq!(super::voices(&Standing { voices: vec![3], ..found }, 60), None, "one voice is one voice");
    }

    fn voices_of(found: &Standing, all: i64) -> String {
        super::voices(found, all).unwrap()
    }

    #[test]
    fn what_people_spoke_of_most_is_a_sentence() {
        let topics = vec![
            topic("parking", 60, None),
            topic("library", 30, None),
            topic("noise", 8, None),
            topic("bins", 2, None),
        ];
        let looked = Looked {
            language: "en".to_owned(),
            languages: vec![("en".to_owned(), 100)],
            weeks: (2_969, 2_970),
            topics: topics.clone(),
            runs: Vec::new(),
        };
        let shown: Vec<&Shown> = topics.iter().collect();
        assert_eq!(
            headline(&looked, &shown),
            "In English people spoke most of “\u{2068}parking\u{2069}”, “\u{2068}library\u{2069}” and “\u{2068}noise\u{2069}”: 98 % of \
             what has a topic."
        );
        let without_the_first = headline(&looked, &shown[1..]);
        assert!(
            without_the_first.ends_with(": 40 % of what has a topic."),
            "what is hidden counts: {without_the_first}"
        );
        assert!(headline(&looked, &[]).starts_with("All that people spoke of in English in these weeks is hidden"));
        let silent = Looked { topics: Vec::new(), ..looked };
        assert!(headline(&silent, &[]).starts_with("No topic was spoken of in English"));
        assert!(amount(&topics[1], 1).starts_with("30 messages from one person, spoken of since the week of "));
        assert!(amount(&topics[1], 0).starts_with("30 messages from people whom nobody knows, "));
    }

    #[test]
    fn a_name_keeps_its_direction_to_itself() {
        assert_eq!(quoted("موقف"), "“\u{2068}موقف\u{2069}”");
        assert_eq!(quoted("a\u{2069}\u{2068}b"), "“\u{2068}ab\u{2069}”");
        assert_eq!(decision("rename", "", "", "موقف"), "It is called “\u{2068}موقف\u{2069}”.");
    }

    #[test]
    fn a_language_without_topics_is_not_passed_over_in_silence() {
        let looked = Looked {
            language: "en".to_owned(),
            languages: vec![("en".to_owned(), 100)],
            weeks: (2_969, 2_970),
            topics: Vec::new(),
            runs: Vec::new(),
        };
        let told = instead("es", &looked).unwrap();
        assert_eq!(told, "No topics were found in Spanish yet. What stands here is in English.");
        assert_eq!((instead("en", &looked), instead("", &looked)), (None, None));
    }

    #[test]
    fn what_became_of_a_topic_is_told_and_that_it_went_on_is_not() {
        assert_eq!(event(&topic("a", 1, Some((2_969, What::Continued)))), None);
        let merged = event(&topic("a", 1, Some((2_969, What::Merged("b".to_owned()))))).unwrap();
        assert!(merged.contains("went over into “\u{2068}b\u{2069}”"), "{merged}");
        let again = event(&topic("a", 1, Some((2_969, What::Resumed(1))))).unwrap();
        assert!(again.ends_with("after one week."), "{again}");
    }

    #[test]
    fn how_many_messages_are_missing_is_said() {
        let some = Lacking { language: Some("es".to_owned()), messages: 49, least: 50, is_over: false };
        assert!(lacking(&some).ends_with("in Spanish one more is missing this week."), "{}", lacking(&some));
        let none = Lacking { language: None, messages: 0, least: 50, is_over: false };
        assert!(lacking(&none).ends_with("50 are missing."), "{}", lacking(&none));
        let last = Lacking { is_over: true, ..some.clone() };
        assert!(lacking(&last).ends_with(": last week it was 49 in Spanish."), "{}", lacking(&last));
        let enough = Lacking { messages: 50, ..some };
        assert!(lacking(&enough).contains("once the week is over"), "{}", lacking(&enough));
        let over = Lacking { is_over: true, ..enough };
        assert!(lacking(&over).contains("within two hours"), "{}", lacking(&over));
    }
}
