//! What a portal stores in: a DynamoDB and an S3 inside this process.

use embedded::{
    Running,
    dynamodb::{self, Storage},
    s3::{self, KeyPair},
};
use serde_json::Value;
use store::{Objects, Settings, Store, object_keys::written_once};
use tempfile::TempDir;

/// The AWS region of everything.
pub const REGION: &str = "eu-west-1";
/// The AWS account of everything.
pub const ACCOUNT: &str = "123456789012";
/// The table.
pub const TABLE: &str = "towpath";
/// Where Linux keeps files in memory.
const MEMORY: &str = "/dev/shm";
/// The portal's bucket.
pub const BUCKET: &str = "towpath-releases";
/// The bucket of the pipelines' artifacts.
pub const ARTIFACTS: &str = "pipeline-artifacts";
/// What the portal signs with.
pub const PORTAL_KEYS: (&str, &str) = ("AKIDPORTAL", "the-secret-of-the-portal");
/// What a job brings along: it opens [`ARTIFACTS`] alone.
pub const JOB_KEYS: (&str, &str) = ("AKIDJOB", "the-secret-of-the-job");

/// A table and two buckets, there until dropped.
pub struct Services {
    /// The table and the portal's bucket.
    pub store: Store,
    /// The bucket of the pipelines' artifacts.
    pub artifacts: Objects,
    /// The DynamoDB, until a test takes it away.
    pub dynamodb: Option<Running>,
    /// The S3.
    pub s3: Running,
    folder: TempDir,
}

impl Services {
    /// Empty ones. The portal's keys open its own bucket alone, as its role would.
    pub async fn start() -> Self {
        Self::with(None, false, true).await
    }

    /// Those of a folder of `towpath serve`, or empty ones whose objects are in memory, too; with the portal's keys for its own
    /// bucket, or for all.
    pub(crate) async fn with(
        data: Option<TempDir>,
        objects_in_memory: bool,
        only_its_own: bool,
    ) -> Self {
        // The clients ask for one, though all of it stays on loopback; a second install changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let any = ([127, 0, 0, 1], 0).into();
        let in_memory = data.is_none();
        let folder = data.unwrap_or_else(|| {
            let in_memory = objects_in_memory.then(|| tempfile::tempdir_in(MEMORY));
            let in_memory = in_memory.and_then(Result::ok);
            in_memory.unwrap_or_else(|| tempfile::tempdir().unwrap())
        });
        let records = if in_memory {
            Storage::Memory
        } else {
            Storage::File(folder.path().join("records.sqlite"))
        };
        let dynamodb = dynamodb::start(records, any).await.unwrap();
        let keys = KeyPair::new(PORTAL_KEYS.0, PORTAL_KEYS.1);
        let key_pairs = vec![
            if only_its_own {
                keys.only(BUCKET)
            } else {
                keys
            },
            KeyPair::new(JOB_KEYS.0, JOB_KEYS.1).only(ARTIFACTS),
        ];
        let settings = s3::Settings {
            folder: folder.path().join("objects"),
            address: any,
            key_pairs,
            written_once: written_once(BUCKET),
        };
        let s3 = s3::start(settings).await.unwrap();
        let store = connect(&dynamodb.endpoint(), &s3.endpoint()).await;
        store::table::schema::create(&store.table).await.unwrap();
        store.objects.create_bucket().await.unwrap();
        let artifacts = store
            .objects
            .with_credentials(ARTIFACTS, JOB_KEYS.0, JOB_KEYS.1, None);
        artifacts.create_bucket().await.unwrap();
        Self {
            store,
            artifacts,
            dynamodb: Some(dynamodb),
            s3,
            folder,
        }
    }

    /// Where the DynamoDB is.
    pub fn dynamodb_endpoint(&self) -> String {
        self.dynamodb.as_ref().unwrap().endpoint()
    }

    /// Puts what a pipeline's build made.
    pub async fn put_artifact(&self, key: &str, bytes: Vec<u8>) {
        let put = self.artifacts.put(key, bytes, "application/zip");
        put.await.unwrap();
    }

    /// Changes the first byte of an object on the disk, so that it is not what its checksum says any more.
    pub fn alter_object(&self, bucket: &str, key: &str) {
        let buckets = self.folder.path().join("objects/buckets");
        let file = buckets.join(bucket).join(format!("{key}@"));
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[0] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    }

    /// Removes an object with all its versions, whatever locks them.
    pub fn remove_object(&self, bucket: &str, key: &str) {
        let objects = self.folder.path().join("objects");
        let of = |part: &str| objects.join(part).join(bucket).join(format!("{key}@"));
        std::fs::remove_dir_all(of("versions")).unwrap();
        std::fs::remove_file(of("buckets")).unwrap();
    }

    /// Calls DynamoDB itself, past everything of ours.
    pub async fn dynamodb(&self, operation: &str, body: &Value) -> Value {
        let call = reqwest::Client::new()
            .post(self.dynamodb_endpoint())
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .body(body.to_string());
        let answer = call.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

/// The portal's table and bucket, at those addresses.
pub async fn connect(dynamodb: &str, s3: &str) -> Store {
    let (id, secret) = PORTAL_KEYS;
    Store::connect(&Settings {
        region: REGION.to_owned(),
        table: TABLE.to_owned(),
        bucket: BUCKET.to_owned(),
        dynamodb_endpoint: Some(dynamodb.to_owned()),
        s3_endpoint: Some(s3.to_owned()),
        static_credentials: Some((id.to_owned(), secret.to_owned())),
    })
    .await
}
