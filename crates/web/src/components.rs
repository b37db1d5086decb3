//! What the macros in `templates/components/` are given. Any struct with the same fields would do; these are the usual.

use crate::icons;
use crate::layout::size_words;
use tertulia_model::DeliveryState;

/// One conversation in the inbox's list.
#[derive(Debug, Clone, Default)]
pub struct RowView {
    pub id: String,
    pub href: String,
    pub name: String,
    /// The icon of the channel, and its name for those who can't see it.
    pub channel_icon: String,
    pub channel: String,
    /// The first words of the last thing said.
    pub words: String,
    pub at: i64,
    pub unread: bool,
    pub current: bool,
    /// Whether the reader has begun to write here and not sent it.
    pub draft: bool,
    /// Whether the last word was ours.
    pub ours_last: bool,
    /// Why it came back though nobody wrote: icon, words, and whether something was lost.
    pub why: Option<(&'static str, &'static str, bool)>,
    pub assignee: Option<String>,
    /// "pending", "snoozed until Monday", "closed"; an open conversation says nothing.
    pub state: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    #[default]
    Theirs,
    Ours,
}

#[derive(Debug, Clone, Default)]
pub struct MessageView {
    pub id: String,
    /// Where it stands in the order of arrival; the composer tells the server the last one that was in sight.
    pub seq: Option<i64>,
    pub side: Side,
    pub author: String,
    pub channel_icon: String,
    pub channel: String,
    pub at: i64,
    /// "to Amina, copy to Bo"; where there is nothing to say, None.
    pub recipients: Option<String>,
    pub subject: Option<String>,
    /// Code and name of the language, where it is known and not the reader's.
    pub language: Option<(String, String)>,
    /// What was said, without quotes and signature.
    pub text: String,
    /// Where the mail's own HTML is, for the sandboxed frame: one tap away.
    pub html_src: Option<String>,
    /// What was stripped, or what is passed on: one tap away.
    pub quoted: Option<String>,
    /// One of ours that passes another message on.
    pub is_forward: bool,
    /// Where it begins to be passed on, and whether a key does so.
    pub forward_url: Option<String>,
    pub forward_hotkey: bool,
    /// Where it is noted what its writer asks for, and whether a key leads there.
    pub asks_url: Option<String>,
    pub asks_hotkey: bool,
    /// To where its talk goes on or comes from.
    pub links: Vec<LinkView>,
    pub edited_at: Option<i64>,
    /// Where its earlier wordings are.
    pub revisions_href: Option<String>,
    pub deleted_at: Option<i64>,
    pub delivery: Option<DeliveryView>,
    pub attachments: Vec<AttachmentView>,
    /// "This may not be from who it says it is", and the like.
    pub warnings: Vec<String>,
    /// What there is to know of it that is no cause for alarm: a strange date, an unknown charset.
    pub remarks: Vec<String>,
    /// What we promised in it, and where one is put down by hand.
    pub promises: Vec<PromiseView>,
    pub promise_url: Option<String>,
    /// The articles that an answer of ours held; those whose help is asked about.
    pub articles: Vec<ArticleView>,
    /// What the machine makes of one of theirs.
    pub labels: Option<LabelsView>,
}

/// What the machine, or a member, makes of a message.
#[derive(Debug, Clone, Default)]
pub struct LabelsView {
    /// Of the message.
    pub id: String,
    /// In a few words.
    pub short: String,
    pub lines: Vec<LabelLine>,
    /// Whether the viewer may correct it.
    pub may: bool,
}

/// One label.
#[derive(Debug, Clone, Default)]
pub struct LabelLine {
    pub title: String,
    pub value: String,
    /// Who says so, and how sure that is.
    pub standing: String,
    /// How often that is wrong, where the message stands.
    pub measured: String,
}

/// An article in an answer.
#[derive(Debug, Clone, Default)]
pub struct ArticleView {
    /// Of the putting-in, and not of the article.
    pub id: String,
    pub title: String,
    pub href: String,
    /// What somebody said came of it.
    pub standing: Option<String>,
    /// Whether it is asked about here, under what they wrote next.
    pub asks: bool,
    /// Whether the viewer may say something of it.
    pub may: bool,
}

/// One promise, under its message or in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromiseView {
    pub id: String,
    /// What was said; empty where the message has no words any more.
    pub words: String,
    /// "Promised by Fri 4 Dec", "Kept by Inés, Thu 3 Dec".
    pub standing: String,
    /// "that was three days ago", where its day is over and nothing was said of it.
    pub overdue: Option<String>,
    pub note: Option<String>,
    /// `suggested`, `open`, `kept` or `broken`.
    pub state: String,
    /// Whether the viewer may say something of it.
    pub may: bool,
    /// Where it was said, and to whom: in lists.
    pub href: Option<String>,
    pub person: Option<(String, String)>,
    /// The page to go back to: empty for the conversation.
    pub back: String,
}

impl PromiseView {
    pub fn is_suggested(&self) -> bool {
        self.state == "suggested"
    }

    pub fn is_open(&self) -> bool {
        self.state == "open"
    }
}

impl MessageView {
    pub fn side_name(&self) -> &'static str {
        match self.side {
            Side::Theirs => "theirs",
            Side::Ours => "ours",
        }
    }

    pub fn is_theirs(&self) -> bool {
        self.side == Side::Theirs
    }
}

/// A way to something that belongs to it.
#[derive(Debug, Clone, Default)]
pub struct LinkView {
    pub icon: &'static str,
    pub words: &'static str,
    pub href: String,
}

impl LinkView {
    pub fn new(icon: &'static str, words: &'static str, href: String) -> Self {
        Self { icon, words, href }
    }
}

/// How far one of our messages has come: an icon, a word, and what to do where something is to be done.
#[derive(Debug, Clone, Default)]
pub struct DeliveryView {
    pub icon: &'static str,
    pub word: &'static str,
    pub danger: bool,
    /// It did not get through.
    pub has_failed: bool,
    /// What happened and what is safe, in a sentence.
    pub explanation: Option<String>,
    /// POSTs that a person may choose between: label and address.
    pub choices: Vec<(String, String)>,
}

impl DeliveryView {
    pub fn of(state: DeliveryState) -> Self {
        let (icon, word, danger) = match state {
            DeliveryState::Queued => ("clock", "on its way", false),
            DeliveryState::Sent => ("check", "sent", false),
            DeliveryState::Failed => ("circle-alert", "not sent", true),
            DeliveryState::Unknown => ("circle-help", "perhaps sent", true),
            DeliveryState::Withdrawn => ("undo-2", "taken back", false),
        };
        let has_failed = state == DeliveryState::Failed;
        Self { icon, word, danger, has_failed, explanation: None, choices: Vec::new() }
    }
}

#[derive(Debug, Clone, Default)]
pub struct AttachmentView {
    pub name: String,
    pub icon: &'static str,
    pub size: String,
    pub href: String,
    /// A small picture of it, served by ourselves.
    pub preview_src: Option<String>,
}

impl AttachmentView {
    pub fn new(name: impl Into<String>, media_type: &str, bytes: u64, href: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            icon: icons::for_media_type(media_type),
            size: size_words(bytes),
            href: href.into(),
            preview_src: None,
        }
    }
}

/// A file put to a draft.
#[derive(Debug, Clone, Default)]
pub struct DraftFileView {
    pub name: String,
    pub icon: &'static str,
    pub size: String,
    pub remove_url: String,
}

/// One way an answer can go.
#[derive(Debug, Clone, Default)]
pub struct ChannelChoice {
    pub id: String,
    /// Whom an answer goes to that way, unless its writer says otherwise.
    pub addressee: String,
    /// What stands in the field "To" then; none where the channel has no recipients to choose.
    pub to: Option<String>,
    /// "by e-mail to amina@example.org", and "by e-mail" where its writer says to whom.
    pub label: String,
    pub plain_label: String,
    /// What the button says, likewise, and how many characters fit, where this one is chosen.
    pub send_label: String,
    pub plain_send_label: String,
    pub limit: usize,
    /// What is counted: see [`tertulia_model::CountBy::as_str`].
    pub counts: &'static str,
    /// What is said beside the button: who can read it, or that nothing is sent.
    pub note: SendNote,
    pub selected: bool,
}

/// What there is to know before the button is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SendNote {
    /// It goes to whom it names, as everybody expects.
    #[default]
    None,
    Public,
    /// On a channel that has both.
    Private,
    /// Nothing is sent: what was said is written down.
    Written,
}

impl SendNote {
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Public => "public",
            Self::Private => "private",
            Self::Written => "written",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::None | Self::Written => "notebook-pen",
            Self::Public => "globe",
            Self::Private => "lock",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Public => "Everybody can read this answer.",
            Self::Private => "Only they can read this answer.",
            Self::Written => "Nothing is sent; it is written down here.",
        }
    }

    /// What the button says that also closes the conversation.
    pub fn close_label(self) -> &'static str {
        if self == Self::Written { "We said it; close" } else { "Send and close" }
    }
}

#[derive(Debug, Clone, Default)]
pub struct RecipientsView {
    pub to: String,
    pub cc: String,
    pub bcc: String,
    /// Whether its writer chose others than are proposed.
    pub edited: bool,
}

/// The form that answers a conversation.
#[derive(Debug, Clone, Default)]
pub struct ComposerView {
    /// What is written here, by the conversation and the message that is passed on: names the elements.
    pub conversation: String,
    /// Names the draft in the browser's own storage, where other members may sign in: whose it is, and what of.
    pub kept_as: String,
    pub action: String,
    pub draft_url: String,
    /// Files go to the draft at once, so that it is whole on every device; empty keeps them in the form.
    pub files_url: String,
    /// Whom it goes to, as its head says it.
    pub addressee: String,
    /// More than one gives a choice; the first is shown as words where it is the only one.
    pub channels: Vec<ChannelChoice>,
    pub recipients: Option<RecipientsView>,
    /// Whether there are others on the mail who would get a reply to all.
    pub everybody: bool,
    /// Our addresses that it can be sent as, where there are several.
    pub from: Vec<String>,
    pub from_chosen: String,
    pub subject: Option<String>,
    pub text: String,
    /// The articles that fit, and saved replies.
    pub(crate) beside: crate::knowhow::Beside,
    /// How much the channel takes, in what it counts.
    pub limit: usize,
    pub counts: &'static str,
    /// The last sequence of the conversation that this page shows; the server asks first where there is a newer one.
    pub seen: String,
    /// Up to which message they were on a page before, and up to which nothing is asked about: the script looks which of those
    /// after both were on the screen.
    pub known: String,
    pub settled: String,
    /// Asked about a place that was not filled in: pressed again, it is meant so.
    pub as_it_is: bool,
    /// The same form sent twice is one reply.
    pub key: String,
    /// The versions of the draft that this page knows: what it saves takes the place of these and of no others.
    pub base: String,
    /// The keys of the newest replies that were taken: the browser forgets what it kept of them.
    pub taken: String,
    /// What was written here on another device, which the draft does not hold.
    pub elsewhere: Option<ElsewhereView>,
    /// Bytes in one attachment; 0 hides the button.
    pub attachment_bytes: u64,
    /// What is put to the draft already.
    pub files: Vec<DraftFileView>,
    /// "Send to Amina by e-mail".
    pub send_label: String,
    /// What must be read before sending: unseen messages, a visitor who has gone.
    pub warning: Option<String>,
    /// Throws the draft away.
    pub discard_url: String,
    /// What is passed on, where it is no answer.
    pub forwards: Option<ForwardsView>,
}

impl ComposerView {
    /// Whether its writer says to whom an answer goes.
    pub fn is_edited(&self) -> bool {
        self.forwards.is_none() && self.recipients.as_ref().is_some_and(|recipients| recipients.edited)
    }

    /// What is said of the chosen way.
    pub fn note(&self) -> SendNote {
        self.channels.iter().find(|channel| channel.selected).map_or(SendNote::None, |channel| channel.note)
    }

    /// Whatever may be said, as ways are chosen.
    pub fn notes(&self) -> Vec<SendNote> {
        let all = [SendNote::Public, SendNote::Private, SendNote::Written];
        all.into_iter().filter(|note| self.channels.iter().any(|channel| channel.note == *note)).collect()
    }

    /// Whether what they said can be written down here, too.
    pub fn takes_theirs(&self) -> bool {
        self.notes().contains(&SendNote::Written)
    }
}

#[derive(Debug, Clone, Default)]
pub struct ElsewhereView {
    pub version: String,
    pub text: String,
}

#[derive(Debug, Clone, Default)]
pub struct ForwardsView {
    /// Who wrote it; none where we did.
    pub author: Option<String>,
    /// What stands below the words that are written.
    pub text: String,
    /// Back to the answer; what was begun is kept.
    pub back_url: String,
}

/// A message that came to be seen outside a conversation: in Listen, on a person's timeline.
#[derive(Debug, Clone, Default)]
pub struct HeardView {
    pub id: String,
    pub href: String,
    pub name: String,
    pub person_href: Option<String>,
    pub channel_icon: String,
    pub channel: String,
    pub at: i64,
    pub subject: Option<String>,
    /// The words around what was found, cut where something was found: (text, found).
    pub words: Vec<(String, bool)>,
    pub language: Option<(String, String)>,
    pub has_attachments: bool,
    /// Said by us, and how far that has come.
    pub ours: bool,
    pub delivery: Option<DeliveryView>,
}

/// The one goal, written down before the first channel.
#[derive(Debug, Clone, Default)]
pub struct GoalView {
    pub sentence: String,
    pub today: String,
    pub hoped_for: String,
    pub by: String,
    pub edit_href: Option<String>,
}
