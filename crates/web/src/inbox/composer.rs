//! The form that answers a conversation: by which channel, to whom, with what.

use super::{Fields, asked::Asked, given_key, list::whose, reply::TAKEN};
use crate::{
    App, Result,
    components::{ChannelChoice, ComposerView, DraftFileView, ElsewhereView, ForwardsView, RecipientsView, SendNote},
    guard, icons, knowhow,
    layout::size_words,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use tertulia_engine::{
    consent,
    outbound::{self, Way, way_to_forward, ways_among, ways_to_answer},
};
use tertulia_model::{ChannelId, MessageId, Recipient, RecipientRole};
use tertulia_store::{
    deliveries,
    drafts::{self, Draft},
    reading::Message,
};

/// So many replies that were taken are named to the page, which then forgets what it kept of them.
const TAKEN_NAMED: i64 = 50;
/// A page names what it saves by a few letters of its own choice.
const LONGEST_VERSION: usize = 64;

/// A reply as it is being written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Written {
    pub text: String,
    /// A name for what stands here, other after each save: whoever saves says which they knew.
    pub version: String,
    pub channel: String,
    pub subject: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub cc: String,
    pub bcc: String,
    /// The articles that were put into it, by their ids.
    pub articles: String,
    /// A reply that was taken back names whom it went to.
    #[serde(skip_serializing)]
    pub recipients: Vec<Recipient>,
}

impl Written {
    pub fn of(fields: &Fields) -> Self {
        let given = |name: &str| fields.has(name).then(|| fields.get(name).to_owned());
        Self {
            text: fields.get("text").to_owned(),
            version: given("version").filter(|version| is_a_version(version)).unwrap_or_default(),
            channel: fields.get("channel").to_owned(),
            subject: given("subject"),
            from: given("from").filter(|from| !from.is_empty()),
            to: given("to"),
            cc: fields.get("cc").to_owned(),
            bcc: fields.get("bcc").to_owned(),
            articles: fields.get("articles").to_owned(),
            recipients: Vec::new(),
        }
    }

    /// As it was kept, by a page of ours or by what the program put there itself.
    pub fn kept(draft: &Draft) -> Self {
        let mut kept = Self::read(&draft.form);
        if kept.version.is_empty() {
            kept.version = format!("at-{}", draft.updated_at);
        }
        kept
    }

    /// Whether words would be lost if `other` stood in the place of this.
    pub fn says_more_than(&self, other: &Self) -> bool {
        !other.text.contains(self.text.trim())
    }

    fn read(json: &str) -> Self {
        let mut kept: Self = serde_json::from_str(json).unwrap_or_default();
        if !kept.recipients.is_empty() {
            let recipients = std::mem::take(&mut kept.recipients);
            kept.address(&recipients);
        }
        kept
    }

    /// Goes on below what is kept already, unless that says it.
    pub fn stand_below(&mut self, kept: Option<&Self>) {
        let Some(kept) = kept.filter(|kept| !kept.text.trim().is_empty()) else { return };
        self.text = if kept.text.contains(self.text.trim()) {
            kept.text.clone()
        } else {
            format!("{}\n\n{}", kept.text, self.text)
        };
    }

    /// Whom it goes to, as the fields say it.
    pub fn address(&mut self, recipients: &[Recipient]) {
        let by_role = |role| join(recipients.iter().filter(|r| r.role == role));
        self.to = Some(by_role(RecipientRole::To));
        self.cc = by_role(RecipientRole::Cc);
        self.bcc = by_role(RecipientRole::Bcc);
    }

    /// Whom it goes to; empty where the fields did not come, and the proposed ones are meant.
    pub fn addressed(&self) -> Vec<Recipient> {
        let Some(to) = &self.to else { return Vec::new() };
        let mut all = parse(RecipientRole::To, to);
        all.extend(parse(RecipientRole::Cc, &self.cc));
        all.extend(parse(RecipientRole::Bcc, &self.bcc));
        all
    }
}

/// `Amina <amina@example.org>, bo@example.org`
fn join<'a>(recipients: impl Iterator<Item = &'a Recipient>) -> String {
    let one = |r: &Recipient| match r.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) if name.contains([',', ';', '<', '>', '"', '@']) => {
            format!("\"{}\" <{}>", name.replace(['"', '\\'], ""), r.address)
        }
        Some(name) => format!("{name} <{}>", r.address),
        None => r.address.clone(),
    };
    recipients.map(one).collect::<Vec<_>>().join(", ")
}

/// People separate addresses by commas, semicolons or lines, and a name may hold commas in quotes.
fn parse(role: RecipientRole, text: &str) -> Vec<Recipient> {
    let (mut pieces, mut piece, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' | ';' | '\n' if !quoted => pieces.push(std::mem::take(&mut piece)),
            _ => piece.push(c),
        }
    }
    pieces.push(piece);
    let recipient = |piece: String| {
        let piece = piece.trim();
        let (name, address) = match piece.rsplit_once('<') {
            Some((name, address)) => (name.trim(), address.trim_end_matches('>').trim()),
            None => ("", piece),
        };
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        Recipient { role, address: address.to_owned(), name }
    };
    pieces.into_iter().filter(|piece| !piece.trim().is_empty()).map(recipient).collect()
}

fn is_a_version(text: &str) -> bool {
    text.len() <= LONGEST_VERSION && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// What the composer is drawn with besides the draft.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    /// The message on the page that came last.
    pub seen: Option<MessageId>,
    /// Up to here it was on a page before.
    pub known: i64,
    /// Up to here nothing is asked about: it was answered, or asked about already.
    pub settled: i64,
    /// What was just tried and did not go; the kept draft otherwise.
    pub written: Option<Written>,
    /// The versions of the draft that the page knows, where they are not that of what was kept.
    pub base: Option<String>,
    pub key: Option<String>,
    pub warning: Option<String>,
    /// What stands in the draft's place, written on another device.
    pub elsewhere: Option<Written>,
    /// Words for the button where it was pressed before and asks once more.
    pub again: bool,
    /// It was asked about what was not on the screen: all of that stands on the page.
    pub is_asked: bool,
    /// It was asked about a place that was not filled in.
    pub as_it_is: bool,
}

/// None where nothing can answer. `person` is whom the conversation is listed under; `newest` its last
/// [`outbound::LOOK_BACK`] messages, the newest first.
pub(crate) async fn composer(
    asked: &Asked,
    person: &str,
    newest: &[Message],
    drawn: Drawn,
) -> Result<Option<ComposerView>> {
    let app = &asked.app;
    let (ways, forwards) = match asked.forwards {
        None => (ways_among(&app.engine, &asked.held, newest).await?, None),
        Some(_) => ways(asked).await?,
    };
    let written = match drawn.written {
        Some(written) => written,
        None => kept(asked).await?.unwrap_or_default(),
    };
    let chosen = written.channel.parse::<i64>().map(ChannelId).ok();
    let Some(way) = ways.iter().find(|way| Some(way.channel) == chosen).or(ways.first()) else { return Ok(None) };
    // In a conversation of several people the answer goes to who wrote last.
    let to = |way: &Way| way.to_name.as_deref().map_or_else(|| person.to_owned(), |name| whose(Some(name)));
    let send_label = |way: &Way| match forwards {
        None if way.written_down => WE_SAID.to_owned(),
        Some(_) => format!("Forward {}", how(app, way)),
        None => format!("Send to {} {}", short_name(&to(way)), how(app, way)),
    };
    let plain_send_label = |way: &Way| match forwards {
        None if way.written_down => WE_SAID.to_owned(),
        Some(_) => send_label(way),
        None => format!("Send {}", how(app, way)),
    };
    let conversation = match asked.forwards {
        None => asked.held.id.to_string(),
        Some(message) => format!("{}-{message}", asked.held.id),
    };
    let choice = |one: &Way| ChannelChoice {
        id: one.channel.to_string(),
        addressee: to(one),
        to: one.limits.recipients.then(|| proposed(one).to.unwrap_or_default()),
        label: label(app, one, &ways, true),
        plain_label: label(app, one, &ways, false),
        send_label: send_label(one),
        plain_send_label: plain_send_label(one),
        limit: one.limits.text,
        counts: one.limits.counts.as_str(),
        note: note(app, one),
        selected: one.channel == way.channel,
    };
    let recipients = way.limits.recipients.then(|| recipients(way, &written));
    let chosen = recipients.as_ref().filter(|chosen| chosen.edited && forwards.is_none());
    Ok(Some(ComposerView {
        kept_as: format!("{}-{conversation}", asked.viewer.user.id),
        conversation,
        action: asked.act("/reply"),
        draft_url: asked.act("/draft"),
        files_url: asked.act("/files"),
        discard_url: asked.act("/draft/discard"),
        addressee: chosen.map_or_else(|| to(way), |chosen| chosen.to.trim().to_owned()),
        channels: ways.iter().map(choice).collect(),
        everybody: way.limits.recipients && way.reply_all.len() > way.reply.len() && written.cc.is_empty(),
        from: if way.from_addresses.len() > 1 { way.from_addresses.clone() } else { Vec::new() },
        from_chosen: written.from.clone().or_else(|| way.from_addresses.first().cloned()).unwrap_or_default(),
        subject: way.subject.clone().map(|proposed| written.subject.clone().unwrap_or(proposed)),
        text: written.text.clone(),
        beside: knowhow::beside(asked, newest, &written.text, &written.articles).await?,
        limit: way.limits.text,
        counts: way.limits.counts.as_str(),
        seen: drawn.seen.map(|id| id.to_string()).unwrap_or_default(),
        known: drawn.known.to_string(),
        settled: drawn.settled.to_string(),
        as_it_is: drawn.as_it_is,
        key: drawn.key.unwrap_or_else(|| fresh_key(app)),
        base: drawn.base.unwrap_or_else(|| written.version.clone()),
        taken: taken(asked).await?,
        elsewhere: drawn.elsewhere.map(|other| ElsewhereView { version: other.version, text: other.text }),
        attachment_bytes: if way.limits.attachments == 0 { 0 } else { way.limits.attachment_bytes },
        files: draft_files(asked).await?,
        send_label: match (drawn.again, chosen) {
            (true, _) if way.written_down => WE_SAID.to_owned(),
            (true, _) => format!("Send all the same {}", how(app, way)),
            (false, Some(_)) => plain_send_label(way),
            (false, None) => send_label(way),
        },
        recipients,
        warning: match drawn.warning {
            Some(warning) => Some(warning),
            // Said before anything is typed.
            None => consent::against(&app.engine, way).await?,
        },
        forwards,
    }))
}

/// The keys of what was taken, so that the browser forgets its copy: of replies, and of what was written down just now.
async fn taken(asked: &Asked) -> Result<String> {
    let mut keys = deliveries::newest_keys(&mut asked.app.engine.db.reader(), asked.held.id, TAKEN_NAMED).await?;
    keys.extend(guard::cookie(&asked.headers, TAKEN).filter(|key| given_key(key).is_some()));
    Ok(keys.join(" "))
}

/// The draft that is kept.
pub(super) async fn kept(asked: &Asked) -> Result<Option<Written>> {
    let kept = drafts::get(&mut asked.app.engine.db.reader(), asked.draft()).await?;
    Ok(kept.as_ref().map(Written::kept))
}

/// In which ways what is written here can go: to the person, or to somebody else.
async fn ways(asked: &Asked) -> Result<(Vec<Way>, Option<ForwardsView>)> {
    let engine = &asked.app.engine;
    let Some(message) = asked.forwards else { return Ok((ways_to_answer(engine, asked.held.id).await?, None)) };
    let Some(passing) = way_to_forward(engine, asked.held.id, message).await? else { return Ok((Vec::new(), None)) };
    let view = ForwardsView { author: passing.author, text: passing.forwarded.text, back_url: asked.plain() };
    Ok((vec![passing.way], Some(view)))
}

/// Bytes that a file put to what is written here may have: which way it is to go is known only when it is sent.
pub(super) async fn most_bytes(asked: &Asked) -> Result<u64> {
    let (ways, _) = ways(asked).await?;
    Ok(outbound::most_bytes(&ways))
}

/// The files put to the draft.
pub(super) async fn draft_files(asked: &Asked) -> Result<Vec<DraftFileView>> {
    let files = drafts::files(&mut asked.app.engine.db.reader(), asked.draft()).await?;
    let view = |file: drafts::DraftFile| DraftFileView {
        remove_url: asked.act(&format!("/files/{}/remove", file.id)),
        icon: icons::for_media_type(&file.media_type),
        size: size_words(file.content.length),
        name: file.name,
    };
    Ok(files.into_iter().map(view).collect())
}

/// Chosen when the composer is drawn: the same form sent twice is one reply.
pub(crate) fn fresh_key(app: &App) -> String {
    let mut bytes = [0; 16];
    app.engine.chance.fill(&mut bytes);
    format!("web-{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn recipients(way: &Way, written: &Written) -> RecipientsView {
    let mut fields = proposed(way);
    let proposed = fields.to.take().unwrap_or_default();
    match &written.to {
        Some(to) => RecipientsView {
            edited: to.trim() != proposed,
            to: to.clone(),
            cc: written.cc.clone(),
            bcc: written.bcc.clone(),
        },
        None => RecipientsView { to: proposed, cc: fields.cc, bcc: fields.bcc, edited: false },
    }
}

/// The fields as they stand before anybody changes them.
fn proposed(way: &Way) -> Written {
    let mut fields = Written::default();
    fields.address(&way.reply);
    fields
}

/// What fits on a button: the whole name where it is short, else its first word.
fn short_name(name: &str) -> &str {
    let first = name.split_whitespace().next().unwrap_or(name);
    let shown = if name.chars().count() <= 14 { name } else { first };
    shown.char_indices().nth(18).map_or(shown, |(end, _)| &shown[..end])
}

const WE_SAID: &str = "We said this";

/// Who can read what goes that way, where that is not the same for all of its kind.
fn note(app: &App, way: &Way) -> SendNote {
    let in_public = app.engine.registry.get(&way.connector).is_some_and(|known| known.speaks_in_public());
    match (way.written_down, way.is_public) {
        (true, _) => SendNote::Written,
        (false, true) => SendNote::Public,
        (false, false) if in_public => SendNote::Private,
        (false, false) => SendNote::None,
    }
}

/// "by e-mail", "in the web chat".
fn how(app: &App, way: &Way) -> String {
    if way.written_down {
        return "written down".to_owned();
    }
    let hosts = app.engine.registry.get(&way.connector).is_some_and(|known| known.spec().hosts_visitors);
    let title = lower_first(&way.title);
    if hosts { format!("in the {title}") } else { format!("by {title}") }
}

fn lower_first(title: &str) -> String {
    let mut chars = title.chars();
    match (chars.next(), chars.next()) {
        // "SMS" stays as it is.
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(title.chars().skip(1)).collect()
        }
        _ => title.to_owned(),
    }
}

/// The channel and the address, and the channel's own name where two would read the same.
fn label(app: &App, way: &Way, all: &[Way], with_address: bool) -> String {
    let first = way.reply.first().filter(|_| with_address || !way.limits.recipients);
    let address = first.map(|r| format!(" to {}", r.address)).unwrap_or_default();
    let label = format!("{}{address}", how(app, way));
    let same = all.iter().filter(|other| other.connector == way.connector).count() > 1;
    if same { format!("{label} ({})", way.channel_name) } else { label }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them_and_written_so_that_they_are_read_again() {
        let text = "\"Yusuf, Amina\" <amina@example.org>; bo@example.org,\n  Ольга <olga@example.org>,";
        let read = parse(RecipientRole::To, text);
        let pairs: Vec<_> = read.iter().map(|r| (r.name.as_deref(), r.address.as_str())).collect();
        assert_eq!(
            pairs,
            [
                (Some("Yusuf, Amina"), "amina@example.org"),
                (None, "bo@example.org"),
                (Some("Ольга"), "olga@example.org")
            ]
        );
        assert_eq!(parse(RecipientRole::To, &join(read.iter())), read);
        assert!(parse(RecipientRole::To, " , ;\n").is_empty());
    }

    #[test]
    fn a_reply_that_was_taken_back_is_addressed_as_it_was() {
        let to = Recipient { role: RecipientRole::To, address: "a@example.org".into(), name: None };
        let bcc = Recipient { role: RecipientRole::Bcc, ..to.clone() };
        let json = serde_json::json!({ "text": "hi", "channel": "7", "subject": null, "recipients": [to, bcc] });
        let read = Written::read(&json.to_string());
        assert_eq!((read.to.as_deref(), read.bcc.as_str()), (Some("a@example.org"), "a@example.org"));
        assert_eq!(Written::read("not json"), Written::default());
    }

    #[test]
    fn a_long_name_is_shortened_on_the_button() {
        assert_eq!(short_name("Amina Yusuf"), "Amina Yusuf");
        assert_eq!(short_name("María José de la Fuente"), "María");
        assert_eq!(short_name("Wolfeschlegelsteinhausenbergerdorff"), "Wolfeschlegelstein");
        assert_eq!(short_name("田中 さくら"), "田中 さくら");
    }

    #[test]
    fn a_channel_is_called_as_in_the_middle_of_a_sentence() {
        assert_eq!(lower_first("E-mail"), "e-mail");
        assert_eq!(lower_first("Web chat"), "web chat");
        assert_eq!(lower_first("SMS"), "SMS");
        assert_eq!(lower_first(""), "");
    }
}
