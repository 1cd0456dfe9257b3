//! A `CodePipeline` that says where jobs come from, takes answers to them and keeps those; and the jobs that it would hand out.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value, json};
use sources::job::Job;
use tokio::net::TcpListener;

use crate::services::{ACCOUNT, ARTIFACTS, JOB_KEYS, REGION};

/// An answer to a job: the operation's name and what was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct JobAnswer {
    /// The operation.
    pub operation: String,
    /// What was sent.
    pub body: Value,
}

impl JobAnswer {
    /// Whether the job went well.
    pub fn is_success(&self) -> bool {
        self.operation == "PutJobSuccessResult"
    }

    /// An output variable; empty if there is none of that name.
    pub fn output(&self, name: &str) -> &str {
        let output = self.body["outputVariables"][name].as_str();
        output.unwrap_or_default()
    }
}

/// The listening end.
pub struct CodePipeline {
    /// Where it listens.
    pub endpoint: String,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    answers: Mutex<Vec<JobAnswer>>,
    refuses: AtomicBool,
}

impl CodePipeline {
    /// Starts one.
    pub async fn start() -> Self {
        let kept = Arc::new(Kept::default());
        let router = Router::new().fallback(take).with_state(kept.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, kept }
    }

    /// From now on, whether it refuses every answer.
    pub fn refuse(&self, refuses: bool) {
        self.kept.refuses.store(refuses, Ordering::Relaxed);
    }

    /// Every answer so far.
    pub fn answers(&self) -> Vec<JobAnswer> {
        self.kept.answers.lock().unwrap().clone()
    }

    /// The newest answer.
    pub fn last(&self) -> JobAnswer {
        let last = self.answers().pop();
        last.unwrap_or_else(|| panic!("no job was answered"))
    }

    /// The newest answer, which has to be a success.
    pub fn success(&self) -> Value {
        let last = self.last();
        assert!(last.is_success(), "{last:?}");
        last.body
    }

    /// The kind and the message of the newest answer, which has to be a failure.
    pub fn failure(&self) -> (String, String) {
        let last = self.last();
        assert_eq!(last.operation, "PutJobFailureResult", "{last:?}");
        let details = &last.body["failureDetails"];
        let text = |name: &str| details[name].as_str().unwrap().to_owned();
        (text("type"), text("message"))
    }
}

async fn take(
    State(kept): State<Arc<Kept>>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let json = [("content-type", "application/x-amz-json-1.1")];
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    let body: Value = serde_json::from_str(&body).unwrap();
    if let Some(told) = told(&operation, &body) {
        return (StatusCode::OK, json, told.to_string());
    }
    if kept.refuses.load(Ordering::Relaxed) {
        let refused = r#"{"__type":"ValidationException","message":"not today"}"#;
        return (StatusCode::BAD_REQUEST, json, refused.to_owned());
    }
    let answer = JobAnswer { operation, body };
    kept.answers.lock().unwrap().push(answer);
    (StatusCode::OK, json, "{}".to_owned())
}

/// What is asked of it about jobs and executions.
fn told(operation: &str, asked: &Value) -> Option<Value> {
    match operation {
        "GetJobDetails" => {
            let job = asked["jobId"].as_str().unwrap();
            let (pipeline, execution) = execution_of(job);
            let account = JOBS_ACCOUNT.with_borrow(Clone::clone);
            let account = account.as_deref().unwrap_or(ACCOUNT);
            let context = json!({
                "pipelineName": pipeline,
                "pipelineArn": format!("arn:aws:codepipeline:{REGION}:{account}:{pipeline}"),
                "pipelineExecutionId": execution,
                "stage": {"name": "Register"},
                "action": {"name": "Register", "actionExecutionId": "an action"},
            });
            let credentials = json!({
                "accessKeyId": "JOBKEY-ANEW",
                "secretAccessKey": "the-secret-of-the-job-anew",
                "sessionToken": "the-secret-of-its-session",
            });
            let data = json!({"pipelineContext": context, "artifactCredentials": credentials});
            Some(json!({"jobDetails": {"id": job, "accountId": account, "data": data}}))
        }
        "GetPipelineExecution" => Some(json!({"pipelineExecution": {
            "pipelineName": asked["pipelineName"],
            "pipelineExecutionId": asked["pipelineExecutionId"],
            "status": "InProgress",
            "artifactRevisions": [
                {"name": "Sources", "revisionId": "0a1b2c3d4e5f", "revisionSummary": "Open the lock"},
            ],
        }})),
        _ => None,
    }
}

thread_local! {
    /// The pipeline and the execution of each job of a test. The servers of a test run on its thread.
    static JOBS: RefCell<HashMap<String, (String, String)>> = RefCell::default();
    /// The account that pipelines are in, where it is not the portal's.
    static JOBS_ACCOUNT: RefCell<Option<String>> = RefCell::default();
}

/// The jobs of every test of the process, for what runs on several threads.
static JOBS_OF_ALL: Mutex<BTreeMap<String, (String, String)>> = Mutex::new(BTreeMap::new());

fn execution_of(job: &str) -> (String, String) {
    let own = JOBS.with_borrow(|jobs| jobs.get(job).cloned());
    let of = own.or_else(|| JOBS_OF_ALL.lock().unwrap().get(job).cloned());
    of.unwrap_or_else(first_of_wallet)
}

fn first_of_wallet() -> (String, String) {
    ("wallet-dev".to_owned(), "e-1".to_owned())
}

/// From now on every job is of a pipeline in this account.
pub fn jobs_are_of_account(account: &str) {
    JOBS_ACCOUNT.with_borrow_mut(|set| *set = Some(account.to_owned()));
}

/// From now on the job is of this execution.
pub fn job_is_of(job: &str, pipeline: &str, execution: &str) {
    let of = (pipeline.to_owned(), execution.to_owned());
    let mut jobs = JOBS_OF_ALL.lock().unwrap();
    jobs.insert(job.to_owned(), of.clone());
    JOBS.with_borrow_mut(|jobs| jobs.insert(job.to_owned(), of));
}

/// A job over the artifact `key`, with these `UserParameters`.
pub fn job(id: &str, key: &str, parameters: &Value) -> Job {
    Job::parse(&job_event(id, key, Some(&parameters.to_string()))).unwrap()
}

/// The event of a job, as Lambda gets it. It is of the pipeline and the execution that its parameters name, else of the
/// first of wallet in dev.
pub fn job_event(id: &str, key: &str, parameters: Option<&str>) -> Vec<u8> {
    let said: Value = parameters
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let (pipeline, execution) = first_of_wallet();
    job_is_of(
        id,
        said["pipeline"].as_str().unwrap_or(&pipeline),
        said["execution"].as_str().unwrap_or(&execution),
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

/// What the pipeline of wallet in dev says in a job that registers.
pub fn registering(execution: &str) -> Value {
    json!({
        "do": "register", "app": "wallet", "environment": "dev", "pipeline": "wallet-dev", "execution": execution,
    })
}
