//! Who may report, with which secrets.

use std::{borrow::Borrow, collections::BTreeMap};

use domain::{
    json,
    source::{Arrival, Source},
};
use serde::Deserialize;

use super::{
    UnverifiedDelivery,
    signature::{Secret, Signed, signed},
};

/// The endpoints of all systems.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Endpoints(BTreeMap<System, BTreeMap<String, Endpoint>>);

/// The name of a system that delivers by webhook.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct System(String);

/// One endpoint: anyone who knows one of its secrets may report here.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct Endpoint {
    current: Secret,
    previous: Option<Secret>,
    owner: Option<Name>,
    repositories: Option<BTreeMap<String, u64>>,
    host: Option<Name>,
}

/// An endpoint as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    current: Secret,
    #[serde(default, deserialize_with = "none_if_empty")]
    previous: Option<Secret>,
    /// The only owner whose repositories it is for.
    #[serde(default, deserialize_with = "given")]
    owner: Option<Name>,
    /// The only ones of them, each with its number: the name says which workflow a run is of, and the number which run it is,
    /// so that anyone who signs could write either of another.
    #[serde(default, deserialize_with = "given")]
    repositories: Option<BTreeMap<String, u64>>,
    /// The host that its runs are said to be of, if not the system's usual one: part of their identity, which no body may choose.
    #[serde(default, deserialize_with = "given")]
    host: Option<Name>,
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
        // Of a system that is there twice, a map would keep the second's endpoints alone.
        json::value(json.as_bytes()).map_err(|_| EndpointsError {
            place: "a key that is there twice".to_owned(),
        })?;
        Ok(endpoints)
    }

    pub(super) fn find(&self, source: Source, name: &str) -> Option<&Endpoint> {
        self.0.get(source.name)?.get(name)
    }
}

impl Endpoint {
    /// Which of its secrets a delivery is signed with, if it is.
    pub(super) fn signed(&self, delivery: &UnverifiedDelivery<'_>) -> Option<Signed> {
        signed(&self.current, self.previous.as_ref(), delivery)
    }

    pub fn owner(&self) -> Option<&str> {
        self.owner.as_ref().map(|Name(owner)| owner.as_str())
    }

    pub fn repositories(&self) -> Option<&BTreeMap<String, u64>> {
        self.repositories.as_ref()
    }

    pub fn host(&self) -> Option<&str> {
        self.host.as_ref().map(|Name(host)| host.as_str())
    }
}

impl TryFrom<String> for System {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, &'static str> {
        match Source::named(&name) {
            Some(source) if source.arrival == Arrival::Webhook => Ok(Self(name)),
            _ => Err("a system that delivers by webhook"),
        }
    }
}

impl Borrow<str> for System {
    fn borrow(&self) -> &str {
        &self.0
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

/// What is there, which is never `null`: a restriction that a template filled with nothing would be none.
fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A rotation that has had no predecessor yet may leave an empty one.
fn none_if_empty<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    text.filter(|text| !text.is_empty())
        .map(|text| Secret::try_from(text).map_err(serde::de::Error::custom))
        .transpose()
}

#[cfg(test)]
mod tests {
    use domain::source::GITHUB;

    use super::*;

    const SECRET: &str = "a secret of the tests";

    #[test]
    fn an_endpoint_needs_no_more_than_a_secret() {
        let text = format!(r#"{{"github": {{"acme": {{"current": "{SECRET}"}}}}}}"#);
        let endpoints = Endpoints::parse(&text).unwrap();
        let acme = endpoints.find(GITHUB, "acme").unwrap();
        assert_eq!((acme.host(), acme.owner()), (None, None));
        assert!(endpoints.find(GITHUB, "ACME").is_none());
        let none = Endpoints::parse("{}").unwrap();
        assert!(none.find(GITHUB, "acme").is_none());
    }

    #[test]
    fn a_system_without_webhooks_has_no_endpoints_and_none_is_there_twice() {
        let endpoints = format!(r#"{{"acme": {{"current": "{SECRET}"}}}}"#);
        for wrong in [
            format!(r#"{{"githb": {endpoints}}}"#),
            format!(r#"{{"codepipeline": {endpoints}}}"#),
            format!(r#"{{"github": {endpoints}, "github": {{}}}}"#),
        ] {
            let message = Endpoints::parse(&wrong).unwrap_err().to_string();
            assert!(!message.contains(SECRET), "{message}");
        }
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
            r#"{"github": {"acme": {"current": "a long enough secret", "owner": null}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "host": null}}}"#,
            r#"{"github": {"acme": {"current": "a long enough secret", "owner": "o", "repositories": null}}}"#,
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
        assert!(endpoints.find(GITHUB, "acme").unwrap().previous.is_none());
    }

    #[test]
    fn nothing_that_is_printed_for_debugging_shows_a_secret() {
        let text = format!(r#"{{"github": {{"acme": {{"current": "{SECRET}"}}}}}}"#);
        let told = format!("{:?}", Endpoints::parse(&text).unwrap());
        assert!(!told.contains(SECRET), "{told}");
    }
}
