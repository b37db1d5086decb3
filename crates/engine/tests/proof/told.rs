//! A message whose headers were lost is placed by what others say of it, and by nobody who could do harm with it.

use crate::support::{
    NOW, World, add_channel, find,
    json::{SOURCE, item},
    on_both,
    said::{Said, said},
};
use std::sync::Arc;
use tertulia_connector::Connector;
use tertulia_engine::intake;
use tertulia_model::{Batch, Inbound};

/// The names of the parents, in order; "-" for none.
async fn parents(world: &World, ids: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for id in ids {
        let parent = world.message(id).await.parent_id;
        let mut name = "-".to_owned();
        for other in ids {
            if parent == Some(world.message(other).await.id) {
                (*other).clone_into(&mut name);
            }
        }
        names.push(name);
    }
    names
}

/// All orders of a few events.
fn orders(events: &[Said]) -> Vec<Vec<Said>> {
    if events.len() < 2 {
        return vec![events.to_vec()];
    }
    let mut all = Vec::new();
    for n in 0..events.len() {
        let mut rest = events.to_vec();
        let first = rest.remove(n);
        all.extend(orders(&rest).into_iter().map(|mut order| {
            order.insert(0, first.clone());
            order
        }));
    }
    all
}

/// The story under names of its own, one event after the other or all at once.
async fn hear(world: &World, tag: &str, story: &[Said], at_once: bool) {
    let named = |id: &String| format!("{tag}{id}");
    let events: Vec<Inbound> = story
        .iter()
        .map(|s| Said { id: named(&s.id), references: s.references.iter().map(named).collect(), ..s.clone() }.created())
        .collect();
    if at_once {
        world.hear(&events).await;
    } else {
        for event in events {
            world.hear(&[event]).await;
        }
    }
}

/// What becomes of a story in every order: always the same.
async fn always(world: &World, name: &str, story: &[Said], ids: &[&str], expected: &[&str]) {
    for (n, order) in orders(story).into_iter().enumerate() {
        for at_once in [false, true] {
            let tag = format!("{name}{n}{at_once}");
            hear(world, &tag, &order, at_once).await;
            let named: Vec<String> = ids.iter().map(|id| format!("{tag}{id}")).collect();
            let found = parents(world, &named.iter().map(String::as_str).collect::<Vec<_>>()).await;
            let found: Vec<&str> = found.iter().map(|name| name.strip_prefix(tag.as_str()).unwrap_or(name)).collect();
            let heard: Vec<&str> = order.iter().map(|s| s.id.as_str()).collect();
            assert_eq!(found, expected, "{name}: {heard:?}, at once: {at_once}");
        }
    }
}

fn at(id: &str, minute: i64) -> Said {
    said(id, &format!("{id} says")).at_minute(minute)
}

#[test]
fn a_lost_header_is_made_good_by_what_the_answers_say() {
    on_both(async |world| {
        let story = [at("a", 0), at("b", 1), at("c", 2).answering(&["a", "b"]), at("d", 3).answering(&["a", "b", "c"])];
        always(&world, "told", &story, &["a", "b", "c", "d"], &["-", "a", "b", "c"]).await;
    });
}

#[test]
fn where_those_who_speak_of_it_disagree_nobody_is_believed() {
    on_both(async |world| {
        let story =
            [at("a", 0), at("x", 0), at("b", 1), at("c", 2).answering(&["a", "b"]), at("d", 3).answering(&["x", "b"])];
        always(&world, "disagree", &story, &["a", "x", "b"], &["-", "-", "-"]).await;
    });
}

#[test]
fn whoever_names_a_parent_itself_is_placed_by_nobody_else() {
    on_both(async |world| {
        // One names a parent that is here, the other one that never came.
        let own = [at("a", 0), at("x", 0), at("b", 1).answering(&["a"]), at("evil", 2).answering(&["x", "b"])];
        always(&world, "own", &own, &["a", "x", "b"], &["-", "-", "a"]).await;
        let absent = [at("x", 0), at("b", 1).answering(&["never came"]), at("evil", 2).answering(&["x", "b"])];
        always(&world, "absent", &absent, &["x", "b"], &["-", "-"]).await;
    });
}

#[test]
fn nobody_becomes_the_answer_to_something_younger_or_to_an_answer_to_it() {
    on_both(async |world| {
        let younger = [at("a", 5), at("b", 1), at("evil", 6).answering(&["a", "b"])];
        always(&world, "younger", &younger, &["a", "b"], &["-", "-"]).await;
        // The one claims to be older than what it answers.
        let circle = [at("a", 0).answering(&["b"]), at("b", 1), at("evil", 6).answering(&["a", "b"])];
        always(&world, "circle", &circle, &["a", "b"], &["b", "-"]).await;
        // Until its nearest ancestor comes, the one counts as an answer to the other.
        let nearer = [at("y", 0), at("a", 0).answering(&["b", "y"]), at("b", 1), at("evil", 6).answering(&["a", "b"])];
        always(&world, "nearer", &nearer, &["y", "a", "b"], &["-", "y", "a"]).await;
    });
}

#[test]
fn a_ring_of_claims_is_cut_above_its_oldest_in_whatever_order_they_come() {
    on_both(async |world| {
        let ring = [at("a", 0).answering(&["c"]), at("b", 1).answering(&["a"]), at("c", 2).answering(&["b"])];
        always(&world, "ring", &ring, &["a", "b", "c"], &["-", "a", "b"]).await;
        let below = [at("a", 1).answering(&["b"]), at("b", 0).answering(&["a"]), at("c", 2).answering(&["a"])];
        always(&world, "below", &below, &["a", "b", "c"], &["b", "-", "a"]).await;
        // Once a nearer ancestor comes there is no ring, and who was cut has its parent again.
        let nearer = [at("y", 0), at("a", 2).answering(&["b", "y"]), at("b", 1).answering(&["a"])];
        always(&world, "left", &nearer, &["y", "a", "b"], &["-", "y", "a"]).await;
    });
}

#[test]
fn a_deletion_and_an_edit_change_nothing_of_it() {
    on_both(async |world| {
        let (a, b, c) = (at("a", 0), at("b", 1), at("c", 2).answering(&["a", "b"]));
        world.hear(&[b.edited(1, "better"), b.deleted(), a.deleted()]).await;
        world.hear(&[c.created(), c.deleted()]).await;
        assert_eq!(parents(&world, &["b"]).await, ["-"], "the older one has not come");
        world.hear(&[a.created(), b.created()]).await;
        assert_eq!(parents(&world, &["a", "b", "c"]).await, ["-", "a", "b"]);
    });
}

#[test]
fn who_writes_to_another_channel_has_no_say() {
    on_both(async |world| {
        world.hear(&[at("a", 0).created(), at("b", 1).created()]).await;
        let other = add_channel(&world.engine, "other@shop.example").await;
        let connector: Arc<dyn Connector> = world.wire.clone();
        let items = vec![item("x", &[at("evil", 2).answering(&["a", "b"]).created()], NOW)];
        intake::submit(&world.engine, &other, &connector, Batch { items, ..Batch::default() }).await.unwrap();
        assert!(find(&world.engine, SOURCE, "evil").await.is_some());
        assert_eq!(parents(&world, &["a", "b"]).await, ["-", "-"]);
        world.hear(&[at("honest", 3).answering(&["a", "b"]).created()]).await;
        assert_eq!(parents(&world, &["a", "b"]).await, ["-", "a"]);
    });
}

#[test]
fn what_a_channel_knows_by_a_hash_alone_is_taken_back_before_and_after_it_came() {
    on_both(async |world| {
        let (first, second) = (said("first", "One"), said("second", "Two").at_minute(1));
        world.hear(&[first.created(), second.deleted_by_hash()]).await;
        assert_eq!(world.message("first").await.state, "shown");
        world.hear(&[first.deleted_by_hash(), second.created()]).await;
        for id in ["first", "second"] {
            assert_eq!(world.message(id).await.state, "deleted", "{id}");
        }
        assert_eq!(world.count().await, 2);
    });
}
