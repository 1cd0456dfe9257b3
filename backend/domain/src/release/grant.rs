//! The decision to release. Whatever becomes current in an environment does so by a [`ReleaseGrant`], and only the rules
//! here give one: to a promotion that its gates let through, to a build that needs no promotion, and to what an
//! environment served before its build was withdrawn and restored.

use jiff::{SignedDuration, Timestamp};

use super::{PromotionRef, Release, Unfit, unfit};
use crate::{
    actor::Actor,
    build::Build,
    catalog::PackageRule,
    hold::{Held, Hold},
    id::{AppId, EnvironmentId, RunId},
    path::Path,
    promotion::{Impossible, Promotion, Refusal, RefusalKind, RequestField, State},
    view::WithdrawnBuild,
};

/// The permission to make one build current in one environment.
///
/// Nobody can make one up:
///
/// ```compile_fail,E0451
/// fn forged(release: domain::release::Release) -> domain::release::ReleaseGrant {
///     domain::release::ReleaseGrant { release, kind: todo!() }
/// }
/// ```
///
/// ```compile_fail,E0599
/// fn made(release: domain::release::Release) -> domain::release::ReleaseGrant {
///     domain::release::ReleaseGrant::new(release)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseGrant {
    release: Release,
    kind: GrantKind,
}

/// Why a release is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantKind {
    /// A promotion that every gate let through.
    Promotion,
    /// The environment takes builds without a promotion.
    Direct,
    /// The build is not withdrawn any more, and was the newest there.
    Restored,
}

/// A release that is asked for without a promotion.
#[derive(Clone, Debug)]
pub struct DirectRelease<'a> {
    /// The build.
    pub build: &'a Build,
    /// Where.
    pub to: &'a EnvironmentId,
    /// The app's path; `None` if the configuration gives none.
    pub path: Option<&'a Path>,
    /// What the environment asks of the app's packages.
    pub packages: &'a [&'a PackageRule],
    /// Holds in force.
    pub holds: &'a [Hold],
    /// The run that asks for it.
    pub run: Option<RunId>,
    /// Who asks.
    pub by: Actor,
}

impl ReleaseGrant {
    /// What is released.
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// Why it is granted.
    pub fn kind(&self) -> GrantKind {
        self.kind
    }

    /// The release, newer than the newest that its environment ever had, though a clock jumped back.
    pub fn after(&self, newest: Option<Timestamp>) -> Release {
        let mut release = self.release.clone();
        if let Some(newest) = newest
            && self.kind != GrantKind::Restored
        {
            let next = newest.saturating_add(SignedDuration::from_millis(1));
            release.released_at = release.released_at.max(next.unwrap_or(Timestamp::MAX));
        }
        release
    }
}

/// Whether builds of an app may be released in an environment without a promotion at this moment: every reason against it
/// at once, each with what to do instead.
///
/// They may where the app's path has no step for the environment, or where it is the first step and has no gates; and
/// where no hold is in force.
pub fn refusals(
    app: &AppId,
    to: &EnvironmentId,
    path: Option<&Path>,
    holds: &[Hold],
) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = path
        .and_then(|path| by_promotion(app, to, path))
        .into_iter()
        .collect();
    refusals.extend(holds.iter().filter_map(|hold| held(app, to, hold)));
    refusals
}

/// Decides on a release without a promotion.
pub fn decide(asked: DirectRelease<'_>, now: Timestamp) -> Result<ReleaseGrant, Vec<Refusal>> {
    let DirectRelease {
        build,
        to,
        path,
        packages,
        holds,
        run,
        by,
    } = asked;
    let mut refusals = refusals(&build.app, to, path, holds);
    refusals.extend(holds.iter().filter_map(|hold| withdrawn(build, hold)));
    refusals.extend(unfit(build, packages).iter().map(Unfit::refusal));
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(ReleaseGrant {
        release: Release::of(build, to.clone(), run, now, by),
        kind: GrantKind::Direct,
    })
}

/// What an environment serves again once the build of its newest release is not withdrawn any more; `None` if that was
/// another build's.
pub fn restored(newest: Release, withdrawn: &WithdrawnBuild) -> Option<ReleaseGrant> {
    (newest.build == withdrawn.build).then_some(ReleaseGrant {
        release: newest,
        kind: GrantKind::Restored,
    })
}

impl Promotion {
    /// The release of its build, once every gate has let it through and its target has carried it out.
    pub fn grant(&self, build: &Build, now: Timestamp) -> Result<ReleaseGrant, Impossible> {
        match self.state {
            State::Starting | State::Running => {}
            State::Waiting
            | State::Succeeded
            | State::Failed { .. }
            | State::Rejected { .. }
            | State::Expired
            | State::Canceled { .. }
            | State::Abandoned { .. } => {
                return Err(Impossible::State {
                    state: self.state.word(),
                    wanted: "released",
                });
            }
        }
        if build.id != self.build || build.digest() != self.digest {
            return Err(Impossible::Changed(
                "the build is not what it was when the promotion was asked for",
            ));
        }
        let by = self.requested_by.clone();
        let mut release = Release::of(build, self.to.clone(), self.run.clone(), now, by);
        release.promotion = Some(PromotionRef {
            id: self.id.clone(),
            kind: self.kind,
        });
        Ok(ReleaseGrant {
            release,
            kind: GrantKind::Promotion,
        })
    }
}

/// Why an environment takes no build without a promotion, if it takes none.
fn by_promotion(app: &AppId, to: &EnvironmentId, path: &Path) -> Option<Refusal> {
    let place = path.place(to)?;
    let first = path.steps.first()?;
    let what = match place {
        0 if first.gates.is_empty() => return None,
        0 => format!("{to} is the first step of {app}'s path and has gates"),
        _ => format!("{to} is on {app}'s path"),
    };
    let remedy = if first.gates.is_empty() {
        format!("push to {}, then run towpath promote", first.environment)
    } else {
        format!(
            "push without an environment, then run towpath promote to {}",
            first.environment
        )
    };
    Some(Refusal::new(
        RefusalKind::NeedsPromotion,
        RequestField::To,
        what,
        remedy,
    ))
}

fn held(app: &AppId, to: &EnvironmentId, hold: &Hold) -> Option<Refusal> {
    hold.on.stops(app, to).then(|| {
        Refusal::new(
            RefusalKind::Hold,
            RequestField::To,
            format!("{to} is held by {}: {}", hold.by.name, hold.reason),
            "have the hold lifted by someone who may, then ask again",
        )
        .naming(&hold.by)
    })
}

fn withdrawn(build: &Build, hold: &Hold) -> Option<Refusal> {
    match &hold.on {
        Held::Build { build: taken, .. } if *taken == build.id => {
            let refusal = Refusal::new(
                RefusalKind::Withdrawn,
                RequestField::Build,
                format!(
                    "this build was withdrawn by {}: {}",
                    hold.by.name, hold.reason
                ),
                "release another build, or have this one restored",
            );
            Some(refusal.naming(&hold.by))
        }
        Held::Build { .. } | Held::Environment { .. } | Held::Automatic { .. } => None,
    }
}

#[cfg(test)]
mod tests;
