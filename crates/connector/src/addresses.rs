//! Which mail addresses are ours.

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
