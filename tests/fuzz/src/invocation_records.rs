//! Records of invocations that failed, as Lambda hands them to the function that answers their jobs.

use serde_json::{Value, json};
use sources::job::unanswered::Unanswered;

use crate::samples;

/// The answer names the job, and repeats of the rest at most a plain identifier; what is refused is not repeated.
pub fn target(data: &[u8]) {
    match Unanswered::parse(data) {
        Ok(unanswered) => {
            assert!(!unanswered.job().is_empty());
            let request = unanswered.request().unwrap_or_default();
            assert!(request.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
            let message = unanswered.message();
            assert!(message.len() <= 400, "{} bytes", message.len());
            let record: Value = serde_json::from_slice(data).unwrap_or_default();
            let credentials = &record["requestPayload"]["CodePipeline.job"]["data"]["artifactCredentials"];
            let shown = format!("{unanswered:?} {message}");
            for secret in credentials.as_object().into_iter().flat_map(|fields| fields.values()) {
                let Some(secret) = secret.as_str().filter(|secret| secret.len() >= 16) else {
                    continue;
                };
                // What also is the job's identity or the like is no secret.
                let elsewhere = [unanswered.job(), request].iter().any(|text| text.contains(secret));
                assert!(elsewhere || !shown.contains(secret));
            }
        }
        Err(error) => assert!(format!("{error:?} {error}").len() <= 400),
    }
}

/// The documented record, with a captured job in it, of each ending.
pub fn seeds() -> Vec<Vec<u8>> {
    let read = |name: &str| -> Value {
        let bytes = samples::file(&format!("backend/lambdas/tests/samples/{name}"));
        serde_json::from_slice(&bytes).unwrap_or_default()
    };
    let mut record = read("invocation-record.json");
    record["requestPayload"] = read("codepipeline-job.json");
    let mut timed_out = record.clone();
    timed_out["responsePayload"] = json!({"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 600.00 seconds"});
    let mut too_old = record.clone();
    too_old["requestContext"]["condition"] = json!("EventAgeExceeded");
    too_old["responsePayload"] = Value::Null;
    [record, timed_out, too_old].map(|record| record.to_string().into_bytes()).to_vec()
}
