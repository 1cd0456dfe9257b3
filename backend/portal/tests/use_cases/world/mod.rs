//! A portal with everything around it, inside this process.

pub(crate) mod codepipeline;
#[allow(dead_code, reason = "only the router's tests read it")]
pub(crate) mod log;
pub(crate) mod zip;

use std::sync::atomic::{AtomicU64, Ordering};

use domain::{
    Timestamp,
    access::{Grant, Role, Scope},
    actor::Actor,
    catalog::{App, Catalog, Environment, Feed},
    id::{AppId, BuildId, EnvironmentId},
    page::Limit,
    view::BuildView,
};
use embedded::{
    Running,
    dynamodb::{self, Storage},
    s3::{self, KeyPair},
};
use portal::{
    Parts, Portal,
    jobs::{Job, Outcome},
};
use serde_json::{Value, json};
use store::{Objects, Settings, Store};
use targets::codepipeline::Jobs;
use tempfile::TempDir;

use codepipeline::CodePipeline;

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const ACCOUNT: &str = "123456789012";
/// The portal's own keys open every bucket, a job's only that of its pipeline's artifacts.
const PORTAL_KEYS: (&str, &str) = ("AKIDPORTAL", "a secret of the portal");
const JOB_KEYS: (&str, &str) = ("AKIDJOB", "a secret of the job");
const ARTIFACTS: &str = "pipeline-artifacts";

/// A portal, what it stores in, and the `CodePipeline` that it answers.
pub(crate) struct World {
    pub(crate) portal: Portal,
    pub(crate) store: Store,
    pub(crate) codepipeline: CodePipeline,
    pub(crate) artifacts: Objects,
    /// There until a test takes it away.
    pub(crate) dynamodb: Option<Running>,
    _s3: Running,
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(catalog(), grants()).await
    }

    /// Another team's.
    pub(crate) async fn of(catalog: Catalog, grants: Vec<Grant>) -> Self {
        log::start();
        // The client of the tests asks for one, though all of it stays on loopback; a second install changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let any = ([127, 0, 0, 1], 0).into();
        let dynamodb = dynamodb::start(Storage::Memory, any).await.unwrap();
        let s3 = s3::start(s3::Settings {
            folder: folder.path().to_owned(),
            address: any,
            key_pairs: vec![
                KeyPair::new(PORTAL_KEYS.0, PORTAL_KEYS.1),
                KeyPair::new(JOB_KEYS.0, JOB_KEYS.1).only(ARTIFACTS),
            ],
        })
        .await
        .unwrap();
        let store = Store::connect(&Settings {
            region: REGION.to_owned(),
            table: "towpath".to_owned(),
            bucket: "releases".to_owned(),
            dynamodb_endpoint: Some(dynamodb.endpoint()),
            s3_endpoint: Some(s3.endpoint()),
            static_credentials: Some((PORTAL_KEYS.0.to_owned(), PORTAL_KEYS.1.to_owned())),
        })
        .await;
        store.table.create().await.unwrap();
        store.objects.create_bucket().await.unwrap();
        let artifacts =
            store
                .objects
                .with_credentials(ARTIFACTS, PORTAL_KEYS.0, PORTAL_KEYS.1, None);
        artifacts.create_bucket().await.unwrap();
        let codepipeline = CodePipeline::start().await;
        let jobs = Jobs::connect_as(Some(&codepipeline.endpoint), REGION, "id", "secret").await;
        Self {
            portal: Portal::new(Parts {
                store: store.clone(),
                catalog,
                grants,
                jobs: Some(jobs),
                carriers: portal::promotion::Carriers {
                    account: Some(ACCOUNT.to_owned()),
                    ..portal::promotion::Carriers::default()
                },
                region: REGION.to_owned(),
                public_url: Some("https://portal.example".parse().unwrap()),
                home: None,
                config_digest: None,
                seals: None,
                entropy: counted,
            }),
            store,
            codepipeline,
            artifacts,
            dynamodb: Some(dynamodb),
            _s3: s3,
            _folder: folder,
        }
    }

    /// Puts what a pipeline's build made.
    pub(crate) async fn artifact(&self, key: &str, bytes: Vec<u8>) {
        let objects = &self.artifacts;
        objects.put(key, bytes, "application/zip").await.unwrap();
    }

    /// Runs a job with one input artifact and gives what it was answered.
    pub(crate) async fn run(&self, job: Job, now: Timestamp) -> Outcome {
        self.portal.run_job(job, now).await.unwrap()
    }

    /// Runs a job that must register.
    pub(crate) async fn registers(&self, job: Job, now: Timestamp) -> domain::build::Build {
        match self.run(job, now).await {
            Outcome::Registered(build) => *build,
            other => panic!("{other:?}"),
        }
    }

    /// Runs a job that must fail, and gives the message.
    pub(crate) async fn fails(&self, job: Job, now: Timestamp) -> String {
        match self.run(job, now).await {
            Outcome::Failed { message, .. } => message,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn build(&self, id: &BuildId) -> BuildView {
        self.portal.build(&me(), id, at("03:59:00")).await.unwrap()
    }

    /// How many builds there are of `wallet`.
    pub(crate) async fn build_count(&self) -> usize {
        let limit = Limit::try_from(100).unwrap();
        let builds = self.portal.builds(&me(), &wallet(), limit, None).await;
        builds.unwrap().items.len()
    }

    /// All items of the table, as DynamoDB tells them.
    pub(crate) async fn items(&self) -> String {
        let call = reqwest::Client::new()
            .post(self.dynamodb.as_ref().unwrap().endpoint())
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.Scan")
            .body(json!({"TableName": "towpath"}).to_string());
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    /// All keys in the release bucket.
    pub(crate) async fn keys(&self) -> Vec<String> {
        self.store.objects.list("").await.unwrap()
    }

    /// The bytes of an object.
    pub(crate) async fn bytes(&self, key: &str) -> Vec<u8> {
        let info = self.store.objects.head(key).await.unwrap();
        let size = info.unwrap_or_else(|| panic!("{key} is missing")).size;
        let bytes = self.store.objects.range(key, 0..size).await.unwrap();
        bytes.to_vec()
    }
}

/// A job that registers the artifact `key`, with these `UserParameters`.
pub(crate) fn job(id: &str, key: &str, parameters: &Value) -> Job {
    Job::parse(&job_event(id, key, Some(&parameters.to_string()))).unwrap()
}

/// The event of a job, as Lambda gets it. It is of the pipeline and the execution that its parameters name, else of the
/// first of wallet in dev.
pub(crate) fn job_event(id: &str, key: &str, parameters: Option<&str>) -> Vec<u8> {
    let said: Value = parameters
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    codepipeline::is_of(
        id,
        said["pipeline"].as_str().unwrap_or("wallet-dev"),
        said["execution"].as_str().unwrap_or("e-1"),
    );
    let event = json!({"CodePipeline.job": {
        "id": id,
        "accountId": ACCOUNT,
        "data": {
            "actionConfiguration": {"configuration": {"FunctionName": "action", "UserParameters": parameters}},
            "inputArtifacts": [{
                "name": "BuildOutput",
                "revision": null,
                "location": {"type": "S3", "s3Location": {"bucketName": ARTIFACTS, "objectKey": key}},
            }],
            "outputArtifacts": [],
            "artifactCredentials": {
                "accessKeyId": JOB_KEYS.0, "secretAccessKey": JOB_KEYS.1, "sessionToken": "a session",
            },
        },
    }});
    event.to_string().into_bytes()
}

/// What a pipeline of `wallet` in dev usually says.
pub(crate) fn usual(execution: &str) -> Value {
    json!({
        "do": "register", "app": "wallet", "environment": "dev", "pipeline": "wallet-dev", "execution": execution,
    })
}

pub(crate) fn wallet() -> AppId {
    "wallet".parse().unwrap()
}

pub(crate) fn dev() -> EnvironmentId {
    "dev".parse().unwrap()
}

pub(crate) fn preprod() -> EnvironmentId {
    "preprod".parse().unwrap()
}

pub(crate) fn me() -> Actor {
    Actor::local()
}

/// A time of the day that all tests happen on.
pub(crate) fn at(time: &str) -> Timestamp {
    format!("2026-11-21T{time}Z").parse().unwrap()
}

fn catalog() -> Catalog {
    let environment = |id: &str| Environment {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        colour: "#2563eb".to_owned(),
    };
    Catalog {
        apps: ["wallet", "shop"]
            .map(|id| App {
                id: id.parse().unwrap(),
                name: id.to_owned(),
            })
            .to_vec(),
        environments: ["dev", "preprod"].map(environment).to_vec(),
        feeds: [("wallet", "dev"), ("wallet", "preprod"), ("shop", "dev")]
            .map(|(app, environment)| Feed {
                source: "codepipeline".to_owned(),
                pipeline: format!("{app}-{environment}"),
                account: None,
                region: None,
                app: app.parse().unwrap(),
                environment: environment.parse().unwrap(),
            })
            .to_vec(),
        paths: Vec::new(),
    }
}

/// Each role to the group of its name, for wallet and in dev; `admin` to the group `admins`, for everything.
fn grants() -> Vec<Grant> {
    let grant = |role: Role| Grant {
        role,
        groups: vec![role.to_string()],
        apps: Scope::Only(vec![wallet()]),
        environments: Scope::Only(vec![dev()]),
    };
    let admin = Grant {
        role: Role::Admin,
        groups: vec!["admins".to_owned()],
        apps: Scope::All,
        environments: Scope::All,
    };
    Role::ALL.into_iter().map(grant).chain([admin]).collect()
}

/// Never the same twice, which is all that the tests ask of chance.
fn counted() -> [u8; 10] {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [7; 10];
    bytes[2..].copy_from_slice(&count.to_be_bytes());
    bytes
}
