//! Which script a text is in, and which language that means.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Bengali,
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
    (0x1200, 0x139F, "am"),
    (0x1780, 0x17FF, "km"),
    (0x1100, 0x11FF, "ko"),
    (0x3130, 0x318F, "ko"),
    (0xAC00, 0xD7FF, "ko"),
];

fn script(c: char) -> Script {
    let code = c as u32;
    match code {
        0x41..=0x24F | 0x1E00..=0x1EFF | 0xFF21..=0xFF5A => Script::Latin,
        0x400..=0x52F => Script::Cyrillic,
        0x600..=0x6FF | 0x750..=0x77F | 0xFB50..=0xFDFF | 0xFE70..=0xFEFC => Script::Arabic,
        0x900..=0x97F => Script::Devanagari,
        0x980..=0x9FF => Script::Bengali,
        0x3040..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F => Script::Kana,
        0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => Script::Han,
        _ => ONLY
            .iter()
            .find(|(first, last, _)| (*first..=*last).contains(&code))
            .map_or(Script::Other, |(_, _, only)| Script::Only(only)),
    }
}

/// How many letters of each script a text holds.
#[derive(Debug, Default)]
pub(super) struct Tally {
    found: Vec<(Script, usize)>,
}

impl Tally {
    pub(super) fn of(text: &str) -> Self {
        let mut tally = Self::default();
        let ascii = text.bytes().filter(u8::is_ascii_alphabetic).count();
        if ascii > 0 {
            tally.found.push((Script::Latin, ascii));
        }
        for script in text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).map(script) {
            // A Han character or a kana says as much as two or three letters.
            let weight = if matches!(script, Script::Han | Script::Kana) { 2 } else { 1 };
            match tally.found.iter_mut().find(|(known, _)| *known == script) {
                Some((_, count)) => *count += weight,
                None => tally.found.push((script, weight)),
            }
        }
        tally
    }

    pub(super) fn letters(&self) -> usize {
        self.found.iter().map(|(_, count)| count).sum()
    }

    fn count(&self, script: Script) -> usize {
        self.found.iter().find(|(known, _)| *known == script).map_or(0, |(_, count)| *count)
    }

    /// The script that most of the text is in. Japanese mixes two; any fair share of kana makes it Japanese.
    pub(super) fn main(&self) -> Option<Script> {
        let japanese = self.count(Script::Han) + self.count(Script::Kana);
        let (main, count) = self.found.iter().copied().max_by_key(|(_, count)| *count)?;
        if japanese * 2 >= self.letters() {
            let is_japanese = self.count(Script::Kana) * 10 >= japanese;
            return Some(if is_japanese { Script::Kana } else { Script::Han });
        }
        (count * 2 >= self.letters()).then_some(main)
    }
}

/// The language of a text whose main script is not Latin.
pub(super) fn language(script: Script, text: &str) -> &'static str {
    match script {
        Script::Only(code) => code,
        Script::Kana => "ja",
        Script::Han => "zh",
        Script::Cyrillic => cyrillic(text),
        Script::Arabic => arabic(text),
        Script::Devanagari => devanagari(text),
        Script::Bengali if text.contains(['ৰ', 'ৱ']) => "as",
        Script::Bengali => "bn",
        Script::Latin | Script::Other => "und",
    }
}

/// By the letters that the others lack, in one pass.
fn cyrillic(text: &str) -> &'static str {
    let (mut telling, mut has_i, mut has_hard_sign, mut is_russian) = (None, false, false, false);
    for c in text.chars() {
        let found = match c {
            'Ў' | 'ў' => "be",
            'Ѓ' | 'ѓ' | 'Ќ' | 'ќ' | 'Ѕ' | 'ѕ' => "mk",
            'Ђ' | 'ђ' | 'Ћ' | 'ћ' | 'Џ' | 'џ' | 'Љ' | 'љ' | 'Њ' | 'њ' | 'Ј' | 'ј' => "sr",
            'Қ' | 'қ' | 'Ғ' | 'ғ' | 'Ұ' | 'ұ' | 'Ң' | 'ң' => "kk",
            // Mongolian, Kyrgyz, Tatar, Tajik and others share these.
            'Ө' | 'ө' | 'Ү' | 'ү' | 'Ә' | 'ә' | 'Ҳ' | 'ҳ' | 'Ҷ' | 'ҷ' => "und",
            'Ї' | 'ї' | 'Є' | 'є' | 'Ґ' | 'ґ' => "uk",
            _ => {
                has_i |= matches!(c, 'І' | 'і');
                has_hard_sign |= matches!(c, 'Ъ' | 'ъ');
                is_russian |= matches!(c, 'Ы' | 'ы' | 'Э' | 'э' | 'Ё' | 'ё');
                continue;
            }
        };
        // Macedonian shares letters with Serbian, Kazakh with the others: what is rarer tells more.
        const RARER_FIRST: [&str; 6] = ["be", "mk", "sr", "kk", "und", "uk"];
        let rank = |code: &str| RARER_FIRST.iter().position(|known| *known == code);
        if telling.is_none_or(|known| rank(found) < rank(known)) {
            telling = Some(found);
        }
    }
    match telling {
        Some(code) => code,
        None if has_i && !is_russian && !has_hard_sign => "uk",
        None if has_hard_sign && !is_russian => "bg",
        None => "ru",
    }
}

fn arabic(text: &str) -> &'static str {
    match () {
        () if text.contains(['ټ', 'ډ', 'ړ', 'ښ', 'ځ', 'څ', 'ۍ']) => "ps",
        () if text.contains(['ٹ', 'ڈ', 'ڑ', 'ے', 'ں', 'ہ', 'ھ']) => "ur",
        // Uyghur, Kurdish and Sindhi write vowels that Persian does not.
        () if text.contains(['ۇ', 'ې', 'ێ', 'ۆ', 'ڵ', 'ڪ', 'ڻ']) => "und",
        () if text.contains(['پ', 'چ', 'ژ', 'گ', 'ک', 'ی']) => "fa",
        () => "ar",
    }
}

fn devanagari(text: &str) -> &'static str {
    let has = |words: &[&str]| {
        text.split(|c: char| c.is_whitespace() || matches!(c, '।' | ',' | '.' | '?' | '!'))
            .any(|word| words.contains(&word))
    };
    match () {
        () if text.contains('ळ') || has(&["आहे", "आणि", "नाही", "आहेत", "माझा", "माझी"]) => {
            "mr"
        }
        () if has(&["छ", "छन्", "हुन्छ", "गर्न", "तपाईं", "मेरो", "पनि", "भयो"]) => {
            "ne"
        }
        () => "hi",
    }
}
