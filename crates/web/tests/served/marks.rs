//! A mark opens what it counts: neither more nor less, whatever else the page keeps to.

use crate::support::{
    desk::{Desk, desk},
    talk::{self, Line},
};

/// The addresses of a page that lead there, as a browser has them.
fn leading(page: &str, path: &str) -> Vec<String> {
    let page = page.replace("&#34;", "\"").replace("&#38;", "&");
    let begin = format!("\"{path}?");
    let address = |rest: &str| format!("{path}?{}", rest.split('"').next().unwrap());
    page.split(&begin).skip(1).map(address).collect()
}

/// So many people ask something, and as many more do not.
async fn crowd(desk: &Desk, many: usize) {
    for n in 0..many * 2 {
        let words = if n < many { "Do you have it in blue?" } else { "The beans came on Monday in a brown box." };
        let held = desk.hears(Line::new(&format!("m{n}"), &format!("rosa{n}"), words)).await;
        let person = desk.held(held).await.person_id.unwrap();
        let plan = [("attribute", "plan"), ("value", if n % 2 == 0 { "Gold" } else { "Silver" })];
        assert_eq!(desk.post(&format!("/people/{person}/values"), &plan).await.status, 303);
    }
    let form = [("attribute", "plan"), ("parts", "Gold; 20\nSilver; 80"), ("source", "Ours"), ("as_of", "2026-01-01")];
    assert_eq!(desk.post("/insights/population", &form).await.status, 303);
}

#[tokio::test]
async fn a_part_and_a_channel_open_all_whom_they_count_also_while_a_question_is_at_hand() {
    let desk = desk().await;
    crowd(&desk, 4).await;
    for asked in ["question=question", "question=question&mode=service&survey=score-low-7"] {
        let page = desk.get(&format!("/insights/voices?days=30&{asked}")).await.body;
        let people = leading(&page, "/insights/people");
        let parts: Vec<&String> = people.iter().filter(|address| address.contains("part=gold")).collect();
        assert_eq!(parts.len(), 2, "the bar and its row: {people:?}");
        for part in parts {
            assert!(!part.contains("question=") && !part.contains("survey="), "{part}");
            assert!(desk.get(part).await.body.contains("4 people, the loudest first."), "{part}");
        }
        let channels = people.iter().filter(|address| address.ends_with(&format!("channel={}", desk.mail)));
        let channels: Vec<&String> = channels.collect();
        assert_eq!(channels.len(), 2, "the line and its row: {people:?}");
        for channel in channels {
            assert!(desk.get(channel).await.body.contains("8 people, the loudest first."), "{channel}");
        }
        let asks = people.iter().find(|address| address.contains("question=question")).expect("those who ask");
        assert!(desk.get(asks).await.body.contains("4 people, the loudest first."), "{asks}");
        let overview = desk.get(&format!("/insights?days=30&{asked}")).await.body;
        let first = overview.split("Show the people").next().unwrap().rsplit("href=\"").next().unwrap();
        assert!(first.starts_with("/insights/people?") && !first.contains("question="), "{first}");
    }
}

#[tokio::test]
async fn all_who_wrote_are_those_of_the_channel_that_is_chosen_and_are_called_so() {
    let desk = desk().await;
    let talk = talk::channel(&desk.site, "talk", "counter").await;
    crowd(&desk, 2).await;
    talk::hear(&desk.site, talk, &[Line::new("t1", "bo", "Do you have it in green?")]).await;
    let page = desk.get(&format!("/insights/voices?days=30&channel={talk}")).await.body;
    let people = leading(&page, "/insights/people");
    let is_of_all = |address: &&String| !address.contains("question=") && !address.contains("part=");
    let wrote: Vec<&String> = people.iter().filter(is_of_all).collect();
    assert_eq!(wrote.len(), 2, "one line and its row: {people:?}");
    for address in wrote {
        assert!(desk.get(address).await.body.contains("one person, the loudest first."), "{address}");
    }
    let table = desk.get(&format!("/insights/voices.csv?days=30&channel={talk}")).await.body;
    assert!(table.contains("\"concentration\",\"\",\"Talk: counter's place\",\"messages\",1,,,1,"), "{table}");
    assert!(!table.contains("All channels"), "{table}");
}
