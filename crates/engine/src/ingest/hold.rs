//! Which conversation a message belongs to, and what its arrival does there.

use super::arrive::{Arrival, partner};
use crate::{Engine, Result, knowhow, outbound, people::Resolved, threading::Plan, webhooks::Event};
use std::collections::{BTreeSet, HashMap, HashSet};
use tertulia_analysis::snippet::first_words;
use tertulia_model::{AutoKind, ConversationId, Direction, MessageId, Millis, PersonId, ThreadId};
use tertulia_store::{
    Tx,
    channels::Channel,
    conversations::{self, Conversation},
    keys::{self, SourceKey},
    merges,
    messages::{self, Known, flags},
    reading, threads,
};

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
    /// Conversations that begin with this piece.
    begun: Touched,
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
            begun: Touched::new(),
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
            news: 0,
            woken: false,
            snippet: words.analysis.snippet.clone(),
            created_at: self.engine.now(),
            version: 0,
            outcome: None,
            outcome_by: None,
            outcome_at: None,
        };
        self.loaded.insert(id, conversation);
        self.begun.insert(id);
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

    /// Writes what the arrivals did to their conversations; gives those that changed, and what there is to tell of it.
    pub async fn finish(mut self, tx: &mut Tx) -> Result<(Touched, Vec<Event>)> {
        let states: HashMap<ConversationId, String> =
            self.loaded.iter().map(|(id, conversation)| (*id, conversation.state.clone())).collect();
        let mut order: Vec<usize> = (0..self.arrivals.len()).filter(|n| self.assigned[*n].is_some()).collect();
        order.retain(|n| self.arrivals[*n].state == "shown");
        order.sort_unstable_by_key(|n| self.arrivals[*n].place);
        let mut touched = Touched::new();
        for n in order {
            let Some(conversation) = self.assigned[n].and_then(|id| self.loaded.get_mut(&id)) else { continue };
            let arrival = &self.arrivals[n];
            let heard_at = if self.history { arrival.at() } else { arrival.at().max(arrival.event.received_at) };
            let answered = !self.history && answered(tx, conversation, heard_at, self.plan.placed[n].1).await?;
            let Self { channel, history, .. } = self;
            let news = self.engine.next_id();
            touch(
                conversation,
                arrival,
                &Arriving { person: self.persons[n], channel, history, heard_at, answered, news },
            );
            touched.insert(conversation.id);
        }
        let changed: Vec<Conversation> = touched.iter().filter_map(|id| self.loaded.get(id).cloned()).collect();
        conversations::put(tx, &changed).await?;
        let before = |id| states.get(&id).map(String::as_str).filter(|_| !self.begun.contains(&id));
        let moved = changed.iter().filter(|_| !self.history).filter_map(|c| Event::of_move(before(c.id), c)).collect();
        let fresh_threads: HashSet<ThreadId> =
            self.arrivals.iter().filter(|a| a.existing.is_none()).map(|a| ThreadId(a.id.0)).collect();
        // A thread named after an arrival holds nothing older, unless older threads were joined into it; and a thread that
        // was only listened to comes into the conversation of the one that it was joined with.
        let held = self.newly_held.iter().copied().filter(|thread| !fresh_threads.contains(thread));
        let joined = self.plan.joined.iter().filter(|(from, _)| !fresh_threads.contains(from)).map(|(_, into)| *into);
        for thread in held.chain(joined).collect::<BTreeSet<ThreadId>>() {
            if let Some(conversation) = self.of_thread.get(&thread).and_then(|list| list.first())
                && threads::hold(tx, thread, *conversation).await? > 0
            {
                knowhow::look_at_thread(self.engine, tx, thread).await?;
            }
        }
        for list in self.of_thread.values().filter(|list| list.len() > 1) {
            for pair in list.windows(2) {
                if merges::propose(tx, pair[0], pair[1], self.engine.now()).await? {
                    touched.extend(pair);
                }
            }
        }
        // There it is shown that an answer has come, and where.
        touched.extend(self.answered_elsewhere);
        Ok((touched, moved))
    }
}

fn is_forward(known: &Known) -> bool {
    known.flags & flags::FORWARD != 0
}

/// Whether what is only heard now has been answered before. Who answered by this program had not seen it, whatever date it
/// bears: it may have been held up, or its writer's clock may be slow. A colleague who answered in their own mail program
/// had, if it was in the mailbox by then. And whatever a clock says that was set back, what answers a message came after it.
async fn answered(
    tx: &mut Tx,
    conversation: &Conversation,
    heard_at: Millis,
    parent: Option<MessageId>,
) -> Result<bool> {
    let mut after = keys::place_at(heard_at);
    if conversation.last_place <= after {
        return Ok(false);
    }
    if let Some(parent) = parent {
        after = after.max(reading::place_in(tx, conversation.id, parent).await?.unwrap_or(0));
    }
    Ok(reading::is_answered_elsewhere(tx, conversation.id, after).await?)
}

/// How an arrival comes to its conversation.
struct Arriving<'a> {
    person: Option<PersonId>,
    channel: &'a Channel,
    history: bool,
    /// When it could first be read; for history, when it was written.
    heard_at: Millis,
    /// We have said something since.
    answered: bool,
    /// The moment, for who has not seen it.
    news: i64,
}

fn touch(conversation: &mut Conversation, arrival: &Arrival<'_>, coming: &Arriving<'_>) {
    let Some(words) = arrival.words else { return };
    let Arriving { person, channel, history, heard_at, answered, news } = *coming;
    let is_newest = words.at >= conversation.last_at;
    conversation.last_place = conversation.last_place.max(arrival.place);
    conversation.person_id = conversation.person_id.or(person);
    if words.content.direction == Direction::Ours {
        conversation.last_at = conversation.last_at.max(words.at);
        // Whoever wrote it had not read what was only heard after it.
        if is_newest {
            conversation.waiting_since = None;
            conversation.woken = false;
            if !history && conversation.state == "open" {
                conversation.state = "pending".to_owned();
            }
        }
        return;
    }
    conversation.last_at = conversation.last_at.max(heard_at);
    if words.content.auto != AutoKind::Person {
        return;
    }
    if arrival.place > conversation.last_theirs_place {
        conversation.last_theirs_place = arrival.place;
        conversation.snippet.clone_from(&words.analysis.snippet);
        conversation.channel_id = channel.id;
    }
    if history {
        return;
    }
    conversation.news = news;
    if !answered {
        conversation.waiting_since = Some(conversation.waiting_since.map_or(heard_at, |since| since.min(heard_at)));
        conversation.state = "open".to_owned();
        conversation.snoozed_until = None;
        conversation.woken = false;
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
