use crate::support::{NOW, on_both, write};
use serde_json::json;
use tertulia_model::{ChannelId, Errand, JobId};
use tertulia_store::{errands, jobs};

#[test]
fn an_errand_of_the_same_name_replaces_the_one_that_stands_and_ends_only_as_it_was_taken_up() {
    on_both(async |mut db| {
        let (here, there) = (ChannelId(1), ChannelId(2));
        let first = write!(db, |tx| errands::put(tx, 10, here, "renew", &json!({ "n": 1 })).await.unwrap());
        let other = write!(db, |tx| errands::put(tx, 11, there, "renew", &json!({})).await.unwrap());
        assert_eq!((first, other), (10, 11));
        let taken_up = errands::get(&mut db, 10).await.unwrap().unwrap();
        let again = write!(db, |tx| errands::put(tx, 12, here, "renew", &json!({ "n": 2 })).await.unwrap());
        assert_eq!(again, 10, "it stands under its first id, where its job looks for it");
        write!(db, |tx| errands::finish(tx, &taken_up).await.unwrap());
        let stands = errands::get(&mut db, 10).await.unwrap().unwrap();
        assert_eq!((stands.name.as_str(), stands.task.clone()), ("renew", json!({ "n": 2 })));
        assert!(write!(db, |tx| errands::rewrite(tx, 10, &json!({ "n": 3 })).await.unwrap()));
        write!(db, |tx| errands::finish(tx, &stands).await.unwrap());
        let stands = errands::get(&mut db, 10).await.unwrap().unwrap();
        assert_eq!(stands.task, json!({ "n": 3 }));
        write!(db, |tx| errands::finish(tx, &stands).await.unwrap());
        assert!(!write!(db, |tx| errands::rewrite(tx, 10, &json!({ "n": 4 })).await.unwrap()), "it is gone");
        assert_eq!(errands::get(&mut db, 10).await.unwrap(), None);
        assert_eq!(errands::count(&mut db, here).await.unwrap(), 0);
        assert_eq!(errands::count(&mut db, there).await.unwrap(), 1);
    });
}

#[test]
fn pieces_of_an_errand_are_gathered_under_its_first_id() {
    on_both(async |mut db| {
        let piece = |name: &str| Errand { key: "whole".to_owned(), task: json!({ "parts": { name: true } }), due: 5 };
        let first = write!(db, |tx| errands::gather(tx, 10, ChannelId(1), piece("a")).await.unwrap());
        let second = write!(db, |tx| errands::gather(tx, 11, ChannelId(1), piece("b")).await.unwrap());
        assert_eq!((first, second), (10, 10));
        let whole = errands::get(&mut db, 10).await.unwrap().unwrap();
        assert_eq!(whole.task, json!({ "parts": { "a": true, "b": true } }));
        assert_eq!(errands::count(&mut db, ChannelId(1)).await.unwrap(), 1);
    });
}

#[test]
fn what_should_have_been_done_is_counted_by_channel_up_to_a_bound() {
    on_both(async |mut db| {
        let here = ChannelId(1);
        write!(db, |tx| {
            for n in 1..=5 {
                jobs::add_for(tx, JobId(n), ("errand", here), n, NOW + n).await.unwrap();
            }
            jobs::add_for(tx, JobId(6), ("errand", ChannelId(2)), 6, NOW).await.unwrap();
            jobs::add_for(tx, JobId(7), ("send", here), 7, NOW).await.unwrap();
        });
        assert_eq!(errands::overdue(&mut db, here, NOW + 3, 10).await.unwrap(), 3);
        assert_eq!(errands::overdue(&mut db, here, NOW + 9, 4).await.unwrap(), 4);
        assert_eq!(errands::overdue(&mut db, ChannelId(3), NOW + 9, 4).await.unwrap(), 0);
    });
}
