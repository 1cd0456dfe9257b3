//! One way to write JSON down, so that its hash is the same wherever it is computed.
//!
//! It is that of RFC 8785 (JSON Canonicalization Scheme) for values without fractions and without numbers beyond 2^53: no white
//! space, members sorted by their names, the shortest escapes.

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::{Map, Value};

/// By what the members of an object are sorted. The two differ only between characters beyond U+FFFF and those from U+E000 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By the UTF-16 code units of their names, as RFC 8785 has it: the audit log.
    Utf16,
    /// By the code points of their names: the identity of events that come without one.
    CodePoints,
}

/// The canonical JSON of a value, with the members of its objects in that order.
pub fn text(value: &Value, order: Order) -> String {
    let mut text = String::new();
    write(value, order, &mut text);
    text
}

/// The canonical JSON of something that is no value yet.
///
/// Fails for what JSON cannot say, such as a map whose keys are no texts.
pub fn json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(text(&serde_json::to_value(value)?, Order::Utf16))
}

/// The canonical JSON of a value without fractions; `None` if it has some, whose one way to be written is not decided here.
pub fn whole(value: &Value) -> Option<String> {
    is_whole(value).then(|| text(value, Order::Utf16))
}

fn is_whole(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().all(is_whole),
        Value::Array(items) => items.iter().all(is_whole),
        Value::Number(number) => !number.is_f64(),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

fn write(value: &Value, order: Order, text: &mut String) {
    match value {
        Value::Object(members) => object(members, order, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, order, text);
            }
            text.push(']');
        }
        // serde_json's own escapes are those of the RFC.
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string());
        }
    }
}

/// The order of a map's members depends on how `serde_json` was built, so they are sorted here.
fn object(members: &Map<String, Value>, order: Order, text: &mut String) {
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    members.sort_by(|(a, _), (b, _)| order.compare(a, b));
    text.push('{');
    for (index, (name, value)) in members.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        write(value, order, text);
    }
    text.push('}');
}

impl Order {
    fn compare(self, a: &str, b: &str) -> Ordering {
        match self {
            Self::Utf16 => a.encode_utf16().cmp(b.encode_utf16()),
            Self::CodePoints => a.cmp(b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_nothing_is_added() {
        let value = serde_json::json!({
            "b": [1, {"z": null, "a": true}],
            "a": "l\u{f6}ck\n\u{1}\"/",
            "\u{20ac}": 1, "\u{1f600}": 2, "\u{fb33}": 3,
        });
        let start =
            "{\"a\":\"l\u{f6}ck\\n\\u0001\\\"/\",\"b\":[1,{\"a\":true,\"z\":null}],\"\u{20ac}\":1,";
        assert_eq!(
            json(&value).unwrap(),
            format!("{start}\"\u{1f600}\":2,\"\u{fb33}\":3}}")
        );
        assert_eq!(
            text(&value, Order::CodePoints),
            format!("{start}\"\u{fb33}\":3,\"\u{1f600}\":2}}")
        );
    }

    #[test]
    fn a_fraction_has_no_canonical_text() {
        assert_eq!(whole(&serde_json::json!({"a": [1, {"b": 0.5}]})), None);
        let whole = whole(&serde_json::json!({"b": -1, "a": u64::MAX}));
        assert_eq!(whole.unwrap(), "{\"a\":18446744073709551615,\"b\":-1}");
    }
}
