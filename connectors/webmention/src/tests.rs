//! The readers against bytes that nobody has thought of.

use crate::{mention::Said, xmlrpc};
use proptest::prelude::*;
use url::Url;

const TARGET: &str = "https://shop.example/grinder";

fn sound(text: &str, media_type: &str) {
    let at = Url::parse("https://kim.example/a").unwrap();
    if let Some(said) = Said::read(text, media_type, &at, TARGET) {
        assert!(said.text.len() <= 200_000);
        assert!(said.url.iter().chain(&said.author_url).all(|url| url.starts_with("http")), "{said:?}");
        assert!(said.author_name.as_ref().is_none_or(|name| name.chars().count() <= 200 && !name.contains('\n')));
        assert_eq!(Said::read(text, media_type, &at, TARGET).unwrap().words(), said.words());
    }
}

const PIECES: [&str; 22] = [
    "<div class=h-entry>",
    "</div>",
    "<a class='u-in-reply-to' href='https://shop.example/grinder'>",
    "</a>",
    "<p class='p-author h-card'>",
    "<span class=e-content>",
    "<li>",
    "<td>",
    "</ul>",
    "<ul>",
    "<!--",
    "-->",
    "<",
    "<time class=dt-published datetime=",
    "'",
    "\"",
    "\u{202e}",
    "\u{0}",
    "&#x0;",
    "<title>",
    "<script>",
    "https://shop.example/grinder",
];

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = xmlrpc::read(&text);
        for media in ["text/html", "application/json", "text/plain"] {
            sound(&text, media);
            sound(&format!("{text}{TARGET} <a href={TARGET}>{text}"), media);
        }
    }

    #[test]
    fn no_order_of_tags_makes_a_reader_panic(picks in prop::collection::vec(0..PIECES.len(), 0..60), word in ".{0,8}") {
        let page: String = picks.iter().flat_map(|pick| [PIECES[*pick], &word]).collect();
        sound(&page, "text/html");
    }

    #[test]
    fn no_call_makes_a_reader_panic(at in any::<prop::sample::Index>(), new in any::<[u8; 2]>()) {
        let call = "<?xml version=\"1.0\"?><methodCall><methodName>pingback.ping</methodName><params><param><value>\
            <string>a</string></value></param><param><value><string>b</string></value></param></params></methodCall>";
        let mut bytes = call.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes.splice(at..at + 1, new);
        let _ = xmlrpc::read(&String::from_utf8_lossy(&bytes));
        let _ = xmlrpc::read(&call[..at]);
    }
}

#[test]
fn hostile_pages_take_no_more_time_than_others() {
    let started = std::time::Instant::now();
    for piece in ["<div class=h-entry>", "<p>", "<li>", "<a href=x>", "</p>", "<td><tr>", "<a class=u-url ", "\u{301}"]
    {
        let page = format!("<a href={TARGET}>{}", piece.repeat((1 << 20) / piece.len()));
        sound(&page, "text/html");
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
