//! Starting an execution, once.

use aws_sdk_codepipeline::types::{PipelineVariable, SourceRevisionOverride, SourceRevisionType};

use super::{
    CallError, Pipeline,
    pipelines::{call, once},
};

/// The longest value of a variable, in characters.
const VALUE_LIMIT: usize = 1000;

/// What an execution is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start<'a> {
    /// What makes two calls one.
    pub token: &'a str,
    /// The pipeline's variables. Those without a value are left out, as the API takes none.
    pub variables: Vec<(&'a str, String)>,
    /// What source actions get instead of their newest revision.
    pub revisions: Vec<Revision<'a>>,
}

/// The revision that a source action gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision<'a> {
    pub action: &'a str,
    /// `COMMIT_ID`, or another of the API's.
    pub kind: &'a str,
    /// The commit.
    pub value: &'a str,
}

impl Pipeline {
    /// Starts an execution, and gives its identifier. It is sent once: an answer that is lost is no reason to send again.
    pub async fn start(&self, start: &Start<'_>) -> Result<String, CallError> {
        let operation = "StartPipelineExecution";
        let variables = variables(start).map_err(|reason| refused(operation, &reason))?;
        let revisions = revisions(start).map_err(|reason| refused(operation, &reason))?;
        let started = call(operation, || {
            self.client
                .start_pipeline_execution()
                .name(&self.name)
                .client_request_token(start.token)
                .set_variables((!variables.is_empty()).then(|| variables.clone()))
                .set_source_revisions((!revisions.is_empty()).then(|| revisions.clone()))
                .customize()
                .config_override(once())
                .send()
        })
        .await?;
        started
            .pipeline_execution_id
            .ok_or_else(|| CallError::Unknown {
                operation,
                source: "the answer names no execution".into(),
            })
    }
}

fn variables(start: &Start<'_>) -> Result<Vec<PipelineVariable>, String> {
    let given = start.variables.iter();
    given
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| {
            let length = value.chars().count();
            if length > VALUE_LIMIT {
                return Err(format!(
                    "the variable {name} has {length} characters, and CodePipeline takes {VALUE_LIMIT}"
                ));
            }
            let built = PipelineVariable::builder().name(*name).value(value).build();
            built.map_err(|error| error.to_string())
        })
        .collect()
}

fn revisions(start: &Start<'_>) -> Result<Vec<SourceRevisionOverride>, String> {
    let given = start.revisions.iter();
    given
        .map(|revision| {
            SourceRevisionOverride::builder()
                .action_name(revision.action)
                .revision_type(SourceRevisionType::from(revision.kind))
                .revision_value(revision.value)
                .build()
                .map_err(|error| error.to_string())
        })
        .collect()
}

fn refused(operation: &'static str, reason: &str) -> CallError {
    CallError::Refused {
        operation,
        code: String::new(),
        reason: reason.to_owned(),
    }
}
