//! Checks a request against the service's own model, with the messages that AWS gives.
//!
//! `shapes.json` is the part of botocore's model (Apache-2.0) that requests need; `tests/shapes.py` extracts it and
//! the boto3 test compares it with the installed model.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use regex_lite::Regex;
use serde::Deserialize;
use serde_json::{Number, Value};

use super::error::ApiError;

#[derive(Deserialize)]
struct Model {
    operations: BTreeMap<String, String>,
    shapes: HashMap<String, Shape>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Shape {
    r#type: String,
    required: Vec<String>,
    members: BTreeMap<String, String>,
    member: String,
    key: String,
    value: String,
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<String>,
    r#enum: Vec<String>,
    #[serde(skip)]
    regex: Option<Regex>,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let mut model: Model = serde_json::from_str(include_str!("shapes.json")).unwrap_or(Model {
        operations: BTreeMap::new(),
        shapes: HashMap::new(),
    });
    for shape in model.shapes.values_mut() {
        shape.regex = shape
            .pattern
            .as_ref()
            .and_then(|pattern| Regex::new(&format!("^(?s:{pattern})$")).ok());
    }
    model
});

/// Whether the simulator speaks this operation.
pub(crate) fn knows(operation: &str) -> bool {
    MODEL.operations.contains_key(operation)
}

/// Checks the body of a request for `operation`.
pub(crate) fn check(operation: &str, body: &Value) -> Result<(), ApiError> {
    let Some(shape) = MODEL.operations.get(operation) else {
        return Ok(());
    };
    let mut found = Vec::new();
    walk(shape, "", body, &mut found)?;
    match found.len() {
        0 => Ok(()),
        1 => Err(ApiError::validation(format!(
            "1 validation error detected: {}",
            found[0]
        ))),
        many => Err(ApiError::validation(format!(
            "{many} validation errors detected: {}",
            found.join("; ")
        ))),
    }
}

fn walk(name: &str, path: &str, value: &Value, found: &mut Vec<String>) -> Result<(), ApiError> {
    let Some(shape) = MODEL.shapes.get(name) else {
        return Ok(());
    };
    match (shape.r#type.as_str(), value) {
        ("structure", Value::Object(fields)) => {
            for required in &shape.required {
                if fields.get(required).is_none_or(Value::is_null) {
                    found.push(broken(
                        None,
                        &join(path, required),
                        "Member must not be null",
                    ));
                }
            }
            for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                if let Some(target) = shape.members.get(field) {
                    walk(target, &join(path, field), value, found)?;
                }
            }
        }
        ("list", Value::Array(items)) => {
            length(shape, items.len(), path, found);
            for (index, item) in items.iter().enumerate() {
                walk(
                    &shape.member,
                    &format!("{path}.{}.member", index + 1),
                    item,
                    found,
                )?;
            }
        }
        ("map", Value::Object(entries)) => {
            length(shape, entries.len(), path, found);
            for (key, item) in entries {
                walk(&shape.key, path, &Value::String(key.clone()), found)?;
                walk(&shape.value, &join(path, key), item, found)?;
            }
        }
        ("string", Value::String(text)) => check_text(shape, text, path, found),
        ("integer" | "long", Value::Number(number)) if !number.is_f64() => {
            check_number(shape, number, path, found);
        }
        ("timestamp", Value::Number(_)) | ("boolean", Value::Bool(_)) => {}
        (kind, _) => {
            return Err(ApiError::new(
                "SerializationException",
                format!(
                    "{} is not a {kind}",
                    if path.is_empty() { "The request" } else { path }
                ),
            ));
        }
    }
    Ok(())
}

fn join(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

fn broken(value: Option<&str>, path: &str, rule: &str) -> String {
    let shown = value.map_or_else(|| "null".to_owned(), |value| format!("'{value}'"));
    format!("Value {shown} at '{path}' failed to satisfy constraint: {rule}")
}

fn check_text(shape: &Shape, text: &str, path: &str, found: &mut Vec<String>) {
    length(shape, text.chars().count(), path, found);
    if !shape.r#enum.is_empty() && !shape.r#enum.iter().any(|known| known == text) {
        let rule = format!(
            "Member must satisfy enum value set: [{}]",
            shape.r#enum.join(", ")
        );
        found.push(broken(Some(text), path, &rule));
    }
    if shape
        .regex
        .as_ref()
        .is_some_and(|regex| !regex.is_match(text))
    {
        let pattern = shape.pattern.as_deref().unwrap_or_default();
        let rule = format!("Member must satisfy regular expression pattern: {pattern}");
        found.push(broken(Some(text), path, &rule));
    }
}

fn check_number(shape: &Shape, number: &Number, path: &str, found: &mut Vec<String>) {
    let value = number.as_f64().unwrap_or_default();
    let shown = number.to_string();
    if let Some(min) = shape.min.filter(|min| value < *min) {
        let rule = format!("Member must have value greater than or equal to {min}");
        found.push(broken(Some(&shown), path, &rule));
    }
    if let Some(max) = shape.max.filter(|max| value > *max) {
        let rule = format!("Member must have value less than or equal to {max}");
        found.push(broken(Some(&shown), path, &rule));
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^52")]
fn length(shape: &Shape, length: usize, path: &str, found: &mut Vec<String>) {
    let length = length as f64;
    if let Some(min) = shape.min.filter(|min| length < *min) {
        let rule = format!("Member must have length greater than or equal to {min}");
        found.push(broken(None, path, &rule));
    }
    if let Some(max) = shape.max.filter(|max| length > *max) {
        let rule = format!("Member must have length less than or equal to {max}");
        found.push(broken(None, path, &rule));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_model_and_its_patterns_are_read() {
        assert_eq!(MODEL.operations.len(), 18);
        for (name, shape) in &MODEL.shapes {
            assert_eq!(shape.pattern.is_some(), shape.regex.is_some(), "{name}");
        }
    }

    #[test]
    fn every_broken_rule_is_named_at_once() {
        let body = json!({ "name": "a b", "clientRequestToken": "", "variables": [] });
        let error = check("StartPipelineExecution", &body).unwrap_err();
        assert_eq!(error.code, "ValidationException");
        assert!(
            error.message.starts_with("4 validation errors detected: "),
            "{error}"
        );
        assert!(error.message.contains("Value 'a b' at 'name'"), "{error}");
    }

    #[test]
    fn a_missing_field_and_a_wrong_type_are_told_apart() {
        let error = check("GetPipeline", &json!({})).unwrap_err();
        assert!(
            error
                .message
                .contains("'name' failed to satisfy constraint: Member must not be null")
        );
        let error = check("GetPipeline", &json!({ "name": 3 })).unwrap_err();
        assert_eq!(error.code, "SerializationException");
    }
}
