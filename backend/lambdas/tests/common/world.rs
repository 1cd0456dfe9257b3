//! What the functions talk to: a table, two buckets and a `CodePipeline`, all on loopback.

use std::net::SocketAddr;

use embedded::{
    Running,
    dynamodb::{self, Storage},
    s3::{self, KeyPair},
};
use jiff::SignedDuration;
use portal::sign_in::Session;
use serde_json::{Value, json};
use store::Store;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{
    codepipeline::CodePipeline,
    lambda::{Lambda, Program},
};

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const ARTIFACTS: &str = "pipeline-artifacts";
pub(crate) const JOB_KEY: &str = "JOBKEY";
pub(crate) const JOB_SECRET: &str = "the-secret-of-the-job";

const RELEASES: &str = "releases";
const TABLE: &str = "towpath";
const PORTAL_KEY: &str = "PORTALKEY";
const PORTAL_SECRET: &str = "the-secret-of-the-portal";

/// Nobody asks it: whoever is in these tests came in before.
const ISSUER: &str = "https://issuer.example";
const SESSION_SECRET: &str = r#"{"current": "a secret of the tests, long enough to seal with"}"#;

const CONFIG: &str = r##"
[[apps]]
id = "wallet"
name = "Wallet"

[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"

[[pipelines]]
source = "codepipeline"
name = "wallet-dev"
app = "wallet"
environment = "dev"

[[roles]]
role = "developer"
groups = ["developers"]
"##;

/// The cookie of a developer who signed in.
static COOKIE: OnceCell<String> = OnceCell::const_new();

async fn cookie() -> String {
    let told = lambdas::settings::SignIn {
        issuer: portal::sign_in::Settings {
            issuer: ISSUER.to_owned(),
            client_id: "towpath".to_owned(),
            endpoint: None,
            idle: SignedDuration::from_hours(8),
        },
        secret: SESSION_SECRET.to_owned(),
        secrets_endpoint: None,
    };
    let now = lambdas::ambient::now();
    let id = "01KAF000000000000000000001".parse().unwrap();
    let session = Session::of(id, "ada@example.com", vec!["developers".to_owned()], now);
    let door = lambdas::web::door(&told, REGION);
    let sealed = door.seal_session(&session, &[7; 32], now).await;
    format!("__Host-towpath={}", sealed.unwrap())
}

/// Everything around the functions.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) codepipeline: CodePipeline,
    artifacts: store::Objects,
    /// What runs as a function.
    pub(crate) program: Program,
    variables: Vec<(String, String)>,
    _table: Running,
    _objects: Running,
    _folder: TempDir,
}

impl World {
    /// An empty table, an empty release bucket, and an artifact bucket that only a job's keys open.
    pub(crate) async fn start() -> Self {
        COOKIE.get_or_init(cookie).await;
        let folder = tempfile::tempdir().unwrap();
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let table = dynamodb::start(Storage::Memory, any).await.unwrap();
        let settings = s3::Settings {
            folder: folder.path().to_owned(),
            address: any,
            key_pairs: vec![
                KeyPair::new(PORTAL_KEY, PORTAL_SECRET).only(RELEASES),
                KeyPair::new(JOB_KEY, JOB_SECRET).only(ARTIFACTS),
            ],
        };
        let objects = s3::start(settings).await.unwrap();
        let (codepipeline, pipeline_endpoint) = CodePipeline::start().await;
        let store = Store::connect(&store::Settings {
            region: REGION.to_owned(),
            table: TABLE.to_owned(),
            bucket: RELEASES.to_owned(),
            dynamodb_endpoint: Some(table.endpoint()),
            s3_endpoint: Some(objects.endpoint()),
            static_credentials: Some((PORTAL_KEY.to_owned(), PORTAL_SECRET.to_owned())),
        })
        .await;
        store.table.create().await.unwrap();
        store.objects.create_bucket().await.unwrap();
        let artifacts = store
            .objects
            .with_credentials(ARTIFACTS, JOB_KEY, JOB_SECRET, None);
        artifacts.create_bucket().await.unwrap();
        let variables = [
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", PORTAL_KEY),
            ("AWS_SECRET_ACCESS_KEY", PORTAL_SECRET),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &table.endpoint()),
            ("AWS_ENDPOINT_URL_S3", &objects.endpoint()),
            ("AWS_ENDPOINT_URL_CODEPIPELINE", &pipeline_endpoint),
            ("TOWPATH_ACCOUNT", "123456789012"),
            ("TOWPATH_TABLE", TABLE),
            ("TOWPATH_BUCKET", RELEASES),
            ("TOWPATH_CONFIG", CONFIG),
            ("TOWPATH_PUBLIC_URL", "https://releases.example.com"),
            ("TOWPATH_OIDC_ISSUER", ISSUER),
            ("TOWPATH_OIDC_CLIENT_ID", "towpath"),
            ("TOWPATH_SESSION_SECRET", SESSION_SECRET),
        ];
        Self {
            store,
            codepipeline,
            artifacts,
            program: Program::beside(),
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            _table: table,
            _objects: objects,
            _folder: folder,
        }
    }

    /// Starts a function in this world.
    pub(crate) async fn lambda(&self, handler: &str) -> Lambda {
        Lambda::start(&self.program, handler, &self.variables).await
    }

    /// Starts a peer of the functions' program in this world.
    pub(crate) async fn peer(&self, program: &Program) -> Lambda {
        Lambda::start(program, "peer", &self.variables).await
    }

    /// Starts a function in this world with one variable changed.
    pub(crate) async fn lambda_with(&self, handler: &str, name: &str, value: &str) -> Lambda {
        self.lambda_changed(handler, &[(name, value)]).await
    }

    /// Starts a function in this world with some variables changed.
    pub(crate) async fn lambda_changed(&self, handler: &str, changes: &[(&str, &str)]) -> Lambda {
        let mut variables = self.variables.clone();
        for (name, value) in changes {
            variables.retain(|(known, _)| known != name);
            variables.push(((*name).to_owned(), (*value).to_owned()));
        }
        Lambda::start(&self.program, handler, &variables).await
    }

    /// Where the functions find a service.
    pub(crate) fn endpoint(&self, service: &str) -> String {
        let name = format!("AWS_ENDPOINT_URL_{service}");
        let mut variables = self.variables.iter();
        variables
            .find(|(known, _)| *known == name)
            .unwrap()
            .1
            .clone()
    }

    /// Has functions that start from now on find a service elsewhere.
    pub(crate) fn set_endpoint(&mut self, service: &str, endpoint: &str) {
        let name = format!("AWS_ENDPOINT_URL_{service}");
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, endpoint.to_owned()));
    }

    /// Puts an output artifact where the pipeline would.
    pub(crate) async fn put_artifact(&self, key: &str, bytes: Vec<u8>) {
        self.artifacts
            .put(key, bytes, "application/zip")
            .await
            .unwrap();
    }
}

/// A job for the artifact at `key`, as `CodePipeline` sends it.
pub(crate) fn job(id: &str, parameters: &str, key: &str) -> Value {
    let sample = include_str!("../samples/codepipeline-job.json");
    let mut job: Value = serde_json::from_str(sample).unwrap();
    let body = &mut job["CodePipeline.job"];
    body["id"] = json!(id);
    body["accountId"] = json!("123456789012");
    let data = &mut body["data"];
    data["actionConfiguration"]["configuration"]["UserParameters"] = json!(parameters);
    data["inputArtifacts"][0]["location"]["s3Location"] =
        json!({"bucketName": ARTIFACTS, "objectKey": key});
    data["artifactCredentials"] = json!({
        "accessKeyId": JOB_KEY,
        "secretAccessKey": JOB_SECRET,
        "sessionToken": null,
    });
    data.as_object_mut().unwrap().remove("continuationToken");
    job
}

/// A request as an HTTP API of API Gateway sends it, payload format 2.0.
pub(crate) fn request(method: &str, path: &str, query: &str, body: Option<&Value>) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "cookies": COOKIE.get().into_iter().collect::<Vec<_>>(),
        "headers": {
            "host": "releases.example.com",
            "content-type": "application/json",
            "x-forwarded-proto": "https",
            "user-agent": "a phone",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefgh12",
            "domainName": "releases.example.com",
            "domainPrefix": "releases",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "a phone",
            },
            "requestId": "gateway-1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "02/Jan/2026:03:04:05 +0000",
            "timeEpoch": 1_767_323_045_000_i64,
        },
        "body": body.map(ToString::to_string),
        "isBase64Encoded": false,
    })
}

/// A batch as a queue delivers it: message `m1`, `m2`, …
pub(crate) fn batch(bodies: &[&str]) -> Value {
    let messages = bodies.iter().zip(1..).map(|(body, number)| {
        json!({
            "messageId": format!("m{number}"),
            "receiptHandle": "handle",
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "md5OfBody": "0",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:events",
            "awsRegion": "eu-west-1",
        })
    });
    json!({"Records": messages.collect::<Vec<_>>()})
}
