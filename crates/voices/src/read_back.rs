//! For tests: whether what was read back from JSON is what was written. serde_json's reader is quick and may miss the last digit of a
//! number; everything else is the same.

use serde::Serialize;
use serde_json::Value;

pub fn assert_same(read: &impl Serialize, written: &impl Serialize) {
    let [read, written] = [serde_json::to_value(read).unwrap(), serde_json::to_value(written).unwrap()];
    assert!(is_same(&read, &written), "{read} is not {written}");
}

fn is_same(read: &Value, written: &Value) -> bool {
    match (read, written) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            (one - other).abs() <= 4.0 * f64::EPSILON * other.abs()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| is_same(value, other)))
        }
        _ => read == written,
    }
}
