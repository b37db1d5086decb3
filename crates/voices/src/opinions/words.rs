//! How a vote is written in the cell of a table.

use super::votes::Vote;

/// No word of ours is longer; what is, is not looked at.
const LONGEST: usize = 40;

/// What a cell says, whatever its case and the space around it; `None` where it is empty or says something else. An
/// empty cell is a statement that was not seen, which is not a pass.
///
/// Numbers are read as Polis exports them: `1` agrees, `-1` disagrees, `0` passes; also with a sign or decimals, as
/// tables write them. Words are read in some thirty languages: those of agreeing and disagreeing, the plain yes and no,
/// and what people say to pass. No word stands for two votes. A lone `-`, `+`, `?` or `x` is none of them: tables use
/// those for anything.
///
/// ```
/// use tertulia_voices::opinions::votes::{Vote, read_vote};
/// assert_eq!(read_vote(" Agree "), Some(Vote::Agree));
/// assert_eq!(read_vote("dagegen"), Some(Vote::Disagree));
/// assert_eq!(read_vote("0.0"), Some(Vote::Pass));
/// assert_eq!(read_vote(""), None);
/// ```
pub fn read_vote(cell: &str) -> Option<Vote> {
    let cell = cell.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\u{feff}'));
    if cell.is_empty() || cell.chars().take(LONGEST + 1).count() > LONGEST {
        return None;
    }
    number(cell).or_else(|| word(cell))
}

/// `1`, `+1`, `-1.0`, `−1` (a true minus sign), `0`, `0,00`.
fn number(cell: &str) -> Option<Vote> {
    let unsigned = cell.trim_start_matches(['+', '-', '−', '–']);
    let sign = &cell[..cell.len() - unsigned.len()];
    let (whole, decimals) = unsigned.split_once(['.', ',']).unwrap_or((unsigned, ""));
    if sign.chars().count() > 1 || !decimals.chars().all(|digit| digit == '0') {
        return None;
    }
    match (whole, sign) {
        ("0", _) => Some(Vote::Pass),
        ("1", "" | "+") => Some(Vote::Agree),
        ("1", _) => Some(Vote::Disagree),
        _ => None,
    }
}

fn word(cell: &str) -> Option<Vote> {
    let plain: String = cell
        .chars()
        .flat_map(char::to_lowercase)
        // A dotted capital I becomes two signs, and apostrophes and hyphens are typed in many ways.
        .filter(|letter| !matches!(letter, '\u{307}' | '\u{fe0f}' | '!' | '.'))
        .map(|letter| match letter {
            '’' | 'ʼ' | '`' | '´' => '\'',
            '_' | '-' | '\u{a0}' => ' ',
            other => other,
        })
        .collect();
    let has = |words: &[&str]| words.contains(&plain.as_str());
    if has(AGREE) {
        Some(Vote::Agree)
    } else if has(DISAGREE) {
        Some(Vote::Disagree)
    } else if has(PASS) {
        Some(Vote::Pass)
    } else {
        None
    }
}

#[rustfmt::skip]
const AGREE: &[&str] = &[
    // English
    "agree", "agreed", "agrees", "strongly agree", "yes", "yea", "aye", "for", "in favour", "in favor", "support",
    "upvote", "pro", "👍",
    // German, Dutch
    "stimme zu", "zustimmung", "zustimmen", "einverstanden", "ja", "dafür", "dafuer", "eens", "mee eens", "akkoord",
    "voor",
    // French, Spanish, Catalan, Portuguese, Italian, Romanian
    "d'accord", "pour", "oui", "de acuerdo", "a favor", "sí", "si", "d'acord", "concordo", "de acordo", "sim",
    "d'accordo",
    "favorevole", "sì", "de acord", "sunt de acord", "da", "pentru",
    // Danish, Norwegian, Swedish, Finnish
    "enig", "håller med", "instämmer", "för", "samaa mieltä", "kyllä", "puolesta",
    // Polish, Czech, Slovak, Hungarian, Croatian
    "zgadzam się", "za", "tak", "souhlasím", "souhlas", "ano", "súhlasím", "áno", "egyetértek", "igen", "slažem se",
    // Ukrainian, Russian, Greek, Turkish
    "згоден", "згодна", "за", "так", "согласен", "согласна", "да", "συμφωνώ", "ναι", "katılıyorum", "katiliyorum",
    "evet",
    // Arabic, Hebrew, Persian, Hindi
    "موافق", "أوافق", "نعم", "מסכים", "מסכימה", "כן", "בעד", "موافقم", "بله", "सहमत", "हाँ", "हां",
    // Chinese, Japanese, Korean, Vietnamese, Indonesian, Swahili
    "同意", "赞成", "贊成", "是", "賛成", "はい", "동의", "찬성", "예", "네", "đồng ý", "setuju", "ya", "nakubali", "ndiyo",
];

#[rustfmt::skip]
const DISAGREE: &[&str] = &[
    "disagree", "disagreed", "disagrees", "strongly disagree", "no", "nay", "against", "oppose", "downvote", "contra",
    "👎",
    "stimme nicht zu", "lehne ab", "ablehnung", "ablehnen", "nicht einverstanden", "nein", "dagegen", "oneens",
    "mee oneens",
    "niet mee eens", "niet akkoord", "nee", "tegen",
    "pas d'accord", "contre", "non", "en desacuerdo", "desacuerdo", "en contra", "no de acuerdo", "en desacord",
    "discordo",
    "não concordo", "não", "nao", "in disaccordo", "non d'accordo", "contrario", "contrária", "contrário", "contraria",
    "nu sunt de acord", "dezacord", "nu", "împotrivă",
    "uenig", "nej", "nei", "imod", "mot", "håller inte med", "instämmer inte", "emot", "eri mieltä", "ei", "vastaan",
    "nie zgadzam się", "przeciw", "nie", "nesouhlasím", "nesouhlas", "proti", "ne", "nesúhlasím", "nem értek egyet",
    "nem",
    "ne slažem se",
    "не згоден", "не згодна", "проти", "ні", "не согласен", "не согласна", "против", "нет", "διαφωνώ", "όχι",
    "katılmıyorum", "katilmiyorum", "hayır",
    "غير موافق", "لا أوافق", "لا", "לא מסכים", "לא מסכימה", "לא", "נגד", "مخالف", "مخالفم", "نه", "असहमत", "नहीं",
    "不同意", "反对", "反對", "否", "反対", "いいえ", "동의하지 않음", "반대", "아니요", "아니오", "không đồng ý", "tidak setuju", "tidak",
    "nakataa",
    "hapana",
];

#[rustfmt::skip]
const PASS: &[&str] = &[
    "pass", "passed", "skip", "skipped", "unsure", "not sure", "neutral", "undecided", "abstain", "abstained",
    "abstention",
    "don't know", "dont know", "neither", "neither agree nor disagree", "pass / unsure", "pass/unsure", "🤷",
    "unsicher", "weiß nicht", "weiss nicht", "enthaltung", "enthalte mich", "unentschieden", "egal", "weet niet",
    "neutraal", "onthouding",
    "passer", "je passe", "ne sait pas", "je ne sais pas", "sans avis", "abstention", "neutre", "paso", "no sé",
    "no se", "no sabe",
    "abstención", "neutro", "passar", "passo", "não sei", "nao sei", "abstenção", "non so", "astenuto", "astenuta",
    "neutrale", "nu știu", "abținere",
    "ved ikke", "vet ikke", "hverken eller", "vet inte", "avstår", "en osaa sanoa", "en tiedä",
    "nie wiem", "wstrzymuję się", "nevím", "zdržuji se", "neviem", "nem tudom", "tartózkodom", "ne znam", "suzdržan",
    "не знаю", "утримуюсь", "пропустити", "воздерживаюсь", "пропустить", "δεν ξέρω", "δεν γνωρίζω", "bilmiyorum",
    "kararsızım", "çekimser",
    "محايد", "لا أعرف", "لا أدري", "נמנע", "לא יודע", "לא יודעת", "نمی‌دانم", "نمیدانم", "ممتنع", "पता नहीं", "तटस्थ",
    "略过", "略過", "跳过", "不确定", "不確定", "弃权", "棄權", "中立", "パス", "わからない", "分からない", "どちらでもない", "모름", "모르겠음", "기권", "중립",
    "không biết", "bỏ qua", "lewati", "tidak tahu", "netral", "sijui",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_tables_write_them() {
        for (cell, vote) in [
            ("1", Vote::Agree),
            ("+1", Vote::Agree),
            ("1.0", Vote::Agree),
            ("1,00", Vote::Agree),
            ("-1", Vote::Disagree),
            ("−1", Vote::Disagree),
            ("-1.0", Vote::Disagree),
            ("0", Vote::Pass),
            ("-0", Vote::Pass),
            ("\u{feff}0.0 ", Vote::Pass),
        ] {
            assert_eq!(read_vote(cell), Some(vote), "{cell:?}");
        }
    }

    #[test]
    fn words_are_read_whatever_their_case_and_language() {
        for (cell, vote) in [
            ("AGREE", Vote::Agree),
            ("stimme zu", Vote::Agree),
            ("D’accord", Vote::Agree),
            ("KATILMIYORUM", Vote::Disagree),
            ("Sí", Vote::Agree),
            ("同意", Vote::Agree),
            ("Strongly_Disagree", Vote::Disagree),
            ("pas d'accord", Vote::Disagree),
            ("нет", Vote::Disagree),
            ("पता नहीं", Vote::Pass),
            ("weiß nicht", Vote::Pass),
        ] {
            assert_eq!(read_vote(cell), Some(vote), "{cell:?}");
        }
    }

    #[test]
    fn what_says_nothing_is_not_a_pass() {
        for cell in [
            "",
            "  ",
            "\"\"",
            "2",
            "-",
            "+",
            "--1",
            "1.5",
            "11",
            "n/a",
            "NULL",
            "?",
            "x",
            "agree disagree",
            "0x1",
            "1e0",
        ] {
            assert_eq!(read_vote(cell), None, "{cell:?}");
        }
        assert_eq!(read_vote(&"agree ".repeat(100_000)), None);
    }

    #[test]
    fn no_word_means_two_things() {
        let lists = [AGREE, DISAGREE, PASS];
        for (number, list) in lists.iter().enumerate() {
            for word in *list {
                let others = lists.iter().enumerate().filter(|(other, _)| *other != number);
                assert!(others.flat_map(|(_, list)| list.iter()).all(|other| other != word), "{word} is in two lists");
                assert!(read_vote(word).is_some(), "{word} is never found: it is not written as it is looked up");
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_cell_is_read_or_not(cell in ".{0,60}") {
            let _ = read_vote(&cell);
        }

        #[test]
        fn space_and_case_mean_nothing(word in prop::sample::select(AGREE), space in "[ \t]{0,3}") {
            prop_assert_eq!(read_vote(&format!("{space}{}{space}", word.to_lowercase())), Some(Vote::Agree));
        }
    }
}
