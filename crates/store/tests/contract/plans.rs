//! What people wait for goes through an index, however large the tables grow.

use crate::support::{channel, conversation, identity, message, on_both, write};
use tertulia_model::{
    ChangeId, ChannelId, ConversationId, FeedbackId, IdentityId, MessageId, MonitorId, PersonId, ThreadId, TokenId,
    UserId,
};
use tertulia_store::{
    Db, Dialect, Record, Result, Sql, Value, answers, binds, changes, channels,
    conversations::{self, Conversation},
    deliveries, evidence,
    feedback::{self, Wanted},
    feedback_changes, feedback_terms, gauges, ledger,
    listing::{self, Below, InboxFilter, Whose},
    mentions::{self, Asked},
    merges, messages, monitors, people, person_merges, promises, quarantine, reading,
    search::{self, Bounds, Terms},
    suggestions, threads, told, turns, visitors,
};

/// Passes every question on and keeps it.
struct Listener {
    db: Db,
    heard: Vec<(String, Vec<Value>)>,
}

impl Sql for Listener {
    fn dialect(&self) -> Dialect {
        self.db.dialect()
    }

    async fn rows<T: Record>(&mut self, sql: impl Into<String> + Send, values: Vec<Value>) -> Result<Vec<T>> {
        let sql = sql.into();
        self.heard.push((sql.clone(), values.clone()));
        self.db.rows(sql, values).await
    }
}

/// Asks everything that a screen or the intake asks all the time.
async fn ask(on: &mut Listener) -> Result<()> {
    let (me, key) = (UserId(1), message(1).source_key);
    let below = Some(Below { last_at: i64::MAX, id: ConversationId(9) });
    let open = InboxFilter { state: Some("open"), ..InboxFilter::default() };
    for filter in [
        open,
        InboxFilter::default(),
        InboxFilter { down_to: below, ..open },
        InboxFilter { whose: Whose::Of(me), ..open },
        InboxFilter { whose: Whose::Nobodys, ..open },
        InboxFilter { channel: Some(ChannelId(1)), ..open },
        InboxFilter { channel: Some(ChannelId(1)), whose: Whose::Of(me), ..open },
        InboxFilter { channel: Some(ChannelId(1)), whose: Whose::Nobodys, ..open },
        InboxFilter { begun: true, ..InboxFilter::default() },
        InboxFilter { begun: true, channel: Some(ChannelId(1)), whose: Whose::Nobodys, ..InboxFilter::default() },
        InboxFilter { person: Some(PersonId(1)), ..InboxFilter::default() },
    ] {
        listing::inbox(on, me, filter, None, 10).await?;
        listing::inbox(on, me, filter, below, 10).await?;
        listing::count(on, me, filter, 10).await?;
    }
    listing::longest_waiting(on, me, 10).await?;
    listing::count_unread(on, me, 10).await?;
    reading::conversation(on, ConversationId(1), Some(5), 10).await?;
    merges::merged_into(on, ConversationId(1)).await?;
    reading::count_theirs_after(on, ConversationId(1), MessageId(1)).await?;
    reading::is_answered_elsewhere(on, ConversationId(1), 5).await?;
    reading::last_theirs(on, ConversationId(1)).await?;
    reading::place_in(on, ConversationId(1), MessageId(1)).await?;
    reading::thread(on, ThreadId(1), 10).await?;
    reading::person(on, PersonId(1), None, 10).await?;
    reading::attachments(on, &[MessageId(1)]).await?;
    reading::at_places(on, &[1, 2]).await?;
    reading::revisions(on, MessageId(1)).await?;
    messages::known(on, &[key]).await?;
    messages::words(on, MessageId(1)).await?;
    messages::highest_id(on).await?;
    threads::awaiting(on, &[key]).await?;
    threads::sharing(on, &[key]).await?;
    threads::above(on, MessageId(1)).await?;
    threads::talk(on, ThreadId(1)).await?;
    told::children_of(on, &[MessageId(1)]).await?;
    told::standing(on, &[key]).await?;
    people::find(on, "mail", vec!["a".to_owned()]).await?;
    people::identities(on, PersonId(1)).await?;
    turns::of_person(on, PersonId(1), 1, (200, 2_000)).await?;
    turns::last_mention(on, PersonId(1), (2_000, 200)).await?;
    suggestions::of_person(on, PersonId(1), Some(suggestions::Below::NOTHING), 10).await?;
    suggestions::all(on, None, 10).await?;
    suggestions::confirmed(on, 0.99, None, 10).await?;
    suggestions::any_unkeyed(on, 1).await?;
    people::confirmed(on, PersonId(1)).await?;
    person_merges::standing_for(on, PersonId(1)).await?;
    person_merges::parts(on, PersonId(1), 10).await?;
    person_merges::apart_from(on, PersonId(1)).await?;
    channels::count_messages_up_to(on, ChannelId(1), 10).await?;
    deliveries::troubled(on, 10).await?;
    deliveries::of_conversation(on, ConversationId(1)).await?;
    deliveries::put_off(on, IdentityId(1), 1).await?;
    visitors::after(on, IdentityId(1), 3, 10).await?;
    visitors::newest(on, IdentityId(1)).await?;
    people::asked_since(on, IdentityId(1), "a@example.org", 1).await?;
    promises::of_messages(on, &[MessageId(1)]).await?;
    promises::of_person(on, PersonId(1), 10).await?;
    promises::list(on, "open", Some((1, 1)), 10).await?;
    promises::list_back(on, "kept", Some((1, 1)), 10).await?;
    promises::count_up_to(on, "open", 10).await?;
    quarantine::waiting(on, None, 10).await?;
    quarantine::count_waiting_up_to(on, 10).await?;
    changes::after(on, 3, 10).await?;
    answers::get(on, TokenId(1), "k").await?;
    gauges::due(on, 1).await?;
    gauges::deliveries(on, "queued", 0).await?;
    gauges::unmatched(on).await?;
    ask_of_monitors(on).await?;
    ask_of_the_ledger(on).await?;
    ask_of_feedback(on).await?;
    let term = Terms::Term("tea".to_owned());
    for terms in [None, Some(&term)] {
        search::candidates(on, terms, &Bounds::default(), i64::MAX, 10).await?;
        let person = Bounds { person: Some(PersonId(1)), ..Bounds::default() };
        search::candidates(on, terms, &person, i64::MAX, 10).await?;
    }
    Ok(())
}

/// All monitors are read as a whole where one of them changed, and are ten thousand at most.
async fn ask_of_monitors(on: &mut Listener) -> Result<()> {
    let at = (MonitorId(1), 1);
    monitors::get(on, at.0).await?;
    monitors::named(on, &[at.0]).await?;
    monitors::page(on, Some(at.0), 10).await?;
    monitors::any_waiting(on).await?;
    monitors::notice(on, at.0, UserId(1)).await?;
    monitors::notices_of(on, UserId(1)).await?;
    let all = Asked::default();
    for asked in [
        all.clone(),
        Asked { state: Some("noise".to_owned()), ..all.clone() },
        Asked { state: Some("listened".to_owned()), ..all.clone() },
        Asked { channel: Some(ChannelId(1)), language: Some("pt".to_owned()), ..all.clone() },
        Asked { since: Some(1), until: Some(2), ..all.clone() },
    ] {
        mentions::page(on, at, &asked, i64::MAX, 10).await?;
    }
    mentions::volume(on, at, &Asked { since: Some(1), ..all }, 0).await?;
    mentions::count_each_since(on, &[at.0], 1).await?;
    mentions::newest(on, at).await?;
    mentions::since(on, at, 1, 10).await?;
    mentions::untold(on, at.0, 1, 10).await?;
    mentions::found_after(on, at, &Asked::default(), (1, MessageId(1)), 10).await?;
    mentions::of_messages(on, &[MessageId(1)]).await?;
    Ok(())
}

async fn ask_of_the_ledger(on: &mut Listener) -> Result<()> {
    ledger::days(on, 1, 1).await?;
    ledger::counts(on, 1, 1).await?;
    ledger::gaps(on, 1, 2).await?;
    ledger::heard_on(on, ChannelId(1), 1).await?;
    Ok(())
}

async fn ask_of_feedback(on: &mut Listener) -> Result<()> {
    let (item, change) = (FeedbackId(1), ChangeId(1));
    let below = Some(feedback::Below { askers: 3, id: item });
    for wanted in [Wanted::default(), Wanted { state: Some("open"), ..Wanted::default() }] {
        feedback::list(on, &wanted, below, 10).await?;
    }
    feedback::list(on, &Wanted { change: Some(change), ..Wanted::default() }, below, 10).await?;
    feedback::get(on, item).await?;
    feedback::rows_of(on, &[item]).await?;
    feedback::parts(on, item, 10).await?;
    feedback_changes::list(on, "planned", None, 10).await?;
    feedback_changes::moves(on, change, 10).await?;
    feedback_changes::last_move(on, change).await?;
    evidence::of_item(on, item, Some((5, 1)), 10).await?;
    evidence::of_messages(on, &[MessageId(1)]).await?;
    evidence::of_person(on, PersonId(1), 10).await?;
    evidence::by_message(on, item, MessageId(1)).await?;
    evidence::on_behalf(on, item, PersonId(1)).await?;
    evidence::count(on, item).await?;
    feedback_terms::frequencies(on, &["tea".to_owned()]).await?;
    feedback_terms::holding(on, &["tea".to_owned()], 10).await?;
    Ok(())
}

/// Questions that another index would answer, too, but by reading all that a monitor ever found, or all days.
const BEST: [(&str, &str); 3] = [
    ("AND n.version = $4 AND n.state = $5", "mentions_by_state"),
    ("FROM ledger_counts WHERE", "ledger_counts_by_day"),
    ("FROM ledger_gaps WHERE", "ledger_gaps_by_end"),
];

#[test]
fn nothing_that_people_wait_for_reads_a_whole_table() {
    on_both(async |db| {
        write!(db, |tx| {
            channels::add(tx, &channel(1)).await.unwrap();
            messages::add(tx, &[message(1)]).await.unwrap();
            conversations::put(tx, &[conversation(1)]).await.unwrap();
            people::add_identities(tx, &[identity(1, 1, "a")]).await.unwrap();
            let theirs = Conversation { person_id: Some(PersonId(1)), ..conversation(2) };
            conversations::put(tx, &[theirs]).await.unwrap();
        });
        let mut listener = Listener { db: db.clone(), heard: Vec::new() };
        ask(&mut listener).await.unwrap();
        assert!(listener.heard.len() > 35);
        let mut tx = db.begin().await.unwrap();
        if tx.dialect() == Dialect::Postgres {
            tx.run("SET LOCAL enable_seqscan = off", binds![]).await.unwrap();
        }
        let mut slow = Vec::new();
        for (sql, values) in listener.heard {
            let plan = plan(&mut tx, &sql, values).await;
            let whole = |step: &String| match db.dialect() {
                // Through an index in its order a limit ends the scan; what was counted was limited before, and what was
                // asked is what the question itself brought.
                Dialect::Sqlite => {
                    step.starts_with("SCAN")
                        && !step.contains(" INDEX ")
                        && !["SCAN counted", "SCAN to_match", "SCAN waiting", "SCAN asked", "SCAN above", "SCAN near"]
                            .contains(&step.as_str())
                        // The last messages of a conversation or of somebody, limited before.
                        && !step.starts_with("SCAN last_")
                        && !step.contains(" CONSTANT ROW")
                        && !newest_first(&sql)
                }
                Dialect::Postgres => step.contains("Seq Scan"),
            };
            // One member's drafts are few: their conversations are found by them and then put in order.
            let starts_few = sql.contains("IN (SELECT conversation_id FROM drafts");
            let sorted = |step: &String| {
                step.contains("TEMP B-TREE FOR ORDER BY") && sql.contains("FROM conversations c") && !starts_few
            };
            if starts_few && db.dialect() == Dialect::Sqlite {
                let by_key = |step: &String| step.starts_with("SEARCH c USING INTEGER PRIMARY KEY");
                assert!(plan.iter().any(by_key), "{sql} begins elsewhere:\n{}", plan.join("\n"));
            }
            let best = BEST.iter().find(|(asked, _)| db.dialect() == Dialect::Sqlite && sql.contains(asked));
            let goes_elsewhere = best.is_some_and(|(_, index)| !plan.iter().any(|step| step.contains(index)));
            if goes_elsewhere || plan.iter().any(|step| whole(step) || sorted(step)) {
                slow.push(format!("{sql}\n    {}", plan.join("\n    ")));
            }
        }
        assert!(slow.is_empty(), "{} statements read too much:\n{}", slow.len(), slow.join("\n"));
    });
}

/// By the table's own key, from its end: the limit ends the scan.
fn newest_first(sql: &str) -> bool {
    sql.contains("ORDER BY id DESC LIMIT")
}

async fn plan(on: &mut impl Sql, sql: &str, values: Vec<Value>) -> Vec<String> {
    match on.dialect() {
        Dialect::Sqlite => {
            let steps: Vec<(i64, i64, i64, String)> =
                on.rows(format!("EXPLAIN QUERY PLAN {sql}"), values).await.unwrap();
            steps.into_iter().map(|(.., step)| step).collect()
        }
        Dialect::Postgres => {
            let steps: Vec<(String,)> = on.rows(format!("EXPLAIN {sql}"), values).await.unwrap();
            steps.into_iter().map(|(step,)| step).collect()
        }
    }
}
