//! Opinion groups on the screens: a ballot is made, a file of votes is looked at, taken and taken back, and the map says who
//! answers alike, what all agree on, and what few have seen.

use crate::support::{
    Answer,
    desk::{Desk, desk, location, undo_of},
    request,
};
use axum::body::Body;
use tertulia_model::UserId;
use tertulia_store::opinions::{self as stored, Batch};

const STATEMENTS: &str =
    "Light the paths\nBan dogs\nClose at night\nMore benches\nCharge a fee\nRent boats\nPlant <b>trees</b>\nA café";

/// Twenty people of two minds about six statements; all want trees, and few were asked about the café.
fn votes() -> String {
    let mut table = "participant,statement,vote\n".to_owned();
    for person in 0..20 {
        for statement in 1..=6 {
            let side = (statement <= 3) == (person % 2 == 0);
            table += &format!("p{person},{statement},{}\n", if side { "agree" } else { "disagree" });
        }
        table += &format!("p{person},7,yes\n");
        if person < 6 {
            table += &format!("p{person},8,1\n");
        }
    }
    table + "p1,3,perhaps so\n"
}

async fn made(desk: &Desk) -> String {
    let form = [("question", "How should the <park> change?"), ("statements", STATEMENTS)];
    location(&desk.post("/insights/opinions", &form).await)
}

async fn upload(desk: &Desk, ballot: &str, text: &str) -> Answer {
    let head = "content-disposition: form-data; name=";
    let body = format!(
        "--edge\r\n{head}\"csrf\"\r\n\r\nx\r\n--edge\r\n{head}\"file\"; filename=\"votes.csv\"\r\n\r\n{text}\r\n--edge--\r\n"
    );
    let request = request("POST", &format!("{ballot}/file"), &desk.owner)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=edge");
    desk.site.send(request.body(Body::from(body)).unwrap()).await
}

fn form<'a>(ticket: &'a str, turned: &'a str) -> [(&'a str, &'a str); 5] {
    [("file", ticket), ("participant", "participant"), ("statement", "statement"), ("vote", "vote"), ("turned", turned)]
}

async fn ticket(desk: &Desk, ballot: &str, text: &str) -> String {
    let sent = upload(desk, ballot, text).await;
    location(&sent).split("file=").nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn an_empty_house_is_told_what_a_ballot_is_and_makes_one() {
    let desk = desk().await;
    let empty = desk.get("/insights/opinions").await.body;
    assert!(empty.contains("No ballot yet") && empty.contains("A new ballot"), "{empty}");
    let refused = desk.post("/insights/opinions", &[("question", " "), ("statements", "")]).await;
    assert!(refused.status == 422 && refused.body.contains("Say in 1 to 300 characters"), "{}", refused.body);
    let ballot = made(&desk).await;
    let page = desk.get(&ballot).await.body;
    assert!(page.contains("Nobody has voted yet.") && page.contains("How should the &#60;park&#62; change?"), "{page}");
    let statements = desk.get(&format!("{ballot}/statements")).await.body;
    assert!(statements.contains("Plant &#60;b&#62;trees&#60;/b&#62;"), "{statements}");
    let twice = [("statements", "Ban dogs")];
    let refused = desk.post(&format!("{ballot}/statements"), &twice).await;
    assert!(refused.status == 422 && refused.body.contains("stands there already"), "{}", refused.body);
    assert_eq!(desk.get("/insights/opinions/7").await.status, 404);
}

#[tokio::test]
async fn a_file_is_looked_at_taken_drawn_and_taken_back() {
    let desk = desk().await;
    let ballot = made(&desk).await;
    let ticket = ticket(&desk, &ballot, &votes()).await;
    let look = desk.get(&format!("{ballot}/file?file={ticket}")).await.body;
    assert!(look.contains("147 rows: 146 votes on 8 statements by 20 people."), "{look}");
    assert!(look.contains("1 row would be left out"), "{look}");
    assert!(look.contains("“perhaps so” is no vote"), "{look}");
    assert!(desk.get(&ballot).await.body.contains("Nobody has voted yet."), "a look takes nothing");
    let taken = desk.post(&format!("{ballot}/take"), &form(&ticket, "")).await;
    assert!(taken.status == 200 && taken.body.contains("146 votes are taken"), "{}", taken.body);
    let page = desk.get(&ballot).await.body;
    assert!(page.contains("20 people gave 146 votes on 8 statements and make 2 groups."), "{page}");
    assert!(page.contains("On one statement all groups are on one side."), "{page}");
    assert!(
        page.contains("Most of all: <bdi>“Plant &#60;b&#62;trees&#60;/b&#62;”</bdi> – 20 of 20 (100 %) agree"),
        "{page}"
    );
    assert!(page.contains("One statement was seen by fewer than 15 people"), "{page}");
    assert!(page.contains("data-chart=") && page.contains("Group A: 10 people"), "{page}");
    assert!(page.contains("A dot opens its group and names nobody") && !page.contains("In no group"), "{page}");
    assert!(page.contains("10 of 10 (100 %) agree") && page.contains("data-label=\"Group B, agree\""), "{page}");
    let table = desk.get(&format!("{ballot}/map.csv")).await;
    assert!(table.body.starts_with("section,of,name,figure,") && table.body.contains("agreed across groups"));
    assert!(table.body.contains("\"statement\",\"Group A\",\"Light the paths\",\"agree\","), "{}", table.body);
    assert!(!table.body.contains("p17"), "nobody who voted is named");
    let map = desk.get(&format!("{ballot}/map.json")).await.body;
    assert!(map.contains("\"methods\"") && !map.contains("p17"), "{map}");
    let whole = desk.get(&format!("{ballot}/map.html")).await.body;
    assert!(whole.contains("Agreed across groups") && whole.contains("Plant &#60;b&#62;trees"), "{whole}");
    assert!(!whole.contains("p17"), "{whole}");
    let back = page.split("/brought/").nth(1).unwrap().split('/').next().unwrap();
    assert_eq!(desk.post(&format!("{ballot}/brought/{back}/take-back"), &[]).await.status, 303);
    assert!(desk.get(&ballot).await.body.contains("Nobody has voted yet."));
    assert_eq!(desk.post(&format!("{ballot}/remove"), &[]).await.status, 303);
    assert_eq!(desk.get(&ballot).await.status, 404);
}

#[tokio::test]
async fn a_file_whose_numbers_are_turned_round_is_taken_so_and_undone() {
    let desk = desk().await;
    let ballot = made(&desk).await;
    let ticket = ticket(&desk, &ballot, "participant,statement,vote\na,1,-1\nb,1,-1\nc,1,1\n").await;
    let look = desk.post(&format!("{ballot}/preview"), &form(&ticket, "yes")).await.body;
    assert!(look.contains("2 agree, 1 disagree, 0 pass."), "{look}");
    let taken = desk.post(&format!("{ballot}/take"), &form(&ticket, "yes")).await;
    let page = desk.follow(&taken).await;
    assert!(page.contains("No groups are shown: ") && page.contains("12 more would do."), "{page}");
    assert!(page.contains("2 of 3 (67 %)"), "{page}");
    assert_eq!(desk.post(&undo_of(&page), &[]).await.status, 303);
    assert!(desk.get(&ballot).await.body.contains("Nobody has voted yet."));
}

#[tokio::test]
async fn the_comments_of_a_polis_export_give_words_and_take_out_also_after_its_votes() {
    let desk = desk().await;
    let ballot =
        location(&desk.post("/insights/opinions", &[("question", "How?"), ("statements", "Light the paths")]).await);
    let votes = "timestamp,datetime,comment-id,voter-id,vote\n1700000000,x,1,a,1\n1700000000,x,7,a,-1\n";
    let sent = ticket(&desk, &ballot, votes).await;
    let look = desk.get(&format!("{ballot}/file?file={sent}")).await.body;
    assert!(look.contains("1: Light the paths"), "what a number means here is shown: {look}");
    let chosen = [("file", sent.as_str()), ("participant", "voter-id"), ("statement", "comment-id"), ("vote", "vote")];
    assert!(desk.follow(&desk.post(&format!("{ballot}/take"), &chosen).await).await.contains("2 votes are taken; one"));
    let comments =
        "comment-id,author-id,agrees,disagrees,moderated,comment-body\n1,a,1,0,1,Ban dogs\n7,a,0,1,-1,Buy this\n";
    let sent = ticket(&desk, &ballot, comments).await;
    let look = desk.get(&format!("{ballot}/file?file={sent}")).await.body;
    assert!(look.contains("one statement has other words here under the same number"), "{look}");
    let chosen =
        [("file", sent.as_str()), ("statement", "comment-id"), ("text", "comment-body"), ("moderated", "moderated")];
    let page = desk.follow(&desk.post(&format!("{ballot}/take"), &chosen).await).await;
    assert!(page.contains("One statement that was there got words or went out."), "{page}");
    let statements = desk.get(&format!("{ballot}/statements")).await.body;
    assert!(statements.contains("Buy this") && statements.contains("taken out"), "{statements}");
    assert!(statements.contains("Light the paths") && !statements.contains("Ban dogs"), "{statements}");
}

#[tokio::test]
async fn what_was_brought_long_ago_can_be_taken_back_as_well() {
    let desk = desk().await;
    let ballot = made(&desk).await;
    let id: i64 = ballot.rsplit('/').next().unwrap().parse().unwrap();
    let mut tx = desk.site.engine.db.begin().await.unwrap();
    for n in 1..=102 {
        let batch = Batch {
            id: n,
            ballot_id: id,
            name: format!("kiosk-{n}."),
            state: "done".to_owned(),
            statements: 0,
            votes: 0,
            known: 0,
            wrong: 0,
            by_user: UserId(1),
            at: 0,
        };
        stored::add_batch(&mut tx, &batch).await.unwrap();
    }
    tx.commit().await.unwrap();
    let page = desk.get(&ballot).await.body;
    assert!(page.contains("kiosk-3.") && !page.contains("kiosk-2."), "{page}");
    assert!(page.contains("?brought=3#h-brought"), "{page}");
    let older = desk.get(&format!("{ballot}?brought=3")).await.body;
    assert!(older.contains("kiosk-2.") && older.contains("kiosk-1.") && !older.contains("kiosk-3."), "{older}");
    assert!(!older.contains("#h-brought"), "{older}");
}

#[tokio::test]
async fn of_three_people_who_stand_together_it_is_not_told_how_they_voted() {
    let desk = desk().await;
    let ballot = made(&desk).await;
    let side = |person: usize| if person < 18 { "agree" } else { "disagree" };
    let row = |person: usize, statement: usize| format!("p{person},{statement},{}\n", side(person));
    let rows: String = (0..21).flat_map(|person| (1..=7).map(move |statement| row(person, statement))).collect();
    let ticket = ticket(&desk, &ballot, &format!("participant,statement,vote\n{rows}")).await;
    desk.post(&format!("{ballot}/take"), &form(&ticket, "")).await;
    let page = desk.get(&ballot).await.body;
    assert!(page.contains("Group B: 3 people") && page.contains("is not told: few people are in it"), "{page}");
    assert!(!page.contains("3 of 3") && !page.contains("18 of 18"), "{page}");
    let table = desk.get(&format!("{ballot}/map.csv")).await.body;
    assert!(
        table.contains("\"statement\",\"everybody\",\"Ban dogs\",\"agree\",18,,,21,")
            && !table.contains("\"statement\",\"Group"),
        "{table}"
    );
    let map = desk.get(&format!("{ballot}/map.json")).await.body;
    assert!(
        map.contains("\"told\":false") && map.contains("\"by_group\":[]") && !map.contains("\"speaks\":[{"),
        "{map}"
    );
    // (18 + 1) / (18 + 2) times what of the small group would be left.
    let map: serde_json::Value = serde_json::from_str(&map).unwrap();
    let statements = map["statements"].as_array().unwrap();
    assert!(statements.len() == 7 && statements.iter().all(|one| one["group_aware_consensus"].is_null()), "{map}");
    assert!(map["notes"].to_string().contains("No group_aware_consensus is given"), "{map}");
}

#[tokio::test]
async fn a_dot_of_nobodys_group_opens_why_it_is_in_none() {
    let desk = desk().await;
    let ballot = made(&desk).await;
    let is_of_few = |line: &&str| ["participant,", "p2,", "p3,", "p4,"].iter().any(|begin| line.starts_with(begin));
    let few: String = votes().lines().filter(is_of_few).map(|line| format!("{line}\n")).collect();
    let ticket = ticket(&desk, &ballot, &few).await;
    desk.post(&format!("{ballot}/take"), &form(&ticket, "")).await;
    let page = desk.get(&ballot).await.body;
    assert!(page.contains("id=\"in-no-group\">In no group: ") && page.contains("no groups were found"), "{page}");
    assert!(page.contains("&#34;href&#34;:&#34;#in-no-group&#34;,&#34;none&#34;:true"), "{page}");
}

#[tokio::test]
async fn a_number_and_its_words_are_one_statement() {
    let desk = desk().await;
    let ballot = made(&desk).await;
    let table = "participant,statement,vote\na,2,agree\na,Ban dogs,disagree\na,BAN DOGS,disagree\n";
    let ticket = ticket(&desk, &ballot, table).await;
    let taken = desk.post(&format!("{ballot}/take"), &form(&ticket, "")).await;
    let page = desk.follow(&taken).await;
    assert!(page.contains("One person gave 1 vote on one statement"), "{page}");
    assert!(page.contains("0 of 1 (0 %)") && page.contains("1 of 1 (100 %)"), "{page}");
}

#[tokio::test]
async fn a_column_that_is_not_there_is_told_and_nothing_is_taken() {
    let desk = desk().await;
    let ballot = made(&desk).await;
    let ticket = ticket(&desk, &ballot, "who,what,says\na,1,1\n").await;
    let look = desk.get(&format!("{ballot}/file?file={ticket}")).await;
    assert!(look.status == 422 && look.body.contains("Say which column holds the statement."), "{}", look.body);
    let taken = desk.post(&format!("{ballot}/take"), &form(&ticket, "")).await;
    assert!(taken.status == 422 && taken.body.contains("There is no column “participant”"), "{}", taken.body);
    assert_eq!(desk.get(&format!("{ballot}/file?file=forged")).await.status, 404);
}

#[tokio::test]
async fn what_is_taken_out_moves_nobody_and_says_so() {
    let desk = desk().await;
    let ballot = made(&desk).await;
    let ticket = ticket(&desk, &ballot, &votes()).await;
    desk.post(&format!("{ballot}/take"), &form(&ticket, "")).await;
    let statements = desk.get(&format!("{ballot}/statements")).await.body;
    let seventh = statements.split("/statements/").nth(7).unwrap().split('"').next().unwrap();
    let form = [("text", "Plant trees"), ("language", "en"), ("hidden", "yes")];
    assert_eq!(desk.post(&format!("{ballot}/statements/{seventh}"), &form).await.status, 303);
    let page = desk.get(&ballot).await.body;
    assert!(page.contains("Taken out: its votes move nobody."), "{page}");
    assert!(!page.contains("Most of all: "), "{page}");
}
