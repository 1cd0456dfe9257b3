//! Where the tests keep their objects.

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_smithy_http_client::tls;
use embedded::{
    Running,
    s3::{self, KeyPair},
};
use store::{Objects, Settings, Store, objects::SignedPut};
use tempfile::TempDir;
use testkit::transient::Transient;

/// The embedded server's keys.
pub(crate) const KEYS: (&str, &str) = ("AKIDTOWPATHTEST", "a secret of 24 characters");
/// What the keys begin with in the bucket `releases` that are written once.
pub(crate) const ONCE: &str = "once/";

static PLACES: AtomicU32 = AtomicU32::new(0);

/// A bucket, and a prefix in it that is this test's own.
pub(crate) struct Place {
    pub(crate) objects: Objects,
    settings: Settings,
    prefix: String,
    embedded: Option<(Running, TempDir)>,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let number = PLACES.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("towpath-test/{}-{number}/", std::process::id());
        if let Some(settings) = elsewhere() {
            return Self {
                objects: Store::connect(&settings).await.objects,
                settings,
                prefix,
                embedded: None,
            };
        }
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path(), Vec::new()).await;
        let mut endpoint = server.endpoint();
        if let Some(fault) = Transient::of_environment() {
            endpoint = fault.before_s3(&endpoint).await;
        }
        let settings = embedded_at(&endpoint);
        let objects = Store::connect(&settings).await.objects;
        objects.create_bucket().await.unwrap();
        Self {
            objects,
            settings,
            prefix,
            embedded: Some((server, folder)),
        }
    }

    /// Whether the server is this test's own.
    pub(crate) fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// A key of this test's own.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// This test's keys, without what they have in common.
    pub(crate) async fn names(&self) -> Vec<String> {
        let keys = self.objects.list(&self.prefix).await.unwrap();
        let own = keys.iter().map(|key| key.strip_prefix(&self.prefix));
        own.map(|name| name.unwrap().to_owned()).collect()
    }

    /// S3 itself, and the bucket: to ask what the store does not ask.
    pub(crate) async fn raw(&self) -> (aws_sdk_s3::Client, String) {
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
        let mut config = aws_sdk_s3::config::Builder::from(&loader.load().await);
        if let Some(endpoint) = &self.settings.s3_endpoint {
            config = config.endpoint_url(endpoint).force_path_style(true);
        }
        let client = aws_sdk_s3::Client::from_conf(config.build());
        (client, self.settings.bucket.clone())
    }

    /// Deletes what the test wrote, and stops the server.
    pub(crate) async fn close(self) {
        for key in self.objects.list(&self.prefix).await.unwrap() {
            self.objects.delete(&key).await.unwrap();
        }
        self.stop().await;
    }

    /// Stops the server, with what is in it.
    pub(crate) async fn stop(self) {
        if let Some((server, _)) = self.embedded {
            server.shutdown().await;
        }
    }
}

/// An embedded S3 over a folder.
pub(crate) async fn start(folder: &Path, more: Vec<KeyPair>) -> Running {
    let mut key_pairs = vec![KeyPair::new(KEYS.0, KEYS.1)];
    key_pairs.extend(more);
    s3::start(s3::Settings {
        folder: folder.to_owned(),
        address: ([127, 0, 0, 1], 0).into(),
        key_pairs,
        written_once: vec![format!("releases/{ONCE}")],
    })
    .await
    .unwrap()
}

/// The objects of the bucket `releases` of an embedded S3.
pub(crate) async fn objects_at(endpoint: &str) -> Objects {
    Store::connect(&embedded_at(endpoint)).await.objects
}

fn embedded_at(endpoint: &str) -> Settings {
    let keys = Some((KEYS.0.to_owned(), KEYS.1.to_owned()));
    settings(Some(endpoint.to_owned()), "releases".to_owned(), keys)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge of the test suite: where it shall run is the caller's choice"
)]
fn elsewhere() -> Option<Settings> {
    let bucket = std::env::var("TOWPATH_TEST_S3_BUCKET").ok()?;
    let endpoint = std::env::var("TOWPATH_TEST_S3_ENDPOINT").ok();
    Some(settings(endpoint, bucket, None))
}

fn settings(endpoint: Option<String>, bucket: String, keys: Option<(String, String)>) -> Settings {
    Settings {
        region: "eu-west-1".to_owned(),
        table: "unused".to_owned(),
        bucket,
        dynamodb_endpoint: None,
        s3_endpoint: endpoint,
        static_credentials: keys,
    }
}

/// Bytes that differ everywhere, so that a misplaced block shows.
pub(crate) fn bytes(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// A request to a link, with the headers that it was signed with.
pub(crate) fn signed(link: SignedPut) -> reqwest::RequestBuilder {
    let put = reqwest::Client::new().put(link.url);
    let headers = link.headers.into_iter();
    headers.fold(put, |put, (name, value)| put.header(name, value))
}
