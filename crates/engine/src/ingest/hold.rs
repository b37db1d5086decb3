//! Which conversation a message belongs to, and what its arrival does there.

use super::arrive::{Arrival, partner};
use crate::{Engine, Result, outbound, people::Resolved, threading::Plan};
use std::collections::{BTreeSet, HashMap, HashSet};
use tertulia_analysis::snippet::first_words;
use tertulia_model::{AutoKind, ConversationId, Direction, MessageId, PersonId, ThreadId};
use tertulia_store::{
    Tx,
    channels::Channel,
    conversations::{self, Conversation},
    keys::SourceKey,
    messages::{self, Known, flags},
    reading, threads,
};

/// How many of a conversation's newest messages are looked at for an answer of ours.
const LOOK_BACK: i64 = 50;

/// The conversations that a piece changed.
pub(super) type Touched = BTreeSet<ConversationId>;

/// What to announce of a piece: each conversation, or for history only that something was heard.
pub(super) fn changes(touched: &Touched, history: bool, heard: bool, set_aside: bool) -> Vec<(&'static str, i64)> {
    let mut changes = Vec::new();
    if !history {
        changes.extend(touched.iter().map(|id| ("conversation", id.0)));
    }
    if heard {
        changes.push(("heard", 0));
    }
    if set_aside {
        changes.push(("quarantine", 0));
    }
    changes
}

/// The conversations of one piece while it is being stored.
pub(super) struct Desk<'a> {
    engine: &'a Engine,
    channel: &'a Channel,
    history: bool,
    arrivals: &'a [Arrival<'a>],
    plan: &'a Plan,
    /// Conversations of stored messages in these threads; the first stands for the thread.
    of_thread: HashMap<ThreadId, Vec<ConversationId>>,
    of_message: HashMap<MessageId, ConversationId>,
    /// Messages of ours that passed something on: their thread, and the conversation they stand in.
    forwards: HashMap<MessageId, (ThreadId, ConversationId)>,
    /// Conversations from which something was passed on that is answered now.
    answered_elsewhere: Touched,
    assigned: Vec<Option<ConversationId>>,
    loaded: HashMap<ConversationId, Conversation>,
    /// Stored threads that come into a conversation now.
    newly_held: Vec<ThreadId>,
    persons: Vec<Option<PersonId>>,
}

impl<'a> Desk<'a> {
    pub fn open(
        engine: &'a Engine,
        channel: &'a Channel,
        history: bool,
        arrivals: &'a [Arrival<'a>],
        plan: &'a Plan,
        known: &HashMap<SourceKey, Known>,
        waiting: Vec<(ThreadId, ConversationId)>,
    ) -> Self {
        let renamed: HashMap<ThreadId, ThreadId> = plan.joined.iter().copied().collect();
        let mut of_thread: HashMap<ThreadId, Vec<ConversationId>> = HashMap::new();
        let mut of_message = HashMap::new();
        // What was passed on to somebody stands in the conversation it comes from; what they say of it does not.
        let (forwards, known): (Vec<&Known>, Vec<&Known>) = known.values().partition(|k| is_forward(k));
        let forwards = forwards.into_iter().filter_map(|k| Some((k.id, (k.thread_id, k.conversation_id?))));
        let stored = known.iter().filter_map(|k| Some((k.thread_id, k.conversation_id?)));
        for (thread, conversation) in stored.chain(waiting) {
            let list = of_thread.entry(renamed.get(&thread).copied().unwrap_or(thread)).or_default();
            if !list.contains(&conversation) {
                list.push(conversation);
            }
        }
        for list in of_thread.values_mut() {
            list.sort_unstable();
        }
        of_message.extend(known.iter().filter_map(|k| Some((k.id, k.conversation_id?))));
        let assigned = vec![None; arrivals.len()];
        let persons = vec![None; arrivals.len()];
        Self {
            engine,
            channel,
            history,
            arrivals,
            plan,
            of_thread,
            of_message,
            forwards: forwards.collect(),
            answered_elsewhere: Touched::new(),
            assigned,
            persons,
            loaded: HashMap::new(),
            newly_held: Vec::new(),
        }
    }

    pub fn conversation(&self, n: usize) -> Option<ConversationId> {
        self.assigned[n]
    }

    /// Finds or opens the conversation of each arrival, oldest first.
    pub async fn assign(&mut self, tx: &mut Tx, people: &Resolved) -> Result<()> {
        let mut order: Vec<usize> = (0..self.arrivals.len()).filter(|n| self.arrivals[*n].words.is_some()).collect();
        order.sort_unstable_by_key(|n| self.arrivals[*n].place);
        for n in &order {
            self.persons[*n] =
                self.arrivals[*n].words.and_then(|w| people.get(partner(w)?.as_ref())).map(|(_, person)| person);
            let found = match self.by_token(tx, *n).await? {
                Some(conversation) => Some(conversation),
                None => self.by_parent(*n).or_else(|| self.by_thread(*n)),
            };
            let found = match found {
                None => self.by_forward(tx, *n).await?,
                found => found,
            };
            self.assigned[*n] = found.or_else(|| self.open_new(*n));
            if let Some(conversation) = self.assigned[*n] {
                self.note(*n, conversation);
            }
        }
        // What was said earlier in a thread that came into a conversation later belongs to it too, and so do tombstones.
        for n in 0..self.arrivals.len() {
            if self.assigned[n].is_none() {
                self.assigned[n] = self.by_thread(n);
            }
        }
        self.load(tx).await
    }

    /// An answer that carries our signed token belongs where the message stands that it answers, whatever its headers say.
    async fn by_token(&self, tx: &mut Tx, n: usize) -> Result<Option<ConversationId>> {
        let named = self.named_by_token(tx, n).await?;
        Ok(named.filter(|k| !is_forward(k)).and_then(|k| k.conversation_id))
    }

    async fn named_by_token(&self, tx: &mut Tx, n: usize) -> Result<Option<Known>> {
        let token = self.arrivals[n].words.and_then(|w| w.content.reply_token.as_deref());
        match token.and_then(|token| outbound::read_reply_token(self.engine, token)) {
            Some(message) => Ok(messages::known_by_id(tx, message).await?),
            None => Ok(None),
        }
    }

    /// An answer to something that we passed on never comes into the conversation that it was passed on from: whoever got
    /// it is not the person of that conversation, and must not be able to speak as if they were. It belongs where that
    /// thread is talked about already; else it opens a conversation like any message to us.
    async fn by_forward(&mut self, tx: &mut Tx, n: usize) -> Result<Option<ConversationId>> {
        let parent = self.plan.placed[n].1.and_then(|parent| self.forwards.get(&parent).copied());
        let forward = match parent {
            Some(forward) => Some(forward),
            None => {
                let named = self.named_by_token(tx, n).await?.filter(is_forward);
                named.and_then(|k| Some((k.thread_id, k.conversation_id?)))
            }
        };
        let Some((thread, passed_on_from)) = forward else { return Ok(None) };
        self.answered_elsewhere.insert(passed_on_from);
        Ok(threads::talk(tx, thread).await?)
    }

    fn by_parent(&self, n: usize) -> Option<ConversationId> {
        self.of_message.get(&self.plan.placed[n].1?).copied()
    }

    fn by_thread(&self, n: usize) -> Option<ConversationId> {
        self.of_thread.get(&self.plan.placed[n].0)?.first().copied()
    }

    fn note(&mut self, n: usize, conversation: ConversationId) {
        self.of_message.insert(self.arrivals[n].id, conversation);
        let thread = self.plan.placed[n].0;
        let list = self.of_thread.entry(thread).or_default();
        if list.is_empty() {
            self.newly_held.push(thread);
        }
        if !list.contains(&conversation) {
            list.push(conversation);
        }
    }

    /// A conversation opens by a message to us that a person wrote, or by one of ours to somebody.
    fn open_new(&mut self, n: usize) -> Option<ConversationId> {
        let arrival = &self.arrivals[n];
        let words = arrival.words.filter(|w| w.content.auto == AutoKind::Person && arrival.state == "shown")?;
        let content = &words.content;
        let ours = content.direction == Direction::Ours;
        if !ours && !content.addressed_to_us {
            return None;
        }
        let state = match (self.history, ours) {
            (true, _) => "closed",
            (false, true) => "pending",
            (false, false) => "open",
        };
        let id = ConversationId(self.engine.next_id());
        let subject = content.subject.as_deref().map(bare_subject).filter(|s| !s.is_empty());
        let conversation = Conversation {
            id,
            subject: subject.map_or_else(|| first_words(&words.analysis.snippet, 80), |s| first_words(s, 200)),
            person_id: self.persons[n],
            channel_id: self.channel.id,
            state: state.to_owned(),
            assignee_id: None,
            snoozed_until: None,
            waiting_since: None,
            last_at: words.at,
            last_place: 0,
            last_theirs_place: 0,
            snippet: words.analysis.snippet.clone(),
            created_at: self.engine.now(),
            version: 0,
        };
        self.loaded.insert(id, conversation);
        Some(id)
    }

    async fn load(&mut self, tx: &mut Tx) -> Result<()> {
        let wanted: BTreeSet<ConversationId> =
            self.assigned.iter().flatten().filter(|id| !self.loaded.contains_key(*id)).copied().collect();
        for conversation in conversations::get_to_change(tx, wanted.into_iter().collect()).await? {
            self.loaded.insert(conversation.id, conversation);
        }
        Ok(())
    }

    /// Writes what the arrivals did to their conversations; gives those that changed.
    pub async fn finish(mut self, tx: &mut Tx) -> Result<Touched> {
        let mut order: Vec<usize> = (0..self.arrivals.len()).filter(|n| self.assigned[*n].is_some()).collect();
        order.retain(|n| self.arrivals[*n].state == "shown");
        order.sort_unstable_by_key(|n| self.arrivals[*n].place);
        let mut touched = Touched::new();
        for n in order {
            let Some(conversation) = self.assigned[n].and_then(|id| self.loaded.get_mut(&id)) else { continue };
            let arrival = &self.arrivals[n];
            // What came late needs no answer any more if we have said something since.
            let late = !self.history && conversation.last_place > arrival.place;
            let parent = self.plan.placed[n].1;
            let answered = late && answered_after(tx, conversation.id, arrival.place, parent).await?;
            let state = Arriving { person: self.persons[n], channel: self.channel, history: self.history, answered };
            touch(conversation, arrival, &state);
            touched.insert(conversation.id);
        }
        let changed: Vec<Conversation> = touched.iter().filter_map(|id| self.loaded.get(id).cloned()).collect();
        conversations::put(tx, &changed).await?;
        let fresh_threads: HashSet<ThreadId> =
            self.arrivals.iter().filter(|a| a.existing.is_none()).map(|a| ThreadId(a.id.0)).collect();
        // A thread named after an arrival holds nothing older, unless older threads were joined into it; and a thread that
        // was only listened to comes into the conversation of the one that it was joined with.
        let held = self.newly_held.iter().copied().filter(|thread| !fresh_threads.contains(thread));
        let joined = self.plan.joined.iter().filter(|(from, _)| !fresh_threads.contains(from)).map(|(_, into)| *into);
        for thread in held.chain(joined).collect::<BTreeSet<ThreadId>>() {
            if let Some(conversation) = self.of_thread.get(&thread).and_then(|list| list.first()) {
                threads::hold(tx, thread, *conversation).await?;
            }
        }
        for list in self.of_thread.values().filter(|list| list.len() > 1) {
            for pair in list.windows(2) {
                if conversations::propose_merge(tx, pair[0], pair[1], self.engine.now()).await? {
                    touched.extend(pair);
                }
            }
        }
        // There it is shown that an answer has come, and where.
        touched.extend(self.answered_elsewhere);
        Ok(touched)
    }
}

fn is_forward(known: &Known) -> bool {
    known.flags & flags::FORWARD != 0
}

/// Whether we said something in a conversation after a place. Whatever a clock says that was set back, what answers a
/// message came after it. Of an endless conversation the newest part is looked at.
async fn answered_after(
    tx: &mut Tx,
    conversation: ConversationId,
    place: i64,
    parent: Option<MessageId>,
) -> Result<bool> {
    let newest = reading::conversation(tx, conversation, None, LOOK_BACK).await?;
    let place = newest.iter().find(|m| Some(m.id) == parent).map_or(place, |m| m.place.max(place));
    Ok(newest.iter().any(|m| m.is_answer_of_ours() && m.place > place))
}

/// How an arrival comes to its conversation.
struct Arriving<'a> {
    person: Option<PersonId>,
    channel: &'a Channel,
    history: bool,
    /// We have said something since it was written.
    answered: bool,
}

fn touch(conversation: &mut Conversation, arrival: &Arrival<'_>, coming: &Arriving<'_>) {
    let Some(words) = arrival.words else { return };
    let Arriving { person, channel, history, answered } = *coming;
    conversation.last_place = conversation.last_place.max(arrival.place);
    conversation.last_at = conversation.last_at.max(words.at);
    conversation.person_id = conversation.person_id.or(person);
    if words.content.direction == Direction::Ours {
        if conversation.last_place == arrival.place {
            conversation.waiting_since = None;
            if !history && conversation.state == "open" {
                conversation.state = "pending".to_owned();
            }
        }
        return;
    }
    if words.content.auto != AutoKind::Person {
        return;
    }
    if arrival.place > conversation.last_theirs_place {
        conversation.last_theirs_place = arrival.place;
        conversation.snippet.clone_from(&words.analysis.snippet);
        conversation.channel_id = channel.id;
    }
    if !history && !answered {
        conversation.waiting_since = Some(conversation.waiting_since.map_or(words.at, |since| since.min(words.at)));
        conversation.state = "open".to_owned();
        conversation.snoozed_until = None;
    }
}

/// A subject without the prefixes that replies and forwards put before it, in the languages we meet.
pub fn bare_subject(subject: &str) -> &str {
    const PREFIXES: [&str; 14] =
        ["re", "fw", "fwd", "aw", "wg", "sv", "vs", "rv", "res", "enc", "tr", "antw", "odp", "ynt"];
    let mut rest = subject.trim();
    while let Some((prefix, after)) = rest.split_once(':') {
        let word = prefix.trim().split('[').next().unwrap_or(prefix).trim();
        if !PREFIXES.iter().any(|known| word.eq_ignore_ascii_case(known)) {
            break;
        }
        rest = after.trim();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::bare_subject;

    #[test]
    fn reply_prefixes_fall_off_and_words_stay() {
        assert_eq!(bare_subject("Re: AW: Fwd: Order 12"), "Order 12");
        assert_eq!(bare_subject("RE[2]: hello"), "hello");
        assert_eq!(bare_subject("Question: opening hours"), "Question: opening hours");
        assert_eq!(bare_subject("Re:"), "");
    }
}
