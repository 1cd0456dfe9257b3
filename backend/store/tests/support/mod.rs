//! A table to test, and records to put into it.
//!
//! The table is one of the embedded DynamoDB in memory, unless `TOWPATH_TEST_DYNAMODB_ENDPOINT` names another server; with
//! `aws` it is AWS's own, with the credentials and region of the environment. Each test makes a table of its own; those
//! on other servers stay there, named `towpath-test-…`. With `TOWPATH_TEST_FAULT` (`contended`, `throttled`, `answer-lost`) each call
//! fails once before it gets through.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses a part of this"
)]

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
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
    audit::AuditAction,
    build::{Build, RegistrationKey},
    digest::Digest,
    id::{AppId, EnvironmentId},
    known::Origin,
    month::Month,
};
use embedded::dynamodb::{self, Storage};
use jiff::SignedDuration;
use store::{
    Settings, Store, Table,
    table::{Along, Released, Upload, UploadFile},
};
pub(crate) use testkit::records::{
    build_id, event, grant, note, pipeline, registration_key, release, run_id, step_event,
};
use testkit::{records::build_of, transient::Transient};

/// A table, and the server that has it.
pub(crate) struct Bench {
    pub(crate) table: Table,
    pub(crate) settings: Settings,
    server: Option<embedded::Running>,
}

/// Any free port.
const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

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

    /// The same, where items that have expired are deleted.
    pub(crate) async fn in_expiring_file(path: PathBuf) -> Self {
        let storage = Storage::File(path);
        Self::before(dynamodb::start_expiring(storage, ANY).await.unwrap()).await
    }

    async fn embedded(storage: Storage) -> Self {
        Self::before(dynamodb::start(storage, ANY).await.unwrap()).await
    }

    async fn before(server: embedded::Running) -> Self {
        let mut endpoint = server.endpoint();
        if let Some(fault) = Transient::of_environment() {
            endpoint = fault.before(&endpoint).await;
        }
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
        store::table::schema::create(&table).await.unwrap();
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

/// Noon, and seconds after it.
pub(crate) fn noon(seconds: i64) -> Timestamp {
    testkit::noon(0) + SignedDuration::from_secs(seconds)
}

pub(crate) fn app(name: &str) -> AppId {
    name.parse().unwrap()
}

pub(crate) fn environment(name: &str) -> EnvironmentId {
    name.parse().unwrap()
}

/// A build that was registered as many seconds after noon as its number says.
pub(crate) fn build(app: &AppId, number: u64) -> Build {
    build_of(app, number, noon(i64::try_from(number).unwrap()))
}

impl Bench {
    /// What the audit log says was done, the oldest first.
    pub(crate) async fn actions(&self) -> Vec<AuditAction> {
        let found = self.table.audit().month(&Month::of(noon(0))).await.unwrap();
        found
            .into_iter()
            .map(|found| found.entry.unwrap().note.action)
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
        let note = note(AuditAction::Released);
        let released = self.table.releases().put(&grant, Along::Nothing, &note);
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
        let (registered, released) = (note(AuditAction::Registered), note(AuditAction::Released));
        let along = Along::Registration {
            key,
            build,
            note: &registered,
        };
        let grant = grant(build, environment, at);
        let done = self.table.releases().put(&grant, along, &released);
        done.await.unwrap()
    }
}

/// An upload of one file.
pub(crate) fn upload(number: u32, at: Timestamp) -> Upload {
    Upload {
        id: format!("01KAF{number:021}").parse().unwrap(),
        registration: registration_key(&app("wallet"), "push"),
        app: app("wallet"),
        environment: None,
        revision: None,
        version: None,
        origin: Origin::default(),
        run: None,
        by: Actor::local(),
        files: vec![UploadFile {
            name: "app.apk".parse().unwrap(),
            size: 5,
            digest: Digest::of(b"bytes"),
            staging_key: "staging/x/0".to_owned(),
            multipart: Some("upload".to_owned()),
        }],
        created_at: at,
        completed: None,
        registering: None,
        failed: None,
        heals: false,
        changes: 0,
    }
}
