//! Opening and closing the ways between stages.

use super::Turn;
use crate::{model::pipeline::Closed, protocol::error::ApiError};

impl Turn<'_> {
    /// Lets nothing more into a stage (`Inbound`), or into the one after it (`Outbound`).
    pub(crate) fn close(
        &mut self,
        stage: &str,
        outbound: bool,
        reason: &str,
    ) -> Result<(), ApiError> {
        let target = self.transition(stage, outbound)?;
        let closed = Closed {
            reason: reason.to_owned(),
            at: self.now,
        };
        self.pipeline.closed.insert(target, closed);
        Ok(())
    }

    /// Lets executions in again.
    pub(crate) fn open(&mut self, stage: &str, outbound: bool) -> Result<(), ApiError> {
        let target = self.transition(stage, outbound)?;
        if self.pipeline.closed.remove(&target).is_some() {
            self.pipeline.opened.insert(target, self.now);
            self.settle();
        }
        Ok(())
    }

    /// The stage whose entrance is meant.
    fn transition(&self, stage: &str, outbound: bool) -> Result<usize, ApiError> {
        let declaration = &self.pipeline.declaration;
        let index = declaration
            .stage_index(stage)
            .ok_or_else(|| ApiError::no_stage(&declaration.name, stage))?;
        let target = index + usize::from(outbound);
        if target == 0 {
            return Err(ApiError::validation(format!(
                "Stage '{stage}' has no inbound transition"
            )));
        }
        Ok(target)
    }
}
