//! Telephone numbers, as people and gateways write them, in one form (ITU-T E.164).

/// The space of people's handles that are numbers: a number is the same person's on every channel.
pub const SPACE: &str = "sms";

/// E.164 §6.2.1: at most fifteen digits. Shorter than seven are the short numbers that companies rent.
const LONGEST: usize = 15;
const LEAST: usize = 7;
const LONGEST_SHORT: usize = 6;

/// `+4917…` for a number of the world, its bare digits for a short one. `country` are the digits before numbers at home:
/// with it a number may be written as people there write it.
pub fn canonical(written: &str, country: &str) -> Option<String> {
    let separator = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2011}' | '\u{200e}');
    let bare: String = written.chars().filter(|c| !separator(*c)).collect();
    if let Some(digits) = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00")) {
        return international(digits);
    }
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if bare.len() <= LONGEST_SHORT && !bare.starts_with('0') {
        return Some(bare);
    }
    if country.is_empty() {
        // Gateways often leave the plus away.
        return if bare.starts_with('0') { None } else { international(&bare) };
    }
    match bare.strip_prefix('0') {
        // In Italy, San Marino and the Vatican the zero is part of the number.
        Some(_) if matches!(country, "39" | "378" | "379") => international(&format!("{country}{bare}")),
        Some(national) => international(&format!("{country}{national}")),
        None if digits_at_home(country) == Some(bare.len()) => international(&format!("{country}{bare}")),
        // A gateway that leaves the plus away.
        None => international(&bare),
    }
}

/// How long numbers are in countries that dial no zero before them at home (ITU-T E.164, national numbering plans).
fn digits_at_home(country: &str) -> Option<usize> {
    match country {
        "1" | "30" | "7" => Some(10),
        "34" | "351" | "48" | "420" => Some(9),
        "45" | "47" | "65" | "356" | "357" | "371" | "852" => Some(8),
        "354" => Some(7),
        _ => None,
    }
}

fn international(digits: &str) -> Option<String> {
    let sound = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    (sound && (LEAST..=LONGEST).contains(&digits.len())).then(|| format!("+{digits}"))
}

/// Whether a handle is a number that can be written to: a programme may also write under a name, which hears nothing.
pub fn is_number(handle: &str) -> bool {
    canonical(handle, "").as_deref() == Some(handle)
}

/// Who wrote: their number, or the name that stands there instead.
pub fn handle(written: &str, country: &str) -> Option<String> {
    canonical(written, country).or_else(|| {
        let name: String = written.trim().chars().filter(|c| !c.is_control()).take(40).collect();
        (!name.is_empty()).then(|| name.to_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_number_has_one_form_however_it_is_written() {
        for written in ["+49 170 1234567", "0049 (170) 123-4567", "00491701234567", "0170/1234567", "491701234567"] {
            assert_eq!(canonical(written, "49").as_deref(), Some("+491701234567"), "{written}");
        }
        assert_eq!(canonical("491701234567", "").as_deref(), Some("+491701234567"), "a gateway without plus");
        assert_eq!(canonical("(415) 555-0100", "1").as_deref(), Some("+14155550100"));
        assert_eq!(canonical("14155550100", "1").as_deref(), Some("+14155550100"));
        assert_eq!(canonical("06 1234 5678", "39").as_deref(), Some("+390612345678"), "Rome keeps its zero");
        assert_eq!(canonical("912 345 678", "351").as_deref(), Some("+351912345678"));
        assert_eq!(canonical("4530123456", "45").as_deref(), Some("+4530123456"), "a gateway without plus in Denmark");
        assert_eq!(canonical("30123456", "45").as_deref(), Some("+4530123456"));
        assert_eq!(canonical("4930123456", "49").as_deref(), Some("+4930123456"));
        assert_eq!(canonical("12345", "49").as_deref(), Some("12345"), "a short number is no number at home");
    }

    #[test]
    fn what_is_no_number_is_none() {
        for written in
            ["", "+", "Amazon", "0170 1234567", "+0170", "++4917012345", "+49170123456789012", "00", "+12ab3456789"]
        {
            assert_eq!(canonical(written, ""), None, "{written}");
        }
    }

    #[test]
    fn a_name_instead_of_a_number_is_still_somebody() {
        assert_eq!(handle(" MyBank\u{0} ", "").as_deref(), Some("mybank"));
        assert_eq!(handle("\u{7}", ""), None);
        assert!(is_number("+491701234567") && is_number("12345"));
        assert!(!is_number("mybank") && !is_number("0170 1234567") && !is_number(""));
    }

    proptest! {
        #[test]
        fn a_form_that_was_found_is_found_again(written in "\\PC{0,24}", country in "[1-9]{0,3}") {
            if let Some(found) = handle(&written, &country) {
                prop_assert_eq!(handle(&found, &country), Some(found));
            }
        }
    }
}
