//! Saved replies: words with places in them that are filled in for whoever is answered, `{first name}`, or `{first name|there}`
//! with what is said where it is not known.

use jiff::civil::{Date, Weekday};

/// What can be filled in.
pub const VARIABLES: [&str; 6] = ["first name", "name", "member", "organisation", "day", "date"];
/// A longer pair of braces is no variable, and neither is one that goes over the end of a line.
const LONGEST: usize = 80;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Words(&'a str),
    Variable {
        whole: &'a str,
        name: &'static str,
        otherwise: Option<&'a str>,
    },
    /// In braces, and not one of ours.
    Unknown(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let inner = &rest[open + 1..];
        let end = inner.char_indices().take(LONGEST).find(|(_, c)| matches!(c, '}' | '{' | '\n'));
        let Some((end, _)) = end.filter(|(_, c)| *c == '}') else {
            pieces.push(Piece::Words(&rest[..open + 1]));
            rest = inner;
            continue;
        };
        pieces.push(Piece::Words(&rest[..open]));
        let whole = &rest[open..open + end + 2];
        let (name, otherwise) = match inner[..end].split_once('|') {
            Some((name, otherwise)) => (name, Some(otherwise.trim())),
            None => (&inner[..end], None),
        };
        pieces.push(match known(name) {
            Some(name) => Piece::Variable { whole, name, otherwise },
            None => Piece::Unknown(whole),
        });
        rest = &inner[end + 1..];
    }
    pieces.push(Piece::Words(rest));
    pieces
}

/// `first_name` and `First Name` are the same.
fn known(name: &str) -> Option<&'static str> {
    let name = name.replace('_', " ").to_lowercase();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    VARIABLES.into_iter().find(|known| *known == name)
}

/// What stands in braces and is no variable of ours, as it is written.
///
/// ```
/// assert_eq!(tertulia_analysis::saved::unknown("Hello {firstname}, {member}"), ["{firstname}"]);
/// ```
pub fn unknown(text: &str) -> Vec<&str> {
    let of = |piece| match piece {
        Piece::Unknown(whole) => Some(whole),
        _ => None,
    };
    pieces(text).into_iter().filter_map(of).collect()
}

/// The first variable of ours that was not filled in.
pub fn raw(text: &str) -> Option<&str> {
    pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Variable { whole, .. } => Some(whole),
        _ => None,
    })
}

/// Fills in what `value` knows, or what is said where it does not. What is left in braces is to be written by hand.
///
/// ```
/// use tertulia_analysis::saved::fill;
/// let value = |name: &str| (name == "member").then(|| "Inés".to_owned());
/// assert_eq!(fill("Hello {first name|there}, {day}? {member}", value), "Hello there, {day}? Inés");
/// ```
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let say = |piece| match piece {
        Piece::Words(words) | Piece::Unknown(words) => words.to_owned(),
        Piece::Variable { whole, name, otherwise } => {
            // What somebody is called must not become a variable itself.
            let known = value(name).map(|known| known.replace(['{', '}'], ""));
            let known = known.filter(|known| !known.trim().is_empty());
            known.or(otherwise.map(str::to_owned)).unwrap_or_else(|| whole.to_owned())
        }
    };
    pieces(text).into_iter().map(say).collect()
}

/// Only the words, without what is to be filled in.
pub fn plain(text: &str) -> String {
    let of = |piece| match piece {
        Piece::Words(words) => words,
        _ => " ",
    };
    pieces(text).into_iter().map(of).collect()
}

/// How somebody is addressed: the first word of the name, or the whole of it where family names come first. An address or a
/// handle is no name.
///
/// ```
/// use tertulia_analysis::saved::first_name;
/// assert_eq!(first_name("Rosa Martín").as_deref(), Some("Rosa"));
/// assert_eq!(first_name("田中 さくら").as_deref(), Some("田中 さくら"));
/// assert_eq!(first_name("rosa@example.org"), None);
/// ```
pub fn first_name(name: &str) -> Option<String> {
    let name = name.trim();
    if name.contains(['@', '/', '_']) || !name.chars().any(char::is_alphabetic) || name.contains(char::is_numeric) {
        return None;
    }
    let family_first =
        |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    if name.chars().any(family_first) {
        return Some(name.to_owned());
    }
    // "Martín, Rosa"
    let given = name.split_once(',').map_or(name, |(_, given)| given.trim());
    let mut words = given.split_whitespace().skip_while(|word| is_title(word));
    let first = words.next();
    let is_by_title = given.split_whitespace().next().is_some_and(is_title);
    // "Frau Weber" is called so: nobody knows her first name.
    if is_by_title && words.next().is_none() { Some(given.to_owned()) } else { first.map(str::to_owned) }
}

const TITLES: [&str; 20] = [
    "mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "sr", "sra", "srta", "señor", "señora", "mme", "mlle",
    "monsieur", "madame", "sig", "signor", "signora",
];

fn is_title(word: &str) -> bool {
    TITLES.contains(&word.trim_end_matches('.').to_lowercase().as_str())
}

const DAYS: [(&str, [&str; 7]); 6] = [
    ("de", ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]),
    ("en", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]),
    ("es", ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]),
    ("fr", ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]),
    ("it", ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"]),
    ("pt", ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"]),
];

/// A day of the week in a language; none where its name is not known here.
pub fn day_of_week(day: Date, language: &str) -> Option<&'static str> {
    let nth = match day.weekday() {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    };
    DAYS.iter().find(|(code, _)| *code == language).map(|(_, names)| names[nth])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_that_are_no_variable_are_words_or_said_to_be_unknown() {
        for plain in ["", "a { b", "{", "}{", "{\nname}", "json: {{", &format!("{{{}}}", "x".repeat(200))] {
            assert_eq!(fill(plain, |_| Some("!".to_owned())), plain);
            assert_eq!((unknown(plain), raw(plain)), (Vec::new(), None), "{plain}");
        }
        assert_eq!(unknown("{} {nmae} {name} {x|y}"), ["{}", "{nmae}", "{x|y}"]);
    }

    #[test]
    fn what_is_not_known_stays_to_be_seen_and_what_is_said_instead_is_said() {
        let nothing = |_: &str| None;
        assert_eq!(fill("{First_Name|there} {name}", nothing), "there {name}");
        assert_eq!(raw(&fill("Hello {name}", nothing)), Some("{name}"));
        assert_eq!(raw(&fill("Hello {name|}", nothing)), None);
        let hostile = |_: &str| Some("{member} {x".to_owned());
        assert_eq!(raw(&fill("Hello {name}", hostile)), None, "a name is no variable");
    }

    #[test]
    fn a_name_is_said_as_people_say_it() {
        assert_eq!(first_name("Martín, Rosa María").as_deref(), Some("Rosa"));
        assert_eq!(first_name("أمينة يوسف").as_deref(), Some("أمينة"));
        assert_eq!(first_name("Prof. Dr. Rosa Martín").as_deref(), Some("Rosa"));
        assert_eq!(first_name("Mr John Smith").as_deref(), Some("John"));
        assert_eq!(first_name("Frau Weber").as_deref(), Some("Frau Weber"));
        for none in ["", "+34 600 000 000", "rosa_m", "https://example.org/@rosa", "rosa99"] {
            assert_eq!(first_name(none), None, "{none}");
        }
    }

    #[test]
    fn a_day_is_called_in_the_language_of_the_reply() {
        assert_eq!(plain("Hola {name|amigo}, hoy"), "Hola  , hoy");
        let friday = jiff::civil::date(2026, 12, 4);
        assert_eq!((day_of_week(friday, "de"), day_of_week(friday, "pt")), (Some("Freitag"), Some("sexta-feira")));
        assert_eq!(day_of_week(friday, "ja"), None);
    }
}
