//! What monitors hold on to when something is called otherwise, is somebody else's, or goes; and what a preview says of
//! what it did not look at.

use crate::{
    monitors::{found, settle, watch},
    support::{World, add_channel, on_both, said::said},
};
use tertulia_analysis::query;
use tertulia_engine::{channels::ChannelForm, monitors, worker};
use tertulia_model::{ChannelId, MonitorId};
use tertulia_store::{
    keys::time_of_place,
    mentions::{self, Asked},
    monitors as stored,
};

async fn rename(world: &World, channel: ChannelId, name: &str) {
    let form = ChannelForm { name: name.to_owned(), ..ChannelForm::default() };
    tertulia_engine::channels::update(&world.engine, channel, form).await.unwrap();
}

async fn monitor(world: &World, id: MonitorId) -> stored::Monitor {
    stored::get(&mut world.engine.db.reader(), id).await.unwrap().unwrap()
}

#[test]
fn a_channel_that_is_renamed_keeps_what_was_found_and_decided_under_its_former_name() {
    on_both(async |world| {
        rename(&world, world.channel.id, "Shop").await;
        world.hear(&[said("a", "The first").created(), said("b", "The second").at_minute(1).created()]).await;
        let shop = watch(&world, "channel:shop -absent").await;
        let paused = watch(&world, "channel:\"SHOP\"").await;
        settle(&world).await;
        monitors::pause(&world.engine, paused, true).await.unwrap();
        let a = world.message("a").await.id;
        monitors::decide(&world.engine, shop, a, "listened", world.user).await.unwrap();
        rename(&world, world.channel.id, "Bo's \"Stall\" (2)").await;
        let now = monitor(&world, shop).await;
        assert_eq!((now.query.as_str(), now.behind), ("channel:\"Bo's Stall (2)\" -absent", None));
        assert_eq!(now.name, now.query, "it has no other name");
        assert_eq!(monitor(&world, paused).await.query, "channel:\"Bo's Stall (2)\"");
        assert_eq!(worker::take(&world.engine, worker::MATCH_PAST, shop.0).await.unwrap().map(|_| ()), None);
        world.hear(&[said("c", "The third").at_minute(2).created()]).await;
        settle(&world).await;
        assert_eq!(found(&world, shop).await, ["c", "b", "a"]);
        let listened = Asked { state: Some("listened".to_owned()), ..Asked::default() };
        let at = (shop, now.version);
        let page = mentions::page(&mut world.engine.db.reader(), at, &listened, i64::MAX, 9).await.unwrap();
        assert_eq!(page.iter().map(|mention| mention.message_id).collect::<Vec<_>>(), [a]);
        monitors::pause(&world.engine, paused, false).await.unwrap();
        settle(&world).await;
        assert_eq!(found(&world, paused).await, ["c", "b", "a"]);
    });
}

#[test]
fn a_name_that_another_channel_has_too_goes_on_to_mean_both() {
    on_both(async |world| {
        let other = add_channel(&world.engine, "other@shop.example").await;
        rename(&world, world.channel.id, "Shop").await;
        rename(&world, other.id, "Shop").await;
        world.hear(&[said("a", "The first").created()]).await;
        let both = watch(&world, "NOT absent channel:shop").await;
        settle(&world).await;
        rename(&world, world.channel.id, "Stall").await;
        assert_eq!(monitor(&world, both).await.query, "NOT absent (channel:\"Shop\" OR channel:\"Stall\")");
        assert_eq!(found(&world, both).await, ["a"]);
        // By the kind of channel it is found under any name.
        let kind = watch(&world, "channel:json").await;
        rename(&world, world.channel.id, "JSON").await;
        rename(&world, world.channel.id, "Kiosk").await;
        assert_eq!(monitor(&world, kind).await.query, "channel:json");
        settle(&world).await;
        assert_eq!(found(&world, kind).await, ["a"]);
        assert_eq!(found(&world, both).await, ["a"]);
    });
}

#[test]
fn who_asked_for_a_name_before_a_channel_had_it_finds_what_was_heard_there() {
    on_both(async |world| {
        world.hear(&[said("a", "The first").created()]).await;
        let new = watch(&world, "channel:patio").await;
        settle(&world).await;
        assert_eq!(found(&world, new).await, [""; 0]);
        rename(&world, world.channel.id, "Patio").await;
        world.hear(&[said("b", "The second").by("bo@other.example").created()]).await;
        settle(&world).await;
        assert_eq!(found(&world, new).await, ["b", "a"]);
    });
}

#[test]
fn what_turns_out_to_be_ours_is_no_mention_any_more() {
    on_both(async |world| {
        let sorry = watch(&world, "sorry").await;
        world.hear(&[said("q", "Where is my order?").created()]).await;
        let answer = said("answer", "We are sorry").answering(&["q"]).at_minute(5);
        world.hear(&[answer.clone().by("desk@shop.example").created()]).await;
        settle(&world).await;
        assert_eq!(found(&world, sorry).await, ["answer"], "a claim proves nothing");
        world.hear(&[answer.by_us().created()]).await;
        settle(&world).await;
        assert_eq!(world.message("answer").await.direction, "ours");
        assert_eq!(found(&world, sorry).await, [""; 0]);
    });
}

#[test]
fn what_was_deleted_goes_from_a_paused_monitor_too() {
    on_both(async |world| {
        let tea = watch(&world, "tea").await;
        let gone = said("gone", "tea");
        world.hear(&[gone.created(), said("kept", "more tea").at_minute(1).created()]).await;
        settle(&world).await;
        monitors::pause(&world.engine, tea, true).await.unwrap();
        world.hear(&[gone.deleted()]).await;
        settle(&world).await;
        assert_eq!(found(&world, tea).await, ["kept"]);
    });
}

#[test]
fn a_preview_that_stopped_early_says_how_far_it_came_and_looks_at_no_more_than_it_may() {
    on_both(async |world| {
        let plain: Vec<_> = (0..40).map(|n| said(&format!("m{n}"), "tea").at_minute(n).created()).collect();
        world.hear(&plain).await;
        world.hear(&[said("old", "tea?").at_minute(-60).created()]).await;
        let asks = query::parse("has:question").unwrap();
        let preview = async |most| monitors::preview(&world.engine, &asks, 5, most).await.unwrap();
        let stopped = preview(25).await;
        let last = time_of_place(world.message("m15").await.place);
        assert_eq!((stopped.matches, stopped.looked_back_to), (0, Some(last)), "the 25 newest");
        let whole = preview(1_000).await;
        assert_eq!((whole.matches, whole.looked_back_to), (1, None));
        assert_eq!(whole.examples[0].external_id, "old");
    });
}
