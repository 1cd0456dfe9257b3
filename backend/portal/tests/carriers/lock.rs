//! A portal whose builds go from dev to prod, where a pipeline of a simulated `CodePipeline` takes them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use domain::{
    Timestamp,
    access::{Grant, Role, Scope},
    actor::Actor,
    build::{Artifact, ArtifactKind, Build, RegistrationKey},
    catalog::{App, Catalog, Environment, Feed},
    digest::Digest,
    event::{Pipeline, Revision},
    id::{AppId, EnvironmentId, PromotionId, RunId},
    path::{Gates, Path, PathStep, PipelineTarget, Start, Target},
    promotion::{Promotion, State},
    release::Release,
};
use embedded::{
    Running,
    dynamodb::{self, Storage},
    s3,
};
use jiff::SignedDuration;
use portal::{
    Parts, Portal,
    jobs::{Job, Outcome},
    promotion::{Carriers, PromotionRequest},
};
use serde_json::{Value, json};
use simulator::{Behaviour, Fault, FaultKind, Options, Script, Simulator};
use store::{Objects, Settings, Store, Table, table::Meter};
use targets::{
    Roles,
    codepipeline::{Jobs, Pipelines},
};
use tempfile::TempDir;

use crate::cut::Cut;

/// The pipeline that takes builds to prod.
pub(crate) const PIPELINE: &str = "wallet-prod";
const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-west-1";
const KEYS: (&str, &str) = ("local", "local-secret");

/// A portal, its simulated `CodePipeline`, and what may cut it off from its table.
pub(crate) struct Lock {
    pub(crate) portal: Portal,
    pub(crate) table: Table,
    pub(crate) objects: Objects,
    pub(crate) simulator: Simulator,
    pub(crate) cut: Arc<Cut>,
    pub(crate) meter: Arc<Meter>,
    /// The jobs that were handed out and not taken yet.
    jobs: Arc<Mutex<Vec<Vec<u8>>>>,
    _dynamodb: Running,
    _s3: Running,
    _folder: TempDir,
}

impl Lock {
    /// One execution deploys at once, and prod asks for nothing.
    pub(crate) async fn new() -> Self {
        let lock = Self::with(target(|_| {})).await;
        lock.pipeline("SUPERSEDED", &stages());
        lock
    }

    /// With another target, and no pipeline yet.
    pub(crate) async fn with(target: Target) -> Self {
        Self::along(target, Gates::default()).await
    }

    /// With other gates, too.
    pub(crate) async fn along(target: Target, gates: Gates) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let any = ([127, 0, 0, 1], 0).into();
        let folder = tempfile::tempdir().unwrap();
        let dynamodb = dynamodb::start(Storage::Memory, any).await.unwrap();
        let s3 = s3::start(s3::Settings {
            folder: folder.path().to_owned(),
            address: any,
            key_pairs: vec![s3::KeyPair::new(KEYS.0, KEYS.1)],
        })
        .await
        .unwrap();
        let jobs: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let simulator = simulator(functions(jobs.clone()).await).await;
        let cut = Cut::before(&dynamodb.endpoint()).await;
        let direct = store(&dynamodb.endpoint(), &s3.endpoint()).await;
        direct.table.create().await.unwrap();
        direct.objects.create_bucket().await.unwrap();
        let meter = Arc::new(Meter::default());
        let through = store(&cut.endpoint, &s3.endpoint()).await;
        let endpoint = simulator.endpoint();
        let portal = Portal::new(Parts {
            store: Store {
                table: through.table.with_meter(meter.clone()),
                ..through
            },
            catalog: catalog(target, gates),
            grants: vec![managers()],
            jobs: Some(Jobs::connect_as(Some(&endpoint), REGION, KEYS.0, KEYS.1).await),
            carriers: Carriers {
                account: Some(ACCOUNT.to_owned()),
                pipelines: Some(
                    Pipelines::connect_as(Some(&endpoint), REGION, KEYS.0, KEYS.1).await,
                ),
                buckets: Some(Roles::connect(REGION).await),
                others: false,
            },
            region: REGION.to_owned(),
            public_url: None,
            home: None,
            config_digest: None,
            seals: Some(direct.objects.in_bucket("seals")),
            entropy: counted,
        });
        direct
            .objects
            .in_bucket("seals")
            .create_bucket()
            .await
            .unwrap();
        Self {
            portal,
            table: direct.table,
            objects: direct.objects,
            simulator,
            cut,
            meter,
            jobs,
            _dynamodb: dynamodb,
            _s3: s3,
            _folder: folder,
        }
    }

    /// Makes the pipeline.
    pub(crate) fn pipeline(&self, mode: &str, stages: &Value) {
        let variable = |name: &str| json!({"name": name, "defaultValue": " "});
        let variables = ["promotion", "build", "version", "sha256", "digests"].map(variable);
        let declaration = json!({"pipeline": {
            "name": PIPELINE,
            "roleArn": "arn:aws:iam::123456789012:role/pipeline",
            "artifactStore": {"type": "S3", "location": "artifacts-of-pipelines"},
            "stages": stages,
            "pipelineType": "V2",
            "executionMode": mode,
            "variables": variables,
        }});
        self.simulator.call("CreatePipeline", &declaration).unwrap();
    }

    /// A build that is released in dev, made of the run where one is given.
    pub(crate) async fn build(&self, number: u64, run: Option<&str>) -> Build {
        let at = now();
        let mut build = build(number, at);
        build.run = run.map(run_id);
        let key = RegistrationKey {
            app: wallet(),
            run: format!("run-{number}"),
            attempt: "1".to_owned(),
        };
        let by = Actor::pipeline("wallet-dev");
        let release = Release::of(&build, dev(), build.run.clone(), at, by);
        self.table.begin_registration(&key, at).await.unwrap();
        let done = self
            .table
            .complete_registration(&key, &build, Some(&release));
        done.await.unwrap();
        build
    }

    /// Ada asks for a build in prod.
    pub(crate) async fn promote(&self, build: &Build) -> Promotion {
        let asked = self.portal.request(&ada(), to_prod(build), now()).await;
        asked.unwrap().promotion
    }

    /// The clock comes by, minutes from now.
    pub(crate) async fn clock(&self, minutes: i64) {
        let at = now() + SignedDuration::from_mins(minutes);
        self.portal.do_what_is_due(at).await.unwrap();
    }

    pub(crate) async fn promotion(&self, id: &PromotionId) -> Promotion {
        self.table.promotion(id).await.unwrap().unwrap().promotion
    }

    /// The number of the build that prod serves.
    pub(crate) async fn in_prod(&self) -> Option<u64> {
        let current = self.table.current(&wallet(), &prod()).await.unwrap();
        current.map(|release| release.number)
    }

    /// How many executions the pipeline has had.
    pub(crate) fn executions(&self) -> usize {
        self.simulator.overview().executions[PIPELINE]
    }

    /// Waits until the simulator has nothing to do.
    pub(crate) async fn at_rest(&self) {
        self.eventually("the pipeline comes to rest", |overview| overview.idle)
            .await;
    }

    pub(crate) async fn eventually(
        &self,
        what: &str,
        check: impl Fn(&simulator::Overview) -> bool,
    ) {
        for _ in 0..1000 {
            if check(&self.simulator.overview()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("in vain: {what}");
    }

    /// All that the pipelines have reported so far reaches the portal.
    pub(crate) async fn hear(&self) {
        for mut event in self.simulator.events() {
            event["account"] = ACCOUNT.into();
            event["region"] = REGION.into();
            let body = event.to_string();
            let actor = Actor::portal();
            let received = self.portal.receive(&actor, body.as_bytes(), now());
            received.await.unwrap();
        }
    }

    /// The next calls of an operation go wrong.
    pub(crate) fn fault(&self, operation: &str, kind: FaultKind, times: u32) {
        let operation = operation.to_owned();
        self.simulator.fault(Fault {
            operation,
            kind,
            times,
        });
    }

    /// What an action of the pipeline does from now on.
    pub(crate) fn script(&self, action: &str, behaviour: Behaviour) {
        self.simulator.script(Script {
            pipeline: PIPELINE.to_owned(),
            action: action.to_owned(),
            always: true,
            behaviour,
        });
    }

    /// The next job that a pipeline hands out.
    pub(crate) async fn job(&self) -> Vec<u8> {
        for _ in 0..1000 {
            let next = {
                let mut jobs = self.jobs.lock().unwrap();
                (!jobs.is_empty()).then(|| jobs.remove(0))
            };
            if let Some(job) = next {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("in vain: a job");
    }

    /// How many jobs pipelines have handed out that nobody has done.
    pub(crate) fn waiting_jobs(&self) -> usize {
        self.jobs.lock().unwrap().len()
    }

    /// Does the next job that a pipeline hands out, minutes from now.
    pub(crate) async fn work(&self, minutes: i64) -> Outcome {
        let job = Job::parse(&self.job().await).unwrap();
        let at = now() + SignedDuration::from_mins(minutes);
        self.portal.run_job(job, at).await.unwrap()
    }

    /// Starts the pipeline as a person does in the console.
    pub(crate) fn start_by_hand(&self, build: &Build) -> String {
        let input = json!({"name": PIPELINE, "variables": [{"name": "build", "value": build.id}]});
        let started = self.simulator.call("StartPipelineExecution", &input);
        text(&started.unwrap()["pipelineExecutionId"])
    }

    /// What `CodePipeline` says of an execution.
    pub(crate) fn execution(&self, id: &str) -> Value {
        let input = json!({"pipelineName": PIPELINE, "pipelineExecutionId": id});
        let found = self.simulator.call("GetPipelineExecution", &input);
        found.unwrap()["pipelineExecution"].clone()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The execution's identifier in a promotion's run.
pub(crate) fn execution_of(promotion: &Promotion) -> String {
    let run = promotion.run.as_ref().unwrap().as_str();
    run.rsplit('/').next().unwrap().to_owned()
}

pub(crate) fn run_id(execution: &str) -> RunId {
    format!("codepipeline/{ACCOUNT}/{REGION}/{PIPELINE}/{execution}")
        .parse()
        .unwrap()
}

pub(crate) fn failed(promotion: &Promotion) -> &str {
    match &promotion.state {
        State::Failed { why } => why,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn held() -> Behaviour {
    Behaviour {
        hold: true,
        ..Behaviour::default()
    }
}

/// The stages of most stories: a source, and what deploys.
pub(crate) fn stages() -> Value {
    json!([source(), {"name": "Deploy", "actions": [deploy()]}])
}

pub(crate) fn source() -> Value {
    json!({"name": "Source", "actions": [{
        "name": "Fetch",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
        "configuration": {"RepositoryName": "wallet", "BranchName": "main"},
        "outputArtifacts": [{"name": "Sources"}],
    }]})
}

pub(crate) fn deploy() -> Value {
    json!({
        "name": "Ship",
        "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "CodeDeploy", "version": "1"},
        "configuration": {"ApplicationName": "wallet"},
        "inputArtifacts": [{"name": "Sources"}],
    })
}

/// An action that hands a job of that kind to Towpath.
pub(crate) fn towpath(name: &str, task: &str) -> Value {
    let parameters = json!({
        "do": task, "app": "wallet", "environment": "prod", "pipeline": PIPELINE,
        "build": "#{variables.build}", "promotion": "#{variables.promotion}",
        "execution": "#{codepipeline.PipelineExecutionId}",
    });
    json!({
        "name": name,
        "actionTypeId": {"category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1"},
        "configuration": {"FunctionName": "action", "UserParameters": parameters.to_string()},
    })
}

/// The pipeline, as towpath.toml would have it; `change` makes it another.
pub(crate) fn target(change: impl Fn(&mut PipelineTarget)) -> Target {
    let mut target = PipelineTarget {
        pipeline: Pipeline {
            source: "codepipeline".to_owned(),
            account: None,
            region: None,
            name: PIPELINE.to_owned(),
        },
        role: None,
        external_id: None,
        start: Start::Execution,
        source_revisions: Vec::new(),
        rollback_stage: None,
    };
    change(&mut target);
    Target::CodePipeline(target)
}

fn catalog(target: Target, gates: Gates) -> Catalog {
    let environment = |id: EnvironmentId| Environment {
        name: id.to_string(),
        id,
        colour: "#2563eb".to_owned(),
    };
    let step = |environment, target, gates| PathStep {
        environment,
        gates,
        automatic: false,
        target,
        expires_after: SignedDuration::from_hours(72),
        rollback_gates: None,
    };
    Catalog {
        apps: vec![App {
            id: wallet(),
            name: "Wallet".to_owned(),
        }],
        environments: [dev(), prod()].map(environment).to_vec(),
        feeds: vec![Feed {
            source: "codepipeline".to_owned(),
            pipeline: PIPELINE.to_owned(),
            account: None,
            region: None,
            app: wallet(),
            environment: prod(),
        }],
        paths: vec![Path {
            apps: Vec::new(),
            steps: vec![
                step(dev(), Target::Portal(None), Gates::default()),
                step(prod(), target, gates),
            ],
        }],
    }
}

fn build(number: u64, at: Timestamp) -> Build {
    let bytes = format!("application {number}");
    Build {
        id: format!("01KAF000000000000000{number:06}").parse().unwrap(),
        app: wallet(),
        number,
        version: Some(format!("1.0.{number}")),
        revision: Some(Revision {
            commit: format!("{number:040x}"),
            message: None,
            branch: None,
            repository: None,
            url: None,
        }),
        run: None,
        registered_at: at,
        registered_by: Actor::pipeline("wallet-dev"),
        artifacts: vec![Artifact {
            name: "app.apk".parse().unwrap(),
            kind: ArtifactKind::Apk,
            digest: Digest::of(bytes.as_bytes()),
            size: bytes.len() as u64,
            package: None,
        }],
    }
}

pub(crate) fn to_prod(build: &Build) -> PromotionRequest {
    PromotionRequest {
        build: build.id.clone(),
        to: prod(),
        reason: "the release of the week".to_owned(),
        bypass: None,
    }
}

fn managers() -> Grant {
    Grant {
        role: Role::ReleaseManager,
        groups: vec!["managers".to_owned(), "leads".to_owned()],
        apps: Scope::All,
        environments: Scope::All,
    }
}

/// A release manager.
pub(crate) fn ada() -> Actor {
    Actor::person("ada@example.com", vec!["managers".to_owned()])
}

/// A lead.
pub(crate) fn bob() -> Actor {
    Actor::person("bob@example.com", vec!["leads".to_owned()])
}

pub(crate) fn wallet() -> AppId {
    "wallet".parse().unwrap()
}

pub(crate) fn dev() -> EnvironmentId {
    "dev".parse().unwrap()
}

pub(crate) fn prod() -> EnvironmentId {
    "prod".parse().unwrap()
}

/// The simulator lives by the machine's clock, and so do its stories.
#[expect(
    clippy::disallowed_methods,
    reason = "the simulator's executions begin now"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

async fn simulator(lambda_endpoint: String) -> Simulator {
    let options = Options {
        lambda_endpoint: Some(lambda_endpoint),
        time_factor: 0.02,
        ..Options::default()
    };
    Simulator::start(options).await.unwrap()
}

/// A Lambda that only keeps the jobs.
async fn functions(jobs: Arc<Mutex<Vec<Vec<u8>>>>) -> String {
    let keep = move |body: Bytes| {
        jobs.lock().unwrap().push(body.to_vec());
        async { StatusCode::ACCEPTED }
    };
    let path = "/2015-03-31/functions/{name}/invocations";
    let router = Router::new().route(path, post(keep));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    endpoint
}

async fn store(dynamodb: &str, s3: &str) -> Store {
    Store::connect(&Settings {
        region: REGION.to_owned(),
        table: "towpath".to_owned(),
        bucket: "releases".to_owned(),
        dynamodb_endpoint: Some(dynamodb.to_owned()),
        s3_endpoint: Some(s3.to_owned()),
        static_credentials: Some((KEYS.0.to_owned(), KEYS.1.to_owned())),
    })
    .await
}

/// Never the same twice, which is all that the tests ask of chance.
fn counted() -> [u8; 10] {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [7; 10];
    bytes[2..].copy_from_slice(&count.to_be_bytes());
    bytes
}
