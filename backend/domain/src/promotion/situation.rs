//! What is known when a promotion is decided: facts alone, gathered by the caller.

use jiff::Timestamp;

use super::Promotion;
use crate::{
    actor::Actor,
    build::Build,
    catalog::PackageRule,
    digest::Digest,
    event::Revision,
    hold::{Held, Hold},
    id::{AppId, BuildId, EnvironmentId, PersonId, RunId},
    install::Forecast,
    known::{Known, Origin},
    path::{Check, Path, PathStep},
    release::{Release, Unfit, unfit},
    run::{Run, Step},
    status::Status,
};

/// What is known of one build and one environment.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// The app.
    pub app: &'a AppId,
    /// Where the build is to be released.
    pub to: &'a EnvironmentId,
    /// The app's path; `None` if the configuration gives none.
    pub path: Option<&'a Path>,
    /// The build; `None` if there is none of that name.
    pub build: Option<BuildFacts>,
    /// The environments that the build was released in, ever.
    pub released_in: Vec<EnvironmentId>,
    /// What the environment serves now.
    pub here: Option<Serving>,
    /// When the build was current in the environment before: see [`stays`].
    pub stays: Vec<Stay>,
    /// What is known of the step's checks.
    pub checks: Vec<CheckFacts>,
    /// Holds in force, of this environment, app and build or of any.
    pub holds: Vec<Hold>,
    /// The promotion of this app to this environment that has not ended.
    pub open: Option<Promotion>,
    /// The people who approved the open promotion, or asked for it to go past gates, as their newest sign-in shows them. Nobody of
    /// whom no sign-in is known.
    pub members: Vec<Member>,
    /// What Android will do with the build's package where the environment's own is, if the step asks for that.
    pub install: Vec<Forecast>,
    /// What a scan found in the build, where one is known.
    pub findings: Option<Findings>,
    /// What the caller may do.
    pub rights: Rights,
}

/// What the rules need to know of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildFacts {
    /// Its identity.
    pub id: BuildId,
    /// Its number.
    pub number: u64,
    /// Its version.
    pub version: Option<String>,
    /// What its bytes are: see [`Build::digest`].
    pub digest: Digest,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// What it was made of.
    pub revision: Option<Revision>,
    /// The run that made it.
    pub run: Option<RunId>,
    /// How its run and revision are known.
    pub origin: Origin,
    /// Whether no other build of the app was made of the same revision. If one was, a run of that revision that does not
    /// say which bytes it ran on counts for neither.
    pub only_one_of_revision: bool,
    /// Why it may not be released there, whatever the gates say.
    pub unfit: Vec<Unfit>,
}

/// What an environment serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// The build.
    pub build: BuildId,
    /// Its number.
    pub number: u64,
    /// Since when.
    pub since: Timestamp,
}

/// A time in which a build was current in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` if it still is.
    pub until: Option<Timestamp>,
}

/// What is known of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckFacts {
    /// The check.
    pub check: Check,
    /// The runs of its pipeline that are known and may have been of this build, in any order.
    pub runs: Vec<CheckRun>,
}

/// How a run, or a step of it, stands that may have checked a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRun {
    /// The run.
    pub run: RunId,
    /// The system that ran it. What `act` runs on somebody's own machine is of source `act`, and never counts.
    pub source: String,
    /// The commit that it ran on.
    pub commit: Option<String>,
    /// The build's digest that it ran on, where it says so or where the build is its own output.
    pub digest: Option<Digest>,
    /// Which try of the run the status is of.
    pub attempt: u32,
    /// The newest try of the run.
    pub newest_attempt: u32,
    /// How it stands; `None` if the run has not come to that step.
    pub status: Option<Status>,
    /// When the run started.
    pub started_at: Timestamp,
    /// How that is known.
    pub known: Known,
}

/// What a scan found, by severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Findings {
    /// Critical ones.
    pub critical: u32,
    /// High ones.
    pub high: u32,
}

/// Somebody, as their newest sign-in shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// The groups that they are in.
    pub groups: Vec<String>,
    /// Whether these groups let them go past gates here.
    pub break_glass: bool,
}

/// What somebody may do with an app in an environment, as [`crate::access`] says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Request promotions, and cancel or reject those of others.
    pub promote: bool,
    /// Go past gates.
    pub break_glass: bool,
}

impl Situation<'_> {
    /// The step that enters the environment.
    pub fn step(&self) -> Option<&PathStep> {
        self.path?.step(self.to)
    }

    /// The environment before.
    pub fn before(&self) -> Option<&EnvironmentId> {
        self.path?.before(self.to)
    }

    /// Somebody, as their newest sign-in shows them.
    fn member(&self, actor: &Actor) -> Option<&Member> {
        let person = actor.responsible().person.as_ref()?;
        self.members.iter().find(|member| member.person == *person)
    }

    /// Whether somebody who was in a group is still in it, as far as is known.
    pub(crate) fn is_still_in(&self, actor: &Actor, group: &String) -> bool {
        let member = self.member(actor);
        member.is_none_or(|member| member.groups.contains(group))
    }

    /// Whether somebody who could go past gates still may, as far as is known.
    pub(crate) fn may_still_bypass(&self, actor: &Actor) -> bool {
        self.member(actor).is_none_or(|member| member.break_glass)
    }

    /// The stop on everything that would start here.
    pub(crate) fn stop(&self) -> Option<&Hold> {
        let mut holds = self.holds.iter();
        holds.find(|hold| hold.on.stops(self.app, self.to))
    }

    /// The stop on automatic promotion.
    pub(crate) fn stop_of_automatic(&self) -> Option<&Hold> {
        self.holds.iter().find(|hold| match &hold.on {
            Held::Automatic { app, environment } => environment == self.to && app == self.app,
            Held::Environment { .. } | Held::Build { .. } => false,
        })
    }

    /// The withdrawal of the build.
    pub(crate) fn withdrawal(&self) -> Option<&Hold> {
        let asked = &self.build.as_ref()?.id;
        self.holds.iter().find(|hold| match &hold.on {
            Held::Build { build, .. } => build == asked,
            Held::Environment { .. } | Held::Automatic { .. } => false,
        })
    }
}

impl BuildFacts {
    /// The facts of a build, for an environment that asks this of its packages.
    pub fn of(build: &Build, only_one_of_revision: bool, packages: &[&PackageRule]) -> Self {
        Self {
            id: build.id.clone(),
            number: build.number,
            version: build.version.clone(),
            digest: build.digest(),
            registered_at: build.registered_at,
            revision: build.revision.clone(),
            run: build.run.clone(),
            origin: build.origin,
            only_one_of_revision,
            unfit: unfit(build, packages),
        }
    }

    /// `build 812`, or `build 812 (2.4.0)`.
    pub fn words(&self) -> String {
        match &self.version {
            Some(version) => format!("build {} ({version})", self.number),
            None => format!("build {}", self.number),
        }
    }
}

impl CheckRun {
    /// How `check` stands in a run, whose step is given where the check names one. `digest` is that of the build that
    /// the run is known to have run on or to have made.
    /// `known` is how the run and that step are known.
    pub fn of(
        check: &Check,
        run: &Run,
        step: Option<&Step>,
        digest: Option<Digest>,
        known: Known,
    ) -> Self {
        let (status, attempt) = match (&check.step, step) {
            (None, _) => (Some(run.status), run.attempt),
            (Some(_), Some(step)) => (Some(step.status), step.attempt),
            (Some(_), None) => (None, run.attempt),
        };
        Self {
            run: run.id.clone(),
            source: run.pipeline.source.clone(),
            commit: run
                .revision
                .as_ref()
                .map(|revision| revision.value.commit.clone()),
            digest,
            attempt,
            newest_attempt: run.attempt,
            status,
            started_at: run.started_at,
            known,
        }
    }
}

/// When `build` was current in an environment, by that environment's releases, newest first. A release of the same build
/// again does not interrupt its stay.
pub fn stays(build: &BuildId, newest_first: &[Release]) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    let mut until = None;
    for release in newest_first {
        let is_it = release.build == *build;
        match stays.last_mut() {
            Some(stay) if is_it && until == Some(stay.since) => stay.since = release.released_at,
            _ if is_it => stays.push(Stay {
                since: release.released_at,
                until,
            }),
            _ => {}
        }
        until = Some(release.released_at);
    }
    stays
}
