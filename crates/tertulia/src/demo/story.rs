//! Who the demo's people are and what they say, as its author wrote it down.

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::{HashMap, HashSet};

const ORGANISATION: &str = include_str!("../../demo/organisation.json");
const PEOPLE: &str = include_str!("../../demo/people.jsonl");
const PAST: &str = include_str!("../../demo/messages.jsonl");
const LATER: &str = include_str!("../../demo/later.jsonl");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    pub name: String,
    #[expect(dead_code, reason = "for whoever reads the file")]
    pub tagline: String,
    pub goal: Goal,
    pub addresses: Vec<String>,
    pub team: Vec<Member>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    pub sentence: String,
    pub today: String,
    pub hoped: String,
    /// The figure that measures it.
    pub measure: String,
    pub due_in_days: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub name: String,
    pub email: String,
    pub role: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub key: String,
    pub name: String,
    pub mail: Option<String>,
    pub forum: Option<String>,
    pub social: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    Email,
    Webchat,
    Forum,
    Social,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub key: String,
    pub channel: Place,
    /// One of the people; or else one of the team, in `from_us`.
    pub from: Option<String>,
    pub from_us: Option<String>,
    /// The address of ours that it was written to, or from which we answered.
    pub to_us: Option<String>,
    #[serde(default)]
    pub to: Vec<String>,
    #[serde(default)]
    pub cc: Vec<String>,
    #[serde(default)]
    pub minutes_ago: i64,
    #[serde(default)]
    pub after_seconds: u32,
    pub subject: Option<String>,
    pub text: String,
    pub html: Option<String>,
    pub reply_to: Option<String>,
    #[serde(default)]
    pub edits: Vec<Edit>,
    pub deleted_minutes_ago: Option<i64>,
    /// `reply` or `bulk`: a machine wrote it.
    pub auto: Option<String>,
    pub bounce_of: Option<String>,
    /// The address that a visitor of the chat typed.
    pub visitor_mail: Option<String>,
    #[serde(default)]
    pub attachments: Vec<File>,
    /// The last word of a conversation that somebody closed.
    #[serde(default)]
    pub closed: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    #[expect(dead_code, reason = "edits are ordered by their number; the time is for whoever reads the file")]
    pub minutes_ago: i64,
    pub text: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub base64: String,
}

#[derive(Debug)]
pub struct Story {
    pub organisation: Organisation,
    pub past: Vec<Line>,
    pub later: Vec<Line>,
    people: HashMap<String, Person>,
    /// Of each line by its key: in `past` (false) or `later` (true), and where there.
    places: HashMap<String, (bool, usize)>,
    /// Which telling of `later` this is: 0, then the second of the day it began in, counted from 1970.
    round: usize,
}

impl Story {
    pub fn read() -> Result<Self> {
        Self::in_round(0)
    }

    /// Where `later` is told once more, its lines are new ones, with keys of their own.
    pub fn in_round(round: usize) -> Result<Self> {
        let past: Vec<Line> = lines("messages", PAST)?;
        let mut later: Vec<Line> = lines("later", LATER)?;
        later.sort_by_key(|line| line.after_seconds);
        if round > 0 {
            name_anew(&mut later, round);
        }
        let people = lines("people", PEOPLE)?.into_iter().map(|p: Person| (p.key.clone(), p)).collect();
        let each = |lines: &[Line], is_later: bool| -> Vec<(String, (bool, usize))> {
            lines.iter().enumerate().map(|(n, line)| (line.key.clone(), (is_later, n))).collect()
        };
        let places = each(&past, false).into_iter().chain(each(&later, true)).collect();
        let organisation = serde_json::from_str(ORGANISATION).context("the demo's organisation")?;
        Ok(Self { organisation, past, later, people, places, round })
    }

    pub fn line(&self, key: &str) -> Option<&Line> {
        let (is_later, n) = *self.places.get(key)?;
        if is_later { self.later.get(n) } else { self.past.get(n) }
    }

    /// A number of its own for each line, of at most twelve digits.
    pub fn number(&self, key: &str) -> usize {
        let number = |(is_later, n): &(bool, usize)| match is_later {
            true => self.past.len() + self.later.len() * self.round + n,
            false => *n,
        };
        self.places.get(key).map_or(0, number)
    }

    pub fn person(&self, key: &str) -> Result<&Person> {
        self.people.get(key).ok_or_else(|| anyhow!("the demo names {key}, who is not among its people"))
    }

    pub fn member(&self, mail: &str) -> Result<&Member> {
        let found = self.organisation.team.iter().find(|member| member.email == mail);
        found.ok_or_else(|| anyhow!("the demo names {mail}, who is not in its team"))
    }

    pub fn person_by_mail(&self, mail: &str) -> Option<&Person> {
        self.people.values().find(|person| person.mail.as_deref() == Some(mail))
    }

    /// The lines that a line answers, nearest first.
    pub fn ancestors<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = &'a Line> {
        std::iter::successors(self.parent(line), |line| self.parent(line)).take(50)
    }

    fn parent(&self, line: &Line) -> Option<&Line> {
        self.line(line.reply_to.as_deref()?)
    }

    /// Everything that somebody said, as one text: what language they write in is told best by much of it.
    pub fn words_of(&self, person: &str) -> String {
        let said = self.past.iter().chain(&self.later).filter(|line| line.from.as_deref() == Some(person));
        // What they quote is mostly ours.
        let own = said.flat_map(|line| line.text.lines().take_while(|text| !text.starts_with(['>', '_'])));
        own.collect::<Vec<_>>().join("\n")
    }
}

fn name_anew(later: &mut [Line], round: usize) {
    let anew = |key: &str| format!("{key}-{round}");
    let keys: HashSet<String> = later.iter().map(|line| line.key.clone()).collect();
    for line in later {
        line.reply_to = line.reply_to.take().map(|key| if keys.contains(&key) { anew(&key) } else { key });
        line.key = anew(&line.key);
    }
}

impl Organisation {
    pub fn owner(&self) -> Result<&Member> {
        self.team.iter().find(|member| member.role == "owner").context("the demo's team has no owner")
    }
}

fn lines<T: DeserializeOwned>(what: &str, text: &str) -> Result<Vec<T>> {
    let parse = |(n, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("line {} of the demo's {what}", n + 1))
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_people_and_lines_that_are_there() {
        let story = Story::read().unwrap();
        let mut seen = HashSet::new();
        for line in story.past.iter().chain(&story.later) {
            assert!(seen.insert(&line.key), "{} stands twice", line.key);
            match (&line.from, &line.from_us) {
                (Some(person), None) => drop(story.person(person).unwrap()),
                (None, Some(member)) => drop(story.member(member).unwrap()),
                _ => panic!("{} has no author, or two", line.key),
            }
            if let Some(parent) = &line.reply_to {
                let parent = story.line(parent).unwrap_or_else(|| panic!("{} answers nothing", line.key));
                assert!(parent.minutes_ago >= line.minutes_ago, "{} comes before what it answers", line.key);
            }
        }
        assert!(story.past.len() >= 400 && story.people.len() >= 120 && !story.later.is_empty());
    }

    #[test]
    fn what_is_told_once_more_is_new_and_answers_what_it_answered() {
        let (first, again) = (Story::read().unwrap(), Story::in_round(1_795_251_600).unwrap());
        let numbers: HashSet<usize> = [&first, &again]
            .iter()
            .flat_map(|story| story.later.iter().map(|line| story.number(&line.key)))
            .chain(first.past.iter().map(|line| first.number(&line.key)))
            .collect();
        assert_eq!(numbers.len(), first.past.len() + 2 * first.later.len());
        assert!(numbers.iter().all(|number| *number < 1_000_000_000_000), "they fit into the id of a chat's line");
        for (line, anew) in first.later.iter().zip(&again.later) {
            assert!(line.text == anew.text && first.line(&anew.key).is_none());
            let answered = |story: &Story, line: &Line| story.ancestors(line).next().map(|line| line.text.clone());
            assert_eq!(answered(&first, line), answered(&again, anew), "{}", line.key);
        }
    }

    /// Of a text's letters the commonest script, by where its letters stand in Unicode.
    fn script(text: &str) -> Option<&'static str> {
        const SCRIPTS: [(&str, std::ops::RangeInclusive<char>); 11] = [
            ("Latin", 'A'..='\u{24f}'),
            ("Greek", '\u{370}'..='\u{3ff}'),
            ("Cyrillic", '\u{400}'..='\u{52f}'),
            ("Hebrew", '\u{590}'..='\u{5ff}'),
            ("Arabic", '\u{600}'..='\u{6ff}'),
            ("Devanagari", '\u{900}'..='\u{97f}'),
            ("Bengali", '\u{980}'..='\u{9ff}'),
            ("Thai", '\u{e00}'..='\u{e7f}'),
            ("Kana", '\u{3040}'..='\u{30ff}'),
            ("Han", '\u{4e00}'..='\u{9fff}'),
            ("Hangul", '\u{ac00}'..='\u{d7af}'),
        ];
        let count = |range: &std::ops::RangeInclusive<char>| {
            text.chars().filter(|c| c.is_alphabetic() && range.contains(c)).count()
        };
        let most = SCRIPTS.iter().max_by_key(|(_, range)| count(range))?;
        (count(&most.1) > 3).then_some(most.0)
    }

    /// What is counted only where several messages show it: one guess of a detector is no language.
    fn at_least(times: usize, found: impl Iterator<Item = String>) -> Vec<String> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for one in found {
            *counts.entry(one).or_default() += 1;
        }
        counts.into_iter().filter(|(_, count)| *count >= times).map(|(one, _)| one).collect()
    }

    #[test]
    fn its_people_speak_many_languages_in_many_scripts() {
        let story = Story::read().unwrap();
        let words = || story.past.iter().map(|line| line.text.as_str());
        let languages = words().map(|text| tertulia_analysis::language::detect(text).to_owned());
        let languages = at_least(3, languages.filter(|code| code != "und"));
        assert!(languages.len() >= 8, "only {languages:?}");
        let scripts = at_least(3, words().filter_map(script).map(str::to_owned));
        assert!(scripts.len() >= 5, "only {scripts:?}");
        let every = |place| story.past.iter().any(|line| line.channel == place);
        assert!([Place::Email, Place::Webchat, Place::Forum, Place::Social].into_iter().all(every));
    }

    fn told<'a>(story: &'a Story, keys: &[&str]) -> Vec<&'a Line> {
        keys.iter().map(|key| story.line(key).unwrap_or_else(|| panic!("{key} is not told"))).collect()
    }

    /// How many different ones there are.
    fn different<T: std::hash::Hash + Eq>(all: impl Iterator<Item = T>) -> usize {
        all.collect::<HashSet<_>>().len()
    }

    #[test]
    fn one_question_is_asked_five_times_by_five_people_in_five_languages() {
        const ASKED: [(&str, &str); 5] = [
            ("m0098", "abre los lunes"),
            ("m0127", "open on mondays"),
            ("m0185", "montags offen"),
            ("m0247", "pazartesi günleri açık"),
            ("m0318", "ouvert le lundi"),
        ];
        let story = Story::read().unwrap();
        let asked = told(&story, &ASKED.map(|(key, _)| key));
        for (line, (key, words)) in asked.iter().zip(ASKED) {
            let text = line.text.to_lowercase();
            assert!(
                text.contains("olmo") && text.contains(words),
                "{key} does not ask for Calle Olmo's Mondays: {text}"
            );
            assert!(line.reply_to.is_none(), "{key} is asked by itself");
        }
        assert_eq!(different(asked.iter().map(|line| &line.from)), 5);
        assert_eq!(different(asked.iter().map(|line| tertulia_analysis::language::detect(&line.text))), 5);
        assert_eq!(different(asked.iter().map(|line| line.channel)), 4, "on every channel");
        let once_more = story.past.iter().filter(|line| {
            let text = line.text.to_lowercase();
            line.from.is_some() && ASKED.iter().any(|(_, words)| text.contains(words))
        });
        assert_eq!(once_more.count(), 5);
    }

    #[test]
    fn a_complaint_spreads_from_one_mail_to_every_place_and_other_languages() {
        // One bag that does not keep: a mail, the forum, the streets, other customers, the local paper.
        const SPREADS: [&str; 12] = [
            "m0102", "m0174", "m0202", "m0207", "m0216", "m0226", "m0229", "m0237", "m0244", "m0255", "m0360", "m0369",
        ];
        let story = Story::read().unwrap();
        let spread = told(&story, &SPREADS);
        assert!(spread.windows(2).all(|pair| pair[0].minutes_ago > pair[1].minutes_ago), "one after the other");
        assert_eq!(different(spread.iter().map(|line| &line.from)), SPREADS.len(), "each by somebody else");
        assert_eq!(different(spread.iter().map(|line| line.channel)), 3, "by mail, in the forum, in public");
        let languages = different(spread.iter().map(|line| tertulia_analysis::language::detect(&line.text)));
        assert!(languages >= 5, "in {languages} languages");
    }

    #[test]
    fn praise_spam_promotion_and_good_posts_come() {
        let story = Story::read().unwrap();
        let says = |key: &str, words: &[&str]| {
            let line = &story.line(key).unwrap_or_else(|| panic!("{key} is not told"));
            let text = format!("{} {}", line.subject.as_deref().unwrap_or_default(), line.text).to_lowercase();
            assert!(line.from.is_some() && words.iter().all(|word| text.contains(word)), "{key}: {text}");
        };
        says("m0034", &["no notes, only gratitude"]);
        says("m0377", &["ধন্যবাদ"]);
        says("m0077", &["winning ticket"]);
        says("m0351", &["datos de tarjeta"]);
        says("m0144", &["últimos días", "30 %", "ofertas"]);
        says("m0063", &["ranking for", "400% more traffic"]);
        says("m0180", &["nice!!"]);
        says("m0269", &["good post"]);
        says("m0409", &["great post", "bestgrinders4u.example"]);
        assert_eq!(story.line("m0144").unwrap().auto.as_deref(), Some("bulk"), "who advertises says so");
    }

    #[test]
    fn it_holds_one_of_everything_that_happens_to_a_shop() {
        let story = Story::read().unwrap();
        let theirs = || story.past.iter().filter(|line| line.from.is_some());
        let longest = story.past.iter().map(|line| story.ancestors(line).count()).max().unwrap_or(0);
        assert!(longest >= 4, "the longest thread is {longest} answers deep");
        let quoted = theirs().filter(|line| line.text.lines().any(|text| text.starts_with('>'))).count();
        assert!(quoted >= 5, "{quoted} mails quote what they answer");
        assert!(theirs().any(|line| !line.edits.is_empty()), "somebody edits");
        assert!(theirs().any(|line| line.deleted_minutes_ago.is_some()), "somebody deletes");
        assert!(story.past.iter().any(|line| line.bounce_of.is_some()), "an answer comes back");
        assert!(theirs().any(|line| line.auto.as_deref() == Some("reply")), "a machine answers");
        assert!(theirs().any(|line| line.auto.as_deref() == Some("bulk")), "a newsletter comes");
        let hostile = |html: &str| html.contains("<script") || html.contains("onerror") || html.contains("javascript:");
        assert!(theirs().any(|line| line.html.as_deref().is_some_and(hostile)), "hostile HTML comes");
        assert!(theirs().any(|line| !line.attachments.is_empty() && line.channel == Place::Email), "files come");
    }
}
