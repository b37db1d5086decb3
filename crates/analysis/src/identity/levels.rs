//! How well two values agree, for each kind of value.

use super::catalogue::{Catalogue, Column, Value};
use super::distance::distance;
use super::normal;
use super::pattern::Level;

/// A mailbox's name of so many letters is hardly anybody else's.
const SPECIFIC: usize = 7;

impl Catalogue {
    /// How well two values of a column (or of the two columns that share their values) agree. Symmetric.
    #[inline]
    pub(super) fn level(&self, column: Column, a: u32, b: u32) -> Level {
        if a == b {
            return Level::Exact;
        }
        let (one, other) = (&self.values[a as usize], &self.values[b as usize]);
        match column {
            Column::GivenName | Column::Surname => self.name(a, b, one, other),
            Column::Street | Column::Locality | Column::Place | Column::Signature => self.line(a, b, one, other),
            Column::StreetNumber | Column::Postcode => self.number(one, other),
            Column::Region => self.region(one, other),
            Column::BirthDate => birth_date(one.date, other.date, self.slips(one, other, 2)),
            Column::Email => self.email(a, b),
            Column::Phone => self.phone(a, b, one, other),
            Column::Handle | Column::MailName => self.handle(a, b, one, other),
            Column::Link => self.link(a, b),
        }
    }

    /// The distance where it is at most `most`, else something above it.
    #[inline]
    fn slips(&self, one: &Value, other: &Value, most: u32) -> u32 {
        // A slip changes the length by one at most, and takes away one kind of letter at most.
        let least = (one.letters & !other.letters).count_ones().max((other.letters & !one.letters).count_ones());
        if least > most || one.len().abs_diff(other.len()) > most as usize {
            return most + 1;
        }
        distance(self.letters(one), self.letters(other))
    }

    fn name(&self, a: u32, b: u32, one: &Value, other: &Value) -> Level {
        let longer = one.len().max(other.len());
        let slips = self.slips(one, other, (longer * 2 / 5) as u32);
        match slips {
            0 => return Level::VeryNear,
            1 if longer >= 4 => return Level::VeryNear,
            2 if longer >= 6 => return Level::Near,
            _ => {}
        }
        let vowels_left_out = (one.abjad || other.abjad) && one.sounds() >= 1;
        let sounds_alike = one.sounds() >= 3 && slips as usize * 5 <= longer * 2;
        if one.skeleton == other.skeleton && (sounds_alike || vowels_left_out) {
            return Level::Near;
        }
        if is_initial(one, other, self) || is_initial(other, one, self) || self.is_part(a, b, one, other) {
            return Level::Near;
        }
        if self.is_beginning(one, other) {
            return Level::Near;
        }
        match slips as usize * 5 <= longer * 2 {
            true => Level::Alike,
            false => Level::Different,
        }
    }

    fn line(&self, a: u32, b: u32, one: &Value, other: &Value) -> Level {
        let longer = one.len().max(other.len());
        let slips = self.slips(one, other, (longer / 3) as u32);
        match slips {
            0 => Level::VeryNear,
            1 if longer >= 4 => Level::VeryNear,
            2 if longer >= 6 => Level::Near,
            _ if slips as usize * 5 <= longer || self.is_part(a, b, one, other) => Level::Near,
            _ if slips as usize * 3 <= longer => Level::Alike,
            _ => Level::Different,
        }
    }

    /// House numbers and postcodes: short, and a slip makes another of them.
    fn number(&self, one: &Value, other: &Value) -> Level {
        let longer = one.len().max(other.len());
        match self.slips(one, other, 2) {
            0 => Level::VeryNear,
            1 if longer >= 2 => Level::VeryNear,
            2 if longer >= 4 => Level::Near,
            _ => Level::Different,
        }
    }

    fn region(&self, one: &Value, other: &Value) -> Level {
        match self.slips(one, other, 1) {
            0 | 1 => Level::VeryNear,
            _ => Level::Different,
        }
    }

    fn email(&self, a: u32, b: u32) -> Level {
        let (one, other) = (&*self.texts[a as usize], &*self.texts[b as usize]);
        let (Some((local, domain)), Some((other_local, other_domain))) = (one.rsplit_once('@'), other.rsplit_once('@'))
        else {
            return Level::Different;
        };
        let apart = |one: &str, other: &str| {
            let codes = |text: &str| text.bytes().map(super::distance::code).collect::<Vec<u8>>();
            if one.len().abs_diff(other.len()) > 2 { 3 } else { distance(&codes(one), &codes(other)) }
        };
        let shorter = local.len().min(other_local.len());
        if local == other_local {
            return match () {
                () if normal::is_office(local) => Level::Different,
                () if apart(domain, other_domain) <= 1 => Level::VeryNear,
                // Many are `chris@` somewhere.
                () if shorter < SPECIFIC => Level::Alike,
                () => Level::Near,
            };
        }
        match (domain == other_domain, apart(local, other_local)) {
            (true, 0 | 1) if shorter >= 4 => Level::VeryNear,
            (true, 0..=2) if shorter >= 5 => Level::Near,
            (_, 0..=1) if shorter >= SPECIFIC => Level::Near,
            _ => Level::Different,
        }
    }

    /// A number without the country in front is the same number.
    fn phone(&self, a: u32, b: u32, one: &Value, other: &Value) -> Level {
        let (one_text, other_text) = (&*self.texts[a as usize], &*self.texts[b as usize]);
        let (short, long) = if one.len() <= other.len() { (one_text, other_text) } else { (other_text, one_text) };
        if short.len() >= 7 && long.ends_with(short) {
            return if long.len() - short.len() <= 3 { Level::Exact } else { Level::VeryNear };
        }
        let tail =
            |text: &str| text.bytes().skip(text.len() - short.len()).map(super::distance::code).collect::<Vec<u8>>();
        match distance(&tail(short), &tail(long)) {
            1 if short.len() >= 7 => Level::VeryNear,
            2 if short.len() >= 9 => Level::Near,
            _ => Level::Different,
        }
    }

    fn handle(&self, a: u32, b: u32, one: &Value, other: &Value) -> Level {
        let longer = one.len().max(other.len());
        let slips = self.slips(one, other, (longer / 4) as u32);
        // Where a name was taken, people put a number behind it.
        let name = |value: u32| self.texts[value as usize].trim_end_matches(|c: char| c.is_ascii_digit());
        let same_name = name(a) == name(b) && name(a).len() >= 5;
        match slips {
            1 if longer >= 6 => Level::VeryNear,
            _ if same_name => Level::VeryNear,
            2 if longer >= 8 => Level::Near,
            _ if self.is_beginning(one, other) && one.len().min(other.len()) >= 6 => Level::Near,
            _ if slips as usize * 4 <= longer => Level::Alike,
            _ => Level::Different,
        }
    }

    /// A page of a site, and the site itself.
    fn link(&self, a: u32, b: u32) -> Level {
        let (one, other) = (&*self.texts[a as usize], &*self.texts[b as usize]);
        let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        match !short.contains('/') && long.strip_prefix(short).is_some_and(|rest| rest.starts_with('/')) {
            true => Level::Near,
            false => Level::Different,
        }
    }

    /// Whether one begins with the other, which is more than an initial: "rob" and "robert".
    fn is_beginning(&self, one: &Value, other: &Value) -> bool {
        let (one, other) = (self.letters(one), self.letters(other));
        let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        short.len() >= 3 && long.starts_with(short)
    }

    /// Whether all words of one are words of the other: "ruiz" and "ruiz garcia", also in another order.
    fn is_part(&self, a: u32, b: u32, one: &Value, other: &Value) -> bool {
        if one.is_one_word() && other.is_one_word() {
            return false;
        }
        let common = (one.letters & other.letters).count_ones();
        if common < one.letters.count_ones().min(other.letters.count_ones()) {
            return false;
        }
        let (one, other) = (&*self.texts[a as usize], &*self.texts[b as usize]);
        let holds = |long: &str, short: &str| {
            short.len() >= 3 && short.split(' ').all(|word| long.split(' ').any(|other| other == word))
        };
        holds(one, other) || holds(other, one)
    }
}

/// Whether `one` is the first letter of `other`.
fn is_initial(one: &Value, other: &Value, catalogue: &Catalogue) -> bool {
    one.len() == 1 && catalogue.letters(other).first() == catalogue.letters(one).first()
}

/// Dates as `yyyymmdd`.
fn birth_date(one: u32, other: u32, slips: u32) -> Level {
    let parts = |date: u32| (date / 10_000, date / 100 % 100, date % 100);
    let ((year, month, day), (other_year, other_month, other_day)) = (parts(one), parts(other));
    if slips <= 1 || (year == other_year && month == other_day && day == other_month) {
        return Level::VeryNear;
    }
    let alike = [year == other_year, month == other_month, day == other_day].iter().filter(|same| **same).count();
    match (alike, slips) {
        (2, _) => Level::Near,
        (_, 2) => Level::Alike,
        _ => Level::Different,
    }
}
