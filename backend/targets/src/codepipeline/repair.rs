//! Retrying a stage, and rolling one back.

use aws_sdk_codepipeline::types::StageRetryMode;

use super::{
    CallError, Pipeline,
    pipelines::{call, once},
};

impl Pipeline {
    /// Lets the failed actions of a stage run again. `CodePipeline` refuses it where nothing has failed, so that doing so
    /// again changes nothing.
    pub async fn retry(&self, stage: &str, execution: &str) -> Result<(), CallError> {
        call("RetryStageExecution", || {
            self.client
                .retry_stage_execution()
                .pipeline_name(&self.name)
                .stage_name(stage)
                .pipeline_execution_id(execution)
                .retry_mode(StageRetryMode::FailedActions)
                .customize()
                .config_override(once())
                .send()
        })
        .await?;
        Ok(())
    }

    /// Takes a stage back to what an earlier execution left there, and gives the execution that does so. `CodePipeline`
    /// refuses it for source stages, rollbacks, PARALLEL mode, and executions of an earlier version of the pipeline.
    pub async fn roll_back(&self, stage: &str, to: &str) -> Result<String, CallError> {
        let operation = "RollbackStage";
        let started = call(operation, || {
            self.client
                .rollback_stage()
                .pipeline_name(&self.name)
                .stage_name(stage)
                .target_pipeline_execution_id(to)
                .customize()
                .config_override(once())
                .send()
        })
        .await?;
        Ok(started.pipeline_execution_id)
    }
}
