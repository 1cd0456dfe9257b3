//! Who may report, with which secrets.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::signature::{Key, Signed, signed};

/// The endpoints of all systems.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    #[serde(default)]
    github: BTreeMap<String, Endpoint>,
}

/// One endpoint: anyone who knows one of its secrets may report here.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct Endpoint {
    current: Key,
    previous: Option<Key>,
    owner: Option<Name>,
    repositories: Option<BTreeMap<String, u64>>,
    host: Name,
}

/// An endpoint as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    current: Key,
    #[serde(default, deserialize_with = "none_if_empty")]
    previous: Option<Key>,
    /// The only owner whose repositories it is for.
    owner: Option<Name>,
    /// The only ones of them, each with its number: the name says which workflow a run is of, and the number which run it is,
    /// so that anyone who signs could write either of another.
    repositories: Option<BTreeMap<String, u64>>,
    /// The host that its runs are said to be of: part of their identity, which no body may choose.
    #[serde(default = "Name::github")]
    host: Name,
}

/// A text that cannot be empty and has nothing in it that an address could not have.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Name(String);

/// Why a text holds no endpoints. Never with a part of that text: it holds secrets.
#[derive(Debug, thiserror::Error)]
#[error(
    "{place} is not as it should be: {{\"github\": {{\"<endpoint>\": {{\"current\": \"<16 characters or more>\", \
     \"previous\": …, \"owner\": …, \"repositories\": {{\"<name>\": <number>}}, \"host\": …}}}}}}, where only \"current\" has \
     to be there, and \"repositories\" needs an \"owner\" and at least one"
)]
pub struct EndpointsError {
    place: String,
}

impl Endpoints {
    /// Reads the endpoints from JSON: `{"github": {"acme": {"current": "…"}}}`.
    pub fn parse(json: &str) -> Result<Self, EndpointsError> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let read = serde_path_to_error::deserialize(&mut reader);
        let endpoints = read.map_err(|error| EndpointsError {
            place: match error.path().to_string().as_str() {
                "." | "?" => "the text".to_owned(),
                path => path.to_owned(),
            },
        })?;
        reader.end().map_err(|_| EndpointsError {
            place: "what follows the text".to_owned(),
        })?;
        Ok(endpoints)
    }

    /// An endpoint for GitHub.
    pub(super) fn github(&self, name: &str) -> Option<&Endpoint> {
        self.github.get(name)
    }
}

impl Endpoint {
    /// Which of its secrets a body is signed with, if it is.
    pub(super) fn signed(&self, signature: Option<&str>, body: &[u8]) -> Option<Signed> {
        signed(&self.current, self.previous.as_ref(), signature, body)
    }

    pub fn owner(&self) -> Option<&str> {
        self.owner.as_ref().map(|Name(owner)| owner.as_str())
    }

    pub fn repositories(&self) -> Option<&BTreeMap<String, u64>> {
        self.repositories.as_ref()
    }

    pub fn host(&self) -> &str {
        &self.host.0
    }
}

impl TryFrom<Written> for Endpoint {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, &'static str> {
        if let Some(repositories) = &written.repositories {
            if written.owner.is_none() {
                return Err("an owner, whose repositories these are");
            }
            if repositories.is_empty() {
                return Err("at least one repository, or none of this");
            }
            let named = |name: &String| Name::try_from(name.clone()).is_ok();
            if !repositories.keys().all(named) {
                return Err("names of repositories without their owner");
            }
        }
        Ok(Self {
            current: written.current,
            previous: written.previous,
            owner: written.owner,
            repositories: written.repositories,
            host: written.host,
        })
    }
}

impl Name {
    fn github() -> Self {
        Self("github.com".to_owned())
    }
}

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_:".contains(&b);
        if (1..=100).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('.') {
            Ok(Self(text))
        } else {
            Err("a name of letters, digits and . - _ :")
        }
    }
}

/// A rotation that has had no predecessor yet may leave an empty one.
fn none_if_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Key>, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    text.filter(|text| !text.is_empty())
        .map(|text| Key::try_from(text).map_err(serde::de::Error::custom))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of the tests";

    #[test]
    fn an_endpoint_needs_no_more_than_a_secret() {
        let text = format!(r#"{{"github": {{"acme": {{"current": "{SECRET}"}}}}}}"#);
        let endpoints = Endpoints::parse(&text).unwrap();
        let acme = endpoints.github("acme").unwrap();
        assert_eq!((acme.host(), acme.owner()), ("github.com", None));
        assert!(endpoints.github("ACME").is_none());
        assert!(Endpoints::parse("{}").unwrap().github("acme").is_none());
    }

    #[test]
    fn a_restriction_that_is_misspelt_is_an_error_and_not_no_restriction() {
        for misspelt in ["owners", "repository", "repositorys"] {
            let text = format!(
                r#"{{"github": {{"acme": {{"current": "{SECRET}", "owner": "acme", "{misspelt}": {{"wallet": 1}}}}}}}}"#
            );
            let message = Endpoints::parse(&text).unwrap_err().to_string();
            assert!(message.starts_with("github.acme"), "{message}");
            assert!(!message.contains(SECRET), "{message}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_place_and_never_by_its_content() {
        let bad = [
            r#"{"github": {"acme": {"current": "hunter2"}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "previous": "hunter2"}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "owner": "hunter2/hunter2"}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "owner": ""}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "host": "hunter2/.."}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "owner": "o", "repositories": ["hunter2"]}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "owner": "o", "repositories": {}}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "owner": "o", "repositories": {"hunter2/a": 1}}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "owner": "o", "repositories": {"a": "hunter2"}}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "repositories": {"hunter2": 1}}}}"#,
            r#"{"github": {"acme": "hunter2"}}"#,
            r#"{"github": "hunter2"}"#,
            r#""hunter2""#,
            "hunter2",
            "",
            r#"{"github": {}} hunter2"#,
        ];
        for text in bad {
            let error = Endpoints::parse(text).unwrap_err();
            let told = format!("{error} {error:?}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn an_empty_previous_secret_is_none_and_signs_nothing() {
        let text =
            format!(r#"{{"github": {{"acme": {{"current": "{SECRET}", "previous": ""}}}}}}"#);
        let endpoints = Endpoints::parse(&text).unwrap();
        assert!(endpoints.github("acme").unwrap().previous.is_none());
    }

    #[test]
    fn nothing_that_is_printed_for_debugging_shows_a_secret() {
        let text = format!(r#"{{"github": {{"acme": {{"current": "{SECRET}"}}}}}}"#);
        let told = format!("{:?}", Endpoints::parse(&text).unwrap());
        assert!(!told.contains(SECRET), "{told}");
    }
}
