//! From a row or an object to an event.

use crate::{
    bounds::id,
    mapping::Field,
    plan::{Cells, Plan, handle, is_mail_address, with_name},
    said::{MOST_NAME, MOST_SUBJECT, Said, content_of, is_web_address},
};
use tertulia_connector::{NormaliseError, html::shown_in};
use tertulia_connector_email::one_line;
use tertulia_model::{Author, Content, Direction, EventKey, Inbound, InboundKind, Recipient, RecipientRole};

/// The events of one row. None where the row says nothing.
pub(crate) fn normalise(account: &str, plan: &Plan, bytes: &[u8]) -> Result<Vec<Inbound>, NormaliseError> {
    let cells = plan.cells(bytes)?;
    let source = source(account, plan, &cells);
    let says_something = [Field::Text, Field::Html, Field::Subject].iter().any(|field| cells.get(*field).is_some());
    let deleted = cells.get(Field::Deleted).is_some_and(says_yes);
    let external_id = match cells.id(Field::Id) {
        Some(told) => id(told),
        None if says_something => made_up_id(&cells),
        None => return Ok(Vec::new()),
    };
    let key = EventKey { source, external_id };
    if deleted {
        return Ok(vec![Inbound { key, kind: InboundKind::Deleted }]);
    }
    if !says_something {
        return Ok(Vec::new());
    }
    let content = content(plan, &key, cells)?;
    Ok(content.into_events(key))
}

/// `import:NAME`: the space in which the archive's ids are unique.
pub(crate) fn source(account: &str, plan: &Plan, cells: &Cells) -> String {
    if let Some(platform) = plan.platform {
        return platform.to_owned();
    }
    let named = Some(plan.mapping.source.trim()).filter(|name| !name.is_empty());
    let name = cells.get(Field::SourceColumn).or(named).unwrap_or(account);
    format!("import:{}", one_line(name, MOST_SOURCE))
}

const MOST_SOURCE: usize = 80;

/// An id from what the row says, not from where it stands: the same row in a longer file, in another order or another
/// encoding is the same message.
fn made_up_id(cells: &Cells) -> String {
    let mut hasher = blake3::Hasher::new();
    for field in [
        Field::Author,
        Field::AuthorName,
        Field::Time,
        Field::Thread,
        Field::Parent,
        Field::Subject,
        Field::Text,
        Field::Html,
    ] {
        let text = cells.get(field).unwrap_or_default();
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    format!("row-{}", &hasher.finalize().to_hex()[..32])
}

/// What a column that says yes or no says. A date ("deleted_at") says yes.
fn says_yes(text: &str) -> bool {
    const NO: [&str; 14] =
        ["0", "0.0", "false", "f", "no", "n", "none", "null", "nan", "nein", "non", "não", "нет", "-"];
    !NO.contains(&text.to_lowercase().as_str())
}

fn content(plan: &Plan, key: &EventKey, mut cells: Cells) -> Result<Said, NormaliseError> {
    let author = author(plan, key, &cells);
    let mut remarks = std::mem::take(&mut cells.remarks);
    let mut time = |field: Field| {
        let text = cells.get(field)?;
        let read = plan.time(text);
        if read.is_none() && says_yes(text) {
            remarks.push(format!("The time \"{}\" could not be read.", shortened(text)));
        }
        read
    };
    let (stated_at, edited_at) = (time(Field::Time), time(Field::EditedAt));
    let revision = cells.get(Field::Revision).and_then(|text| text.parse::<f64>().ok()).map(|number| number as i64);
    let html = cells.get(Field::Html).map(str::to_owned);
    let text = match cells.raw(Field::Text) {
        Some(text) if !text.trim().is_empty() => text.to_owned(),
        _ => html.as_deref().map(tertulia_connector::html::html_to_text).unwrap_or_default(),
    };
    let sides = sides(plan, &author, &cells, &text);
    let said = Content {
        direction: if sides.by_us { Direction::Ours } else { Direction::Theirs },
        visibility: plan.visibility(),
        addressed_to_us: sides.by_us || sides.to_us,
        stated_at,
        subject: cells.get(Field::Subject).map(|subject| one_line(subject, MOST_SUBJECT)),
        references: references(plan, key, &cells),
        shows: html.as_deref().map(shown_in).unwrap_or_default(),
        html,
        recipients: recipients(&cells),
        our_address: sides.our_account,
        permalink: cells.get(Field::Permalink).filter(|link| is_web_address(link)).map(str::to_owned),
        remarks,
        ..content_of(author, text)
    };
    Ok(Said { content: said, revision, edited_at })
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn author(plan: &Plan, key: &EventKey, cells: &Cells) -> Author {
    let written = cells.id(Field::Author);
    let name = cells.get(Field::AuthorName);
    let folded = written.or(name).map(|name| id(&one_line(&handle(name), usize::MAX)));
    let folded = folded.filter(|handle| !handle.is_empty());
    // Nobody's words must not become the words of one person called nobody.
    let handle = folded.unwrap_or_else(|| format!("unknown:{}", key.external_id));
    let space = match plan.platform {
        Some(platform) => platform.to_owned(),
        None if is_mail_address(&handle) => "mail".to_owned(),
        None => key.source.clone(),
    };
    let is_number = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let beside = written.and_then(with_name).map(|(name, _)| name);
    let display_name = name.or(beside).or(written.filter(|text| !is_number(text) && !is_mail_address(text)));
    Author {
        space,
        handle,
        display_name: display_name.map(|name| one_line(name, MOST_NAME)).filter(|name| !name.is_empty()),
        claimed_mail: None,
    }
}

/// Ancestors, oldest first. Messages of one thread share an ancestor that is called by the thread: its first message
/// where the file calls threads so, else one that is in no file and holds them together.
fn references(plan: &Plan, key: &EventKey, cells: &Cells) -> Vec<String> {
    let thread = cells.id(Field::Thread).map(|thread| match plan.mapping.thread_is_first_message {
        true => id(thread),
        false => id(&format!("thread:{thread}")),
    });
    let parent = cells.id(Field::Parent).map(id);
    let mut references: Vec<String> = thread.into_iter().chain(parent).filter(|id| *id != key.external_id).collect();
    references.dedup();
    references
}

fn recipients(cells: &Cells) -> Vec<Recipient> {
    named(cells).map(|address| Recipient { role: RecipientRole::To, address, name: None }).collect()
}

/// To whom the row says it was written.
fn named(cells: &Cells) -> impl Iterator<Item = String> {
    let all = cells.get(Field::Recipient).unwrap_or_default();
    let handles = all.split([',', ';']).take(MOST_RECIPIENTS).map(|name| one_line(&handle(name), MOST_NAME));
    handles.filter(|handle| !handle.is_empty())
}

const MOST_RECIPIENTS: usize = 1000;

/// Whose words they are, and whether they are for us.
struct Sides {
    by_us: bool,
    to_us: bool,
    our_account: Option<String>,
}

fn sides(plan: &Plan, author: &Author, cells: &Cells, text: &str) -> Sides {
    let told = cells.get(Field::Direction).and_then(|said| went_out(plan.mapping.column(Field::Direction)?, said));
    let ours = plan.is_ours(&author.handle);
    let by_us = ours || told == Some(true);
    let addressed = named(cells).chain(greeted(text)).find(|account| plan.is_ours(account));
    let to_us = !by_us && (addressed.is_some() || told == Some(false));
    let our_account = if ours { Some(author.handle.clone()) } else { addressed.filter(|_| !by_us) };
    Sides { by_us, to_us, our_account }
}

/// The accounts that a message begins with: on social platforms, those it answers.
fn greeted(text: &str) -> impl Iterator<Item = String> {
    let mentions = text.split_whitespace().map_while(|word| word.strip_prefix('.').unwrap_or(word).strip_prefix('@'));
    mentions.take(50).map(|word| {
        let end = word.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c))).unwrap_or(word.len());
        handle(word[..end].trim_end_matches('.'))
    })
}

/// Whether a direction column says that the message went out. A column of yes and no is understood by its name:
/// `inbound = true` came in.
fn went_out(column: &str, said: &str) -> Option<bool> {
    const OUT: [&str; 16] = [
        "out",
        "outbound",
        "outgoing",
        "sent",
        "ours",
        "us",
        "agent",
        "staff",
        "reply",
        "support",
        "enviado",
        "saliente",
        "gesendet",
        "ausgehend",
        "sortant",
        "envoyé",
    ];
    const IN: [&str; 16] = [
        "in",
        "inbound",
        "incoming",
        "received",
        "theirs",
        "them",
        "customer",
        "user",
        "client",
        "recibido",
        "entrante",
        "empfangen",
        "eingehend",
        "entrant",
        "reçu",
        "visitor",
    ];
    let said = said.to_lowercase();
    if OUT.contains(&said.as_str()) {
        return Some(true);
    }
    if IN.contains(&said.as_str()) {
        return Some(false);
    }
    let yes = match said.as_str() {
        "true" | "1" | "yes" | "t" | "y" | "1.0" => true,
        "false" | "0" | "no" | "f" | "n" | "0.0" => false,
        _ => return None,
    };
    let column = column.to_lowercase();
    if ["inbound", "incoming", "received", "customer", "entrante", "eingehend"].iter().any(|word| column.contains(word))
    {
        return Some(!yes);
    }
    let out = ["out", "outbound", "outgoing", "sent", "me", "us", "ours", "staff", "agent", "own", "support", "admin"];
    column.split(|c: char| !c.is_alphanumeric()).any(|part| out.contains(&part)).then_some(yes)
}
