//! A job whose function ended without an answer, as Lambda's on-failure destination reports it.
//!
//! Lambda hands over the record of the invocation, with the whole event in it. Of that only the job's identity is read: the
//! credentials in it are live.

use serde::Deserialize;

/// The longest request identifier that is repeated. Lambda's have 36 characters.
const REQUEST_LIMIT: usize = 64;

/// What Lambda calls an invocation that waited for too long.
const TOO_OLD: &str = "EventAgeExceeded";

/// What Lambda calls a function that took longer than its time-out.
const TIMED_OUT: &str = "Sandbox.Timedout";

/// A job that nobody has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    job: String,
    account: Option<String>,
    /// The invocation, by which its lines of the log are found.
    request: Option<String>,
    ending: Ending,
}

/// How the function ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Lambda could not run it in time.
    NeverRan,
    /// It was stopped at its time-out.
    TimedOut,
    /// It failed, crashed, or ran out of memory.
    Failed,
}

/// The event is no record of a job's invocation, so that there is nobody to answer. The text of the event is not in this
/// error: it may hold credentials.
#[derive(Debug, thiserror::Error)]
pub enum NotARecord {
    /// It is not JSON, or of another shape.
    #[error(
        "the event is no record of a failed invocation with a job of CodePipeline in it (line {line}, column {column})"
    )]
    Shape {
        /// Where it differs.
        line: usize,
        /// The column there.
        column: usize,
    },
    /// The job has no identity.
    #[error("the job in the record has no id")]
    NoId,
}

impl Unanswered {
    /// Reads the record that Lambda hands to the destination.
    pub fn parse(record: &[u8]) -> Result<Self, NotARecord> {
        let record: Record = serde_json::from_slice(record).map_err(|error| NotARecord::Shape {
            line: error.line(),
            column: error.column(),
        })?;
        let job = record.request_payload.job;
        if job.id.is_empty() {
            return Err(NotARecord::NoId);
        }
        let context = record.request_context;
        let response = record.response_payload.unwrap_or_default();
        let ending = if context.condition.as_deref() == Some(TOO_OLD) {
            Ending::NeverRan
        } else if response.timed_out() {
            Ending::TimedOut
        } else {
            Ending::Failed
        };
        Ok(Self {
            job: job.id,
            account: job.account_id,
            request: context.request_id.as_deref().and_then(plain),
            ending,
        })
    }

    /// A job whose function failed at every try, where no record says so.
    pub fn after_tries(job: &super::Job) -> Self {
        Self {
            job: job.id.clone(),
            account: job.account.clone(),
            request: None,
            ending: Ending::Failed,
        }
    }

    /// The job's identity.
    pub fn job(&self) -> &str {
        &self.job
    }

    /// The invocation of the function, by which its lines of the log are found.
    pub fn request(&self) -> Option<&str> {
        self.request.as_deref()
    }

    /// The account that the job is of.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// What happened and what to do, for anyone who reads the pipeline.
    pub fn message(&self) -> String {
        let request = match &self.request {
            Some(request) => format!("request {request}"),
            None => "request unknown".to_owned(),
        };
        match self.ending {
            Ending::NeverRan => format!(
                "Towpath's function action could not be run in time, since too many invocations were waiting ({request}). \
                 Nothing was done. Retry the stage."
            ),
            Ending::TimedOut => format!(
                "Towpath's function action reached its time-out without an answer ({request}). Retry the stage. If it \
                 happens again, its log says how far it came."
            ),
            Ending::Failed => format!(
                "Towpath's function action ended without an answer: what it needs did not answer, or it crashed or ran out of memory \
                 ({request}). Its log says why. Retry the stage."
            ),
        }
    }
}

/// An identifier that can stand in a message.
fn plain(text: &str) -> Option<String> {
    let fits = (1..=REQUEST_LIMIT).contains(&text.len());
    let plain = fits && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then(|| text.to_owned())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(default)]
    request_context: Context,
    request_payload: Payload,
    #[serde(default)]
    response_payload: Option<Response>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    request_id: Option<String>,
    condition: Option<String>,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "CodePipeline.job")]
    job: Job,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    id: String,
    #[serde(default)]
    account_id: Option<String>,
}

/// What the function answered. A function of ours answers an error; of another shape it says nothing.
#[derive(Deserialize)]
#[serde(untagged)]
enum Response {
    Error {
        #[serde(rename = "errorType", default)]
        kind: Option<String>,
        #[serde(rename = "errorMessage", default)]
        message: Option<String>,
    },
    Other(serde::de::IgnoredAny),
}

impl Default for Response {
    fn default() -> Self {
        Self::Other(serde::de::IgnoredAny)
    }
}

impl Response {
    fn timed_out(&self) -> bool {
        match self {
            // Not every record names the type; the message is Lambda's own wording.
            Self::Error { kind, message } => {
                kind.as_deref() == Some(TIMED_OUT)
                    || message
                        .as_deref()
                        .is_some_and(|text| text.contains("Task timed out after"))
            }
            Self::Other(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record() -> Value {
        json!({
            "version": "1.0",
            "timestamp": "2026-11-21T08:00:00.123Z",
            "requestContext": {
                "requestId": "e4b46cbf-b738-4a1b-8880-a18cdf61200e",
                "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:towpath-dev-action:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 2,
            },
            "requestPayload": {"CodePipeline.job": {"id": "job-1", "accountId": "123456789012", "data": {
                "artifactCredentials": {"accessKeyId": "KEYID", "secretAccessKey": "SECRET", "sessionToken": "TOKEN"},
            }}},
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorMessage": "RequestId: e4b46cbf Process exited before completing request"},
        })
    }

    fn parsed(record: &Value) -> Unanswered {
        Unanswered::parse(record.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_job_is_found_and_nothing_of_its_credentials_is_kept() {
        let unanswered = parsed(&record());
        assert_eq!(unanswered.job(), "job-1");
        assert_eq!(unanswered.account.as_deref(), Some("123456789012"));
        let shown = format!("{unanswered:?} {}", unanswered.message());
        for secret in ["KEYID", "SECRET", "TOKEN"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn the_message_says_how_the_function_ended_and_by_which_request() {
        let mut record = record();
        let message = parsed(&record).message();
        assert!(message.contains("ran out of memory"), "{message}");
        assert!(
            message.contains("request e4b46cbf-b738-4a1b-8880-a18cdf61200e"),
            "{message}"
        );
        for timed_out in [
            json!({"errorMessage": "2026-11-21T08:00:00.123Z e4b46cbf Task timed out after 600.00 seconds"}),
            json!({"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: e4b46cbf Error: Task timed out"}),
        ] {
            record["responsePayload"] = timed_out;
            let message = parsed(&record).message();
            assert!(message.contains("reached its time-out"), "{message}");
        }
        record["requestContext"]["condition"] = json!("EventAgeExceeded");
        record.as_object_mut().unwrap().remove("responsePayload");
        let message = parsed(&record).message();
        assert!(message.contains("could not be run in time"), "{message}");
    }

    #[test]
    fn a_record_needs_no_more_than_the_jobs_identity() {
        let record = json!({"requestPayload": {"CodePipeline.job": {"id": "job-1"}}});
        let unanswered = parsed(&record);
        assert_eq!((unanswered.job(), unanswered.request()), ("job-1", None));
        for response in [
            json!(null),
            json!("text"),
            json!([1]),
            json!({"errorType": 7}),
        ] {
            let mut record = record.clone();
            record["responsePayload"] = response;
            assert_eq!(parsed(&record).ending, Ending::Failed);
        }
    }

    #[test]
    fn a_request_that_is_no_plain_identifier_is_not_repeated() {
        let mut record = record();
        for request in ["", "a b", "<script>", &"a".repeat(65)] {
            record["requestContext"]["requestId"] = json!(request);
            assert_eq!(parsed(&record).request(), None, "{request:?}");
        }
    }

    #[test]
    fn what_is_no_record_is_refused_without_repeating_it() {
        let empty = json!({"requestPayload": {"CodePipeline.job": {"id": ""}}}).to_string();
        for event in [
            "",
            "[]",
            "{}",
            r#"{"CodePipeline.job":{"id":"SECRET"}}"#,
            r#"{"requestPayload":{"CodePipeline.job":"SECRET"}}"#,
            &empty,
        ] {
            let error = Unanswered::parse(event.as_bytes()).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("SECRET"), "{event}");
        }
    }
}
