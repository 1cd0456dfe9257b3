//! Secrets as they are kept: the endpoints of webhooks with theirs, and the session secret.

use identity::{sign_in::Secret, webhook::Endpoints};
use serde_json::Value;
use sources::WEBHOOKS;

/// Whether or not it can be read, what is told of it holds no secret.
pub fn target(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let shown = match Endpoints::parse(text) {
        Ok(endpoints) => format!("{endpoints:?}"),
        Err(error) => format!("{error} {error:?}"),
    };
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    for secret in secrets(&value) {
        // What is also said openly is no secret.
        let openly = text.matches(secret).count() > 1;
        assert!(openly || secret.len() < 8 || !shown.contains(secret), "{shown}");
    }
    if let Err(error) = Secret::parse(text) {
        let said = error.to_string();
        assert!(said.starts_with("it is not JSON with a text"), "{said}");
    } else {
        let current = value["current"].as_str().map(|text| text.chars().count());
        assert!(current.is_some_and(|length| length >= 32));
    }
}

fn secrets(value: &Value) -> Vec<&str> {
    let systems = WEBHOOKS.iter().map(|webhook| &value[webhook.source.name]);
    let endpoints = systems.filter_map(Value::as_object).flatten();
    let fields = endpoints.flat_map(|(_, endpoint)| [&endpoint["current"], &endpoint["previous"]]);
    fields.filter_map(Value::as_str).collect()
}

/// One of each.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        r#"{"github": {"acme": {"current": "a secret of the tests", "previous": "", "owner": "acme", "repositories": {"wallet": 74}, "host": "github.com"}}}"#,
        r#"{"github": {"acme": {"current": "a secret of the tests", "previous": "the one before it"}, "harbour": {"current": "another secret here"}}}"#,
        r#"{"current": "an old secret of at least 32 characters", "previous": "a new secret of at least 32 characters!", "client_secret": "x"}"#,
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
