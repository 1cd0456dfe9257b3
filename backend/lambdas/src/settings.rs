//! What a function is told by its environment, read once, at start.

use std::{fs, io, path::PathBuf};

use config::{self, Config, Problems};
use domain::{
    digest::Digest,
    id::{EnvironmentId, InvalidId},
};
use identity::sign_in;
use jiff::SignedDuration;
use targets::Role;
use url::Url;
use web::{InvalidOriginKey, OriginKey};

/// The variable that says who knows the people who may come in.
const ISSUER: (&str, &str) = (
    "TOWPATH_OIDC_ISSUER",
    "the OpenID Connect issuer that people sign in at",
);

/// Every function needs a region.
pub(crate) const NO_REGION: Error = Error::Missing {
    name: "AWS_REGION",
    holds: "the AWS region",
};

/// What a function is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the table and the objects are.
    pub store: store::Settings,
    /// Apps, environments, and which pipeline feeds what.
    pub config: Config,
    /// SHA-256 of the configuration's text.
    pub config_digest: Digest,
    /// The environment that this deployment is of.
    pub home: Option<EnvironmentId>,
    /// The bucket of the audit log's seals.
    pub audit_bucket: Option<String>,
    /// The address that people open, when it is not in the configuration.
    pub public_url: Option<Url>,
    /// Where `CodePipeline` listens, when it is not AWS's own.
    pub codepipeline_endpoint: Option<String>,
    /// The AWS account that the functions run in.
    pub account: Option<String>,
    /// The role to call pipelines of another account in.
    pub pipelines_role: Option<Role>,
    /// The role to answer jobs of another account in.
    pub jobs_role: Option<Role>,
    /// The function that registers uploads; only `web` and `clock` call it.
    pub register_function: Option<String>,
    /// The folder of the pages' assets; only `web` serves them.
    pub site: Option<PathBuf>,
    /// Where AWS's Security Token Service listens, when it is not AWS's own.
    pub sts_endpoint: Option<Url>,
    /// How people come in; only `web` asks.
    pub sign_in: Option<SignIn>,
    /// What each request has to carry that `web` and `hooks` answer: CloudFront adds it.
    pub origin_key: Option<OriginKey>,
}

/// How people come in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Whom to ask.
    pub issuer: sign_in::Settings,
    /// The name or ARN of the session secret, or, where it begins with a brace, the secret itself.
    pub secret: String,
    /// Where Secrets Manager listens, when it is not AWS's own.
    pub secrets_endpoint: Option<String>,
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A variable that has to be there.
    #[error("{name} is not set; it holds {holds}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What belongs into it.
        holds: &'static str,
    },
    /// The address is none.
    #[error("TOWPATH_PUBLIC_URL is {found:?}, not an address like https://releases.example.com")]
    PublicUrl {
        found: String,
        /// Why it is none.
        #[source]
        source: url::ParseError,
    },
    /// The home environment has no name that can be one.
    #[error("TOWPATH_HOME is {found:?}, not the name of an environment")]
    Home {
        found: String,
        /// Why it is none.
        #[source]
        source: InvalidId,
    },
    /// What should be a role is none.
    #[error("{name} is {found:?}, not the ARN of a role")]
    Role {
        /// The variable.
        name: &'static str,
        found: String,
    },
    /// The emulator's address is none.
    #[error("TOWPATH_OIDC_ENDPOINT is {found:?}, not an address")]
    OidcEndpoint {
        found: String,
        /// Why it is none.
        #[source]
        source: url::ParseError,
    },
    /// The address of the Security Token Service is none.
    #[error("AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL is {found:?}, not an address")]
    StsEndpoint {
        found: String,
        /// Why it is none.
        #[source]
        source: url::ParseError,
    },
    /// The idle time is none.
    #[error("TOWPATH_SESSION_IDLE_HOURS is {found:?}, not a number of hours from 1 to 24")]
    IdleHours { found: String },
    /// The origin key is none.
    #[error(
        "TOWPATH_ORIGIN_KEY cannot be used; it holds the secret that CloudFront adds to each request, or is not set where nothing is \
         in front of the function"
    )]
    OriginKey(#[source] InvalidOriginKey),
    /// The configuration's file cannot be read.
    #[error("cannot read {path}, which TOWPATH_CONFIG names")]
    Unreadable {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The configuration has problems.
    #[error("the configuration cannot be used")]
    Config(#[source] Problems),
}

impl Settings {
    /// How people come in. `web` cannot do without: nobody comes in unasked.
    pub fn sign_in(&self) -> Result<&SignIn, Error> {
        let (name, holds) = ISSUER;
        self.sign_in.as_ref().ok_or(Error::Missing { name, holds })
    }

    /// Reads the settings. `variable` looks up one variable of the environment.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        // One that is empty is a mistake, and no reason to take requests from anywhere.
        let origin_key = variable("TOWPATH_ORIGIN_KEY").map(|key| OriginKey::new(&key));
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let required = |name, holds| variable(name).ok_or(Error::Missing { name, holds });
        let endpoint = |name| variable(name).or_else(|| variable("AWS_ENDPOINT_URL"));
        let config = required(
            "TOWPATH_CONFIG",
            "the path of towpath.toml, or all that would be in it",
        )?;
        let (config, config_digest) = configuration(&config)?;
        Ok(Self {
            store: store::Settings {
                region: variable("AWS_REGION").ok_or(NO_REGION)?,
                table: required("TOWPATH_TABLE", "the name of the table")?,
                bucket: required("TOWPATH_BUCKET", "the name of the release bucket")?,
                dynamodb_endpoint: endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
                s3_endpoint: endpoint("AWS_ENDPOINT_URL_S3"),
                static_credentials: None,
            },
            config,
            config_digest,
            home: variable("TOWPATH_HOME").map(home).transpose()?,
            audit_bucket: variable("TOWPATH_AUDIT_BUCKET"),
            public_url: variable("TOWPATH_PUBLIC_URL").map(public_url).transpose()?,
            codepipeline_endpoint: endpoint("AWS_ENDPOINT_URL_CODEPIPELINE"),
            account: variable("TOWPATH_ACCOUNT"),
            pipelines_role: role(&variable, "TOWPATH_PIPELINES_ROLE")?,
            jobs_role: role(&variable, "TOWPATH_JOBS_ROLE")?,
            register_function: variable("TOWPATH_REGISTER_FUNCTION"),
            site: variable("TOWPATH_SITE").map(PathBuf::from),
            sts_endpoint: endpoint("AWS_ENDPOINT_URL_STS")
                .map(sts_endpoint)
                .transpose()?,
            sign_in: sign_in(&variable)?,
            origin_key: origin_key.transpose().map_err(Error::OriginKey)?,
        })
    }
}

fn sign_in(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<SignIn>, Error> {
    let Some(issuer) = variable(ISSUER.0) else {
        return Ok(None);
    };
    let required = |name, holds| variable(name).ok_or(Error::Missing { name, holds });
    let endpoint = variable("TOWPATH_OIDC_ENDPOINT");
    let endpoint = endpoint.map(|found| {
        let parsed = found.parse();
        parsed.map_err(|source| Error::OidcEndpoint { found, source })
    });
    Ok(Some(SignIn {
        issuer: sign_in::Settings {
            issuer,
            client_id: required("TOWPATH_OIDC_CLIENT_ID", "the portal's name at the issuer")?,
            subject_claim: variable("TOWPATH_OIDC_SUBJECT_CLAIM")
                .unwrap_or_else(|| "sub".to_owned()),
            endpoint: endpoint.transpose()?,
            idle: idle(variable("TOWPATH_SESSION_IDLE_HOURS"))?,
        },
        secret: required(
            "TOWPATH_SESSION_SECRET",
            "the name or ARN of the secret that seals sessions",
        )?,
        secrets_endpoint: variable("AWS_ENDPOINT_URL_SECRETS_MANAGER")
            .or_else(|| variable("AWS_ENDPOINT_URL")),
    }))
}

/// A role of another account, with the external id that all of them ask for.
pub(crate) fn role(
    variable: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<Option<Role>, Error> {
    let Some(arn) = variable(name) else {
        return Ok(None);
    };
    let external_id = variable("TOWPATH_EXTERNAL_ID");
    let role = Role { arn, external_id };
    match role.account() {
        Some(_) => Ok(Some(role)),
        None => Err(Error::Role {
            name,
            found: role.arn,
        }),
    }
}

/// Eight hours, unless something else is asked for.
fn idle(found: Option<String>) -> Result<SignedDuration, Error> {
    let Some(found) = found else {
        return Ok(SignedDuration::from_hours(8));
    };
    match found.parse() {
        Ok(hours @ 1..=24) => Ok(SignedDuration::from_hours(hours)),
        _ => Err(Error::IdleHours { found }),
    }
}

/// Whatever is more than one line is the configuration itself.
fn configuration(text: &str) -> Result<(Config, Digest), Error> {
    let parsed = |text: &str, name| {
        let config = Config::parse(text, name).map_err(Error::Config)?;
        for warning in config.warnings() {
            tracing::warn!("{warning}");
        }
        Ok((config, Digest::of(text.as_bytes())))
    };
    if text.contains('\n') {
        return parsed(text, "TOWPATH_CONFIG");
    }
    let file = fs::read_to_string(text).map_err(|source| Error::Unreadable {
        path: text.to_owned(),
        source,
    })?;
    parsed(&file, config::FILE_NAME)
}

fn sts_endpoint(found: String) -> Result<Url, Error> {
    found
        .parse()
        .map_err(|source| Error::StsEndpoint { found, source })
}

pub(crate) fn home(found: String) -> Result<EnvironmentId, Error> {
    found
        .parse()
        .map_err(|source| Error::Home { found, source })
}

fn public_url(found: String) -> Result<Url, Error> {
    found
        .parse()
        .map_err(|source| Error::PublicUrl { found, source })
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, error::Error as _};

    use super::*;

    const CONFIG: &str = r##"
[[apps]]
id = "wallet"
name = "Wallet"

[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"
"##;

    fn read(change: &[(&str, &str)]) -> Result<Settings, Error> {
        let mut variables = HashMap::from([
            ("AWS_REGION", "eu-west-1"),
            ("TOWPATH_TABLE", "towpath"),
            ("TOWPATH_BUCKET", "releases"),
            ("TOWPATH_CONFIG", CONFIG),
        ]);
        variables.extend(change.iter().copied());
        Settings::read(|name| variables.get(name).map(ToString::to_string))
    }

    #[test]
    fn a_function_in_aws_needs_no_endpoints() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.store.table, "towpath");
        assert_eq!(settings.store.dynamodb_endpoint, None);
        assert_eq!(settings.codepipeline_endpoint, None);
        assert_eq!(settings.config.apps.len(), 1);
    }

    #[test]
    fn one_endpoint_holds_for_all_services_but_those_with_their_own() {
        let settings = read(&[
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_ENDPOINT_URL_CODEPIPELINE", "http://127.0.0.1:2"),
        ])
        .unwrap();
        assert_eq!(
            settings.store.s3_endpoint.as_deref(),
            Some("http://127.0.0.1:1")
        );
        assert_eq!(
            settings.codepipeline_endpoint.as_deref(),
            Some("http://127.0.0.1:2")
        );
    }

    #[test]
    fn what_is_missing_is_named_with_what_belongs_there() {
        for name in [
            "AWS_REGION",
            "TOWPATH_TABLE",
            "TOWPATH_BUCKET",
            "TOWPATH_CONFIG",
        ] {
            let error = read(&[(name, " ")]).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{name} is not set")));
        }
    }

    #[test]
    fn whoever_names_an_issuer_names_client_and_secret_too() {
        let issuer = ("TOWPATH_OIDC_ISSUER", "https://issuer.example");
        let client = ("TOWPATH_OIDC_CLIENT_ID", "towpath");
        let secret = ("TOWPATH_SESSION_SECRET", "towpath/session");
        let missing = |set: &[_]| read(set).unwrap_err().to_string();
        assert!(missing(&[issuer, secret]).starts_with("TOWPATH_OIDC_CLIENT_ID is not set"));
        assert!(missing(&[issuer, client]).starts_with("TOWPATH_SESSION_SECRET is not set"));
        let settings = read(&[issuer, client, secret]).unwrap();
        let idle = settings.sign_in().unwrap().issuer.idle;
        assert_eq!(idle, SignedDuration::from_hours(8));
        let nobody = read(&[]).unwrap().sign_in().unwrap_err().to_string();
        assert!(nobody.starts_with("TOWPATH_OIDC_ISSUER is not set"));
        for idle in ["0", "25", "long"] {
            let idle = ("TOWPATH_SESSION_IDLE_HOURS", idle);
            assert!(missing(&[issuer, client, secret, idle]).contains("from 1 to 24"));
        }
    }

    #[test]
    fn roles_of_another_account_come_with_their_external_id() {
        let role = ("TOWPATH_JOBS_ROLE", "arn:aws:iam::999999999999:role/jobs");
        let settings = read(&[role, ("TOWPATH_EXTERNAL_ID", "e-1")]).unwrap();
        let role = settings.jobs_role.unwrap();
        assert_eq!(role.account(), Some("999999999999"));
        assert_eq!(role.external_id.as_deref(), Some("e-1"));
        assert_eq!(settings.pipelines_role, None);
        let error = read(&[("TOWPATH_PIPELINES_ROLE", "promotions")]).unwrap_err();
        assert!(error.to_string().contains("not the ARN of a role"));
    }

    #[test]
    fn an_origin_key_is_long_or_not_set_and_is_never_spelled() {
        const KEY: &str = "TOWPATH_ORIGIN_KEY";
        assert_eq!(read(&[]).unwrap().origin_key, None);
        let long = "0123456789abcdef0123456789abcdef";
        let settings = read(&[(KEY, long)]).unwrap();
        assert_eq!(settings.origin_key, OriginKey::new(long).ok());
        assert!(!format!("{settings:?}").contains(long));
        for bad in [
            "",
            " ",
            "too-short",
            &long[1..],
            &format!("{long} too-short"),
        ] {
            let error = read(&[(KEY, bad)]).unwrap_err();
            let said = domain::causes::chain(&error);
            assert!(said.contains(KEY) && said.contains("32 or more"), "{said}");
            assert!(bad.trim().is_empty() || !said.contains(bad), "{said}");
        }
    }

    #[test]
    fn the_configuration_can_be_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("towpath.toml");
        fs::write(&path, CONFIG).unwrap();
        let settings = read(&[("TOWPATH_CONFIG", path.to_str().unwrap())]).unwrap();
        assert_eq!(settings.config.environments.len(), 1);
        let error = read(&[("TOWPATH_CONFIG", "/no/such/file")]).unwrap_err();
        assert!(error.to_string().contains("/no/such/file"));
    }

    #[test]
    fn the_problems_of_a_configuration_are_kept() {
        let error = read(&[("TOWPATH_CONFIG", "[[apps]]\nid = \"Wallet\"\n")]).unwrap_err();
        assert!(
            error
                .source()
                .unwrap()
                .to_string()
                .contains("TOWPATH_CONFIG")
        );
    }

    #[test]
    fn an_address_that_is_none_is_shown() {
        let error = read(&[("TOWPATH_PUBLIC_URL", "releases")]).unwrap_err();
        assert!(error.to_string().contains("\"releases\""));
    }
}
