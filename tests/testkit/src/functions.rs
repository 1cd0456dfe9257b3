//! The functions' program with all that it talks to: a table, two buckets and a `CodePipeline`, on loopback.

use identity::sign_in::Session;
use serde_json::{Value, json};
use store::{Store, table::SessionRecord};
use tokio::sync::OnceCell;

use crate::{
    codepipeline::{CodePipeline, job_event},
    lambda::{Lambda, Program},
    people::person_id,
    records::machine_time,
    services::{ACCOUNT, BUCKET, PORTAL_KEYS, REGION, Services, TABLE},
    sessions::{SECRET, sign_in},
    zip::{signed_apk, zipped},
};

/// Nobody asks it: anyone who is in these tests came in before.
const ISSUER: &str = "https://issuer.example";

/// A `towpath.toml` with one app in one environment, and developers.
pub const TOWPATH: &str = r##"
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

const SESSION: &str = "01KAF000000000000000000001";
const DEVELOPER: &str = "ada@example.com";

/// The register has her session.
async fn register(store: &Store) {
    let now = machine_time();
    let session = SessionRecord {
        id: SESSION.parse().unwrap(),
        person: person_id(DEVELOPER),
        began: now,
        seen: now,
        until: now + Session::LIFETIME,
        user_agent: None,
        address: None,
        facts: None,
    };
    store.table.sessions().put(&session).await.unwrap();
}

async fn cookie() -> String {
    let (id, now) = (SESSION, machine_time());
    let (name, groups) = (DEVELOPER, vec!["developers".to_owned()]);
    let session = Session::of(id.parse().unwrap(), person_id(name), name, groups, now);
    let sign_in = sign_in(ISSUER, &json!({"current": SECRET}));
    let sealed = sign_in.seal_session(&session, &[7; 32], now).await;
    format!("__Host-towpath={}", sealed.unwrap())
}

/// Everything around the functions.
pub struct Functions {
    /// The table and the portal's bucket.
    pub store: Store,
    /// What takes the answers to jobs.
    pub codepipeline: CodePipeline,
    /// What runs as a function.
    pub program: Program,
    services: Services,
    variables: Vec<(String, String)>,
}

impl Functions {
    /// An empty table, an empty bucket, and a bucket of artifacts that only a job's keys open.
    pub async fn start() -> Self {
        COOKIE.get_or_init(cookie).await;
        let services = Services::start().await;
        register(&services.store).await;
        let codepipeline = CodePipeline::start().await;
        let secret = json!({"current": SECRET}).to_string();
        let variables = [
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", PORTAL_KEYS.0),
            ("AWS_SECRET_ACCESS_KEY", PORTAL_KEYS.1),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &services.dynamodb_endpoint()),
            ("AWS_ENDPOINT_URL_S3", &services.s3.endpoint()),
            ("AWS_ENDPOINT_URL_CODEPIPELINE", &codepipeline.endpoint),
            ("TOWPATH_ACCOUNT", ACCOUNT),
            ("TOWPATH_TABLE", TABLE),
            ("TOWPATH_BUCKET", BUCKET),
            ("TOWPATH_CONFIG", TOWPATH),
            ("TOWPATH_PUBLIC_URL", "https://releases.example.com"),
            ("TOWPATH_OIDC_ISSUER", ISSUER),
            ("TOWPATH_OIDC_CLIENT_ID", "towpath"),
            ("TOWPATH_SESSION_SECRET", &secret),
        ];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let variables = variables.map(owned).to_vec();
        Self {
            store: services.store.clone(),
            codepipeline,
            program: Program::beside(),
            services,
            variables,
        }
    }

    /// Starts a function.
    pub async fn lambda(&self, handler: &str) -> Lambda {
        Lambda::start(&self.program, handler, &self.variables).await
    }

    /// Starts a peer of the functions' program, with the same variables.
    pub async fn peer(&self, program: &Program) -> Lambda {
        Lambda::start(program, "peer", &self.variables).await
    }

    /// Starts a function with one variable changed.
    pub async fn lambda_with(&self, handler: &str, name: &str, value: &str) -> Lambda {
        self.lambda_changed(handler, &[(name, value)]).await
    }

    /// Starts a function with some variables changed.
    pub async fn lambda_changed(&self, handler: &str, changes: &[(&str, &str)]) -> Lambda {
        let mut variables = self.variables.clone();
        for (name, value) in changes {
            set(&mut variables, name, value);
        }
        Lambda::start(&self.program, handler, &variables).await
    }

    /// Where the functions find a service.
    pub fn endpoint(&self, service: &str) -> String {
        let name = format!("AWS_ENDPOINT_URL_{service}");
        let mut variables = self.variables.iter();
        let found = variables.find(|(known, _)| *known == name);
        found.unwrap().1.clone()
    }

    /// Has functions that start from now on find a service elsewhere.
    pub fn set_endpoint(&mut self, service: &str, endpoint: &str) {
        let name = format!("AWS_ENDPOINT_URL_{service}");
        set(&mut self.variables, &name, endpoint);
    }

    /// Has a build of wallet registered, and released in dev: something to tap for.
    pub async fn register(&self) {
        let bytes = zipped(&[("build/app-release.apk", &signed_apk())]);
        self.put_artifact("key", bytes).await;
        let parameters = r#"{"do":"register","app":"wallet","environment":"dev"}"#;
        let job = job("11111111-abcd-1111-abcd-111111abcdef", parameters, "key");
        self.lambda("action").await.invoke(job).await.response();
        self.codepipeline.success();
    }

    /// Puts an output artifact where the pipeline would.
    pub async fn put_artifact(&self, key: &str, bytes: Vec<u8>) {
        self.services.put_artifact(key, bytes).await;
    }
}

fn set(variables: &mut Vec<(String, String)>, name: &str, value: &str) {
    variables.retain(|(known, _)| known != name);
    variables.push((name.to_owned(), value.to_owned()));
}

/// A job for the artifact at `key`, as `CodePipeline` sends it.
pub fn job(id: &str, parameters: &str, key: &str) -> Value {
    serde_json::from_slice(&job_event(id, key, Some(parameters))).unwrap()
}

/// A request as an HTTP API of API Gateway sends it, payload format 2.0.
pub fn request(method: &str, path: &str, query: &str, body: Option<&Value>) -> Value {
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
pub fn batch(bodies: &[&str]) -> Value {
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
