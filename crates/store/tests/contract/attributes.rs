use crate::{
    customer_runs::run,
    customers::{says, stage},
    support::{NOW, identity, on_both, person, user, write},
};
use std::collections::BTreeMap;
use tertulia_model::{IdentityId, PersonId, Role, UserId};
use tertulia_store::{
    Db,
    attributes::{self, Attribute, Stated},
    customer_runs, people, users,
};

const AMINA: PersonId = PersonId(10);

/// What is said of Amina herself.
fn of_amina(id: i64, source: &str, value: &str) -> Stated {
    Stated {
        customer_id: None,
        person_id: Some(AMINA),
        source: source.to_owned(),
        by_user: Some(UserId(7)),
        run_id: None,
        ..says(id, 0, "segment", value)
    }
}

async fn holds(db: &mut Db) -> Vec<String> {
    attributes::holding(db, &[AMINA]).await.unwrap().into_iter().map(|one| one.value).collect()
}

#[test]
fn each_value_stands_with_where_it_is_from_and_a_members_word_holds() {
    on_both(async |mut db| {
        write!(db, |tx| {
            users::add(tx, &user(7, "ines@shop.example", Role::Agent)).await.unwrap();
            customer_runs::add(tx, &run(100)).await.unwrap();
            stage(tx).await;
        });
        assert_eq!(holds(&mut db).await, ["Retail"]);
        write!(db, |tx| {
            attributes::add(tx, &[of_amina(5, "program", "Press"), of_amina(6, "hand", "Wholesale")]).await.unwrap();
            attributes::settle(tx, &[AMINA]).await.unwrap();
        });
        assert_eq!(holds(&mut db).await, ["Wholesale"]);
        let known = attributes::of_person(&mut db, AMINA).await.unwrap();
        let told: Vec<_> = known.iter().map(|one| (one.stated.value.as_str(), one.stated.source.as_str())).collect();
        assert_eq!(told, [("Wholesale", "hand"), ("Press", "program"), ("Retail", "list")]);
        assert_eq!((known[0].by_name.as_deref(), known[2].list.as_deref()), (Some("Member 7"), Some("CRM")));
        assert_eq!((known[0].title.as_str(), known[0].kind.as_str()), ("Segment", "choice"));
        assert_eq!(attributes::by_source(&mut db, (AMINA, "segment"), "hand").await.unwrap()[0].id, 6);
        assert_eq!(attributes::get(&mut db, 6).await.unwrap().unwrap().value, "Wholesale");
        write!(db, |tx| {
            attributes::remove(tx, 6).await.unwrap();
            attributes::settle(tx, &[AMINA]).await.unwrap();
        });
        assert_eq!(holds(&mut db).await, ["Press"]);
        assert_eq!(attributes::words(&mut db, "segment", 9).await.unwrap(), ["Press"]);
    });
}

#[test]
fn an_attribute_is_made_once_and_those_that_every_list_may_bring_come_first() {
    on_both(async |mut db| {
        let seats =
            Attribute { name: "seats".to_owned(), title: "Seats".to_owned(), kind: "number".to_owned(), place: 900 };
        write!(db, |tx| {
            attributes::make(tx, &seats).await.unwrap();
            attributes::make(tx, &Attribute { title: "SEATS".to_owned(), ..seats.clone() }).await.unwrap();
        });
        let all = attributes::all(&mut db).await.unwrap();
        assert_eq!(all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>()[..2], ["segment", "region"]);
        assert_eq!(all.last(), Some(&seats));
    });
}

#[test]
fn what_was_noted_of_somebody_goes_along_when_nothing_is_left_of_them() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            people::add_persons(tx, &[person(12, "A. Yusuf")]).await.unwrap();
            people::add_identities(tx, &[identity(9, 12, "a@work.example")]).await.unwrap();
            attributes::add(tx, &[of_amina(5, "hand", "Press")]).await.unwrap();
            people::link(tx, 70, IdentityId(1), PersonId(12), "confirmed by mail", 1.0, NOW).await.unwrap();
        });
        assert_eq!(holds(&mut db).await, [] as [String; 0]);
        let now = attributes::holding(&mut db, &[PersonId(12)]).await.unwrap();
        assert_eq!(now.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(), ["Press"]);
    });
}

#[test]
fn who_is_erased_leaves_nothing_that_was_known_of_them() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            attributes::add(tx, &[of_amina(5, "hand", "Press")]).await.unwrap();
            attributes::settle(tx, &[AMINA]).await.unwrap();
        });
        assert_eq!(attributes::of_customers(&mut db, &[1, 2]).await.unwrap().len(), 2);
        let mut counts = BTreeMap::new();
        write!(db, |tx| {
            attributes::forget_person(tx, AMINA, &mut counts).await.unwrap();
            assert_eq!(attributes::forget_customers(tx, &[1]).await.unwrap(), 1);
        });
        assert_eq!((counts["attribute_values"], counts["person_values"]), (1, 1));
        assert_eq!(attributes::of_person(&mut db, AMINA).await.unwrap(), []);
        assert_eq!(attributes::of_customers(&mut db, &[1, 2]).await.unwrap().len(), 1);
    });
}
