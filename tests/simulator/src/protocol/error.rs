//! The errors that `CodePipeline` answers with.

use serde_json::{Value, json};

/// An error of the protocol: an exception's name and a message for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The exception, as the service's model names it.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
}

impl ApiError {
    /// An error of the given exception.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A request whose values contradict each other or the model.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// No pipeline of that name.
    pub fn no_pipeline(name: &str, account: &str) -> Self {
        Self::new(
            "PipelineNotFoundException",
            format!("Account '{account}' does not have a pipeline with name '{name}'"),
        )
    }

    /// No execution of that id in the pipeline.
    pub fn no_execution(pipeline: &str, id: &str) -> Self {
        Self::new(
            "PipelineExecutionNotFoundException",
            format!("Pipeline '{pipeline}' does not have an execution with id '{id}'"),
        )
    }

    /// No stage of that name in the pipeline.
    pub fn no_stage(pipeline: &str, stage: &str) -> Self {
        Self::new(
            "StageNotFoundException",
            format!("Stage '{stage}' does not exist in pipeline '{pipeline}'"),
        )
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        json!({ "__type": self.code, "message": self.message })
    }
}
