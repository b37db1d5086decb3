//! Customers who are erased: those who never wrote by themselves, others with the person that they are; and nobody else.

use crate::{
    customers::{all, bring, called},
    erasing::{erase_wholly, person, places, rosa, told},
    support::{World, on_both},
};
use tertulia_engine::{
    EngineError, customers,
    erase::{self, Seen},
    worker,
};
use tertulia_store::{customer_runs, people};

async fn names(world: &World) -> Vec<String> {
    let mut names: Vec<String> = all(world, false).await.into_iter().map(|one| one.name).collect();
    names.sort();
    names
}

async fn why_not_taken(world: &World, run: i64) -> Vec<(i64, String)> {
    customer_runs::wrong(&mut world.engine.db.reader(), run, 0, 9).await.unwrap()
}

#[test]
fn a_customer_who_never_wrote_is_erased_everywhere_and_no_list_brings_them_back() {
    on_both(async |world| {
        let list = "id,name,email,segment\n1,Rosalindaxx Vidal,marker-rosa@home.example,zanahoriaxx\n\
                    2,Bo,shop@other.example,Retail\n3,Cy,shop@other.example,Retail\n";
        bring(&world, list, "keep").await;
        let rosa = called(&world, "Rosalindaxx Vidal").await.id;
        let preview = erase::preview_customer(&world.engine, rosa).await.unwrap();
        assert_eq!((preview.list.as_str(), preview.addresses, preview.values), ("CRM", 1, 1));
        assert!(preview.others.is_empty());
        let report = erase::erase_customer(&world.engine, rosa, world.user).await.unwrap();
        worker::take(&world.engine, worker::ERASE, report).await.unwrap().expect("it is due").await.unwrap();
        let told = told(&world, report).await;
        assert_eq!((told["finished"].as_bool(), told["rows"]["customers"].as_i64()), (Some(true), Some(1)));
        worker::take(&world.engine, worker::TRIM, 0).await.unwrap().expect("it is due").await.unwrap();
        let markers = ["marker-rosa", "Rosalindaxx"];
        assert_eq!(places(&world, &markers).await, Vec::<String>::new());
        let again = bring(&world, list, "keep").await;
        assert_eq!((again.added, again.same, again.wrong), (0, 2, 1));
        // Their row stays out also where the list gives another address by now.
        let moved = bring(&world, &list.replace("marker-rosa@home.example", "new@home.example"), "keep").await;
        assert_eq!((moved.added, why_not_taken(&world, moved.id).await.len()), (0, 1));
        // An address that another has is not kept from anybody.
        let cy = called(&world, "Cy").await.id;
        let preview = erase::preview_customer(&world.engine, cy).await.unwrap();
        assert_eq!(preview.others.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Bo"]);
        erase::erase_customer(&world.engine, cy, world.user).await.unwrap();
        let again = bring(&world, list, "keep").await;
        assert_eq!((again.added, again.same, again.wrong), (0, 1, 2));
        assert_eq!(names(&world).await, ["Bo"]);
    });
}

#[test]
fn a_customer_who_wrote_goes_with_the_person_that_they_are() {
    on_both(async |world| {
        bring(&world, "id,name,email\n1,Rosa,marker-rosa@home.example\n", "keep").await;
        world.hear(&[rosa("a", "Good morning").created()]).await;
        let customer = called(&world, "Rosa").await.id;
        for refused in [
            erase::preview_customer(&world.engine, customer).await.map(|_| ()),
            erase::erase_customer(&world.engine, customer, world.user).await.map(|_| ()),
        ] {
            assert!(
                matches!(&refused, Err(EngineError::Refused(why)) if why.contains("erase that person")),
                "{refused:?}"
            );
        }
        let preview = erase::preview(&world.engine, person(&world).await).await.unwrap();
        assert!(preview.customers.len() == 1 && preview.customers[0].is_known, "{:?}", preview.customers);
        assert!(matches!(erase::preview_customer(&world.engine, 7).await, Err(EngineError::NotFound(_))));
    });
}

#[test]
fn whoever_shares_an_address_with_who_is_erased_is_named_before_and_stays_where_a_member_said_so() {
    on_both(async |world| {
        let list = "id,name,email\n1,Rosa,marker-rosa@home.example\n2,Bo,marker-rosa@home.example\n\
                    3,Cy,cy@other.example\n";
        bring(&world, list, "keep").await;
        world.hear(&[rosa("a", "Good morning").created()]).await;
        let engine = &world.engine;
        let rosa = person(&world).await;
        let along = async || erase::preview(engine, rosa).await.unwrap().customers;
        let told: Vec<_> = along().await.into_iter().map(|one| (one.name, one.is_known)).collect();
        assert_eq!(told, [("Rosa".to_owned(), false), ("Bo".to_owned(), false)]);
        let identities = people::identities(&mut engine.db.reader(), rosa).await.unwrap();
        let seen = Seen {
            identities: identities.iter().map(|one| one.id).collect(),
            customers: along().await.iter().map(|one| one.id).collect(),
        };
        let bo = called(&world, "Bo").await.id;
        customers::say(engine, world.user, (bo, rosa), Some(false)).await.unwrap();
        assert_eq!(along().await.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Rosa"]);
        let stale = erase::erase_seen(engine, rosa, world.user, Some(&seen)).await;
        assert!(matches!(&stale, Err(EngineError::Refused(why)) if why.contains("go along")), "{stale:?}");
        erase_wholly(&world, rosa).await;
        assert_eq!(names(&world).await, ["Bo", "Cy"]);
        assert_eq!(called(&world, "Bo").await.tie, "none");
        let again = bring(&world, list, "keep").await;
        assert_eq!((again.added, again.same, again.wrong), (0, 2, 1), "who stands there was said to be somebody else");
    });
}

#[test]
fn who_a_member_said_to_be_the_person_does_not_come_back_by_an_address_that_they_never_wrote_from() {
    on_both(async |world| {
        let list = "id,name,email\n1,Rosa,office@other.example\n";
        bring(&world, list, "keep").await;
        world.hear(&[rosa("a", "Good morning").created()]).await;
        let rosa = person(&world).await;
        let customer = called(&world, "Rosa").await.id;
        customers::say(&world.engine, world.user, (customer, rosa), Some(true)).await.unwrap();
        erase_wholly(&world, rosa).await;
        let other = list.replace("1,Rosa", "4,Rosa V.");
        for (again, what) in [(list, "the row"), (other.as_str(), "the address")] {
            let run = bring(&world, again, "keep").await;
            assert_eq!((run.added, run.wrong), (0, 1), "{what}");
        }
    });
}
