//! A goal as it is shown: in the list, and above its own page.

use super::{
    href,
    picture::{self, Picture},
    words,
};
use crate::{App, Result, inbox::Known};
use jiff::civil::Date;
use tertulia_engine::goals::{self, Counted, Standing};

pub(super) struct Card {
    pub href: String,
    pub sentence: String,
    pub verdict: (&'static str, &'static str, &'static str),
    pub measured_by: String,
    pub today: String,
    pub hoped: String,
    pub now: String,
    pub by: String,
    pub rests_on: String,
    pub declared: &'static str,
    pub owner: Option<String>,
    pub is_given_up: bool,
    pub picture: Option<Picture>,
}

pub(super) async fn card(
    app: &App,
    known: &Known,
    today: Date,
    (stands, counted): (&Standing, &Counted),
) -> Result<Card> {
    let points = goals::series(&app.engine, stands, counted).await?;
    let goal = &stands.goal;
    Ok(Card {
        href: href(goal.goal_id),
        sentence: goal.sentence.clone(),
        verdict: words::verdict(stands),
        measured_by: words::measured_by(stands),
        today: words::today(stands),
        hoped: words::hoped(stands),
        now: words::now(stands),
        by: words::by(&goal.due_on, today),
        rests_on: words::rests_on(stands),
        declared: words::declared(goal),
        owner: goal.owner_id.map(|owner| known.member(owner)),
        is_given_up: goal.given_up_at.is_some(),
        picture: picture::picture(stands, &points),
    })
}
