//! What people ask for keeps everybody who asks, through merges, moves and erasures, and every act can be undone.

use crate::{
    erasing::{erase_wholly, person, places, rosa, told},
    exporting::{archive, holds},
    support::{World, on_both, said::said},
};
use tertulia_engine::{
    EngineError,
    feedback::{self, Back, ChangeForm, ItemForm, Of, Undo},
    people::{self as people_desk, Evidence},
};
use tertulia_model::{ChangeId, FeedbackId, PersonId};
use tertulia_store::{
    evidence,
    feedback::{self as stored, Item, Wanted},
    feedback_changes::{self, Change},
    people,
};

fn words(title: &str) -> ItemForm {
    ItemForm { title: title.to_owned(), asked: String::new() }
}

async fn by_message(world: &World, id: &str) -> Of {
    Of::Message { message: world.message(id).await.id, note: String::new() }
}

async fn add(world: &World, title: &str, message: &str) -> FeedbackId {
    let of = by_message(world, message).await;
    feedback::add(&world.engine, world.user, &words(title), Some(&of)).await.unwrap().0
}

async fn give(world: &World, item: FeedbackId, message: &str) -> feedback::Given {
    feedback::give(&world.engine, world.user, item, &by_message(world, message).await).await.unwrap()
}

async fn item(world: &World, id: FeedbackId) -> Item {
    stored::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap()
}

async fn change(world: &World, id: ChangeId) -> Change {
    feedback_changes::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap()
}

async fn make(world: &World, title: &str, item: FeedbackId) -> ChangeId {
    let form = ChangeForm { title: title.to_owned(), ..ChangeForm::default() };
    feedback::make(&world.engine, world.user, &form, Some(item)).await.unwrap().0
}

async fn undo(world: &World, what: &Undo) -> tertulia_engine::Result<Back> {
    feedback::undo(&world.engine, world.user, what).await
}

/// Rosa asks twice, Bo and Cy once each.
async fn heard(world: &World) {
    world
        .hear(&[
            said("r1", "Could you open on Sundays, please?").created(),
            said("r2", "Again: Sundays would be lovely").at_minute(1).created(),
            said("b1", "Sunday hours?").by("bo@home.example").at_minute(2).created(),
            said("c1", "Sunday mornings, please").by("cy@home.example").at_minute(3).created(),
        ])
        .await;
}

async fn person_of(world: &World, like: &str) -> PersonId {
    people::list(&mut world.engine.db.reader(), Some(like), None, 1).await.unwrap()[0].id
}

#[test]
fn an_item_of_one_message_counts_its_writer_once_and_comes_to_a_change() {
    on_both(async |world| {
        heard(&world).await;
        let id = add(&world, "Open on Sundays", "r1").await;
        assert_eq!(item(&world, id).await.askers, 1);
        let again = give(&world, id, "r2").await;
        assert_eq!(item(&world, id).await.askers, 1, "once, however often");
        let known = give(&world, id, "r2").await;
        assert_eq!((known.evidence, known.undo), (again.evidence, None), "what is there stays");
        give(&world, id, "b1").await;
        let made = make(&world, "We open on Sundays", id).await;
        assert_eq!((item(&world, id).await.askers, change(&world, made).await.askers), (2, 2));
        give(&world, id, "c1").await;
        assert_eq!(change(&world, made).await.askers, 3, "the change counts along");
        let empty = feedback::move_to(&world.engine, world.user, made, "declined", "  ").await;
        assert!(matches!(empty, Err(EngineError::Invalid(_))), "{empty:?}");
        let moved = feedback::move_to(&world.engine, world.user, made, "planned", "From May on.").await.unwrap();
        let now = change(&world, made).await;
        assert_eq!((now.state.as_str(), now.reason.as_str()), ("planned", "From May on."));
        assert!(feedback::move_to(&world.engine, world.user, made, "planned", "From May on.").await.is_err());
        assert_eq!(undo(&world, &moved).await.unwrap(), Back::Change(made));
        assert_eq!(change(&world, made).await.state, "considering");
        assert!(undo(&world, &moved).await.is_err(), "it is undone already");
        let moves = feedback_changes::moves(&mut world.engine.db.reader(), made, 9).await.unwrap();
        assert_eq!(moves.len(), 2, "that it was moved stays on the record");
    });
}

#[test]
fn whoever_asks_at_the_counter_is_noted_with_how_it_is_known() {
    on_both(async |world| {
        heard(&world).await;
        let id = add(&world, "Open on Sundays", "r1").await;
        let bo = person_of(&world, "bo@").await;
        let without = Of::Person { person: bo, note: String::new() };
        assert!(feedback::give(&world.engine, world.user, id, &without).await.is_err());
        let vote = Of::Person { person: bo, note: "Told Inés at the counter.".to_owned() };
        let given = feedback::give(&world.engine, world.user, id, &vote).await.unwrap();
        assert_eq!(item(&world, id).await.askers, 2);
        give(&world, id, "b1").await;
        assert_eq!(item(&world, id).await.askers, 2, "the same person, in two ways");
        let taken = feedback::take_back(&world.engine, given.evidence).await.unwrap();
        assert_eq!(item(&world, id).await.askers, 2);
        undo(&world, &taken).await.unwrap();
        assert!(undo(&world, &taken).await.is_err(), "it is there");
        assert_eq!(evidence::count(&mut world.engine.db.reader(), id).await.unwrap(), 3);
    });
}

#[test]
fn who_is_part_of_another_by_now_asks_as_that_one() {
    on_both(async |world| {
        heard(&world).await;
        let id = add(&world, "Open on Sundays", "r1").await;
        let (bo, cy) = (person_of(&world, "bo@").await, person_of(&world, "cy@").await);
        let vote = Of::Person { person: bo, note: "Told Inés at the counter.".to_owned() };
        let given = feedback::give(&world.engine, world.user, id, &vote).await.unwrap();
        let taken = feedback::take_back(&world.engine, given.evidence).await.unwrap();
        people_desk::merge(&world.engine, world.user, (bo, cy), "Bo", &Evidence::known()).await.unwrap();
        undo(&world, &taken).await.unwrap();
        let asks = |found: Option<evidence::Evidence>| found.unwrap().person_id;
        assert_eq!(asks(evidence::get(&mut world.engine.db.reader(), given.evidence).await.unwrap()), Some(cy));
        feedback::take_back(&world.engine, given.evidence).await.unwrap();
        let again = feedback::give(&world.engine, world.user, id, &vote).await.unwrap();
        assert_eq!(asks(evidence::get(&mut world.engine.db.reader(), again.evidence).await.unwrap()), Some(cy));
        assert_eq!(item(&world, id).await.askers, 2);
    });
}

#[test]
fn two_items_become_one_with_all_who_ask_and_are_as_they_were_once_they_are_parted() {
    on_both(async |world| {
        heard(&world).await;
        let (one, two) = (add(&world, "Open on Sundays", "r1").await, add(&world, "Sunday hours", "b1").await);
        give(&world, one, "c1").await;
        give(&world, two, "r2").await;
        let made = make(&world, "We open on Sundays", one).await;
        let likely = feedback::likely(&world.engine, "Sunday opening hours", "", None).await.unwrap();
        assert!(likely.iter().any(|row| row.id == two), "{likely:?}");
        let seen = feedback::preview(&world.engine, one, two).await.unwrap();
        assert_eq!((seen.moves, seen.askers, seen.change), (2, 3, Some(made)));
        let merged = feedback::merge(&world.engine, world.user, one, two).await.unwrap();
        assert_eq!((item(&world, two).await.askers, item(&world, two).await.change_id), (3, Some(made)));
        assert_eq!(change(&world, made).await.askers, 3);
        assert!(feedback::merge(&world.engine, world.user, one, two).await.is_err(), "it is part of it");
        let given = give(&world, one, "b1").await;
        assert_eq!(given.item, two, "what is given to one that was merged goes to where it is");
        let found = feedback::find(&mut world.engine.db.reader(), "SUNDAY", Wanted::default(), None, 9).await.unwrap();
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [two]);
        undo(&world, &merged).await.unwrap();
        assert!(undo(&world, &merged).await.is_err());
        let (a, b) = (item(&world, one).await, item(&world, two).await);
        assert_eq!((a.askers, a.change_id, b.askers, b.change_id), (2, Some(made), 2, None));
        assert_eq!(change(&world, made).await.askers, 2);
        make(&world, "Longer hours", two).await;
        assert!(feedback::merge(&world.engine, world.user, one, two).await.is_err(), "of two changes");
    });
}

#[test]
fn what_was_made_or_joined_by_mistake_is_undone_until_something_came_of_it() {
    on_both(async |world| {
        heard(&world).await;
        let of = by_message(&world, "r1").await;
        let (id, added) = feedback::add(&world.engine, world.user, &words("Open on Sundays"), Some(&of)).await.unwrap();
        let form = ChangeForm { title: "We open".to_owned(), ..ChangeForm::default() };
        let (made, begun) = feedback::make(&world.engine, world.user, &form, Some(id)).await.unwrap();
        assert!(undo(&world, &added).await.is_err(), "it belongs to a change");
        assert_eq!(undo(&world, &begun).await.unwrap(), Back::Item(id));
        assert!(feedback_changes::get(&mut world.engine.db.reader(), made).await.unwrap().is_none());
        let other = make(&world, "Other", id).await;
        let left = feedback::join(&world.engine, id, None).await.unwrap();
        assert_eq!(change(&world, other).await.askers, 0);
        undo(&world, &left).await.unwrap();
        assert_eq!((item(&world, id).await.change_id, change(&world, other).await.askers), (Some(other), 1));
        feedback::join(&world.engine, id, None).await.unwrap();
        assert_eq!(undo(&world, &added).await.unwrap(), Back::Items);
        assert!(stored::get(&mut world.engine.db.reader(), id).await.unwrap().is_none());
    });
}

#[test]
fn who_is_erased_is_taken_out_and_counted_no_more_and_an_export_holds_what_they_asked_for() {
    on_both(async |world| {
        world.hear(&[rosa("a", "Please sell zanahoriaxx bread on Sundays").created()]).await;
        world.hear(&[said("b1", "Bread on Sundays").by("bo@home.example").created()]).await;
        let message = world.message("<a@marker-rosa.example>").await.id;
        let theirs = Of::Message { message, note: "marker-rosa@home.example said so twice".to_owned() };
        let form = ItemForm { title: "Sell zanahoriaxx bread on Sundays".to_owned(), asked: "Bread".to_owned() };
        let (id, _) = feedback::add(&world.engine, world.user, &form, Some(&theirs)).await.unwrap();
        give(&world, id, "b1").await;
        let made = make(&world, "Bread for marker-rosa@home.example", id).await;
        let rosa = person(&world).await;
        let given = archive(&world, rosa).await;
        assert!(holds(&given, "\"asked_for\"") && holds(&given, "said so twice"));
        let report = erase_wholly(&world, rosa).await;
        let left = item(&world, id).await;
        assert_eq!((left.askers, left.title.as_str(), left.asked.as_str()), (1, "", "Bread"));
        assert_eq!(change(&world, made).await.askers, 1, "the count goes down");
        assert_eq!(places(&world, &["zanahoriaxx"]).await, Vec::<String>::new());
        let mut left = places(&world, &["marker-rosa"]).await;
        left.retain(|place| !place.contains('/'));
        assert_eq!(left, ["marker-rosa in feedback_changes.title"], "what the team wrote is named, for it to decide");
        let named = told(&world, report).await["named_in"].clone();
        assert_eq!(named[0]["kind"], "change", "{named}");
    });
}

#[test]
fn what_its_writer_deletes_takes_its_words_along_and_leaves_who_asked() {
    on_both(async |world| {
        let asks = said("r1", "Could you open on Sundays, please?");
        world.hear(&[asks.created()]).await;
        let of = by_message(&world, "r1").await;
        let form = ItemForm { title: "Sunday".to_owned(), asked: "could you open on Sundays".to_owned() };
        let (id, _) = feedback::add(&world.engine, world.user, &form, Some(&of)).await.unwrap();
        world.hear(&[asks.deleted()]).await;
        let left = item(&world, id).await;
        assert_eq!((left.askers, left.title.as_str(), left.asked.as_str()), (1, "Sunday", ""));
    });
}
