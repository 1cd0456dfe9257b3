//! What goes over the wire to `CodePipeline`, and what becomes of its answers.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::{
    collections::BTreeMap,
    error::Error as _,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use serde_json::{Value, json};
use targets::codepipeline::{Answered, Error, FailureKind, Jobs, Pipelines, Start};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const JOB: &str = "11111111-abcd-1111-abcd-111111abcdef";

/// A `CodePipeline` that remembers what it was told and answers what it was told to.
#[derive(Clone, Default)]
struct Pipeline {
    told: Arc<Mutex<Vec<(String, Value)>>>,
    answers: Arc<Mutex<Vec<(u16, &'static str)>>>,
}

impl Pipeline {
    /// Answers in this order; then takes everything.
    async fn start(answers: &[(u16, &'static str)]) -> (Self, Jobs) {
        let pipeline = Self::default();
        pipeline
            .answers
            .lock()
            .unwrap()
            .extend(answers.iter().rev());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(pipeline.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let jobs = Jobs::connect_as(Some(&endpoint), "eu-west-1", "id", "secret").await;
        (pipeline, jobs)
    }

    fn told(&self) -> Vec<(String, Value)> {
        self.told.lock().unwrap().clone()
    }
}

async fn take(
    State(pipeline): State<Pipeline>,
    headers: HeaderMap,
    body: String,
) -> impl IntoResponse {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let authorization = headers["authorization"].to_str().unwrap();
    assert!(authorization.contains("/eu-west-1/codepipeline/aws4_request"));
    let body = serde_json::from_str(&body).unwrap();
    pipeline.told.lock().unwrap().push((target, body));
    let (status, kind) = pipeline.answers.lock().unwrap().pop().unwrap_or((200, ""));
    let body = if status == 200 {
        json!({"pipelineExecutionId": "an execution"})
    } else {
        json!({"__type": kind, "message": "so it is"})
    };
    (
        StatusCode::from_u16(status).unwrap(),
        [("content-type", "application/x-amz-json-1.1")],
        body.to_string(),
    )
}

#[tokio::test]
async fn a_success_carries_variables_a_summary_and_the_build() {
    let (pipeline, jobs) = Pipeline::start(&[]).await;
    let outputs = BTreeMap::from([
        ("build".to_owned(), "12".to_owned()),
        ("page.address".to_owned(), "https://x/wallet".to_owned()),
        ("version".to_owned(), String::new()),
        ("long".to_owned(), "é".repeat(2000)),
    ]);
    let answered = jobs
        .succeed(
            JOB,
            &outputs,
            "Registered wallet build 12",
            Some("01JBUILD"),
            None,
        )
        .await
        .unwrap();
    assert_eq!(answered, Answered::Now);
    assert_eq!(
        pipeline.told(),
        [(
            "CodePipeline_20150709.PutJobSuccessResult".to_owned(),
            json!({
                "jobId": JOB,
                "outputVariables": {
                    "build": "12",
                    "page_address": "https://x/wallet",
                    "long": format!("{}…", "é".repeat(999)),
                },
                "executionDetails": {
                    "summary": "Registered wallet build 12",
                    "externalExecutionId": "01JBUILD",
                    "percentComplete": 100,
                },
            })
        )]
    );
}

#[tokio::test]
async fn a_job_that_goes_on_carries_its_token_and_no_end() {
    let (pipeline, jobs) = Pipeline::start(&[]).await;
    jobs.succeed(
        JOB,
        &BTreeMap::new(),
        "Waits for two approvals",
        None,
        Some("gate-7"),
    )
    .await
    .unwrap();
    assert_eq!(
        pipeline.told()[0].1,
        json!({
            "jobId": JOB,
            "continuationToken": "gate-7",
            "executionDetails": {"summary": "Waits for two approvals"},
        })
    );
}

#[tokio::test]
async fn a_failure_says_whose_it_is_to_act_and_never_too_much() {
    let (pipeline, jobs) = Pipeline::start(&[]).await;
    jobs.fail(
        JOB,
        FailureKind::Configuration,
        "Add UserParameters to the action",
    )
    .await
    .unwrap();
    jobs.fail(JOB, FailureKind::JobFailed, &"x".repeat(6000))
        .await
        .unwrap();
    jobs.fail(JOB, FailureKind::SystemUnavailable, " ")
        .await
        .unwrap();
    let told = pipeline.told();
    assert_eq!(
        told[0],
        (
            "CodePipeline_20150709.PutJobFailureResult".to_owned(),
            json!({
                "jobId": JOB,
                "failureDetails": {
                    "type": "ConfigurationError",
                    "message": "Add UserParameters to the action",
                },
            })
        )
    );
    let message = |index: usize| told[index].1["failureDetails"]["message"].as_str().unwrap();
    assert_eq!(message(1).chars().count(), 5000);
    assert!(message(2).contains("no reason"));
}

#[tokio::test]
async fn an_answer_that_codepipeline_already_has_is_no_error() {
    let already = (400, "InvalidJobStateException");
    let (_, jobs) = Pipeline::start(&[already, already]).await;
    let success = jobs
        .succeed(JOB, &BTreeMap::new(), "done", None, None)
        .await;
    assert_eq!(success.unwrap(), Answered::Before);
    let failure = jobs.fail(JOB, FailureKind::JobFailed, "no").await;
    assert_eq!(failure.unwrap(), Answered::Before);
}

#[tokio::test]
async fn an_unknown_job_is_named() {
    let unknown = (400, "JobNotFoundException");
    let (_, jobs) = Pipeline::start(&[unknown, unknown]).await;
    let error = jobs
        .succeed(JOB, &BTreeMap::new(), "done", None, None)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("CodePipeline knows of no job {JOB}")
    );
    let error = jobs
        .fail(JOB, FailureKind::JobFailed, "no")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NoSuchJob { .. }));
}

#[tokio::test]
async fn a_refused_answer_keeps_the_reason() {
    let (_, jobs) = Pipeline::start(&[(400, "ValidationException")]).await;
    let error = jobs
        .fail(JOB, FailureKind::Permission, "no")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("CodePipeline did not take the failure of job {JOB}")
    );
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again() {
    let (pipeline, jobs) = Pipeline::start(&[(503, "ServiceUnavailable"), (500, "Internal")]).await;
    let answered = jobs
        .succeed(JOB, &BTreeMap::new(), "done", None, None)
        .await;
    assert_eq!(answered.unwrap(), Answered::Now);
    assert_eq!(pipeline.told().len(), 3);
}

/// A proxy in front of a server that resets each connection at its second request: what a connection is worth that was open while
/// Lambda froze the function. Gives its address.
async fn dropping(behind: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(relay_one(client, behind.clone()));
        }
    });
    endpoint
}

/// A connection that is dropped with something unread on it is reset.
async fn relay_one(mut client: TcpStream, behind: String) -> std::io::Result<()> {
    let mut server = TcpStream::connect(behind).await?;
    let (mut asked, mut answered) = ([0; 16 << 10], [0; 16 << 10]);
    let mut has_answer = false;
    loop {
        tokio::select! {
            readable = client.readable() => {
                readable?;
                if has_answer {
                    client.peek(&mut asked).await?;
                    return Ok(());
                }
                let length = client.read(&mut asked).await?;
                server.write_all(&asked[..length]).await?;
                if length == 0 {
                    return Ok(());
                }
            }
            length = server.read(&mut answered) => {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                client.write_all(&answered[..length]).await?;
                has_answer = true;
            }
        }
    }
}

#[tokio::test]
async fn a_call_that_must_not_be_made_twice_is_made_on_a_connection_of_its_own() {
    let pipeline = Pipeline::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = Router::new().fallback(take).with_state(pipeline.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let endpoint = dropping(address).await;
    let pipelines = Pipelines::connect_as(Some(&endpoint), "eu-west-1", "id", "secret").await;
    let wallet = pipelines
        .pipeline("wallet", "123456789012", "eu-west-1", None)
        .await;
    for token in ["one", "two", "three"] {
        let start = Start {
            token,
            variables: Vec::new(),
            revisions: Vec::new(),
        };
        assert_eq!(wallet.start(&start).await.unwrap(), "an execution");
    }
    assert_eq!(pipeline.told().len(), 3);
}

/// Answers everything with this body.
async fn always(body: &'static str) -> Jobs {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let json = [("content-type", "application/x-amz-json-1.1")];
    let router = Router::new().fallback(move || async move { (json, body) });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Jobs::connect_as(Some(&endpoint), "eu-west-1", "id", "secret").await
}

#[tokio::test]
async fn where_a_job_comes_from_is_told_without_its_credentials() {
    let jobs = always(
        r#"{"jobDetails": {"id": "1", "accountId": "123456789012", "data": {
            "pipelineContext": {"pipelineName": "wallet-dev", "pipelineExecutionId": "e-1",
                "pipelineArn": "arn:aws:codepipeline:eu-north-1:999999999999:wallet-dev",
                "stage": {"name": "Register"}, "action": {"name": "Towpath", "actionExecutionId": "a-1"}},
            "artifactCredentials": {"accessKeyId": "KEYID", "secretAccessKey": "SECRET", "sessionToken": "TOKEN"}}}}"#,
    )
    .await;
    let origin = jobs.origin(JOB).await.unwrap();
    let said = (origin.account.as_deref(), origin.region.as_deref());
    assert_eq!(said, (Some("999999999999"), Some("eu-north-1")));
    let said = [
        &origin.pipeline,
        &origin.execution,
        &origin.stage,
        &origin.action,
    ];
    assert_eq!(said, ["wallet-dev", "e-1", "Register", "Towpath"]);
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_not_part_of_the_error() {
    for body in [
        r#"{"jobDetails": {"id": "1", "data": {"artifactCredentials": {"secretAccessKey": "SECRET", "#,
        r#"{"jobDetails": {"id": "1", "data": {"artifactCredentials": ["SECRET"]}}}"#,
        r#"{"jobDetails": {"id": "1", "data": {"pipelineContext": {"pipelineName": "wallet-dev"},
            "artifactCredentials": {"accessKeyId": "A", "secretAccessKey": "SECRET", "sessionToken": "B"}}}}"#,
        "{}",
    ] {
        let error = always(body).await.origin(JOB).await.unwrap_err();
        let mut shown = format!("{error:?} {error}");
        let mut source = error.source();
        while let Some(inner) = source {
            shown = format!("{shown} {inner:?} {inner}");
            source = inner.source();
        }
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}

#[tokio::test]
async fn a_value_that_is_too_long_for_a_variable_is_not_cut() {
    let pipelines =
        Pipelines::connect_as(Some("http://127.0.0.1:1"), "eu-west-1", "id", "secret").await;
    let called = pipelines
        .pipeline("wallet-prod", "123456789012", "eu-west-1", None)
        .await;
    let start = Start {
        token: "t",
        variables: vec![("digests", "0".repeat(1001))],
        revisions: Vec::new(),
    };
    let error = called.start(&start).await.unwrap_err().to_string();
    assert!(
        error.contains("the variable digests has 1001 characters"),
        "{error}"
    );
}
