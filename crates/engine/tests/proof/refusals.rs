//! Whoever is refused at a channel's door leaves a trace, and strangers who knock cost next to nothing.

use crate::support::{NOW, World, on_both};
use tertulia_connector::{ReceiveError, Request};
use tertulia_engine::{hooks, refusals};
use tertulia_store::{Sql, ledger};

async fn knock(world: &World, why: ReceiveError) {
    world.wire.refuses.lock().unwrap().push_back(why.clone());
    let request = Request {
        method: "POST".to_owned(),
        path: "/in".to_owned(),
        query: Vec::new(),
        raw_query: String::new(),
        headers: Vec::new(),
        body: bytes::Bytes::from_static(b"[]"),
        from: None,
        at: NOW,
    };
    let refused = hooks::receive(&world.engine, world.channel.id, request).await;
    assert!(matches!(refused, Err(hooks::HookError::Refused(said)) if said == why));
}

async fn rows(world: &World) -> i64 {
    world.engine.db.reader().number("SELECT COUNT(*) FROM ledger_counts", vec![]).await.unwrap()
}

async fn refused(world: &World) -> Vec<(String, i64)> {
    let today = ledger::day_of(NOW);
    let counts = ledger::refused_on(&mut world.engine.db.reader(), world.channel.id, today).await.unwrap();
    counts.into_iter().map(|(reason, times)| (reason.split_once(". ").unwrap().0.to_owned(), times)).collect()
}

#[test]
fn who_is_refused_is_counted_by_a_few_reasons_and_noted_together() {
    on_both(async |world| {
        for n in 0..50 {
            knock(&world, ReceiveError::Unauthorised(format!("No signature {n}."))).await;
        }
        knock(&world, ReceiveError::Forbidden("Not with this key.".to_owned())).await;
        knock(&world, ReceiveError::Invalid("No form.".to_owned())).await;
        knock(&world, ReceiveError::NotFound).await;
        assert_eq!(rows(&world).await, 0, "nothing is written for each of them");
        refusals::note(&world.engine).await.unwrap();
        let unproven = "they did not prove who calls".to_owned();
        let unreadable = "what they brought is not what this channel takes".to_owned();
        assert_eq!(refused(&world).await, [(unproven.clone(), 51), (unreadable.clone(), 1)]);
        refusals::note(&world.engine).await.unwrap();
        knock(&world, ReceiveError::TooMany).await;
        knock(&world, ReceiveError::Forbidden(String::new())).await;
        refusals::note(&world.engine).await.unwrap();
        let too_many = "too many came at once from one place".to_owned();
        assert_eq!(refused(&world).await, [(unproven, 52), (too_many, 1), (unreadable, 1)]);
    });
}
