//! What every page shares: the shell around it, and the small functions its templates call.

use jiff::Timestamp;
use tertulia_model::{Permission, Role};

/// The place in the navigation that is lit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nav {
    #[default]
    Elsewhere,
    Today,
    Inbox,
    Mentions,
    Listen,
    People,
    Feedback,
    Figures,
    Insights,
    KnowHow,
    Channels,
    Import,
    Quarantine,
    Team,
    Settings,
}

/// On a phone one column shows at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    List,
    #[default]
    Main,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the reader's system has it.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }
}

#[derive(Debug, Clone)]
pub struct UserView {
    pub name: String,
    pub role: Role,
}

/// A line at the foot of the page after something was done; with an address it can be undone while it stands.
#[derive(Debug, Clone)]
pub struct ToastView {
    pub text: String,
    pub undo_url: Option<String>,
}

/// Held by each page's template as its field `shell`.
#[derive(Debug, Clone)]
pub struct Shell {
    pub title: String,
    /// `<body data-page>`: `conversation` gives the phone's lower edge to the composer.
    pub page: &'static str,
    pub current: Nav,
    pub focus: Focus,
    pub organisation: String,
    /// None: nobody is signed in, and no navigation shows.
    pub user: Option<UserView>,
    pub csrf: String,
    /// Open conversations that the member has not read.
    pub unread: u64,
    /// Notes that name the member and that they have not seen.
    pub mentioned: u64,
    /// What the member's monitors found that they have not seen.
    pub unseen: u64,
    pub quarantined: u64,
    pub theme: Theme,
    pub lang: String,
    /// The commit-order sequence the page was rendered at; the live stream resumes from it. None: nothing moves here.
    pub live_after: Option<i64>,
    pub toast: Option<ToastView>,
}

impl Shell {
    pub fn new(page: &'static str, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            page,
            current: Nav::default(),
            focus: Focus::default(),
            organisation: "Tertulia".to_owned(),
            user: None,
            csrf: String::new(),
            unread: 0,
            mentioned: 0,
            unseen: 0,
            quarantined: 0,
            theme: Theme::default(),
            lang: "en".to_owned(),
            live_after: None,
            toast: None,
        }
    }

    /// What stands above the page; on a page with the navigation a script keeps the number as it is there.
    pub fn title_words(&self) -> String {
        let count = if self.unread > 0 { format!("({}) ", count_words(&self.unread)) } else { String::new() };
        let organisation =
            if self.organisation.is_empty() { String::new() } else { format!(" · {}", self.organisation) };
        format!("{count}{}{organisation}", self.title)
    }

    pub fn is(&self, nav: Nav) -> bool {
        self.current == nav
    }

    pub fn may_manage(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.role.may(Permission::Manage))
    }

    pub fn direction(&self) -> &'static str {
        direction(&self.lang)
    }

    pub fn focus_name(&self) -> &'static str {
        match self.focus {
            Focus::List => "list",
            Focus::Main => "main",
        }
    }

    pub fn theme_is(&self, name: &str) -> bool {
        self.theme.as_str() == name
    }
}

/// Which way a language is written, by its code.
pub fn direction(lang: &str) -> &'static str {
    const RIGHT_TO_LEFT: [&str; 8] = ["ar", "dv", "fa", "he", "ps", "ug", "ur", "yi"];
    let primary = lang.split('-').next().unwrap_or(lang);
    if RIGHT_TO_LEFT.contains(&primary) { "rtl" } else { "ltr" }
}

/// What stands in the circle where there is no picture. Scripts without capitals give one character: two Arabic letters
/// would join into a word nobody wrote, two ideographs would not fit.
pub fn initials(name: &str) -> String {
    let firsts: Vec<char> =
        name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric())).collect();
    match firsts.as_slice() {
        [] => "?".to_owned(),
        [first, .., last] if is_cased(*first) && is_cased(*last) => {
            first.to_uppercase().chain(last.to_uppercase()).collect()
        }
        [first, ..] => first.to_uppercase().collect(),
    }
}

fn is_cased(c: char) -> bool {
    c.is_uppercase() || c.is_lowercase()
}

/// One of eight soft tones, the same for a name each time (FNV-1a).
pub fn face_tone(name: &str) -> u32 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    // The low bits of FNV are weak; fold the high half in before taking eight classes.
    ((hash >> 16) ^ hash) % 8 + 1
}

/// "21 Nov 2026, 21:09 UTC", for readers without the script that puts times into their own zone.
pub fn time_words(ms: &i64) -> String {
    formatted(*ms, "%-d %b %Y, %H:%M UTC")
}

/// RFC 3339, for `<time datetime>`.
pub fn time_machine(ms: &i64) -> String {
    formatted(*ms, "%Y-%m-%dT%H:%M:%SZ")
}

fn formatted(ms: i64, pattern: &str) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(timestamp) => timestamp.strftime(pattern).to_string(),
        Err(_) => "at an unknown time".to_owned(),
    }
}

/// "7", "99+".
pub fn count_words(count: &u64) -> String {
    if *count > 99 { "99+".to_owned() } else { count.to_string() }
}

/// "420 bytes", "12 kB", "3.4 MB".
pub fn size_words(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_take_two_letters_where_a_script_has_capitals_and_one_where_not() {
        assert_eq!(initials("Amina Yusuf"), "AY");
        assert_eq!(initials("María José de la Fuente"), "MF");
        assert_eq!(initials("Ольга"), "О");
        assert_eq!(initials("أمينة يوسف"), "أ");
        assert_eq!(initials("田中 さくら"), "田");
        assert_eq!(initials("  — "), "?");
        assert_eq!(initials("\"Bo\" <bo@example.org>"), "BB");
    }

    #[test]
    fn a_name_keeps_its_tone_and_names_spread_over_all_eight() {
        assert_eq!(face_tone("Amina Yusuf"), face_tone("Amina Yusuf"));
        let tones: std::collections::BTreeSet<u32> = (0..100).map(|n| face_tone(&format!("Person {n}"))).collect();
        assert_eq!(tones, (1..=8).collect());
    }

    #[test]
    fn times_are_written_in_utc_and_never_fail() {
        assert_eq!(time_words(&1_795_295_340_000), "21 Nov 2026, 21:09 UTC");
        assert_eq!(time_machine(&1_795_295_340_000), "2026-11-21T21:09:00Z");
        assert_eq!(time_words(&i64::MAX), "at an unknown time");
    }

    #[test]
    fn sizes_are_said_in_round_units() {
        assert_eq!(size_words(0), "0 bytes");
        assert_eq!(size_words(11_001), "12 kB");
        assert_eq!(size_words(3_400_000), "3.4 MB");
    }

    #[test]
    fn arabic_and_hebrew_pages_run_from_the_right() {
        assert_eq!(direction("ar-EG"), "rtl");
        assert_eq!(direction("he"), "rtl");
        assert_eq!(direction("ja"), "ltr");
    }
}
