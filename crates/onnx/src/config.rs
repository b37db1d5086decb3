//! `config.json`: what the model's numbers mean, and how long a text may be.

use serde::Deserialize;
use std::collections::BTreeMap;
use tertulia_analysis::labels::{NEGATIVE, NEUTRAL, POSITIVE};

const EXPECTED: &str = "`id2label` must name the three values in the order of the model's outputs, such as {\"0\": \
                        \"negative\", \"1\": \"neutral\", \"2\": \"positive\"} (NEG, NEU and POS will do). Look up what \
                        each output of this model means and write it there";

pub(crate) struct Config {
    /// Of each output, in their order.
    pub values: Vec<u16>,
    /// Positions that the model knows.
    pub most_tokens: usize,
    /// The token that fills up.
    pub pad: i64,
}

#[derive(Deserialize)]
struct Given {
    id2label: Option<BTreeMap<String, String>>,
    max_position_embeddings: Option<i64>,
    pad_token_id: Option<i64>,
}

/// As most models have it.
const USUAL_POSITIONS: usize = 512;
/// The shortest that can hold a word between what begins and what ends a text.
pub(crate) const FEWEST: usize = 8;

impl Config {
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let given: Given =
            serde_json::from_slice(bytes).map_err(|error| format!("this is not as it should be: {error}"))?;
        let most_tokens = match given.max_position_embeddings {
            // Models without learnt positions say none.
            None | Some(..=0) => USUAL_POSITIONS,
            Some(many) => usize::try_from(many).unwrap_or(USUAL_POSITIONS),
        };
        if most_tokens < FEWEST {
            return Err(format!("`max_position_embeddings` is {most_tokens}: no text is as short as that"));
        }
        let pad = given.pad_token_id.filter(|id| (0..1 << 31).contains(id)).unwrap_or(0);
        Ok(Self { values: values(&given.id2label.unwrap_or_default())?, most_tokens, pad })
    }
}

fn values(labels: &BTreeMap<String, String>) -> Result<Vec<u16>, String> {
    let mut values = Vec::new();
    for n in 0..labels.len() {
        let label =
            labels.get(&n.to_string()).ok_or_else(|| format!("there is no label {n} in `id2label`. {EXPECTED}"))?;
        let value = value(label).ok_or_else(|| {
            let shown: String = label.chars().take(40).collect();
            format!("the label “{shown}” is not known. {EXPECTED}")
        })?;
        values.push(value);
    }
    let each = |value| values.iter().filter(|known| **known == value).count() == 1;
    if values.len() != 3 || ![NEGATIVE, NEUTRAL, POSITIVE].into_iter().all(each) {
        return Err(format!("not each of the three values has one label. {EXPECTED}"));
    }
    Ok(values)
}

fn value(label: &str) -> Option<u16> {
    match label.trim().to_lowercase().as_str() {
        "negative" | "neg" => Some(NEGATIVE),
        "neutral" | "neu" => Some(NEUTRAL),
        "positive" | "pos" => Some(POSITIVE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(labels: &str, rest: &str) -> Result<(Vec<u16>, usize, i64), String> {
        let config = Config::read(format!("{{\"id2label\": {labels}{rest}}}").as_bytes())?;
        Ok((config.values, config.most_tokens, config.pad))
    }

    #[test]
    fn labels_are_known_by_name_whatever_their_order() {
        let all = r#"{"0": "POS", "2": "Negative ", "1": "neu"}"#;
        assert_eq!(read(all, ""), Ok((vec![POSITIVE, NEUTRAL, NEGATIVE], 512, 0)));
        assert_eq!(read(all, r#", "max_position_embeddings": 130, "pad_token_id": 1, "x": []"#).unwrap().1, 130);
        assert_eq!(
            read(all, r#", "max_position_embeddings": -1, "pad_token_id": -5"#).unwrap(),
            (vec![3, 2, 1], 512, 0)
        );
    }

    #[test]
    fn labels_that_are_not_known_are_refused_with_what_is_expected() {
        for labels in [
            r#"{"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}"#,
            r#"{"0": "1 star", "1": "2 stars"}"#,
            r#"{"0": "negative", "1": "positive"}"#,
            r#"{"0": "negative", "1": "negative", "2": "positive"}"#,
            r#"{"0": "negative", "1": "neutral", "3": "positive"}"#,
            "{}",
            "null",
        ] {
            let why = read(labels, "").unwrap_err();
            assert!(why.contains("\"1\": \"neutral\""), "{labels}: {why}");
        }
        assert!(read("[]", "").unwrap_err().contains("not as it should be"));
        let all = r#"{"0": "NEG", "1": "NEU", "2": "POS"}"#;
        assert!(read(all, r#", "max_position_embeddings": 2"#).is_err());
    }
}
