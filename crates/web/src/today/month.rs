//! How the days of a month ended: a table, week by week. No count goes on from month to month.

use crate::{
    App, Result, Viewer,
    layout::{Nav, Shell},
};
use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use jiff::{ToSpan, civil::Date};
use serde::Deserialize;
use tertulia_engine::today::{self, DayEnd, Month};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// `2026-11`.
    of: String,
}

#[derive(Template)]
#[template(path = "today/month.html")]
struct MonthPage {
    shell: Shell,
    /// "November 2026".
    title: String,
    sentence: String,
    weeks: Vec<Vec<Option<DayView>>>,
    /// The month before, and the one after unless that is still to come: its name and address.
    before: Option<(String, String)>,
    after: Option<(String, String)>,
}

/// One day in the table.
struct DayView {
    number: i8,
    /// `kept`, `left`, `calm`, `today`, or nothing where nothing is known.
    kind: &'static str,
    icon: &'static str,
    words: String,
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer, Query(wanted): Query<Wanted>) -> Result<Html<String>> {
    let within = format!("{}-01", wanted.of).parse::<Date>().ok();
    let month = today::month(&app.engine, viewer.user.id, within).await?;
    let shell = app.shell(&viewer, "today", "Days kept", Nav::Today).await?;
    let named =
        |date: Option<Date>| date.map(|date| (name(date), format!("/today/month?of={}", date.strftime("%Y-%m"))));
    let after = month.first.checked_add(1.month()).ok().filter(|next| *next <= month.today);
    let page = MonthPage {
        title: name(month.first),
        sentence: sentence(&month),
        weeks: weeks(&month),
        before: named(month.first.checked_sub(1.month()).ok()),
        after: named(after),
        shell,
    };
    Ok(Html(page.render()?))
}

fn name(first: Date) -> String {
    first.strftime("%B %Y").to_string()
}

fn sentence(month: &Month) -> String {
    let (kept, due) = (month.kept(), month.with_something_due());
    match due {
        0 => "Of no day of this month is it known that something was due.".to_owned(),
        1 if kept == 1 => "Something was due on one day, and all of it was done.".to_owned(),
        1 => "Something was due on one day, and some of it was left.".to_owned(),
        _ => format!("On {kept} of the {due} days on which something was due, all of it was done."),
    }
}

/// From Monday to Sunday; what belongs to other months is empty.
fn weeks(month: &Month) -> Vec<Vec<Option<DayView>>> {
    let before = usize::from(month.first.weekday().to_monday_zero_offset().unsigned_abs());
    let mut cells: Vec<Option<DayView>> = (0..before).map(|_| None).collect();
    cells.extend(month.days.iter().map(|day| Some(view(day, month.today))));
    while !cells.len().is_multiple_of(7) {
        cells.push(None);
    }
    let mut weeks = Vec::new();
    let mut week = Vec::new();
    for cell in cells {
        week.push(cell);
        if week.len() == 7 {
            weeks.push(std::mem::take(&mut week));
        }
    }
    weeks
}

fn view(day: &DayEnd, today: Date) -> DayView {
    let (kind, icon, words) = match day.ended {
        Some(ended) if ended.due == 0 => ("calm", "coffee", "nothing was due".to_owned()),
        Some(ended) if ended.left_over == 0 => ("kept", "check", format!("kept: {} done", ended.due)),
        Some(ended) => ("left", "clock", format!("{} of {} left", ended.left_over, ended.due)),
        None if day.date == today => ("today", "sun", "today".to_owned()),
        None if day.date > today => ("", "", String::new()),
        None => ("", "", "not known".to_owned()),
    };
    DayView { number: day.date.day(), kind, icon, words }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_store::today_cards::Ended;

    fn month() -> Month {
        let first = jiff::civil::date(2026, 11, 1);
        let ended = |day| match day {
            1 => Some((3, 0)),
            2 => Some((2, 1)),
            3 => Some((0, 0)),
            _ => None,
        };
        let day = |day: i8| {
            let ended = ended(day).map(|(due, left_over)| Ended { day: 0, due, left_over });
            DayEnd { date: jiff::civil::date(2026, 11, day), ended }
        };
        Month { first, today: jiff::civil::date(2026, 11, 21), days: (1..=30).map(day).collect() }
    }

    #[test]
    fn weeks_begin_on_monday_and_each_day_says_in_words_how_it_ended() {
        let weeks = weeks(&month());
        assert_eq!((weeks.len(), weeks[0].iter().filter(|cell| cell.is_none()).count()), (6, 6));
        assert_eq!(weeks[0][6].as_ref().unwrap().words, "kept: 3 done");
        assert_eq!(weeks[1][0].as_ref().unwrap().words, "1 of 2 left");
        assert_eq!(weeks[1][1].as_ref().unwrap().words, "nothing was due");
        assert_eq!(weeks[1][2].as_ref().unwrap().words, "not known");
        assert_eq!(weeks[3][5].as_ref().unwrap().words, "today");
        assert_eq!(weeks[3][6].as_ref().unwrap().words, "");
        assert_eq!(sentence(&month()), "On 1 of the 2 days on which something was due, all of it was done.");
    }
}
