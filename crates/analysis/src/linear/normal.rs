//! Short texts as a classifier reads them: lower case, links and names folded, what is drawn out shortened.

use std::sync::LazyLock;

/// What a piece of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word,
    Number,
    /// One mark, or a run of one.
    Mark,
    /// A symbol that is no ASCII: mostly an emoji.
    Symbol,
    /// `@name`.
    Name,
    Link,
}

/// A piece of the text; its characters are `start..end` of [`Normal::chars`].
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    pub start: u32,
    pub end: u32,
    pub kind: Kind,
    /// All capitals, two or more.
    pub is_loud: bool,
    /// A letter stood three times or more in a row.
    pub is_drawn_out: bool,
}

/// What stands for a link, a name, a link to a video and a digit.
const LINK: u32 = 0xE000;
const NAME: u32 = 0xE001;
const VIDEO: u32 = 0xE002;
const DIGIT: u32 = b'0' as u32;
/// Top-level domains that are often written without `http`.
const DOMAINS: [&str; 12] = ["com", "net", "org", "info", "biz", "tv", "io", "co", "ly", "me", "be", "uk"];
/// `http` or `www.`
const LINK_HEAD: usize = 4;
/// Hosts of videos: whoever links there, below a video, stays where he is.
const VIDEOS: [&str; 2] = ["youtu.be/", "youtube.com/"];
/// The most bytes of a tag.
const MOST_TAG: usize = 300;
/// The most bytes of a character entity, `&hearts;`, from the ampersand to the semicolon.
const MOST_ENTITY: usize = 10;

/// A text made ready; the room is used again for the next one.
#[derive(Debug, Default)]
pub struct Normal {
    /// Characters; a space stands before, between and behind the pieces.
    pub chars: Vec<u32>,
    pub pieces: Vec<Piece>,
    /// Letters, and how many of them are capitals.
    pub letters: u32,
    pub capitals: u32,
}

impl Normal {
    /// Reads the first `most` bytes of the text; of a link no more than that it is one, unless it is opened. Where links are
    /// opened, those to a video are told apart, and tags of HTML are passed over.
    pub fn read(&mut self, text: &str, most: usize, opens_links: bool) {
        self.chars.clear();
        self.pieces.clear();
        (self.letters, self.capitals) = (0, 0);
        self.chars.push(u32::from(b' '));
        let text = &text[..crate::tokens::floor_boundary(text, most)];
        let mut rest = Reader { bytes: text.as_bytes(), text, at: 0 };
        while let Some((c, length)) = rest.peek() {
            if c.is_whitespace() || is_unseen(c) {
                rest.at += length;
            } else if let Some(length) = opens_links.then(|| tag(rest.left())).flatten() {
                rest.at += length;
            } else if let Some(length) = link(rest.left()) {
                let is_video = opens_links && is_video(&rest.left()[..length]);
                rest.at += if opens_links && !is_video { LINK_HEAD } else { length };
                self.single(if is_video { VIDEO } else { LINK }, Kind::Link);
            } else if c == '@' && rest.second().is_some_and(is_of_word) {
                rest.at += length;
                self.name(&mut rest);
            } else if is_of_word(c) {
                self.word(&mut rest);
            } else {
                self.mark(&mut rest, c, length);
            }
        }
    }

    pub fn of(&self, piece: &Piece) -> &[u32] {
        &self.chars[piece.start as usize..piece.end as usize]
    }

    fn single(&mut self, c: u32, kind: Kind) {
        self.chars.push(c);
        self.close(self.chars.len() - 1, kind, false, false);
    }

    fn close(&mut self, start: usize, kind: Kind, is_loud: bool, is_drawn_out: bool) {
        self.pieces.push(Piece { start: start as u32, end: self.chars.len() as u32, kind, is_loud, is_drawn_out });
        self.chars.push(u32::from(b' '));
    }

    fn name(&mut self, rest: &mut Reader<'_>) {
        while let Some((c, length)) = rest.peek().filter(|(c, _)| is_of_word(*c) || *c == '_') {
            debug_assert!(c != ' ');
            rest.at += length;
        }
        self.single(NAME, Kind::Name);
    }

    fn word(&mut self, rest: &mut Reader<'_>) {
        let start = self.chars.len();
        let (mut run, mut letters, mut capitals, mut digits) = (0, 0, 0, 0);
        let (mut last, mut is_drawn_out) = (0, false);
        while let Some((c, length)) = rest.peek() {
            let is_inner_mark = matches!(c, '\'' | '’') && rest.second().is_some_and(is_of_word);
            if !is_of_word(c) && !is_inner_mark {
                break;
            }
            rest.at += length;
            let folded = match fold(c) {
                0 => continue,
                folded => folded,
            };
            run = if folded == last { run + 1 } else { 1 };
            last = folded;
            if folded == DIGIT {
                digits += 1;
            } else {
                letters += 1;
                capitals += u32::from(is_capital(c));
                if run > 2 {
                    is_drawn_out = true;
                    continue;
                }
            }
            self.chars.push(folded);
        }
        if self.chars.len() == start {
            return;
        }
        self.letters += letters;
        self.capitals += capitals;
        let kind = if digits > 0 && letters == 0 { Kind::Number } else { Kind::Word };
        self.close(start, kind, letters > 1 && capitals == letters, is_drawn_out);
        if is_domain(rest.left()) {
            self.single(LINK, Kind::Link);
        }
    }

    fn mark(&mut self, rest: &mut Reader<'_>, c: char, length: usize) {
        let start = self.chars.len();
        let mut times = 0;
        rest.at += length;
        self.chars.push(u32::from(plain_mark(c)));
        while let Some((next, length)) = rest.peek().filter(|(next, _)| *next == c) {
            debug_assert!(next == c);
            rest.at += length;
            times += 1;
            if times < 3 {
                self.chars.push(u32::from(plain_mark(c)));
            }
        }
        self.close(start, if c.is_ascii() { Kind::Mark } else { Kind::Symbol }, false, times > 1);
    }
}

/// Reads characters, with what other programs wrote in place of them made good: `&amp;`, `&#39;`, `\u2019`.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn left(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    #[inline]
    fn peek(&self) -> Option<(char, usize)> {
        self.char_at(self.at)
    }

    /// The character behind the next one.
    fn second(&self) -> Option<char> {
        let (_, length) = self.peek()?;
        self.char_at(self.at + length).map(|(c, _)| c)
    }

    #[inline]
    fn char_at(&self, at: usize) -> Option<(char, usize)> {
        let first = *self.bytes.get(at)?;
        match first {
            b'&' => Some(entity(&self.bytes[at..]).unwrap_or(('&', 1))),
            b'\\' => Some(escape(&self.bytes[at..]).unwrap_or(('\\', 1))),
            0..0x80 => Some((char::from(first), 1)),
            _ => self.text.get(at..)?.chars().next().map(|c| (c, c.len_utf8())),
        }
    }
}

/// A character reference of HTML (`&lt;`, `&#8217;`, `&#x27;`).
fn entity(bytes: &[u8]) -> Option<(char, usize)> {
    let end = bytes.iter().take(MOST_ENTITY).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&bytes[1..end]).ok()?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((c, end + 1))
}

/// `\u2019` and `\n`, which JSON leaves behind when it is read as plain text.
fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    match bytes.get(1)? {
        b'n' => Some((' ', 2)),
        b'u' => {
            let digits = std::str::from_utf8(bytes.get(2..6)?).ok()?;
            Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, 6))
        }
        _ => None,
    }
}

/// How many bytes of a link the text begins with.
fn link(bytes: &[u8]) -> Option<usize> {
    let is_link = match bytes.first()? {
        b'h' | b'H' => {
            let head = bytes.get(..4)?;
            head.eq_ignore_ascii_case(b"http")
                && (matches!(bytes.get(4), None | Some(b':' | b'/') | Some(b' ' | b'\n'))
                    || bytes.get(4..6).is_some_and(|next| next.eq_ignore_ascii_case(b"s:")))
        }
        b'w' | b'W' => bytes.get(..4)?.eq_ignore_ascii_case(b"www."),
        _ => false,
    };
    is_link.then(|| {
        bytes
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | b'>'))
            .unwrap_or(bytes.len())
    })
}

/// How many bytes of a tag of HTML the text begins with: `<br />`, `</a>`.
fn tag(bytes: &[u8]) -> Option<usize> {
    let is_tag = matches!(bytes, [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'/', ..]);
    is_tag.then(|| bytes.iter().take(MOST_TAG).position(|byte| *byte == b'>')).flatten().map(|end| end + 1)
}

/// Whether a link leads to a video.
fn is_video(link: &[u8]) -> bool {
    let begins = |bytes: &[u8], with: &str| {
        bytes.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    let mut host = link;
    for before in ["http://", "https://", "www.", "m."] {
        if begins(host, before) {
            host = &host[before.len()..];
        }
    }
    VIDEOS.iter().any(|video| begins(host, video))
}

/// Whether a word goes on as the name of a host does: ".com/offers".
fn is_domain(bytes: &[u8]) -> bool {
    let Some(b'.') = bytes.first() else { return false };
    let end = bytes[1..]
        .iter()
        .take(5)
        .position(|byte| !byte.is_ascii_alphanumeric())
        .map_or(bytes.len().min(6), |at| at + 1);
    DOMAINS.iter().any(|domain| bytes[1..end].eq_ignore_ascii_case(domain.as_bytes()))
}

/// Below this a character is looked up, since the tables of Unicode are slow.
const LOOKED_UP: u32 = 0x3100;

/// What a character beyond ASCII is to a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letter {
    folded: u32,
    is_of_word: bool,
    is_capital: bool,
}

static LETTERS: LazyLock<Vec<Letter>> =
    LazyLock::new(|| (0..LOOKED_UP).map(|code| letter_by_rules(char::from_u32(code).unwrap_or(' '))).collect());

#[inline]
fn letter(c: char) -> Letter {
    LETTERS.get(c as usize).copied().unwrap_or_else(|| letter_by_rules(c))
}

fn letter_by_rules(c: char) -> Letter {
    let is_of_word = match u32::from(c) {
        0..0x80 => c.is_ascii_alphanumeric(),
        // Vowel signs and accents of their own that no rule calls letters.
        0x300..0x370
        | 0x483..0x48A
        | 0x591..0x5C8
        | 0x610..0x61B
        | 0x640
        | 0x64B..0x660
        | 0x900..0xE50
        | 0x1B00..0x1C00 => true,
        _ => c.is_alphanumeric(),
    };
    Letter { folded: fold_by_rules(c), is_of_word, is_capital: c.is_uppercase() }
}

#[inline]
fn is_of_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { letter(c).is_of_word }
}

#[inline]
fn is_capital(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { letter(c).is_capital }
}

/// What is there and not seen: joiners, marks of direction, variants of an emoji.
fn is_unseen(c: char) -> bool {
    matches!(u32::from(c), 0..0x20 | 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0xFE00..=0xFE0F | 0xFEFF | 0x1F3FB..=0x1F3FF)
}

/// Lower case; digits are one; Arabic letters without their variants, vowel signs and stretching. Nought is nothing.
#[inline]
fn fold(c: char) -> u32 {
    match c {
        'a'..='z' => u32::from(c),
        'A'..='Z' => u32::from(c) + 32,
        '0'..='9' => DIGIT,
        '\0'..='\u{7F}' => u32::from(c),
        _ => letter(c).folded,
    }
}

fn fold_by_rules(c: char) -> u32 {
    match c {
        'a'..='z' => u32::from(c),
        'A'..='Z' => u32::from(c) + 32,
        '0'..='9' => DIGIT,
        '’' => u32::from('\''),
        'أ' | 'إ' | 'آ' | 'ٱ' => u32::from('ا'),
        'ى' | 'ی' => u32::from('ي'),
        'ة' => u32::from('ه'),
        'ـ' | '\u{64B}'..='\u{652}' => 0,
        c if u32::from(c) < 0x80 => u32::from(c),
        c if c.is_numeric() => DIGIT,
        c => c.to_lowercase().next().map_or(0, u32::from),
    }
}

fn plain_mark(c: char) -> char {
    match c {
        '“' | '”' | '„' | '«' | '»' => '"',
        '‘' | '’' | '´' | '`' => '\'',
        '…' => '.',
        '–' | '—' => '-',
        '！' => '!',
        '？' | '؟' => '?',
        other => other,
    }
}
