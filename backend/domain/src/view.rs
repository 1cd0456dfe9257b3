//! What a page or an API answer shows: the same for both, so that neither can show what the other hides.

mod access;
mod promotion;
mod token;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    build::{Build, BuildBrief},
    catalog::{App, Environment},
    event::Pipeline,
    hold::Hold,
    id::{BuildId, EnvironmentId, FileName, PromotionId, RunId, UploadId},
    install::Forecast,
    known::Known,
    page::{Cursor, Page},
    release::Release,
    run::{RecentRuns, Run, RunBrief, Step},
};

pub use access::{
    AccessView, Approvers, AskedAbout, ConfigurationView, Me, PathStepView, PathView, PipelineView,
    SignInView,
};
pub use promotion::{
    BuildOptions, CanApprove, HeldView, HoldView, HoldsView, MayAnswer, PromotionBrief,
    PromotionView, PromotionsView, StepOption, WithdrawnBuild,
};
pub use token::{MadeToken, TokenStanding, TokenView, TokensView};

/// Every app in every environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    /// The environments, in the order that a build moves through them.
    pub environments: Vec<Environment>,
    /// The apps; of many, a page of them. Each has a cell for every environment in which there is something, in the order of
    /// `environments`.
    pub apps: Vec<AppRow>,
    /// Where the next page of apps starts; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
    /// Pipelines that no app claims and that ran in the last 30 days: the first of them by source and name.
    pub unassigned: Vec<RecentRuns>,
    /// Whether there are more of those.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_unassigned: bool,
    /// When this was true.
    pub as_of: Timestamp,
}

/// An app across the environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppRow {
    /// The app.
    pub app: App,
    /// What there is in each environment.
    pub cells: Vec<Cell>,
}

impl AppRow {
    /// What there is in an environment; nothing, if it has no cell.
    pub fn cell(&self, environment: &EnvironmentId) -> Cow<'_, Cell> {
        let found = self
            .cells
            .iter()
            .find(|cell| cell.environment == *environment);
        found.map_or_else(|| Cow::Owned(Cell::empty(environment)), Cow::Borrowed)
    }
}

/// An app in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cell {
    /// The environment.
    pub environment: EnvironmentId,
    /// What it serves now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Release>,
    /// The newest release's build, where it is not served because it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<WithdrawnBuild>,
    /// Holds in force here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// Whether the caller may download what it serves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_download: bool,
    /// The newest runs of each pipeline that feeds it.
    pub pipelines: Vec<RecentRuns>,
}

impl Cell {
    /// That of an environment in which there is nothing.
    pub fn empty(environment: &EnvironmentId) -> Self {
        Self {
            environment: environment.clone(),
            current: None,
            withdrawn: None,
            holds: Vec::new(),
            may_download: false,
            pipelines: Vec::new(),
        }
    }

    /// Whether there is something to show.
    pub fn is_filled(&self) -> bool {
        let served = self.current.is_some() || self.withdrawn.is_some();
        served || !self.holds.is_empty() || !self.pipelines.is_empty()
    }
}

/// An app: where its builds are, and what was built and run lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppView {
    /// The environments, in the order that a build moves through them.
    pub environments: Vec<Environment>,
    /// The app across them.
    pub row: AppRow,
    /// Its newest builds.
    pub builds: Page<BuildBrief>,
    /// Its newest runs.
    pub runs: Page<RunSummary>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// Uploads of an app whose builds are being registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadsView {
    /// The uploads, the oldest first.
    pub uploads: Vec<UploadBrief>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// An upload whose build is being registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadBrief {
    pub id: UploadId,
    /// The name of its first file.
    pub name: FileName,
    /// How many files it has.
    pub files: usize,
    /// So many of them are read and in place.
    pub files_done: usize,
    /// Bytes of all files.
    pub size: u64,
    /// The environment that the build is to be released in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// Who completed it.
    pub by: Actor,
    /// When it was completed.
    pub since: Timestamp,
}

/// What a list of runs shows of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunSummary {
    /// The run.
    #[serde(flatten)]
    pub run: RunBrief,
    /// What it is one execution of.
    pub pipeline: Pipeline,
    /// The environment that its pipeline feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// The first line of its commit's message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One run with its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunView {
    /// The run.
    pub run: Run,
    /// The app that its pipeline feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<App>,
    /// The environment that its pipeline feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// How the run is known: proven where its platform reported it.
    #[serde(default)]
    pub known: Known,
    /// Its steps, by start; a stage before its actions.
    pub steps: Vec<StepView>,
    /// Builds that it registered.
    pub builds: Vec<BuildBrief>,
    /// The promotion that it carries out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<PromotionId>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// A step, with the run that it stands for, where the portal has that too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepView {
    /// The step.
    pub step: Step,
    /// The run of another system that carries it out, such as a `CodeBuild` build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_out_by: Option<RunId>,
}

/// One build with where it is released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildView {
    /// The app.
    pub app: App,
    /// The build.
    pub build: Build,
    /// Its releases, newest first.
    pub releases: Vec<ReleaseView>,
    /// Why nobody gets it, if it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Hold>,
    /// If it is withdrawn: what the environments serve now that it was released in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<Release>,
    /// If it was restored: the environments that serve it again once the hold on them is lifted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_in: Vec<EnvironmentId>,
    /// Where it may go.
    pub options: BuildOptions,
    /// Why the caller may not download its files, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot_download: Option<String>,
    /// Whether the caller may share it.
    #[serde(default)]
    pub may_share: bool,
    /// When this was true.
    pub as_of: Timestamp,
}

/// A release of a build, and whether its environment still serves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReleaseView {
    /// Where.
    pub environment: Environment,
    /// The release.
    pub release: Release,
    /// Whether it is current there.
    pub current: bool,
}

/// What a tester sees of an app in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TesterView {
    /// The app.
    pub app: App,
    /// The environment.
    pub environment: Environment,
    /// What it serves now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<CurrentView>,
    /// The newest release's build, where it is not served because it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<WithdrawnBuild>,
    /// Releases before it, newest first.
    pub earlier: Vec<Release>,
    /// Those of the builds of `earlier` that are withdrawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_withdrawn: Vec<BuildId>,
    /// Why the caller may not download what it serves, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot_download: Option<String>,
    /// Whether the caller may take the environment back to one of them.
    #[serde(default)]
    pub may_roll_back: bool,
    /// Whether the caller may share what it serves.
    #[serde(default)]
    pub may_share: bool,
    /// When this was true.
    pub as_of: Timestamp,
}

/// The current release, with all that a tester needs to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrentView {
    /// The release.
    pub release: Release,
    /// The build.
    pub build: Build,
    /// What Android will do.
    pub warnings: Vec<Forecast>,
    /// Why it cannot be downloaded, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}
