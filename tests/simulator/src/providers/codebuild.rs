//! `CodeBuild`: works through its phases, tells of each, and leaves an artifact.

use std::sync::Arc;

use super::artifact;
use crate::{
    clock,
    engine::{Place, Task},
    events::codebuild::{Build, PHASES, Phase},
    ids,
    model::execution::ActionResult,
    script::{Behaviour, OutputFile},
    world::World,
};

pub(super) async fn perform(world: &Arc<World>, task: &Task) -> ActionResult {
    let Some(project) = task.configuration.get("ProjectName").cloned() else {
        return ActionResult::failed("ConfigurationError", "The action names no project");
    };
    let script = world.scripts(|scripts| scripts.take(&task.pipeline, &task.action.name));
    let mut work = Work::begin(world, task, project, &script);
    let failure = match work.through_phases(&script).await {
        None => work.store(&script).await,
        failure => failure,
    };
    work.end(&script, failure)
}

/// A build at work.
struct Work<'a> {
    world: &'a Arc<World>,
    task: &'a Task,
    build: Build,
    begun: ActionResult,
}

/// Why a build failed: the phase, its code and what happened.
struct Failure {
    phase: &'static str,
    code: &'static str,
    message: String,
}

impl<'a> Work<'a> {
    fn begin(world: &'a Arc<World>, task: &'a Task, project: String, script: &Behaviour) -> Self {
        let place = Place {
            account: world.options.account.clone(),
            region: world.options.region.clone(),
        };
        let id = ids::uuid();
        let logs = script
            .url
            .clone()
            .unwrap_or_else(|| Build::log_link(&place, &project, &id));
        let build = Build {
            place,
            project,
            id,
            number: world.next_build(),
            pipeline: task.pipeline.clone(),
            source: task
                .inputs
                .first()
                .map(|input| format!("{}/{}", input.bucket, input.key)),
            source_version: task
                .inputs
                .first()
                .map(|input| format!("arn:aws:s3:::{}/{}", input.bucket, input.key)),
            started_at: clock::now(),
            phases: Vec::new(),
            artifact: None,
            logs,
        };
        let begun = ActionResult {
            external_id: Some(build.external_id()),
            url: Some(script.url.clone().unwrap_or_else(|| build.console())),
            ..ActionResult::default()
        };
        world.change(|engine, now| engine.report(&task.id, begun.clone(), now));
        world.tell(build.state_event("IN_PROGRESS", clock::now()));
        Self {
            world,
            task,
            build,
            begun,
        }
    }

    /// Works as long as the script says; a failure comes in the phase BUILD, after which only the end is left.
    async fn through_phases(&mut self, script: &Behaviour) -> Option<Failure> {
        let mut failure: Option<Failure> = None;
        for (name, share) in PHASES {
            if failure.is_some() && name != "POST_BUILD" && name != "FINALIZING" {
                continue;
            }
            let start = clock::now();
            tokio::time::sleep(script.duration().mul_f64(f64::from(share) / 100.0)).await;
            let told = match name {
                "BUILD" if script.hold => self.world.hold(self.task).await,
                _ => None,
            };
            let mut context = None;
            if name == "BUILD"
                && let Some(message) = told.or_else(|| script.fail.clone())
            {
                context = Some(format!("COMMAND_EXECUTION_ERROR: {message}"));
                failure = Some(Failure {
                    phase: "BUILD",
                    code: "COMMAND_EXECUTION_ERROR",
                    message,
                });
            }
            self.tell_phase(name, start, context);
        }
        failure
    }

    fn tell_phase(&mut self, name: &'static str, start: jiff::Timestamp, context: Option<String>) {
        let end = clock::now();
        let phase = Phase {
            name,
            status: if context.is_some() {
                "FAILED"
            } else {
                "SUCCEEDED"
            },
            context,
            start,
            end,
        };
        self.build.phases.push(phase.clone());
        self.world.tell(self.build.phase_event(&phase, end));
    }

    async fn store(&mut self, script: &Behaviour) -> Option<Failure> {
        let output = OutputFile {
            name: "build.log".to_owned(),
            text: Some("Nothing was built.\n".to_owned()),
            ..OutputFile::default()
        };
        match artifact::store(self.world, self.task, script, vec![output]).await {
            Ok(()) => {
                self.build.artifact = self
                    .task
                    .outputs
                    .first()
                    .map(|output| format!("arn:aws:s3:::{}/{}", output.bucket, output.key));
                None
            }
            Err(problem) => {
                tracing::warn!(error = ?problem, "an output artifact was not stored");
                Some(Failure {
                    phase: "UPLOAD_ARTIFACTS",
                    code: "CLIENT_ERROR",
                    message: problem.to_string(),
                })
            }
        }
    }

    fn end(self, script: &Behaviour, failure: Option<Failure>) -> ActionResult {
        let status = if failure.is_some() {
            "FAILED"
        } else {
            "SUCCEEDED"
        };
        self.world
            .tell(self.build.state_event(status, clock::now()));
        let variables = script.variables.clone();
        match failure {
            None => ActionResult {
                summary: script.summary.clone(),
                variables,
                ..self.begun
            },
            Some(failure) => {
                let summary = format!(
                    "Build terminated with state: FAILED. Phase: {}, Code: {}, Message: {}",
                    failure.phase, failure.code, failure.message
                );
                let code = script.error_code.as_deref().unwrap_or("JobFailed");
                ActionResult {
                    external_id: self.begun.external_id,
                    url: self.begun.url,
                    ..ActionResult::failed(code, summary)
                }
            }
        }
    }
}
