use crate::support::{NOW, on_both, write};
use tertulia_model::UserId;
use tertulia_store::{
    Tx,
    article_terms::{self, Posting},
    articles::{self, Article},
};

pub fn article(n: i64, topic: i64, language: &str) -> Article {
    Article {
        id: n,
        topic_id: topic,
        language: language.to_owned(),
        title: format!("Question {n}"),
        body: format!("Answer {n}."),
        link: None,
        length: 3,
        version: 1,
        archived_at: None,
        archived_by: None,
        created_by: UserId(1),
        created_at: NOW,
        changed_by: UserId(1),
        changed_at: NOW,
    }
}

async fn stage(tx: &mut Tx) {
    for one in [article(1, 1, "en"), article(2, 1, "de"), article(3, 3, "en")] {
        articles::add(tx, &one).await.unwrap();
    }
}

fn ids(all: &[Article]) -> Vec<i64> {
    all.iter().map(|one| one.id).collect()
}

#[test]
fn articles_are_listed_by_topic_and_those_put_away_apart() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        assert_eq!(ids(&articles::list(&mut db, false, None, 10).await.unwrap()), [3, 2, 1]);
        assert_eq!(ids(&articles::list(&mut db, false, Some((1, 2)), 10).await.unwrap()), [1]);
        assert_eq!(ids(&articles::of_topics(&mut db, &[1, 7]).await.unwrap()), [1, 2]);
        assert_eq!(ids(&articles::some(&mut db, &[3, 1, 9]).await.unwrap()), [1, 3]);
        assert_eq!(articles::count(&mut db).await.unwrap(), 3);
        write!(db, |tx| articles::put_away(tx, 2, Some((UserId(5), NOW + 1))).await.unwrap());
        let away = articles::list(&mut db, true, None, 10).await.unwrap();
        assert_eq!((away[0].archived_by, away[0].archived_at), (Some(UserId(5)), Some(NOW + 1)));
        assert_eq!((ids(&away), articles::count(&mut db).await.unwrap()), (vec![2], 2));
        write!(db, |tx| articles::put_away(tx, 2, None).await.unwrap());
        assert_eq!(articles::get(&mut db, 2).await.unwrap(), Some(article(2, 1, "de")));
    });
}

#[test]
fn each_change_is_a_version_and_a_topic_has_one_article_in_each_language() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        write!(db, |tx| {
            let mut changed = articles::get_to_change(tx, 1).await.unwrap().unwrap();
            changed.body = "Otherwise.".to_owned();
            changed.link = Some("https://example.org".to_owned());
            changed.version = 2;
            articles::reword(tx, &changed).await.unwrap();
        });
        let versions = articles::versions(&mut db, 1, 10).await.unwrap();
        assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(articles::version(&mut db, 1, 1).await.unwrap().unwrap().body, "Answer 1.");
        assert_eq!(articles::version(&mut db, 1, 3).await.unwrap(), None);
        assert_eq!(articles::get(&mut db, 1).await.unwrap().unwrap().link.as_deref(), Some("https://example.org"));
        let mut tx = db.begin().await.unwrap();
        assert!(articles::add(&mut tx, &article(4, 1, "de")).await.is_err());
        tx.roll_back().await.unwrap();
        write!(db, |tx| {
            assert!(!articles::forget_version(tx, 1, 2).await.unwrap(), "it stands so now");
            assert!(articles::forget_version(tx, 1, 1).await.unwrap());
            assert!(!articles::forget_version(tx, 1, 1).await.unwrap());
        });
        assert_eq!(articles::versions(&mut db, 1, 10).await.unwrap().len(), 1);
        write!(db, |tx| articles::remove(tx, 1).await.unwrap());
        assert_eq!(articles::get(&mut db, 1).await.unwrap(), None);
        assert_eq!(articles::versions(&mut db, 1, 10).await.unwrap(), []);
    });
}

#[test]
fn terms_lead_to_the_articles_that_hold_them_until_others_stand_in_their_place() {
    on_both(async |mut db| {
        let posting = |article_id: i64, term: &str, in_title: bool| Posting {
            term: term.to_owned(),
            article_id,
            times: 2,
            in_title,
        };
        write!(db, |tx| {
            stage(tx).await;
            article_terms::put(tx, 1, &[posting(1, "tea", true), posting(1, "豆", false)]).await.unwrap();
            article_terms::put(tx, 3, &[posting(3, "tea", false)]).await.unwrap();
        });
        let terms = ["tea", "豆", "milk"].map(str::to_owned);
        let known = article_terms::frequencies(&mut db, &terms).await.unwrap();
        assert_eq!(known, [("tea".to_owned(), 2), ("豆".to_owned(), 1)]);
        let held = article_terms::holding(&mut db, &terms, 9).await.unwrap();
        assert_eq!(held, [posting(1, "tea", true), posting(3, "tea", false), posting(1, "豆", false)]);
        write!(db, |tx| article_terms::put(tx, 1, &[]).await.unwrap());
        assert_eq!(article_terms::holding(&mut db, &terms, 9).await.unwrap(), [posting(3, "tea", false)]);
    });
}
