//! One way to write an entry down, so that its hash is the same wherever it is computed.
//!
//! It is that of RFC 8785 (JSON Canonicalization Scheme): no white space, members sorted by the UTF-16 code units of their
//! names, the shortest escapes. An entry has no fractions, and no number beyond 2^53.

use serde::Serialize;
use serde_json::{Map, Value};

/// The canonical JSON of a value.
///
/// Fails for what JSON cannot say, such as a map whose keys are no texts; nothing in an entry is that.
pub(super) fn json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    write(&serde_json::to_value(value)?, &mut text);
    Ok(text)
}

/// The canonical JSON of a value without fractions; `None` if it has some, whose one way to be written is not decided here.
pub(super) fn whole(value: &Value) -> Option<String> {
    let mut text = String::new();
    write(value, &mut text);
    is_whole(value).then_some(text)
}

fn is_whole(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().all(is_whole),
        Value::Array(items) => items.iter().all(is_whole),
        Value::Number(number) => !number.is_f64(),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => object(members, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
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
fn object(members: &Map<String, Value>, text: &mut String) {
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    text.push('{');
    for (index, (name, value)) in members.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        write(value, text);
    }
    text.push('}');
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
        assert_eq!(
            json(&value).unwrap(),
            "{\"a\":\"l\u{f6}ck\\n\\u0001\\\"/\",\"b\":[1,{\"a\":true,\"z\":null}],\"\u{20ac}\":1,\"\u{1f600}\":2,\"\u{fb33}\":3}"
        );
    }
}
