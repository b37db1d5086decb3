//! Which script a text is in, and which language that means where a script has one, or where letters alone tell.

use super::letters::Group;
use std::sync::LazyLock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// A script of several languages, which the model tells apart.
    Of(Group),
    Bengali,
    Ethiopic,
    Han,
    Kana,
    /// A script of one main language.
    Only(&'static str),
    /// A script whose languages we do not tell apart.
    Other,
}

/// Scripts of one main language each: first and last character.
const ONLY: &[(u32, u32, &str)] = &[
    (0x370, 0x3FF, "el"),
    (0x1F00, 0x1FFF, "el"),
    (0x530, 0x58F, "hy"),
    (0x590, 0x5FF, "he"),
    (0xFB1D, 0xFB4F, "he"),
    (0x780, 0x7BF, "dv"),
    (0xA00, 0xA7F, "pa"),
    (0xA80, 0xAFF, "gu"),
    (0xB00, 0xB7F, "or"),
    (0xB80, 0xBFF, "ta"),
    (0xC00, 0xC7F, "te"),
    (0xC80, 0xCFF, "kn"),
    (0xD00, 0xD7F, "ml"),
    (0xD80, 0xDFF, "si"),
    (0xE00, 0xE7F, "th"),
    (0xE80, 0xEFF, "lo"),
    (0xF00, 0xFFF, "bo"),
    (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1C90, 0x1CBF, "ka"),
    (0x1780, 0x17FF, "km"),
    (0x1100, 0x11FF, "ko"),
    (0x3130, 0x318F, "ko"),
    (0xAC00, 0xD7FF, "ko"),
];

/// The script of a letter beyond those that the model knows.
pub(super) fn script(c: char) -> Script {
    let code = c as u32;
    match code {
        0x41..=0x24F | 0x1E00..=0x1EFF | 0xFF21..=0xFF5A => Script::Of(Group::Latin),
        0x400..=0x52F => Script::Of(Group::Cyrillic),
        0x600..=0x6FF | 0x750..=0x77F | 0xFB50..=0xFDFF | 0xFE70..=0xFEFC => Script::Of(Group::Arabic),
        0x900..=0x97F => Script::Of(Group::Devanagari),
        0x980..=0x9FF => Script::Bengali,
        0x1200..=0x139F | 0x2D80..=0x2DDF => Script::Ethiopic,
        0x3040..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F => Script::Kana,
        0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => Script::Han,
        _ => ONLY
            .iter()
            .find(|(first, last, _)| (*first..=*last).contains(&code))
            .map_or(Script::Other, |(_, _, only)| Script::Only(only)),
    }
}

/// Below this it is looked up whether a character is alphabetic, which Unicode's own tables tell slowly.
const LOOKED_UP: u32 = 0x3100;

static ALPHABETIC: LazyLock<Vec<bool>> =
    LazyLock::new(|| (0..LOOKED_UP).map(|code| char::from_u32(code).is_some_and(char::is_alphabetic)).collect());

#[inline]
fn is_alphabetic(c: char) -> bool {
    match c {
        '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => true,
        _ => ALPHABETIC.get(c as usize).copied().unwrap_or_else(|| c.is_alphabetic()),
    }
}

/// How many letters of each script a text holds.
#[derive(Debug, Default)]
pub(super) struct Tally {
    groups: [usize; Group::ALL.len()],
    others: Vec<(Script, usize)>,
}

impl Tally {
    #[inline]
    pub(super) fn add_letter(&mut self, group: Group) {
        self.groups[group as usize] += 1;
    }

    pub(super) fn add(&mut self, c: char) {
        if !is_alphabetic(c) {
            return;
        }
        let script = script(c);
        if let Script::Of(group) = script {
            return self.add_letter(group);
        }
        // A Han character or a kana says as much as two or three letters.
        let weight = if matches!(script, Script::Han | Script::Kana) { 2 } else { 1 };
        match self.others.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += weight,
            None => self.others.push((script, weight)),
        }
    }

    fn all(&self) -> impl Iterator<Item = (Script, usize)> {
        let groups = Group::ALL.into_iter().map(|group| (Script::Of(group), self.groups[group as usize]));
        groups.chain(self.others.iter().copied()).filter(|(_, count)| *count > 0)
    }

    pub(super) fn letters(&self) -> usize {
        self.all().map(|(_, count)| count).sum()
    }

    pub(super) fn count(&self, script: Script) -> usize {
        match script {
            Script::Of(group) => self.groups[group as usize],
            _ => self.others.iter().find(|(known, _)| *known == script).map_or(0, |(_, count)| *count),
        }
    }

    /// The script that most of the text is in. Japanese mixes two; any fair share of kana makes it Japanese.
    pub(super) fn main(&self) -> Option<Script> {
        let japanese = self.count(Script::Han) + self.count(Script::Kana);
        let (main, _) = self.all().max_by_key(|(_, count)| *count)?;
        if japanese * 2 >= self.letters() || matches!(main, Script::Han | Script::Kana) {
            let is_japanese = self.count(Script::Kana) * 10 >= japanese;
            return Some(if is_japanese { Script::Kana } else { Script::Han });
        }
        Some(main)
    }

    /// The other script that the text is in, where there is a fair share of one.
    pub(super) fn second(&self, main: Script) -> Option<Script> {
        let is_main = |script: Script| {
            script == main || matches!((script, main), (Script::Han | Script::Kana, Script::Han | Script::Kana))
        };
        let (second, count) = self.all().filter(|(script, _)| !is_main(*script)).max_by_key(|(_, count)| *count)?;
        (count >= LEAST_SECOND && count * 5 >= self.letters()).then_some(second)
    }
}

/// So many letters of a second script are more than a name.
const LEAST_SECOND: usize = 12;

/// The language of a text in a script that needs no model; None where one must tell.
pub(super) fn language(script: Script, text: &str) -> Option<&'static str> {
    match script {
        Script::Only(code) => Some(code),
        Script::Kana => Some("ja"),
        Script::Han => Some("zh"),
        Script::Bengali if text.contains(['ৰ', 'ৱ']) => Some("as"),
        Script::Bengali => Some("bn"),
        Script::Ethiopic => Some(ethiopic(text)),
        Script::Of(group) => unlearnt(group, text),
        Script::Other => Some("und"),
    }
}

/// Tigrinya writes the glottal stop and some throaty consonants with letters that Amharic hardly has.
fn ethiopic(text: &str) -> &'static str {
    let (mut tigrinya, mut amharic) = (0, 0);
    for c in text.chars() {
        match c {
            'ኣ' | 'ቐ'..='ቝ' | 'ኸ'..='ዅ' => tigrinya += 2,
            'ዓ' | 'ሓ' | 'ዕ' | 'ሕ' => tigrinya += 1,
            'አ' | 'ሽ' | 'ች' | 'ኝ' | 'ው' => amharic += 1,
            _ => {}
        }
    }
    if tigrinya > amharic.max(1) { "ti" } else { "am" }
}

/// Languages that the model does not know, by letters (or words) that those it knows lack.
fn unlearnt(group: Group, text: &str) -> Option<&'static str> {
    match group {
        // Tajik, Tatar, Chechen and others of the Caucasus.
        Group::Cyrillic if text.contains(['Ҳ', 'ҳ', 'Ҷ', 'ҷ', 'Ӣ', 'ӣ', 'Ӯ', 'ӯ', 'Җ', 'җ', 'Ӏ', 'ӏ']) => {
            Some("und")
        }
        Group::Arabic if text.contains(['ټ', 'ډ', 'ړ', 'ښ', 'ځ', 'څ', 'ۍ']) => Some("ps"),
        // Uyghur, Kurdish and Sindhi write vowels that Persian does not.
        Group::Arabic if text.contains(['ۇ', 'ې', 'ێ', 'ۆ', 'ڵ', 'ڪ', 'ڻ']) => Some("und"),
        Group::Devanagari => {
            const NEPALI: [&str; 9] = ["छ", "छन्", "हुन्छ", "गर्न", "तपाईं", "तपाईंको", "पनि", "भयो", "छैन"];
            let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, '।' | ',' | '.' | '?' | '!'));
            words.any(|word| NEPALI.contains(&word)).then_some("ne")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_alphabetic_as_unicode_says() {
        assert!(('\0'..=char::MAX).all(|c| is_alphabetic(c) == c.is_alphabetic()));
    }
}
