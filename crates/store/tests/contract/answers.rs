use crate::support::{NOW, on_both, write};
use tertulia_model::TokenId;
use tertulia_store::answers;

#[test]
fn a_key_is_taken_once_and_keeps_its_answer_until_it_is_forgotten() {
    on_both(async |mut db| {
        let (one, two) = (TokenId(1), TokenId(2));
        let (first, other, again) = write!(db, |tx| {
            let first = answers::begin(tx, one, "k", b"a", NOW, 0).await.unwrap();
            let other = answers::begin(tx, two, "k", b"b", NOW, 0).await.unwrap();
            (first, other, answers::begin(tx, one, "k", b"a", NOW + 1, NOW).await.unwrap())
        });
        assert_eq!((first, other), (None, None), "another token's keys are its own");
        let again = again.unwrap();
        assert!(again.is_under_way() && again.at == NOW && again.request_hash == b"a", "{again:?}");
        write!(db, |tx| answers::finish(tx, one, "k", 201, "{}").await.unwrap());
        let known = answers::get(&mut db, one, "k").await.unwrap().unwrap();
        assert_eq!((known.status, known.body.as_str(), known.is_under_way()), (201, "{}", false));
        write!(db, |tx| answers::let_go(tx, one, "k").await.unwrap());
        assert!(answers::get(&mut db, one, "k").await.unwrap().is_some(), "what was answered stays so");
        let late = write!(db, |tx| answers::begin(tx, one, "k", b"a", NOW + 9, NOW + 5).await.unwrap());
        assert_eq!(late.map(|answer| answer.status), Some(201));
        assert_eq!(write!(db, |tx| answers::forget(tx, NOW).await.unwrap()), 0);
        assert_eq!(write!(db, |tx| answers::forget(tx, NOW + 1).await.unwrap()), 2);
        assert_eq!(answers::get(&mut db, one, "k").await.unwrap(), None);
    });
}

#[test]
fn a_key_is_free_again_once_its_request_failed_or_its_program_ended() {
    on_both(async |db| {
        let one = TokenId(1);
        write!(db, |tx| {
            assert_eq!(answers::begin(tx, one, "failed", b"a", NOW, 0).await.unwrap(), None);
            answers::let_go(tx, one, "failed").await.unwrap();
            assert_eq!(answers::begin(tx, one, "failed", b"z", NOW, 0).await.unwrap(), None);
            assert_eq!(answers::begin(tx, one, "killed", b"a", NOW, 0).await.unwrap(), None);
            let soon = answers::begin(tx, one, "killed", b"a", NOW + 60, NOW).await.unwrap();
            assert!(soon.is_some_and(|answer| answer.is_under_way()));
            let other = answers::begin(tx, one, "killed", b"b", NOW + 90, NOW + 30).await.unwrap();
            assert_eq!(
                other.map(|answer| answer.request_hash),
                Some(b"a".to_vec()),
                "it stays that of the first request"
            );
            assert_eq!(answers::begin(tx, one, "killed", b"a", NOW + 90, NOW + 30).await.unwrap(), None);
            let third = answers::begin(tx, one, "killed", b"a", NOW + 91, NOW + 31).await.unwrap();
            assert_eq!(third.map(|answer| answer.at), Some(NOW + 90), "and only one takes it up");
        });
    });
}
