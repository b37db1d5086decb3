//! What the formula promises, over random histories.

use super::*;
use proptest::prelude::*;

const NOW: Millis = 1_795_900_000_000;

fn turn(days_ago: f64, is_theirs: bool, conversation: i64) -> Turn {
    Turn {
        at: NOW - (days_ago * DAY as f64) as Millis,
        is_theirs,
        conversation: ConversationId(conversation),
        channel: ChannelId(conversation % 4),
    }
}

fn any_turn() -> impl Strategy<Value = Turn> {
    (0.0..400.0, any::<bool>(), 0_i64..6).prop_map(|(ago, is_theirs, conversation)| turn(ago, is_theirs, conversation))
}

prop_compose! {
    fn any_history()(
        turns in prop::collection::vec(any_turn(), 0..40),
        promises in prop::collection::vec((0_i64..400, any::<bool>()), 0..6),
    ) -> History {
        let promise = |(ago, is_kept): (i64, bool)| Promise { closed_at: NOW - ago * DAY, is_kept };
        History { turns, promises: promises.into_iter().map(promise).collect(), spoke_of_us_at: None }
    }
}

fn strength(history: &History) -> f64 {
    measure(history, NOW).strength
}

proptest! {
    #[test]
    fn it_lies_between_nothing_and_a_hundred_in_any_order(history in any_history()) {
        let mut turned = history.clone();
        turned.turns.reverse();
        turned.promises.reverse();
        let (one, other) = (measure(&history, NOW), measure(&turned, NOW));
        prop_assert!((0.0..=100.0).contains(&one.strength));
        prop_assert!((one.strength - other.strength).abs() < 1e-9);
    }

    #[test]
    fn what_we_send_alone_adds_nothing(mut history in any_history(), sent in prop::collection::vec(0.0..400.0, 0..50)) {
        let before = strength(&history);
        // Conversations in which they never said anything, and more of ours after what we said last.
        history.turns.extend(sent.iter().map(|ago| turn(*ago, false, 99)));
        prop_assert!((strength(&history) - before).abs() < 1e-9);
        let ours_last = (0..6).filter(|conversation| {
            let of_it = history.turns.iter().filter(|turn| turn.conversation.0 == *conversation);
            of_it.max_by_key(|turn| (turn.at, !turn.is_theirs)).is_some_and(|turn| !turn.is_theirs)
        });
        let more: Vec<Turn> = ours_last.map(|conversation| turn(0.0, false, conversation)).collect();
        history.turns.extend(more);
        prop_assert!((strength(&history) - before).abs() < 1e-9);
    }

    #[test]
    fn more_of_ours_after_one_of_ours_adds_nothing(
        mut history in any_history(),
        more in prop::collection::vec((any::<prop::sample::Index>(), 0.0..1.0), 0..20),
    ) {
        let before = strength(&history);
        let mut turns = history.turns.clone();
        turns.sort_by_key(|turn| (turn.conversation, turn.at, !turn.is_theirs));
        for (which, how_far) in more.into_iter().filter(|_| !turns.is_empty()) {
            let n = which.index(turns.len());
            let one = turns[n];
            // Before whatever came next there.
            let next = turns.get(n + 1).filter(|next| next.conversation == one.conversation).map_or(NOW, |next| next.at);
            let at = one.at + ((next - one.at) as f64 * how_far) as Millis;
            if !one.is_theirs {
                history.turns.push(Turn { at, ..one });
            }
        }
        prop_assert!((strength(&history) - before).abs() < 1e-9);
    }

    #[test]
    fn volume_buys_nothing_that_time_does_not(
        mut history in any_history(),
        times in 1_i64..200,
        is_one_talk in any::<bool>(),
    ) {
        // A day full of turns to and fro, all answered at once, against the same day with one exchange; whatever else there was
        // on it. In one conversation or in many, on one channel.
        let day = NOW.div_euclid(DAY) - 3;
        let on_the_day = |times: i64| -> Vec<Turn> {
            let exchange = |n: i64| {
                let at = day * DAY + n * (DAY / 500);
                let conversation = ConversationId(if is_one_talk { 77 } else { 77 + n });
                let theirs = Turn { at, is_theirs: true, conversation, channel: ChannelId(1) };
                [theirs, Turn { at: at + 60_000, is_theirs: false, ..theirs }]
            };
            (0..times).flat_map(exchange).collect()
        };
        let mut once = history.clone();
        once.turns.extend(on_the_day(1));
        history.turns.extend(on_the_day(times));
        let (once, often) = (measure(&once, NOW), measure(&history, NOW));
        prop_assert_eq!(often.exchange_days, once.exchange_days);
        prop_assert!((often.strength - once.strength).abs() < 1e-9, "{} {}", often.strength, once.strength);
    }

    #[test]
    fn of_promises_kept_on_a_day_one_counts(mut history in any_history(), ago in 0_i64..100, times in 1_usize..100) {
        let promise = Promise { closed_at: NOW - ago * DAY, is_kept: true };
        history.promises.push(promise);
        let once = strength(&history);
        history.promises.extend(vec![promise; times]);
        prop_assert!((strength(&history) - once).abs() < 1e-9);
    }

    #[test]
    fn a_day_adds_so_much_at_most(days in 1_usize..60) {
        // However fast we answer and however many channels there are: what k days can give is bounded.
        let turns = (0..days).flat_map(|day| (0..40).map(move |k| turn(day as f64 + 0.01 * f64::from(k), k % 2 == 0, i64::from(k / 2))));
        let history = History { turns: turns.collect(), ..History::default() };
        let reached = strength(&history);
        // Midnight may fall between, so one day more.
        prop_assert!(reached <= 100.0 * (1.0 - (-(days as f64 + 1.0) / 4.0).exp()) + 1e-9, "{reached}");
    }

    #[test]
    fn it_fades_by_half_of_what_exchanges_weigh_in_sixty_days(history in any_history()) {
        let later = measure(&history, NOW + 60 * DAY);
        let now = measure(&history, NOW);
        prop_assert!((later.weighted_days - now.weighted_days / 2.0).abs() < 1e-6);
        prop_assert!(now.exchange_days == later.exchange_days);
    }

    #[test]
    fn a_promise_kept_never_harms_and_a_broken_one_never_helps(mut history in any_history(), ago in 0_i64..100) {
        let before = strength(&history);
        let closed_at = NOW - ago * DAY;
        history.promises.push(Promise { closed_at, is_kept: true });
        let kept = strength(&history);
        if let Some(last) = history.promises.last_mut() {
            last.is_kept = false;
        }
        let broken = strength(&history);
        prop_assert!(broken <= before + 1e-9 && before <= kept + 1e-9, "{broken} {before} {kept}");
    }
}

#[test]
fn the_stages_are_reached_one_after_the_other_and_fade() {
    let mut history = History { turns: vec![turn(300.0, true, 1)], ..History::default() };
    let at = |history: &History, now: Millis| stage(history, &measure(history, now), now);
    assert_eq!(at(&history, NOW), Stage::New);
    history.turns.push(turn(299.8, false, 1));
    assert_eq!(at(&history, NOW), Stage::Talking);
    history.turns.extend([turn(200.0, true, 2), turn(199.9, false, 2)]);
    assert_eq!(at(&history, NOW), Stage::Returning);
    for week in 0..8 {
        let ago = f64::from(week) * 8.0 + 1.0;
        history.turns.extend([turn(ago, true, 3), turn(ago - 0.1, false, 3)]);
    }
    assert_eq!(at(&history, NOW), Stage::Trusted);
    history.spoke_of_us_at = Some(NOW - 30 * DAY);
    assert_eq!(at(&history, NOW), Stage::Advocate);
    assert_eq!(at(&history, NOW + 400 * DAY), Stage::Returning, "nobody who came back is new again");
}

#[test]
fn what_is_not_yet_late_is_not_held_against_us_and_an_answer_in_time_counts_at_once() {
    let asked = |ago: f64| History { turns: vec![turn(ago, true, 1)], ..History::default() };
    let answerable = |history: &History| (measure(history, NOW).answered_in_time, measure(history, NOW).answerable);
    assert_eq!(answerable(&asked(0.5)), (0, 0));
    assert_eq!(answerable(&asked(1.5)), (0, 1));
    let mut answered = asked(0.5);
    answered.turns.push(turn(0.4, false, 1));
    assert_eq!(answerable(&answered), (1, 1));
    let mut late = asked(5.0);
    late.turns.extend([turn(4.9, true, 1), turn(2.0, false, 1), turn(1.9, false, 1)]);
    assert_eq!(answerable(&late), (0, 1), "what they wrote in a row is one turn");
}
