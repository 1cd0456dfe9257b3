//! What a token says, by name. Issuers write numbers as numbers or as texts, and truth likewise.

use domain::text::is_shown;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::oidc::Times;

/// The longest claim that is looked at, in bytes.
const LONGEST: usize = 500;

/// The claims of a token that its issuer has signed.
#[derive(Debug, Deserialize)]
#[serde(from = "Map<String, Value>")]
pub(super) struct Claims {
    pub(super) times: Option<Times>,
    all: Map<String, Value>,
}

impl From<Map<String, Value>> for Claims {
    fn from(all: Map<String, Value>) -> Self {
        let times = Times::deserialize(Value::Object(times_of(&all))).ok();
        Self { times, all }
    }
}

fn times_of(all: &Map<String, Value>) -> Map<String, Value> {
    let times = ["exp", "iat", "nbf"].into_iter();
    let told = times.filter_map(|name| Some((name.to_owned(), all.get(name)?.clone())));
    told.collect()
}

impl Claims {
    /// A claim as text, on one line. An empty one is none, as GitHub's `head_ref` of a push.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        plain(self.all.get(name)?)
    }

    /// The texts of a claim that is a list.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.all.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(plain).collect()
    }

    /// Whether a claim is true, written either way.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "true")
    }

    /// Whom it is for: one or several.
    pub(super) fn audience(&self) -> Vec<String> {
        match self.all.get("aud") {
            Some(Value::Array(_)) => self.texts("aud"),
            _ => self.text("aud").into_iter().collect(),
        }
    }
}

fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return None,
    };
    let fits = !text.is_empty() && text.len() <= LONGEST && text.chars().all(is_shown);
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_number_is_the_same_as_its_text() {
        for id in [json!(74), json!("74")] {
            assert_eq!(claims(json!({"id": id})).text("id").as_deref(), Some("74"));
        }
        for nothing in [
            json!(""),
            json!(null),
            json!(-1),
            json!(7.5),
            json!({}),
            json!(["74"]),
            json!("7\n4"),
            json!("x".repeat(501)),
        ] {
            assert_eq!(claims(json!({"id": nothing})).text("id"), None);
        }
    }

    #[test]
    fn whom_it_is_for_is_one_or_several() {
        let audience = |value| claims(json!({"aud": value})).audience();
        assert_eq!(audience(json!("a")), ["a"]);
        assert_eq!(audience(json!(["a", "b"])), ["a", "b"]);
        assert!(audience(json!(null)).is_empty());
    }

    #[test]
    fn a_token_without_times_has_none() {
        assert!(claims(json!({"exp": 2, "iat": 1})).times.is_some());
        assert!(
            claims(json!({"exp": 2.5, "iat": 1, "nbf": 1}))
                .times
                .is_some()
        );
        for without in [
            json!({"exp": 2}),
            json!({"iat": 1}),
            json!({"exp": "2", "iat": 1}),
            json!({"exp": 2, "iat": 1, "nbf": "1"}),
        ] {
            assert!(claims(without).times.is_none());
        }
    }
}
