//! How days ended: kept, where all that was due on them was done, put off or passed on.

use super::{Day, day_now, due};
use crate::{Engine, Result};
use jiff::civil::Date;
use std::sync::Arc;
use tertulia_model::{Millis, Permission, UserId};
use tertulia_store::{
    today::{self, Work},
    today_cards::{self, Ended},
    users,
};

/// So long after a day it can still be seen how it ended; later nobody knows what was done meanwhile.
const SOON: Millis = 3_600_000;
/// Counts end here.
const MOST: usize = 1_000;
/// Days for which it is remembered who was asked about whom.
const DRAWS_KEPT: i64 = 31;

/// One day of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayEnd {
    pub date: Date,
    /// None where it is not over, or the program did not run at its end.
    pub ended: Option<Ended>,
}

impl DayEnd {
    /// Something was due, and none of it was left.
    pub fn is_kept(&self) -> bool {
        self.ended.is_some_and(|ended| ended.due > 0 && ended.left_over == 0)
    }
}

/// A month of a member's days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    pub first: Date,
    pub today: Date,
    pub days: Vec<DayEnd>,
}

impl Month {
    /// On how many days something was due, of those of which it is known.
    pub fn with_something_due(&self) -> usize {
        self.days.iter().filter(|day| day.ended.is_some_and(|ended| ended.due > 0)).count()
    }

    pub fn kept(&self) -> usize {
        self.days.iter().filter(|day| day.is_kept()).count()
    }
}

/// The month in which `within` lies; the present one if it is left out.
pub async fn month(engine: &Arc<Engine>, member: UserId, within: Option<Date>) -> Result<Month> {
    let (today, zone) = day_now(engine).await?;
    let first = within.unwrap_or(today.date).first_of_month();
    let number = Day::of(first, &zone).number;
    let length = i64::from(first.days_in_month());
    let ended = today_cards::days(&mut engine.db.reader(), member, (number, number + length)).await?;
    let days = (0..length)
        .filter_map(|n| {
            let date = first.checked_add(jiff::Span::new().days(n)).ok()?;
            Some(DayEnd { date, ended: ended.iter().find(|ended| ended.day == number + n).copied() })
        })
        .collect();
    Ok(Month { first, today: today.date, days })
}

/// Soon after a day has ended: notes of each member how it ended for them. Done again it changes nothing.
pub async fn note_day(engine: &Arc<Engine>) -> Result<()> {
    let (today, zone) = day_now(engine).await?;
    let is_noted = today_cards::last_day(&mut engine.db.reader()).await?.is_some_and(|day| day >= today.number - 1);
    if engine.now() - today.begins > SOON || is_noted {
        return Ok(());
    }
    let Ok(before) = today.date.yesterday() else { return Ok(()) };
    let day = Day::of(before, &zone);
    let mut members = users::all(&mut engine.db.reader()).await?;
    members.retain(|member| {
        member.disabled_at.is_none() && member.role.may(Permission::Converse) && member.created_at < day.ends
    });
    let mut ended = Vec::new();
    for member in &members {
        ended.push((member.id, how(engine, member.id, &day).await?));
    }
    let mut tx = engine.db.begin_background().await?;
    for (member, ended) in ended {
        today_cards::note_day(&mut tx, member, ended).await?;
    }
    today_cards::forget_draws(&mut tx, day.number - DRAWS_KEPT).await?;
    tx.commit().await?;
    Ok(())
}

/// Each thing is counted once, by what became of it on that day: left, answered, settled, or decided about.
async fn how(engine: &Engine, member: UserId, day: &Day) -> Result<Ended> {
    let (work, span, most) = (Work::Of(member), (day.begins, day.ends), MOST as i64);
    let left = due::cards(engine, work, (day, day.ends), MOST).await?.len() as i64;
    let mut db = engine.db.reader();
    let answered = today::count_answered(&mut db, work, span, most).await?;
    let settled = today::count_settled(&mut db, work, span, most).await?;
    let decided = today_cards::count_decided(&mut db, member, span).await?;
    Ok(Ended { day: day.number, due: left + answered + settled + decided, left_over: left })
}
