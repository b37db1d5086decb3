use crate::{
    customers::{customer, handle, stage},
    support::{NOW, identity, on_both, person, write},
};
use tertulia_model::{IdentityId, PersonId, UserId};
use tertulia_store::{
    Db,
    customer_ties::{self, CONFIRMED, DOUBTFUL, MEMBER, NONE, SAID},
    customers,
    people::{self, Identity},
    person_merges::{self, Merge},
};

const AMINA: PersonId = PersonId(10);
const BO: PersonId = PersonId(11);
const ME: UserId = UserId(7);

async fn tie(db: &mut Db, id: i64) -> (Option<PersonId>, String) {
    let found = customers::get(db, id).await.unwrap().unwrap();
    (found.person_id, found.tie)
}

fn is(person: impl Into<Option<PersonId>>, how: &str) -> (Option<PersonId>, String) {
    (person.into(), how.to_owned())
}

#[test]
fn who_writes_from_an_address_of_the_list_says_to_be_them_until_it_is_confirmed() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        assert_eq!(tie(&mut db, 1).await, is(AMINA, SAID));
        assert_eq!(tie(&mut db, 2).await, is(None, NONE));
        write!(db, |tx| {
            people::begin_asking(tx, IdentityId(1), "amina@home.example", NOW, (0, 0)).await.unwrap();
            people::note_confirmed(tx, IdentityId(1), "amina@home.example", NOW).await.unwrap();
        });
        assert_eq!(tie(&mut db, 1).await, is(AMINA, CONFIRMED));
        // Who is heard for the first time is tied at once; what they typed is a word of theirs, and proves nothing.
        let visitor = Identity {
            space: "chat".to_owned(),
            claimed_mail: Some("cy@home.example".to_owned()),
            ..identity(5, 12, "visitor")
        };
        write!(db, |tx| {
            people::add_persons(tx, &[person(12, "Cy")]).await.unwrap();
            people::add_identities(tx, &[visitor]).await.unwrap();
            customer_ties::tie_newcomers(tx, &[("mail".to_owned(), "cy@home.example".to_owned())]).await.unwrap();
        });
        assert_eq!(tie(&mut db, 2).await, is(PersonId(12), SAID));
    });
}

#[test]
fn an_address_that_leads_to_two_is_doubtful_until_a_member_says_who_it_is() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            customers::set_handles(tx, &[1], &[handle(1, "amina@home.example"), handle(1, "bo@home.example")])
                .await
                .unwrap();
            customer_ties::retie(tx, &[1]).await.unwrap();
        });
        assert_eq!(tie(&mut db, 1).await, is(None, DOUBTFUL));
        write!(db, |tx| {
            customer_ties::say(tx, (1, BO), Some(false), (ME, NOW)).await.unwrap();
            customer_ties::retie(tx, &[1]).await.unwrap();
        });
        assert_eq!(tie(&mut db, 1).await, is(AMINA, SAID), "it is not Bo");
        write!(db, |tx| {
            customer_ties::say(tx, (1, BO), Some(true), (ME, NOW + 1)).await.unwrap();
            customer_ties::retie(tx, &[1]).await.unwrap();
        });
        assert_eq!(tie(&mut db, 1).await, is(BO, MEMBER));
        let said = customer_ties::said(&mut db, &[1]).await.unwrap();
        assert_eq!((said.len(), said[0].person_id, said[0].is_same), (1, BO, true));
        write!(db, |tx| {
            customer_ties::say(tx, (1, BO), None, (ME, NOW + 2)).await.unwrap();
            customer_ties::retie(tx, &[1]).await.unwrap();
        });
        assert_eq!(tie(&mut db, 1).await, is(None, DOUBTFUL));
    });
}

#[test]
fn two_customers_of_one_address_are_doubtful_both_until_one_leaves() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            customers::add(tx, &[customer(3)]).await.unwrap();
            customers::set_handles(tx, &[3], &[handle(3, "amina@home.example")]).await.unwrap();
            let both = customer_ties::sharing(tx, &[3]).await.unwrap();
            assert_eq!(both, [1, 3]);
            customer_ties::retie(tx, &both).await.unwrap();
        });
        assert_eq!(tie(&mut db, 1).await, is(None, DOUBTFUL));
        assert_eq!(tie(&mut db, 3).await, is(None, DOUBTFUL));
        write!(db, |tx| {
            customers::leave(tx, &[3], NOW).await.unwrap();
            customer_ties::retie(tx, &[1, 3]).await.unwrap();
        });
        assert_eq!(tie(&mut db, 1).await, is(AMINA, SAID));
    });
}

#[test]
fn one_person_may_stand_in_two_lists_and_a_crowd_is_not_looked_through() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            customers::add(tx, &[customers::Customer { list: "Shop".to_owned(), ..customer(3) }]).await.unwrap();
            customers::set_handles(tx, &[3], &[handle(3, "amina@home.example")]).await.unwrap();
            let both = customer_ties::sharing(tx, &[3]).await.unwrap();
            customer_ties::retie(tx, &both).await.unwrap();
        });
        assert_eq!((tie(&mut db, 1).await, tie(&mut db, 3).await), (is(AMINA, SAID), is(AMINA, SAID)));
        write!(db, |tx| {
            let many: Vec<i64> = (100..1_101).collect();
            let all: Vec<_> = many.iter().map(|id| customer(*id)).collect();
            let office: Vec<_> = many.iter().map(|id| handle(*id, "office@home.example")).collect();
            customers::add(tx, &all).await.unwrap();
            customers::set_handles(tx, &many, &office).await.unwrap();
            assert_eq!(customer_ties::sharing(tx, &[100]).await.unwrap(), [100], "they are doubtful, and stay so");
        });
    });
}

#[test]
fn a_customer_goes_with_its_person_when_they_are_merged_and_back_when_they_are_parted() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            customers::set_handles(tx, &[2], &[handle(2, "bo@home.example")]).await.unwrap();
            customer_ties::retie(tx, &[2]).await.unwrap();
            customer_ties::say(tx, (1, AMINA), Some(true), (ME, NOW)).await.unwrap();
            customer_ties::retie(tx, &[1]).await.unwrap();
        });
        let merge = Merge {
            id: 50,
            from_id: AMINA,
            into_id: BO,
            evidence: "She said so.".to_owned(),
            confidence: 1.0,
            by_user: ME,
            at: NOW,
            name_before: "Bo".to_owned(),
            name_after: "Bo".to_owned(),
            is_automatic: false,
            undone_at: None,
        };
        write!(db, |tx| person_merges::join(tx, &merge).await.unwrap());
        assert_eq!(tie(&mut db, 1).await, is(BO, MEMBER));
        assert_eq!(tie(&mut db, 2).await, is(BO, SAID));
        write!(db, |tx| person_merges::part(tx, &merge, BO, (ME, NOW + 1)).await.unwrap());
        assert_eq!(tie(&mut db, 1).await, is(AMINA, MEMBER));
        write!(db, |tx| customer_ties::retie_persons(tx, &[BO]).await.unwrap());
        assert_eq!(tie(&mut db, 2).await, is(BO, SAID));
    });
}
