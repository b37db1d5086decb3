//! What the columns in memory must hear of.

use crate::{
    customers::{customer, handle, says},
    person_merges::{AMINA, BAKER, INES, merge, three},
    support::{NOW, message, on_both, write},
};
use tertulia_model::MessageId;
use tertulia_store::{
    Db, attributes,
    column_news::{self, Change},
    customers,
    messages::{self, NewMessage},
    person_merges,
};

async fn since(db: &mut Db, seq: i64) -> Vec<Change> {
    column_news::after(db, seq, 100).await.unwrap()
}

fn told(news: &[Change]) -> Vec<(&str, i64, i64)> {
    news.iter().map(|one| (one.kind.as_str(), one.first_at, one.last_at)).collect()
}

#[test]
fn whatever_changes_a_message_says_where_it_stands() {
    on_both(async |mut db| {
        assert_eq!(column_news::ends(&mut db).await.unwrap(), (0, 0));
        write!(db, |tx| messages::add(tx, &[message(1), message(2), message(30)]).await.unwrap());
        let (first, second, last) = (message(1).place, message(2).place, message(30).place);
        let news = since(&mut db, 0).await;
        assert_eq!(told(&news), [("place", first, first), ("place", second, second), ("place", last, last)]);
        let (oldest, newest) = column_news::ends(&mut db).await.unwrap();
        assert_eq!((oldest, newest), (news[0].seq, news[2].seq));

        write!(db, |tx| messages::show_revision(tx, MessageId(2), 2, "de", 0, 5).await.unwrap());
        write!(db, |tx| messages::bury(tx, MessageId(1), first).await.unwrap());
        write!(db, |tx| messages::becomes_ours(tx, MessageId(30), "{}").await.unwrap());
        let places: Vec<i64> = since(&mut db, newest).await.iter().map(|one| one.first_at).collect();
        assert_eq!(places, [second, first, last]);

        let newest = column_news::ends(&mut db).await.unwrap().1;
        let moved = NewMessage { place: message(40).place, ..message(2) };
        write!(db, |tx| messages::replace(tx, &moved).await.unwrap());
        let places: Vec<i64> = since(&mut db, newest).await.iter().map(|one| one.first_at).collect();
        assert_eq!(places, [second, moved.place], "where it stood, and where it stands");
    });
}

#[test]
fn what_is_given_up_tells_nothing() {
    on_both(async |mut db| {
        let mut tx = db.begin().await.unwrap();
        messages::add(&mut tx, &[message(1)]).await.unwrap();
        tx.roll_back().await.unwrap();
        assert_eq!(since(&mut db, 0).await, []);
    });
}

#[test]
fn persons_who_become_one_and_are_parted_are_named_and_so_are_customers() {
    on_both(async |mut db| {
        three(&db).await;
        let before = column_news::ends(&mut db).await.unwrap().1;
        let one = merge(9, AMINA, BAKER);
        write!(db, |tx| person_merges::join(tx, &one).await.unwrap());
        let named = |news: Vec<Change>| -> Vec<i64> {
            news.into_iter().filter(|one| one.kind == "person").map(|one| one.first_at).collect()
        };
        assert_eq!(named(since(&mut db, before).await), [AMINA.0, BAKER.0]);
        let before = column_news::ends(&mut db).await.unwrap().1;
        write!(db, |tx| person_merges::part(tx, &one, BAKER, (INES, NOW + 99)).await.unwrap());
        assert_eq!(named(since(&mut db, before).await), [AMINA.0, BAKER.0]);

        let before = column_news::ends(&mut db).await.unwrap().1;
        write!(db, |tx| {
            customers::add(tx, &[customer(1)]).await.unwrap();
            customers::set_handles(tx, &[1], &[handle(1, "a@home.example")]).await.unwrap();
            attributes::add(tx, &[says(1, 1, "segment", "Retail")]).await.unwrap();
        });
        assert_eq!(told(&since(&mut db, before).await), [("customers", 0, 0)], "once a transaction");
    });
}

#[test]
fn what_is_long_past_is_forgotten_and_the_newest_stays() {
    on_both(async |mut db| {
        write!(db, |tx| messages::add(tx, &[message(1)]).await.unwrap());
        assert_eq!(write!(db, |tx| column_news::forget(tx).await.unwrap()), 0, "it is not long past");
        assert_eq!(since(&mut db, 0).await.len(), 1);
    });
}
