//! Lambda invoke actions: gives the function a job and waits for `PutJobSuccessResult` or `PutJobFailureResult`.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use crate::{
    clock,
    engine::{Place, Task},
    ids,
    jobs::JobAnswer,
    model::execution::{ActionResult, Artifact},
    signing::{self, Post},
    world::World,
};

/// How long a function may take to answer a job.
const PATIENCE: Duration = Duration::from_mins(20);
/// How long a Lambda action may take with all its continuations.
const PATIENCE_IN_ALL: Duration = Duration::from_hours(24);
/// How long the service waits before it calls again with a continuation token.
const PAUSE: Duration = Duration::from_secs(30);
/// How often an invocation is tried.
const ATTEMPTS: u32 = 4;

pub(super) async fn perform(world: &Arc<World>, task: &Task) -> ActionResult {
    let Some(function) = task.configuration.get("FunctionName") else {
        return ActionResult::failed("ConfigurationError", "The action names no function");
    };
    let all = world.scaled(PATIENCE_IN_ALL);
    tokio::time::timeout(all, until_answered(world, task, function))
        .await
        .unwrap_or_else(|_| no_answer(function))
}

async fn until_answered(world: &Arc<World>, task: &Task, function: &str) -> ActionResult {
    let mut token: Option<String> = None;
    loop {
        let job = ids::uuid();
        let data = job_data(world, task, token.as_deref());
        let details = job_details(world, task, &job, &data);
        let answer = world.jobs(|jobs| jobs.open(&job, details));
        let _closed = Close { world, job: &job };
        let account = &world.options.account;
        let body = json!({ "CodePipeline.job": { "id": job, "accountId": account, "data": data } });
        if let Err(problem) = invoke(world, function, &body).await {
            return problem;
        }
        match tokio::time::timeout(world.scaled(PATIENCE), answer).await {
            Ok(Ok(JobAnswer::Success {
                continuation: Some(next),
                summary,
                external_id,
                percent,
                ..
            })) => {
                let progress = ActionResult {
                    external_id,
                    summary,
                    percent,
                    ..ActionResult::default()
                };
                world.change(|engine, now| engine.report(&task.id, progress, now));
                tokio::time::sleep(world.scaled(PAUSE)).await;
                token = Some(next);
            }
            Ok(Ok(JobAnswer::Success {
                continuation: None,
                summary,
                external_id,
                percent,
                variables,
            })) => {
                return ActionResult {
                    external_id: external_id.or(Some(job.clone())),
                    summary,
                    percent,
                    variables,
                    ..ActionResult::default()
                };
            }
            Ok(Ok(JobAnswer::Failure {
                code,
                message,
                external_id,
            })) => {
                return ActionResult {
                    external_id: external_id.or(Some(job.clone())),
                    ..ActionResult::failed(&code, message)
                };
            }
            Ok(Err(_)) | Err(_) => return no_answer(function),
        }
    }
}

/// Forgets the job when nobody waits for it any more, also when the action was abandoned.
struct Close<'a> {
    world: &'a World,
    job: &'a str,
}

impl Drop for Close<'_> {
    fn drop(&mut self) {
        self.world.jobs(|jobs| jobs.close(self.job));
    }
}

fn no_answer(function: &str) -> ActionResult {
    ActionResult::failed(
        "JobFailed",
        format!(
            "The AWS Lambda function {function} failed to return a result. Check the function to verify that it has \
             permission to call the PutJobSuccessResult action and that it made a call to PutJobSuccessResult."
        ),
    )
}

/// What the function gets to do the job with.
fn job_data(world: &World, task: &Task, token: Option<&str>) -> Value {
    let options = &world.options;
    let artifacts = |artifacts: &[Artifact]| -> Value {
        artifacts
            .iter()
            .map(|artifact| {
                json!({
                    "location": {
                        "s3Location": { "bucketName": artifact.bucket, "objectKey": artifact.key },
                        "type": "S3",
                    },
                    "revision": null,
                    "name": artifact.name,
                })
            })
            .collect()
    };
    let mut data = json!({
        "actionConfiguration": { "configuration": task.configuration },
        "inputArtifacts": artifacts(&task.inputs),
        "outputArtifacts": artifacts(&task.outputs),
        "artifactCredentials": {
            "secretAccessKey": options.credentials.secret_access_key,
            "sessionToken": options.credentials.session_token,
            "accessKeyId": options.credentials.access_key_id,
        },
    });
    if let Some(token) = token {
        data["continuationToken"] = json!(token);
    }
    data
}

/// What `GetJobDetails` says: beside what the function gets, where the job comes from.
fn job_details(world: &World, task: &Task, job: &str, data: &Value) -> Value {
    let options = &world.options;
    let place = Place {
        account: options.account.clone(),
        region: options.region.clone(),
    };
    let mut data = data.clone();
    data["actionTypeId"] = json!(task.action.kind);
    data["pipelineContext"] = json!({
        "pipelineName": task.pipeline,
        "pipelineArn": place.pipeline_arn(&task.pipeline),
        "pipelineExecutionId": task.execution,
        "stage": { "name": task.stage },
        "action": { "name": task.action.name, "actionExecutionId": task.id },
    });
    json!({ "id": job, "accountId": options.account, "data": data })
}

/// Hands the event over; the function answers later, through the API.
async fn invoke(world: &World, function: &str, body: &Value) -> Result<(), ActionResult> {
    let Some(endpoint) = &world.options.lambda_endpoint else {
        return Err(ActionResult::failed(
            "ConfigurationError",
            "The simulator was given no Lambda endpoint",
        ));
    };
    let name = function.rsplit(':').next().unwrap_or(function);
    let url = format!(
        "{}/2015-03-31/functions/{name}/invocations",
        endpoint.trim_end_matches('/')
    );
    let mut pause = Duration::from_millis(200);
    for attempt in 1..=ATTEMPTS {
        let request = signed(world, &url, body)
            .map_err(|error| ActionResult::failed("SystemUnavailable", error.to_string()))?;
        let problem = match request.send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) if answer.status() == 404 => {
                let message = format!(
                    "The AWS Lambda function {function} cannot be found. Check that the function exists."
                );
                return Err(ActionResult::failed("ConfigurationError", message));
            }
            Ok(answer) if answer.status().is_client_error() => {
                let message = format!(
                    "The AWS Lambda function {function} refused the call: {}",
                    answer.status()
                );
                return Err(ActionResult::failed("PermissionError", message));
            }
            Ok(answer) => answer.status().to_string(),
            Err(error) => error.to_string(),
        };
        tracing::debug!(attempt, function, problem, "invocation failed");
        if attempt < ATTEMPTS {
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
    let message =
        format!("The AWS Lambda function {function} could not be called. Try again later.");
    Err(ActionResult::failed("SystemUnavailable", message))
}

fn signed(
    world: &World,
    url: &str,
    body: &Value,
) -> Result<reqwest::RequestBuilder, signing::Error> {
    let headers = [
        ("x-amz-invocation-type", "Event"),
        ("content-type", "application/json"),
    ];
    let request = signing::sign_post(
        &world.http,
        &world.options,
        Post {
            service: "lambda",
            url,
            headers: &headers,
            body: body.to_string(),
        },
        clock::now(),
    )?;
    Ok(request.timeout(Duration::from_secs(10)))
}
