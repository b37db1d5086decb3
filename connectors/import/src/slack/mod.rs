//! The export of a Slack workspace: a zip with `users.json`, lists of its channels, and in a folder for each channel a file
//! for each day (`general/2024-03-01.json`).

mod message;
mod words;

pub(crate) use message::normalise;

use crate::{
    format::Encoding,
    json::{self, End, each, text},
    packed::{Member, Zip, base},
    reader::{ImportError, MOST_POST_BYTES, Next, Opened, Span, Steps, Trouble},
    said::placed,
    window::{Input, Window},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Cursor},
};

/// Lists of channels, and whether all of a workspace may read those in them.
const LISTS: [(&str, bool); 4] =
    [("channels.json", true), ("groups.json", false), ("mpims.json", false), ("dms.json", false)];
/// More people than any workspace has.
const MOST_PEOPLE: usize = 500_000;

/// Whether a zip with a member of this name, in its beginning, is such an export.
pub(crate) fn is_in_an_export(member: &str) -> bool {
    LISTS.iter().any(|(list, _)| base(member) == *list) || is_day(member)
}

/// `FOLDER/2024-03-01.json`
fn is_day(name: &str) -> bool {
    let Some((_, file)) = name.rsplit_once('/') else { return false };
    let pattern = b"dddd-dd-dd.json";
    file.len() == pattern.len()
        && file.bytes().zip(pattern).all(|(byte, wanted)| match wanted {
            b'd' if byte.is_ascii_digit() => true,
            _ => byte == *wanted,
        })
}

/// Somebody of the workspace, as far as it is needed to show who said what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Person {
    /// The handle, without `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The name that people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shown: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mail: Option<String>,
}

/// What stands around a message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) channel: Channel,
    /// Who is named in the message, by id.
    pub(crate) people: BTreeMap<String, Person>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Read by those in it only.
    pub(crate) closed: bool,
}

pub(crate) fn open(input: Box<dyn Input>) -> Result<Opened, ImportError> {
    let zip = Zip::open(input)?;
    let mut notes = Vec::new();
    let mut list = |name: &str| -> Result<Vec<Value>, ImportError> {
        let of_name = zip.members.iter().filter(|member| base(&member.name) == name);
        let Some(member) = of_name.min_by_key(|member| member.name.len()) else { return Ok(Vec::new()) };
        let read = zip.read(member)?.and_then(|bytes| {
            serde_json::from_slice(&bytes)
                .map_err(|error| format!("The file {name} in the zip cannot be read: {error}."))
        });
        Ok(read.unwrap_or_else(|why| {
            notes.push(why);
            Vec::new()
        }))
    };
    let users = list("users.json")?;
    let mut channels = HashMap::new();
    for (name, open) in LISTS {
        for channel in list(name)? {
            let Some(id) = text(&channel, "id") else { continue };
            let shown = text(&channel, "name").unwrap_or(id);
            let known = Channel { id: id.to_owned(), name: shown.to_owned(), closed: !open };
            channels.insert(shown.to_owned(), known);
        }
    }
    let mut days: Vec<Member> = zip.members.iter().filter(|member| is_day(&member.name)).cloned().collect();
    if days.is_empty() {
        let what =
            "This zip holds no day of a channel (channel/2024-03-01.json), so it is no export of a Slack workspace.";
        return Err(ImportError::Unreadable(what.to_owned()));
    }
    // The order of the files in a zip is nobody's order.
    days.sort_by(|a, b| a.name.cmp(&b.name));
    let mut begins = Vec::with_capacity(days.len());
    let mut end = notes.len() as u64;
    for day in &days {
        begins.push(end);
        // One more than it holds: so that what is wrong with an empty file has a place, too.
        end += day.size + 1;
    }
    let team = users.iter().find_map(|user| text(user, "team_id")).map(str::to_owned);
    let people = users.iter().take(MOST_PEOPLE).filter_map(person).collect();
    let days =
        Days { zip, days, begins, end, number: 0, today: None, kept: Vec::new(), people, channels, notes, at: 0 };
    Ok((Box::new(days), json!({ "team": team })))
}

fn person(user: &Value) -> Option<(String, Person)> {
    let profile = &user["profile"];
    let shown =
        [text(profile, "display_name"), text(profile, "real_name"), text(user, "real_name"), text(user, "name")];
    let own = |text: &str| text.chars().take(200).collect::<String>();
    let person = Person {
        name: text(user, "name").map(own),
        shown: shown.into_iter().flatten().next().map(own),
        mail: text(profile, "email").map(own),
    };
    Some((text(user, "id")?.to_owned(), person))
}

/// The days of all channels, one after another. Offsets count what they unpack to.
struct Days {
    zip: Zip,
    days: Vec<Member>,
    /// Where each begins.
    begins: Vec<u64>,
    end: u64,
    number: usize,
    /// The day that is being read: it is held, its messages are not.
    today: Option<Window>,
    kept: Vec<u8>,
    people: HashMap<String, Person>,
    /// By the name of their folder.
    channels: HashMap<String, Channel>,
    /// What is wrong with the lists; told first.
    notes: Vec<String>,
    at: u64,
}

impl Days {
    fn channel(&self) -> Channel {
        let folder = self.days[self.number].name.rsplit('/').nth(1).unwrap_or_default();
        let unknown = || Channel { id: folder.to_owned(), name: folder.to_owned(), closed: true };
        self.channels.get(folder).cloned().unwrap_or_else(unknown)
    }

    /// What stands around the message that is kept.
    fn place(&self, message: &Value) -> Place {
        let mut people = BTreeMap::new();
        let mut add = |id: &str| {
            if let Some(person) = self.people.get(id) {
                people.insert(id.to_owned(), person.clone());
            }
        };
        for message in [message, &message["message"]] {
            ["user", "parent_user_id"].into_iter().filter_map(|key| text(message, key)).for_each(&mut add);
            words::named(text(message, "text").unwrap_or_default()).for_each(&mut add);
        }
        Place { channel: self.channel(), people }
    }

    fn end_of_day(&mut self) {
        self.today = None;
        self.number += 1;
        self.at = self.begins.get(self.number).copied().unwrap_or(self.end);
    }

    /// A day that is not what it should be. What is left of it is passed.
    fn broken(&mut self, reason: String) -> Trouble {
        let (offset, name) = (self.at, self.days[self.number].name.clone());
        self.end_of_day();
        let at = Span { offset, length: 0, next_offset: self.at };
        Trouble::new(at, reason).with(Some(name.into_bytes()))
    }

    /// Unpacks the next day. In words, why that is not possible.
    fn begin_day(&mut self) -> io::Result<Result<(), String>> {
        let bytes = match self.zip.read(&self.days[self.number])? {
            Ok(bytes) => bytes,
            Err(why) => return Ok(Err(why)),
        };
        let mut window = Window::new(Box::new(Cursor::new(bytes)), Encoding::Utf8, 0)?;
        if !json::enter(&mut window, &[])? {
            return Ok(Err(format!("The file {} holds no list of messages.", self.days[self.number].name)));
        }
        self.today = Some(window);
        Ok(Ok(()))
    }

    /// The next message of this day; `None` at its end.
    fn message(&mut self) -> io::Result<Next> {
        let begin = self.begins[self.number];
        let Some(window) = &mut self.today else { return Ok(None) };
        json::take(window, b',')?;
        let next = json::peek(window)?;
        let offset = begin + window.offset(0);
        if next == Some(b']') {
            return Ok(None);
        }
        let (length, end) = json::value(window, &mut self.kept, MOST_POST_BYTES)?;
        self.at = begin + window.offset(0);
        let at = Span { offset, length, next_offset: self.at };
        if length == 0 || end == End::CutOff {
            return Ok(Some(Err(
                self.broken(format!("The file {} is damaged from here on.", self.days[self.number].name))
            )));
        }
        if end == End::TooLong {
            let reason =
                format!("This message is larger than {} MB, which Slack does not allow.", MOST_POST_BYTES >> 20);
            return Ok(Some(Err(Trouble::new(at, reason).with(Some(Vec::new())))));
        }
        let message: Value = serde_json::from_slice(&self.kept).unwrap_or_default();
        if let Some(reason) = judge(&message) {
            return Ok(Some(Err(Trouble::passed_over(at, reason))));
        }
        Ok(Some(Ok(at.with(Some(placed(&self.place(&message), &self.kept))))))
    }
}

impl Steps for Days {
    fn here(&self) -> u64 {
        self.at
    }

    fn next_step(&mut self) -> io::Result<Next> {
        let noted = usize::try_from(self.at).ok().and_then(|at| self.notes.get(at)).cloned();
        if let Some(note) = noted {
            let at = Span { offset: self.at, length: 0, next_offset: self.at + 1 };
            self.at += 1;
            return Ok(Some(Err(Trouble::new(at, note).with(Some(Vec::new())))));
        }
        while self.number < self.days.len() {
            if self.today.is_none()
                && let Err(why) = self.begin_day()?
            {
                return Ok(Some(Err(self.broken(why))));
            }
            match self.message()? {
                None => self.end_of_day(),
                some => return Ok(some),
            }
        }
        Ok(None)
    }

    /// Whole days before the place are not even unpacked.
    fn go_to(&mut self, start_at: u64) -> io::Result<()> {
        if start_at >= self.notes.len() as u64 {
            self.number = self.begins.partition_point(|begin| *begin <= start_at).saturating_sub(1);
            self.at = self.begins[self.number];
        }
        if start_at >= self.end {
            (self.number, self.at) = (self.days.len(), self.end);
        }
        while self.at < start_at && self.next_step()?.is_some() {}
        Ok(())
    }

    /// Items bring their own.
    fn bytes(&mut self, _: u64, _: u64) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn size(&self) -> Option<u64> {
        Some(self.end)
    }
}

/// The kinds of messages that somebody wrote; all others are Slack's own notes.
const WRITTEN: [&str; 10] = [
    "bot_message",
    "file_comment",
    "file_share",
    "me_message",
    "message_changed",
    "message_deleted",
    "message_replied",
    "reply_broadcast",
    "thread_broadcast",
    "tombstone",
];

fn judge(message: &Value) -> Option<&'static str> {
    if !message.is_object() {
        return None;
    }
    match text(message, "type") {
        Some("message") | None => {}
        Some(_) => return Some("It is an event of Slack's, no message."),
    }
    match text(message, "subtype") {
        Some("message_replied") => Some("It only says that somebody answered; the answer stands by itself."),
        Some(kind) if !WRITTEN.contains(&kind) => {
            Some("It is a note of Slack's own (somebody joined or left, a topic was set, something was pinned).")
        }
        Some("message_changed" | "message_deleted" | "tombstone") => None,
        _ => {
            let says = ["text", "username"].into_iter().any(|key| text(message, key).is_some());
            let brings =
                ["files", "attachments", "blocks"].into_iter().any(|key| each(message.get(key)).next().is_some());
            (!says && !brings).then_some("It holds no words and no file.")
        }
    }
}
