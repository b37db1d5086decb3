//! Figures by segment: whoever is in several counts in each, and whoever is in none is not lost.

use crate::{
    recount::compare,
    support::{World, said::said},
};
use tertulia_engine::{
    attributes::{self, Source},
    figures::{self, Period},
    segments::{self, RuleForm},
};

/// Some are in both, and some in none.
pub(crate) async fn keep_segments(world: &World) {
    for (name, is, words) in
        [("Gold", "one_of", "gold"), ("Metal", "one_of", "Gold; Silver"), ("Not iron", "none_of", "Iron; Gold")]
    {
        let attribute = "plan".to_owned();
        let rules = [
            RuleForm { attribute: attribute.clone(), is: is.to_owned(), words: words.to_owned() },
            RuleForm { attribute, is: "known".to_owned(), words: String::new() },
        ];
        segments::save(&world.engine, world.user, (None, None), name, &rules).await.unwrap();
    }
}

#[test]
fn whoever_is_in_two_segments_counts_in_both_and_whoever_is_in_none_stands_by_themselves() {
    crate::support::on_both(async |world| {
        let hello = |n: i64, by: &str| said(&format!("q{n}"), "Where is it?").by(by).at_minute(n).created();
        let all: Vec<_> =
            ["a", "b", "c"].iter().zip(1..).map(|(by, n)| hello(n, &format!("{by}@home.example"))).collect();
        world.hear(&all).await;
        let period = Period::last_days(&world.engine, 30).await.unwrap();
        let report = figures::report(&world.engine, period).await.unwrap();
        let before = figures::segmented(&world.engine, &report).await.unwrap();
        assert!(before.parted(&report.first).is_empty(), "no segment is kept");
        keep_segments(&world).await;
        for (of, plan) in [("q1", "Gold"), ("q2", "Silver")] {
            let person = world.message(of).await.person_id.unwrap();
            attributes::set(&world.engine, (world.user, Source::Hand), person, ("plan", None), plan).await.unwrap();
        }
        let segmented = figures::segmented(&world.engine, &report).await.unwrap();
        let told: Vec<_> = segmented
            .parted(&report.first)
            .into_iter()
            .map(|(segment, cases)| (segment.and_then(|id| segmented.name(id)).unwrap_or("-").to_owned(), cases.len()))
            .collect();
        let of = |name: &str, n: usize| (name.to_owned(), n);
        assert_eq!(told.first(), Some(&of("Metal", 2)), "the largest first");
        assert_eq!(told.last(), Some(&of("-", 1)), "of the third nothing is known");
        assert!(told.contains(&of("Gold", 1)) && told.contains(&of("Not iron", 1)), "{told:?}");
        let mut narrowed = report.clone();
        narrowed.keep(|case| segmented.narrow(case, None));
        assert_eq!((narrowed.first.len(), narrowed.waiting.len()), (1, 1));
        compare(&world, 30).await;
    });
}
