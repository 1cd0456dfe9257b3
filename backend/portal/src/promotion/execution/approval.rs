//! Approvals: the answer goes to the execution that carries these very bytes, and to no other. An approval's token works
//! once, so that an approval which is found to wait can be answered whenever it is looked at.

use domain::status::Status;
use targets::codepipeline::{ActionRun, Approval, CallError, Waiting};

use super::pipeline::{Found, PipelineCall};

impl PipelineCall<'_> {
    /// Answers the approval, or waits until the execution comes to it. A stage that failed before is retried, by the process
    /// that starts the promotion.
    pub(super) async fn approve(
        &self,
        stage: &str,
        action: &str,
        fresh: bool,
    ) -> Result<Found, CallError> {
        let name = self.pipeline.name();
        let Some(execution) = self.carrying().await? else {
            return Ok(Found::Never(format!(
                "no execution of the pipeline {name} carries build {}: an approval there can only be for what the pipeline \
                 has made itself",
                self.promotion.number
            )));
        };
        let Some(found) = self.pipeline.execution(&execution).await? else {
            return Ok(Found::Never(format!(
                "the pipeline {name} has forgotten the execution {execution}, which carries the build: make a new build"
            )));
        };
        let ended = found.status.is_terminal() && found.status != Status::Succeeded;
        if found.status == Status::Failed {
            // A later look finds what was answered, and retries nothing.
            if fresh {
                self.retry(&execution).await?;
            }
        } else if ended {
            return Ok(Found::Never(format!(
                "the execution {execution}, which carries the build, was {}: promote a newer build, or run the pipeline again",
                found.status.word()
            )));
        }
        let approval = Approval {
            execution: &execution,
            stage,
            action,
        };
        self.answer(approval).await
    }

    async fn answer(&self, approval: Approval<'_>) -> Result<Found, CallError> {
        match self.pipeline.approval(approval).await? {
            Waiting::NotYet => Ok(Found::NotYet),
            Waiting::Answered(run) => Ok(answered(&run, approval)),
            Waiting::Token(token) => {
                let summary = format!(
                    "Towpath, promotion {}: {}",
                    self.promotion.id, self.promotion.reason
                );
                match self.pipeline.approve(approval, &token, &summary).await {
                    Ok(()) => Ok(Found::By(approval.execution.to_owned())),
                    // Somebody was faster: what they said is what counts.
                    Err(error) if error.is("ApprovalAlreadyCompletedException") => {
                        match self.pipeline.approval(approval).await? {
                            Waiting::Answered(run) => Ok(answered(&run, approval)),
                            Waiting::NotYet | Waiting::Token(_) => Ok(Found::NotYet),
                        }
                    }
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// The execution that is proven to have made the build, or that was started with it.
    async fn carrying(&self) -> Result<Option<String>, CallError> {
        let build = &self.build.build;
        let runs = self.called.runs();
        let made = build.run.as_ref().filter(|_| build.origin.run.is_proven());
        if let Some(own) = made.and_then(|run| run.as_str().strip_prefix(&runs)) {
            return Ok(Some(own.to_owned()));
        }
        let since = build.registered_at;
        let found = self
            .pipeline
            .started_with("build", build.id.as_str(), since);
        Ok(found.await?.map(|found| found.id))
    }

    /// Lets the stage run again that the execution failed in.
    async fn retry(&self, execution: &str) -> Result<(), CallError> {
        let actions = self.pipeline.actions(execution).await?;
        let failed = actions.iter().find(|run| run.status == Status::Failed);
        match failed {
            Some(failed) => self.pipeline.retry(&failed.stage, execution).await,
            None => Ok(()),
        }
    }
}

fn answered(run: &ActionRun, approval: Approval<'_>) -> Found {
    if run.status == Status::Succeeded {
        return Found::By(approval.execution.to_owned());
    }
    let Approval {
        execution, action, ..
    } = approval;
    let said = run.summary.as_deref().unwrap_or("no reason was given");
    Found::Never(format!(
        "the approval {action} of the execution {execution} ended as {}: {said}. Ask for the promotion again to retry it",
        run.status.word()
    ))
}
