//! The parts that an attribute cuts people into: its words, bands of a number, years of a day.

use crate::customers::values::Kind;
use jiff::{Timestamp, tz::TimeZone};
use std::collections::{BTreeMap, HashMap};

/// More parts than this nobody looks through: the smaller ones stand together.
const MOST: usize = 24;
/// About so many bands a number is cut into.
const BANDS: f64 = 6.0;
/// A number with so few values is its own name.
const FEW_NUMBERS: usize = 8;
/// Years that stand by themselves; what is older stands together.
const MOST_YEARS: usize = 10;
/// The key of what stands together.
pub const OTHERS: &str = "*";

/// One part of all people.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// As it is found; stable.
    pub key: String,
    pub name: String,
    /// How many people, or how much of all, belong to it.
    pub amount: f64,
}

/// What is said of one of them.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    pub value: &'a str,
    pub folded: &'a str,
    pub number: Option<f64>,
}

/// How a value finds its part.
#[derive(Debug, Clone, PartialEq)]
enum Cut {
    Words(HashMap<String, u16>, Option<u16>),
    /// From one number up to another, in the order of the parts.
    Bands(Vec<(f64, f64)>),
}

/// The parts of an attribute, and how values find theirs.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    pub parts: Vec<Part>,
    /// Whether neighbours are alike.
    pub ordered: bool,
    cut: Cut,
}

impl Parts {
    /// Counts values and cuts them: what the customers' lists say.
    pub fn of<'a>(kind: Kind, values: impl Iterator<Item = Value<'a>> + Clone) -> Self {
        let numbers = || values.clone().filter_map(|value| value.number).filter(|number| number.is_finite());
        let mut cut = match kind {
            Kind::Date => years(numbers()),
            Kind::Number => bands(numbers()),
            Kind::Text | Kind::Choice => None,
        }
        .unwrap_or_else(|| words(values.clone()));
        let mut amounts = vec![0.0; cut.parts.len()];
        values.filter_map(|value| cut.part(value)).for_each(|part| amounts[usize::from(part)] += 1.0);
        cut.parts.iter_mut().zip(amounts).for_each(|(part, amount)| part.amount = amount);
        cut
    }

    /// Of margins that somebody gives: names such as "North", "18-29" or "60+".
    pub fn given(kind: Kind, mut parts: Vec<Part>) -> Self {
        let read: Option<Vec<(f64, f64)>> = parts.iter().map(|part| band(kind, &part.name)).collect();
        match read {
            Some(bands) => {
                let mut both: Vec<_> = parts.into_iter().zip(bands).collect();
                both.sort_by(|a, b| a.1.0.total_cmp(&b.1.0));
                let (parts, bands) = both.into_iter().unzip();
                Self { parts, ordered: true, cut: Cut::Bands(bands) }
            }
            None => {
                parts.sort_by(|a, b| b.amount.total_cmp(&a.amount).then_with(|| a.key.cmp(&b.key)));
                let index = (0..).zip(&parts).map(|(n, part)| (part.key.clone(), n)).collect();
                Self { parts, ordered: false, cut: Cut::Words(index, None) }
            }
        }
    }

    /// The part that a value belongs to; none where it belongs to none.
    pub fn part(&self, value: Value<'_>) -> Option<u16> {
        match &self.cut {
            Cut::Words(index, others) => index.get(value.folded).copied().or(*others),
            Cut::Bands(bands) => {
                let number = value.number?;
                let place = bands.iter().position(|(from, until)| *from <= number && number < *until)?;
                u16::try_from(place).ok()
            }
        }
    }
}

/// The values that the name of a part speaks of, of an attribute that has bands: numbers, or whole years.
pub fn band(kind: Kind, name: &str) -> Option<(f64, f64)> {
    match kind {
        Kind::Number => band_of(name),
        Kind::Date => {
            let (from, until) = band_of(&name.trim().to_lowercase().replace("before ", "under "))?;
            let edge = |year: f64| match year.is_finite() {
                true if year.fract() == 0.0 && (1.0..=9_999.0).contains(&year) => begin_of(year as i16),
                true => None,
                false => Some(year),
            };
            Some((edge(from)?, edge(until)?))
        }
        Kind::Text | Kind::Choice => None,
    }
}

/// When a year begins, in milliseconds.
fn begin_of(year: i16) -> Option<f64> {
    let day = jiff::civil::Date::new(year, 1, 1).ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond() as f64)
}

/// "18-29", "18 to 29", "60+", "under 18", "60 and over": whole numbers, the last one with it.
fn band_of(name: &str) -> Option<(f64, f64)> {
    let text = name.trim().to_lowercase().replace(['–', '—'], "-").replace(" to ", "-");
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let open = |text: &str| text.strip_suffix('+').or_else(|| text.strip_suffix("and over")).map(str::to_owned);
    if let Some(least) = open(&text) {
        return number(&least).map(|least| (least, f64::INFINITY));
    }
    if let Some(most) = text.strip_prefix("under ").or_else(|| text.strip_prefix('<')) {
        return number(most).map(|most| (f64::NEG_INFINITY, most));
    }
    match text.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some((first, last + 1.0))
        }
        None => number(&text).map(|only| (only, only + 1.0)),
    }
}

fn words<'a>(values: impl Iterator<Item = Value<'a>>) -> Parts {
    let mut counts: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    for value in values {
        counts.entry(value.folded).or_insert((0, value.value)).0 += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(folded, (count, _))| (std::cmp::Reverse(*count), *folded));
    let kept = if counts.len() > MOST { MOST - 1 } else { counts.len() };
    let part = |key: &str, name: &str| Part { key: key.to_owned(), name: name.to_owned(), amount: 0.0 };
    let mut parts: Vec<Part> = counts[..kept].iter().map(|(folded, (_, value))| part(folded, value)).collect();
    let index = (0..).zip(&parts).map(|(n, part)| (part.key.clone(), n)).collect();
    let others = (kept < counts.len()).then(|| u16::try_from(parts.len()).unwrap_or(u16::MAX));
    if others.is_some() {
        parts.push(part(OTHERS, "All others"));
    }
    Parts { parts, ordered: false, cut: Cut::Words(index, others) }
}

/// 1, 2, 5, 10, 20, 50 …: the least that is not below.
fn round_step(least: f64) -> f64 {
    let ten = 10_f64.powf(least.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * ten).find(|step| *step >= least).unwrap_or(ten * 10.0)
}

/// Bands of whole numbers; none where a few numbers are all there is, or nearly all lie between two whole ones.
fn bands(numbers: impl Iterator<Item = f64>) -> Option<Parts> {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    let mut several = sorted.clone();
    several.dedup();
    if several.len() <= FEW_NUMBERS {
        return None;
    }
    // What few have at either end does not decide.
    let at = |part: f64| sorted[((sorted.len() - 1) as f64 * part) as usize];
    let (low, high) = (at(0.02), at(0.98));
    let step = round_step((high - low) / BANDS);
    let first = (low / step).floor() * step + step;
    let edges: Vec<f64> = (0..MOST).map(|n| first + n as f64 * step).take_while(|edge| *edge <= high).collect();
    if edges.is_empty() {
        return None;
    }
    let mut bands = Vec::with_capacity(edges.len() + 1);
    let mut from = f64::NEG_INFINITY;
    for edge in edges.iter().copied().chain([f64::INFINITY]) {
        bands.push((from, edge));
        from = edge;
    }
    let part = |(from, until): &(f64, f64)| {
        let name = match (from.is_finite(), until.is_finite()) {
            (false, _) => format!("under {until}"),
            (true, false) => format!("{from} and over"),
            (true, true) if step <= 1.0 => format!("{from}"),
            (true, true) => format!("{from} to {}", until - 1.0),
        };
        Part { key: name.clone(), name, amount: 0.0 }
    };
    Some(Parts { parts: bands.iter().map(part).collect(), ordered: true, cut: Cut::Bands(bands) })
}

fn years(numbers: impl Iterator<Item = f64>) -> Option<Parts> {
    let year = |ms: f64| {
        let at = Timestamp::from_millisecond(ms as i64).ok()?;
        Some(at.to_zoned(TimeZone::UTC).year())
    };
    let mut all: Vec<i16> = numbers.filter_map(year).collect();
    all.sort_unstable();
    all.dedup();
    let last = *all.last()?;
    let first = all[0].max(last.saturating_sub(MOST_YEARS as i16 - 1));
    let mut parts = Vec::new();
    let mut bands = Vec::new();
    let mut add = |name: String, band| {
        parts.push(Part { key: name.clone(), name, amount: 0.0 });
        bands.push(band);
    };
    if all[0] < first {
        add(format!("before {first}"), (f64::NEG_INFINITY, begin_of(first)?));
    }
    for year in first..=last {
        add(year.to_string(), (begin_of(year)?, begin_of(year + 1)?));
    }
    Some(Parts { parts, ordered: true, cut: Cut::Bands(bands) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: f64) -> Value<'static> {
        Value { value: "", folded: "", number: Some(number) }
    }

    fn told(parts: &Parts) -> Vec<(&str, f64)> {
        parts.parts.iter().map(|part| (part.name.as_str(), part.amount)).collect()
    }

    #[test]
    fn a_number_is_cut_into_round_bands_that_hold_everybody() {
        let ages: Vec<f64> = (18..=90).map(f64::from).chain([3.0, 104.0]).collect();
        let parts = Parts::of(Kind::Number, ages.iter().map(|age| number(*age)));
        let names: Vec<&str> = parts.parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["under 20", "20 to 39", "40 to 59", "60 to 79", "80 and over"]);
        assert_eq!(parts.parts.iter().map(|part| part.amount).sum::<f64>(), ages.len() as f64);
        assert!(parts.ordered);
        assert_eq!(parts.part(number(61.0)), Some(3));
        assert_eq!(parts.part(Value { number: None, ..number(0.0) }), None);
        let few = Parts::of(Kind::Number, [1.0, 2.0].into_iter().map(number));
        assert!(!few.ordered);
    }

    #[test]
    fn numbers_that_no_whole_one_parts_are_words() {
        let words: Vec<String> = (0..40).map(|n| format!("{:.2}", f64::from(n % 20) / 25.0)).collect();
        let rates = words.iter().map(|w| Value { value: w, folded: w, number: w.parse().ok() });
        let parts = Parts::of(Kind::Number, rates);
        assert!(parts.parts.len() > 10 && !parts.ordered, "each rate stands for itself");
        // Nearly all say the same.
        let refunds: Vec<String> = (0..1_000).map(|n| if n < 990 { 0 } else { n }.to_string()).collect();
        let parts =
            Parts::of(Kind::Number, refunds.iter().map(|w| Value { value: w, folded: w, number: w.parse().ok() }));
        assert_eq!(told(&parts)[0], ("0", 990.0));
    }

    #[test]
    fn days_are_cut_into_years_and_the_oldest_stand_together() {
        let day = |year: i16| jiff::civil::date(year, 6, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        let days: Vec<f64> = [1999, 2024, 2025, 2025, 2026].map(|year| day(year).as_millisecond() as f64).into();
        let parts = Parts::of(Kind::Date, days.iter().map(|day| number(*day)));
        assert_eq!(told(&parts)[0], ("before 2017", 1.0));
        assert_eq!(told(&parts)[9], ("2025", 2.0));
        assert_eq!(parts.parts.len(), 11);
    }

    #[test]
    fn words_stand_by_how_many_have_them_and_the_rest_together() {
        let values: Vec<String> = (0..40).flat_map(|n| vec![format!("w{n:02}"); 41 - n]).collect();
        let value = |word: &'static str| Value { value: word, folded: word, number: None };
        let parts =
            Parts::of(Kind::Choice, values.iter().map(|word| Value { value: word, folded: word, number: None }));
        assert_eq!(parts.parts.len(), MOST);
        assert_eq!((parts.parts[0].name.as_str(), parts.parts[MOST - 1].key.as_str()), ("w00", OTHERS));
        assert_eq!(parts.part(value("w39")), Some(MOST as u16 - 1));
        let few = Parts::of(Kind::Text, [value("a"), value("b"), value("b")].into_iter());
        assert_eq!(told(&few), [("b", 2.0), ("a", 1.0)]);
        assert_eq!(few.part(value("c")), None);
    }

    #[test]
    fn margins_that_are_given_may_name_bands() {
        let part = |name: &str, amount| Part { key: name.to_lowercase(), name: name.to_owned(), amount };
        let parts = Parts::given(Kind::Number, vec![part("60+", 25.0), part("under 18", 15.0), part("18–59", 60.0)]);
        assert_eq!(told(&parts), [("under 18", 15.0), ("18–59", 60.0), ("60+", 25.0)]);
        assert_eq!([17.9, 18.0, 59.0, 60.0].map(|n| parts.part(number(n))), [Some(0), Some(1), Some(1), Some(2)]);
        let named = Parts::given(Kind::Choice, vec![part("North", 40.0), part("South", 60.0)]);
        assert_eq!(named.part(Value { value: "", folded: "north", number: None }), Some(1));
        let years = Parts::given(
            Kind::Date,
            vec![part("2024 and over", 1.0), part("before 2020", 2.0), part("2020-2023", 1.0)],
        );
        let day = jiff::civil::date(2021, 6, 1).to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
        assert_eq!((years.part(number(day as f64)), years.part(number(0.0))), (Some(1), Some(0)));
        assert_eq!(band(Kind::Date, "spring"), None);
        for odd in ["", "many", "9-3", "1-2-3"] {
            assert_eq!(band_of(odd), None, "{odd}");
        }
    }
}
