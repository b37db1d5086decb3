//! The organisation's colour on every page that anybody may see, so that whatever it is can be read: WCAG 2.2, contrast of
//! 4.5 to 1 for words.

use crate::Result;
use tertulia_connector::FieldError;
use tertulia_store::{Sql, Tx, settings};

/// The terracotta of the interface.
pub const USUAL: &str = "#a8432a";

/// Words need this much against what they stand on.
const ENOUGH: f64 = 4.5;
/// Of the grounds of `tokens.css` those that are the hardest to read on: `--sunk` by day, `--hover` by night.
const BY_DAY: [u8; 3] = [0xf2, 0xeb, 0xdf];
const BY_NIGHT: [u8; 3] = [0x2d, 0x28, 0x26];

/// A colour, and what can be read with it. All of them `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    pub colour: String,
    /// Of words on it: white or black, whichever is read better; one of them always has enough.
    pub ink: String,
    /// The colour as words by day and by night: darker or lighter, where it has to be.
    pub by_day: String,
    pub by_night: String,
    /// Of words on these two.
    pub ink_by_day: String,
    pub ink_by_night: String,
}

impl Palette {
    /// Of `#rrggbb`; none where that is no colour.
    pub fn of(colour: &str) -> Option<Self> {
        let rgb = parse(colour)?;
        let (day, night) = (readable(rgb, BY_DAY, [0; 3]), readable(rgb, BY_NIGHT, [255; 3]));
        Some(Self {
            colour: hex(rgb),
            ink: hex(ink_on(rgb)),
            by_day: hex(day),
            by_night: hex(night),
            ink_by_day: hex(ink_on(day)),
            ink_by_night: hex(ink_on(night)),
        })
    }

    /// Whether words in the colour itself could not be read by day, or not by night.
    pub fn is_shaded(&self) -> bool {
        self.by_day != self.colour || self.by_night != self.colour
    }
}

/// The organisation's colour as things stand.
pub async fn colour(on: &mut impl Sql) -> Result<String> {
    let kept = settings::get(on, settings::COLOUR).await?.filter(|colour| parse(colour).is_some());
    Ok(kept.unwrap_or_else(|| USUAL.to_owned()))
}

/// What somebody typed as a colour.
///
/// # Errors
///
/// It is none.
pub(crate) fn checked(typed: &str) -> std::result::Result<String, FieldError> {
    let colour = typed.trim().to_lowercase();
    match parse(&colour) {
        Some(_) => Ok(colour),
        None => Err(FieldError::new("colour", "Write the colour as # and six digits, such as #a8432a.")),
    }
}

/// Keeps a colour that was checked.
pub(crate) async fn keep(tx: &mut Tx, colour: &str) -> Result<()> {
    Ok(settings::set(tx, settings::COLOUR, colour).await?)
}

fn parse(colour: &str) -> Option<[u8; 3]> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let part = |from: usize| u8::from_str_radix(&digits[from..from + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn luminance(rgb: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn ink_on(ground: [u8; 3]) -> [u8; 3] {
    if contrast(ground, [255; 3]) >= contrast(ground, [0; 3]) { [255; 3] } else { [0; 3] }
}

/// The colour, or the nearest to it on the way to black or white that can be read on the ground.
fn readable(rgb: [u8; 3], ground: [u8; 3], towards: [u8; 3]) -> [u8; 3] {
    let mixed = |step: u16| -> [u8; 3] {
        let part = |at: usize| {
            let mixed = (u16::from(rgb[at]) * (64 - step) + u16::from(towards[at]) * step) / 64;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        [part(0), part(1), part(2)]
    };
    (0..=64).map(mixed).find(|mixed| contrast(*mixed, ground) >= ENOUGH).unwrap_or(towards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_colour_its_words_can_be_read_by_day_and_by_night() {
        let mut seen = 0;
        for red in (0..=255).step_by(17) {
            for green in (0..=255).step_by(17) {
                for blue in (0..=255).step_by(17) {
                    let palette = Palette::of(&hex([red, green, blue])).unwrap();
                    let part = |colour: &str| parse(colour).unwrap();
                    let pairs = [
                        (part(&palette.colour), part(&palette.ink)),
                        (part(&palette.by_day), BY_DAY),
                        (part(&palette.by_night), BY_NIGHT),
                        (part(&palette.by_day), part(&palette.ink_by_day)),
                        (part(&palette.by_night), part(&palette.ink_by_night)),
                    ];
                    assert!(pairs.iter().all(|(one, other)| contrast(*one, *other) >= ENOUGH), "{palette:?}");
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, 4_096);
    }

    #[test]
    fn a_colour_that_can_be_read_is_left_as_it_is() {
        let palette = Palette::of("#A8432A").unwrap();
        assert_eq!((palette.colour.as_str(), palette.by_day.as_str()), ("#a8432a", "#a8432a"));
        assert!(palette.is_shaded(), "by night it has to be lighter");
        let ink = |colour: &str| Palette::of(colour).unwrap().ink;
        assert_eq!(
            ["#a8432a", "#000000", "#ffffff", "#ffdd00", "#1d635f"].map(ink),
            ["#ffffff", "#ffffff", "#000000", "#000000", "#ffffff"]
        );
        for bad in ["a8432a", "#a8432", "#a8432g", "#é8432", "red", "", "#a8432a; }"] {
            assert_eq!(Palette::of(bad), None, "{bad}");
        }
    }
}
