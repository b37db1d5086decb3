//! What a team leaves behind in years of work: customers with what is known of them, promises, notes, know-how, what people ask
//! for and what became of it. So that a bench measures the screens as they are lived with, and not with empty tables.

use anyhow::Result;
use std::sync::Arc;
use tertulia_engine::{
    Engine,
    feedback::{self, ChangeForm, ItemForm},
    knowhow::{self, ArticleForm, For},
    saved_replies,
};
use tertulia_model::{FeedbackId, Millis, UserId};
use tertulia_store::{
    Tx, conversations,
    customers::{self, Customer, Handle},
    evidence::{self, Evidence},
    feedback as items, keys,
    notes::{self, Note},
    promises::{self, Promise},
    reading::{self, Message},
    search::{self, Bounds},
};

const CUSTOMERS: i64 = 20_000;
const ARTICLES: usize = 300;
const SAVED: usize = 50;
const ITEMS: usize = 500;
/// One in so many of the messages of a conversation holds a promise, has a note beside it, asks for something.
const ONE_PROMISE_IN: i64 = 10;
const ONE_NOTE_IN: i64 = 25;
const ONE_ASKS_IN: i64 = 20;
/// One in so many conversations is over.
const ONE_OVER_IN: i64 = 3;
const PAGE: i64 = 5_000;
const DAY: Millis = 86_400_000;
const ME: UserId = UserId(1);

/// Says what was laid out.
pub async fn lay_out(engine: &Arc<Engine>) -> Result<String> {
    know_how(engine).await?;
    let items = items(engine).await?;
    let mut counts = (0, 0, 0);
    let mut before = i64::MAX;
    loop {
        let mut db = engine.db.reader();
        let places = search::candidates(&mut db, None, &Bounds::default(), before, PAGE).await?;
        let Some(last) = places.last() else { break };
        before = *last;
        let said = reading::at_places(&mut db, &places).await?;
        let mut tx = engine.db.begin_bulk().await?;
        let more = of_messages(engine, &mut tx, &said, &items).await?;
        tx.commit().await?;
        counts = (counts.0 + more.0, counts.1 + more.1, counts.2 + more.2);
    }
    let mut tx = engine.db.begin_bulk().await?;
    items::recount(&mut tx, &items).await?;
    bring_customers(engine, &mut tx).await?;
    tx.commit().await?;
    let (promises, notes, asks) = counts;
    Ok(format!(
        "{promises} promises, {notes} notes, {asks} times something asked for, {} items, {ARTICLES} articles, {SAVED} saved \
         replies, {CUSTOMERS} customers",
        items.len()
    ))
}

async fn know_how(engine: &Arc<Engine>) -> Result<()> {
    for n in 0..ARTICLES {
        let form = ArticleForm {
            title: format!("What to say about delivery, case {n}"),
            body: format!(
                "Orders of kind {n} leave within two days. Whoever waits longer is sent another parcel at once."
            ),
            link: String::new(),
            language: ["en", "es", "de"][n % 3].to_owned(),
        };
        knowhow::add(engine, ME, &form, For::default()).await?;
    }
    for n in 0..SAVED {
        let form = saved_replies::Form {
            title: format!("Thanks {n}"),
            body: "Hello {first name|there}, thank you for writing.".to_owned(),
            of_team: true,
        };
        saved_replies::add(engine, ME, &form).await?;
    }
    Ok(())
}

/// A fifth of them belong to changes, of which some are done.
async fn items(engine: &Arc<Engine>) -> Result<Vec<FeedbackId>> {
    let mut all = Vec::new();
    for n in 0..ITEMS {
        let form = ItemForm { title: format!("A way to choose the day, case {n}"), asked: String::new() };
        let (item, _) = feedback::add(engine, ME, &form, None).await?;
        if n.is_multiple_of(5) {
            let form = ChangeForm { title: format!("The day can be chosen, case {n}"), ..ChangeForm::default() };
            let (change, _) = feedback::make(engine, ME, &form, Some(item)).await?;
            if n.is_multiple_of(10) {
                feedback::move_to(engine, ME, change, "done", "From May on.").await?;
            }
        }
        all.push(item);
    }
    Ok(all)
}

async fn of_messages(
    engine: &Engine,
    tx: &mut Tx,
    said: &[Message],
    items: &[FeedbackId],
) -> Result<(usize, usize, usize)> {
    let held: Vec<&Message> = said.iter().filter(|message| message.conversation_id.is_some()).collect();
    let one_in = |n: i64| held.iter().filter(move |message| message.id.0.rem_euclid(n) == 0).copied();
    let promised: Vec<Promise> = one_in(ONE_PROMISE_IN).filter_map(|message| promise(engine, message)).collect();
    promises::add(tx, &promised).await?;
    let mut noted = 0;
    for note in one_in(ONE_NOTE_IN).map(|message| note(engine, message)) {
        notes::add(tx, &note).await?;
        noted += 1;
    }
    let mut asked = 0;
    for message in one_in(ONE_ASKS_IN).filter(|message| message.person_id.is_some()) {
        evidence::add(tx, &asks(engine, message, items)).await?;
        asked += 1;
    }
    let over = one_in(1).filter_map(|message| message.conversation_id).filter(|id| id.0.rem_euclid(ONE_OVER_IN) == 0);
    let mut over: Vec<_> = over.collect();
    over.sort_unstable();
    over.dedup();
    let mut ended = conversations::get_many(tx, over).await?;
    for one in &mut ended {
        one.state = "closed".to_owned();
        one.waiting_since = None;
    }
    conversations::put(tx, &ended).await?;
    Ok((promised.len(), noted, asked))
}

fn promise(engine: &Engine, message: &Message) -> Option<Promise> {
    Some(Promise {
        id: engine.next_id(),
        message_id: message.id,
        conversation_id: message.conversation_id?,
        words: "I'll look into it by Friday.".to_owned(),
        due_at: Some(message.at + 3 * DAY),
        state: ["open", "kept", "broken", "kept"][message.id.0.rem_euclid(4) as usize].to_owned(),
        sign: "dated".to_owned(),
        made_at: message.at,
        confirmed_by: Some(ME),
        confirmed_at: Some(message.at),
        closed_by: None,
        closed_at: None,
        note: None,
        version: 0,
    })
}

fn note(engine: &Engine, message: &Message) -> Note {
    Note {
        id: engine.next_id(),
        conversation_id: message.conversation_id,
        written_in: message.conversation_id,
        person_id: None,
        place: keys::place(message.at, 1),
        text: "Rang twice about this. Likes to be called after six.".to_owned(),
        text_before: None,
        written_by: ME,
        written_at: message.at,
        changed_at: None,
        removed_at: None,
        version: 0,
    }
}

fn asks(engine: &Engine, message: &Message, items: &[FeedbackId]) -> Evidence {
    let item = items[message.id.0.rem_euclid(items.len() as i64) as usize];
    Evidence {
        id: engine.next_id(),
        given_to: item,
        item_id: item,
        message_id: Some(message.id),
        person_id: message.person_id,
        asks: true,
        note: String::new(),
        given_by: ME,
        given_at: message.at,
        asked_at: message.at,
    }
}

async fn bring_customers(engine: &Engine, tx: &mut Tx) -> Result<()> {
    let now = engine.now();
    let customer = |n: i64| Customer {
        id: engine.next_id(),
        list: "customers".to_owned(),
        customer_key: format!("c{n}"),
        external_id: Some(n.to_string()),
        name: format!("Customer {n}"),
        organisation_id: None,
        digest: n.to_string(),
        run_id: 1,
        left_at: None,
        person_id: None,
        tie: "none".to_owned(),
        created_at: now,
        changed_at: now,
    };
    let all: Vec<Customer> = (0..CUSTOMERS).map(customer).collect();
    let handle = |(n, customer): (usize, &Customer)| Handle {
        customer_id: customer.id,
        space: "mail".to_owned(),
        handle: format!("customer{n}@home.example"),
    };
    let handles: Vec<Handle> = all.iter().enumerate().map(handle).collect();
    customers::add(tx, &all).await?;
    let ids: Vec<i64> = all.iter().map(|customer| customer.id).collect();
    Ok(customers::set_handles(tx, &ids, &handles).await?)
}
