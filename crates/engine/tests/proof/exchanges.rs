//! Exchanges: which are meaningful, which stand next to the line, and what becomes of them where words are let go.

use crate::{
    figures::{DAY, MINUTE},
    recount::compare,
    support::{
        NOW, World, on_both,
        said::{Said, said},
    },
};
use tertulia_analysis::labels::{Kind, SPAM, SUBSTANTIAL, THIN};
use tertulia_engine::{
    channels, desk,
    figures::{self, Case, Figure, Period, Report, Verdict, beside_the_line},
    labels, worker,
};

async fn report(world: &World) -> Report {
    let period = Period::last_days(&world.engine, 90).await.unwrap();
    figures::report(&world.engine, period).await.unwrap()
}

async fn weigh(world: &World, id: &str, kind: Kind, value: u16) {
    let message = world.message(id).await.id;
    labels::correct(&world.engine, world.user, message, kind, value).await.unwrap();
}

/// One exchange: `t` is them, `o` is us; a message of theirs at one of these places is of substance, and all others are thin.
async fn exchange(world: &World, name: &str, sides: &str, substance: &[usize]) {
    let mut all: Vec<Said> = Vec::new();
    for (n, side) in sides.chars().enumerate() {
        let id = format!("{name}{n}");
        let one = said(&id, "The beans came on Monday.").by(&format!("{name}@home.example"));
        let one = if side == 'o' { one.by_us() } else { one };
        let before: Vec<String> = all.last().map(|one| one.id.clone()).into_iter().collect();
        all.push(Said { references: before, at: NOW - DAY + n as i64 * MINUTE, ..one });
    }
    world.hear(&all.iter().map(Said::created).collect::<Vec<_>>()).await;
    for (n, _) in sides.chars().enumerate().filter(|(_, side)| *side == 't') {
        let worth = if substance.contains(&n) { SUBSTANTIAL } else { THIN };
        weigh(world, &format!("{name}{n}"), Kind::Substance, worth).await;
    }
}

#[test]
fn who_comes_back_with_something_to_go_by_makes_an_exchange_meaningful_and_the_nearest_are_shown() {
    on_both(async |world| {
        exchange(&world, "far", "tototot", &[0, 2, 4]).await;
        exchange(&world, "above", "tot", &[0]).await;
        exchange(&world, "thin", "tot", &[]).await;
        exchange(&world, "gone", "to", &[0]).await;
        exchange(&world, "nothing", "to", &[]).await;
        exchange(&world, "alone", "t", &[0]).await;
        compare(&world, 90).await;
        let report = report(&world).await;
        let cases = report.cases(Figure::Meaningful);
        let said = figures::estimate(Figure::Meaningful, cases.iter().copied());
        assert_eq!((said.n, said.held, said.value), (5, 2, Some(0.4)), "who was not answered exchanged nothing");
        let (above, below) = beside_the_line(&cases, 2);
        let told = |cases: &[&Case]| cases.iter().map(|case| case.meaning.unwrap().verdict).collect::<Vec<_>>();
        assert_eq!(above[0].value, Some(3), "what is nearest comes first");
        assert_eq!(told(&above), [Verdict::Meaningful; 2]);
        let mut both = told(&below);
        both.sort();
        assert_eq!(both, [Verdict::NoReturn, Verdict::NoSubstance]);

        // What turns out to be spam is nobody's word; and what a person says is taken back as it was said.
        weigh(&world, "above2", Kind::Noise, SPAM).await;
        let again = self::report(&world).await;
        assert_eq!(figures::estimate(Figure::Meaningful, again.cases(Figure::Meaningful)).held, 1);
        compare(&world, 90).await;
    });
}

#[test]
fn what_lost_its_words_with_its_days_was_asked_and_answered_all_the_same() {
    on_both(async |world| {
        let at = NOW - 40 * DAY;
        let asked = Said { at, ..said("q", "Where is it?") };
        let answer = Said { at: at + 60 * MINUTE, ..said("a", "On its way").by_us().answering(&["q"]) };
        world.hear(&[asked.created(), answer.created()]).await;
        let held = world.conversation_of("q").await.id;
        desk::set_state(&world.engine, held, "closed").await.unwrap();
        let bounds = channels::Bounds { day_cap: None, keep_days: Some(30) };
        channels::set_bounds(&world.engine, world.channel.id, bounds).await.unwrap();
        worker::take(&world.engine, worker::RETAIN, world.channel.id.0).await.unwrap().unwrap().await.unwrap();
        assert_eq!(world.message("q").await.state, "deleted");
        let report = report(&world).await;
        assert_eq!((report.first.len(), report.first[0].value), (1, Some(60 * MINUTE)));
        assert_eq!(
            report.talks[0].meaning.unwrap().verdict,
            Verdict::Neither,
            "they did not come back, whatever it said"
        );
        compare(&world, 90).await;
    });
}
