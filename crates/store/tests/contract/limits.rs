//! What is too much, and what looks like something else.

use crate::support::{message, on_both, on_sqlite, write};
use tertulia_store::{
    Sql, StoreError, binds, messages,
    search::{self, Bounds, Terms},
    settings,
};

#[test]
fn text_comes_back_as_it_was_but_for_nul() {
    on_both(async |mut db| {
        for text in [
            "",
            " ",
            "👩🏽‍🚀🇩🇪",
            "مرحبا بالعالم",
            "\u{202e}olleh\u{202c}",
            "a\r\nb\t",
            "'; DROP TABLE settings; --",
            "\u{10ffff}",
            "e\u{301}",
        ] {
            write!(db, |tx| settings::set(tx, "text", text).await.unwrap());
            assert_eq!(settings::get(&mut db, "text").await.unwrap().as_deref(), Some(text));
        }
        write!(db, |tx| settings::set(tx, "te\0xt", "\0a\0\0b\0").await.unwrap());
        assert_eq!(settings::get(&mut db, "text").await.unwrap().as_deref(), Some("ab"));
    });
}

#[test]
fn the_extremes_of_numbers_and_bytes_come_back() {
    on_both(async |mut db| {
        let sql = "SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), $3, $4, CAST($5 AS DOUBLE PRECISION)";
        let bytes: Vec<u8> = (0..=255).collect();
        let values = binds![i64::MIN, i64::MAX, bytes.clone(), true, f64::MAX];
        let row: (i64, i64, Vec<u8>, bool, f64) = db.row(sql, values).await.unwrap().unwrap();
        assert_eq!(row, (i64::MIN, i64::MAX, bytes, true, f64::MAX));
    });
}

#[test]
fn a_message_of_sixteen_thousand_long_words_is_indexed_as_far_as_it_goes() {
    on_both(async |mut db| {
        let words: Vec<String> = (0..16_000).map(|n| format!("{n:0>64}")).collect();
        write!(db, |tx| messages::index(tx, vec![(message(1).place, words.join(" "))]).await.unwrap());
        let found = async |db: &mut tertulia_store::Db, word: &str| {
            let term = Terms::Term(word.to_owned());
            !search::candidates(db, Some(&term), &Bounds::default(), i64::MAX, 9).await.unwrap().is_empty()
        };
        assert!(found(&mut db, &words[0]).await);
        assert!(found(&mut db, &words[6_152]).await, "as many as stand in 400 kB");
        assert!(!found(&mut db, &words[6_153]).await);
    });
}

#[test]
fn a_word_longer_than_any_index_takes_is_still_found() {
    on_both(async |mut db| {
        let (long, other) = ("ж".repeat(40_000), "ж".repeat(100));
        write!(db, |tx| messages::index(tx, vec![(message(1).place, format!("{long} {other}"))]).await.unwrap());
        for term in [Terms::Term(long.clone()), Terms::Prefix(long), Terms::Term(other)] {
            let found = search::candidates(&mut db, Some(&term), &Bounds::default(), i64::MAX, 9).await.unwrap();
            assert_eq!(found, [message(1).place]);
        }
    });
}

#[test]
fn a_full_disk_is_told_as_such_and_loses_nothing() {
    on_sqlite(async |mut db| {
        write!(db, |tx| settings::set(tx, "kept", "yes").await.unwrap());
        let mut tx = db.begin().await.unwrap();
        let pages = tx.number("PRAGMA page_count", binds![]).await.unwrap();
        tx.number(format!("PRAGMA max_page_count = {}", pages + 2), binds![]).await.unwrap();
        let refused = settings::set(&mut tx, "big", &"x".repeat(1 << 20)).await.unwrap_err();
        assert!(matches!(refused, StoreError::DiskFull), "{refused:?}");
        assert!(refused.is_passing());
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        tx.number("PRAGMA max_page_count = 1073741823", binds![]).await.unwrap();
        settings::set(&mut tx, "big", &"x".repeat(1 << 20)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(settings::get(&mut db, "kept").await.unwrap().as_deref(), Some("yes"));
    });
}
