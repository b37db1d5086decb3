//! Scores and their scales. What is not on its scale is set aside and never bent into it.

use tertulia_model::Scale;

/// A scale as tables name it.
pub fn scale_of(name: &str) -> Option<Scale> {
    let name = tertulia_connector::table::folded(name);
    match name.as_str() {
        "nps" | "netpromoterscore" | "netpromoter" => Some(Scale::Nps),
        "csat" | "customersatisfaction" | "satisfaction" => Some(Scale::Csat),
        "free" | "text" | "open" | "none" | "other" => Some(Scale::Free),
        _ => None,
    }
}

/// The scale that the name of a column of scores tells.
pub fn scale_of_column(name: &str) -> Option<Scale> {
    let name = tertulia_connector::table::folded(name);
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["nps", "promoter", "recommend", "recomend", "recommand", "empfehl", "raccomand", "推荐", "рекоменд"])
    {
        Some(Scale::Nps)
    } else if has(&["csat", "satisf", "zufrieden", "soddisf", "満足", "满意", "удовлетвор"]) {
        Some(Scale::Csat)
    } else {
        None
    }
}

/// What a cell says: `9`, `9.0`, `9/10`, `9 of 10`, `5 - very content`.
pub fn read(cell: &str, scale: Scale) -> Result<f64, String> {
    let cell = cell.trim();
    let shown: String = cell.chars().take(40).collect();
    let wrong = || format!("\u{201c}{shown}\u{201d} is no score.");
    let number = cell.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-' | '+')).unwrap_or(cell.len());
    let (number, rest) = cell.split_at(number);
    let score: f64 = number.trim_end_matches(['.', ',']).replace(',', ".").parse().map_err(|_| wrong())?;
    if !score.is_finite() {
        return Err(wrong());
    }
    let most = match rest.trim_start() {
        "" => None,
        rest => out_of(rest).ok_or_else(wrong)?,
    };
    let (least, top, name) = match scale {
        Scale::Nps => (0.0, 10.0, "NPS, 0 to 10"),
        Scale::Csat => (1.0, 5.0, "CSAT, 1 to 5"),
        Scale::Free => return Ok(score),
    };
    if most.is_some_and(|most| most != top) {
        return Err(format!("\u{201c}{shown}\u{201d} is counted on another scale than this one ({name})."));
    }
    let on_the_scale = (least..=top).contains(&score) && (scale != Scale::Nps || score.fract() == 0.0);
    if on_the_scale { Ok(score) } else { Err(format!("The score {shown} is not on its scale ({name}).")) }
}

/// What follows a number: how many there could be, or a word for it (`None` inside).
fn out_of(rest: &str) -> Option<Option<f64>> {
    let most = rest.strip_prefix('/').or_else(|| rest.strip_prefix("of ")).or_else(|| rest.strip_prefix("out of "));
    match most {
        Some(most) => most.trim().parse().ok().map(Some),
        None => rest.starts_with(['-', '–', '—', ':', '(', '=']).then_some(None),
    }
}

/// A score in words, where it is all that was said.
pub fn words(score: f64, scale: Scale) -> String {
    match scale {
        Scale::Nps => format!("{score} of 10"),
        Scale::Csat => format!("{score} of 5"),
        Scale::Free => score.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_score_is_read_however_it_is_written() {
        for cell in ["9", " 9 ", "9.0", "9,0", "9/10", "9 / 10", "9 of 10", "9 - quite likely", "9 (likely)"] {
            assert_eq!(read(cell, Scale::Nps), Ok(9.0), "{cell}");
        }
        assert_eq!(read("4,5", Scale::Csat), Ok(4.5));
        assert_eq!(read("-3", Scale::Free), Ok(-3.0));
        assert_eq!((words(9.0, Scale::Nps), words(4.5, Scale::Csat)), ("9 of 10".to_owned(), "4.5 of 5".to_owned()));
    }

    #[test]
    fn what_is_not_on_the_scale_is_refused_and_never_bent() {
        for cell in ["11", "-1", "9.5", "100", "9/5", "1e1", "nan", "inf", "", "nine", "9 apples", "--9", "9..1"] {
            assert!(read(cell, Scale::Nps).is_err(), "{cell}");
        }
        for cell in ["0", "6", "5/10", "0.9"] {
            assert!(read(cell, Scale::Csat).is_err(), "{cell}");
        }
        assert_eq!(read("11", Scale::Nps).unwrap_err(), "The score 11 is not on its scale (NPS, 0 to 10).");
    }

    #[test]
    fn the_name_of_a_column_tells_its_scale() {
        assert_eq!(scale_of_column("NPS Score"), Some(Scale::Nps));
        assert_eq!(scale_of_column("¿Nos recomendaría?"), Some(Scale::Nps));
        assert_eq!(scale_of_column("Zufriedenheit"), Some(Scale::Csat));
        assert_eq!(scale_of_column("rating"), None);
        assert_eq!(scale_of("Net Promoter Score"), Some(Scale::Nps));
    }

    proptest! {
        #[test]
        fn whatever_a_cell_says_a_score_is_on_its_scale(cell in "\\PC{0,12}") {
            if let Ok(score) = read(&cell, Scale::Nps) {
                prop_assert!((0.0..=10.0).contains(&score) && score.fract() == 0.0);
            }
            if let Ok(score) = read(&cell, Scale::Csat) {
                prop_assert!((1.0..=5.0).contains(&score));
            }
            if let Ok(score) = read(&cell, Scale::Free) {
                prop_assert!(score.is_finite());
            }
        }
    }
}
