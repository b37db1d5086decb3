//! The lines by which mail programs introduce what is not the author's own, in the languages met most.

use super::lines::Line;

/// Longer lines are prose.
const MOST_MARKER_BYTES: usize = 400;
/// How many lines an attribution may be wrapped over.
const MOST_WRAPPED: usize = 4;

/// Words that begin an attribution, before a date or a name.
const OPENERS: &[&str] = &[
    "on ",
    "el ",
    "am ",
    "le ",
    "em ",
    "il ",
    "op ",
    "den ",
    "in data ",
    "a ",
    "la ",
    "lo ",
    "at ",
    "quoting ",
    "zitat von ",
    "citando a ",
    "citando ",
    "in a message dated ",
];
/// Verbs that end one ("On … Jo wrote:") or stand inside ("Am … schrieb Jo:").
const VERBS: &[&str] = &[
    "wrote",
    "writes",
    "escribió",
    // Archives that lost their charset.
    "escribi?",
    "a ?crit",
    "escribio",
    "escribe",
    "ha escrito",
    "schrieb",
    "schreibt",
    "geschrieben",
    "a écrit",
    "a ecrit",
    "écrivait",
    "escreveu",
    "ha scritto",
    "scrive",
    "schreef",
    "heeft geschreven",
    "skrev",
    "het volgende geschreven",
];
/// Openers that are an attribution by themselves, without a verb.
const QUOTING: &[&str] = &["quoting ", "zitat von ", "citando a ", "citando "];

fn lower(text: &str) -> Option<String> {
    (text.len() <= MOST_MARKER_BYTES)
        .then(|| if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() })
}

/// How many lines from `at` on say who wrote what follows: "On 3 May 2024, Jo <jo@example.org> wrote:".
pub(super) fn attribution(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let first = lines[at].text;
    if first.len() > MOST_MARKER_BYTES {
        return None;
    }
    let opens = starts_with_any(first, OPENERS);
    if first.ends_with([':', '：']) {
        return is_attribution(&lower(first)?, opens, quote_follows(lines, at)).then_some(1);
    }
    if !opens && !first.contains('@') && !first.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let length = wrapped_length(lines, at)?;
    let mut joined = lower(first)?;
    for line in &lines[at + 1..at + length] {
        joined.push(' ');
        joined.push_str(&lower(line.text)?);
    }
    is_attribution(&joined, opens, quote_follows(lines, at + length - 1)).then_some(length)
}

/// How many lines it takes until one ends in a colon, if few.
fn wrapped_length(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let mut bytes = lines[at].text.len();
    for length in 2..=MOST_WRAPPED {
        let line = lines.get(at + length - 1)?;
        bytes += line.text.len();
        if line.is_blank() || line.is_quote() || bytes > MOST_MARKER_BYTES || line.text.ends_with(['.', '!', '?']) {
            return None;
        }
        if line.text.ends_with(':') {
            return Some(length);
        }
    }
    None
}

fn quote_follows(lines: &[Line<'_>], at: usize) -> bool {
    lines[at].next_full.is_some_and(|next| lines[next].is_quote())
}

fn is_attribution(joined: &str, opens: bool, quote_follows: bool) -> bool {
    let says = VERBS.iter().any(|verb| contains_word(joined, verb));
    if quote_follows {
        // "2024/5/3 Jo <jo@example.org>:", "Quoting Jo <jo@example.org>:"
        let names_address = joined.contains('@') && joined.ends_with(':');
        return says
            || contains_word(joined, "said")
            || names_address
            || QUOTING.iter().any(|opener| joined.starts_with(opener));
    }
    let dated_address = joined.starts_with(|c: char| c.is_ascii_digit()) && joined.contains('@');
    (opens || dated_address) && says
}

/// Whether an attribution is certain enough to take all that follows for a quote though no line of it is marked: it
/// names a day or an hour, and the person or the address.
pub(super) fn is_strong(lines: &[Line<'_>], at: usize, length: usize) -> bool {
    let digits: usize =
        lines[at..at + length].iter().map(|line| line.text.bytes().filter(u8::is_ascii_digit).count()).sum();
    digits >= 3 && starts_with_any(lines[at].text, OPENERS)
        || lines[at..at + length].iter().any(|line| line.text.contains('@'))
}

fn starts_with_any(text: &str, openers: &[&str]) -> bool {
    openers.iter().any(|opener| text.get(..opener.len()).is_some_and(|start| start.eq_ignore_ascii_case(opener)))
}

fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// What mail programs print between dashes, or alone on a line, above an original.
const ORIGINALS: &[&str] = &[
    "original message",
    "original email",
    "original e-mail",
    "original appointment",
    "forwarded message",
    "begin forwarded message:",
    "mensaje original",
    "mensaje reenviado",
    "forwarded by",
    "inicio del mensaje reenviado:",
    "ursprüngliche nachricht",
    "urspruengliche nachricht",
    "originalnachricht",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht:",
    "message d'origine",
    "message original",
    "message transféré",
    "début du message réexpédié :",
    "mensagem original",
    "mensagem encaminhada",
    "messaggio originale",
    "messaggio inoltrato",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "ursprungligt meddelande",
    "reply message",
    "reply to message",
];

/// Whether the rest from `at` on is another message, taken over whole.
pub(super) fn original_begins(lines: &[Line<'_>], at: usize) -> bool {
    let text = lines[at].text;
    if text.len() > 120 {
        return false;
    }
    is_titled_rule(text)
        || header_block(lines, at)
        || is_bare_rule(text) && lines[at].next_full.is_some_and(|next| header_block(lines, next))
}

/// "-----Original Message-----", "---------- Forwarded message ---------", "Begin forwarded message:"
fn is_titled_rule(text: &str) -> bool {
    const RULE: [char; 6] = ['-', '_', '=', '*', '\u{2013}', '\u{2014}'];
    if !text.starts_with(RULE) && !text.ends_with(':') {
        return false;
    }
    let inner = text.trim_matches(|c| RULE.contains(&c) || c == ' ');
    let dashed = text.starts_with(RULE) && inner.len() + 4 <= text.len();
    let (Some(inner), false) = (lower(inner), inner.is_empty()) else { return false };
    ORIGINALS
        .iter()
        .any(|title| if title.ends_with(':') { inner == *title } else { dashed && inner.starts_with(title) })
}

/// The line of underscores that Outlook puts above its header block.
fn is_bare_rule(text: &str) -> bool {
    text.len() >= 10 && (text.bytes().all(|b| b == b'_') || text.bytes().all(|b| b == b'-'))
}

const FROM: &[&str] = &["from", "de", "von", "da", "van", "från", "fra"];
const OTHER_HEADERS: &[&str] = &[
    "sent",
    "date",
    "to",
    "subject",
    "cc",
    "reply-to",
    "enviado",
    "enviado el",
    "fecha",
    "para",
    "asunto",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "envoyé",
    "à",
    "objet",
    "data",
    "enviada em",
    "enviado em",
    "assunto",
    "inviato",
    "a",
    "oggetto",
    "verzonden",
    "aan",
    "onderwerp",
    "skickat",
    "till",
    "ämne",
];
/// A block's lines may be wrapped by long lists of addresses.
const MOST_BLOCK_LINES: usize = 8;

/// From:, Sent:, To:, Subject: as Outlook writes them; at least three of them, the sender among the first two.
fn header_block(lines: &[Line<'_>], at: usize) -> bool {
    let mut found = 0;
    let mut has_from = false;
    for (number, line) in lines[at..].iter().take(MOST_BLOCK_LINES).enumerate() {
        let name = header_name(line.text);
        let is_from = name.as_deref().is_some_and(|name| FROM.contains(&name));
        if is_from || name.as_deref().is_some_and(|name| OTHER_HEADERS.contains(&name)) {
            found += 1;
            has_from |= is_from && number < 2;
        } else if number == 0 || line.is_blank() {
            break;
        }
    }
    has_from && found >= 3
}

/// What stands before the colon, lower-cased; bold in mail that was HTML ("*From:* Jo") is looked through.
fn header_name(text: &str) -> Option<String> {
    let text = text.trim_start_matches('*');
    let colon = text.bytes().take(16).position(|byte| byte == b':')?;
    Some(text[..colon].trim_end_matches([' ', '\u{a0}', '*']).to_lowercase())
}

/// How many full lines may follow a "--" that lost its space, for it to begin a signature.
const MOST_UNSURE_SIGNATURE: usize = 12;

/// "-- " (RFC 3676, section 4.3), or what a telephone adds.
pub(super) fn signature_begins(lines: &[Line<'_>], at: usize) -> bool {
    let line = &lines[at];
    match line.text {
        "--" => line.end - line.start == 3 || few_lines_follow(lines, at, MOST_UNSURE_SIGNATURE),
        "[[alternative HTML version deleted]]" => few_lines_follow(lines, at, MOST_UNSURE_SIGNATURE),
        text => is_phone_signature(text) && few_lines_follow(lines, at, 1),
    }
}

/// Whether at most `most` full lines stand between `at` and a quote, an original or the end.
fn few_lines_follow(lines: &[Line<'_>], at: usize, most: usize) -> bool {
    let mut next = lines[at].next_full;
    for _ in 0..=most {
        let Some(number) = next else { return true };
        if lines[number].is_quote()
            || attribution(lines, number).is_some()
            || original_begins(lines, number)
            || footer_begins(lines, number)
            || lines[number].text == "--"
        {
            return true;
        }
        next = lines[number].next_full;
    }
    false
}

const PHONE_STARTS: &[&str] = &[
    "sent from my ",
    "sent from outlook",
    "sent from mail for",
    "sent from yahoo",
    "sent via ",
    "sent on the go",
    "sent with proton",
    "get outlook for ",
    "enviado desde mi ",
    "enviado desde ",
    "enviado con ",
    "obtener outlook para ",
    "descarga outlook",
    "gesendet von outlook",
    "gesendet mit ",
    "von meinem ",
    "gesendet von ",
    "diese nachricht wurde von mein",
    "holen sie sich outlook",
    "outlook für ",
    "envoyé de mon ",
    "envoyé depuis ",
    "télécharger outlook",
    "enviado do meu ",
    "enviado via ",
    "obter o outlook",
    "inviato da ",
    "inviato dal ",
    "verzonden vanaf ",
    "verstuurd vanaf ",
    "skickat från ",
];

pub(crate) fn is_phone_signature(text: &str) -> bool {
    let Some(lowered) = (text.len() <= 100).then(|| lower(text)).flatten() else { return false };
    let Some(start) = PHONE_STARTS.iter().find(|start| lowered.starts_with(*start)) else { return false };
    // "Von meinem …" begins many a sentence; "Von meinem iPhone gesendet" ends in what a telephone says.
    *start != "von meinem " || lowered.trim_end_matches('.').ends_with("gesendet")
}

const LIST_WORDS: &[&str] = &[
    "mailing list",
    "mailman",
    "listinfo",
    "unsubscribe",
    "lista de correo",
    "darse de baja",
    "mailingliste",
    "abbestellen",
    "abmelden",
    "abbestell",
];

/// The footer of a mailing list: a rule of underscores (or dashes) and, right below, where the list is.
pub(super) fn footer_begins(lines: &[Line<'_>], at: usize) -> bool {
    let text = lines[at].text;
    let is_rule = text.len() >= 20 && (text.bytes().all(|b| b == b'_') || text.bytes().all(|b| b == b'-' || b == b'='));
    is_rule
        && lines[at + 1..]
            .iter()
            .take(5)
            .filter_map(|line| lower(line.text))
            .any(|line| LIST_WORDS.iter().any(|word| line.contains(word)) || is_list_address(&line))
}

/// "R-help@example.org list" is how Mailman writes it: an address alone, or one followed by the word.
fn is_list_address(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_address = words.next().is_some_and(|word| word.contains('@'));
    is_address && words.next().is_none_or(|word| word == "mailing" || word == "list")
}
