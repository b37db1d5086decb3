//! Whom a note names: `@` and a member's name, as it is written here, whatever the case of its letters. Of two names that both
//! fit the longer is meant; of two members who are called the same, both.

use std::ops::Range;
use tertulia_model::UserId;
use tertulia_store::users::Named;

/// A part of a note, and whether it names a member.
pub type Piece = (String, bool);

/// Letters as they are compared. No folding beyond that: a name is chosen from a list or written as it stands there.
fn same(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

/// Whether words of its script stand next to each other without spaces, or take endings: `田中さん`, `민수님`.
fn is_unspaced(c: char) -> bool {
    // Thai and Lao; Hangul; Hiragana and Katakana; Han.
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7ff}' | '\u{3041}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// How many bytes of `text` are this name; nothing where it goes on as another word.
fn begins_with(text: &str, name: &str) -> Option<usize> {
    let mut rest = text.char_indices();
    let name = name.trim();
    for letter in name.chars() {
        let (_, found) = rest.next()?;
        if !same(found, letter) {
            return None;
        }
    }
    let next = rest.next();
    if next.is_some_and(|(_, c)| c.is_alphanumeric()) && !name.chars().next_back().is_some_and(is_unspaced) {
        return None;
    }
    Some(next.map_or(text.len(), |(at, _)| at))
}

/// Where members are named, and who.
fn places(text: &str, members: &[Named]) -> Vec<(Range<usize>, Vec<UserId>)> {
    let (mut found, mut before, mut end) = (Vec::new(), None::<char>, 0);
    let can: Vec<&Named> = members.iter().filter(|m| m.disabled_at.is_none() && !m.name.trim().is_empty()).collect();
    for (at, c) in text.char_indices() {
        // An address is no name.
        let begins = c == '@' && at >= end && !before.is_some_and(char::is_alphanumeric);
        before = Some(c);
        if !begins {
            continue;
        }
        let rest = &text[at + 1..];
        let fits: Vec<(usize, UserId)> =
            can.iter().filter_map(|member| Some((begins_with(rest, &member.name)?, member.id))).collect();
        if let Some(longest) = fits.iter().map(|(length, _)| *length).max() {
            end = at + 1 + longest;
            let who = fits.iter().filter(|(length, _)| *length == longest).map(|(_, id)| *id).collect();
            found.push((at..end, who));
        }
    }
    found
}

/// The members whom a text names.
pub(super) fn named(text: &str, members: &[Named]) -> impl Iterator<Item = UserId> {
    places(text, members).into_iter().flat_map(|(_, who)| who)
}

/// A text, cut where it names members.
pub fn pieces(text: &str, members: &[Named]) -> Vec<Piece> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    for (range, _) in places(text, members) {
        if range.start > at {
            pieces.push((text[at..range.start].to_owned(), false));
        }
        at = range.end;
        pieces.push((text[range].to_owned(), true));
    }
    if at < text.len() {
        pieces.push((text[at..].to_owned(), false));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_model::Role;

    fn members() -> Vec<Named> {
        let names = ["Ana", "Ana María", "نور الهدى", "Ümit", "Bo", "Bo", "", "Left", "田中", "田中 さくら", "민수"];
        let member = |(n, name): (usize, &&str)| Named {
            id: UserId(n as i64 + 1),
            name: (*name).to_owned(),
            role: Role::Agent,
            disabled_at: (*name == "Left").then_some(1),
        };
        names.iter().enumerate().map(member).collect()
    }

    fn who(text: &str) -> Vec<i64> {
        named(text, &members()).map(|id| id.0).collect()
    }

    #[test]
    fn the_longer_name_is_meant_and_who_is_called_the_same_is_both() {
        assert_eq!(who("@Ana look"), [1]);
        assert_eq!(who("please @ana maría, look"), [2]);
        assert_eq!(who("(@Ana María)"), [2]);
        assert_eq!(who("@Bo"), [5, 6]);
        assert_eq!(who("@Ana @Bo, @Ümit: @ümit!"), [1, 5, 6, 4, 4]);
    }

    #[test]
    fn names_that_run_from_the_right_are_named_too() {
        assert_eq!(who("اسأل @نور الهدى غدا"), [3]);
    }

    #[test]
    fn a_name_of_a_script_without_spaces_ends_where_it_ends() {
        assert_eq!(who("@田中さん、お願いします"), [9]);
        assert_eq!(who("@田中 さくらさん"), [10]);
        assert_eq!(who("@민수님 확인해 주세요"), [11]);
    }

    #[test]
    fn an_address_a_longer_word_nobody_and_who_has_left_are_no_names() {
        for text in ["mail bo@Bo.example", "@Anabel", "@", "@@", "@ Ana", "@Left", "@María", ""] {
            assert_eq!(who(text), Vec::<i64>::new(), "{text}");
        }
        assert_eq!(who("@@Bo"), [5, 6], "a slip of the finger");
    }

    #[test]
    fn pieces_are_the_text_whatever_it_is() {
        for text in ["@Ana, <b>@Bo</b> and\n@نور الهدى.", "no name", "", "@Bo@Ana", "ends with @", "🙂@Bo🙂"]
        {
            let whole: String = pieces(text, &members()).into_iter().map(|(piece, _)| piece).collect();
            assert_eq!(whole, text);
        }
        let marked: Vec<String> =
            pieces("@Ana, ask @Bo.", &members()).into_iter().filter(|(_, is)| *is).map(|(piece, _)| piece).collect();
        assert_eq!(marked, ["@Ana", "@Bo"]);
    }
}
