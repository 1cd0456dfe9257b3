//! A job of a `CodePipeline` Lambda action, as the function receives it; in `parameters`, what it is told to do.
//!
//! Everything but the job's identity is optional here: a job that lacks something is answered with what it lacks,
//! and for that its identity is enough.

pub mod parameters;
pub mod unanswered;
mod waiting;

use std::fmt;

use domain::json;
use serde::Deserialize;

pub use waiting::Waiting;

/// One job. Its credentials are live: they appear in no log and no record, and go when the job is done.
#[derive(Debug)]
pub struct Job {
    pub id: String,
    pub account: Option<String>,
    pub parameters: Option<String>,
    pub inputs: Vec<Input>,
    pub credentials: Option<Credentials>,
    /// What the job before it left, where this one goes on with it.
    pub continuation: Option<String>,
}

/// Where an input artifact lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    pub name: String,
    pub bucket: String,
    pub key: String,
}

/// What opens the artifact bucket for the time of the job.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(hidden)")
    }
}

/// The event is no job, so that there is nobody to answer.
#[derive(Debug, thiserror::Error)]
pub enum NotAJob {
    /// It is not JSON, or of another shape.
    #[error("the event is no job of CodePipeline")]
    Shape {
        /// Where it differs. The text of the event is not in it: it may hold credentials.
        line: usize,
        /// The column there.
        column: usize,
    },
    /// The job has no identity.
    #[error("the job has no id")]
    NoId,
}

impl Job {
    /// Reads the event that the Lambda function receives.
    pub fn parse(event: &[u8]) -> Result<Self, NotAJob> {
        let Envelope { job } = json::from_slice(event).map_err(|error| NotAJob::Shape {
            line: error.line(),
            column: error.column(),
        })?;
        if job.id.is_empty() {
            return Err(NotAJob::NoId);
        }
        // A job that is not answered keeps its pipeline waiting for 20 minutes. So data of another shape counts as none,
        // and the answer says what is missing.
        let data = Data::deserialize(job.data).unwrap_or_default();
        let mut configuration = data.action_configuration.configuration;
        Ok(Self {
            id: job.id,
            account: job.account_id,
            parameters: configuration.user_parameters.take(),
            inputs: data.input_artifacts.into_iter().map(input).collect(),
            credentials: data.artifact_credentials,
            continuation: data.continuation_token.filter(|token| !token.is_empty()),
        })
    }

    /// The job's identity, to log and to answer with.
    pub fn id(&self) -> &str {
        &self.id
    }
}

fn input(artifact: InputArtifact) -> Input {
    Input {
        name: artifact.name,
        bucket: artifact.location.s3_location.bucket_name,
        key: artifact.location.s3_location.object_key,
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "CodePipeline.job")]
    job: Body,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    id: String,
    account_id: Option<String>,
    #[serde(default)]
    data: serde_json::Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Data {
    action_configuration: ActionConfiguration,
    input_artifacts: Vec<InputArtifact>,
    artifact_credentials: Option<Credentials>,
    continuation_token: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ActionConfiguration {
    configuration: Configuration,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Configuration {
    #[serde(rename = "UserParameters")]
    user_parameters: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct InputArtifact {
    name: String,
    location: Location,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Location {
    s3_location: S3Location,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct S3Location {
    bucket_name: String,
    object_key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"CodePipeline.job":{"id":"11111111-abcd-1111-abcd-111111abcdef","accountId":"111111111111",
        "data":{"actionConfiguration":{"configuration":{"FunctionName":"action","UserParameters":"{\"do\":\"register\"}"}},
        "inputArtifacts":[{"location":{"s3Location":{"bucketName":"artifacts","objectKey":"wallet/build/x"},"type":"S3"},
        "revision":null,"name":"BuildOutput"}],"outputArtifacts":[],
        "artifactCredentials":{"secretAccessKey":"SECRET","sessionToken":"TOKEN","accessKeyId":"KEYID"},
        "continuationToken":null,"encryptionKey":{"id":"k","type":"KMS"}}}}"#;

    #[test]
    fn a_job_is_read_and_its_credentials_are_never_printed() {
        let job = Job::parse(EVENT.as_bytes()).unwrap();
        assert_eq!(job.id(), "11111111-abcd-1111-abcd-111111abcdef");
        assert_eq!(job.inputs[0].key, "wallet/build/x");
        assert_eq!(
            job.credentials.as_ref().unwrap().secret_access_key,
            "SECRET"
        );
        let printed = format!("{job:?}");
        for secret in ["SECRET", "TOKEN", "KEYID"] {
            assert!(!printed.contains(secret));
        }
    }

    #[test]
    fn a_job_needs_no_more_than_its_identity() {
        let job = Job::parse(br#"{"CodePipeline.job":{"id":"1"}}"#).unwrap();
        assert!(job.parameters.is_none() && job.inputs.is_empty());
    }

    #[test]
    fn a_job_with_data_of_another_shape_can_still_be_answered() {
        let event = br#"{"CodePipeline.job":{"id":"1","data":{"inputArtifacts":"none"}}}"#;
        let job = Job::parse(event).unwrap();
        assert_eq!(job.id(), "1");
        assert!(job.parameters.is_none() && job.inputs.is_empty());
    }

    #[test]
    fn what_is_no_job_is_refused_without_repeating_it() {
        for event in [
            "",
            "[]",
            "{}",
            r#"{"CodePipeline.job":{"secret":"SECRET"}}"#,
        ] {
            let error = Job::parse(event.as_bytes()).unwrap_err();
            assert!(!format!("{error:?}").contains("SECRET"));
        }
        assert!(Job::parse(br#"{"CodePipeline.job":{"id":""}}"#).is_err());
    }
}
