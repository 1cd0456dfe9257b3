//! Runs and their steps, joined from events by whoever brings them.

use domain::{
    build::BuildBrief,
    id::{AppId, EnvironmentId},
    run::{Run, Step},
};

/// A step after an event was joined into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedStep {
    /// The step.
    pub step: Step,
    /// Whether it was not there before.
    pub was_new: bool,
}

/// Which runs to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunList<'a> {
    /// Those of one app, or those that no app claims.
    pub app: Option<&'a AppId>,
    /// Only those that failed.
    pub failed: bool,
}

/// One run with all that is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// The run.
    pub run: Run,
    /// The app that its pipeline fed when it was last heard of.
    pub app: Option<AppId>,
    /// The environment that its pipeline fed then.
    pub environment: Option<EnvironmentId>,
    /// Its steps, by name.
    pub steps: Vec<Step>,
    /// Builds that it registered.
    pub builds: Vec<BuildBrief>,
}
