use crate::{
    customers::{customer, handle, says, stage},
    support::{NOW, conversation, on_both, write},
};
use tertulia_model::{ConversationId, FeedbackId, PersonId, UserId};
use tertulia_store::{
    Db, StoreError, attributes, conversations, customer_ties, customers,
    evidence::{self, Evidence},
    feedback::{self, Wanted},
    listing::{self, InboxFilter},
    people,
    segments::{self, Is, Rule, Segment, Share},
};

pub fn rule(attribute: &str, is: Is, words: &[&str]) -> Rule {
    Rule {
        attribute: attribute.to_owned(),
        is,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        folded: words.iter().map(|word| word.to_lowercase()).collect(),
        number: words.first().and_then(|word| word.parse().ok()),
    }
}

async fn found(db: &mut Db, rules: &[Rule]) -> Vec<i64> {
    people::list_of(db, None, rules, None, 9).await.unwrap().into_iter().map(|row| row.id.0).collect()
}

/// Amina is retail with 5 seats, Bo wholesale with 12; of a third nothing is known.
async fn known(db: &Db) {
    write!(db, |tx| {
        stage(tx).await;
        people::add_persons(tx, &[crate::support::person(12, "Cy")]).await.unwrap();
        customers::set_handles(tx, &[2], &[handle(2, "bo@home.example")]).await.unwrap();
        let seats = attributes::Attribute {
            name: "seats".to_owned(),
            title: "Seats".to_owned(),
            kind: "number".to_owned(),
            place: 9,
        };
        attributes::make(tx, &seats).await.unwrap();
        attributes::add(tx, &[says(3, 1, "seats", "5"), says(4, 2, "seats", "12")]).await.unwrap();
        customer_ties::retie(tx, &[1, 2]).await.unwrap();
    });
}

#[test]
fn people_are_found_by_rules_that_all_hold() {
    on_both(async |mut db| {
        known(&db).await;
        assert_eq!(found(&mut db, &[rule("segment", Is::OneOf, &["RETAIL", "press"])]).await, [10]);
        assert_eq!(found(&mut db, &[rule("segment", Is::NoneOf, &["Retail"])]).await, [12, 11]);
        assert_eq!(found(&mut db, &[rule("seats", Is::AtLeast, &["6"])]).await, [11]);
        assert_eq!(found(&mut db, &[rule("seats", Is::AtMost, &["12"])]).await, [11, 10]);
        assert_eq!(found(&mut db, &[rule("segment", Is::Unknown, &[])]).await, [12]);
        let both = [rule("segment", Is::Known, &[]), rule("seats", Is::AtMost, &["5"])];
        assert_eq!(found(&mut db, &both).await, [10]);
        assert_eq!(segments::count(&mut db, &both, 9).await.unwrap(), 1);
        assert_eq!(segments::count(&mut db, &[rule("seats", Is::Known, &[])], 1).await.unwrap(), 1, "counting stops");
    });
}

#[test]
fn a_rule_holds_for_whom_it_is_found() {
    on_both(async |mut db| {
        known(&db).await;
        let people = [10, 11, 12].map(PersonId);
        let (seats, segment) = ("seats".to_owned(), "segment".to_owned());
        let facts = segments::facts(&mut db, &[seats.clone(), segment], &people).await.unwrap();
        let told: Vec<_> = facts.iter().map(|fact| (fact.person_id.0, fact.folded.as_str(), fact.number)).collect();
        assert_eq!(told, [(10, "5", Some(5.0)), (10, "retail", None), (11, "12", Some(12.0)), (11, "wholesale", None)]);
        assert_eq!(segments::facts(&mut db, &[seats], &people[..1]).await.unwrap().len(), 1);
        assert_eq!(segments::facts(&mut db, &[], &people).await.unwrap(), []);
        let mut rules =
            vec![rule("segment", Is::OneOf, &["Retail", "Press"]), rule("segment", Is::NoneOf, &["Retail"])];
        for (is, words) in
            [(Is::AtLeast, "12"), (Is::AtMost, "5"), (Is::AtLeast, "many"), (Is::Known, ""), (Is::Unknown, "")]
        {
            rules.extend(["seats", "segment", "plan"].map(|attribute| rule(attribute, is, &[words])));
        }
        for rule in rules {
            let holds = |person: &PersonId| {
                let own = |fact: &&segments::Fact| fact.person_id == *person && fact.attribute == rule.attribute;
                rule.holds(facts.iter().find(own))
            };
            let held: Vec<i64> = people.iter().rev().filter(|person| holds(person)).map(|person| person.0).collect();
            assert_eq!(held, found(&mut db, std::slice::from_ref(&rule)).await, "{rule:?}");
        }
    });
}

fn asks(id: i64, item: i64, person: i64) -> Evidence {
    Evidence {
        id,
        given_to: FeedbackId(item),
        item_id: FeedbackId(item),
        message_id: None,
        person_id: Some(PersonId(person)),
        asks: true,
        note: "By phone".to_owned(),
        given_by: UserId(7),
        given_at: NOW,
        asked_at: NOW,
    }
}

#[test]
fn the_inbox_and_what_is_asked_for_are_narrowed_by_a_segment() {
    on_both(async |mut db| {
        known(&db).await;
        write!(db, |tx| {
            let of = |n, person| conversations::Conversation { person_id: Some(PersonId(person)), ..conversation(n) };
            conversations::put(tx, &[of(1, 10), of(2, 11), conversation(3)]).await.unwrap();
            for n in [1, 2] {
                feedback::add(tx, &crate::feedback::item(n)).await.unwrap();
            }
            for one in [asks(1, 1, 10), asks(2, 1, 11), asks(3, 2, 11), asks(4, 2, 12), asks(5, 2, 12)] {
                evidence::add(tx, &one).await.unwrap();
            }
        });
        let retail = [rule("segment", Is::OneOf, &["Retail"])];
        let filter = InboxFilter { segment: &retail, ..InboxFilter::default() };
        let rows = listing::inbox(&mut db, UserId(7), filter, None, 9).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [ConversationId(1)]);
        assert_eq!(listing::count(&mut db, UserId(7), [filter], 9).await.unwrap()[0], 1);
        let nobody = [rule("seats", Is::NoneOf, &["99"])];
        let filter = InboxFilter { segment: &nobody, ..InboxFilter::default() };
        let rows = listing::inbox(&mut db, UserId(7), filter, None, 9).await.unwrap();
        assert_eq!(rows.len(), 2, "a conversation with nobody is in no segment");
        let wanted = Wanted { segment: &retail, ..Wanted::default() };
        let items = feedback::list(&mut db, &wanted, None, 9).await.unwrap();
        assert_eq!(items.iter().map(|row| row.id.0).collect::<Vec<_>>(), [1]);
        let mut askers = segments::askers(&mut db).await.unwrap();
        askers.sort();
        let of = |word: &str, n| (word.to_owned(), n);
        assert_eq!(askers, [of("", 1), of("retail", 1), of("wholesale", 1)]);
        let each = segments::askers_of(&mut db, &[FeedbackId(1), FeedbackId(2)]).await.unwrap();
        let told: Vec<_> = each.iter().map(|(item, word, n)| (item.0, word.as_str(), *n)).collect();
        assert_eq!(told, [(1, "retail", 1), (1, "wholesale", 1), (2, "", 1), (2, "wholesale", 1)]);
    });
}

#[test]
fn how_the_customers_are_made_up_is_counted_without_those_who_left() {
    on_both(async |mut db| {
        known(&db).await;
        write!(db, |tx| {
            customers::add(tx, &[customer(3), customer(4)]).await.unwrap();
            attributes::add(tx, &[says(6, 3, "segment", "RETAIL"), says(7, 4, "segment", "Press")]).await.unwrap();
            customers::leave(tx, &[4], NOW).await.unwrap();
            segments::count_shares(tx).await.unwrap();
        });
        let shares = segments::shares(&mut db).await.unwrap();
        let told: Vec<_> = shares.iter().map(|share: &Share| (share.folded.as_str(), share.customers)).collect();
        assert_eq!(told, [("retail", 2), ("wholesale", 1)]);
    });
}

#[test]
fn a_segment_is_kept_under_a_name_that_no_other_has() {
    on_both(async |mut db| {
        let rules = vec![rule("segment", Is::OneOf, &["Retail"])];
        let segment = Segment {
            id: 1,
            name: "Small".to_owned(),
            folded: "small".to_owned(),
            rules: serde_json::to_string(&rules).unwrap(),
            saved_by: UserId(7),
            saved_at: NOW,
            version: 0,
        };
        write!(db, |tx| segments::add(tx, &segment).await.unwrap());
        assert_eq!(segments::all(&mut db).await.unwrap()[0].rules(), rules);
        let mut tx = db.begin().await.unwrap();
        let twice = segments::add(&mut tx, &Segment { id: 2, ..segment.clone() }).await;
        assert!(matches!(twice, Err(StoreError::Conflict)));
        tx.roll_back().await.unwrap();
        write!(db, |tx| {
            assert_eq!(segments::get_to_change(tx, 1).await.unwrap(), Some(segment.clone()));
            segments::put(tx, &Segment { name: "Tiny".to_owned(), folded: "tiny".to_owned(), ..segment.clone() })
                .await
                .unwrap();
        });
        let now = segments::get(&mut db, 1).await.unwrap().unwrap();
        assert_eq!((now.name.as_str(), now.version), ("Tiny", 1));
        write!(db, |tx| segments::remove(tx, 1).await.unwrap());
        assert_eq!(segments::get(&mut db, 1).await.unwrap(), None);
    });
}
