//! How long a text message is: in characters of which alphabet, and in how many parts it goes out.

/// GSM 03.38 (3GPP TS 23.038 §6.2.1): what takes one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
abcdefghijklmnopqrstuvwxyzäöñüà";
/// The table behind the escape character: two septets each.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// What a text comes to as a text message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmsParts {
    /// Something in it is not of GSM 03.38, so that all of it goes as UCS-2: less than half as much fits.
    pub ucs2: bool,
    /// Septets, or 16-bit units.
    pub units: usize,
    /// None for a text without a character.
    pub parts: usize,
}

/// Counts as phones and gateways do: 160 septets or 70 units in a single part, 153 or 67 in each of several (a header of
/// six bytes says which part it is; 3GPP TS 23.040 §9.2.3.24.1). What belongs together (an escape and its character, both
/// halves of a surrogate pair) is never parted.
pub fn sms_parts(text: &str) -> SmsParts {
    let septets = |c: char| match c {
        c if BASIC.contains(c) => Some(1),
        c if EXTENDED.contains(c) => Some(2),
        _ => None,
    };
    let ucs2 = text.chars().any(|c| septets(c).is_none());
    let width = |c: char| if ucs2 { c.len_utf16() } else { septets(c).unwrap_or(1) };
    let (single, each) = if ucs2 { (70, 67) } else { (160, 153) };
    let units = text.chars().map(width).sum();
    let parts = match units {
        0 => 0,
        units if units <= single => 1,
        _ => {
            text.chars()
                .map(width)
                .fold((1, 0), |(parts, filled), w| if filled + w > each { (parts + 1, w) } else { (parts, filled + w) })
                .0
        }
    };
    SmsParts { ucs2, units, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> (bool, usize, usize) {
        let SmsParts { ucs2, units, parts } = sms_parts(text);
        (ucs2, units, parts)
    }

    #[test]
    fn the_table_has_its_127_characters_and_ten_behind_the_escape() {
        let mut all: Vec<char> = BASIC.chars().chain(EXTENDED.chars()).collect();
        assert_eq!((BASIC.chars().count(), EXTENDED.chars().count()), (127, 10));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 137, "one stands there twice");
    }

    #[test]
    fn a_single_part_holds_more_than_each_of_several() {
        assert_eq!(counted(""), (false, 0, 0));
        assert_eq!(counted(&"a".repeat(160)), (false, 160, 1));
        assert_eq!(counted(&"a".repeat(161)), (false, 161, 2));
        assert_eq!(counted(&"a".repeat(306)), (false, 306, 2));
        assert_eq!(counted(&"a".repeat(307)), (false, 307, 3));
        assert_eq!(counted(&"ж".repeat(70)), (true, 70, 1));
        assert_eq!(counted(&"ж".repeat(71)), (true, 71, 2));
        assert_eq!(counted(&"ж".repeat(134)), (true, 134, 2));
        assert_eq!(counted(&"ж".repeat(135)), (true, 135, 3));
    }

    #[test]
    fn one_foreign_character_makes_all_of_it_ucs2() {
        assert_eq!(counted("Café für 3€, señor"), (false, 19, 1));
        assert_eq!(counted("naïve"), (true, 5, 1), "ï is not in the table");
        assert_eq!(counted("👋"), (true, 2, 1));
        assert_eq!(counted("a`b"), (true, 3, 1), "nor is the grave accent");
    }

    #[test]
    fn what_belongs_together_is_not_parted() {
        // 152 septets, and then a euro sign that needs two.
        assert_eq!(counted(&format!("{}€{}", "a".repeat(152), "b".repeat(151))), (false, 305, 2));
        assert_eq!(counted(&format!("{}€{}", "a".repeat(152), "b".repeat(152))), (false, 306, 3));
        let waves = "👋".repeat(67);
        assert_eq!(counted(&waves), (true, 134, 3), "33 pairs fit where 67 units are");
    }
}
