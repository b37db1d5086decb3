//! Customers on the screens: a list is looked at, taken and told of; who writes is a customer, as they say; what is known of
//! them is corrected and undone; segments narrow, and weigh what is asked for.

use crate::support::{
    desk::{Desk, amina, desk, location, undo_of},
    request,
};
use axum::body::Body;
use tertulia_engine::worker;
use tertulia_store::{attributes, customers, people};

const LIST: &str = "id,name,email,segment,plan,seats\n\
    1,Amina <Yusuf>,Amina@Example.org,Wholesale,Gold,12\n\
    2,Never Heard,never@example.org,Retail,,1\n\
    3,Wrong,no address,Retail,,1\n";

async fn upload(desk: &Desk, text: &str) -> crate::support::Answer {
    let head = "content-disposition: form-data; name=";
    let body = format!(
        "--edge\r\n{head}\"csrf\"\r\n\r\nx\r\n--edge\r\n{head}\"file\"; filename=\"crm.csv\"\r\n\r\n{text}\r\n--edge--\r\n"
    );
    let request = request("POST", "/customers/lists/upload", &desk.owner)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=edge");
    desk.site.send(request.body(Body::from(body)).unwrap()).await
}

/// The list, read to its end; the address of its report.
async fn brought(desk: &Desk) -> String {
    let sent = upload(desk, LIST).await;
    let ticket = location(&sent).split("file=").nth(1).unwrap().to_owned();
    let fields = [
        ("file", ticket.as_str()),
        ("list", "CRM"),
        ("missing", "keep"),
        ("column-0", "id"),
        ("column-1", "name"),
        ("column-2", "mail"),
        ("column-3", "attribute:segment"),
        ("column-4", "attribute:plan"),
        ("column-5", "new:number"),
    ];
    let begun = desk.post("/customers/lists/start", &fields).await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    let path = location(&begun);
    let id: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
    worker::take(&desk.site.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due").await.unwrap();
    path
}

async fn person(desk: &Desk) -> String {
    let found = people::list(&mut desk.site.engine.db.reader(), Some("amina"), None, 1).await.unwrap();
    format!("/people/{}", found[0].id)
}

#[tokio::test]
async fn a_list_is_looked_at_before_it_is_taken_and_each_row_that_is_not_is_named() {
    let desk = desk().await;
    assert!(desk.get("/customers").await.body.contains("No list was brought in yet"));
    assert_eq!(upload(&desk, "\n").await.status, 422);
    let sent = upload(&desk, LIST).await;
    let map = desk.get(&location(&sent)).await.body;
    assert!(map.contains("1 of the first 3 would not be taken"), "{map}");
    assert!(map.contains("Amina &#60;Yusuf&#62;") && !map.contains("<Yusuf>"));
    let ticket = location(&sent).split("file=").nth(1).unwrap().to_owned();
    let nothing = [("file", ticket.as_str()), ("list", ""), ("missing", "keep"), ("column-3", "attribute:segment")];
    let refused = desk.post("/customers/lists/start", &nothing).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Give the list a name") && refused.body.contains("known again"), "{}", refused.body);
    assert_eq!(desk.get("/customers/lists/map?file=forged").await.status, 404);
    let report = brought(&desk).await;
    let page = desk.get(&report).await.body;
    assert!(page.contains("this is no e-mail address") && page.contains(">4<"), "{page}");
    let wrong = desk.get(&format!("{report}/wrong.csv")).await.body;
    assert!(wrong.starts_with("line,reason\r\n4,\"“email”: this is no e-mail"), "{wrong}");
    let customers = desk.get("/customers").await.body;
    assert!(customers.contains("Amina &#60;Yusuf&#62;") && customers.contains("Wholesale · Gold"), "{customers}");
    assert!(desk.get("/customers?q=never").await.body.contains("Never Heard"));
    assert!(desk.get("/customers?only=doubtful").await.body.contains("Nobody is doubtful"));
    // The next file with these columns is filled in as this one was.
    let again = desk.get(&location(&upload(&desk, LIST).await)).await.body;
    assert!(again.contains("value=\"CRM\"") && again.contains("<option value=\"new:number\" selected>"), "{again}");
}

#[tokio::test]
async fn who_writes_is_a_customer_as_they_say_and_what_the_list_says_is_corrected_and_undone() {
    let desk = desk().await;
    brought(&desk).await;
    desk.hears(amina("1", "Do you have it in blue?")).await;
    let path = person(&desk).await;
    let page = desk.get(&path).await.body;
    assert!(page.contains("They say to be this customer") && page.contains("customer list “CRM”"), "{page}");
    assert!(page.contains(">Wholesale</strong>"));
    let values = format!("{path}/values");
    let set = desk.post(&values, &[("attribute", "segment"), ("value", "Press"), ("said", "yes")]).await;
    let page = desk.follow(&set).await;
    assert!(page.contains(">Press</strong>") && page.contains("they said so, noted by"), "{page}");
    assert!(page.contains("Not all say the same."));
    desk.post(&undo_of(&page), &[]).await;
    assert!(!desk.get(&path).await.body.contains("Not all say the same."));
    let wrong = desk.post(&values, &[("attribute", "since"), ("value", "soon"), ("said", "yes")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("value=\"soon\""), "what was typed is lost: {}", wrong.body);
    assert!(wrong.body.contains("this is no day") && wrong.body.contains("<option value=\"since\" selected>"));
    let new = [("attribute", "new"), ("title", "Shoe <size>"), ("kind", "number"), ("value", "41,5")];
    let page = desk.follow(&desk.post(&values, &new).await).await;
    assert!(page.contains("Shoe &#60;size&#62;") && page.contains(">41.5</strong>"), "{page}");
    let customer = page.split("href=\"/customers/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let shown = desk.get(&format!("/customers/{customer}")).await.body;
    let tie = shown.split("action=\"/customers/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let said = desk.follow(&desk.post(&format!("/customers/{tie}"), &[("is", "no")]).await).await;
    assert!(said.contains("Nobody with these addresses"), "{said}");
    desk.post(&undo_of(&said), &[]).await;
    assert!(desk.get(&path).await.body.contains("They say to be this customer"));
}

#[tokio::test]
async fn a_person_is_put_in_an_organisation_which_is_made_one_with_another() {
    let desk = desk().await;
    desk.hears(amina("1", "Do you have it in blue?")).await;
    let path = person(&desk).await;
    let put = format!("{path}/organisations");
    assert_eq!(desk.post(&put, &[("name", " ")]).await.status, 422);
    for name in ["Bean", "Bean Ltd"] {
        desk.post(&put, &[("name", name)]).await;
    }
    let list = desk.get("/organisations").await.body;
    let ids: Vec<&str> =
        list.split("href=\"/organisations/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ids.len(), 2, "{list}");
    let look = desk.get(&format!("/organisations/{}/same?q=bean", ids[0])).await.body;
    assert!(look.contains("1 who wrote, 0 in your lists"), "{look}");
    let merged = desk.post(&format!("/organisations/{}/merge/{}", ids[0], ids[1]), &[]).await;
    let page = desk.follow(&merged).await;
    assert!(page.contains("Made one from 2") && page.contains("1 person who wrote"), "{page}");
    assert_eq!(desk.get(&format!("/organisations/{}", ids[0])).await.status, 303);
    desk.post(&undo_of(&page), &[]).await;
    assert_eq!(desk.get(&format!("/organisations/{}", ids[0])).await.status, 200);
    let left = desk.post(&format!("/organisations/{}/people{}/remove", ids[0], path.replace("/people", "")), &[]).await;
    assert_eq!(left.status, 303, "{}", left.body);
}

#[tokio::test]
async fn a_segment_narrows_people_the_inbox_and_what_is_asked_for_and_weighs_it() {
    let desk = desk().await;
    brought(&desk).await;
    let held = desk.hears(amina("1", "Could you open on Sundays?")).await;
    let rules = [("title", "Big <ones>"), ("attribute-0", "seats"), ("is-0", "at_least"), ("words-0", "10")];
    let unknown = [("title", "Big"), ("attribute-0", "seats"), ("is-0", "at_least"), ("words-0", "many")];
    let refused = desk.post("/segments/new", &unknown).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("seats: this is no number") && refused.body.contains("value=\"many\""),
        "{}",
        refused.body
    );
    let about_nothing = [rules[0], rules[1], rules[2], rules[3], ("is-1", "one_of"), ("words-1", "Xylophone")];
    let refused = desk.post("/segments/new", &about_nothing).await;
    assert!(refused.status == 422 && refused.body.contains("Choose what the rule is about."), "{}", refused.body);
    assert!(refused.body.contains("value=\"Xylophone\""), "what was typed is kept: {}", refused.body);
    let kept = desk.post("/segments/new", &rules).await;
    let people = location(&kept);
    let page = desk.get(&people).await.body;
    assert!(page.contains("class=\"person-line\"") && page.contains("Wholesale · Gold"), "{page}");
    let id = people.split("segment=").nth(1).unwrap();
    let inbox = desk.get(&format!("/inbox?segment={id}")).await.body;
    assert!(inbox.contains(&format!("id=\"row-{held}\"")) && inbox.contains("Big &#60;ones&#62;"), "{inbox}");
    assert!(desk.get("/segments").await.body.contains("seats is 10 or more"));
    let small = [("title", "Small"), ("attribute-0", "seats"), ("is-0", "at_most"), ("words-0", "2")];
    let none = location(&desk.post("/segments/new", &small).await);
    assert!(desk.get(&none).await.body.contains("Nobody is in this segment"));
    let none = none.split("segment=").nth(1).unwrap();
    assert!(!desk.get(&format!("/inbox/list?segment={none}")).await.body.contains("id=\"row-"));
    let asked = [("title", "Open on Sundays"), ("person", &person(&desk).await[8..]), ("note", "By phone")];
    let made = desk.post("/feedback/new", &asked).await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert!(desk.follow(&made).await.contains("by segment: too few to weigh"));
    let weights = desk.get("/segments/weights").await.body;
    let key = weights.split("name=\"weight-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(weights.contains("Wholesale"), "{weights}");
    let (zero, one) = (("weight-0", "2,5"), ("weight-1", "2,5"));
    let wrong = desk.post("/segments/weights", &[("weight-0", "-1"), ("weight-1", "3,75")]).await;
    assert_eq!(wrong.status, 422, "{key}");
    assert!(wrong.body.contains("value=\"-1\"") && wrong.body.contains("value=\"3,75\""), "{}", wrong.body);
    assert_eq!(desk.post("/segments/weights", &[zero, one]).await.status, 303);
    let list = desk.get(&format!("/feedback?segment={id}")).await.body;
    assert!(list.contains("One person asks for it · by segment 2.5 (on 1 person)"), "{list}");
    assert!(desk.get(&format!("/feedback?segment={none}")).await.body.contains("Nothing of that is asked for"));
    assert_eq!(desk.post("/segments/weights", &[("computed", "yes")]).await.status, 303);
    let edit = desk.get(&format!("/segments/{id}")).await.body;
    assert!(edit.contains("value=\"10\"") && edit.contains("<option value=\"at_least\" selected>"), "{edit}");
    assert_eq!(location(&desk.post(&format!("/segments/{id}/remove"), &[]).await), "/segments");
    assert_eq!(desk.get(&format!("/segments/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_customer_who_never_wrote_is_erased_by_an_owner_after_their_name_is_typed() {
    let desk = desk().await;
    brought(&desk).await;
    desk.hears(amina("1", "Do you have it in blue?")).await;
    let list = desk.get("/customers?q=never").await.body;
    let is_customer = |part: &&str| part.strip_prefix("/customers/").is_some_and(|id| id.parse::<i64>().is_ok());
    let customer = list.split('"').find(is_customer).unwrap().to_owned();
    let erase = format!("{customer}/erase");
    assert!(desk.get(&customer).await.body.contains(&format!("href=\"{erase}\"")));
    let agent = desk.site.member(tertulia_model::Role::Agent).await;
    assert!(!desk.site.get(&customer, &agent).await.body.contains(&erase));
    assert_eq!(desk.site.post(&erase, &agent, &[("name", "Never Heard")]).await.status, 403);
    let asked = desk.get(&erase).await.body;
    assert!(asked.contains("1 address or account of theirs") && asked.contains("Type their name"), "{asked}");
    let wrong = desk.post(&erase, &[("name", "Bo")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("Nothing was erased"), "{}", wrong.body);
    let done = desk.post(&erase, &[("name", " never  HEARD ")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let report = desk.get(&location(&done)).await.body;
    assert!(report.contains("Customers of your lists") && !report.contains("Never Heard"), "{report}");
    assert_eq!((desk.get(&customer).await.status.as_u16(), desk.get(&erase).await.status.as_u16()), (404, 404));
    assert!(desk.get("/customers?q=never").await.body.contains("No customer is found"));
    // Whoever wrote is erased where they are a person, and who goes along is named.
    let path = person(&desk).await;
    let asked = desk.get(&format!("{path}/erase")).await.body;
    assert!(
        asked.contains("The customer <a href=\"/customers/") && asked.contains("of the list <bdi>CRM</bdi>"),
        "{asked}"
    );
    assert!(!asked.contains("If it is somebody else"), "that is who they are");
}

#[tokio::test]
async fn a_preview_says_how_numbers_are_read_and_the_other_way_can_be_chosen() {
    let desk = desk().await;
    let sent = upload(&desk, "id;turnover\n1;1.250\n2;12.500\n3;7\n").await;
    let ticket = location(&sent).split("file=").nth(1).unwrap().to_owned();
    let map = desk.get(&location(&sent)).await.body;
    assert!(map.contains("Numbers are written") && map.contains("<option value=\"auto\" selected>"), "{map}");
    let form = |numbers| {
        let fixed = [("list", "CRM"), ("missing", "keep"), ("column-0", "id"), ("column-1", "new:number")];
        [("file", ticket.as_str()), ("numbers", numbers)].into_iter().chain(fixed).collect::<Vec<_>>()
    };
    let preview = desk.post("/customers/lists/preview", &form("auto")).await.body;
    assert!(preview.contains("1.250 → 1250") && preview.contains("<bdi>7</bdi>"), "{preview}");
    let preview = desk.post("/customers/lists/preview", &form("point")).await.body;
    assert!(preview.contains("1.250 → 1.25") && !preview.contains("1.250 → 1250"), "{preview}");
    let begun = desk.post("/customers/lists/start", &form("auto")).await;
    let id: i64 = location(&begun).rsplit('/').next().unwrap().parse().unwrap();
    worker::take(&desk.site.engine, worker::CUSTOMERS, id).await.unwrap().expect("it is due").await.unwrap();
    let mut db = desk.site.engine.db.reader();
    let newest = customers::list(&mut db, customers::Wanted::default(), None, 9).await.unwrap();
    let ids: Vec<i64> = newest.iter().map(|one| one.id).collect();
    let mut said = attributes::of_customers(&mut db, &ids).await.unwrap();
    said.sort_by_key(|one| one.customer_id);
    assert_eq!(said.iter().map(|one| one.number).collect::<Vec<_>>(), [Some(1250.0), Some(12500.0), Some(7.0)]);
}
