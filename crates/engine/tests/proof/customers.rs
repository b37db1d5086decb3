//! A list of customers is read in pieces, taken once however often it comes, and says who is who without taking anybody for
//! somebody else.

use crate::{
    erasing::{erase_wholly, person, rosa},
    exporting::{archive, holds},
    support::{World, on_both, said::said},
};
use std::sync::Arc;
use tertulia_engine::{
    EngineError,
    attributes::{self, Source},
    customers::{self, Mapping, New},
    organisations, people as desk_of_people, segments,
    segments::RuleForm,
    worker,
};
use tertulia_model::{BlobRange, PersonId};
use tertulia_store::{
    attributes as stored, customer_runs,
    customer_runs::Run,
    customers::{self as stored_customers, Customer, Wanted},
    organisations as stored_organisations, people,
};

fn put(world: &World, text: &str) -> BlobRange {
    world.engine.blobs.put(text.as_bytes()).unwrap()
}

async fn begin(world: &World, text: &str, missing: &str) -> Result<i64, EngineError> {
    let blob = put(world, text);
    let look = customers::look(&world.engine, &blob.blob).await?;
    let new = New {
        list: "CRM".to_owned(),
        name: "crm.csv".to_owned(),
        blob,
        mapping: look.mapping,
        missing: missing.to_owned(),
        by: world.user,
    };
    customers::start(&world.engine, new).await
}

/// Reads a list to its end.
pub(crate) async fn bring(world: &World, text: &str, missing: &str) -> Run {
    let id = begin(world, text, missing).await.unwrap();
    worker::take(&world.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due").await.unwrap();
    customer_runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap()
}

pub(crate) async fn all(world: &World, left: bool) -> Vec<Customer> {
    let wanted = Wanted { left, ..Wanted::default() };
    stored_customers::list(&mut world.engine.db.reader(), wanted, None, 1_000).await.unwrap()
}

pub(crate) async fn called(world: &World, name: &str) -> Customer {
    all(world, false).await.into_iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name} is not there"))
}

async fn rosas(world: &World) -> PersonId {
    people::identity(&mut world.engine.db.reader(), "mail", "rosa@home.example").await.unwrap().unwrap().person_id
}

async fn holding(world: &World, person: PersonId) -> Vec<(String, String)> {
    let holding = stored::holding(&mut world.engine.db.reader(), &[person]).await.unwrap();
    holding.into_iter().map(|one| (one.attribute, one.value)).collect()
}

fn pair(attribute: &str, value: &str) -> (String, String) {
    (attribute.to_owned(), value.to_owned())
}

const LIST: &str = "Customer number;Name;E-mail;Segment;Company;Customer since\n\
    1;Rosa Vidal;Rosa@home.example;Retail;;01.03.2024\n\
    2;Bo Berg;bo@other.example;Wholesale;Bean & Sons;2023-05-09\n\
    3;Cy;cy at nowhere;Wholesale;Bean & Sons;\n\
    2;Bo twice;bo2@other.example;Retail;;\n\
    ;Nobody;;Retail;;\n";

#[test]
fn a_list_is_taken_and_each_row_that_is_not_says_why() {
    on_both(async |world| {
        let run = bring(&world, LIST, "keep").await;
        assert_eq!((run.state.as_str(), run.added, run.wrong, run.position), ("done", 2, 3, 5), "{:?}", run.error);
        let wrong = customer_runs::wrong(&mut world.engine.db.reader(), run.id, 0, 9).await.unwrap();
        assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5, 6]);
        assert!(wrong[0].1.contains("no e-mail address") && wrong[1].1.contains("earlier row"), "{wrong:?}");
        let bo = called(&world, "Bo Berg").await;
        let stated = stored::of_customers(&mut world.engine.db.reader(), &[bo.id]).await.unwrap();
        let told: Vec<_> = stated.iter().map(|one| (one.attribute.as_str(), one.value.as_str())).collect();
        assert_eq!(told, [("segment", "Wholesale"), ("since", "2023-05-09")]);
        let organisation = bo.organisation_id.unwrap();
        let found = stored_organisations::get(&mut world.engine.db.reader(), organisation).await.unwrap().unwrap();
        assert_eq!(found.name, "Bean & Sons");
        // What was read is let go.
        assert!(tertulia_store::trims::waiting(&mut world.engine.db.reader()).await.unwrap().contains(&run.blob));
    });
}

#[test]
fn the_same_file_changes_nothing_and_a_newer_one_what_it_says_otherwise() {
    on_both(async |world| {
        bring(&world, LIST, "keep").await;
        let before = all(&world, false).await;
        let again = bring(&world, LIST, "keep").await;
        assert_eq!((again.added, again.changed, again.same), (0, 0, 2));
        let after = all(&world, false).await;
        let told = |all: &[Customer]| all.iter().map(|c| (c.id, c.digest.clone(), c.changed_at)).collect::<Vec<_>>();
        assert_eq!(told(&before), told(&after));
        let newer = LIST.replace("1;Rosa Vidal;Rosa@home.example;Retail", "1;Rosa Vidal;Rosa@home.example;Wholesale");
        let newer = newer.replace("2;Bo Berg;bo@other.example;Wholesale;Bean & Sons;2023-05-09\n", "");
        let newer = newer.replace("2;Bo twice;bo2@other.example;Retail;;\n", "");
        let run = bring(&world, &newer, "leave").await;
        assert_eq!((run.added, run.changed, run.same, run.gone), (0, 1, 0, 1));
        assert_eq!(all(&world, true).await.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["Bo Berg"]);
        let back = bring(&world, LIST, "leave").await;
        assert_eq!((back.changed, back.gone, all(&world, true).await.len()), (2, 0, 0), "who left comes back");
        let slip = LIST.replace(";2023-05-09", ";soon");
        let slip = slip.replace("2;Bo twice;bo2@other.example;Retail;;\n", "");
        let run = bring(&world, &slip, "leave").await;
        assert_eq!((run.wrong, run.gone), (3, 0), "a row that is not taken speaks of them all the same");
        assert_eq!(called(&world, "Bo Berg").await.left_at, None);
    });
}

#[test]
fn a_list_that_has_numbers_by_now_names_the_same_customers() {
    on_both(async |world| {
        bring(&world, "name,email\nRosa,rosa@home.example\nBo,bo@other.example\n", "leave").await;
        let before: Vec<i64> = all(&world, false).await.iter().map(|one| one.id).collect();
        world.hear(&[said("1", "Good morning").created()]).await;
        let newer = "id,name,email\n7,Rosa,rosa@home.example\n8,Bo,bo@other.example\n9,Cy,bo@other.example\n";
        let run = bring(&world, newer, "leave").await;
        assert_eq!((run.changed, run.added, run.wrong, run.gone), (2, 1, 0, 0));
        let now: Vec<i64> = all(&world, false).await.iter().map(|one| one.id).collect();
        assert_eq!(now[1..], before, "nobody stands there twice but who shares an address");
        let rosa = called(&world, "Rosa").await;
        assert_eq!((rosa.external_id.as_deref(), rosa.tie.as_str()), (Some("7"), "said"));
        let again = bring(&world, newer, "leave").await;
        assert_eq!((again.same, again.gone), (3, 0));
    });
}

#[test]
fn two_lists_without_numbers_take_nobody_from_each_other() {
    on_both(async |world| {
        let news = async |text: &str| {
            let blob = put(&world, text);
            let mapping = customers::look(&world.engine, &blob.blob).await.unwrap().mapping;
            let (list, name, missing) = ("News".to_owned(), "news.csv".to_owned(), "leave".to_owned());
            let new = New { list, name, blob, mapping, missing, by: world.user };
            let id = customers::start(&world.engine, new).await.unwrap();
            worker::take(&world.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due").await.unwrap();
            customer_runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap()
        };
        let shop = "email,segment\nrosa@home.example,Retail\n";
        bring(&world, shop, "leave").await;
        assert_eq!(news("email\nrosa@home.example\n").await.added, 1);
        assert_eq!(bring(&world, shop, "leave").await.same, 1, "the same file changes nothing");
        assert_eq!(news("email\nbo@other.example\n").await.gone, 1);
        let stay: Vec<String> = all(&world, false).await.into_iter().map(|one| one.list).collect();
        assert_eq!(stay, ["News", "CRM"], "the other list still names her");
    });
}

#[test]
fn a_list_that_was_killed_between_two_pieces_goes_on_and_doubles_nothing() {
    on_both(async |world| {
        let mut list = String::from("id,email,segment\n");
        for n in 0..450 {
            list.push_str(&format!("{n},c{n}@home.example,{}\n", if n % 3 == 0 { "Retail" } else { "Wholesale" }));
        }
        let id = begin(&world, &list, "keep").await.unwrap();
        let job = worker::take(&world.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due");
        let progress = async || customer_runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap().position;
        while progress().await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        job.abort();
        let _ = job.await;
        assert!(progress().await >= 200);
        world.engine.take_over().await.unwrap();
        // Somebody else takes it up.
        while let Some(job) = worker::take(&world.engine, worker::CUSTOMERS, id).await.unwrap() {
            job.await.unwrap();
        }
        let run = customer_runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!((run.state.as_str(), run.added, run.wrong, run.position), ("done", 450, 0, 450));
        assert_eq!(all(&world, false).await.len(), 450);
        let shares = tertulia_store::segments::shares(&mut world.engine.db.reader()).await.unwrap();
        assert_eq!(shares.iter().map(|share| share.customers).collect::<Vec<_>>(), [300, 150]);
    });
}

#[test]
fn a_list_that_cannot_be_known_again_or_read_is_refused_before_anything_is_taken() {
    on_both(async |world| {
        let refused = |said: Result<i64, EngineError>, field: &str| match said {
            Err(EngineError::Invalid(errors)) => assert_eq!(errors[0].field, field, "{errors:?}"),
            other => panic!("{other:?}"),
        };
        refused(begin(&world, "Segment,Plan\nRetail,Gold\n", "keep").await, "columns");
        refused(begin(&world, "\n\n", "keep").await, "file");
        refused(begin(&world, LIST, "burn").await, "missing");
        let blob = put(&world, "id\n1\n");
        let mut mapping = customers::look(&world.engine, &blob.blob).await.unwrap().mapping;
        mapping.columns.insert("Plan".to_owned(), customers::Means::Attribute("plan".to_owned()));
        let new = |mapping: Mapping, list: &str| New {
            list: list.to_owned(),
            name: "x".to_owned(),
            blob: blob.clone(),
            mapping,
            missing: "keep".to_owned(),
            by: world.user,
        };
        refused(customers::start(&world.engine, new(mapping, "CRM")).await, "columns");
        refused(customers::start(&world.engine, new(Mapping::default(), " ")).await, "list");
        assert_eq!(customer_runs::all(&mut world.engine.db.reader(), None, 9).await.unwrap(), []);
        let id = begin(&world, LIST, "keep").await.unwrap();
        customers::stop(&world.engine, id).await.unwrap();
        assert!(matches!(customers::stop(&world.engine, id).await, Err(EngineError::Refused(_))));
        worker::take(&world.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due").await.unwrap();
        assert_eq!(all(&world, false).await, [], "what was stopped is not read");
    });
}

#[test]
fn whoever_writes_from_an_address_of_the_list_is_tied_and_says_so_themselves() {
    on_both(async |world| {
        bring(&world, LIST, "keep").await;
        assert_eq!(called(&world, "Rosa Vidal").await.tie, "none");
        world.hear(&[said("1", "Good morning").created()]).await;
        let (rosa, listed) = (rosas(&world).await, called(&world, "Rosa Vidal").await);
        assert_eq!((listed.person_id, listed.tie.as_str()), (Some(rosa), "said"));
        assert_eq!(holding(&world, rosa).await, [pair("segment", "Retail"), pair("since", "2024-03-01")]);
        // The list came first before; now it comes after she wrote, and says something else.
        bring(&world, &LIST.replace(";Retail;;01", ";Press;;01"), "keep").await;
        assert_eq!(holding(&world, rosa).await[0], pair("segment", "Press"));
        let undo = customers::say(&world.engine, world.user, (listed.id, rosa), Some(false)).await.unwrap();
        assert_eq!((called(&world, "Rosa Vidal").await.tie.as_str(), holding(&world, rosa).await.len()), ("none", 0));
        customers::undo(&world.engine, &undo).await.unwrap();
        assert_eq!(called(&world, "Rosa Vidal").await.tie, "said");
        customers::say(&world.engine, world.user, (listed.id, rosa), Some(true)).await.unwrap();
        world.clock.advance(1_000);
        let no = customers::say(&world.engine, world.user, (listed.id, rosa), Some(false)).await.unwrap();
        world.clock.advance(1_000);
        customers::say(&world.engine, world.user, (listed.id, rosa), None).await.unwrap();
        customers::say(&world.engine, world.user, (listed.id, rosa), Some(true)).await.unwrap();
        assert!(matches!(customers::undo(&world.engine, &no).await, Err(EngineError::Refused(_))), "said since");
    });
}

#[test]
fn a_members_word_holds_beside_what_the_list_says_and_is_undone() {
    on_both(async |world| {
        bring(&world, LIST, "keep").await;
        world.hear(&[said("1", "Good morning").created()]).await;
        let (engine, rosa) = (&world.engine, rosas(&world).await);
        let by = (world.user, Source::Hand);
        let set = async |text: &str| attributes::set(engine, by, rosa, ("segment", None), text).await;
        let first = set("Press").await.unwrap();
        assert_eq!(holding(&world, rosa).await[0], pair("segment", "Press"));
        let second = set("Wholesale").await.unwrap();
        assert!(matches!(attributes::undo(engine, &first).await, Err(EngineError::Refused(_))), "it was changed since");
        attributes::undo(engine, &second).await.unwrap();
        assert_eq!(holding(&world, rosa).await[0], pair("segment", "Press"));
        attributes::take_back(engine, by, rosa, "segment").await.unwrap();
        assert_eq!(holding(&world, rosa).await[0], pair("segment", "Retail"), "what the list says is left");
        let wrong = attributes::set(engine, by, rosa, ("since", None), "soon").await;
        assert!(matches!(wrong, Err(EngineError::Invalid(_))));
        let unknown = attributes::set(engine, by, rosa, ("Shoe size", None), "41").await;
        assert!(matches!(unknown, Err(EngineError::NotFound(_))));
        let kind = Some(tertulia_engine::customers::values::Kind::Number);
        attributes::set(engine, by, rosa, ("Shoe size", kind), "41,5").await.unwrap();
        assert!(holding(&world, rosa).await.contains(&pair("shoesize", "41.5")));
    });
}

#[test]
fn what_is_known_of_two_who_are_one_stands_with_both_until_they_are_parted() {
    on_both(async |world| {
        bring(&world, LIST, "keep").await;
        world.hear(&[said("1", "Good morning").created(), said("2", "Hello").by("bo@other.example").created()]).await;
        let (engine, rosa) = (&world.engine, rosas(&world).await);
        let bo =
            people::identity(&mut engine.db.reader(), "mail", "bo@other.example").await.unwrap().unwrap().person_id;
        attributes::set(engine, (world.user, Source::Hand), bo, ("plan", None), "Gold").await.unwrap();
        organisations::put_in(engine, world.user, bo, "Bean Club").await.unwrap();
        let known = desk_of_people::Evidence::known();
        let merge = desk_of_people::merge(engine, world.user, (bo, rosa), "Rosa Vidal", &known).await.unwrap();
        let values = stored::of_person(&mut engine.db.reader(), rosa).await.unwrap();
        let segments: Vec<_> = values.iter().filter(|one| one.stated.attribute == "segment").collect();
        assert_eq!(segments.len(), 2, "both lists' words are kept");
        assert!(holding(&world, rosa).await.contains(&pair("plan", "Gold")));
        assert_eq!(holding(&world, bo).await, []);
        assert_eq!(stored_organisations::of_person(&mut engine.db.reader(), rosa).await.unwrap().len(), 2);
        desk_of_people::part(engine, world.user, merge).await.unwrap();
        assert_eq!(holding(&world, rosa).await, [pair("segment", "Retail"), pair("since", "2024-03-01")]);
        assert!(holding(&world, bo).await.contains(&pair("plan", "Gold")));
        assert_eq!(stored_organisations::of_person(&mut engine.db.reader(), rosa).await.unwrap(), []);
    });
}

#[test]
fn what_was_put_down_of_one_who_is_part_of_another_is_taken_back_from_them_alone() {
    on_both(async |world| {
        world.hear(&[said("1", "Good morning").created(), said("2", "Hello").by("bo@other.example").created()]).await;
        let (engine, by, rosa) = (&world.engine, (world.user, Source::Hand), rosas(&world).await);
        let bo =
            people::identity(&mut engine.db.reader(), "mail", "bo@other.example").await.unwrap().unwrap().person_id;
        attributes::set(engine, by, bo, ("plan", None), "Gold").await.unwrap();
        attributes::set(engine, by, rosa, ("plan", None), "Silver").await.unwrap();
        let known = desk_of_people::Evidence::known();
        desk_of_people::merge(engine, world.user, (bo, rosa), "Rosa Vidal", &known).await.unwrap();
        let undo = attributes::take_back(engine, by, bo, "plan").await.unwrap();
        let values = stored::of_person(&mut engine.db.reader(), rosa).await.unwrap();
        assert_eq!(values.iter().map(|one| one.stated.value.as_str()).collect::<Vec<_>>(), ["Silver"]);
        attributes::undo(engine, &undo).await.unwrap();
        assert_eq!(stored::of_person(&mut engine.db.reader(), rosa).await.unwrap().len(), 2);
    });
}

#[test]
fn a_number_counts_within_its_list_and_columns_have_one_meaning_each() {
    on_both(async |world| {
        bring(&world, LIST, "keep").await;
        let blob = put(&world, "Customer number,Name\n1,Somebody else\n");
        let mapping = customers::look(&world.engine, &blob.blob).await.unwrap().mapping;
        let new = |mapping: Mapping| New {
            list: "Shop".to_owned(),
            name: "shop.csv".to_owned(),
            blob: blob.clone(),
            mapping,
            missing: "leave".to_owned(),
            by: world.user,
        };
        let mut twice = mapping.clone();
        twice.columns.insert("Name".to_owned(), customers::Means::ExternalId);
        assert!(matches!(customers::start(&world.engine, new(twice)).await, Err(EngineError::Invalid(_))));
        let mut unknown = mapping.clone();
        unknown.columns.insert("Name".to_owned(), customers::Means::Attribute("shoesize".to_owned()));
        assert!(matches!(customers::start(&world.engine, new(unknown)).await, Err(EngineError::Invalid(_))));
        let id = customers::start(&world.engine, new(mapping)).await.unwrap();
        worker::take(&world.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due").await.unwrap();
        let run = customer_runs::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap();
        assert_eq!((run.added, run.changed, run.gone), (1, 0, 0));
        assert_eq!(called(&world, "Rosa Vidal").await.list, "CRM");
        assert_eq!(called(&world, "Somebody else").await.list, "Shop");
    });
}

#[test]
fn who_is_erased_is_no_customer_and_no_list_brings_them_back() {
    on_both(async |world| {
        let list = "id,name,email,segment\n1,Rosalindaxx Vidal,Marker-Rosa@home.example,zanahoriaxx\n2,Bo,bo@other.example,Retail\n";
        bring(&world, list, "keep").await;
        world.hear(&[rosa("a", "Good morning").created()]).await;
        let rosa = person(&world).await;
        attributes::set(&world.engine, (world.user, Source::Said), rosa, ("plan", None), "respuestaxx").await.unwrap();
        let given = archive(&world, rosa).await;
        for kept in ["zanahoriaxx", "respuestaxx", "\"in_customer_lists\"", "marker-rosa@home.example"] {
            assert!(holds(&given, kept), "{kept}");
        }
        erase_wholly(&world, rosa).await;
        assert_eq!(all(&world, false).await.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Bo"]);
        let again = bring(&world, list, "keep").await;
        assert_eq!((again.added, again.same, again.wrong), (0, 1, 1));
        let wrong = customer_runs::wrong(&mut world.engine.db.reader(), again.id, 0, 9).await.unwrap();
        assert!(wrong[0].1.contains("erased"), "{wrong:?}");
        worker::take(&world.engine, worker::TRIM, 0).await.unwrap().expect("it is due").await.unwrap();
        assert_eq!(crate::erasing::places(&world, &["marker-rosa"]).await, Vec::<String>::new());
    });
}

#[test]
fn two_organisations_become_one_and_are_parted_again() {
    on_both(async |world| {
        bring(&world, LIST, "keep").await;
        let (engine, bean) = (&world.engine, called(&world, "Bo Berg").await.organisation_id.unwrap());
        world.hear(&[said("1", "Good morning").created()]).await;
        let rosa = rosas(&world).await;
        let (club, undo) = organisations::put_in(engine, world.user, rosa, " bean   CLUB ").await.unwrap();
        let (same, none) = organisations::put_in(engine, world.user, rosa, "Bean club").await.unwrap();
        assert_eq!((same, none), (club, None), "it is one name");
        let merged = organisations::merge(engine, world.user, club, bean).await.unwrap();
        assert_eq!(stored_organisations::counts(&mut engine.db.reader(), bean).await.unwrap(), (1, 1));
        assert!(matches!(organisations::merge(engine, world.user, club, bean).await, Err(EngineError::Refused(_))));
        // A newer list that names the one that is part of the other belongs to both.
        bring(&world, &LIST.replace(";Retail;;01", ";Retail;Bean Club;01"), "keep").await;
        assert_eq!(stored_organisations::counts(&mut engine.db.reader(), bean).await.unwrap(), (1, 2));
        organisations::undo(engine, world.user, &merged).await.unwrap();
        assert_eq!(stored_organisations::counts(&mut engine.db.reader(), club).await.unwrap(), (1, 1));
        let listed = organisations::take_out(engine, bean, rosa).await;
        assert!(matches!(listed, Err(EngineError::Refused(_))), "she does not belong to it");
        organisations::undo(engine, world.user, &undo.unwrap()).await.unwrap();
        let taken = organisations::rename(engine, club, "Bean & Sons").await;
        assert!(matches!(taken, Err(EngineError::Invalid(_))));
    });
}

#[test]
fn a_list_with_the_name_of_before_means_the_organisation_that_was_renamed() {
    on_both(async |world| {
        bring(&world, LIST, "keep").await;
        let (engine, bean) = (&world.engine, called(&world, "Bo Berg").await.organisation_id.unwrap());
        let undo = organisations::rename(engine, bean, "Coffee House").await.unwrap();
        // Bo's row says something else by now, and still names the company as it did.
        bring(&world, &LIST.replace(";2023-05-09", ";2023-05-10"), "keep").await;
        assert_eq!(called(&world, "Bo Berg").await.organisation_id, Some(bean));
        let all = stored_organisations::list(&mut engine.db.reader(), None, None, 9).await.unwrap();
        assert_eq!(all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Coffee House"]);
        organisations::undo(engine, world.user, &undo).await.unwrap();
        bring(&world, &LIST.replace(";Bean & Sons;2023", ";Coffee house;2023"), "keep").await;
        assert_ne!(called(&world, "Bo Berg").await.organisation_id, Some(bean), "that name was a slip");
    });
}

fn form(attribute: &str, is: &str, words: &str) -> RuleForm {
    RuleForm { attribute: attribute.to_owned(), is: is.to_owned(), words: words.to_owned() }
}

#[test]
fn a_segment_says_what_is_wrong_with_it_and_is_kept_once_under_its_name() {
    on_both(async |world| {
        let engine = &world.engine;
        let save =
            async |name: &str, rules: &[RuleForm]| segments::save(engine, world.user, (None, None), name, rules).await;
        let is_wrong =
            |said: Result<i64, EngineError>| assert!(matches!(said, Err(EngineError::Invalid(_))), "{said:?}");
        is_wrong(save("Small", &[]).await);
        is_wrong(save("Small", &[form("nothing", "one_of", "x")]).await);
        is_wrong(save("Small", &[form("segment", "like", "x")]).await);
        is_wrong(save("Small", &[form("segment", "one_of", " ; ")]).await);
        is_wrong(save("Small", &[form("segment", "at_least", "3")]).await);
        is_wrong(save("Small", &[form("since", "at_least", "soon")]).await);
        is_wrong(save("Small", &[form("since", "at_least", "1.1.2024; 1.2.2024")]).await);
        is_wrong(save(" ", &[form("segment", "known", "")]).await);
        let rules = [form("segment", "one_of", "Retail; Press"), form("since", "at_least", "1.1.2024")];
        let id = save("Small", &rules).await.unwrap();
        is_wrong(save("small", &rules).await);
        bring(&world, LIST, "keep").await;
        world.hear(&[said("1", "Hi").created(), said("2", "Hello").by("bo@other.example").created()]).await;
        let rules = segments::rules_of(&mut engine.db.reader(), Some(id)).await.unwrap();
        let found = people::list_of(&mut engine.db.reader(), None, &rules, None, 9).await.unwrap();
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [rosas(&world).await]);
        let newer = segments::save(engine, world.user, (Some(id), Some(0)), "Tiny", &[form("plan", "known", "")]).await;
        assert_eq!(newer.unwrap(), id);
        let stale = segments::save(engine, world.user, (Some(id), Some(0)), "Huge", &[form("plan", "known", "")]).await;
        assert!(matches!(stale, Err(EngineError::Refused(_))), "somebody changed it");
        segments::remove(engine, id).await.unwrap();
        assert!(segments::remove(engine, id).await.is_err());
        let nothing: Arc<[f64]> = [f64::NAN, -1.0, 1e9].into();
        for weight in nothing.iter() {
            let wrong = segments::choose_weights(engine, Some(&[("Retail".to_owned(), *weight)])).await;
            assert!(matches!(wrong, Err(EngineError::Invalid(_))), "{weight}");
        }
        segments::choose_weights(engine, Some(&[("RETAIL".to_owned(), 2.0)])).await.unwrap();
        let chosen = segments::weighing(&mut engine.db.reader()).await.unwrap();
        assert!(chosen.is_chosen && chosen.weights.of["retail"].weight == 2.0);
        segments::choose_weights(engine, None).await.unwrap();
        assert!(!segments::weighing(&mut engine.db.reader()).await.unwrap().is_chosen);
    });
}
