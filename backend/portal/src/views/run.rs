//! One run with its steps.

use std::collections::HashMap;

use domain::{
    Timestamp,
    actor::Actor,
    event::Pipeline,
    id::RunId,
    run::Step,
    source::{CODEBUILD, CODEPIPELINE},
    view::{RunView, StepView},
};

use crate::{Error, Result, access::Action, views::Runs};

impl Runs<'_> {
    /// One run, its steps in the order that they went, and the builds that it registered.
    pub async fn show(self, actor: &Actor, id: &RunId, now: Timestamp) -> Result<RunView> {
        self.portal.authorise(actor, Action::ViewRun)?;
        let found = self.portal.table.runs().get(id).await?;
        let none = || format!("run {id}");
        let record = found.ok_or_else(|| Error::not_found(none()))?;
        let look = record.app.as_ref();
        let look = look.map_or(Action::ViewUnassigned, Action::ViewApp);
        self.portal
            .authorise(actor, look)
            .map_err(|error| error.hiding(none()))?;
        let environment = record.environment.as_ref();
        Ok(RunView {
            environment: environment.map(|id| self.portal.builds().environment_or_its_name(id)),
            app: record
                .app
                .as_ref()
                .map(|id| self.portal.builds().app_or_its_name(id)),
            steps: in_order(record.steps)
                .into_iter()
                .map(|step| StepView {
                    carried_out_by: carried_out_by(&step, &record.run.pipeline),
                    step,
                })
                .collect(),
            known: record.known,
            builds: record.builds,
            promotion: record.promotion,
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
/// own account and region. A build's own phases are carried out by nothing else.
fn carried_out_by(step: &Step, pipeline: &Pipeline) -> Option<RunId> {
    let detail = &step.detail.as_ref()?.value;
    if detail.provider.as_deref() != Some("CodeBuild") || pipeline.source != CODEPIPELINE.name {
        return None;
    }
    let (account, region) = (pipeline.account.as_deref()?, pipeline.region.as_deref()?);
    let (project, build) = detail.external_id.as_deref()?.split_once(':')?;
    format!("{}/{account}/{region}/{project}/{build}", CODEBUILD.name)
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use domain::{event::StepDetail, fold::Latest, status::Status};

    use super::*;

    fn step(id: &str, from: i64, to: i64) -> Step {
        Step {
            id: id.parse().unwrap(),
            key: "00001#1#050#0#codepipeline:1".parse().unwrap(),
            status: Status::Succeeded,
            raw_status: "SUCCEEDED".to_owned(),
            attempt: 1,
            started_at: Timestamp::new(from, 0).unwrap(),
            updated_at: Timestamp::new(to, 0).unwrap(),
            detail: None,
        }
    }

    #[test]
    fn steps_of_one_second_are_in_the_order_that_they_ended() {
        let steps = vec![
            step("Build/Package", 10, 12),
            step("Build", 10, 12),
            step("Source", 10, 10),
            step("Build/Lint", 10, 11),
            step("Source/Checkout", 10, 10),
        ];
        let order: Vec<String> = in_order(steps)
            .into_iter()
            .map(|step| step.id.into())
            .collect();
        let expected = [
            "Source",
            "Source/Checkout",
            "Build",
            "Build/Lint",
            "Build/Package",
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn a_pipelines_step_leads_to_its_build_and_a_builds_phase_nowhere() {
        let mut step = step("Build/Package", 10, 12);
        let value = StepDetail {
            provider: Some("CodeBuild".to_owned()),
            external_id: Some("wallet:7d6c0b".to_owned()),
            ..StepDetail::default()
        };
        step.detail = Some(Latest {
            value,
            key: step.key.clone(),
        });
        let mut pipeline = Pipeline {
            source: "codepipeline".to_owned(),
            account: Some("123456789012".to_owned()),
            region: Some("eu-west-1".to_owned()),
            name: "wallet-dev".to_owned(),
        };
        let run = carried_out_by(&step, &pipeline).unwrap();
        assert_eq!(
            run.as_str(),
            "codebuild/123456789012/eu-west-1/wallet/7d6c0b"
        );
        pipeline.source = "codebuild".to_owned();
        assert_eq!(carried_out_by(&step, &pipeline), None);
    }
}
