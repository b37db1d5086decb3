//! What people wait for goes through an index, however large the tables grow.

mod invited;
mod talked;

use crate::support::{channel, conversation, identity, message, on_both, write};
use tertulia_model::{
    ChangeId, ChannelId, ConversationId, DeliveryId, FeedbackId, GoalId, IdentityId, MessageId, MonitorId, PersonId,
    ThreadId, TokenId, UserId,
};
use tertulia_store::{
    Db, Dialect, Record, Result, Sql, Value, answers, around, article_terms, article_uses, articles, askers,
    attributes, binds, changes, channels, column_news,
    conversations::{self, Conversation},
    customer_runs, customer_ties, customers, deliveries, endings, evidence,
    feedback::{self, Wanted},
    feedback_changes, feedback_terms, figures, gauges, goals, identity_questions, identity_traits, insights, ledger,
    listing::{self, Below, InboxFilter, Whose},
    loops,
    mentions::{self, Asked},
    merges, messages, monitors, notes, organisations, others, outcomes, people, person_merges, promises, quarantine,
    questions, reading, roadmap, saved_replies,
    search::{self, Bounds, Terms},
    segments, suggestions, telling_texts, tellings, threads,
    today::{self, Work},
    today_cards, told, trackers, turns, visitors, voices,
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
    let listened = InboxFilter { state: Some("closed"), outcome: Some("listened"), ..InboxFilter::default() };
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
        listened,
        InboxFilter { channel: Some(ChannelId(1)), ..listened },
        InboxFilter { whose: Whose::Of(me), ..listened },
    ] {
        listing::inbox(on, me, filter, None, 10).await?;
        listing::inbox(on, me, filter, below, 10).await?;
        listing::count(on, me, [filter], 10).await?;
        // A list of drafts is fetched whole.
        if !filter.begun {
            listing::inbox_among(on, me, filter, below, &[ConversationId(1), ConversationId(2)]).await?;
        }
    }
    listing::count_unread(on, me, 10).await?;
    conversations::news(on, me, ConversationId(1)).await?;
    around::of(on, me, around::Most { looked_at: 10, mentioned: 10, set_aside: 10 }).await?;
    reading::conversation(on, ConversationId(1), Some(5), 10).await?;
    merges::merged_into(on, ConversationId(1)).await?;
    reading::count_theirs_after(on, ConversationId(1), MessageId(1), &[MessageId(2)]).await?;
    reading::last_theirs_heard(on, ConversationId(1), ChannelId(1)).await?;
    reading::is_answered_elsewhere(on, ConversationId(1), 5).await?;
    reading::last_theirs(on, ConversationId(1)).await?;
    reading::place_in(on, ConversationId(1), MessageId(1)).await?;
    reading::first_heard(on, PersonId(1)).await?;
    reading::is_heard_elsewhere(on, PersonId(1), ConversationId(1)).await?;
    reading::thread(on, ThreadId(1), 10).await?;
    reading::person(on, PersonId(1), None, 10).await?;
    reading::timeline(on, PersonId(1), None, 10).await?;
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
    turns::of_person(on, PersonId(1), 1, (60, 1_000)).await?;
    turns::last_mention(on, PersonId(1), 200).await?;
    suggestions::of_person(on, PersonId(1), Some(suggestions::Below::NOTHING), 10).await?;
    suggestions::all(on, None, 10).await?;
    suggestions::confirmed(on, 0.99, None, 10).await?;
    suggestions::any_unkeyed(on, 1).await?;
    people::confirmed(on, PersonId(1)).await?;
    identity_traits::of(on, &[IdentityId(1)]).await?;
    identity_questions::between(on, (PersonId(1), PersonId(2))).await?;
    identity_questions::of_person(on, PersonId(1)).await?;
    identity_questions::asked_since(on, PersonId(1), (1, 2)).await?;
    identity_questions::is_asked_by(on, DeliveryId(1)).await?;
    identity_questions::by_token(on, &[1; 32]).await?;
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
    ask_of_notes(on).await?;
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
    ask_of_today(on).await?;
    ask_of_figures(on).await?;
    ask_of_knowhow(on).await?;
    ask_of_telling(on).await?;
    ask_of_customers(on).await?;
    invited::ask(on).await?;
    ask_of_others(on).await?;
    crate::labels::ask(on).await?;
    talked::ask(on).await?;
    crate::opinions::ask(on).await?;
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

async fn ask_of_notes(on: &mut Listener) -> Result<()> {
    let (here, me) = (ConversationId(1), UserId(1));
    endings::of_conversation(on, here, (1, 9), 10).await?;
    notes::of_conversation(on, here, (1, 9), 10).await?;
    notes::of_person(on, PersonId(1), Some(9), 10).await?;
    notes::about(on, PersonId(1), &[here]).await?;
    notes::mentions(on, me, Some(9), 10).await?;
    notes::mentioned(on, 1).await?;
    notes::count_unseen(on, me, 10).await?;
    notes::count_removed(on).await?;
    notes::unseen(on, me, &[1, 2]).await?;
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
    evidence::items_of_person(on, PersonId(1), true, 10).await?;
    evidence::by_message(on, item, MessageId(1)).await?;
    evidence::on_behalf(on, item, PersonId(1)).await?;
    evidence::count(on, item).await?;
    feedback_terms::frequencies(on, &["tea".to_owned()]).await?;
    feedback_terms::holding(on, &["tea".to_owned()], 10).await?;
    roadmap::list(on, "planned", Some((1, change)), 10).await?;
    roadmap::shown(on, change).await?;
    voices::of(on, change, "a@example.org").await?;
    voices::asked_since(on, "a@example.org", 1).await?;
    voices::of_addresses(on, &["a@example.org".to_owned()]).await?;
    voices::reached(on, change, &[PersonId(1)]).await?;
    trackers::linked(on, &["https://issues.example/7".to_owned()], 10).await?;
    trackers::notes(on, change, 10).await?;
    trackers::waiting(on, 10).await?;
    Ok(())
}

async fn ask_of_today(on: &mut Listener) -> Result<()> {
    let key = |kind: &str| today_cards::Key { kind: kind.to_owned(), subject_id: 1, cause: 0 };
    for work in [Work::Of(UserId(1)), Work::All] {
        today::first_timers(on, work, (1, i64::MAX), 10).await?;
        today::are_more_unanswered(on, today::LOOKED_AT).await?;
        today::due_promises(on, work, (1, i64::MAX), 10).await?;
        today::came_back(on, work, (1, 1), 10).await?;
        today::count_answered(on, work, (1, 2), 10).await?;
        today::count_settled(on, work, (1, 2), 10).await?;
    }
    today::quiet(on, (1, 2), (300, 10)).await?;
    today::is_silent_since(on, PersonId(1), 1).await?;
    today::spoke_of_us(on, (MonitorId(1), 1), 1, 10).await?;
    today::never_talked(on, PersonId(1)).await?;
    today::answered_since(on, PersonId(1), 1).await?;
    today::found_of(on, &[MessageId(1)]).await?;
    for kind in ["first", "quiet"] {
        today_cards::of(on, &key(kind)).await?;
    }
    today_cards::held_by(on, UserId(1), 1, 10).await?;
    today_cards::count_decided(on, UserId(1), (1, 2)).await?;
    today_cards::of_person(on, PersonId(1)).await?;
    today_cards::drawn(on, UserId(1), 1).await?;
    today_cards::drawn_since(on, "quiet", 1, 1).await?;
    today_cards::days(on, UserId(1), (1, 2)).await?;
    today_cards::last_day(on).await?;
    Ok(())
}

async fn ask_of_figures(on: &mut Listener) -> Result<()> {
    figures::conversations_in(on, 1, 2).await?;
    figures::said_in(on, &[ConversationId(1)]).await?;
    figures::listened_in(on, &[ConversationId(1)]).await?;
    figures::weighed_in(on, &[ConversationId(1)], (4, 3)).await?;
    crate::survey_answers::ask(on).await?;
    figures::at_work(on).await?;
    figures::told(on, 1, 2).await?;
    figures::promised(on, 1, 2).await?;
    goals::versions(on, GoalId(1)).await?;
    outcomes::between(on, 1, (1, 2)).await?;
    outcomes::list(on, 1, Some(0), Some((1, 1)), 10).await?;
    insights::said(on, (1, 2), 10).await?;
    insights::said_by(on, &[PersonId(1)]).await?;
    insights::said_at(on, &[1]).await?;
    insights::last_place(on).await?;
    insights::corrected(on, (1, 2)).await?;
    insights::holding(on, "segment", PersonId(1), 10).await?;
    insights::customers(on, "segment", 1, 10).await?;
    insights::found_by(on, MonitorId(1), (1, 2)).await?;
    insights::in_segment(on, &[crate::segments::rule("segment", segments::Is::OneOf, &["A"])], PersonId(1), 10).await?;
    column_news::after(on, 1, 10).await?;
    column_news::ends(on).await?;
    Ok(())
}

async fn ask_of_knowhow(on: &mut Listener) -> Result<()> {
    let terms = ["tea".to_owned()];
    articles::list(on, false, Some((9, 9)), 10).await?;
    articles::list(on, true, None, 10).await?;
    articles::some(on, &[1]).await?;
    articles::of_topics(on, &[1]).await?;
    articles::count(on).await?;
    articles::versions(on, 1, 10).await?;
    article_terms::frequencies(on, &terms).await?;
    article_terms::holding(on, &terms, 10).await?;
    article_uses::of_messages(on, &[MessageId(1)]).await?;
    article_uses::of_article(on, 1, Some(9), 10).await?;
    saved_replies::list(on, UserId(1), &["tea"], Some(9), 10).await?;
    saved_replies::count(on, UserId(1)).await?;
    saved_replies::count_removed(on).await?;
    questions::heard(on, MessageId(1), MessageId(2), 10).await?;
    questions::frequencies(on, &terms).await?;
    questions::holding(on, &terms, 10).await?;
    questions::some(on, &[MessageId(1)]).await?;
    questions::of_group(on, 1, Some((9, 9)), 10).await?;
    questions::groups(on, "open", Some((9, 9)), 10).await?;
    questions::groups_of_conversation(on, ConversationId(1)).await?;
    Ok(())
}

async fn ask_of_telling(on: &mut Listener) -> Result<()> {
    let (change, person) = (ChangeId(1), PersonId(1));
    let (some, states) = ([person], ["owed", "failed"]);
    askers::after(on, change, person, 10).await?;
    askers::some(on, change, &some, &[ChannelId(1)]).await?;
    askers::count_new(on, change, "done").await?;
    askers::asks_by(on, change, person, MessageId(1)).await?;
    askers::first_asked(on, change, person).await?;
    askers::with_refusals(on, &some).await?;
    tellings::counts(on, change, "done").await?;
    tellings::languages(on, change, "done").await?;
    tellings::list(on, (change, "done"), &states, 1, 10).await?;
    tellings::debts(on, Some(9), 10).await?;
    tellings::of_person(on, person).await?;
    tellings::is_told(on, change, person).await?;
    tellings::last_held(on, change, person).await?;
    tellings::last_due(on, ChannelId(1)).await?;
    tellings::stale(on, change, 10).await?;
    tellings::sent_by(on, &[MessageId(1)]).await?;
    telling_texts::of_change(on, change, "done").await?;
    telling_texts::round(on, change).await?;
    for change in [Some(change), None] {
        loops::times(on, change).await?;
        loops::behind(on, change, Some((5, 1)), 10).await?;
    }
    loops::to_ask(on, change, 5, 1, 10).await?;
    loops::first_to_ask(on, change).await?;
    loops::help(on, change).await?;
    loops::to_mark(on, change, 1, 10).await?;
    loops::next_said(on, ConversationId(1), MessageId(1), person).await?;
    Ok(())
}

/// Attributes, segments and lists are few, and read as a whole.
async fn ask_of_customers(on: &mut Listener) -> Result<()> {
    let person = PersonId(1);
    let all = customers::Wanted::default();
    for wanted in [all, customers::Wanted { tie: Some("doubtful"), ..all }, customers::Wanted { left: true, ..all }] {
        customers::list(on, wanted, Some(9), 10).await?;
    }
    customers::by_keys(on, &["id:1".to_owned()]).await?;
    customers::get(on, 1).await?;
    customers::handles(on, &[1]).await?;
    customers::missing(on, "CRM", 9, 10).await?;
    customers::of_person(on, person).await?;
    customers::doubtful_for(on, person).await?;
    customers::of_organisation(on, 1, 1, 10).await?;
    customer_ties::said(on, &[1]).await?;
    customer_ties::sharing(on, &[1]).await?;
    customer_runs::all(on, Some(9), 10).await?;
    customer_runs::wrong(on, 1, 1, 10).await?;
    attributes::of_person(on, person).await?;
    attributes::by_source(on, (person, "plan"), "hand").await?;
    attributes::of_customers(on, &[1]).await?;
    attributes::holding(on, &[person]).await?;
    organisations::named(on, &["bean".to_owned()]).await?;
    organisations::once_named(on, &["bean".to_owned()]).await?;
    organisations::names_before(on, 1).await?;
    organisations::list(on, None, Some(9), 10).await?;
    organisations::parts(on, 1, 10).await?;
    organisations::of_person(on, person).await?;
    segments::askers_of(on, &[FeedbackId(1)]).await?;
    segments::facts(on, &["plan".to_owned()], &[person]).await?;
    Ok(())
}

/// The organisations that are looked at are few, and read as a whole.
async fn ask_of_others(on: &mut Listener) -> Result<()> {
    let (who, days) = ((PersonId(1), IdentityId(1)), (1, 2));
    others::accounts(on, &[1]).await?;
    others::naming(on, who.0).await?;
    others::is_heard(on, who, 1).await?;
    others::threads_of(on, who, 1, 10).await?;
    others::threads_begun(on, ChannelId(1), days, 10).await?;
    others::threads_to_us(on, ChannelId(1), days, 10).await?;
    others::said_in(on, &[ThreadId(1)], 1).await?;
    Ok(())
}

/// Questions that another index would answer, too, but by reading all that a monitor ever found, all days, or all promises of
/// a state.
const BEST: [(&str, &str); 5] = [
    ("AS last_talks CROSS JOIN promises", "promises_of_conversation (conversation_id=?"),
    ("AND n.version = $4 AND n.state = $5", "mentions_by_state"),
    ("FROM ledger_counts WHERE", "ledger_counts_by_day"),
    ("FROM ledger_gaps WHERE", "ledger_gaps_by_end"),
    ("c.waiting_since AS since", "SEARCH c USING INDEX conversations_unanswered"),
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
                        && !["SCAN counted", "SCAN to_match", "SCAN to_place", "SCAN waiting", "SCAN asked", "SCAN above", "SCAN near", "SCAN said"]
                            .contains(&step.as_str())
                        // The last messages of a conversation or of somebody, limited before.
                        && !step.starts_with("SCAN last_")
                        // What was found by an index before, to be put in order for each person.
                        && !step.starts_with("SCAN (subquery")
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
