//! A `CodePipeline` that takes answers to jobs and keeps them, and the jobs that it would hand out.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use portal::jobs::Job;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::services::{ACCOUNT, ARTIFACTS, JOB_KEYS};

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
) -> (StatusCode, [(&'static str, &'static str); 1], &'static str) {
    let json = [("content-type", "application/x-amz-json-1.1")];
    if kept.refuses.load(Ordering::Relaxed) {
        let refused = r#"{"__type":"ValidationException","message":"not today"}"#;
        return (StatusCode::BAD_REQUEST, json, refused);
    }
    let target = headers["x-amz-target"].to_str().unwrap();
    kept.answers.lock().unwrap().push(JobAnswer {
        operation: target.rsplit('.').next().unwrap().to_owned(),
        body: serde_json::from_str(&body).unwrap(),
    });
    (StatusCode::OK, json, "{}")
}

/// A job over the artifact `key`, with these `UserParameters`.
pub fn job(id: &str, key: &str, parameters: &Value) -> Job {
    Job::parse(&job_event(id, key, Some(&parameters.to_string()))).unwrap()
}

/// The event of a job, as Lambda gets it.
pub fn job_event(id: &str, key: &str, parameters: Option<&str>) -> Vec<u8> {
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
        "commit": "0a1b2c3d4e5f", "message": "Open the lock", "branch": "main", "repository": "acme/wallet",
    })
}
