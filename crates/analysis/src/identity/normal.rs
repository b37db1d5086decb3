//! One form for each kind of value, so that what is the same reads the same.

use super::fold::fold;

/// Words of addresses and what is written for them, so that an abbreviation is no difference.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("street", "st"),
    ("str", "st"),
    ("strasse", "st"),
    ("saint", "st"),
    ("road", "rd"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("avenida", "ave"),
    ("boulevard", "blvd"),
    ("place", "pl"),
    ("platz", "pl"),
    ("plaza", "pl"),
    ("court", "ct"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("close", "cl"),
    ("crescent", "cres"),
    ("circuit", "cct"),
    ("apartment", "apt"),
    ("calle", "c"),
];

/// A line of an address: folded, with the usual abbreviations.
pub(super) fn address(text: &str) -> String {
    let folded = fold(text);
    let word = |word: &str| -> String {
        let known = ABBREVIATIONS.iter().find(|(long, _)| *long == word);
        match known {
            Some((_, short)) => (*short).to_owned(),
            // "Hauptstr." and "Hauptstraße"
            None => word.strip_suffix("strasse").map_or_else(|| word.to_owned(), |stem| format!("{stem}str")),
        }
    };
    folded.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Letters and digits alone, folded: postcodes, house numbers.
pub(super) fn compact(text: &str) -> String {
    let mut folded = fold(text);
    folded.retain(|c| c != ' ');
    folded
}

/// The mailbox behind an address: without a tag (`+shop`) and in small letters; where the provider is known to ignore
/// points, without these. `None` where it is no address.
///
/// RFC 5321, 2.4 lets a host tell large from small letters in the local part; none that is in use does.
pub(super) fn email(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("mailto:").to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let local = local.split('+').next().filter(|local| !local.is_empty())?;
    let domain = match domain {
        "googlemail.com" => "gmail.com",
        other => other.trim_end_matches('.'),
    };
    let local = if domain == "gmail.com" { local.replace('.', "") } else { local.to_owned() };
    (domain.contains('.') && !local.contains(' ')).then(|| format!("{local}@{domain}"))
}

/// The mailbox that an address leads to, written in one way ([`email`]); `None` where it is no address, or an office's.
pub fn own_mailbox(address: &str) -> Option<String> {
    let mailbox = email(address)?;
    let (local, _) = mailbox.rsplit_once('@')?;
    (!is_office(local)).then_some(mailbox)
}

/// Mailboxes that belong to an office rather than to somebody: their names say nothing of who writes from them.
const OFFICES: &[&str] = &[
    "abuse",
    "accounts",
    "admin",
    "billing",
    "contact",
    "hello",
    "help",
    "hi",
    "info",
    "kontakt",
    "mail",
    "marketing",
    "news",
    "newsletter",
    "noreply",
    "office",
    "orders",
    "postmaster",
    "press",
    "sales",
    "service",
    "shop",
    "support",
    "team",
    "webmaster",
    "me",
    "ich",
    "yo",
];

/// What the owner of a mailbox calls themselves in it, as a handle; `None` for an office.
pub(super) fn mail_name(email: &str) -> Option<String> {
    let (local, _) = email.rsplit_once('@')?;
    let name = compact(local);
    (name.len() >= 4 && !is_office(&name)).then_some(name)
}

/// Whether what stands before the `@` names an office.
pub(super) fn is_office(local: &str) -> bool {
    OFFICES.contains(&local)
}

/// The digits of a number, without the signs for "abroad" or "long distance" in front. `None` below five digits.
pub(super) fn phone(text: &str) -> Option<String> {
    // "+44 (0)20 …" has a zero that is dialled from within the country only.
    let text = text.replace("(0)", "");
    let digits: String = text.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect();
    let number = digits.trim_start_matches('0');
    (number.len() >= 5).then(|| number[..number.len().min(20)].to_owned())
}

/// Words around a handle that name the place and not who is there.
const HANDLE_PLACES: &[&str] = &[".bsky.social"];

/// What somebody calls themselves on a channel, without the channel: letters and digits alone.
pub(super) fn handle(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("u/").or_else(|| text.strip_prefix("/u/")).unwrap_or(&text).trim_start_matches('@');
    let user = text.split('@').next().unwrap_or_default();
    let user = HANDLE_PLACES.iter().find_map(|place| user.strip_suffix(place)).unwrap_or(user);
    // What a server made up (a DID, a number) names nobody twice by chance or likeness.
    let name = compact(user);
    (name.len() >= 2).then_some(name)
}

/// Host and path of an address of the web.
pub(super) fn link(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let address = rest[..end].trim_end_matches('/');
    (address.contains('.') && !address.contains(' ')).then(|| address.to_owned())
}

/// A day as `yyyymmdd`; only the digits count, so that a slip (a month 31) is kept for comparing. `None` without eight
/// digits.
pub(super) fn date(text: &str) -> Option<u32> {
    let numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let parse = |text: &str| text.parse::<u32>().ok();
    match numbers.as_slice() {
        [whole] if whole.len() == 8 => parse(whole),
        [year, month, day, ..] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            Some(parse(year)? * 10_000 + parse(month)? * 100 + parse(day)?)
        }
        [day, month, year] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            Some(parse(year)? * 10_000 + parse(month)? * 100 + parse(day)?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_mail_is_read_as_its_mailbox() {
        assert_eq!(email("Ana.Ruiz+shop@GMail.com").as_deref(), Some("anaruiz@gmail.com"));
        assert_eq!(email("mailto:ana.ruiz@example.org").as_deref(), Some("ana.ruiz@example.org"));
        assert_eq!(email("ana at example"), None);
        assert_eq!(mail_name("ana.ruiz@example.org").as_deref(), Some("anaruiz"));
        assert_eq!(mail_name("info@example.org"), None);
    }

    #[test]
    fn numbers_handles_and_links_lose_what_is_around_them() {
        assert_eq!(phone("+44 (0)20 7946 0958").as_deref(), Some("442079460958"));
        assert_eq!(phone("020 7946 0958").as_deref(), Some("2079460958"));
        assert_eq!(handle("@Ana_Ruiz@example.social").as_deref(), Some("anaruiz"));
        assert_eq!(handle("ana.bsky.social").as_deref(), Some("ana"));
        assert_eq!(link("https://www.Ana.example/?a=b").as_deref(), Some("ana.example"));
        assert_eq!(address("12 Saint Mary Street"), "12 st mary st");
        assert_eq!(address("Hauptstraße"), address("Hauptstr."));
    }

    #[test]
    fn a_date_is_read_in_three_ways() {
        for text in ["1984-03-27", "19840327", "27.3.1984", "1984-03-27T00:00:00Z"] {
            assert_eq!(date(text), Some(19_840_327), "{text}");
        }
        assert_eq!(date("March"), None);
    }
}
