//! Paths: the ordered environments that an app's builds move through, each step with its gates.

mod words;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    event::Pipeline,
    freeze::Freeze,
    gate::GateKind,
    id::{AppId, EnvironmentId},
    install::{InstallWarning, Severity},
};

/// The environments that a build moves through, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The apps that it is for; empty for every app that no other path names.
    pub apps: Vec<AppId>,
    /// Its steps. A build enters the first by being registered there.
    pub steps: Vec<PathStep>,
}

/// One environment of a path, and what has to hold before a build enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// The environment.
    pub environment: EnvironmentId,
    /// What has to hold.
    pub gates: Gates,
    /// Whether a build moves here by itself once everything holds.
    pub automatic: bool,
    /// What carries a promotion out.
    pub target: Target,
    /// How long a promotion may wait for its gates.
    pub expires_after: SignedDuration,
    /// How long an approval, or a bypass of gates, counts.
    pub approvals_expire: SignedDuration,
    /// How long it may take once they let it through.
    pub timeouts: Timeouts,
    /// What has to hold for a rollback; `None` for the same as on the way forward.
    pub rollback_gates: Option<Vec<GateKind>>,
}

/// How long a promotion may be with its target before it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From being let through until its target has taken it on.
    pub start: SignedDuration,
    /// From there on until its target is done.
    pub run: SignedDuration,
}

impl Default for Timeouts {
    /// A run may wait for what a Lambda action of `CodePipeline` may take at the most.
    fn default() -> Self {
        Self {
            start: SignedDuration::from_hours(1),
            run: SignedDuration::from_hours(24),
        }
    }
}

/// What has to hold before a build enters an environment. What is left out asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gates {
    /// Runs or steps that must have succeeded for this very build.
    pub checks: Vec<Check>,
    /// How long it must have been current in the environment before.
    pub soak: Option<SignedDuration>,
    /// Who must agree.
    pub approvals: Vec<ApprovalRule>,
    /// When nothing starts.
    pub freezes: Vec<Freeze>,
    /// How old it may be at the most, since it was registered.
    pub max_age: Option<SignedDuration>,
    /// What the install forecast may say of it.
    pub install: Option<InstallLimit>,
    /// The most findings of a scan that it may have; without a scan it does not enter. Not configurable before scan reports
    /// are read.
    pub findings: Option<FindingsLimit>,
}

/// A run or a step of one that must have succeeded for this very build.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Check {
    /// Its name on pages.
    pub name: String,
    /// The reporting system (`codepipeline`).
    pub source: String,
    /// The pipeline.
    pub pipeline: String,
    /// The step, as `<stage>` or `<stage>/<action>`; the whole run if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

/// So many people of these groups must agree.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalRule {
    /// How many, never counting the person who asks for the promotion; one more where no person asks.
    pub count: u32,
    /// Of which groups of the issuer; anyone of any of them counts once.
    pub groups: Vec<String>,
}

/// How bad the install forecast of a build may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallLimit {
    /// Whatever is as bad as this, or worse, keeps the build out.
    pub refuse: Severity,
    /// Rules that do not count, by their kinds.
    pub allow: Vec<String>,
}

impl InstallLimit {
    /// Whether a rule does not count.
    pub fn allows(&self, warning: &InstallWarning) -> bool {
        self.allow.iter().any(|kind| kind == warning.kind())
    }
}

/// The most findings, by severity, that a build may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingsLimit {
    /// Critical ones; any number if left out.
    pub critical: Option<u32>,
    /// High ones; any number if left out.
    pub high: Option<u32>,
}

/// What carries a promotion out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The portal itself: it copies the artifacts to the environment's bucket, where that is another one, and records
    /// the release.
    Portal(Option<Bucket>),
    /// A pipeline of AWS `CodePipeline`.
    CodePipeline(PipelineTarget),
}

/// A release bucket of another environment, maybe in another account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Its region; the portal's own if left out.
    pub region: Option<String>,
    /// The role that may write there; the portal's own if left out.
    pub role: Option<String>,
    /// What that role's trust policy asks for beside.
    pub external_id: Option<String>,
}

/// How a pipeline carries a promotion out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineTarget {
    /// The pipeline, with the account and region that it runs in.
    pub pipeline: Pipeline,
    /// The role to call it with; the portal's own if left out.
    pub role: Option<String>,
    /// What that role's trust policy asks for beside.
    pub external_id: Option<String>,
    /// How.
    pub start: Start,
    /// Source actions that get the build's own revision.
    pub source_revisions: Vec<SourceRevision>,
    /// The stage that `RollbackStage` rolls back, where it is to be used.
    pub rollback_stage: Option<String>,
}

/// How a pipeline is set going.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// `StartPipelineExecution`, with the promotion, build, version and digest as variables.
    Execution,
    /// `PutApprovalResult` on an approval action that waits in the execution that carries the build.
    Approval {
        /// The stage.
        stage: String,
        /// The action.
        action: String,
    },
}

/// A source action that gets the build's own revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRevision {
    /// The source action's name.
    pub action: String,
    /// What the revision is: `COMMIT_ID` or another of `StartPipelineExecution`'s `revisionType`.
    pub kind: String,
}

impl Gates {
    /// Whether they ask for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl PathStep {
    /// How long an approval counts unless the path says otherwise.
    pub const APPROVALS_EXPIRE: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// Whether a promotion, or a rollback, is asked for a gate of this kind. A hold always stops both.
    pub fn asks(&self, gate: GateKind, rollback: bool) -> bool {
        match &self.rollback_gates {
            Some(gates) if rollback => gate == GateKind::Hold || gates.contains(&gate),
            Some(_) | None => true,
        }
    }
}

impl Path {
    /// The step that enters an environment.
    pub fn step(&self, environment: &EnvironmentId) -> Option<&PathStep> {
        self.steps
            .iter()
            .find(|step| step.environment == *environment)
    }

    /// Whether the path ends there, which is where the public gets builds.
    pub fn ends_in(&self, environment: &EnvironmentId) -> bool {
        let last = self.steps.last();
        last.is_some_and(|step| step.environment == *environment)
    }

    /// The environment before one.
    pub fn before(&self, environment: &EnvironmentId) -> Option<&EnvironmentId> {
        let place = self.place(environment)?;
        let before = place.checked_sub(1)?;
        self.steps.get(before).map(|step| &step.environment)
    }

    /// Where in the path an environment is, from 0.
    pub fn place(&self, environment: &EnvironmentId) -> Option<usize> {
        self.steps
            .iter()
            .position(|step| step.environment == *environment)
    }
}
