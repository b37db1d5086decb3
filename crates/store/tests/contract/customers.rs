use crate::support::{NOW, identity, on_both, person, write};
use std::collections::BTreeMap;
use tertulia_model::PersonId;
use tertulia_store::{
    Tx,
    attributes::{self, Stated},
    customer_runs, customer_ties,
    customers::{self, Customer, Handle, Wanted},
    people,
};

pub fn customer(n: i64) -> Customer {
    Customer {
        id: n,
        list: "CRM".to_owned(),
        customer_key: format!("id:{n}"),
        external_id: Some(n.to_string()),
        name: format!("Customer {n}"),
        organisation_id: None,
        digest: "d".to_owned(),
        run_id: 100,
        left_at: None,
        person_id: None,
        tie: customer_ties::NONE.to_owned(),
        created_at: NOW,
        changed_at: NOW,
    }
}

pub fn handle(customer_id: i64, address: &str) -> Handle {
    Handle { customer_id, space: "mail".to_owned(), handle: address.to_owned() }
}

/// What a list says of a customer.
pub fn says(id: i64, customer: i64, attribute: &str, value: &str) -> Stated {
    Stated {
        id,
        customer_id: Some(customer),
        person_id: None,
        attribute: attribute.to_owned(),
        value: value.to_owned(),
        folded: value.to_lowercase(),
        number: value.parse().ok(),
        source: "list".to_owned(),
        by_user: None,
        run_id: Some(100),
        at: NOW,
    }
}

/// Two customers, and Amina, who has the address of the first.
pub async fn stage(tx: &mut Tx) {
    people::add_persons(tx, &[person(10, "Amina"), person(11, "Bo")]).await.unwrap();
    people::add_identities(tx, &[identity(1, 10, "amina@home.example"), identity(2, 11, "bo@home.example")])
        .await
        .unwrap();
    customers::add(tx, &[customer(1), customer(2)]).await.unwrap();
    customers::set_handles(tx, &[1, 2], &[handle(1, "amina@home.example"), handle(2, "cy@home.example")])
        .await
        .unwrap();
    attributes::add(tx, &[says(1, 1, "segment", "Retail"), says(2, 2, "segment", "Wholesale")]).await.unwrap();
    customer_ties::retie(tx, &[1, 2]).await.unwrap();
}

#[test]
fn a_customer_is_kept_changed_and_found_by_name_and_tie() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        let ids = |rows: Vec<Customer>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        let all = Wanted::default();
        assert_eq!(ids(customers::list(&mut db, all, None, 9).await.unwrap()), [2, 1]);
        assert_eq!(ids(customers::list(&mut db, all, Some(2), 9).await.unwrap()), [1]);
        let like = Wanted { like: Some("TOMER 2"), ..all };
        assert_eq!(ids(customers::list(&mut db, like, None, 9).await.unwrap()), [2]);
        let said = Wanted { tie: Some("said"), ..all };
        assert_eq!(ids(customers::list(&mut db, said, None, 9).await.unwrap()), [1]);
        let known = customers::by_keys(&mut db, &["id:1".to_owned(), "id:9".to_owned()]).await.unwrap();
        assert_eq!((known.len(), known[0].person_id), (1, Some(PersonId(10))));
        let newer = Customer {
            name: "Amina's shop".to_owned(),
            digest: "e".to_owned(),
            customer_key: "id:1a".to_owned(),
            run_id: 101,
            ..known[0].clone()
        };
        write!(db, |tx| {
            assert_eq!(customers::get_to_change(tx, 1).await.unwrap().unwrap().name, "Customer 1");
            customers::put(tx, &newer).await.unwrap();
        });
        assert_eq!(customers::get(&mut db, 1).await.unwrap().unwrap(), newer);
        assert_eq!(customers::handles(&mut db, &[1]).await.unwrap(), [handle(1, "amina@home.example")]);
        assert_eq!(ids(customers::of_person(&mut db, PersonId(10)).await.unwrap()), [1]);
    });
}

#[test]
fn who_stands_in_a_list_no_more_leaves_and_comes_back_with_a_newer_one() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        write!(db, |tx| customers::seen(tx, &[1], 101).await.unwrap());
        assert_eq!(customers::missing(&mut db, "CRM", 101, 9).await.unwrap(), [2]);
        assert_eq!(customers::missing(&mut db, "another", 101, 9).await.unwrap(), [] as [i64; 0]);
        write!(db, |tx| customer_runs::add_wrong(tx, 101, &[(9, "no day".to_owned(), Some(2))]).await.unwrap());
        assert_eq!(customers::missing(&mut db, "CRM", 101, 9).await.unwrap(), [] as [i64; 0], "a row speaks of them");
        assert_eq!(customers::missing(&mut db, "CRM", 102, 9).await.unwrap(), [2, 1], "that was another file");
        write!(db, |tx| customers::leave(tx, &[2], NOW + 5).await.unwrap());
        assert_eq!(customers::missing(&mut db, "CRM", 101, 9).await.unwrap(), [] as [i64; 0]);
        let left = Wanted { left: true, ..Wanted::default() };
        assert_eq!(customers::list(&mut db, left, None, 9).await.unwrap()[0].left_at, Some(NOW + 5));
        write!(db, |tx| customers::seen(tx, &[2], 102).await.unwrap());
        assert_eq!(customers::get(&mut db, 2).await.unwrap().unwrap().left_at, None);
    });
}

#[test]
fn who_is_erased_is_no_customer_any_more_and_another_with_the_address_is_found_anew() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            customers::add(tx, &[customer(3)]).await.unwrap();
            customers::set_handles(tx, &[3], &[handle(3, "amina@home.example"), handle(3, "bo@home.example")])
                .await
                .unwrap();
            customer_ties::retie(tx, &[1, 3]).await.unwrap();
        });
        let doubtful = customers::doubtful_for(&mut db, PersonId(10)).await.unwrap();
        assert_eq!(doubtful.iter().map(|row| row.id).collect::<Vec<_>>(), [1, 3], "two have her address");
        let mut counts = BTreeMap::new();
        write!(db, |tx| customers::forget(tx, PersonId(10), &mut counts).await.unwrap());
        assert_eq!((counts["customers"], counts["attribute_values"], counts["customer_handles"]), (2, 1, 3));
        assert_eq!(customers::get(&mut db, 1).await.unwrap(), None);
        assert!(customers::get(&mut db, 2).await.unwrap().is_some());
    });
}

#[test]
fn who_has_an_address_of_theirs_goes_along_unless_a_member_said_that_it_is_somebody_else() {
    on_both(async |mut db| {
        let say = (tertulia_model::UserId(1), NOW);
        write!(db, |tx| {
            stage(tx).await;
            let all: Vec<Customer> = (3..=5).map(customer).collect();
            customers::add(tx, &all).await.unwrap();
            let shared = [3, 4, 5].map(|id| handle(id, "amina@home.example"));
            customers::set_handles(tx, &[3, 4, 5], &shared).await.unwrap();
            customer_ties::say(tx, (4, PersonId(10)), Some(false), say).await.unwrap();
            customer_ties::say(tx, (5, PersonId(11)), Some(true), say).await.unwrap();
            customer_ties::retie(tx, &[1, 3, 4, 5]).await.unwrap();
        });
        let along = customers::going_with(&mut db, PersonId(10)).await.unwrap();
        assert_eq!(along.iter().map(|one| one.id).collect::<Vec<_>>(), [1, 3]);
        let mut counts = BTreeMap::new();
        write!(db, |tx| customers::forget(tx, PersonId(10), &mut counts).await.unwrap());
        assert_eq!((counts["customers"], counts["customer_ties"]), (2, 1));
        let left = customers::get(&mut db, 4).await.unwrap().unwrap();
        assert_eq!((left.person_id, left.tie.as_str()), (None, "none"), "nobody is taken for who is erased");
        assert_eq!(customers::get(&mut db, 5).await.unwrap().unwrap().person_id, Some(PersonId(11)));
        assert!(customer_ties::said(&mut db, &[4]).await.unwrap().is_empty());
    });
}

#[test]
fn a_customer_is_taken_alone_and_only_handles_that_nobody_else_has_are_theirs() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            customers::add(tx, &[customer(3)]).await.unwrap();
            let both = ["amina@home.example", "cy@home.example", "di@home.example"].map(|one| handle(3, one));
            customers::set_handles(tx, &[3], &both).await.unwrap();
            customer_runs::add_wrong(tx, 101, &[(9, "no day".to_owned(), Some(3))]).await.unwrap();
            customer_ties::retie(tx, &[1, 2, 3]).await.unwrap();
        });
        assert_eq!(customers::alone(&mut db, 3).await.unwrap(), [handle(3, "di@home.example")]);
        assert_eq!(customers::get(&mut db, 1).await.unwrap().unwrap().tie, "doubtful");
        let mut counts = BTreeMap::new();
        write!(db, |tx| customers::forget_these(tx, &[3], &mut counts).await.unwrap());
        assert_eq!((counts["customers"], counts["customer_handles"]), (1, 3));
        assert_eq!(customers::get(&mut db, 3).await.unwrap(), None);
        assert_eq!(customers::get(&mut db, 1).await.unwrap().unwrap().tie, "said", "no other has her address by now");
        assert_eq!(customers::alone(&mut db, 2).await.unwrap(), [handle(2, "cy@home.example")]);
    });
}
