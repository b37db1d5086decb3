//! A form from a connector's own schema, and what somebody typed into it.

use serde_json::{Map, Value};
use tertulia_connector::{FieldError, Secret};
use tertulia_engine::channels::ChannelForm;

/// Before the names of settings, so that a setting called `name` or `csrf` meets no field of ours.
pub(super) const PREFIX: &str = "setting-";

/// One field as the template draws it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldView {
    /// With the prefix.
    pub name: String,
    pub title: String,
    pub help: String,
    /// `text`, `email`, `number`, `password`, `color`, `checkbox`, `textarea`, `select`, `radio` or `datetime-local`.
    pub kind: &'static str,
    pub value: String,
    pub checked: bool,
    pub options: Vec<(String, String)>,
    pub required: bool,
    /// Where so much is optional that it goes without saying.
    pub unsaid: bool,
    pub error: String,
    pub advanced: bool,
    /// `name=value` of the field on which it depends.
    pub show_if: Option<String>,
    pub placeholder: String,
    /// For `data-guess`: where the placeholder's `{domain}` comes from.
    pub guess_from: Option<String>,
    pub guess: String,
}

impl FieldView {
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Whether it says "(if you like)". Of a secret, and of a field that only some need, its description says more.
    pub fn is_optional(&self) -> bool {
        !self.required && !self.unsaid && self.show_if.is_none() && self.kind != "password"
    }

    /// For `aria-describedby`.
    pub fn described_by(&self) -> String {
        let help = (!self.help.is_empty()).then(|| format!("help-{}", self.name));
        let error = (!self.error.is_empty()).then(|| format!("error-{}", self.name));
        help.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    pub fn minimum_rows(&self) -> usize {
        self.value.lines().count().clamp(2, 8)
    }
}

/// What the form is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Add,
    Edit,
}

/// The settings that a form shows, in their order.
fn properties(schema: &Value) -> Vec<(&String, &Value)> {
    let all = schema.get("properties").and_then(Value::as_object);
    let mut shown: Vec<(&String, &Value)> =
        all.into_iter().flatten().filter(|(_, schema)| !flag(schema, "x-generated")).collect();
    shown.sort_by_key(|(_, schema)| schema.get("x-order").and_then(Value::as_i64).unwrap_or(i64::MAX));
    shown
}

fn flag(schema: &Value, name: &str) -> bool {
    schema.get(name).and_then(Value::as_bool) == Some(true)
}

fn text<'a>(schema: &'a Value, name: &str) -> &'a str {
    schema.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is_secret(schema: &Value) -> bool {
    text(schema, "format") == "password"
}

/// The fields of a form by its schema. `settings` are those typed or stored; a secret is never among what is shown.
pub fn fields(
    schema: &Value,
    purpose: Purpose,
    settings: Option<&Map<String, Value>>,
    errors: &[FieldError],
) -> Vec<FieldView> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let asked = properties(schema).into_iter().filter(|(_, s)| purpose == Purpose::Add || !flag(s, "x-at-start"));
    asked
        .map(|(name, schema)| {
            // A setting that was never made means its default, also in a channel that is older than the setting.
            let value = settings.and_then(|settings| settings.get(name)).or_else(|| schema.get("default"));
            let mut view = field(name, schema, value);
            view.required = required.contains(&name.as_str()) && !(is_secret(schema) && purpose == Purpose::Edit);
            if is_secret(schema) && purpose == Purpose::Edit {
                "Kept. Leave it empty to keep it so.".clone_into(&mut view.placeholder);
            }
            // The connector's own words come last, and say more than that something is needed.
            view.error =
                errors.iter().rfind(|error| error.field == *name).map(|e| e.message.clone()).unwrap_or_default();
            view
        })
        .collect()
}

fn field(name: &str, schema: &Value, value: Option<&Value>) -> FieldView {
    let options = options(schema);
    let advanced = flag(schema, "x-advanced");
    let kind = match (text(schema, "type"), text(schema, "format")) {
        (_, "password") => "password",
        ("boolean", _) => "checkbox",
        ("integer", _) => "number",
        ("array", _) | (_, "lines" | "text") => "textarea",
        (_, "date-time") => "datetime-local",
        (_, "color") => "color",
        (_, "email") => "email",
        _ if options.is_empty() => "text",
        _ if options.len() <= 3 && !advanced || flag(schema, "x-choices") => "radio",
        _ => "select",
    };
    let shown = if is_secret(schema) { String::new() } else { written(value) };
    let chosen_first = kind == "radio" && shown.is_empty();
    FieldView {
        name: format!("{PREFIX}{name}"),
        title: if text(schema, "title").is_empty() { name.to_owned() } else { text(schema, "title").to_owned() },
        help: text(schema, "description").to_owned(),
        kind,
        checked: value.and_then(Value::as_bool).unwrap_or(false),
        value: if chosen_first { options.first().map(|(v, _)| v.clone()).unwrap_or_default() } else { shown },
        options,
        advanced,
        show_if: schema.get("x-show-if").and_then(Value::as_object).and_then(|needed| {
            needed.iter().next().map(|(other, value)| format!("{PREFIX}{other}={}", written(Some(value))))
        }),
        guess: text(schema, "x-guess").to_owned(),
        guess_from: Some(text(schema, "x-guess-from")).filter(|f| !f.is_empty()).map(|f| format!("{PREFIX}{f}")),
        ..FieldView::default()
    }
}

fn options(schema: &Value) -> Vec<(String, String)> {
    let values = schema.get("enum").and_then(Value::as_array);
    let words = |value: &str| schema["x-labels"][value].as_str().unwrap_or(value).to_owned();
    values.into_iter().flatten().filter_map(Value::as_str).map(|v| (v.to_owned(), words(v))).collect()
}

/// A setting as a field holds it.
fn written(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

/// Reads what was typed. What the schema itself forbids is said here; the rest is the connector's to check.
pub fn read(schema: &Value, purpose: Purpose, typed: &[(String, String)]) -> (ChannelForm, Vec<FieldError>) {
    let mut form = ChannelForm::default();
    let mut errors = Vec::new();
    if let Some((_, name)) = typed.iter().find(|(name, _)| name == "label") {
        name.trim().clone_into(&mut form.name);
    }
    for (name, schema) in properties(schema) {
        if purpose == Purpose::Edit && flag(schema, "x-at-start") {
            continue;
        }
        let given = typed.iter().rev().find(|(n, _)| n.strip_prefix(PREFIX) == Some(name)).map(|(_, value)| value);
        let given = given.map(|value| value.trim()).unwrap_or_default();
        if is_secret(schema) {
            if !given.is_empty() {
                form.secrets.insert(name.clone(), Secret::new(given));
            }
            continue;
        }
        match value_of(schema, given) {
            Ok(value) => drop(form.settings.insert(name.clone(), value)),
            Err(message) => {
                form.settings.insert(name.clone(), given.into());
                errors.push(FieldError::new(name, message));
            }
        }
    }
    (form, errors)
}

/// Characters of a setting that says nothing else.
const MOST_CHARS: u64 = 4_000;

pub(super) fn value_of(schema: &Value, given: &str) -> Result<Value, String> {
    match text(schema, "type") {
        "boolean" => Ok((!given.is_empty()).into()),
        "array" => Ok(given.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect()),
        "integer" if given.is_empty() => Ok(Value::Null),
        "integer" => {
            let number: i64 = given.parse().map_err(|_| "Write a whole number.".to_owned())?;
            let bound = |name: &str| schema.get(name).and_then(Value::as_i64);
            match (bound("minimum"), bound("maximum")) {
                (Some(least), Some(most)) if !(least..=most).contains(&number) => {
                    Err(format!("Write a number between {least} and {most}."))
                }
                (Some(least), _) if number < least => Err(format!("Write at least {least}.")),
                _ => Ok(number.into()),
            }
        }
        _ => {
            let choices = options(schema);
            if !choices.is_empty() && !given.is_empty() && !choices.iter().any(|(value, _)| value == given) {
                return Err("Choose one of these.".to_owned());
            }
            let most = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(MOST_CHARS);
            if given.chars().count() as u64 > most {
                return Err(format!("This is too long: at most {most} characters."));
            }
            Ok(given.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({"type": "object", "required": ["address", "key"], "properties": {
            "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 993, "x-order": 3, "x-advanced": true},
            "address": {"type": "string", "title": "Address", "format": "email", "x-order": 1},
            "key": {"type": "string", "format": "password", "x-order": 2},
            "old": {"type": "string", "enum": ["now", "all"], "x-labels": {"all": "Everything"}, "x-order": 4, "x-at-start": true},
            "sites": {"type": "array", "format": "lines", "x-order": 5},
            "copy": {"type": "boolean", "default": true, "x-order": 6, "x-show-if": {"old": "all"}},
            "made": {"type": "string", "x-generated": true},
        }})
    }

    fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| (format!("{PREFIX}{name}"), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_shows_the_settings_in_their_order_with_their_defaults() {
        let fields = fields(&schema(), Purpose::Add, None, &[]);
        let kinds: Vec<(&str, &str, &str)> =
            fields.iter().map(|f| (f.name.as_str(), f.kind, f.value.as_str())).collect();
        let expected = [
            ("setting-address", "email", ""),
            ("setting-key", "password", ""),
            ("setting-port", "number", "993"),
            ("setting-old", "radio", "now"),
            ("setting-sites", "textarea", ""),
            ("setting-copy", "checkbox", ""),
        ];
        assert_eq!(kinds, expected);
        assert_eq!(fields[3].options[1].1, "Everything");
        assert!(fields[5].checked && fields[2].advanced && fields[0].required);
        assert_eq!(fields[5].show_if.as_deref(), Some("setting-old=all"));
    }

    #[test]
    fn a_setting_that_a_channel_lacks_shows_as_what_it_means() {
        let stored = json!({"address": "a@b.example", "copy": false});
        let shown = fields(&schema(), Purpose::Edit, stored.as_object(), &[]);
        let of = |name: &str| shown.iter().find(|field| field.name.ends_with(name)).unwrap();
        assert_eq!((of("port").value.as_str(), of("copy").checked), ("993", false));
        assert!(fields(&schema(), Purpose::Edit, Some(&Map::new()), &[]).iter().any(|f| f.checked));
        assert!(shown.iter().all(|field| !field.name.ends_with("old")), "asked at the start only");
    }

    #[test]
    fn a_secret_is_read_but_never_shown_again() {
        let (form, _) = read(&schema(), Purpose::Add, &typed(&[("key", " olive-tree ")]));
        assert_eq!(form.secrets["key"].reveal(), "olive-tree");
        assert!(!form.settings.contains_key("key"));
        let mut settings = form.settings.clone();
        settings.insert("key".to_owned(), "olive-tree".into());
        let shown = fields(&schema(), Purpose::Edit, Some(&settings), &[]);
        assert!(shown.iter().all(|field| !field.value.contains("olive")));
        assert!(!shown[1].required && !shown[1].placeholder.is_empty(), "a stored secret need not be typed again");
    }

    #[test]
    fn what_was_typed_becomes_what_the_schema_says() {
        let given = typed(&[("address", "a@b.example"), ("port", "143"), ("sites", "https://a.example\n\n b ")]);
        let (form, errors) = read(&schema(), Purpose::Add, &given);
        assert_eq!(errors, []);
        assert_eq!(form.settings["port"], 143);
        assert_eq!(form.settings["sites"], json!(["https://a.example", "b"]));
        assert_eq!((&form.settings["copy"], form.settings.get("made")), (&json!(false), None));
        let wrong = typed(&[("port", "70000"), ("old", "sometimes"), ("address", &"a".repeat(5_000))]);
        let (form, errors) = read(&schema(), Purpose::Add, &wrong);
        let names: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(names, ["address", "port", "old"]);
        assert_eq!(form.settings["port"], "70000", "what was typed stays in the form");
        assert_eq!(read(&schema(), Purpose::Edit, &wrong).0.settings.get("old"), None, "asked at the start only");
    }
}
