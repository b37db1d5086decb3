//! A channel's settings as a program gives them: values of JSON, which must be what the connector's schema says.

use serde_json::{Map, Value};
use tertulia_connector::{FieldError, Secret};
use tertulia_engine::channels::ChannelForm;
use tertulia_model::ConnectorSpec;

use super::form::value_of;

/// Reads settings, secrets apart. A name that the schema does not have is a mistake, as is one that is made up by itself.
pub(crate) fn given(spec: &ConnectorSpec, settings: Map<String, Value>) -> (ChannelForm, Vec<FieldError>) {
    let (mut form, errors) = changed(spec, settings);
    // What was left out means its default, as in the form.
    for (name, schema) in spec.settings_schema["properties"].as_object().into_iter().flatten() {
        let (absent, usual) = (!form.settings.contains_key(name), schema.get("default"));
        if let Some(usual) = usual.filter(|_| absent && schema["format"] != "password") {
            form.settings.insert(name.clone(), usual.clone());
        }
    }
    (form, errors)
}

/// The same of a channel that is there: what was left out stays as it is.
pub(crate) fn changed(spec: &ConnectorSpec, settings: Map<String, Value>) -> (ChannelForm, Vec<FieldError>) {
    let (mut form, mut errors) = (ChannelForm::default(), Vec::new());
    for (name, value) in settings {
        let schema = &spec.settings_schema["properties"][&name];
        let is_ours = schema["x-generated"] == true;
        let read = match (schema.is_object() && !is_ours, schema["format"] == "password") {
            (false, _) => Err("This kind of channel has no such setting.".to_owned()),
            (true, true) => secret(value).map(|secret| drop(form.secrets.insert(name.clone(), secret))),
            (true, false) => plain(schema, value).map(|value| drop(form.settings.insert(name.clone(), value))),
        };
        if let Err(message) = read {
            errors.push(FieldError::new(&name, message));
        }
    }
    (form, errors)
}

/// The fields of another form (an entry by hand), likewise; a moment may be milliseconds since 1970.
pub(crate) fn values(schema: &Value, given: Map<String, Value>) -> (Map<String, Value>, Vec<FieldError>) {
    let (mut values, mut errors) = (Map::new(), Vec::new());
    for (name, value) in given {
        let field = &schema["properties"][&name];
        let is_moment = field["format"] == "date-time" && value.is_i64();
        let read = match field.is_object() {
            false => Err("This form has no such field.".to_owned()),
            true if is_moment => Ok(value),
            true => plain(field, value),
        };
        match read {
            Ok(value) => drop(values.insert(name, value)),
            Err(message) => errors.push(FieldError::new(&name, message)),
        }
    }
    (values, errors)
}

fn secret(value: Value) -> Result<Secret, String> {
    match value {
        Value::String(text) if text.len() <= MOST_SECRET => Ok(Secret::new(text)),
        _ => Err("This is a text of at most 10,000 characters.".to_owned()),
    }
}

const MOST_SECRET: usize = 10_000;

fn plain(schema: &Value, value: Value) -> Result<Value, String> {
    match (schema["type"].as_str().unwrap_or("string"), &value) {
        ("boolean", Value::Bool(_)) | ("integer", Value::Null) => Ok(value),
        ("boolean", _) => Err("This is true or false.".to_owned()),
        ("integer", Value::Number(number)) => value_of(schema, &number.to_string()),
        ("integer", _) => Err("This is a whole number.".to_owned()),
        ("array", Value::Array(lines)) if lines.iter().all(Value::is_string) => {
            let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
            value_of(schema, &lines.join("\n"))
        }
        ("array", _) => Err("This is a list of texts.".to_owned()),
        (_, Value::String(text)) => value_of(schema, text.trim()),
        _ => Err("This is a text.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tertulia_model::{EchoSafety, Limits};

    fn read(settings: Value) -> (ChannelForm, Vec<FieldError>) {
        let spec = ConnectorSpec {
            name: "talk".into(),
            title: "Talk".into(),
            summary: String::new(),
            icon: "mail".into(),
            settings_schema: json!({ "type": "object", "properties": {
                "port": { "type": "integer", "minimum": 1, "maximum": 65535, "default": 993 },
                "address": { "type": "string" },
                "key": { "type": "string", "format": "password" },
                "sites": { "type": "array", "format": "lines" },
                "copy": { "type": "boolean" },
                "made": { "type": "string", "x-generated": true },
            }}),
            limits: Limits::NONE,
            echo_safety: EchoSafety::AtMostOnce,
            pulls: true,
            sends: false,
            hosts_visitors: false,
            cannot_hear: Vec::new(),
        };
        let Value::Object(settings) = settings else { unreachable!() };
        given(&spec, settings)
    }

    #[test]
    fn settings_are_what_the_schema_says_and_secrets_stand_apart() {
        let (form, errors) = read(json!({ "address": " a ", "key": "olive", "sites": ["x", ""], "copy": true }));
        assert_eq!(errors, []);
        let kept = json!({ "address": "a", "sites": ["x"], "copy": true, "port": 993 });
        assert_eq!(Value::Object(form.settings), kept);
        assert_eq!(form.secrets["key"].reveal(), "olive");
    }

    #[test]
    fn what_is_no_setting_or_of_another_kind_is_named() {
        let wrong =
            json!({ "adress": "a", "made": "x", "key": 7, "sites": "x", "copy": "yes", "port": 1.5, "address": [] });
        let mut named: Vec<String> = read(wrong).1.into_iter().map(|error| error.field).collect();
        named.sort_unstable();
        assert_eq!(named, ["address", "adress", "copy", "key", "made", "port", "sites"]);
        assert_eq!(read(json!({ "port": 70_000 })).1.len(), 1);
    }
}
