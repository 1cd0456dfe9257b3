//! The embedded servers, and the store on them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use embedded::{
    Running, dynamodb,
    s3::{self, KeyPair},
};
use store::{Objects, Store, object_keys::written_once};

use super::{ServeError, folder::DataFolder};

/// The portal's own keys. No secret: only this machine reaches the servers, and anyone who is on it the portal, too.
pub(super) const OWN_KEYS: (&str, &str) = ("towpath-local", "towpath-local");

/// The keys that the CodePipeline simulator works with and hands to jobs. They open its artifact bucket alone.
const PIPELINE_KEYS: (&str, &str) = ("simulator", "simulator");

pub(crate) const TABLE: &str = "towpath";
pub(super) const RELEASES: &str = "towpath-releases";
/// Where the audit log's seals are kept.
pub(super) const SEALS: &str = "towpath-audit";
/// So long is a seal locked, as in a deployment that says nothing else.
const SEALED_DAYS: i32 = 3650;
/// Where local pipelines keep their artifacts.
const ARTIFACTS: &str = "towpath-artifacts";

/// What the buckets are for. A backup has these names, since a deployment's buckets have others.
const ROLES: [(&str, &str); 3] = [
    ("artifacts", RELEASES),
    ("seals", SEALS),
    ("pipelines", ARTIFACTS),
];

/// What a bucket is for; of one that is not ours, its name.
pub(crate) fn role_of(bucket: &str) -> &str {
    let role = ROLES.into_iter().find(|(_, name)| *name == bucket);
    role.map_or(bucket, |(role, _)| role)
}

/// The bucket that is for that.
pub(crate) fn bucket_of(role: &str) -> &str {
    let bucket = ROLES.into_iter().find(|(known, _)| *known == role);
    bucket.map_or(role, |(_, name)| name)
}

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Where the servers listen, and the region that they are said to be in.
pub(crate) struct Settings {
    pub(crate) dynamodb: SocketAddr,
    pub(crate) s3: SocketAddr,
    pub(crate) region: String,
}

impl Default for Settings {
    /// Any ports that are free.
    fn default() -> Self {
        Self {
            dynamodb: ANY_PORT,
            s3: ANY_PORT,
            region: "eu-west-1".to_owned(),
        }
    }
}

/// The embedded servers, running, and the store on them.
pub(crate) struct Place {
    pub(super) store: Store,
    pub(super) seals: Objects,
    pub(super) s3: Running,
    pub(super) dynamodb: Running,
}

impl Place {
    pub(crate) async fn start(
        folder: &DataFolder,
        settings: &Settings,
    ) -> Result<Self, ServeError> {
        let records = dynamodb::Storage::File(folder.records());
        let dynamodb = dynamodb::start_expiring(records, settings.dynamodb);
        let dynamodb = dynamodb
            .await
            .map_err(|error| failed("DynamoDB", "--dynamodb-listen", error))?;
        let s3 = s3::start(s3::Settings {
            folder: folder.objects(),
            address: settings.s3,
            key_pairs: vec![
                KeyPair::new(OWN_KEYS.0, OWN_KEYS.1),
                KeyPair::new(PIPELINE_KEYS.0, PIPELINE_KEYS.1).only(ARTIFACTS),
            ],
            written_once: written_once(RELEASES),
        });
        let s3 = s3
            .await
            .map_err(|error| failed("S3", "--s3-listen", error))?;
        let store = Store::connect(&store::Settings {
            region: settings.region.clone(),
            table: TABLE.to_owned(),
            bucket: RELEASES.to_owned(),
            dynamodb_endpoint: Some(dynamodb.endpoint()),
            s3_endpoint: Some(s3.endpoint()),
            static_credentials: Some((OWN_KEYS.0.to_owned(), OWN_KEYS.1.to_owned())),
        })
        .await;
        store::table::schema::create(&store.table).await?;
        store.objects.create_bucket().await?;
        let seals = store.objects.in_bucket(SEALS);
        seals.create_locked_bucket(SEALED_DAYS).await?;
        let (id, secret) = OWN_KEYS;
        let artifacts = store.objects.with_credentials(ARTIFACTS, id, secret, None);
        artifacts.create_bucket().await?;
        Ok(Self {
            store,
            seals,
            s3,
            dynamodb,
        })
    }

    pub(crate) async fn shutdown(self) {
        self.s3.shutdown().await;
        self.dynamodb.shutdown().await;
    }
}

fn failed(what: &'static str, flag: &'static str, error: embedded::Error) -> ServeError {
    match error {
        embedded::Error::Listen { address, source } => ServeError::Listen {
            flag,
            address,
            source,
        },
        source => ServeError::Embedded { what, source },
    }
}
