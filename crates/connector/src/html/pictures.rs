//! Whether HTML shows a picture.

use super::{Tag, Token, tokens};
use tertulia_model::Shows;

/// What stands in a piece of HTML besides its words.
pub fn shown_in(html: &str) -> Shows {
    let has_image = html.as_bytes().windows(4).any(|tag| tag.eq_ignore_ascii_case(b"<img"))
        && tokens(html).any(|token| matches!(token, Token::Open(tag) if is_picture(&tag)));
    if has_image { Shows::IMAGE } else { Shows::default() }
}

/// Whether somebody means the tag to be seen as a picture: it is no smiley, no face beside a name, and not so small that
/// it only counts its readers.
fn is_picture(tag: &Tag) -> bool {
    // Pages that load their pictures late keep the address elsewhere.
    let leads_somewhere =
        ["src", "srcset", "data-src"].iter().any(|name| tag.attribute(name).is_some_and(|to| !to.trim().is_empty()));
    let small = |side: &str| {
        let size = tag.attribute(side).map(str::trim).unwrap_or_default();
        let digits = size.find(|c: char| !c.is_ascii_digit()).unwrap_or(size.len());
        // "100%" is no number of pixels.
        !size.ends_with('%') && size[..digits].parse::<u32>().is_ok_and(|pixels| pixels <= 2)
    };
    let is_sign = ["emoji", "emoticon", "wp-smiley", "avatar"].iter().any(|class| tag.lists("class", class));
    tag.name == "img" && leads_somewhere && !is_sign && !small("width") && !small("height")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_told_from_smileys_faces_and_what_counts_readers() {
        for html in [
            "<p>x<IMG SRC=a.png></p>",
            "<img alt='a > b' srcset='a.png 2x'/>",
            "<img data-src='a.png' width='100%' height=300>",
            "<img src=a.png class='large emojis'>",
        ] {
            assert_eq!(shown_in(html), Shows::IMAGE, "{html}");
        }
        for html in [
            "",
            "<image src=a.png>",
            "<img>",
            "<img src=' '>",
            "<!-- <img src=a.png> -->",
            "&lt;img src=a.png&gt;",
            "<a title='<img src=a.png>'>x</a>",
            "<img src=a.png width=1 height=1>",
            "<img src=a.png height='0px'>",
            "<img src=a.png class='wp-smiley'><img src=b.png class='x AVATAR'>",
        ] {
            assert_eq!(shown_in(html), Shows::default(), "{html}");
        }
    }
}
