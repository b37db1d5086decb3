use crate::support::{NOW, on_both, write};
use tertulia_model::{MappingId, UserId};
use tertulia_store::{
    StoreError,
    mappings::{self, Mapping},
};

fn mapping(n: i64, name: &str) -> Mapping {
    Mapping {
        id: MappingId(n),
        name: name.to_owned(),
        folded: name.to_lowercase(),
        columns: "[\"Frage\",\"Antwort\"]".to_owned(),
        mapping: "{\"text\":\"Antwort\"}".to_owned(),
        saved_by: (n == 1).then_some(UserId(3)),
        saved_at: NOW,
        used_at: None,
    }
}

#[test]
fn mappings_are_kept_by_name_and_found_again() {
    on_both(async |mut db| {
        let (survey, forum) = (mapping(1, "Umfrage"), mapping(2, "Altes Forum"));
        write!(db, |tx| {
            mappings::add(tx, &survey).await.unwrap();
            mappings::add(tx, &forum).await.unwrap();
            mappings::note_use(tx, forum.id, NOW + 5).await.unwrap();
        });
        let forum = Mapping { used_at: Some(NOW + 5), ..forum };
        assert_eq!(mappings::all(&mut db).await.unwrap(), [forum.clone(), survey.clone()], "by name");
        assert_eq!(mappings::get(&mut db, survey.id).await.unwrap(), Some(survey.clone()));
        assert_eq!(mappings::named(&mut db, "altes forum").await.unwrap(), Some(forum.clone()));
        assert_eq!(mappings::named(&mut db, "Altes Forum").await.unwrap(), None, "names are looked up folded");
        write!(db, |tx| {
            mappings::rename(tx, forum.id, "ZEITUNG", "zeitung").await.unwrap();
            mappings::delete(tx, survey.id).await.unwrap();
        });
        let renamed = Mapping { name: "ZEITUNG".to_owned(), folded: "zeitung".to_owned(), ..forum };
        assert_eq!(mappings::all(&mut db).await.unwrap(), [renamed]);
    });
}

#[test]
fn two_mappings_never_have_one_name() {
    on_both(async |mut db| {
        write!(db, |tx| {
            mappings::add(tx, &mapping(1, "Umfrage")).await.unwrap();
            mappings::add(tx, &mapping(2, "Forum")).await.unwrap();
        });
        let mut tx = db.begin().await.unwrap();
        let twice = mappings::add(&mut tx, &mapping(3, "UMFRAGE")).await;
        assert!(matches!(twice, Err(StoreError::Conflict)), "{twice:?}");
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        let taken = mappings::rename(&mut tx, MappingId(2), "umfrage", "umfrage").await;
        assert!(matches!(taken, Err(StoreError::Conflict)), "{taken:?}");
        drop(tx);
        assert_eq!(mappings::all(&mut db).await.unwrap().len(), 2);
    });
}
