//! Names of things: parsed once, then carried as types.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A text that is not a valid name of its kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{text:?} is not {expected}")]
pub struct InvalidId {
    text: String,
    expected: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $pattern:expr, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId { text: text.chars().take(80).collect(), expected: $expected })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                crate::openapi::text_schema($expected, $pattern)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}

text_id!(
    /// Who a person is, whatever address they have by now: a digest of their issuer and of its name for them.
    PersonId,
    "32 hexadecimal digits that name a person",
    Some("^[0-9a-f]{32}$"),
    |text| text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
);

impl PersonId {
    /// Whom an issuer calls so.
    pub fn of(issuer: &str, subject: &str) -> Self {
        // A list in JSON, so that no two pairs are written alike.
        let pair = serde_json::json!([issuer, subject]).to_string();
        let digest = crate::digest::Digest::of(pair.as_bytes()).to_string();
        Self(digest.chars().take(32).collect())
    }
}

/// First path segments that are the portal's own, so that no app may take them.
pub const RESERVED_APPS: [&str; 16] = [
    "api",
    "assets",
    "audit",
    "builds",
    "compare",
    "holds",
    "hooks",
    "promotions",
    "runs",
    "settings",
    "share",
    "unassigned",
    "healthz",
    "sign-in",
    "sign-out",
    "signed-out",
];

/// Second path segments below an app that are the portal's own, so that no environment may take them.
pub const RESERVED_ENVIRONMENTS: [&str; 2] = ["builds", "runs"];

fn is_slug(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

text_id!(
    /// An app's name in addresses and records (`wallet`).
    AppId,
    "an app's name: 1 to 40 lower-case letters, digits and inner hyphens, and none of the portal's own addresses",
    Some("^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"),
    |text| is_slug(text) && !RESERVED_APPS.contains(&text)
);

text_id!(
    /// An environment's name in addresses and records (`preprod`).
    EnvironmentId,
    "an environment's name: 1 to 40 lower-case letters, digits and inner hyphens, and none of the portal's own addresses",
    Some("^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"),
    |text| is_slug(text) && !RESERVED_ENVIRONMENTS.contains(&text)
);

text_id!(
    /// A build's public identifier: a ULID, whose 80 random bits cannot be guessed.
    BuildId,
    "a build's identifier: 26 characters of Crockford's base 32",
    Some("^[0-9A-HJKMNP-TV-Z]{26}$"),
    is_ulid
);

text_id!(
    /// A promotion's identifier, and the token that makes starting it idempotent.
    PromotionId,
    "a promotion's identifier: 26 characters of Crockford's base 32",
    Some("^[0-9A-HJKMNP-TV-Z]{26}$"),
    is_ulid
);

text_id!(
    /// An upload's identifier.
    UploadId,
    "an upload's identifier: 26 characters of Crockford's base 32",
    Some("^[0-9A-HJKMNP-TV-Z]{26}$"),
    is_ulid
);

text_id!(
    /// An API token's public half, which names it.
    TokenId,
    "a token's identifier: 26 characters of Crockford's base 32",
    Some("^[0-9A-HJKMNP-TV-Z]{26}$"),
    is_ulid
);

text_id!(
    /// What the owner of an API token calls it.
    TokenLabel,
    "a token's name: 1 to 40 lower-case letters, digits and inner hyphens",
    Some("^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"),
    is_slug
);

text_id!(
    /// A share link's public half, which names it.
    LinkId,
    "a share link's identifier: 26 characters of Crockford's base 32",
    Some("^[0-9A-HJKMNP-TV-Z]{26}$"),
    is_ulid
);

text_id!(
    /// A session's identifier.
    SessionId,
    "a session's identifier: 26 characters of Crockford's base 32",
    Some("^[0-9A-HJKMNP-TV-Z]{26}$"),
    is_ulid
);

text_id!(
    /// A run's identity across every source: `<source>/<that source's own identity>`, such as
    /// `codepipeline/123456789012/eu-west-1/wallet-dev/<execution id>`.
    RunId,
    "a run's identifier: a source and its own identity, of letters, digits and . _ @ : / -",
    Some("^[a-z]+(/[A-Za-z0-9._@:-]+)+$"),
    |text| text.len() <= 512
        && text.contains('/')
        && text.split('/').all(|part| !part.is_empty() && part != "." && part != ".."
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@:-".contains(&b)))
);

text_id!(
    /// A step within its run: `<stage>` or `<stage>/<action>`.
    StepId,
    "a step's name: 1 to 512 printable characters",
    None,
    is_printable
);

text_id!(
    /// An event's identity, equal for every delivery of the same fact: `<source>:<key>`.
    EventId,
    "an event's identity: 1 to 512 printable characters",
    None,
    is_printable
);

text_id!(
    /// A file's own name, without any folder: safe to put in a key and in a `Content-Disposition`.
    FileName,
    "a file name: 1 to 200 characters, no / or \\, no control characters, not . or ..",
    None,
    |text| (1..=200).contains(&text.len())
        && text != "." && text != ".."
        && text.chars().all(|c| !c.is_control() && c != '/' && c != '\\')
);

fn is_ulid(text: &str) -> bool {
    text.len() == 26
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b.is_ascii_uppercase() && !b"ILOU".contains(&b)))
        && text.as_bytes()[0] <= b'7'
}

fn is_printable(text: &str) -> bool {
    (1..=512).contains(&text.len()) && text.chars().all(|c| !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_may_not_take_the_portals_own_addresses() {
        for text in [
            "api",
            "assets",
            "",
            "-a",
            "a-",
            "Wallet",
            "a/b",
            "..",
            &"a".repeat(41),
        ] {
            assert!(text.parse::<AppId>().is_err(), "{text:?}");
        }
        assert_eq!("wallet-2".parse::<AppId>().unwrap().as_str(), "wallet-2");
        assert!("runs".parse::<EnvironmentId>().is_err());
    }

    #[test]
    fn a_run_id_has_no_empty_or_climbing_segment() {
        for text in [
            "codepipeline",
            "codepipeline/",
            "codepipeline//x",
            "codepipeline/../x",
            "a/b c",
        ] {
            assert!(text.parse::<RunId>().is_err(), "{text:?}");
        }
        assert!(
            "codepipeline/1/eu-west-1/wallet_dev/abc"
                .parse::<RunId>()
                .is_ok()
        );
    }

    #[test]
    fn a_file_name_cannot_climb() {
        for text in ["..", ".", "a/b", "a\\b", "a\0b", "a\r\nb", ""] {
            assert!(text.parse::<FileName>().is_err(), "{text:?}");
        }
        assert!("app-arm64-v8a-release.apk".parse::<FileName>().is_ok());
    }
}
