//! Words that a visitor writes to do harm, or by accident, brought in by the chat's own door and told back by its stream.

use crate::site::Desk;
use serde_json::Value;

fn id(n: usize) -> String {
    format!("3f0e2b1c-5d1f-4a64-9d0b-0a1b2c3d{n:04}")
}

/// What fits into a message is kept, whatever it is.
fn fitting() -> Vec<(&'static str, String)> {
    let words = |name, words: &str| (name, words.to_owned());
    vec![
        words(
            "marks of direction",
            "\u{202e}a\u{202d}b\u{2066}c\u{2067}d\u{2068}e\u{2069}f\u{202c}g\u{200e}\u{200f}\u{61c}",
        ),
        words("nothing to be seen", "a\u{200b}b\u{200c}c\u{200d}d\u{2060}e\u{feff}f\u{ad}g\u{180e}h\u{e0041}i\u{34f}"),
        words("line ends of every kind", "a\r\nb\rc\u{85}d\u{2028}e\u{2029}f\u{b}g\u{c}h\n\nevent: ready\ndata: {}"),
        words("what is no character", "\u{0}\u{1b}[31m\u{fffe}\u{ffff}\u{10ffff}\u{e000}\u{fdd0}\u{fffd}"),
        words("markup", "</script><script>steal()</script><img src=x onerror=steal()><!-- {{ x }} ${x} %s"),
        ("as many combining marks as fit", format!("e{}", "\u{301}".repeat(7_900))),
        ("many joined people", "\u{1f468}\u{200d}".repeat(3_000)),
    ]
}

/// What does not fit is refused, with a status and some of the words.
fn too_large() -> [(&'static str, String, u16, &'static str); 4] {
    [
        ("a megabyte of combining marks", format!("e{}", "\u{301}".repeat(1 << 19)), 413, "Please send it in parts."),
        ("ten megabytes", "so much to say ".repeat((10 << 20) / 15), 413, "Please send it in parts."),
        ("a few marks more than fit", "\u{301}".repeat(8_001), 422, "8000 fit"),
        ("a mark of direction for each character", "\u{202e}x".repeat(8_001), 422, "8000 fit"),
    ]
}

#[tokio::test]
async fn hostile_words_are_kept_and_told_back_as_words_or_refused_and_hold_up_nobody() {
    let desk = Desk::open().await;
    let visitor = desk.visitor().await;
    let fitting = fitting();
    for (n, (name, words)) in fitting.iter().enumerate() {
        let answer = desk.say(&visitor, &id(n), &format!("Before it {words} after it")).await;
        assert_eq!(answer.status, 202, "{name}: {}", answer.body);
    }
    for (n, (name, words, status, why)) in too_large().into_iter().enumerate() {
        let answer = desk.say(&visitor, &id(100 + n), &words).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{name}");
        assert!(answer.body.contains(why), "{name}: {}", answer.body);
    }
    let answer = desk.say(&visitor, &id(200), "Do you have decaf?").await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!(desk.stored().await, fitting.len() as i64 + 1);
    let heard = desk.stream(&visitor, None).await.until("\nevent: ready\n").await;
    let told = messages(&heard);
    assert_eq!(told.len(), fitting.len() + 1, "each message is one event: {heard:.2000}");
    for (n, (name, _)) in fitting.iter().enumerate() {
        let text = told[n]["text"].as_str().unwrap();
        assert_eq!(told[n]["id"], id(n).as_str(), "{name}");
        assert!(text.starts_with("Before it") && text.ends_with("after it"), "{name}: {text:?}");
        assert!(!text.contains('\0'), "{name}: {text:?}");
    }
    assert_eq!(told[fitting.len()]["text"], "Do you have decaf?");
}

/// The messages in what a stream told.
fn messages(heard: &str) -> Vec<Value> {
    let events = heard.split("\n\n").filter(|event| event.lines().any(|line| line == "event: message"));
    let data = |event: &str| event.lines().find_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok());
    events.map(|event| data(event).unwrap_or_else(|| panic!("no message: {event:.500}"))).collect()
}
