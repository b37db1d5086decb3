//! What the address of a page of figures asks for.

use crate::{App, Result, access::form::Mistakes};
use jiff::civil::Date;
use serde::Deserialize;
use tertulia_engine::{
    EngineError,
    figures::{Case, Figure, Period},
};
use tertulia_model::ChannelId;

/// The spans that can be chosen with one tap, in days.
pub(crate) const SPANS: [i64; 3] = [7, 30, 90];
const USUAL: i64 = 30;
/// Of `2026-11-21`.
const DAY_LENGTH: usize = 10;
/// Who is in no segment, in the place of one.
pub(crate) const IN_NONE: &str = "none";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub days: String,
    /// Days of one's own, both of them with it.
    pub from: String,
    pub until: String,
    /// `yes` or `no`: only the cases that were answered, kept …
    pub holds: String,
    pub channel: String,
    pub language: String,
    /// The number of a segment, or [`IN_NONE`].
    pub segment: String,
    /// The case above which the page before ended.
    pub below: String,
}

impl Asked {
    fn has_own_days(&self) -> bool {
        !self.from.is_empty() || !self.until.is_empty()
    }

    pub fn span(&self) -> Option<i64> {
        let named = self.days.parse().ok().filter(|days| SPANS.contains(days));
        (!self.has_own_days()).then_some(named.unwrap_or(USUAL))
    }

    /// The same days, and all that lies in them.
    pub fn of_days(&self) -> Self {
        let (days, from, until) = (self.days.clone(), self.from.clone(), self.until.clone());
        Self { days, from, until, ..Self::default() }
    }

    /// The days that are asked for. Where they are none, the usual ones and what is wrong.
    pub async fn period(&self, app: &App) -> Result<(Period, Mistakes)> {
        let usual = Period::last_days(&app.engine, self.span().unwrap_or(USUAL)).await?;
        if !self.has_own_days() {
            return Ok((usual, Mistakes::default()));
        }
        match own(&self.from, &self.until) {
            Ok(period) => Ok((period, Mistakes::default())),
            Err(error) => Ok((usual, Mistakes::of(error)?)),
        }
    }

    /// What an address says of the days alone.
    fn days_said(&self) -> Vec<(&'static str, String)> {
        match self.span() {
            Some(days) => vec![("days", days.to_string())],
            None => vec![("from", self.from.clone()), ("until", self.until.clone())],
        }
    }

    /// A page of the same days, with this besides.
    pub fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut said = url::form_urlencoded::Serializer::new(String::new());
        said.extend_pairs(self.days_said());
        said.extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
        format!("{path}?{}", said.finish())
    }

    /// The page that is asked for, with one thing otherwise.
    pub fn with(&self, path: &str, (name, value): (&str, &str)) -> String {
        let all = [
            ("holds", &*self.holds),
            ("channel", &*self.channel),
            ("language", &*self.language),
            ("segment", &*self.segment),
        ];
        let mut more: Vec<(&str, &str)> = all.into_iter().filter(|(other, _)| *other != name).collect();
        more.push((name, value));
        self.address(path, &more)
    }

    /// The segment that is asked for, or who is in none; nothing, where all are.
    pub fn segment(&self) -> Option<Option<i64>> {
        if self.segment == IN_NONE { Some(None) } else { self.segment.parse().ok().map(Some) }
    }

    /// Whether a case is of the channel and the language that are asked for.
    pub fn is_of(&self, case: &Case) -> bool {
        let channel: Option<ChannelId> = self.channel.parse().ok();
        channel.is_none_or(|channel| case.channel == Some(channel))
            && (self.language.is_empty() || self.language == *case.language)
    }

    /// Whether it is on the side that is asked for, besides.
    pub fn takes(&self, figure: Figure, case: &Case) -> bool {
        let is_on_side = match self.holds.as_str() {
            "yes" => figure.side(case) == Some(true),
            "no" => figure.side(case) == Some(false),
            _ => true,
        };
        is_on_side && self.is_of(case)
    }
}

/// The first and the last day, as they were typed.
pub(crate) fn own(from: &str, until: &str) -> Result<Period, EngineError> {
    let day = |field, text: &str| {
        let read: Option<Date> = text.trim().parse().ok().filter(|_| text.trim().len() == DAY_LENGTH);
        read.ok_or_else(|| EngineError::invalid(field, "Choose a day."))
    };
    Period::between(day("from", from)?, day("until", until)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_the_days_and_changes_one_thing() {
        let asked = Asked { days: "7".into(), holds: "no".into(), channel: "4".into(), ..Asked::default() };
        assert_eq!(asked.with("/figures/answered", ("holds", "")), "/figures/answered?days=7&channel=4");
        let of_none = Asked { segment: IN_NONE.into(), ..asked.clone() };
        assert_eq!(
            of_none.with("/figures/answered", ("channel", "")),
            "/figures/answered?days=7&holds=no&segment=none"
        );
        assert_eq!((of_none.segment(), asked.segment()), (Some(None), None));
        let own = Asked { from: "2026-11-01".into(), until: "2026-11-08".into(), ..asked };
        assert_eq!(own.address("/figures", &[]), "/figures?from=2026-11-01&until=2026-11-08");
        let odd = Asked { days: "8".into(), ..Asked::default() };
        assert_eq!(odd.address("/figures", &[]), "/figures?days=30");
    }

    #[test]
    fn days_of_ones_own_must_be_days() {
        assert!(own("2026-11-01", "2026-11-08").is_ok());
        for (from, until) in [("", "2026-11-08"), ("2026-11-01", "soon"), ("20261101", "2026-11-08")] {
            assert!(own(from, until).is_err(), "{from} {until}");
        }
    }
}
