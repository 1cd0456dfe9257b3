//! Promotions that a pipeline of the `CodePipeline` simulator carries out. It lives by the machine's clock, so
//! [`machine_time`] is the time of these tests.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use domain::{
    build::Build,
    catalog::Feed,
    event::Pipeline,
    id::RunId,
    path::{Gates, Path, PathStep, PipelineTarget, Start, Target},
    promotion::{Promotion, State},
};
use jiff::SignedDuration;
use jobs::Outcome;
use portal::{promotion::Executors, scheduled};
use serde_json::{Value, json};
use simulator::{Behaviour, Fault, FaultKind, Options, Overview, Script, Simulator};
use sources::job::Job;
use targets::{
    Roles,
    codepipeline::{Jobs, Pipelines},
};
use tokio::net::TcpListener;

use crate::{
    people::{ada, dev, prod, wallet},
    portal::TestPortal,
    promotions::to,
    records::machine_time,
    services::{ACCOUNT, PORTAL_KEYS, REGION},
    steps::step,
};

/// The pipeline that takes builds to prod.
pub const PIPELINE: &str = "wallet-prod";

/// A simulated `CodePipeline`, and the jobs that it handed out and nobody took yet.
pub(crate) struct Simulated {
    simulator: Simulator,
    jobs: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Simulated {
    pub(crate) async fn start() -> Self {
        let jobs: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let options = Options {
            lambda_endpoint: Some(keep(jobs.clone()).await),
            time_factor: 0.02,
            ..Options::default()
        };
        let simulator = Simulator::start(options).await.unwrap();
        Self { simulator, jobs }
    }

    pub(crate) async fn jobs(&self) -> Jobs {
        let (endpoint, (id, secret)) = (self.simulator.endpoint(), PORTAL_KEYS);
        Jobs::connect_as(Some(&endpoint), REGION, id, secret).await
    }

    pub(crate) async fn executors(&self) -> Executors {
        let (endpoint, (id, secret)) = (self.simulator.endpoint(), PORTAL_KEYS);
        Executors {
            account: Some(ACCOUNT.to_owned()),
            pipelines: Some(Pipelines::connect_as(Some(&endpoint), REGION, id, secret).await),
            buckets: Some(Roles::connect(REGION).await),
            ..Executors::default()
        }
    }
}

/// That the pipeline feeds wallet in prod.
pub fn feed() -> Feed {
    Feed {
        source: "codepipeline".to_owned(),
        pipeline: PIPELINE.to_owned(),
        account: None,
        region: None,
        app: wallet(),
        environment: prod(),
    }
}

/// A Lambda that only keeps the jobs; its endpoint.
async fn keep(jobs: Arc<Mutex<Vec<Vec<u8>>>>) -> String {
    let keep = move |body: Bytes| {
        jobs.lock().unwrap().push(body.to_vec());
        async { StatusCode::ACCEPTED }
    };
    let path = "/2015-03-31/functions/{name}/invocations";
    let router = Router::new().route(path, post(keep));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    endpoint
}

impl TestPortal {
    /// Builds go from dev to prod by a pipeline that deploys at once.
    pub async fn with_pipeline() -> Self {
        let test = Self::with_target(target(|_| {})).await;
        test.pipeline("SUPERSEDED", &stages());
        test
    }

    /// They go there by that target. There is no pipeline yet.
    pub async fn with_target(target: Target) -> Self {
        Self::with_gates(target, Gates::default()).await
    }

    /// And behind those gates.
    pub async fn with_gates(target: Target, gates: Gates) -> Self {
        let to_prod = PathStep {
            gates,
            target,
            ..step(prod())
        };
        let path = Path {
            apps: Vec::new(),
            steps: vec![step(dev()), to_prod],
        };
        let builder = Self::builder()
            .path(path)
            .catalog(|catalog| catalog.feeds.push(feed()))
            .simulator()
            .faults();
        builder.seals("seals").start().await
    }

    /// Builds are released in prod without a promotion, by the pipeline that feeds it: no path leads there.
    pub async fn off_path() -> Self {
        let to_dev = Path {
            apps: Vec::new(),
            steps: vec![step(dev())],
        };
        let builder = Self::builder().path(to_dev).catalog(|catalog| {
            let mut known = catalog.environments[0].clone();
            known.id = prod();
            catalog.environments.push(known);
            catalog.feeds.push(feed());
        });
        builder.simulator().faults().start().await
    }

    /// The simulator itself.
    pub fn simulator(&self) -> &Simulator {
        &self.simulated().simulator
    }

    fn simulated(&self) -> &Simulated {
        let simulated = self.simulated.as_ref();
        simulated.unwrap_or_else(|| panic!("built without .simulator()"))
    }

    /// Makes the pipeline.
    pub fn pipeline(&self, mode: &str, stages: &Value) {
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
        let created = self.simulator().call("CreatePipeline", &declaration);
        created.unwrap();
    }

    /// Ada asks for a build in prod.
    pub async fn promote(&self, build: &Build) -> Promotion {
        let (ada, request) = (ada(), to(build, &prod()));
        let asked = self
            .portal
            .promotions()
            .request(&ada, request, machine_time())
            .await;
        asked.unwrap().promotion
    }

    /// Does what is due minutes from now.
    pub async fn tick(&self, minutes: i64) {
        let at = machine_time() + SignedDuration::from_mins(minutes);
        scheduled::run_scheduled_tasks(&self.portal, at)
            .await
            .unwrap();
    }

    /// How many executions the pipeline has had.
    pub fn executions(&self) -> usize {
        self.simulator().overview().executions[PIPELINE]
    }

    /// Waits until the simulator has nothing to do.
    pub async fn at_rest(&self) {
        let idle = |overview: &Overview| overview.idle;
        self.eventually("the pipeline comes to rest", idle).await;
    }

    /// Waits until the simulator is as `check` wants it.
    pub async fn eventually(&self, what: &str, check: impl Fn(&Overview) -> bool) {
        let there = || check(&self.simulator().overview()).then_some(());
        eventually(what, there).await;
    }

    /// All that the pipelines have reported so far reaches the portal.
    pub async fn hear(&self) {
        for mut event in self.simulator().events() {
            event["account"] = ACCOUNT.into();
            event["region"] = REGION.into();
            self.receive(&event, machine_time()).await;
        }
    }

    /// The next calls of an operation go wrong.
    pub fn fault(&self, operation: &str, kind: FaultKind, times: u32) {
        self.simulator().fault(Fault {
            operation: operation.to_owned(),
            kind,
            times,
        });
    }

    /// What an action of the pipeline does from now on.
    pub fn script(&self, action: &str, behaviour: Behaviour) {
        self.simulator().script(Script {
            pipeline: PIPELINE.to_owned(),
            action: action.to_owned(),
            always: true,
            behaviour,
        });
    }

    /// The next job that a pipeline hands out.
    pub async fn job(&self) -> Vec<u8> {
        let next = || {
            let mut jobs = self.simulated().jobs.lock().unwrap();
            (!jobs.is_empty()).then(|| jobs.remove(0))
        };
        eventually("a job", next).await
    }

    /// How many jobs pipelines have handed out that nobody took yet.
    pub fn waiting_jobs(&self) -> usize {
        self.simulated().jobs.lock().unwrap().len()
    }

    /// Does the next job that a pipeline hands out, minutes from now.
    pub async fn work(&self, minutes: i64) -> Outcome {
        let job = Job::parse(&self.job().await).unwrap();
        let at = machine_time() + SignedDuration::from_mins(minutes);
        self.run(job, at).await
    }

    /// Starts the pipeline as a person does in the console.
    pub fn start_by_hand(&self, build: &Build) -> String {
        let input = json!({"name": PIPELINE, "variables": [{"name": "build", "value": build.id}]});
        let started = self.simulator().call("StartPipelineExecution", &input);
        text(&started.unwrap()["pipelineExecutionId"])
    }

    /// What `CodePipeline` says of an execution.
    pub fn execution(&self, id: &str) -> Value {
        let input = json!({"pipelineName": PIPELINE, "pipelineExecutionId": id});
        let found = self.simulator().call("GetPipelineExecution", &input);
        found.unwrap()["pipelineExecution"].clone()
    }
}

/// Asks until there is an answer.
async fn eventually<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    for _ in 0..1000 {
        if let Some(found) = ask() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("in vain: {what}");
}

/// A text in an answer.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The execution's identifier in a promotion's run.
pub fn execution_of(promotion: &Promotion) -> String {
    let run = promotion.run.as_ref().unwrap().as_str();
    run.rsplit('/').next().unwrap().to_owned()
}

/// The run that an execution of the pipeline is.
pub fn run_of(execution: &str) -> RunId {
    let run = format!("codepipeline/{ACCOUNT}/{REGION}/{PIPELINE}/{execution}");
    run.parse().unwrap()
}

/// Why a promotion failed.
pub fn failed(promotion: &Promotion) -> &str {
    match &promotion.state {
        State::Failed { why } => why,
        other => panic!("{other:?}"),
    }
}

/// An action that does not end by itself.
pub fn held() -> Behaviour {
    Behaviour {
        hold: true,
        ..Behaviour::default()
    }
}

/// A source, and what deploys.
pub fn stages() -> Value {
    json!([source(), {"name": "Deploy", "actions": [deploy()]}])
}

/// The stage that every pipeline begins with.
pub fn source() -> Value {
    json!({"name": "Source", "actions": [{
        "name": "Fetch",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
        "configuration": {"RepositoryName": "wallet", "BranchName": "main"},
        "outputArtifacts": [{"name": "Sources"}],
    }]})
}

/// An action that deploys.
pub fn deploy() -> Value {
    json!({
        "name": "Ship",
        "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "CodeDeploy", "version": "1"},
        "configuration": {"ApplicationName": "wallet"},
        "inputArtifacts": [{"name": "Sources"}],
    })
}

/// An action that hands a job of that kind to Towpath.
pub fn towpath(name: &str, task: &str) -> Value {
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
pub fn target(change: impl Fn(&mut PipelineTarget)) -> Target {
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
