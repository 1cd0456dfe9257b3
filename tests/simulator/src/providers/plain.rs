//! Deployments, tests and whatever else only takes a while and ends well or badly.

use std::sync::Arc;

use super::artifact;
use crate::{engine::Task, ids, model::execution::ActionResult, world::World};

pub(super) async fn perform(world: &Arc<World>, task: &Task) -> ActionResult {
    let script = world.scripts(|scripts| scripts.take(&task.pipeline, &task.action.name));
    let provider = &task.action.kind.provider;
    let external_id = format!("d-{}", ids::digits(9).to_uppercase());
    let region = &world.options.region;
    let url = script.url.clone().unwrap_or_else(|| {
        format!(
            "https://{region}.console.aws.amazon.com/codesuite/{}/{external_id}",
            provider.to_lowercase()
        )
    });
    let begun = ActionResult {
        external_id: Some(external_id.clone()),
        url: Some(url),
        ..ActionResult::default()
    };
    world.change(|engine, now| engine.report(&task.id, begun.clone(), now));
    tokio::time::sleep(script.duration()).await;
    let told = if script.hold {
        world.hold(task).await
    } else {
        None
    };
    if let Some(message) = told.or_else(|| script.fail.clone()) {
        let code = script.error_code.as_deref().unwrap_or("JobFailed");
        return ActionResult {
            external_id: begun.external_id,
            url: begun.url,
            ..ActionResult::failed(code, message)
        };
    }
    if let Err(problem) = artifact::store(world, task, &script, Vec::new()).await {
        return ActionResult::failed("PermissionError", problem.to_string());
    }
    ActionResult {
        summary: Some(
            script
                .summary
                .unwrap_or_else(|| format!("Deployment {external_id} succeeded")),
        ),
        variables: script.variables,
        ..begun
    }
}
