//! Who was told what became of what they asked, noted while it happens: what figures say of it is compared with these notes, and
//! not with what is stored of it.

use crate::{figures::if_it_can_be, support::World, support::json::Wire, telling::form};
use std::collections::BTreeMap;
use tertulia_engine::{
    feedback::{self, ChangeForm, ItemForm, Of},
    outbound::{self, UNDO_MILLIS},
    telling, worker,
};
use tertulia_model::{ChangeId, MessageId, PersonId};
use tertulia_store::{
    Sql, binds, deliveries,
    tellings::{self, DONE, Row},
};

/// That somebody was told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub asked: i64,
    pub at: i64,
    /// Our message by which they were, unless it was done another way.
    pub by: Option<MessageId>,
}

/// By the id of the telling.
pub(crate) type Noted = BTreeMap<i64, Told>;

/// What becomes of a draft.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    ByHand,
    Sent { gets_through: bool },
    TakenBack,
}

/// They were told this moment: notes it, with when they first asked by what there is of evidence now.
pub(crate) async fn note(world: &World, telling: &Row, by: Option<MessageId>, noted: &mut Noted) {
    let asked = first_asked(world, telling.change_id, telling.person_id).await.expect("they ask for it");
    noted.insert(telling.id, Told { asked, at: world.engine.now(), by });
}

/// Slowly: all evidence is looked at.
async fn first_asked(world: &World, change: ChangeId, person: PersonId) -> Option<i64> {
    let db = &mut world.engine.db.reader();
    let sql = "SELECT id, change_id, merged_into FROM feedback_items";
    let items: Vec<(i64, Option<ChangeId>, Option<i64>)> = db.rows(sql, binds![]).await.unwrap();
    let is_of = |item: i64| items.iter().any(|(id, of, into)| *id == item && *of == Some(change) && into.is_none());
    let sql = "SELECT item_id, person_id, asks, asked_at FROM feedback_evidence";
    let all: Vec<(i64, Option<PersonId>, bool, i64)> = db.rows(sql, binds![]).await.unwrap();
    let theirs = all.into_iter().filter(|(item, by, asks, _)| *asks && *by == Some(person) && is_of(*item));
    theirs.map(|(.., at)| at).min()
}

/// What was asked by these messages is done, and whoever asked is told of it in this way.
pub(crate) async fn tell(world: &World, asked: &[MessageId], way: Way, noted: &mut Noted) {
    let (engine, user) = (&world.engine, world.user);
    let mut asked = asked.iter().map(|message| Of::Message { message: *message, note: String::new() });
    let Some(first) = asked.next() else { return };
    let item = ItemForm { title: "In blue, too".to_owned(), asked: String::new() };
    let Some((item, _)) = if_it_can_be(feedback::add(engine, user, &item, Some(&first)).await) else { return };
    for other in asked {
        if_it_can_be(feedback::give(engine, user, item, &other).await);
    }
    let change = ChangeForm { title: "It comes in blue".to_owned(), ..ChangeForm::default() };
    let (change, _) = feedback::make(engine, user, &change, Some(item)).await.unwrap();
    feedback::move_to(engine, user, change, "done", "Since today.").await.unwrap();
    telling::save_text(engine, user, (change, DONE), ("en", "Done: {quote}"), None).await.unwrap();
    if if_it_can_be(telling::prepare(engine, change).await).is_none() {
        return;
    }
    if let Some(job) = worker::take(engine, worker::TELL, change.0).await.unwrap() {
        job.await.unwrap();
    }
    let rows = tellings::list(&mut engine.db.reader(), (change, DONE), &["draft", "owed"], 0, 99).await.unwrap();
    for row in rows {
        match way {
            Way::ByHand => {
                if if_it_can_be(telling::by_hand(engine, user, row.id, "At the counter.").await).is_some() {
                    note(world, &row, None, noted).await;
                }
            }
            Way::Sent { gets_through } => send(world, &row, Some(gets_through), noted).await,
            Way::TakenBack => send(world, &row, None, noted).await,
        }
    }
}

/// `gets_through`: none where it is taken back before it leaves.
async fn send(world: &World, row: &Row, gets_through: Option<bool>, noted: &mut Noted) {
    let engine = &world.engine;
    let look = telling::look(engine, &mut engine.db.reader(), row.id).await.unwrap();
    let form = telling::SendForm { even_if_unseen: true, ..form(&look, &format!("telling {}", row.id)) };
    let Some(delivery) = if_it_can_be(telling::send(engine, world.user, form).await) else { return };
    let Some(gets_through) = gets_through else {
        outbound::undo_reply(engine, world.user, delivery.id).await.unwrap();
        return;
    };
    world.clock.advance(UNDO_MILLIS + 1);
    if !gets_through {
        world.wire.will([Wire::Rejected("No such mailbox.")]);
    }
    outbound::run_send(engine, delivery.id).await.unwrap();
    world.wire.script.lock().unwrap().clear();
    let sent = deliveries::get(&mut engine.db.reader(), delivery.id).await.unwrap().unwrap();
    if sent.state.as_str() == "sent" {
        note(world, row, Some(sent.message_id), noted).await;
    }
}
