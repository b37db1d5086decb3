use super::*;
use std::collections::HashMap;

fn candidate(id: i64, channel: i64, language: &str) -> Candidate {
    let (channel_id, language) = (ChannelId(channel), language.to_owned());
    Candidate { id: MessageId(id), place: id, revision: 0, channel_id, language }
}

fn sample_of(all: &[Candidate], seed: i64, each: usize) -> Vec<Drawn> {
    let mut strata = Strata::new();
    draw_from(all.iter().cloned(), seed, each, &mut strata);
    in_order(strata, 7)
}

fn some() -> Vec<Candidate> {
    let cell = |(channel, language, many): (i64, &'static str, i64)| {
        (0..many).map(move |n| candidate(channel * 1_000 + n, channel, language))
    };
    [(1, "en", 300), (1, "es", 3), (2, "en", 40)].into_iter().flat_map(cell).collect()
}

#[test]
fn of_each_cell_as_many_are_drawn_and_of_a_small_one_all() {
    let drawn = sample_of(&some(), 11, 10);
    let mut cells: BTreeMap<(i64, &str, i64), usize> = BTreeMap::new();
    for one in &drawn {
        *cells.entry((one.channel_id.0, one.language.as_str(), one.of_cell)).or_default() += 1;
    }
    assert_eq!(cells.into_iter().collect::<Vec<_>>(), [((1, "en", 300), 10), ((1, "es", 3), 3), ((2, "en", 40), 10)]);
    assert_eq!(drawn.iter().map(|one| one.position).collect::<Vec<_>>(), (0..23).collect::<Vec<_>>());
}

#[test]
fn the_seed_alone_decides_and_not_the_order_in_which_messages_are_looked_at() {
    let mut turned = some();
    turned.reverse();
    assert_eq!(sample_of(&some(), 11, 10), sample_of(&turned, 11, 10));
    assert_ne!(sample_of(&some(), 11, 10), sample_of(&some(), 12, 10));
}

#[test]
fn over_many_seeds_each_message_is_drawn_as_often_as_any_other() {
    let all: Vec<Candidate> = (0..50).map(|n| candidate(395_868_130_017_808_384 + n * 7, 1, "en")).collect();
    let mut times: HashMap<MessageId, f64> = HashMap::new();
    for seed in 0..2_000 {
        sample_of(&all, seed, 10).iter().for_each(|one| *times.entry(one.message_id).or_default() += 1.0);
    }
    // Chi-squared of 49 degrees of freedom: above 94 in one of ten thousand.
    let chi: f64 = all.iter().map(|one| (times.get(&one.id).copied().unwrap_or(0.0) - 400.0).powi(2) / 400.0).sum();
    assert!(chi < 94.0, "{chi}");
}

fn reading(by: i64, value: Option<i64>) -> Reading {
    Reading { sample_id: 7, message_id: MessageId(1), by_user: UserId(by), value, at: by }
}

#[test]
fn two_who_agree_settle_a_message_and_a_third_decides_between_two() {
    let drawn = sample_of(&[candidate(1, 1, "en")], 1, 1).remove(0);
    let told = |said: &[Option<i64>]| {
        let all: Vec<Reading> = said.iter().zip(1..).map(|(value, by)| reading(by, *value)).collect();
        standing(&drawn, &all.iter().collect::<Vec<_>>())
    };
    assert_eq!([told(&[]), told(&[Some(1)]), told(&[None])], [2, 1, 1].map(Standing::Waits));
    assert_eq!([told(&[None, None]), told(&[None, Some(1)])], [Standing::Untold; 2], "two read it, and nobody waits");
    assert_eq!(told(&[None, Some(1), Some(1)]), Standing::Holds(1));
    assert_eq!(told(&[Some(1), Some(1)]), Standing::Holds(1));
    assert_eq!([told(&[Some(1), Some(2)]), told(&[Some(1), Some(2), Some(3)])], [Standing::Differs; 2]);
    assert_eq!(told(&[Some(1), Some(2), Some(2)]), Standing::Holds(2));
    let settled = Drawn { settled: Some(3), ..drawn.clone() };
    let differ = [reading(1, Some(1)), reading(2, Some(2))];
    assert_eq!(standing(&settled, &differ.iter().collect::<Vec<_>>()), Standing::Holds(3));
}

#[test]
fn a_reader_is_shown_what_waits_before_what_others_differ_in_and_nothing_twice() {
    let all = sample_of(&[1, 2, 3, 4].map(|id| candidate(id, 1, "en")), 1, 9);
    let ids: Vec<MessageId> = all.iter().map(|one| one.message_id).collect();
    let said = |n: usize, by: &[(i64, Option<i64>)]| {
        by.iter().map(|(by, value)| Reading { message_id: ids[n], ..reading(*by, *value) }).collect::<Vec<_>>()
    };
    let readings = [
        said(0, &[(1, Some(1)), (2, Some(2))]),
        said(1, &[(1, Some(1))]),
        said(2, &[(1, Some(1)), (2, Some(1))]),
        said(3, &[(1, None), (2, Some(1))]),
    ];
    let sample = Sample { id: 7, kind: 2, each_cell: 9, seed: 1, drawn_by: UserId(1), drawn_at: 0, ended_at: None };
    let outlook = Outlook { sample, messages: all.into_iter().zip(readings).collect() };
    let left = |by| outlook.left_for(UserId(by)).iter().map(|one| one.message_id).collect::<Vec<_>>();
    assert_eq!((left(1), left(2), left(3)), (vec![], vec![ids[1]], vec![ids[1], ids[0]]));
    assert_eq!(outlook.counts(), [1, 1, 1, 0, 1]);
    assert_eq!(outlook.differing().map(|(drawn, _)| drawn.message_id).collect::<Vec<_>>(), [ids[0]]);
}
