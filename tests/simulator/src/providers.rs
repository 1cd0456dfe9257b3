//! What carries out actions: one file a provider.

mod approval;
mod artifact;
mod codebuild;
mod lambda;
mod plain;
pub(crate) mod source;

use std::sync::Arc;

use crate::{
    engine::Task,
    model::{declaration::ActionType, execution::ActionResult},
    world::World,
};

/// Whether there is a provider for an action type.
pub(crate) fn knows(kind: &ActionType) -> bool {
    matches!(
        (kind.category.as_str(), kind.provider.as_str()),
        ("Source", "CodeCommit" | "CodeStarSourceConnection" | "S3")
            | ("Build", "CodeBuild")
            | ("Invoke", "Lambda")
            | ("Approval", "Manual")
            | ("Deploy" | "Test", _)
    )
}

/// Carries out an action execution.
pub(crate) async fn perform(world: &Arc<World>, task: &Task) -> ActionResult {
    let kind = &task.action.kind;
    match (kind.category.as_str(), kind.provider.as_str()) {
        ("Source", _) => source::perform(world, task).await,
        ("Approval", _) => approval::perform(world, task).await,
        (_, "CodeBuild") => codebuild::perform(world, task).await,
        (_, "Lambda") => lambda::perform(world, task).await,
        _ => plain::perform(world, task).await,
    }
}
