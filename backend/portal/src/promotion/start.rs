//! Calling what carries a promotion out. The promotion is `starting` before, so that a call whose answer is lost is found
//! again and never made twice.

use domain::{Timestamp, path::Target};
use store::table::PromotionRecord;

use super::advance::Turn;
use crate::{Portal, Result};

/// What carries a promotion out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// The portal itself: the artifacts are in its own bucket already, so that recording the release is all.
    Here,
}

impl Portal {
    /// What carries promotions to a target out; or why nothing does, for people.
    #[expect(
        clippy::unused_self,
        reason = "whether a pipeline can be called depends on the portal's parts"
    )]
    pub(crate) fn carrier(&self, target: &Target) -> Result<Carrier, String> {
        match target {
            Target::Portal(None) => Ok(Carrier::Here),
            Target::Portal(Some(bucket)) => Err(format!(
                "this portal cannot copy to other buckets yet, and this step's target is the bucket {}: leave the target out \
                 in towpath.toml to release from the portal's own",
                bucket.name
            )),
            Target::CodePipeline(target) => Err(format!(
                "this portal cannot start pipelines yet, and this step's target is the pipeline {}: leave the target out in \
                 towpath.toml to let the portal release",
                target.pipeline.name
            )),
        }
    }

    /// Has a promotion carried out that was let through.
    pub(super) async fn call_target(
        &self,
        record: &PromotionRecord,
        now: Timestamp,
    ) -> Result<Turn> {
        let carrier = match self.step_of(&record.promotion) {
            Ok(step) => self.carrier(&step.target),
            Err(_) => Err(
                "its step is no longer in towpath.toml: add it again, or ask for another promotion"
                    .to_owned(),
            ),
        };
        match carrier {
            Ok(Carrier::Here) => self.succeed(record, now).await,
            Err(why) => {
                let after = record.promotion.clone().fail(why, now)?;
                self.end(record, &after, now).await
            }
        }
    }
}
