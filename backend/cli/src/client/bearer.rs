//! What a command shows to the portal to be known: a token, from the environment or a file, and so in no list of processes.

use std::{ffi::OsString, fs, path::Path};

use http::HeaderValue;
use http_client::is_this_machine;
use url::Url;

use crate::failure::Failure;

/// The environment variable that holds a token.
pub(crate) const VARIABLE: &str = "TOWPATH_TOKEN";

/// A token, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Bearer(HeaderValue);

impl Bearer {
    /// The token in a file, else in the environment, if there is one.
    pub(crate) fn found(
        file: Option<&Path>,
        variable: Option<OsString>,
    ) -> Result<Option<Self>, Failure> {
        if let Some(file) = file {
            let name = file.display();
            let text = fs::read_to_string(file)
                .map_err(|error| Failure::Refused(format!("{name} cannot be read: {error}")))?;
            return Self::parse(&text, &name.to_string()).map(Some);
        }
        let Some(text) = variable.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let text = text.into_string().unwrap_or_default();
        Self::parse(&text, VARIABLE).map(Some)
    }

    /// A token that stands there. What stands there instead is not repeated: it may be another secret.
    fn parse(text: &str, place: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let value = HeaderValue::from_str(&format!("Bearer {text}"))
            .ok()
            .filter(|_| plain);
        let mut value = value.ok_or_else(|| {
            Failure::Refused(format!(
                "{place} holds no token: it is one word, such as towpath_…"
            ))
        })?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The value of the header `Authorization`.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// Refuses to send a token where anyone on the way could read it.
    pub(crate) fn may_go_to(base: &Url) -> Result<(), Failure> {
        if base.scheme() == "https" || base.host_str().is_some_and(is_this_machine) {
            return Ok(());
        }
        Err(Failure::Refused(format!(
            "a token is not sent to {base} over plain http, where anyone on the way could read it: use https"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_https_or_stays_on_this_machine() {
        for (url, goes) in [
            ("https://releases.example.com", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost:8080", true),
            ("http://releases.example.com", false),
            ("http://192.168.0.7:8080", false),
            ("http://localhost.example.com", false),
        ] {
            let sent = Bearer::may_go_to(&url.parse().unwrap());
            assert_eq!(sent.is_ok(), goes, "{url}");
        }
    }

    #[test]
    fn what_is_no_token_is_not_repeated() {
        for text in ["", "two words", "line\nbreak", "caf\u{e9}"] {
            let refused = Bearer::parse(text, "here").unwrap_err().to_string();
            assert!(refused.starts_with("here holds no token"), "{refused}");
            assert!(text.is_empty() || !refused.contains(text), "{refused}");
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        let bearer = Bearer::parse("towpath_secret\n", "here").unwrap();
        assert!(!format!("{bearer:?}").contains("secret"));
        assert_eq!(bearer.header(), "Bearer towpath_secret");
    }
}
