//! Two names turn out to be one person, and two again.

use crate::support::{World, json::Wire, on_both, on_both_with, said::said};
use std::{ops::Range, time::Duration};
use tertulia_analysis::relationship::Stage;
use tertulia_connector::sign;
use tertulia_engine::{
    EngineError, channels, desk, erase, outbound,
    people::{self, Evidence},
    worker,
};
use tertulia_model::{Author, AutoKind, ChannelId, EchoSafety, IdentityId, PersonId};
use tertulia_store::{
    consents::{self, Subject, Wish},
    people as stored, person_merges, reading, suggestions, threads,
};

pub(crate) async fn who(world: &World, message: &str) -> PersonId {
    world.message(message).await.person_id.unwrap()
}

/// Rosa writes from home and from work.
async fn rosa_twice(world: &World) -> (PersonId, PersonId) {
    let home = said("home", "Is the grinder back?").by("rosa@home.example").created();
    let work = said("work", "And the invoice?").by("r.marin@work.example").created();
    world.hear(&[home, work]).await;
    (who(world, "home").await, who(world, "work").await)
}

async fn merge(world: &World, from: PersonId, into: PersonId) -> Result<i64, EngineError> {
    people::merge(&world.engine, world.user, (from, into), " Rosa Marín ", &Evidence::known()).await
}

#[test]
fn two_are_one_and_two_again_with_what_came_since() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        assert_ne!(home, work);
        let (from, into) = people::preview(&world.engine, work, home).await.unwrap();
        assert_eq!((from.messages, from.conversations, from.identities.len()), (1, 1, 1));
        assert_eq!((into.person.id, into.messages), (home, 1));
        let merged = merge(&world, work, home).await.unwrap();
        assert_eq!((who(&world, "home").await, who(&world, "work").await), (home, home));
        let later = said("later", "It came, thank you").by("r.marin@work.example").created();
        let fresh = said("fresh", "One more thing").by("rosa@home.example").created();
        world.hear(&[later, fresh]).await;
        assert_eq!((who(&world, "later").await, who(&world, "fresh").await), (home, home));
        let mut db = world.engine.db.reader();
        assert_eq!(stored::get(&mut db, home).await.unwrap().unwrap().name, "Rosa Marín");
        assert_eq!(people::part(&world.engine, world.user, merged).await.unwrap(), work);
        let each = [who(&world, "home").await, who(&world, "fresh").await, who(&world, "later").await];
        assert_eq!(each, [home, home, work]);
        let twice = people::part(&world.engine, world.user, merged).await;
        assert!(matches!(twice, Err(EngineError::Refused(_))), "{twice:?}");
    });
}

#[test]
fn whoever_is_part_of_somebody_is_not_merged_again_and_a_name_is_asked_for() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        let nameless = people::merge(&world.engine, world.user, (work, home), " ", &Evidence::known()).await;
        assert!(matches!(nameless, Err(EngineError::Invalid(_))), "{nameless:?}");
        assert!(matches!(merge(&world, home, home).await, Err(EngineError::Refused(_))));
        assert!(matches!(merge(&world, PersonId(7), home).await, Err(EngineError::NotFound(_))));
        merge(&world, work, home).await.unwrap();
        assert!(matches!(merge(&world, work, home).await, Err(EngineError::Refused(_))));
        assert!(matches!(people::preview(&world.engine, home, work).await, Err(EngineError::Refused(_))));
    });
}

#[test]
fn that_two_are_not_the_same_is_remembered_and_taken_back_by_a_merge() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        let apart = async || person_merges::apart_from(&mut world.engine.db.reader(), home).await.unwrap();
        people::apart(&world.engine, world.user, (work, home), true).await.unwrap();
        assert_eq!(apart().await, [work]);
        people::apart(&world.engine, world.user, (work, home), false).await.unwrap();
        assert_eq!(apart().await, []);
        people::apart(&world.engine, world.user, (home, work), true).await.unwrap();
        merge(&world, work, home).await.unwrap();
        assert_eq!(apart().await, [], "whoever says that they are one takes it back");
    });
}

#[test]
fn who_is_erased_goes_with_all_names_they_had() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        merge(&world, work, home).await.unwrap();
        let by_a_part = erase::erase(&world.engine, work, world.user).await;
        assert!(matches!(by_a_part, Err(EngineError::Refused(_))), "{by_a_part:?}");
        erase::erase(&world.engine, home, world.user).await.unwrap();
        let mut db = world.engine.db.reader();
        for gone in [home, work] {
            assert_eq!(stored::get(&mut db, gone).await.unwrap(), None);
            assert_eq!(reading::person(&mut db, gone, None, 9).await.unwrap(), []);
        }
        assert!(world.message("work").await.text.is_empty());
    });
}

/// The pairs that are suggested of a person, by their handles.
pub(crate) async fn suggested(world: &World, person: PersonId) -> Vec<(String, String, f64)> {
    if let Some(job) = worker::take(&world.engine, worker::SUGGEST, 0).await.unwrap() {
        job.await.unwrap();
    }
    let found = suggestions::of_person(&mut world.engine.db.reader(), person, None, 9).await.unwrap();
    found.into_iter().map(|one| (one.handle, one.other_handle, one.probability)).collect()
}

#[test]
fn whoever_is_called_alike_and_writes_from_a_like_address_is_suggested_with_why_until_it_is_decided() {
    on_both(async |world| {
        let by = |id: &str, handle: &str, name: &str| said(id, "Hello").by(handle).called(name).created();
        world
            .hear(&[
                by("one", "zofia.kowalczyk@home.example", "Zofia Kowalczyk"),
                by("two", "zofia.kowalczyk@work.example", "Zofia Kowalczyk"),
                by("three", "bo@elsewhere.example", "Bo Lindqvist"),
            ])
            .await;
        world.clock.advance(5_000);
        let (one, two, three) = (who(&world, "one").await, who(&world, "two").await, who(&world, "three").await);
        let found = suggested(&world, one).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].2 > 0.5, "{found:?}");
        let handles = [found[0].0.as_str(), found[0].1.as_str()];
        assert_eq!(handles, ["zofia.kowalczyk@home.example", "zofia.kowalczyk@work.example"]);
        let reasons =
            suggestions::of_person(&mut world.engine.db.reader(), two, None, 9).await.unwrap().remove(0).reasons;
        let grounds = people::read_grounds(&reasons);
        assert!(grounds.iter().any(|ground| ground.bits > 3.0), "{grounds:?}");
        assert!(suggested(&world, three).await.is_empty());
        people::apart(&world.engine, world.user, (one, two), true).await.unwrap();
        assert!(suggested(&world, one).await.is_empty(), "it was decided");
        people::apart(&world.engine, world.user, (one, two), false).await.unwrap();
        assert_eq!(suggested(&world, two).await.len(), 1);
        let merged = merge(&world, two, one).await.unwrap();
        assert!(suggested(&world, one).await.is_empty(), "they are one");
        people::part(&world.engine, world.user, merged).await.unwrap();
        world.clock.advance(5_000);
        assert_eq!(suggested(&world, two).await.len(), 1, "they are looked at anew");
    });
}

#[test]
fn what_is_learnt_anew_writes_nothing_that_reads_the_same() {
    on_both(async |world| {
        let by = |id: &str, handle: &str, name: &str| said(id, "Hello").by(handle).called(name).created();
        let two = [
            by("one", "zofia.k@home.example", "Zofia Kowalczyk"),
            by("two", "zofia.k@work.example", "Zofia Kowalczyk"),
        ];
        world.hear(&two).await;
        world.clock.advance(5_000);
        let one = who(&world, "one").await;
        assert_eq!(suggested(&world, one).await.len(), 1);
        // What would be written again would be as it was learnt.
        let mut tx = world.engine.db.begin().await.unwrap();
        tx.run("UPDATE identity_suggestions SET probability = probability + 0.0000001", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let stands = async || {
            let start = (IdentityId(0), IdentityId(0));
            suggestions::after(&mut world.engine.db.reader(), start, 9).await.unwrap()
        };
        let before = stands().await;
        world.clock.advance(25 * 3_600_000);
        world.hear(&[by("three", "bo@elsewhere.example", "Bo Lindqvist")]).await;
        world.clock.advance(5_000);
        suggested(&world, one).await;
        assert_eq!(stands().await, before);
        let mut tx = world.engine.db.begin().await.unwrap();
        tx.run("UPDATE identity_suggestions SET probability = 0.6", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(25 * 3_600_000);
        world.hear(&[by("four", "nils@mill.example", "Nils Holm")]).await;
        world.clock.advance(5_000);
        suggested(&world, one).await;
        assert!((stands().await[0].probability - 0.6).abs() > 0.01, "what reads otherwise is written");
    });
}

#[test]
fn what_goes_both_ways_is_known_by_its_days_and_nothing_else_counts() {
    on_both(async |world| {
        let ask = |id: &str| said(id, "Is the grinder back?").created();
        world.hear(&[ask("one")]).await;
        let rosa = who(&world, "one").await;
        let known = async || people::knowing(&world.engine, rosa).await.unwrap();
        let before = known().await;
        assert_eq!((before.stage, before.measured.strength), (Stage::New, 0.0));
        let first = world.answer("one", "k1").await;
        assert_eq!(known().await.stage, Stage::New, "it has not left yet");
        outbound::run_send(&world.engine, first.id).await.unwrap();
        let after = known().await;
        assert_eq!(
            (after.stage, after.measured.exchange_days, after.measured.answered_in_time),
            (Stage::Talking, 1, 1)
        );
        assert!(after.measured.strength > 10.0, "{after:?}");
        let second = world.answer("one", "k2").await;
        outbound::run_send(&world.engine, second.id).await.unwrap();
        world.hear(&[said("away", "I am away").auto(AutoKind::Reply).created()]).await;
        let same = known().await;
        assert!((same.measured.strength - after.measured.strength).abs() < 1e-9, "{same:?} {after:?}");
        world.clock.advance(60 * 86_400_000);
        let faded = known().await.measured;
        assert!((faded.weighted_days - after.measured.weighted_days / 2.0).abs() < 1e-6, "{faded:?}");
    });
}

#[test]
fn an_answer_that_did_not_get_through_is_no_exchange() {
    on_both_with(EchoSafety::AtMostOnce, async |world| {
        for (end, ended) in [(Wire::Rejected("No such mailbox."), "failed"), (Wire::Unknown, "unknown")] {
            let by = format!("{ended}@home.example");
            world.hear(&[said(ended, "Is the grinder back?").by(&by).created()]).await;
            world.wire.will([end]);
            let sent = world.answer(ended, ended).await;
            outbound::run_send(&world.engine, sent.id).await.unwrap();
            assert_eq!(world.delivery(sent.id).await.state.as_str(), ended);
            let known = people::knowing(&world.engine, who(&world, ended).await).await.unwrap();
            assert_eq!((known.stage, known.measured.strength), (Stage::New, 0.0), "{ended}");
        }
    });
}

#[test]
fn what_lost_its_words_with_its_days_was_an_exchange_all_the_same() {
    on_both(async |world| {
        let asked = said("q", "Is the grinder back?").at_minute(-40 * 24 * 60);
        let answer = said("a", "Since today.").by_us().answering(&["q"]).at_minute(-40 * 24 * 60 + 30);
        world.hear(&[asked.created(), answer.created()]).await;
        let rosa = who(&world, "q").await;
        let before = people::knowing(&world.engine, rosa).await.unwrap();
        assert_eq!(before.stage, Stage::Talking);
        desk::set_state(&world.engine, world.conversation_of("q").await.id, "closed").await.unwrap();
        let bounds = channels::Bounds { day_cap: None, keep_days: Some(30) };
        channels::set_bounds(&world.engine, world.channel.id, bounds).await.unwrap();
        worker::take(&world.engine, worker::RETAIN, world.channel.id.0).await.unwrap().unwrap().await.unwrap();
        assert_eq!(world.message("q").await.state, "deleted");
        assert_eq!(people::knowing(&world.engine, rosa).await.unwrap(), before);
    });
}

#[test]
fn who_was_only_overheard_and_answered_unasked_is_new_until_they_answer() {
    on_both(async |world| {
        world.hear(&[said("post", "Their grinder is loud").in_public().overheard().created()]).await;
        let post = world.message("post").await;
        let held = desk::open_thread(&world.engine, post.id, world.user).await.unwrap();
        let sent = outbound::queue_reply(&world.engine, world.user, world.reply(held, "k1")).await.unwrap();
        outbound::run_send(&world.engine, sent.id).await.unwrap();
        let rosa = who(&world, "post").await;
        let known = async || people::knowing(&world.engine, rosa).await.unwrap();
        let before = known().await;
        assert_eq!((before.stage, before.measured.strength, before.measured.answerable), (Stage::New, 0.0, 0));
        let ours = world.wire.sent_ids().remove(0);
        world.clock.advance(5 * 60_000);
        let more =
            said("more", "And another thing, everybody").in_public().overheard().answering(&["post"]).at_minute(61);
        let answer = said("answer", "Oh, thank you!").in_public().overheard().answering(&[&ours]).at_minute(62);
        world.hear(&[more.created()]).await;
        assert_eq!(known().await.stage, Stage::New);
        world.hear(&[answer.created()]).await;
        assert_eq!(known().await.stage, Stage::Talking);
    });
}

/// So many pairs were suggested as very probable and decided, as if members had looked at them.
async fn reviewed(world: &World, pairs: Range<i64>) {
    let mut tx = world.engine.db.begin().await.unwrap();
    for n in pairs {
        let sql = "INSERT INTO reviewed_pairs (first_id, second_id, probability, is_same, by_user, at) \
                   VALUES ($1, $2, 0.999, TRUE, 1, 1)";
        tx.run(sql, vec![n.into(), (n + 1_000_000).into()]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// An owner wants that what is so probable is made one by itself, since members decided that it is right.
pub(crate) async fn want_it(world: &World) {
    let mut tx = world.engine.db.begin().await.unwrap();
    tx.run("UPDATE users SET role = 'owner'", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let refused = people::want(&world.engine, world.user, true).await;
    assert!(matches!(refused, Err(EngineError::Refused(_))), "{refused:?}");
    reviewed(world, 0..597).await;
    assert!(people::want(&world.engine, world.user, true).await.is_err(), "one is missing");
    reviewed(world, 597..598).await;
    people::want(&world.engine, world.user, true).await.unwrap();
}

/// Looks at whoever is new, as the worker does; gives who was made one by itself.
pub(crate) async fn by_itself(world: &World) -> Vec<person_merges::Standing> {
    world.clock.advance(5_000);
    let job = worker::take(&world.engine, worker::SUGGEST, 0).await.unwrap().expect("somebody is looked at");
    job.await.unwrap();
    person_merges::standing(&mut world.engine.db.reader(), i64::MAX, true, 9).await.unwrap()
}

async fn most_probable(world: &World) -> f64 {
    let start = (IdentityId(0), IdentityId(0));
    let all = suggestions::after(&mut world.engine.db.reader(), start, 99).await.unwrap();
    all.iter().map(|one| one.probability).fold(0.0, f64::max)
}

/// A visitor types an address, is asked by mail whether it is theirs, and, if so, follows the link.
async fn types(world: &World, visitor: &str, address: &str, is_theirs: bool) -> IdentityId {
    let author = Author {
        space: "chat:desk".to_owned(),
        handle: visitor.to_owned(),
        display_name: Some("Zofia Kowalczyk-Brzezińska".to_owned()),
        claimed_mail: Some(address.to_owned()),
    };
    let identity = people::record_claim(&world.engine, &author).await.unwrap();
    let mut tx = world.engine.db.begin().await.unwrap();
    assert!(stored::begin_asking(&mut tx, identity, address, world.engine.now(), (0, 0)).await.unwrap());
    stored::note_asked(&mut tx, identity, address, world.engine.now()).await.unwrap();
    tx.commit().await.unwrap();
    if is_theirs {
        let until = world.engine.now() + 60_000;
        let signature =
            sign::sign(&world.engine.vault.key_for("confirm address"), &format!("{identity}.{until}.{address}"));
        outbound::confirm_address(&world.engine, identity, until, &signature).await.unwrap();
    }
    identity
}

async fn person_of(world: &World, identity: IdentityId) -> PersonId {
    stored::identity_by_id(&mut world.engine.db.reader(), identity).await.unwrap().unwrap().person_id
}

#[test]
fn what_somebody_typed_makes_nobody_one_by_itself_however_probable_it_is() {
    on_both(async |world| {
        want_it(&world).await;
        let by = |id: &str, handle: &str| said(id, "Hello").by(handle).called("Zofia Kowalczyk-Brzezińska").created();
        // Who sends a mail, or fills in a form, chooses name and address; also one that leads to the mailbox of another.
        let all = [
            by("one", "zofia.kb@home.example"),
            by("two", "zofia.kb@work.example"),
            by("three", "zofia.kb+me@home.example"),
        ];
        world.hear(&all).await;
        types(&world, "visitor-1", "zofia.kb@home.example", false).await;
        assert_eq!(by_itself(&world).await, []);
        let probable = most_probable(&world).await;
        assert!(probable >= people::PROBABLE, "{probable}");
        let each = [who(&world, "one").await, who(&world, "two").await, who(&world, "three").await];
        assert!(each[0] != each[1] && each[1] != each[2] && each[0] != each[2], "{each:?}");
        // That one of both was confirmed, or that two mailboxes were, proves nothing of the other.
        types(&world, "visitor-2", "zofia.kb@home.example", true).await;
        types(&world, "visitor-3", "zofia.kb@work.example", true).await;
        assert_eq!(by_itself(&world).await, []);
        assert!(most_probable(&world).await >= people::PROBABLE);
    });
}

#[test]
fn who_confirmed_two_addresses_of_one_mailbox_is_made_one_by_itself_and_all_of_it_is_undone_at_once() {
    on_both(async |world| {
        want_it(&world).await;
        let home = types(&world, "visitor-1", "zofia.kb@home.example", true).await;
        let tagged = types(&world, "visitor-2", "zofia.kb+chat@home.example", true).await;
        let (one, two) = (person_of(&world, home).await, person_of(&world, tagged).await);
        assert_ne!(one, two);
        let merges = by_itself(&world).await;
        assert_eq!((merges.len(), merges[0].into_id, merges[0].from_id), (1, one, two));
        assert_eq!(person_of(&world, tagged).await, one);
        assert_eq!(people::part_all(&world.engine, world.user, &[merges[0].id, 7]).await.unwrap(), 1);
        assert_eq!(person_of(&world, tagged).await, two);
        let apart = person_merges::apart_from(&mut world.engine.db.reader(), one).await.unwrap();
        assert_eq!(apart, [two], "it does not come about again");
        assert_eq!(by_itself(&world).await, []);
        let precision = people::precision(&world.engine).await.unwrap();
        assert!(!precision.suffices() && precision.is_wanted, "it was wrong once: {precision:?}");
    });
}

#[test]
fn a_refusal_that_was_taken_back_does_not_come_back_when_two_are_parted_and_one_that_holds_does() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        let merged = merge(&world, work, home).await.unwrap();
        let note = async |channel, allowed| {
            world.clock.advance(1_000);
            let wish = Wish {
                subject: Subject::Person(home),
                channel,
                allowed: Some(allowed),
                words: "as they said by phone",
                by: Some(world.user),
                event: None,
                at: world.engine.now(),
            };
            let mut tx = world.engine.db.begin().await.unwrap();
            consents::note(&mut tx, world.engine.next_id(), &wish).await.unwrap();
            tx.commit().await.unwrap();
        };
        world.clock.advance(1_000);
        note(Some(world.channel.id), false).await;
        note(Some(world.channel.id), true).await;
        note(Some(ChannelId(77)), false).await;
        assert_eq!(people::part(&world.engine, world.user, merged).await.unwrap(), work);
        let mut db = world.engine.db.reader();
        let of_work = consents::of_person(&mut db, work).await.unwrap();
        let told: Vec<_> = of_work.iter().map(|wish| (wish.channel_id.0, wish.allowed)).collect();
        assert_eq!(told, [(Some(ChannelId(77)), false)]);
        assert_eq!(consents::of_person(&mut db, home).await.unwrap().len(), 3, "whoever stays keeps the record");
    });
}

#[test]
fn whoever_decides_about_two_waits_for_whoever_makes_them_one() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        want_it(&world).await;
        let mut alone = world.engine.db.begin().await.unwrap();
        threads::place_alone(&mut alone).await.unwrap();
        let (engine, user) = (world.engine.clone(), world.user);
        let apart = tokio::spawn(async move { people::apart(&engine, user, (work, home), true).await });
        let (engine, user) = (world.engine.clone(), world.user);
        let want = tokio::spawn(async move { people::want(&engine, user, true).await });
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!apart.is_finished() && !want.is_finished());
        alone.commit().await.unwrap();
        apart.await.unwrap().unwrap();
        want.await.unwrap().unwrap();
        assert_eq!(person_merges::apart_from(&mut world.engine.db.reader(), home).await.unwrap(), [work]);
    });
}

#[test]
fn a_name_that_is_heard_while_two_are_one_is_theirs_when_they_are_two() {
    on_both(async |world| {
        let (home, work) = rosa_twice(&world).await;
        let merged = merge(&world, work, home).await.unwrap();
        let named = said("named", "It is me").by("r.marin@work.example").called("Rosa M. Marín").created();
        world.hear(&[named]).await;
        people::part(&world.engine, world.user, merged).await.unwrap();
        let name = stored::get(&mut world.engine.db.reader(), work).await.unwrap().unwrap().name;
        assert_eq!(name, "Rosa M. Marín");
    });
}
