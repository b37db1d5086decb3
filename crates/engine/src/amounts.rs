//! Numbers as people and programs write them: `1,250.5`, `1.250,5`, `1 250,5`, `12 %`. One alone may say either (`1.250`), so
//! the cells of a column are looked at together.

use serde::{Deserialize, Serialize};

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// As they look: of a table, as the whole column looks.
    #[default]
    Auto,
    /// `1,250.50`
    Point,
    /// `1.250,50`
    Comma,
}

impl Written {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Point, Self::Comma];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }

    /// The one of that name; as they look, where there is none.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|one| one.as_str() == name).unwrap_or_default()
    }
}

/// What one number says of how numbers are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Nothing,
    Point,
    Comma,
    /// A point, or a comma, that stands once and may part thousands.
    EitherByPoint,
    EitherByComma,
}

/// Without spaces and what stands beside a number.
fn bare(text: &str) -> String {
    let beside = |c: &char| c.is_whitespace() || matches!(c, '\'' | '’' | '%' | '€' | '$' | '£');
    text.chars().filter(|c| !beside(c)).map(|c| if c == '−' { '-' } else { c }).collect()
}

/// Whether a mark parts this into thousands.
fn may_part(digits: &str, mark: char) -> bool {
    let mut groups = digits.split(mark);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && first != "0" && groups.all(|group| group.len() == 3)
}

fn says(bare: &str) -> Says {
    let digits = bare.trim_start_matches(['-', '+']);
    match (digits.matches('.').count(), digits.matches(',').count()) {
        (0, 0) => Says::Nothing,
        (1, 0) if may_part(digits, '.') => Says::EitherByPoint,
        (0, 1) if may_part(digits, ',') => Says::EitherByComma,
        (1, 0) | (0, 2..) => Says::Point,
        (0, 1) | (2.., 0) => Says::Comma,
        _ if digits.rfind('.') > digits.rfind(',') => Says::Point,
        _ => Says::Comma,
    }
}

/// Reads a number. Alone, a comma that stands once before three digits is taken to part thousands, but for a zero before it;
/// a point is not.
pub fn read(text: &str, written: Written) -> Option<f64> {
    let bare = bare(text);
    let by_comma = match written {
        Written::Auto => says(&bare) == Says::Comma,
        Written::Point => false,
        Written::Comma => true,
    };
    let (decimal, thousands) = if by_comma { (',', '.') } else { ('.', ',') };
    let (whole, part) = bare.split_once(decimal).unwrap_or((bare.as_str(), ""));
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", whole.strip_prefix('+').unwrap_or(whole)),
    };
    if digits.contains(thousands) && !may_part(digits, thousands) {
        return None;
    }
    let plain = digits.replace(thousands, "") + part;
    if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: f64 = format!("{sign}{}.{part}", digits.replace(thousands, "")).parse().ok()?;
    number.is_finite().then_some(number)
}

/// What the cells of a column say together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looks {
    point: bool,
    comma: bool,
    either_by_point: bool,
    either_by_comma: bool,
}

impl Looks {
    pub fn see(&mut self, cell: &str) {
        // Words, days and versions say nothing.
        if read(cell, Written::Auto).is_none() {
            return;
        }
        match says(&bare(cell)) {
            Says::Nothing => {}
            Says::Point => self.point = true,
            Says::Comma => self.comma = true,
            Says::EitherByPoint => self.either_by_point = true,
            Says::EitherByComma => self.either_by_comma = true,
        }
    }

    /// How the numbers of the column are written. Where every mark may part thousands all of them do; where the cells
    /// contradict each other each is read by itself.
    pub fn written(self) -> Written {
        match (self.point, self.comma) {
            (true, false) => Written::Point,
            (false, true) => Written::Comma,
            (true, true) => Written::Auto,
            (false, false) => match (self.either_by_point, self.either_by_comma) {
                (true, false) => Written::Comma,
                (false, true) => Written::Point,
                _ => Written::Auto,
            },
        }
    }
}

/// How the numbers of these cells are written: as was chosen, else as they look together.
pub fn of_column<'a>(chosen: Written, cells: impl Iterator<Item = &'a str>) -> Written {
    if chosen != Written::Auto {
        return chosen;
    }
    let mut looks = Looks::default();
    cells.for_each(|cell| looks.see(cell));
    looks.written()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_however_they_are_written() {
        for (text, expected) in [
            ("1250", 1250.0),
            ("-12.5", -12.5),
            ("−3", -3.0),
            ("+3", 3.0),
            ("1,250.5", 1250.5),
            ("1.250,5", 1250.5),
            ("1 250,5", 1250.5),
            ("1'250.50", 1250.5),
            ("1.250.000", 1_250_000.0),
            ("1,234,567", 1_234_567.0),
            ("1,250", 1250.0),
            ("0,125", 0.125),
            ("12,5", 12.5),
            ("1250,500", 1250.5),
            ("12,", 12.0),
            ("1.250", 1.25),
            ("12 %", 12.0),
        ] {
            assert_eq!(read(text, Written::Auto), Some(expected), "{text}");
        }
        for text in ["", "many", "1.2.3", "1,2,3", "1e9", "1e5", "NaN", "inf", "1-2", "--1", ".", "12 apples", "٣"] {
            assert_eq!(read(text, Written::Auto), None, "{text}");
        }
    }

    #[test]
    fn what_was_chosen_holds_and_what_is_written_otherwise_is_no_number() {
        assert_eq!(
            ["1.250", "1.250,50", "12,5", "0,125"].map(|text| read(text, Written::Comma)),
            [Some(1250.0), Some(1250.5), Some(12.5), Some(0.125)]
        );
        assert_eq!(
            ["1,250", "1,250.50", "1.250"].map(|text| read(text, Written::Point)),
            [Some(1250.0), Some(1250.5), Some(1.25)]
        );
        assert_eq!(["12.5", "1,250.5"].map(|text| read(text, Written::Comma)), [None; 2]);
        assert_eq!(["12,5", "1.250,5"].map(|text| read(text, Written::Point)), [None; 2]);
    }

    #[test]
    fn a_column_is_read_in_one_way_and_only_where_its_cells_agree() {
        let column = |cells: &[&str]| of_column(Written::Auto, cells.iter().copied());
        assert_eq!(column(&["1.250", "17", "2.500"]), Written::Comma, "all points may part thousands");
        assert_eq!(column(&["1.250", "12,5"]), Written::Comma);
        assert_eq!(column(&["1.250", "1.250,50"]), Written::Comma);
        assert_eq!(column(&["1.250", "12.5"]), Written::Point);
        assert_eq!(column(&["1.250", "0.125"]), Written::Point);
        assert_eq!(column(&["1,250", "17"]), Written::Point);
        assert_eq!(column(&["1,250", "12,5"]), Written::Comma);
        assert_eq!(column(&["1.250", "n/a.", "unknown, so far", "21.11.2026"]), Written::Comma, "words say nothing");
        for cells in [&["12.5", "12,5"][..], &["1.250", "1,250"], &["17"], &[]] {
            assert_eq!(column(cells), Written::Auto, "{cells:?}");
        }
        assert_eq!(of_column(Written::Point, ["1.250"].into_iter()), Written::Point, "a member said so");
    }
}
