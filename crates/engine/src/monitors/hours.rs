//! When somebody is to be told: by the hours of their own clock.

use super::notices::{NoticeForm, Often};
use jiff::{Timestamp, ToSpan, Zoned, civil::Time, tz::TimeZone};
use tertulia_model::Millis;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;

/// Whether there is to be another mail, or call, now. One a day is due at the hour at which the quiet ones end.
pub(super) fn is_due(form: &NoticeForm, told_at: Millis, now: Millis) -> bool {
    // A clock that was ahead once would keep all mails back until then. Clocks of nodes differ by less.
    let told_at = if told_at > now + HOUR { 0 } else { told_at };
    let due = match form.mail {
        Often::Never => false,
        Often::Soon => now - told_at >= MINUTE,
        Often::Hourly => now - told_at >= HOUR,
        Often::Daily => told_at < hour_of_the_day(form, now),
    };
    due && !is_quiet(form, now)
}

fn clock(form: &NoticeForm, now: Millis) -> Zoned {
    let zone = TimeZone::get(&form.zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone)
}

fn is_quiet(form: &NoticeForm, now: Millis) -> bool {
    let hour = clock(form, now).hour();
    let (from, until) = (form.quiet_from, form.quiet_until);
    if from <= until { (from..until).contains(&hour) } else { hour >= from || hour < until }
}

/// When it was last the hour of the day's mail. On a day whose clock leaves that hour out, it is the next one.
fn hour_of_the_day(form: &NoticeForm, now: Millis) -> Millis {
    let clock = clock(form, now);
    let hour = Time::new(form.quiet_until, 0, 0, 0).unwrap_or_default();
    let at = |days: i32| {
        let day = clock.date().saturating_sub(days.days());
        day.to_datetime(hour).to_zoned(clock.time_zone().clone()).map_or(now, |at| at.timestamp().as_millisecond())
    };
    if at(0) <= now { at(0) } else { at(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday, 2026-11-21T12:00:00Z.
    const NOON: Millis = 1_795_262_400_000;

    #[test]
    fn quiet_hours_are_those_of_the_members_clock_and_may_go_over_midnight() {
        let at = |hour: i64| NOON + (hour - 12) * HOUR;
        let form = NoticeForm { quiet_from: 20, quiet_until: 8, ..NoticeForm::default() };
        let quiet: Vec<i64> = (0..24).filter(|hour| is_quiet(&form, at(*hour))).collect();
        assert_eq!(quiet, [0, 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23]);
        let kolkata = NoticeForm { zone: "Asia/Kolkata".to_owned(), ..form.clone() };
        assert!(is_quiet(&kolkata, at(15)) && !is_quiet(&kolkata, at(14)), "half past eight in the evening there");
        let never = NoticeForm { quiet_from: 5, quiet_until: 5, ..form };
        assert!((0..24).all(|hour| !is_quiet(&never, at(hour))));
    }

    #[test]
    fn a_mail_is_due_once_an_hour_and_never_where_none_is_wanted() {
        let form = |mail| NoticeForm { mail, quiet_from: 0, quiet_until: 0, ..NoticeForm::default() };
        assert!(!is_due(&form(Often::Never), 0, NOON));
        assert!(
            is_due(&form(Often::Hourly), NOON - HOUR, NOON) && !is_due(&form(Often::Hourly), NOON - HOUR + 1, NOON)
        );
    }

    #[test]
    fn a_clock_that_was_ahead_once_keeps_no_mail_back() {
        let month = 30 * 24 * HOUR;
        for mail in [Often::Soon, Often::Hourly, Often::Daily] {
            let form = NoticeForm { mail, quiet_from: 0, quiet_until: 0, ..NoticeForm::default() };
            assert!(is_due(&form, NOON + month, NOON), "{mail:?}");
            assert!(!is_due(&form, NOON + MINUTE / 2, NOON), "{mail:?}: another node's clock is a little ahead");
        }
    }

    /// When mails leave, as the members' clock shows it, if there is something to tell at each look, every ten minutes.
    fn mails(form: &NoticeForm, from: Millis, days: i64) -> Vec<String> {
        let (mut told_at, mut mails) = (from, Vec::new());
        for now in (0..days * 144).map(|look| from + look * 10 * MINUTE + 7 * MINUTE) {
            if is_due(form, told_at, now) {
                told_at = now;
                mails.push(clock(form, now).strftime("%d %H:%M").to_string());
            }
        }
        mails
    }

    #[test]
    fn the_mail_of_a_day_comes_at_the_same_hour_of_the_members_clock_whatever_that_clock_does() {
        let daily = |quiet_from, zone: &str| NoticeForm {
            mail: Often::Daily,
            quiet_from,
            quiet_until: 8,
            zone: zone.to_owned(),
            ..NoticeForm::default()
        };
        for quiet_from in [20, 8] {
            let found = mails(&daily(quiet_from, "UTC"), NOON, 5);
            assert_eq!(found, ["22 08:07", "23 08:07", "24 08:07", "25 08:07", "26 08:07"]);
        }
        // 2026-10-23T12:00:00Z, two days before the clocks there go back; 2026-03-27T12:00:00Z, before they go forward.
        for (from, days) in [(1_792_756_800_000, ["24", "25", "26"]), (1_774_612_800_000, ["28", "29", "30"])] {
            let found = mails(&daily(20, "Europe/Madrid"), from, 3);
            assert_eq!(found, days.map(|day| format!("{day} 08:07")));
        }
        let at_two = NoticeForm { quiet_from: 2, quiet_until: 2, ..daily(2, "Europe/Madrid") };
        assert_eq!(mails(&at_two, 1_774_612_800_000, 3), ["28 02:07", "29 03:07", "30 02:07"]);
    }
}
