//! A table of votes, or of statements: which column holds what, and what each row says. Pure.

use crate::customers::values::line;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use tertulia_connector::{
    addresses::is_mail_address,
    table::{Free, fingerprint},
    times::{self, TimeFormat},
};
use tertulia_model::Millis;
use tertulia_voices::opinions::{
    Votes,
    votes::{Vote, read_vote},
};

use super::statements::LONGEST as LONGEST_TEXT;

/// Rows that are named one by one.
pub const MOST_NAMED: usize = 100;
const LONGEST_KEY: usize = 200;

/// Which column holds what; an empty name: none does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    pub participant: String,
    /// A number or a name of the statement, or its words.
    pub statement: String,
    /// Its words.
    pub text: String,
    pub vote: String,
    pub time: String,
    /// In a list of statements: -1 where one was taken out.
    pub moderated: String,
    /// In the numbers of this file, -1 agrees: as in the database of a Polis server, and not in its exports.
    pub is_turned: bool,
    pub dates: TimeFormat,
}

/// By what columns are called: folded, most telling first. What Polis calls them is among it.
const PARTICIPANT: &str = "participant participantid voterid voter personid person userid user respondent teilnehmer \
                           participante partecipante votant";
const STATEMENT: &str =
    "statement statementid commentid statementnumber aussage enunciado declaration item tid comment";
const TEXT: &str = "statementtext commentbody commenttext text body txt aussagetext texto texte testo";
const VOTE: &str = "vote votevalue answer response stimme voto avis antwort respuesta choice value";
const TIME: &str = "timestamp time datetime at date votedat createdat created zeit zeitpunkt fecha hora data";
const MODERATED: &str = "moderated mod moderation";

/// A mapping to start from.
pub fn guess(columns: &[String]) -> Mapping {
    let mut free = Free::of(columns);
    let mut take = |names: &str| free.take(names).unwrap_or_default();
    Mapping {
        participant: take(PARTICIPANT),
        vote: take(VOTE),
        statement: take(STATEMENT),
        text: take(TEXT),
        time: take(TIME),
        moderated: take(MODERATED),
        is_turned: false,
        dates: TimeFormat::Auto,
    }
}

/// The parts of a mapping: what a form and a program call each, and in words.
pub fn kinds_of(mapping: &Mapping) -> [(&'static str, &'static str, &str); 6] {
    [
        ("participant", "Who votes", &mapping.participant),
        ("statement", "The statement: its number, name or words", &mapping.statement),
        ("text", "The words of the statement", &mapping.text),
        ("vote", "The vote", &mapping.vote),
        ("time", "When it was given", &mapping.time),
        ("moderated", "Whether the statement was taken out (-1)", &mapping.moderated),
    ]
}

impl Mapping {
    /// Whether the table has votes; else it lists statements.
    pub fn has_votes(&self) -> bool {
        !self.vote.is_empty()
    }

    /// What is missing or said twice: the field, and words.
    pub fn wrong(&self, columns: &[String]) -> Option<(&'static str, String)> {
        let named = kinds_of(self);
        for (at, (field, _, column)) in named.iter().enumerate().filter(|(_, (.., column))| !column.is_empty()) {
            if !columns.iter().any(|one| one == column) {
                return Some((*field, format!("There is no column “{column}”. There are: {}.", columns.join(", "))));
            }
            if named[..at].iter().any(|(.., before)| before == column) {
                return Some((*field, format!("“{column}” holds something else already: choose one of them.")));
            }
        }
        if self.has_votes() && self.participant.is_empty() {
            return Some(("participant", "Say which column tells who voted.".to_owned()));
        }
        if self.statement.is_empty() && self.text.is_empty() {
            return Some(("statement", "Say which column holds the statement.".to_owned()));
        }
        if !self.has_votes() && self.text.is_empty() {
            let words = "Say which column holds the vote. For a list of statements: which holds their words.";
            return Some(("vote", words.to_owned()));
        }
        None
    }
}

/// A statement as a file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub key: String,
    /// Empty where the file has a number alone.
    pub text: String,
    pub is_taken_out: bool,
}

/// A vote as a file has it: the places of who gave it and of its statement, both in the order in which the file named them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub line: u64,
    pub participant: u32,
    pub statement: u32,
    pub vote: Vote,
    pub at: Option<Millis>,
}

/// All that a file or a program brings, each vote of a person and statement once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    pub participants: Vec<String>,
    pub statements: Vec<Named>,
    pub votes: Vec<Said>,
    /// Rows that were looked at.
    pub rows: usize,
    /// Votes that a later one of the same file took the place of.
    pub replaced: usize,
    /// Empty cells: a statement that was not seen.
    pub unseen: usize,
    /// Rows that could not be taken, by their line, and why; the first hundred.
    pub wrong: Vec<(u64, String)>,
    /// All of them.
    pub wrong_count: usize,
}

impl Brought {
    /// How many agree, pass and disagree.
    pub fn sides(&self) -> [usize; 3] {
        let of = |vote| self.votes.iter().filter(|said| said.vote == vote).count();
        [of(Vote::Agree), of(Vote::Pass), of(Vote::Disagree)]
    }
}

/// Takes rows one by one.
pub struct Reader<'a> {
    mapping: &'a Mapping,
    zone: &'a TimeZone,
    participants: HashMap<String, u32>,
    statements: HashMap<String, u32>,
    pairs: HashMap<(u32, u32), usize>,
    brought: Brought,
}

/// The place of a key among those that were named.
fn place<T>(known: &mut HashMap<String, u32>, all: &mut Vec<T>, key: &str, make: impl FnOnce() -> T) -> u32 {
    if let Some(at) = known.get(key) {
        return *at;
    }
    let at = u32::try_from(all.len()).unwrap_or(u32::MAX);
    known.insert(key.to_owned(), at);
    all.push(make());
    at
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Who votes, as they are called here: on one line, and an address in small letters, for it is one however it is written.
pub fn voter_key(name: &str) -> String {
    let name = line(name);
    if is_mail_address(&name) { name.to_lowercase() } else { name }
}

/// A short name for words: themselves where they are short enough to be one.
pub(super) fn key_of(text: &str) -> String {
    if text.chars().count() <= LONGEST_KEY { text.to_owned() } else { fingerprint(&[text]) }
}

/// The vote that a cell says. `is_turned`: where it says so by a number, -1 agrees.
fn vote_of(cell: &str, is_turned: bool) -> Option<Vote> {
    let vote = read_vote(cell)?;
    let is_number = cell.chars().any(|c| c.is_ascii_digit());
    if is_turned && is_number { Vote::from_number(-i64::from(vote.number())) } else { Some(vote) }
}

impl<'a> Reader<'a> {
    /// `mapping` has nothing [`wrong`](Mapping::wrong) with it.
    pub fn new(mapping: &'a Mapping, zone: &'a TimeZone) -> Self {
        let (participants, statements, pairs) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { mapping, zone, participants, statements, pairs, brought: Brought::default() }
    }

    pub fn refuse(&mut self, line: u64, why: impl Into<String>) {
        self.brought.wrong_count += 1;
        if self.brought.wrong.len() < MOST_NAMED {
            self.brought.wrong.push((line, why.into()));
        }
    }

    /// Takes a row of cells; what it is not taken for is told.
    pub fn take(&mut self, at_line: u64, row: &Value) {
        self.brought.rows += 1;
        let cell = |name: &str| match row.get(name).filter(|_| !name.is_empty()) {
            Some(Value::String(text)) => line(text),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        if let Err(why) = self.try_take(at_line, cell) {
            self.refuse(at_line, why);
        }
    }

    fn try_take(&mut self, at_line: u64, cell: impl Fn(&str) -> String) -> Result<(), String> {
        let said = cell(&self.mapping.vote);
        if self.mapping.has_votes() && said.is_empty() {
            self.brought.unseen += 1;
            return Ok(());
        }
        let named = self.statement(&cell)?;
        if !self.mapping.has_votes() {
            let key = named.key.clone();
            let known = self.statements.len();
            place(&mut self.statements, &mut self.brought.statements, &key, || named);
            return if self.statements.len() > known {
                Ok(())
            } else {
                Err(format!("“{}” stands there already.", short(&key)))
            };
        }
        let who = voter_key(&cell(&self.mapping.participant));
        match who.chars().count() {
            0 => return Err("It does not say who voted.".to_owned()),
            1..=LONGEST_KEY => {}
            _ => return Err(format!("Who voted is named in more than {LONGEST_KEY} characters.")),
        }
        let vote = vote_of(&said, self.mapping.is_turned)
            .ok_or_else(|| format!("“{}” is no vote: write agree, disagree or pass, or 1, -1 or 0.", short(&said)))?;
        let when = cell(&self.mapping.time);
        let at = match when.as_str() {
            "" => None,
            when => Some(
                times::read(when, self.mapping.dates, self.zone)
                    .ok_or_else(|| format!("“{}” is no time, such as 2026-03-01T10:15:00Z.", short(when)))?,
            ),
        };
        let key = named.key.clone();
        let statement = place(&mut self.statements, &mut self.brought.statements, &key, || named);
        let participant = place(&mut self.participants, &mut self.brought.participants, &who, || who.clone());
        self.keep(Said { line: at_line, participant, statement, vote, at });
        Ok(())
    }

    fn statement(&self, cell: impl Fn(&str) -> String) -> Result<Named, String> {
        let (key, text) = (cell(&self.mapping.statement), cell(&self.mapping.text));
        if text.chars().count() > LONGEST_TEXT || key.chars().count() > LONGEST_TEXT {
            return Err(format!("Its statement is longer than {LONGEST_TEXT} characters."));
        }
        // A number or a short name is no words.
        let is_name =
            key.chars().count() < 4 || key.chars().all(|c| c.is_ascii_digit()) || !key.contains(char::is_whitespace);
        let text = if text.is_empty() && !is_name { key.clone() } else { text };
        let key = if key.is_empty() { key_of(&text) } else { key_of(&key) };
        if key.is_empty() {
            return Err("It does not say which statement it is.".to_owned());
        }
        if !self.mapping.has_votes() && text.is_empty() {
            return Err("Its statement has no words.".to_owned());
        }
        let is_taken_out = matches!(cell(&self.mapping.moderated).as_str(), "-1" | "−1");
        Ok(Named { key, text, is_taken_out })
    }

    /// The later of two votes of one person on one statement counts; without times the later row.
    fn keep(&mut self, said: Said) {
        let pair = (said.participant, said.statement);
        match self.pairs.get(&pair) {
            None => {
                self.pairs.insert(pair, self.brought.votes.len());
                self.brought.votes.push(said);
            }
            Some(at) => {
                self.brought.replaced += 1;
                let stands = &mut self.brought.votes[*at];
                let is_earlier = matches!((said.at, stands.at), (Some(new), Some(old)) if new < old);
                if !is_earlier {
                    *stands = said;
                }
            }
        }
    }

    /// What there is more of than one map has room for.
    pub fn is_too_much(&self) -> Option<String> {
        let more = |most: usize, of: &str| format!("It names more than {most} {of}. Nothing was taken.");
        if self.brought.participants.len() > Votes::MOST_PEOPLE {
            return Some(more(Votes::MOST_PEOPLE, "people"));
        }
        (self.brought.statements.len() > Votes::MOST_STATEMENTS).then(|| more(Votes::MOST_STATEMENTS, "statements"))
    }

    pub fn done(self) -> Brought {
        self.brought
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn columns(names: &str) -> Vec<String> {
        names.split(',').map(str::to_owned).collect()
    }

    fn read(mapping: &Mapping, rows: &[Value]) -> Brought {
        let zone = TimeZone::UTC;
        let mut reader = Reader::new(mapping, &zone);
        rows.iter().zip(2..).for_each(|(row, line)| reader.take(line, row));
        reader.done()
    }

    #[test]
    fn the_columns_of_a_polis_export_are_known_by_their_names() {
        let votes = guess(&columns("timestamp,datetime,comment-id,voter-id,vote"));
        assert_eq!((votes.participant.as_str(), votes.statement.as_str()), ("voter-id", "comment-id"));
        assert_eq!((votes.vote.as_str(), votes.time.as_str()), ("vote", "timestamp"));
        let heads = columns("timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body");
        let list = guess(&heads);
        assert!(!list.has_votes());
        assert_eq!((list.text.as_str(), list.moderated.as_str()), ("comment-body", "moderated"));
        assert_eq!(list.wrong(&heads), None);
        let wide = columns("participant,group-id,n-votes,0,1");
        assert_eq!(guess(&wide).wrong(&wide).unwrap().0, "statement");
    }

    #[test]
    fn a_row_that_cannot_be_taken_is_told_with_its_line_and_an_empty_cell_is_no_pass() {
        let mapping = guess(&columns("participant,statement,vote,time"));
        let row = |who: &str, what: &str, vote: &str, time: &str| json!({ "participant": who, "statement": what, "vote": vote, "time": time });
        let rows = [
            row("17", "3", "agree", "2026-03-01T10:15:00Z"),
            row("17", "4", "perhaps so", ""),
            row("", "4", "1", ""),
            row("18", "", "1", ""),
            row("18", "3", "", ""),
            row("18", "3", "0", "soon"),
            row("17", "3", "nein", "2026-02-01"),
        ];
        let brought = read(&mapping, &rows);
        assert_eq!((brought.rows, brought.unseen, brought.wrong_count, brought.replaced), (7, 1, 4, 1));
        assert_eq!(brought.wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 5, 7]);
        assert_eq!(brought.sides(), [1, 0, 0], "the earlier vote does not replace the later one");
        assert_eq!(brought.statements, [Named { key: "3".into(), text: String::new(), is_taken_out: false }]);
    }

    #[test]
    fn an_address_is_one_however_it_is_written() {
        let mapping = guess(&columns("person,statement,vote"));
        let row = |who: &str| json!({ "person": who, "statement": "1", "vote": "pass" });
        let brought = read(&mapping, &[row("Ann@Example.org"), row(" ann@example.org"), row("Ann"), row("ann")]);
        assert_eq!(brought.participants, ["ann@example.org", "Ann", "ann"]);
        assert_eq!(brought.replaced, 1);
    }

    #[test]
    fn more_people_than_a_map_has_room_for_are_refused() {
        let mapping = guess(&columns("person,statement,vote"));
        let zone = TimeZone::UTC;
        let mut reader = Reader::new(&mapping, &zone);
        let people = (0..=Votes::MOST_PEOPLE).map(|n| n.to_string());
        reader.brought.participants = people.clone().skip(1).collect();
        assert_eq!(reader.is_too_much(), None);
        reader.brought.participants = people.collect();
        assert!(reader.is_too_much().is_some_and(|why| why.contains("100000 people")));
    }

    #[test]
    fn words_are_a_statement_and_its_key() {
        let mapping = guess(&columns("person,statement,vote"));
        let row = json!({ "person": "a", "statement": "The park needs light", "vote": "pass" });
        let brought = read(&mapping, &[row]);
        assert_eq!((brought.statements[0].key.as_str(), brought.sides()), ("The park needs light", [0, 1, 0]));
        assert_eq!(brought.statements[0].text, "The park needs light");
    }

    #[test]
    fn numbers_are_turned_round_where_that_is_said_and_words_never() {
        assert_eq!(vote_of("-1", true), Some(Vote::Agree));
        assert_eq!(vote_of("1", true), Some(Vote::Disagree));
        assert_eq!(vote_of("0", true), Some(Vote::Pass));
        assert_eq!(vote_of("agree", true), Some(Vote::Agree));
        assert_eq!(vote_of("1", false), Some(Vote::Agree));
    }

    proptest! {
        #[test]
        fn every_row_is_a_vote_replaced_unseen_or_told(
            rows in proptest::collection::vec(("[a-c]?", "[1-3]?", "(1|-1|0|yes|no|x|)"), 0..60)
        ) {
            let mapping = guess(&columns("participant,statement,vote"));
            let rows: Vec<Value> = rows.iter().map(|(who, what, vote)| json!({ "participant": who, "statement": what, "vote": vote })).collect();
            let brought = read(&mapping, &rows);
            prop_assert_eq!(brought.votes.len() + brought.replaced + brought.unseen + brought.wrong_count, rows.len());
        }
    }
}
