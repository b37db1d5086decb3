//! What somebody says of themselves below a mail or in a profile: pages, accounts, numbers, lines of a signature. It is what
//! they typed, and proves nothing; that two say the same is a ground to ask whether they are one.

use super::{Field, fold, normal};
use crate::quotes::is_phone_signature;

/// Lines of a signature that are looked at; what is longer is an advert or a notice of lawyers.
const MOST_LINES: usize = 12;
const LONGEST_LINE: usize = 100;
/// Of each kind, of one text.
const MOST: usize = 8;
const LONGEST_LINK: usize = 200;

/// Places that are many people's, by themselves: only a page there may be somebody's.
const NETWORKS: &[&str] = &[
    "behance.net",
    "bsky.app",
    "codeberg.org",
    "facebook.com",
    "github.com",
    "gitlab.com",
    "instagram.com",
    "linkedin.com",
    "medium.com",
    "mastodon.social",
    "pinterest.com",
    "reddit.com",
    "telegram.me",
    "threads.net",
    "tiktok.com",
    "twitch.tv",
    "twitter.com",
    "vimeo.com",
    "wa.me",
    "wikipedia.org",
    "x.com",
    "xing.com",
    "youtube.com",
    "t.me",
];

/// Where programs lead that put themselves below a mail.
const ADVERTS: &[&str] =
    &["aka.ms", "apps.apple.com", "avast.com", "google.com", "outlook.com", "play.google.com", "bit.ly"];

/// Words before a number that is a telephone's, though it does not begin with a plus.
const NUMBERS: &[&str] =
    &["tel", "phone", "fon", "mob", "cell", "handy", "móvil", "tlf", "whatsapp", "t:", "m:", "☎", "📞"];

/// What a signature says: links, numbers, and the lines that are left. A line that only says their name, as `name` does, is
/// none: it would count twice.
///
/// ```
/// use tertulia_analysis::identity::{Field, of_signature};
/// let said = of_signature("-- \nAna Ruiz\nRoaster, La Noria\nhttps://www.ruiz.example/ | @ana@example.social\n", Some("Ana Ruiz"));
/// let expected = [
///     (Field::Signature, "Roaster, La Noria"),
///     (Field::Link, "ruiz.example"),
///     (Field::Link, "example.social/@ana"),
/// ];
/// assert_eq!(said, expected.map(|(field, value)| (field, value.to_owned())));
/// ```
#[must_use]
pub fn of_signature(signature: &str, name: Option<&str>) -> Vec<(Field, String)> {
    let mut said = Said::default();
    let own = fold::fold(name.unwrap_or_default());
    let lines = signature.lines().map(str::trim).filter(|line| line.chars().any(char::is_alphanumeric));
    for line in lines.take(MOST_LINES) {
        if line.contains("mailing list") {
            break;
        }
        if line.chars().count() > LONGEST_LINE || is_phone_signature(line) {
            continue;
        }
        let (links, numbers) = (links_in(line), numbers_in(line));
        if links.is_empty() && numbers.is_empty() && is_line(line, &own) {
            said.add(Field::Signature, line.to_owned());
        }
        links.into_iter().for_each(|link| said.add(Field::Link, link));
        numbers.into_iter().for_each(|number| said.add(Field::Phone, number));
    }
    said.0
}

/// What a profile says: the links in it.
///
/// ```
/// use tertulia_analysis::identity::{Field, of_profile};
/// let said = of_profile(["https://example.social/@ana", "Coffee. Code at github.com/ana?tab=stars"]);
/// let expected = ["example.social/@ana", "github.com/ana"];
/// assert_eq!(said, expected.map(|value| (Field::Link, value.to_owned())));
/// ```
#[must_use]
pub fn of_profile<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<(Field, String)> {
    let mut said = Said::default();
    for link in words.into_iter().flat_map(links_in) {
        said.add(Field::Link, link);
    }
    said.0
}

#[derive(Default)]
struct Said(Vec<(Field, String)>);

impl Said {
    fn add(&mut self, field: Field, value: String) {
        let of_kind = self.0.iter().filter(|(known, _)| *known == field).count();
        if of_kind < MOST && !self.0.iter().any(|known| known.0 == field && known.1 == value) {
            self.0.push((field, value));
        }
    }
}

/// A line that may tell somebody: some letters, and more than the name that is known anyway.
fn is_line(line: &str, own: &str) -> bool {
    let folded = fold::fold(line);
    let letters = folded.chars().filter(|c| c.is_alphabetic()).count();
    let only_name = folded.split(' ').all(|word| own.split(' ').any(|known| known == word));
    letters >= 6 && !only_name && !["@", "://", "www."].iter().any(|mark| line.contains(mark))
}

/// Addresses of the web, and accounts written as `@name@server`, each as it is compared.
fn links_in(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| c.is_whitespace() || c.is_control() || "<>()[]{}|,;\"'·•»«".contains(c));
    parts.filter_map(link_of).collect()
}

fn link_of(part: &str) -> Option<String> {
    let part = part.trim_matches(|c: char| ".:!?*_".contains(c));
    if let Some((user, server)) = part.strip_prefix('@').and_then(|rest| rest.split_once('@')) {
        let is_account =
            is_host(server) && !user.is_empty() && user.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
        return is_account.then(|| format!("{}/@{}", server.to_lowercase(), user.to_lowercase()));
    }
    // An address of mail is none, and neither is one with somebody's password in it.
    let (scheme, rest) = part.split_once("://").map_or((None, part), |(scheme, rest)| (Some(scheme), rest));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_web =
        scheme.is_none_or(|scheme| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"));
    if !is_web || !is_host(host) || (scheme.is_none() && !is_bare(rest)) {
        return None;
    }
    let link = normal::link(rest).filter(|link| link.len() <= LONGEST_LINK)?;
    let is_whole = |rest: &&str| rest.split('/').next().is_some_and(is_host);
    let on_a_phone = link.strip_prefix("m.").or_else(|| link.strip_prefix("mobile.")).filter(is_whole);
    let link = on_a_phone.unwrap_or(&link);
    let link = link.strip_prefix("x.com/").map_or_else(|| link.to_owned(), |path| format!("twitter.com/{path}"));
    let (host, path) = link.split_once('/').map_or((link.as_str(), None), |(host, path)| (host, Some(path)));
    let nobodys = ADVERTS.contains(&host) || (path.is_none() && NETWORKS.contains(&host));
    // A server of ActivityPub knows its people by two addresses.
    let named = path.and_then(|path| path.strip_prefix("users/")).map(|user| format!("{host}/@{user}"));
    (!nobodys).then(|| named.unwrap_or_else(|| link.clone()))
}

/// Written without `https://` it has to look like nothing else: small letters, and a point between words.
fn is_bare(text: &str) -> bool {
    let has_path = text.contains('/');
    text.len() >= 6 && text.is_ascii() && (has_path || !text.bytes().any(|byte| byte.is_ascii_uppercase()))
}

fn is_host(host: &str) -> bool {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let labels: Vec<&str> = name.split('.').collect();
    let is_label = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let ends = labels.last().is_some_and(|last| {
        last.chars().count() >= 2 && last.chars().all(|c| c.is_alphabetic() || last.starts_with("xn--"))
    });
    labels.len() >= 2 && labels.iter().all(is_label) && ends
}

/// Telephone numbers, as digits.
fn numbers_in(line: &str) -> Vec<String> {
    let lowered = line.to_lowercase();
    let is_named = NUMBERS.iter().any(|word| lowered.contains(word));
    let runs = line.split(|c: char| !(c.is_ascii_digit() || "+()-./ \u{a0}".contains(c)));
    let number = |run: &str| {
        let run = run.trim();
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        let begins = run.starts_with('+') || (is_named && run.starts_with(['0', '(']));
        (begins && (8..=15).contains(&digits)).then(|| normal::phone(run)).flatten()
    };
    runs.filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(signature: &str) -> Vec<(Field, String)> {
        of_signature(signature, Some("Rosa Marín"))
    }

    fn values(said: &[(Field, String)], field: Field) -> Vec<&str> {
        said.iter().filter(|(of, _)| *of == field).map(|(_, value)| value.as_str()).collect()
    }

    #[test]
    fn a_page_is_one_however_it_is_written() {
        for text in [
            "https://www.Example.social/@Rosa/",
            "@rosa@example.social",
            "http://example.social/users/rosa?x=1",
            "<example.social/@rosa>",
        ] {
            assert_eq!(values(&said(text), Field::Link), ["example.social/@rosa"], "{text}");
        }
        assert_eq!(values(&said("https://x.com/Rosa"), Field::Link), values(&said("twitter.com/rosa"), Field::Link));
    }

    #[test]
    fn what_is_everybodys_and_what_is_no_page_is_left_out() {
        for text in [
            "https://github.com",
            "Get Outlook for iOS https://aka.ms/o0ukef",
            "rosa@mill.example",
            "z.B. so",
            "ftp://a.example/x",
            "3.5",
        ] {
            assert_eq!(values(&said(text), Field::Link), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn numbers_are_read_where_they_are_a_telephones() {
        assert_eq!(values(&said("T: 0171 234 56 78"), Field::Phone), ["1712345678"]);
        assert_eq!(values(&said("+44 (0)20 7946 0958"), Field::Phone), ["442079460958"]);
        assert_eq!(values(&said("HRB 0123456789"), Field::Phone), Vec::<&str>::new());
        assert_eq!(values(&said("01.02.2024 10"), Field::Phone), Vec::<&str>::new());
    }

    #[test]
    fn lines_are_kept_without_the_name_and_without_what_a_telephone_adds() {
        let lines = said(
            "-- \nROSA MARIN\nHead of the mill\nSent from my iPhone\n---\nhttps://mill.example\nrosa@mill.example",
        );
        assert_eq!(values(&lines, Field::Signature), ["Head of the mill"]);
        assert_eq!(values(&lines, Field::Link), ["mill.example"]);
        let list = said("Rosa of the mill\n_____\ncoffee mailing list\nhttps://lists.example/coffee");
        assert_eq!(values(&list, Field::Link), Vec::<&str>::new());
    }

    #[test]
    fn no_text_brings_more_than_a_few_of_each() {
        let many: String = (0..40).map(|n| format!("https://a{n}.example\n")).collect();
        assert_eq!(of_profile([many.as_str()]).len(), MOST);
        assert_eq!(values(&said("https://a.example/\u{0}b"), Field::Link), ["a.example"], "no database takes the rest");
        assert_eq!(said(&"é\u{0}@@..//::".repeat(5_000)), Vec::new());
    }
}
