//! What a form filled in, as it comes: text with space around it, lists as lists or as lines.

use serde_json::Value;

/// A text setting, if it is there and not empty.
pub fn text<'a>(settings: &'a Value, name: &str) -> Option<&'a str> {
    settings.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The lines of a list, given as a list or as one text with a line each.
pub fn lines<'a>(settings: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    let lines: Vec<&str> = match settings.get(name) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.lines().collect(),
        _ => Vec::new(),
    };
    lines.into_iter().map(str::trim).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_the_same_as_a_list_or_as_lines() {
        let settings = json!({ "a": [" x ", "", 3, "y"], "b": "x\n\n y \n", "c": " ", "d": 5 });
        assert!(["a", "b"].iter().all(|name| lines(&settings, name).eq(["x", "y"])));
        assert!(["c", "d", "e"].iter().all(|name| lines(&settings, name).next().is_none()));
        assert_eq!([text(&settings, "c"), text(&settings, "d"), text(&settings, "e")], [None; 3]);
    }
}
