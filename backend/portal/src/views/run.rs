//! One run with its steps.

use std::collections::HashMap;

use domain::{
    Timestamp,
    actor::Actor,
    event::Pipeline,
    id::RunId,
    run::Step,
    view::{RunView, StepView},
};

use crate::{
    Error, Portal, Result,
    access::{Action, authorise},
};

impl Portal {
    /// One run, its steps in the order that they went, and the builds that it registered.
    pub async fn run(&self, actor: &Actor, id: &RunId, now: Timestamp) -> Result<RunView> {
        authorise(actor, Action::ViewRun)?;
        let found = self.store().table.run(id).await?;
        let record = found.ok_or_else(|| Error::not_found(format!("run {id}")))?;
        let environment = record.environment.as_ref();
        Ok(RunView {
            environment: environment.map(|id| self.environment_or_its_name(id)),
            app: record.app,
            steps: in_order(record.steps)
                .into_iter()
                .map(|step| StepView {
                    carried_out_by: carried_out_by(&step, &record.run.pipeline),
                    step,
                })
                .collect(),
            builds: record.builds,
            run: record.run,
            as_of: now,
        })
    }
}

/// By the start of the stage, then by its end, since the times of some sources are whole seconds; then a stage before
/// its actions, and these by their own start and end.
fn in_order(mut steps: Vec<Step>) -> Vec<Step> {
    let end = |step: &Step| step.finished_at().unwrap_or(Timestamp::MAX);
    let mut stages: HashMap<String, (Timestamp, Timestamp)> = HashMap::new();
    for step in &steps {
        let (first, last) = stages
            .entry(step.stage().to_owned())
            .or_insert((step.started_at, end(step)));
        *first = step.started_at.min(*first);
        *last = end(step).max(*last);
    }
    steps.sort_by_cached_key(|step| {
        (
            stages.get(step.stage()).copied(),
            step.stage().to_owned(),
            step.action().is_some(),
            (step.started_at, end(step)),
            step.id.clone(),
        )
    });
    steps
}

/// The `CodeBuild` build that carries a step out. Its action names it `<project>:<uuid>`, and it runs in the pipeline's
/// own account and region.
fn carried_out_by(step: &Step, pipeline: &Pipeline) -> Option<RunId> {
    let detail = &step.detail.as_ref()?.value;
    if detail.provider.as_deref() != Some("CodeBuild") {
        return None;
    }
    let (account, region) = (pipeline.account.as_deref()?, pipeline.region.as_deref()?);
    let (project, build) = detail.external_id.as_deref()?.split_once(':')?;
    format!("codebuild/{account}/{region}/{project}/{build}")
        .parse()
        .ok()
}
