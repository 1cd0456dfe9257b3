//! A table to test, and records to put into it.
//!
//! The table is one of the embedded DynamoDB in memory, unless `TOWPATH_TEST_DYNAMODB_ENDPOINT` names another server; with
//! `aws` it is AWS's own, with the credentials and region of the environment. Each test makes a table of its own; those
//! on other servers stay there, named `towpath-test-…`.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_smithy_http_client::tls;
use domain::{
    Timestamp,
    actor::Actor,
    audit::{Deed, Note},
    build::{Artifact, ArtifactKind, Build, RegistrationKey},
    digest::Digest,
    event::{Event, Facts, Pipeline},
    id::{AppId, BuildId, EnvironmentId, RunId},
    release::{DirectRelease, Release, ReleaseGrant},
    status::Status,
};
use embedded::dynamodb::{self, Storage};
use store::{
    Settings, Store, Table,
    table::{Along, Month, Released},
};

/// A table, and the server that has it.
pub(crate) struct Bench {
    pub(crate) table: Table,
    pub(crate) settings: Settings,
    server: Option<embedded::Running>,
}

impl Bench {
    /// A new table.
    pub(crate) async fn new() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "tests are configured by the environment"
        )]
        let endpoint = std::env::var("TOWPATH_TEST_DYNAMODB_ENDPOINT").ok();
        match endpoint.as_deref() {
            None => Self::embedded(Storage::Memory).await,
            Some("aws") => Self::over(None, None).await,
            Some(endpoint) => Self::over(None, Some(endpoint.to_owned())).await,
        }
    }

    /// A table in a file, as `towpath serve` has it.
    pub(crate) async fn in_file(path: PathBuf) -> Self {
        Self::embedded(Storage::File(path)).await
    }

    async fn embedded(storage: Storage) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = dynamodb::start(storage, any).await.unwrap();
        let endpoint = server.endpoint();
        Self::over(Some(server), Some(endpoint)).await
    }

    async fn over(server: Option<embedded::Running>, endpoint: Option<String>) -> Self {
        let settings = Settings {
            region: region(endpoint.is_none()),
            table: table_name(server.is_some()),
            bucket: "unused".to_owned(),
            static_credentials: endpoint
                .is_some()
                .then(|| ("test".to_owned(), "test".to_owned())),
            dynamodb_endpoint: endpoint,
            s3_endpoint: None,
        };
        let table = Store::connect(&settings).await.table;
        table.create().await.unwrap();
        Self {
            table,
            settings,
            server,
        }
    }

    /// Stops the server, if it is this test's own.
    pub(crate) async fn stop(self) {
        if let Some(server) = self.server {
            server.shutdown().await;
        }
    }

    /// DynamoDB itself, to look at what was written.
    pub(crate) async fn raw(&self) -> aws_sdk_dynamodb::Client {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(
                tls::rustls_provider::CryptoMode::Ring,
            ))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(self.settings.region.clone()))
            .http_client(http);
        if let Some((id, secret)) = &self.settings.static_credentials {
            loader = loader.credentials_provider(Credentials::new(id, secret, None, None, "test"));
        }
        if let Some(endpoint) = &self.settings.dynamodb_endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        aws_sdk_dynamodb::Client::new(&loader.load().await)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are configured by the environment"
)]
fn region(real: bool) -> String {
    let of_environment = std::env::var("AWS_REGION").ok();
    of_environment
        .filter(|_| real)
        .unwrap_or_else(|| "eu-west-1".to_owned())
}

/// Counts the tables that this process has made.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A name that no other test and no other run of the tests has.
fn table_name(own_server: bool) -> String {
    if own_server {
        return "towpath".to_owned();
    }
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    #[expect(clippy::disallowed_methods, reason = "a name that was not used before")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    format!(
        "towpath-test-{}-{}-{next}",
        now.as_millis(),
        std::process::id()
    )
}

/// Noon of a day, and seconds after it.
pub(crate) fn noon(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_262_400 + seconds).unwrap()
}

pub(crate) fn app(name: &str) -> AppId {
    name.parse().unwrap()
}

pub(crate) fn environment(name: &str) -> EnvironmentId {
    name.parse().unwrap()
}

/// A build's identity, by number.
pub(crate) fn build_id(number: u64) -> BuildId {
    format!("01KAF000000000000000{number:06}").parse().unwrap()
}

pub(crate) fn run_id(name: &str) -> RunId {
    format!("codepipeline/123456789012/eu-west-1/wallet-dev/{name}")
        .parse()
        .unwrap()
}

pub(crate) fn pipeline(name: &str) -> Pipeline {
    Pipeline {
        source: "codepipeline".to_owned(),
        account: Some("123456789012".to_owned()),
        region: Some("eu-west-1".to_owned()),
        name: name.to_owned(),
    }
}

/// An event of the run as a whole, `seconds` after noon.
pub(crate) fn event(run: &str, status: Status, seconds: i64) -> Event {
    let at = noon(seconds);
    Event {
        id: format!("codepipeline:{run}-{}-{seconds}", status.word())
            .parse()
            .unwrap(),
        run: run_id(run),
        step: None,
        pipeline: pipeline("wallet-dev"),
        occurred_at: at,
        received_at: at,
        attempt: 1,
        ordinal: Event::clock_ordinal(at, at),
        status,
        raw_status: status.word().to_uppercase(),
        facts: Facts::default(),
    }
}

/// An event of a step.
pub(crate) fn step_event(run: &str, step: &str, status: Status, seconds: i64) -> Event {
    let event = event(run, status, seconds);
    Event {
        id: format!("{}-{step}", event.id).parse().unwrap(),
        step: Some(step.parse().unwrap()),
        ..event
    }
}

pub(crate) fn build(app: &AppId, number: u64) -> Build {
    Build {
        id: build_id(number),
        app: app.clone(),
        number,
        version: Some(format!("1.0.{number}")),
        revision: None,
        run: None,
        origin: domain::known::Origin::default(),
        registered_at: noon(i64::try_from(number).unwrap()),
        registered_by: Actor::pipeline("wallet-dev"),
        artifacts: vec![Artifact {
            name: "app.apk".parse().unwrap(),
            kind: ArtifactKind::Apk,
            digest: Digest::of(&number.to_be_bytes()),
            size: 20_000_000,
            package: None,
        }],
    }
}

pub(crate) fn release(build: &Build, environment: &EnvironmentId, at: Timestamp) -> Release {
    grant(build, environment, at).release().clone()
}

/// The permission to release a build where no path leads and nothing is held.
pub(crate) fn grant(build: &Build, environment: &EnvironmentId, at: Timestamp) -> ReleaseGrant {
    let asked = DirectRelease {
        build,
        to: environment,
        path: None,
        holds: &[],
        run: None,
        by: Actor::pipeline("wallet-dev"),
    };
    domain::release::decide(asked, at).unwrap()
}

pub(crate) fn note(deed: Deed) -> Note {
    Note::new(noon(0), Actor::local(), "local", deed)
}

impl Bench {
    /// What the audit log says was done, the oldest first.
    pub(crate) async fn deeds(&self) -> Vec<Deed> {
        let found = self.table.audit_month(&Month::of(noon(0))).await.unwrap();
        found
            .into_iter()
            .map(|found| found.entry.unwrap().note.deed)
            .collect()
    }

    /// Releases a build that is known.
    pub(crate) async fn release(
        &self,
        build: &Build,
        environment: &EnvironmentId,
        at: Timestamp,
    ) -> Released {
        let grant = grant(build, environment, at);
        let note = note(Deed::Released);
        let released = self.table.release(&grant, Along::Nothing, &note);
        released.await.unwrap()
    }

    /// Ends a registration that was begun, and releases its build.
    pub(crate) async fn register(
        &self,
        key: &RegistrationKey,
        build: &Build,
        environment: &EnvironmentId,
        at: Timestamp,
    ) -> Released {
        let (registered, released) = (note(Deed::Registered), note(Deed::Released));
        let along = Along::Registration {
            key,
            build,
            note: &registered,
        };
        let grant = grant(build, environment, at);
        let done = self.table.release(&grant, along, &released);
        done.await.unwrap()
    }
}

pub(crate) fn registration_key(app: &AppId, run: &str) -> RegistrationKey {
    RegistrationKey {
        app: app.clone(),
        run: run.to_owned(),
        attempt: "artifacts/wallet-dev/BuildArtif/abc123".to_owned(),
        owner: None,
    }
}
