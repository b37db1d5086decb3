//! What other programs can be told of. A body holds ids and links: whoever may see more asks the API for it with a key,
//! and what was erased is gone for them as for everybody. So no word that anybody wrote is ever stored or sent here.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tertulia_model::{
    ChangeId, ChannelId, ConversationId, DeliveryId, FeedbackId, MessageId, Millis, MonitorId, PersonId,
};
use tertulia_store::{
    conversations::{Conversation, Outcome},
    deliveries::Delivery,
};

/// The kinds of events that can be chosen, and what each tells.
pub const KINDS: [(&str, &str); 15] = [
    ("message.heard", "On any channel, to you or about you, from now on."),
    ("conversation.opened", "It began, or came back after it was closed."),
    ("conversation.closed", "By one of you, or with an answer; and how it ended, where you said so."),
    ("conversation.merged", "It went into another one, and is no more."),
    ("conversation.parted", "It was taken out of another one again."),
    ("answer.sent", "It left, or proved to have left."),
    ("answer.failed", "It was refused, came back, or nobody knows whether it arrived."),
    ("monitor.matched", "Which monitors tell, and how often, is said at each of them."),
    ("channel.troubled", "It stopped and needs one of you, or keeps failing."),
    ("feedback.created", "Somebody asks for something that was not on the list."),
    ("change.moved", "It is considered, planned, done or declined: at each of these."),
    ("change.told", "Somebody who asked for it was told what became of it."),
    ("change.answered", "It was noted whether it helped somebody who was told."),
    ("person.erased", "So that the program forgets them, too."),
    ("customer.erased", "The same of one in your lists who never wrote."),
];

/// Sent when somebody asks for it, to the one endpoint; nobody chooses it.
pub const TEST: &str = "endpoint.tested";

/// A body, in the order in which the standard names its parts.
#[derive(Serialize)]
struct Body {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Value,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Heard {
        message: MessageId,
        channel: ChannelId,
        conversation: Option<ConversationId>,
        person: Option<PersonId>,
    },
    Opened {
        conversation: ConversationId,
        channel: ChannelId,
        person: Option<PersonId>,
        /// It was closed before.
        again: bool,
    },
    Closed {
        conversation: ConversationId,
        channel: ChannelId,
        person: Option<PersonId>,
        /// Where it was said how it ended.
        outcome: Option<String>,
    },
    /// `from` went into `conversation`.
    Merged {
        from: ConversationId,
        conversation: ConversationId,
        channel: ChannelId,
        person: Option<PersonId>,
    },
    /// `conversation` is one of its own again, taken out of `out_of`.
    Parted {
        conversation: ConversationId,
        out_of: ConversationId,
        channel: ChannelId,
        person: Option<PersonId>,
    },
    Answered {
        answer: Answer,
        /// `sent`, `failed`, or `unknown` where it may have arrived or not.
        state: &'static str,
    },
    Matched {
        monitor: MonitorId,
        /// The newest of them, newest first.
        messages: Vec<MessageId>,
        /// How many more there are; at least so many where `counted_all` is false.
        held_back: usize,
        counted_all: bool,
    },
    Troubled {
        channel: ChannelId,
        state: &'static str,
    },
    /// An item was made, of what somebody said or on their behalf.
    Asked {
        item: FeedbackId,
        message: Option<MessageId>,
        person: Option<PersonId>,
    },
    /// A change came from one state (none: it began) to another.
    Moved {
        change: ChangeId,
        from: Option<&'static str>,
        to: &'static str,
    },
    /// Somebody was told, by a message or by hand.
    Told {
        change: ChangeId,
        telling: i64,
        person: PersonId,
        message: Option<MessageId>,
    },
    /// A member noted whether it helped.
    Helped {
        change: ChangeId,
        telling: i64,
        person: PersonId,
    },
    Erased {
        person: PersonId,
        report: i64,
    },
    /// One of a list who never wrote.
    ErasedCustomer {
        customer: i64,
        report: i64,
    },
    Tested {
        endpoint: i64,
    },
}

/// One of ours on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    delivery: DeliveryId,
    message: MessageId,
    conversation: ConversationId,
    channel: ChannelId,
}

impl Answer {
    pub fn of(delivery: &Delivery) -> Self {
        Self {
            delivery: delivery.id,
            message: delivery.message_id,
            conversation: delivery.conversation_id,
            channel: delivery.channel_id,
        }
    }
}

impl Event {
    /// What a conversation's move from one state to another is to those outside, if anything. `None` before: it is new.
    pub fn of_move(before: Option<&str>, after: &Conversation) -> Option<Self> {
        let (conversation, channel, person) = (after.id, after.channel_id, after.person_id);
        match (before, after.state.as_str()) {
            (Some("closed") | None, "closed") => None,
            (None, _) => Some(Self::Opened { conversation, channel, person, again: false }),
            (Some("closed"), _) => Some(Self::Opened { conversation, channel, person, again: true }),
            (_, "closed") => Some(Self::closed(after)),
            _ => None,
        }
    }

    /// That a conversation which stays closed ended otherwise than it was told. `before`: how, as it was known.
    pub fn of_ending(before: Option<&Outcome>, after: &Conversation) -> Option<Self> {
        let is_other = after.ended().map(|ended| ended.outcome) != before.map(|before| before.outcome.clone());
        (after.state == "closed" && is_other).then(|| Self::closed(after))
    }

    fn closed(after: &Conversation) -> Self {
        let outcome = after.ended().map(|ended| ended.outcome);
        Self::Closed { conversation: after.id, channel: after.channel_id, person: after.person_id, outcome }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Heard { .. } => "message.heard",
            Self::Opened { .. } => "conversation.opened",
            Self::Closed { .. } => "conversation.closed",
            Self::Merged { .. } => "conversation.merged",
            Self::Parted { .. } => "conversation.parted",
            Self::Answered { state: "sent", .. } => "answer.sent",
            Self::Answered { .. } => "answer.failed",
            Self::Matched { .. } => "monitor.matched",
            Self::Troubled { .. } => "channel.troubled",
            Self::Asked { .. } => "feedback.created",
            Self::Moved { .. } => "change.moved",
            Self::Told { .. } => "change.told",
            Self::Helped { .. } => "change.answered",
            Self::Erased { .. } => "person.erased",
            Self::ErasedCustomer { .. } => "customer.erased",
            Self::Tested { .. } => TEST,
        }
    }

    /// The body, as it is signed and sent.
    pub fn body(&self, base: &str, now: Millis) -> String {
        let at = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
        let body = Body { kind: self.kind(), timestamp: at.to_string(), data: self.data(base) };
        serde_json::to_string(&body).unwrap_or_default()
    }

    fn data(&self, base: &str) -> Value {
        match self {
            Self::Heard { message, channel, conversation, person } => Data::new(base)
                .id("message", *message)
                .id("channel", *channel)
                .maybe("conversation", *conversation)
                .maybe("person", *person)
                .links(&format!("messages/{message}"), &page_of(*message, *conversation)),
            Self::Opened { conversation, channel, person, again } => {
                conversation_data(base, *conversation, *channel, *person).with("again", *again).value()
            }
            Self::Closed { conversation, channel, person, outcome } => {
                conversation_data(base, *conversation, *channel, *person).with("outcome", outcome.clone()).value()
            }
            Self::Merged { from, conversation, channel, person } => {
                conversation_data(base, *conversation, *channel, *person).id("merged", *from).value()
            }
            Self::Parted { conversation, out_of, channel, person } => {
                conversation_data(base, *conversation, *channel, *person).id("parted_from", *out_of).value()
            }
            Self::Answered { answer, state } => Data::new(base)
                .id("delivery", answer.delivery)
                .id("message", answer.message)
                .id("conversation", answer.conversation)
                .id("channel", answer.channel)
                .with("state", *state)
                .links(&format!("deliveries/{}", answer.delivery), &format!("inbox/{}", answer.conversation)),
            Self::Matched { monitor, messages, held_back, counted_all } => {
                let ids: Vec<String> = messages.iter().map(ToString::to_string).collect();
                Data::new(base)
                    .id("monitor", *monitor)
                    .with("message_ids", ids)
                    .with("held_back", *held_back)
                    .with("held_back_is_all", *counted_all)
                    .links(&format!("monitors/{monitor}/mentions"), &format!("listen/monitors/{monitor}"))
            }
            Self::Troubled { channel, state } => Data::new(base)
                .id("channel", *channel)
                .with("state", *state)
                .links(&format!("channels/{channel}"), &format!("channels/{channel}")),
            Self::Asked { item, message, person } => Data::new(base)
                .id("feedback", *item)
                .maybe("message", *message)
                .maybe("person", *person)
                .links(&format!("feedback/{item}"), &format!("feedback/{item}")),
            Self::Moved { change, from, to } => Data::new(base)
                .id("change", *change)
                .with("from", *from)
                .with("to", *to)
                .links(&format!("changes/{change}"), &format!("feedback/changes/{change}")),
            Self::Told { change, telling, person, message } => Data::new(base)
                .id("change", *change)
                .id("telling", *telling)
                .id("person", *person)
                .maybe("message", *message)
                .links(&format!("tellings/{telling}"), &format!("feedback/tellings/{telling}")),
            Self::Helped { change, telling, person } => Data::new(base)
                .id("change", *change)
                .id("telling", *telling)
                .id("person", *person)
                .links(&format!("tellings/{telling}"), &format!("feedback/tellings/{telling}")),
            Self::Erased { person, report } => Data::new(base)
                .id("person", *person)
                .id("report", *report)
                .links(&format!("erasures/{report}"), &format!("people/erasures/{report}")),
            Self::ErasedCustomer { customer, report } => Data::new(base)
                .id("customer", *customer)
                .id("report", *report)
                .links(&format!("erasures/{report}"), &format!("people/erasures/{report}")),
            Self::Tested { endpoint } => Data::new(base)
                .id("endpoint", *endpoint)
                .links(&format!("webhooks/{endpoint}"), &format!("settings/webhooks/{endpoint}")),
        }
    }
}

fn page_of(message: MessageId, conversation: Option<ConversationId>) -> String {
    match conversation {
        Some(conversation) => format!("inbox/{conversation}#message-{message}"),
        None => format!("listen/thread/{message}"),
    }
}

fn conversation_data(
    base: &str,
    conversation: ConversationId,
    channel: ChannelId,
    person: Option<PersonId>,
) -> Data<'_> {
    let mut data = Data::new(base).id("conversation", conversation).id("channel", channel).maybe("person", person);
    data.link(&format!("conversations/{conversation}"), &format!("inbox/{conversation}"));
    data
}

/// `data` while it is put together. Ids are strings, as in the API.
struct Data<'a> {
    base: &'a str,
    fields: Map<String, Value>,
}

impl<'a> Data<'a> {
    fn new(base: &'a str) -> Self {
        Self { base, fields: Map::new() }
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    fn id(self, what: &str, id: impl ToString) -> Self {
        self.with(&format!("{what}_id"), id.to_string())
    }

    fn maybe(self, what: &str, id: Option<impl ToString>) -> Self {
        self.with(&format!("{what}_id"), id.map(|id| id.to_string()))
    }

    fn link(&mut self, api: &str, page: &str) {
        let links = json!({ "api": format!("{}/api/v1/{api}", self.base), "page": format!("{}/{page}", self.base) });
        self.fields.insert("links".to_owned(), links);
    }

    fn links(mut self, api: &str, page: &str) -> Value {
        self.link(api, page);
        self.value()
    }

    fn value(self) -> Value {
        Value::Object(self.fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_says_what_happened_by_ids_and_links() {
        let heard = Event::Heard {
            message: MessageId(7),
            channel: ChannelId(2),
            conversation: Some(ConversationId(5)),
            person: None,
        };
        let body: Value = serde_json::from_str(&heard.body("https://desk.example", 1_795_262_400_000)).unwrap();
        assert_eq!(
            body,
            json!({
                "type": "message.heard",
                "timestamp": "2026-11-21T12:00:00Z",
                "data": {
                    "message_id": "7", "channel_id": "2", "conversation_id": "5", "person_id": null,
                    "links": {
                        "api": "https://desk.example/api/v1/messages/7",
                        "page": "https://desk.example/inbox/5#message-7",
                    },
                },
            })
        );
    }

    #[test]
    fn every_kind_that_can_be_chosen_is_told() {
        let answer = Answer {
            delivery: DeliveryId(1),
            message: MessageId(2),
            conversation: ConversationId(3),
            channel: ChannelId(4),
        };
        let (conversation, channel, person) = (ConversationId(3), ChannelId(4), None);
        let all = [
            Event::Heard { message: MessageId(2), channel, conversation: None, person },
            Event::Opened { conversation, channel, person, again: true },
            Event::Closed { conversation, channel, person, outcome: Some("listened".to_owned()) },
            Event::Merged { from: ConversationId(7), conversation, channel, person },
            Event::Parted { conversation, out_of: ConversationId(7), channel, person },
            Event::Answered { answer, state: "sent" },
            Event::Answered { answer, state: "unknown" },
            Event::Matched { monitor: MonitorId(9), messages: vec![MessageId(2)], held_back: 3, counted_all: true },
            Event::Troubled { channel, state: "stopped" },
            Event::Asked { item: FeedbackId(10), message: None, person: Some(PersonId(6)) },
            Event::Moved { change: ChangeId(11), from: None, to: "considering" },
            Event::Told { change: ChangeId(11), telling: 12, person: PersonId(6), message: None },
            Event::Helped { change: ChangeId(11), telling: 13, person: PersonId(6) },
            Event::Erased { person: PersonId(6), report: 8 },
            Event::ErasedCustomer { customer: 14, report: 8 },
        ];
        let told: Vec<&str> = all.iter().map(Event::kind).collect();
        assert_eq!(told, KINDS.map(|(kind, _)| kind));
        for event in all {
            let body: Value = serde_json::from_str(&event.body("https://desk.example", 0)).unwrap();
            assert_eq!(body["type"], event.kind());
            assert!(
                body["data"]["links"]["api"].as_str().unwrap().starts_with("https://desk.example/api/v1/"),
                "{body}"
            );
        }
    }
}
