//! What a sender's own JSON says in the places that a person named.

use serde_json::Value;

/// The value at a place: a key, a dotted path (`author.name`, `posts.0.text`) or a JSON Pointer (RFC 6901: `/author/name`).
/// A key that holds a dot itself is found by its whole name.
pub fn at<'v>(value: &'v Value, place: &str) -> Option<&'v Value> {
    if place.starts_with('/') {
        return value.pointer(place);
    }
    if let Some(found) = value.get(place) {
        return Some(found);
    }
    place.split('.').try_fold(value, |value, step| match value {
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

/// What stands at a place, as somebody would write it into a table; none where nothing is said.
pub fn said(value: &Value, place: &str) -> Option<String> {
    if place.is_empty() { None } else { plain(at(value, place)?) }
}

/// A value as somebody would write it into a table.
pub fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// What a field that says yes or no says. A date ("deleted_at") says yes.
pub fn says_yes(text: &str) -> bool {
    const NO: [&str; 14] =
        ["0", "0.0", "false", "f", "no", "n", "none", "null", "nan", "nein", "non", "não", "нет", "-"];
    !text.trim().is_empty() && !NO.contains(&text.trim().to_lowercase().as_str())
}

/// The places in a sample that hold something, so many at most: for a message that says what there is.
pub fn places(value: &Value, most: usize) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, String::new(), most, &mut found);
    found
}

fn walk(value: &Value, place: String, most: usize, found: &mut Vec<String>) {
    let below = |step: &str| if place.is_empty() { step.to_owned() } else { format!("{place}.{step}") };
    match value {
        _ if found.len() >= most => {}
        Value::Object(object) => object.iter().for_each(|(name, value)| walk(value, below(name), most, found)),
        // One of a list stands for all.
        Value::Array(list) => list.iter().take(1).for_each(|value| walk(value, below("0"), most, found)),
        Value::Null => {}
        _ => found.push(place.chars().take(80).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_is_a_key_a_dotted_path_or_a_pointer() {
        let value = json!({ "a": { "b": [{ "c": 1 }] }, "a.b": "whole", "x/y": true, "none": null, "blank": " " });
        assert_eq!(said(&value, "a.b.0.c"), Some("1".to_owned()));
        assert_eq!(said(&value, "a.b"), Some("whole".to_owned()));
        assert_eq!(said(&value, "/a/b/0/c"), Some("1".to_owned()));
        assert_eq!(said(&value, "/x~1y"), Some("true".to_owned()));
        for nothing in ["", "none", "blank", "a.b.1.c", "a.b.x", "/a/b/9", "z", "..", "a..b"] {
            assert_eq!(said(&value, nothing), None, "{nothing}");
        }
        assert_eq!(places(&value, 9), ["a.b.0.c", "a.b", "blank", "x/y"]);
        assert_eq!(places(&value, 1).len(), 1);
    }

    #[test]
    fn yes_is_said_in_many_ways() {
        assert!(["1", "true", "Yes", "2025-01-01", "x"].iter().all(|yes| says_yes(yes)));
        assert!(["", "0", "False", " no ", "null", "nein"].iter().all(|no| !says_yes(no)));
    }
}
