//! Which days a sentence names.

use super::{
    languages::Table,
    patterns::{Begins, Pattern, any},
    rules,
    words::Word,
};
use jiff::{
    ToSpan, Zoned,
    civil::{Date, Weekday, date},
};

/// A day, as it is named beside the day on which it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// So many days from now.
    Day(i64),
    /// The last working day of this week, of the one after, the end of the weekend.
    WeekEnds,
    NextWeek,
    Weekend,
    MonthEnds,
    NextMonth,
    /// It only looks like a day: "good morning" (guten Morgen).
    No,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Minutes,
    Hours,
    Days,
    /// Of which a week has five.
    WorkingDays,
    Weeks,
    Months,
}

/// More than these are no date that anybody is reminded of.
const MOST_DAYS: i64 = 366;

pub(super) struct Days {
    times: Vec<(Pattern, When)>,
    within: Vec<Pattern>,
    numbers: Vec<Vec<Pattern>>,
    units: Vec<(Pattern, Unit)>,
    weekdays: Vec<Vec<Pattern>>,
    months: Vec<Vec<Pattern>>,
    /// Between a day and its month, and before a bare number of a day.
    of: Vec<Pattern>,
    day_of: Vec<Pattern>,
    ordinals: Vec<Pattern>,
    needs_ordinal: bool,
    month_first: bool,
}

impl Days {
    /// What its patterns begin with is noted.
    pub fn of(table: &'static Table, begins: &mut Begins) -> Self {
        let list = |text: &str| Pattern::list(text, ("", ""));
        let each = |lists: &[&str]| lists.iter().map(|text| list(text)).collect::<Vec<_>>();
        let times = table.times.iter().flat_map(|(text, when)| list(text).into_iter().map(|one| (one, *when)));
        let units = table.units.iter().flat_map(|(text, unit)| list(text).into_iter().map(|one| (one, *unit)));
        let days = Self {
            times: times.collect(),
            within: list(table.within),
            numbers: each(table.numbers),
            units: units.collect(),
            weekdays: each(&table.weekdays),
            months: each(&table.months),
            of: list(table.of),
            day_of: list(table.day_of),
            ordinals: list("st|nd|rd|th|er|º|ª"),
            needs_ordinal: table.needs_ordinal,
            month_first: table.month_first,
        };
        let times = days.times.iter().map(|(pattern, _)| std::slice::from_ref(pattern));
        let named = times.chain([&days.within[..]]).chain(days.weekdays.iter().chain(&days.months).map(Vec::as_slice));
        named.for_each(|patterns| begins.add(patterns, rules::DAYS));
        days
    }

    /// All days that are named, with where; none that is over.
    pub fn named(&self, words: &[Word<'_>], sent: &Zoned) -> Vec<(usize, Date)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let Some((end, day)) = self.at(words, at, sent) else {
                at += 1;
                continue;
            };
            let in_time = |day: &Date| *day >= sent.date() && day.since(sent.date()).is_ok_and(|s| s.get_days() <= 800);
            found.extend(day.filter(in_time).map(|day| (at, day)));
            at = end.max(at + 1);
        }
        found
    }

    fn at(&self, words: &[Word<'_>], at: usize, sent: &Zoned) -> Option<(usize, Option<Date>)> {
        if !matches!(words[at], Word::Number(_)) && words[at].begins() & rules::DAYS == 0 {
            return None;
        }
        let today = sent.date();
        let longest = self.times.iter().filter_map(|(pattern, when)| Some((pattern.ends(words, at)?, *when)));
        let time = longest.max_by_key(|(end, _)| *end).map(|(end, when)| (end, day_of(when, today)));
        time.or_else(|| self.within(words, at, sent))
            .or_else(|| self.calendar(words, at, today))
            .or_else(|| self.weekday(words, at, today))
    }

    /// "in two days", "within 24 hours".
    fn within(&self, words: &[Word<'_>], at: usize, sent: &Zoned) -> Option<(usize, Option<Date>)> {
        let (next, many) = self.number(words, any(&self.within, words, at)?)?;
        let (end, unit) = self.unit(words, next)?;
        if !(0..=MOST_DAYS).contains(&many) {
            return Some((end, None));
        }
        let today = sent.date();
        let day = match unit {
            Unit::Minutes => sent.checked_add(many.minutes()).ok().map(|at| at.date()),
            Unit::Hours => sent.checked_add(many.hours()).ok().map(|at| at.date()),
            Unit::Days => today.checked_add(many.days()).ok(),
            Unit::WorkingDays => working_days(today, many),
            Unit::Weeks => today.checked_add(many.weeks()).ok(),
            Unit::Months => today.checked_add(many.months()).ok(),
        };
        Some((end, day))
    }

    fn number(&self, words: &[Word<'_>], at: usize) -> Option<(usize, i64)> {
        if let Word::Number(text) = words.get(at)? {
            return Some((at + 1, text.parse().ok()?));
        }
        let spelled = |patterns: &Vec<Pattern>| any(patterns, words, at);
        let (number, end) = self.numbers.iter().enumerate().find_map(|(n, spelt)| Some((n, spelled(spelt)?)))?;
        Some((end, i64::try_from(number).ok()? + 1))
    }

    fn unit(&self, words: &[Word<'_>], at: usize) -> Option<(usize, Unit)> {
        self.units
            .iter()
            .filter_map(|(pattern, unit)| Some((pattern.ends(words, at)?, *unit)))
            .max_by_key(|(end, _)| *end)
    }

    /// "3 May", "May 3rd", "the 3rd", "3/5", "2026-05-03".
    fn calendar(&self, words: &[Word<'_>], at: usize, today: Date) -> Option<(usize, Option<Date>)> {
        let month_at =
            |at: usize| self.months.iter().enumerate().find_map(|(n, names)| Some((n, any(names, words, at)?)));
        if let Some((month, next)) = month_at(at) {
            let day = number_of_day(words.get(next)?)?;
            let end = self.year_after(words, self.past_ordinal(words, next + 1));
            return Some((end.0, of_month(today, end.1, month, day)));
        }
        let Word::Number(text) = words.get(at)? else { return None };
        if let Some(day) = self.written(text, today, words, at) {
            return Some((at + 1, Some(day)));
        }
        let day = number_of_day(&words[at])?;
        let after = self.past_ordinal(words, at + 1);
        let named = any(&self.of, words, after).unwrap_or(after);
        if let Some((month, next)) = month_at(named) {
            let (end, year) = self.year_after(words, next);
            return Some((end, of_month(today, year, month, day)));
        }
        let is_day = self.follows_day_of(words, at)
            && if self.needs_ordinal { after > at + 1 } else { words.get(after).is_none_or(Word::is_mark) };
        is_day.then(|| (after, of_any_month(today, day)))
    }

    fn past_ordinal(&self, words: &[Word<'_>], at: usize) -> usize {
        any(&self.ordinals, words, at).unwrap_or(at)
    }

    /// "May 3rd, 2027".
    fn year_after(&self, words: &[Word<'_>], at: usize) -> (usize, Option<i16>) {
        let at_year = any(&self.of, words, at).unwrap_or(at + usize::from(words.get(at) == Some(&Word::Mark(','))));
        match words.get(at_year) {
            Some(Word::Number(text)) => match text.trim_end_matches('.').parse::<i16>() {
                Ok(year) if (2000..2100).contains(&year) => (at_year + 1, Some(year)),
                _ => (at, None),
            },
            _ => (at, None),
        }
    }

    fn follows_day_of(&self, words: &[Word<'_>], at: usize) -> bool {
        (at.saturating_sub(3)..at).any(|before| any(&self.day_of, words, before) == Some(at))
    }

    /// A date in digits. Of two that are written with a slash the order is not known in English: the one that comes sooner.
    fn written(&self, text: &str, today: Date, words: &[Word<'_>], at: usize) -> Option<Date> {
        let mark = ['-', '/', '.'].into_iter().find(|mark| text.contains(*mark))?;
        let parts: Vec<i16> = text.trim_end_matches('.').split(mark).map(|n| n.parse().ok()).collect::<Option<_>>()?;
        let year = |year: i16| if year < 100 { year + 2_000 } else { year };
        let small = |n: i16| i8::try_from(n).unwrap_or(0);
        let on = |year: i16, month: i16, day: i16| Date::new(year, small(month), small(day)).ok();
        match (mark, &parts[..]) {
            ('-', &[y, month, day]) if y >= 1_000 => on(y, month, day),
            (_, &[day, month, y]) if self.month_first => on(year(y), month, day).or_else(|| on(year(y), day, month)),
            (_, &[day, month, y]) => on(year(y), month, day),
            ('.', &[day, month]) if text.ends_with('.') => of_month(today, None, usize::try_from(month - 1).ok()?, day),
            ('/', &[24, 7]) => None,
            ('/', &[day, month]) if self.follows_day_of(words, at) => {
                let read = |day: i16, month: i16| of_month(today, None, usize::try_from(month - 1).ok()?, day);
                let swapped = read(month, day).filter(|_| self.month_first);
                [read(day, month), swapped].into_iter().flatten().min()
            }
            _ => None,
        }
    }

    fn weekday(&self, words: &[Word<'_>], at: usize, today: Date) -> Option<(usize, Option<Date>)> {
        let named = self.weekdays.iter().enumerate().find_map(|(n, names)| Some((n, any(names, words, at)?)))?;
        let weekday = Weekday::from_monday_zero_offset(i8::try_from(named.0).ok()?).ok()?;
        Some((named.1, today.nth_weekday(1, weekday).ok()))
    }
}

/// The first day that is named at a place or after it, else the first before it.
pub(super) fn nearest(days: &[(usize, Date)], at: usize) -> Option<Date> {
    days.iter().find(|(named, _)| *named >= at).or(days.first()).map(|(_, day)| *day)
}

fn day_of(when: When, today: Date) -> Option<Date> {
    let this = |weekday| if today.weekday() == weekday { Some(today) } else { today.nth_weekday(1, weekday).ok() };
    match when {
        When::Day(days) => today.checked_add(days.days()).ok(),
        When::WeekEnds if matches!(today.weekday(), Weekday::Saturday | Weekday::Sunday) => this(Weekday::Sunday),
        When::WeekEnds => this(Weekday::Friday),
        When::NextWeek => today.nth_weekday(1, Weekday::Monday).ok()?.nth_weekday(1, Weekday::Friday).ok(),
        When::Weekend => this(Weekday::Sunday),
        When::MonthEnds => Some(today.last_of_month()),
        When::NextMonth => Some(today.checked_add(1.month()).ok()?.last_of_month()),
        When::No => None,
    }
}

fn working_days(today: Date, many: i64) -> Option<Date> {
    let (mut day, mut left) = (today, many);
    while left > 0 {
        day = day.tomorrow().ok()?;
        left -= i64::from(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
    }
    Some(day)
}

fn number_of_day(word: &Word<'_>) -> Option<i16> {
    let Word::Number(text) = word else { return None };
    text.trim_end_matches('.').parse().ok().filter(|day| (1..=31).contains(day))
}

/// A day of a month (from 0) in a year, or in the one in which it comes next.
fn of_month(today: Date, year: Option<i16>, month: usize, day: i16) -> Option<Date> {
    let (month, day) = (i8::try_from(month + 1).ok()?, i8::try_from(day).ok()?);
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => [today.year(), today.year() + 1]
            .into_iter()
            .filter_map(|year| Date::new(year, month, day).ok())
            .find(|day| *day >= today),
    }
}

/// The next day of this number.
fn of_any_month(today: Date, day: i16) -> Option<Date> {
    let first = date(today.year(), today.month(), 1);
    let day = i8::try_from(day).ok()?;
    (0..4_i64)
        .filter_map(|months| first.checked_add(months.months()).ok())
        .filter_map(|month| Date::new(month.year(), month.month(), day).ok())
        .find(|day| *day >= today)
}
