//! What of a body may be stored.
//!
//! A `CodeBuild` event carries the plain values of the build's environment variables, where people keep tokens in spite
//! of all advice, and a `CodePipeline` job carries live credentials. Neither may reach a table, an object or a log.

use serde_json::{Map, Value};

/// What stands in place of a value that was taken out.
pub const REDACTED: &str = "(redacted)";

/// Names of lists of environment variables, in the events' and the API's spelling.
const VARIABLES: [&str; 3] = [
    "environment-variables",
    "environmentVariables",
    "environmentVariablesOverride",
];

/// Names of what is a secret wherever it stands, without hyphens and underscores and in lower case.
const SECRETS: [&str; 10] = [
    "artifactcredentials",
    "credentials",
    "accesskeyid",
    "secretaccesskey",
    "sessiontoken",
    "continuationtoken",
    "password",
    "secret",
    "token",
    "authorization",
];

/// The body without anything secret, as JSON that may be stored. A body that is not JSON is not stored at all: the
/// answer is empty.
pub fn redact(body: &[u8]) -> String {
    serde_json::from_slice(body).map_or_else(
        |_| String::new(),
        |value: Value| redacted(value).to_string(),
    )
}

fn redacted(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(object_redacted(object)),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        // An SNS message carries its event as text.
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            match serde_json::from_str::<Value>(&text) {
                Ok(inner) => Value::String(redacted(inner).to_string()),
                Err(_) => Value::String(text),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn object_redacted(object: Map<String, Value>) -> Map<String, Value> {
    object
        .into_iter()
        .map(|(name, value)| {
            let value = if is_secret(&name) {
                Value::from(REDACTED)
            } else if VARIABLES.contains(&name.as_str()) {
                without_values(value)
            } else {
                redacted(value)
            };
            (name, value)
        })
        .collect()
}

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    SECRETS.contains(&plain.as_str())
}

/// Environment variables by name only, in whatever form they come.
fn without_values(variables: Value) -> Value {
    let named = |value: Value| match value {
        Value::Object(variable) => variable
            .into_iter()
            .map(|(field, value)| match field.as_str() {
                "name" | "type" if value.is_string() => (field, value),
                _ => (field, Value::from(REDACTED)),
            })
            .collect(),
        _ => Value::from(REDACTED),
    };
    match variables {
        Value::Array(items) => items.into_iter().map(named).collect(),
        Value::Null => Value::Null,
        Value::Object(variables) => variables
            .into_iter()
            .map(|(name, _)| (name, Value::from(REDACTED)))
            .collect(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Value::from(REDACTED),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn environment_variables_keep_their_names_and_lose_their_values() {
        let body = json!({"detail": {"environment-variables": [
            {"name": "API_KEY", "type": "PLAINTEXT", "value": "hunter2"},
            "hunter2",
        ]}});
        let stored = redact(body.to_string().as_bytes());
        assert!(stored.contains("API_KEY"), "{stored}");
        assert!(!stored.contains("hunter2"), "{stored}");
    }

    #[test]
    fn a_secret_inside_the_text_of_an_sns_message_is_found() {
        let event = json!({"environmentVariables": {"API_KEY": "hunter2"}});
        let body = json!({"Type": "Notification", "Message": event.to_string()});
        let stored = redact(body.to_string().as_bytes());
        assert!(
            stored.contains("API_KEY") && !stored.contains("hunter2"),
            "{stored}"
        );
    }

    #[test]
    fn a_jobs_credentials_are_taken_out_and_its_artifacts_stay() {
        let body = json!({"CodePipeline.job": {"data": {
            "artifactCredentials": {"secretAccessKey": "hunter2"},
            "inputArtifacts": [{"name": "app"}],
            "continuationToken": "hunter2",
        }}});
        let stored = redact(body.to_string().as_bytes());
        assert!(
            stored.contains("app") && !stored.contains("hunter2"),
            "{stored}"
        );
    }

    #[test]
    fn what_is_not_json_is_not_stored() {
        assert_eq!(redact(b"password=hunter2"), "");
    }
}
