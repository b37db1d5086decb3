//! What a message can cost, counted rather than timed; and which words a monitor waits for.

use super::*;
use crate::query::parse;
use crate::tokens::MOST_TOKENS;

fn set_of(queries: &[&str]) -> MonitorSet {
    let mut monitors = MonitorSet::new();
    for (id, query) in (0..).zip(queries) {
        monitors.insert(id, parse(query).unwrap());
    }
    monitors
}

fn matching<'s>(monitors: &MonitorSet, text: &str, scratch: &'s mut Scratch) -> &'s [i64] {
    let document = Document {
        texts: &[text],
        channel: &["email"],
        language: "en",
        author: &[],
        has_attachment: false,
        has_image: false,
        thread: 1,
        reach: None,
        at: 0,
    };
    monitors.matching(&document, scratch)
}

#[test]
fn a_hostile_message_is_read_up_to_the_index_s_end_and_leaves_nothing_behind() {
    let queries = ["tea", "\"tea tea\"", "tea NEAR/3 tea", "te*", "t*", "\"tea milk\"", "w17 OR w99999", "a", "-tea"];
    let monitors = set_of(&queries);
    let distinct: String = (0..100_000).map(|n| format!("w{n} ")).collect();
    let hostile = [
        ("tea ".repeat(250_000), &[0, 1, 2, 3, 4][..]),
        (distinct, &[6, 8]),
        ("a".to_owned() + &"\u{301}".repeat(500_000), &[7, 8]),
        ("\u{301}".repeat(500_000), &[8]),
        ("t".repeat(1_000_000), &[4, 8]),
        ("#tea_".repeat(200_000), &[0, 1, 2, 3, 4]),
    ];
    let mut scratch = Scratch::default();
    for (text, expected) in &hostile {
        assert_eq!(matching(&monitors, text, &mut scratch), *expected, "{:.20}", text);
        let (lists, positions) = scratch.seen.size();
        // Of these needles three at most are fulfilled by one token.
        assert!(lists <= monitors.needles() && positions <= 3 * MOST_TOKENS, "{lists} {positions}");
        assert!(scratch.asked() <= monitors.len());
        matching(&monitors, "a short one", &mut scratch);
        matching(&monitors, "", &mut scratch);
        assert!(scratch.seen.kept_positions() <= 64 * monitors.needles(), "{}", scratch.seen.kept_positions());
    }
}

#[test]
fn a_monitor_is_asked_only_where_its_rarest_word_and_what_it_needs_besides_are_there() {
    let queries = [
        "the wonderful espressomachine",
        "(espressomachine OR grinder) (broken OR leaking) -sale",
        "\"the espressomachine\" lang:de",
        "espresso* from:amina",
    ];
    let monitors = set_of(&queries);
    let mut scratch = Scratch::default();
    let mut asked = |text: &str| {
        matching(&monitors, text, &mut scratch);
        scratch.asked()
    };
    assert_eq!(asked("the wonderful broken leaking sale"), 0);
    assert_eq!(asked("an espressomachine"), 0);
    assert_eq!(asked("the espressomachine"), 0);
    assert_eq!(asked("a leaking grinder"), 1);
    assert_eq!(asked("the wonderful leaking espressomachine"), 2);
}

#[test]
fn frequent_words_are_not_waited_for_where_a_rarer_one_is_needed() {
    let monitors = set_of(&["the acme", "of acme", "the of acme OR acme in", "the"]);
    let mut scratch = Scratch::default();
    assert_eq!(matching(&monitors, "the one of the best in the town", &mut scratch), [3]);
    assert_eq!(scratch.asked(), 1);
}

#[test]
fn one_scratch_serves_several_sets_in_turn() {
    let (teas, milks) = (set_of(&["tea", "-tea", "te* OR lang:en"]), set_of(&["milk", "\"tea milk\""]));
    let mut scratch = Scratch::default();
    for _ in 0..3 {
        assert_eq!(matching(&teas, "tea", &mut scratch), [0, 2]);
        assert_eq!(matching(&milks, "tea milk", &mut scratch), [0, 1]);
        assert_eq!(matching(&teas, "milk", &mut scratch), [1, 2]);
        assert!(matching(&milks, "tea", &mut scratch).is_empty());
    }
}

#[test]
fn the_count_of_messages_can_come_to_its_end() {
    let monitors = set_of(&["tea", "-tea"]);
    let mut scratch = Scratch::default();
    matching(&monitors, "tea", &mut scratch);
    scratch.seen.message = u32::MAX - 1;
    for text in ["milk", "tea", "milk", "tea"] {
        assert_eq!(matching(&monitors, text, &mut scratch), if text == "tea" { [0] } else { [1] });
    }
}
