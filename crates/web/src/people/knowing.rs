//! How well a person and the organisation know each other, in words.

use crate::{App, Result};
use tertulia_analysis::relationship::Stage;
use tertulia_engine::people::{self as desk, Knowing};
use tertulia_model::{Millis, PersonId};

/// What stands on a person's page: the stage, the strength in whole points, and what it rests on.
pub(crate) struct KnowingView {
    pub stage: &'static str,
    pub means: &'static str,
    pub strength: u32,
    pub reasons: Vec<ReasonView>,
}

/// A sentence, and the time that stands at its end.
#[derive(Debug, PartialEq)]
pub(crate) struct ReasonView {
    pub words: String,
    pub at: Option<Millis>,
}

pub(super) async fn view(app: &App, person: PersonId) -> Result<KnowingView> {
    let knowing = desk::knowing(&app.engine, person).await?;
    // From 0 to 100.
    let strength = knowing.measured.strength.round() as u32;
    let (stage, means) = (stage_word(knowing.stage), knowing.means);
    Ok(KnowingView { stage, means, strength, reasons: reasons(&knowing) })
}

fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::New => "New",
        Stage::Talking => "Talking",
        Stage::Returning => "Returning",
        Stage::Trusted => "Trusted",
        Stage::Advocate => "Advocate",
    }
}

fn reasons(knowing: &Knowing) -> Vec<ReasonView> {
    let measured = &knowing.measured;
    let many = |n: usize, one: &str, more: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {more}") };
    let mut reasons = Vec::new();
    let mut say = |words: String, at: Option<Millis>| reasons.push(ReasonView { words, at });
    if let Some(last) = measured.last_exchange_at {
        let days = many(measured.exchange_days, "day", "days");
        say(format!("You talked with each other on {days}, last"), Some(last));
    }
    if measured.answerable > 0 {
        let all = many(measured.answerable, "time they wrote", "times they wrote");
        say(format!("Of {all} you answered {} within a day", measured.answered_in_time), None);
    }
    if measured.returns > 0 {
        let times = many(measured.returns, "time", "times");
        say(format!("They came back {times} after a week or more"), None);
    }
    if measured.channels > 1 {
        say(format!("You talk with each other on {} channels", measured.channels), None);
    }
    if measured.promises_kept + measured.promises_broken > 0 {
        let kept = many(measured.promises_kept, "promise", "promises");
        say(format!("You kept {kept} and broke {}", measured.promises_broken), None);
    }
    if knowing.spoke_of_us_at.is_some() {
        say("They spoke of you to others, last".to_owned(), knowing.spoke_of_us_at);
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_analysis::relationship::Measured;

    #[test]
    fn what_is_not_is_not_said_and_one_is_one() {
        let nothing = Knowing { stage: Stage::New, means: "", measured: Measured::default(), spoke_of_us_at: None };
        assert!(reasons(&nothing).is_empty());
        let measured = Measured {
            exchange_days: 1,
            answered_in_time: 1,
            answerable: 2,
            returns: 1,
            channels: 1,
            last_exchange_at: Some(1_795_900_000_000),
            ..Measured::default()
        };
        let some = Knowing { stage: Stage::Returning, means: "", measured, spoke_of_us_at: None };
        let said: Vec<(String, bool)> = reasons(&some).into_iter().map(|one| (one.words, one.at.is_some())).collect();
        let said: Vec<(&str, bool)> = said.iter().map(|(words, has_time)| (words.as_str(), *has_time)).collect();
        let expected = [
            ("You talked with each other on 1 day, last", true),
            ("Of 2 times they wrote you answered 1 within a day", false),
            ("They came back 1 time after a week or more", false),
        ];
        assert_eq!(said, expected);
    }
}
