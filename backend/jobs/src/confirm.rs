//! Which execution of which pipeline a job is of, as `CodePipeline` confirms it, and what that pipeline may ask for. The
//! parameters of an action are written by the owner of its pipeline, so that they prove neither.
//!
//! `GetJobDetails` says it, with credentials in its answer that go no further. AWS documents that call for custom actions. Where
//! it is refused, the job must be the one Lambda action that waits with exactly these parameters in the execution that the
//! parameters name.

use std::time::Duration;

use domain::{
    causes::chain,
    event::Pipeline,
    id::{AppId, EnvironmentId, RunId},
    path::Target,
    promotion::Promotion,
    source,
};
use sources::job::{
    Job,
    parameters::{ClaimedExecution, Move},
};
use targets::codepipeline::{CallError, FailureKind, Invocation, Jobs, Origin, OriginError, Place};
use tokio::time::sleep;

use crate::{Error, Failure, PipelineJobs, Tasks};

/// The reporting system that all jobs are of.
const SOURCE: &str = source::CODEPIPELINE.name;

/// How often an execution is looked at for the action that waits: its list may be behind the call of the function.
const LOOKS: usize = 3;
/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(700);

/// The execution that a job is of, by `CodePipeline`'s own word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfirmedJob {
    /// The execution, as a run.
    pub(crate) run: RunId,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) pipeline: String,
    pub(crate) execution: String,
    pub(crate) stage: String,
    pub(crate) action: String,
}

impl Tasks<'_> {
    /// The execution that a job is of.
    pub(crate) async fn confirm(
        self,
        job: &Job,
        claimed: &ClaimedExecution,
    ) -> Result<ConfirmedJob, Failure> {
        let origin = match self.codepipeline.origin(&job.id).await {
            Ok(origin) => origin,
            Err(OriginError::Withheld { reason }) => {
                tracing::info!(job = %job.id, reason, "GetJobDetails is refused: the execution's actions are looked at");
                by_its_action(self.codepipeline, job, claimed, &reason).await?
            }
            Err(OriginError::Unavailable { reason }) => {
                return Err(Error::Unasked { reason }.into());
            }
        };
        agrees("pipeline", claimed.pipeline.as_deref(), &origin.pipeline)?;
        agrees("execution", claimed.execution.as_deref(), &origin.execution)?;
        let account = origin.account.or_else(|| job.account.clone());
        let account = account.ok_or_else(|| {
            Failure::configuration(
                "The job does not say which account it is in, as CodePipeline's jobs do.",
            )
        })?;
        // A Lambda action cannot call across regions.
        let region = origin
            .region
            .unwrap_or_else(|| self.jobs.portal.place().region.to_owned());
        let (pipeline, execution) = (&origin.pipeline, &origin.execution);
        let run = format!("{SOURCE}/{account}/{region}/{pipeline}/{execution}").parse();
        Ok(ConfirmedJob {
            run: run.map_err(|error| {
                Failure::configuration(format!("The job's execution does not name a run: {error}."))
            })?,
            account,
            region,
            pipeline: origin.pipeline,
            execution: origin.execution,
            stage: origin.stage,
            action: origin.action,
        })
    }
}

impl PipelineJobs<'_> {
    /// Refuses a pipeline that `towpath.toml` does not name for this app and, where one is given, this environment.
    pub(crate) fn check_feeds(
        self,
        of: &ConfirmedJob,
        app: &AppId,
        environment: Option<&EnvironmentId>,
    ) -> Result<(), Failure> {
        if self.feeds(of, app, environment) {
            return Ok(());
        }
        let to = environment.map_or_else(String::new, |to| format!(" for {to}"));
        Err(Failure::configuration(format!(
            "{} may not register builds of {app}{to}: towpath.toml does not say that it feeds them. If it should, add {}.",
            of.words(),
            of.entry(app, environment)
        )))
    }

    /// Refuses a pipeline that neither feeds this app in this environment nor is what takes its builds there.
    pub(crate) fn check_moves(self, of: &ConfirmedJob, asked: &Move) -> Result<(), Failure> {
        let (app, to) = (&asked.app, &asked.environment);
        if self.feeds(of, app, Some(to)) || self.is_target(of, app, to) {
            return Ok(());
        }
        Err(Failure::configuration(format!(
            "{} may not move builds of {app} to {to}: towpath.toml names it neither as the target of the step to {to} nor as a \
             pipeline that feeds {app} there. If it should, make it the step's target, or add {}.",
            of.words(),
            of.entry(app, Some(to))
        )))
    }

    /// Refuses a promotion that another pipeline carries out.
    pub(crate) fn check_carries(
        self,
        of: &ConfirmedJob,
        promotion: &Promotion,
    ) -> Result<(), Failure> {
        let asked_here = promotion.run.as_ref() == Some(&of.run);
        if asked_here || self.is_target(of, &promotion.app, &promotion.to) {
            return Ok(());
        }
        Err(Failure::configuration(format!(
            "Promotion {} is not carried out by {}: that is not the target of the step to {} in towpath.toml, and no gate of \
             this run has asked for the promotion. Leave \"promotion\" out of the UserParameters of this pipeline.",
            promotion.id,
            of.words_inside(),
            promotion.to
        )))
    }

    fn feeds(self, of: &ConfirmedJob, app: &AppId, environment: Option<&EnvironmentId>) -> bool {
        let mut feeds = self.portal.catalog().feeds.iter();
        feeds.any(|feed| {
            let account = feed.account.as_deref();
            feed.source == SOURCE
                && feed.pipeline == of.pipeline
                && account.map_or_else(|| self.is_own(of), |account| account == of.account)
                && self.is_in(of, feed.region.as_deref())
                && feed.app == *app
                && environment.is_none_or(|to| feed.environment == *to)
        })
    }

    /// Whether what somebody asks for may be carried out by that pipeline: no other one is to.
    pub(crate) fn may_carry_out(self, of: &ConfirmedJob, app: &AppId, to: &EnvironmentId) -> bool {
        let step = self
            .portal
            .catalog()
            .path(app)
            .and_then(|path| path.step(to));
        let by_a_pipeline = step.is_some_and(|step| matches!(step.target, Target::CodePipeline(_)));
        !by_a_pipeline || self.is_target(of, app, to)
    }

    /// Whether a pipeline is what takes builds of this app to this environment.
    fn is_target(self, of: &ConfirmedJob, app: &AppId, to: &EnvironmentId) -> bool {
        let step = self
            .portal
            .catalog()
            .path(app)
            .and_then(|path| path.step(to));
        let Some(Target::CodePipeline(target)) = step.map(|step| &step.target) else {
            return false;
        };
        let Pipeline {
            account,
            region,
            name,
            ..
        } = &target.pipeline;
        let account = account.as_deref().or(self.portal.place().account);
        *name == of.pipeline
            && account == Some(of.account.as_str())
            && self.is_in(of, region.as_deref())
    }

    /// Whether a pipeline is where those are whose account is not said: beside the portal, or in the account whose jobs it
    /// answers in a role.
    fn is_own(self, of: &ConfirmedJob) -> bool {
        let own = self.portal.place().account;
        let operations = self.codepipeline.other_account();
        [own, operations].contains(&Some(of.account.as_str()))
    }

    fn is_in(self, of: &ConfirmedJob, region: Option<&str>) -> bool {
        region.unwrap_or(self.portal.place().region) == of.region
    }
}

impl ConfirmedJob {
    fn words(&self) -> String {
        format!("The {}", self.noun())
    }

    fn words_inside(&self) -> String {
        format!("the {}", self.noun())
    }

    fn noun(&self) -> String {
        let Self {
            pipeline,
            account,
            region,
            ..
        } = self;
        format!("pipeline {pipeline} of the account {account} in {region}")
    }

    /// What would let it.
    fn entry(&self, app: &AppId, environment: Option<&EnvironmentId>) -> String {
        let environment = environment.map_or("…", EnvironmentId::as_str);
        format!(
            "[[pipelines]] with source = \"{SOURCE}\", name = \"{}\", account = \"{}\", region = \"{}\", app = \"{app}\", \
             environment = \"{environment}\"",
            self.pipeline, self.account, self.region
        )
    }
}

/// A field that is of no use any more may say what is so, and nothing else.
fn agrees(field: &str, claimed: Option<&str>, confirmed: &str) -> Result<(), Failure> {
    match claimed {
        Some(claimed) if claimed != confirmed => Err(Failure::configuration(format!(
            "UserParameters: {field} is {claimed:?}, and CodePipeline says that this job is of {confirmed:?}. Remove {field:?}: \
             Towpath asks CodePipeline."
        ))),
        Some(_) | None => Ok(()),
    }
}

/// The one action that waits with these parameters, in the execution that they name.
async fn by_its_action(
    jobs: &Jobs,
    job: &Job,
    claimed: &ClaimedExecution,
    refusal: &str,
) -> Result<Origin, Failure> {
    let (Some(pipeline), Some(execution)) = (&claimed.pipeline, &claimed.execution) else {
        return Err(Failure::configuration(format!(
            "CodePipeline does not say which execution this job is of ({refusal}). Allow Towpath codepipeline:GetJobDetails, or \
             add \"pipeline\":\"<its name>\" and \"execution\":\"#{{codepipeline.PipelineExecutionId}}\" to UserParameters."
        )));
    };
    let mut inputs: Vec<Place> = job
        .inputs
        .iter()
        .map(|input| Place {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
        })
        .collect();
    inputs.sort();
    let this = |it: &Invocation| {
        let mut places = it.inputs.clone();
        places.sort();
        it.parameters.is_some()
            && it.parameters == job.parameters
            && (places.is_empty() || places == inputs)
    };
    let mut found = Vec::new();
    for look in 1..=LOOKS {
        let waiting = jobs.invocations(pipeline, execution).await;
        found = waiting.map_err(|error| not_listed(&error, refusal))?;
        found.retain(this);
        if !found.is_empty() || look == LOOKS {
            break;
        }
        sleep(PAUSE).await;
    }
    match <[Invocation; 1]>::try_from(found) {
        Ok([action]) => Ok(Origin {
            account: None,
            region: None,
            pipeline: pipeline.clone(),
            execution: execution.clone(),
            stage: action.stage,
            action: action.action,
        }),
        Err(found) => Err(Failure::configuration(format!(
            "CodePipeline does not say which execution this job is of ({refusal}), and {} Lambda actions that wait in the \
             execution {execution} of the pipeline {pipeline} have this job's UserParameters and input artifacts; it must be \
             exactly one. Allow Towpath codepipeline:GetJobDetails, or give each action other UserParameters.",
            found.len()
        ))),
    }
}

fn not_listed(error: &CallError, refusal: &str) -> Failure {
    match error {
        CallError::Refused { .. } | CallError::Denied { .. } | CallError::Role { .. } => {
            let kind = match error {
                CallError::Denied { .. } | CallError::Role { .. } => FailureKind::Permission,
                _ => FailureKind::Configuration,
            };
            Failure {
                kind,
                message: format!(
                    "CodePipeline does not say which execution this job is of ({refusal}), nor what waits in the one that \
                     UserParameters names: {error}."
                ),
                cause: None,
            }
        }
        CallError::Busy { .. } | CallError::Unknown { .. } => Error::Unasked {
            reason: chain(error),
        }
        .into(),
    }
}
