//! Mail addresses: what is one, and which are ours.

/// The one of `ours` that `address` is, with or without a plus part (RFC 5233).
pub fn which_of_ours<'a>(address: &str, ours: &'a [String]) -> Option<&'a str> {
    let same = |other: &&String| other.eq_ignore_ascii_case(address);
    let bare = without_plus(address);
    ours.iter().find(same).or_else(|| ours.iter().find(|o| o.eq_ignore_ascii_case(&bare))).map(String::as_str)
}

fn without_plus(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => match local.split_once('+') {
            Some((base, _)) => format!("{base}@{domain}"),
            None => address.to_owned(),
        },
        None => address.to_owned(),
    }
}

/// Whether a text is a mail address and nothing else, as people have them: no quotes, and a server with a dot.
pub fn is_mail_address(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    let fine = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\"\\@".contains(c);
    let inner_dot = host.contains('.') && host.split('.').all(|label| !label.is_empty());
    !local.is_empty() && inner_dot && local.chars().chain(host.chars()).all(fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_part_still_names_our_address() {
        let ours = ["shop@roastery.example".to_owned()];
        assert_eq!(which_of_ours("Shop+t-abc@roastery.example", &ours), Some("shop@roastery.example"));
        assert_eq!(which_of_ours("shopper@roastery.example", &ours), None);
    }
}
