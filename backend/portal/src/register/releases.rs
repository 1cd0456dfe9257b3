//! Releases without a promotion: where uploads and pipelines' jobs come to. The decision is [`domain::release`]'s; that no
//! hold is in force and the build is not withdrawn is looked at again in the transaction that releases it.

use domain::{
    Timestamp,
    audit::{AuditAction, AuditRecord, Principal},
    build::Build,
    hold::Hold,
    id::{AppId, EnvironmentId, RunId},
    promotion::Refusal,
    release::{self, DirectRelease, Release, ReleaseGrant},
};
use store::table::{Along, BuildRecord, Obstacle, Released};

use crate::{
    Error, Result,
    promotion::{Execution, PipelineRun},
    register::DirectReleases,
};

/// How often a release is decided anew while holds come and go.
const TRIES: usize = 4;

/// A release that is asked for without a promotion.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Direct<'a> {
    pub(crate) to: &'a EnvironmentId,
    pub(crate) run: Option<&'a RunId>,
    pub(crate) who: Principal<'a>,
    pub(crate) now: Timestamp,
}

impl DirectReleases<'_> {
    /// That builds of an app may be released in an environment without a promotion now. Asked before any bytes come.
    pub(crate) async fn check_release(self, app: &AppId, to: &EnvironmentId) -> Result<()> {
        let holds = self.portal.table.holds().all().await?;
        declined(release::refusals(
            app,
            to,
            self.portal.catalog().path(app),
            &holds,
        ))
    }

    /// Decides on the release of a build that is about to be registered, or is.
    pub(crate) async fn grant_release(
        self,
        build: &Build,
        withdrawn: Option<&Hold>,
        direct: Direct<'_>,
    ) -> Result<ReleaseGrant> {
        let mut holds = self.portal.table.holds().all().await?;
        holds.extend(withdrawn.cloned());
        let packages = self.portal.catalog().packages(&build.app, direct.to);
        let asked = DirectRelease {
            build,
            packages: &packages,
            to: direct.to,
            path: self.portal.catalog().path(&build.app),
            holds: &holds,
            run: direct.run.cloned(),
            by: direct.who.actor.clone(),
        };
        release::decide(asked, direct.now).map_err(|refusals| Error::Declined { refusals })
    }

    /// Releases a registered build in an environment, and goes on with what follows by itself. Doing so again changes
    /// nothing while the environment serves it.
    pub(crate) async fn release_directly(
        self,
        record: &BuildRecord,
        direct: Direct<'_>,
    ) -> Result<Release> {
        let build = &record.build;
        let note = released(build, direct);
        for _ in 0..TRIES {
            let withdrawn = self.withdrawal(build).await?;
            let grant = self
                .grant_release(build, withdrawn.as_ref(), direct)
                .await?;
            let table = &self.portal.table;
            match table.releases().put(&grant, Along::Nothing, &note).await? {
                Released::Now(release) => {
                    Execution::of(self.portal)
                        .follow(&build.app, direct.to, direct.now)
                        .await;
                    return Ok(*release);
                }
                Released::Before(release) => return Ok(*release),
                Released::Refused(_) | Released::Registered { .. } => {}
            }
        }
        Err(changing(direct.to))
    }

    /// Registers a build and releases it, both or neither.
    pub(crate) async fn register_and_release(
        self,
        build: &Build,
        direct: Direct<'_>,
        along: Along<'_>,
    ) -> Result<Released> {
        let note = released(build, direct);
        for _ in 0..TRIES {
            let grant = self.grant_release(build, None, direct).await?;
            match self
                .portal
                .table
                .releases()
                .put(&grant, along, &note)
                .await?
            {
                Released::Refused(Obstacle::Held) => {}
                released => return Ok(released),
            }
        }
        Err(changing(direct.to))
    }

    async fn withdrawal(self, build: &Build) -> Result<Option<Hold>> {
        let withdrawn = self
            .portal
            .table
            .releases()
            .withdrawn(std::slice::from_ref(&build.id));
        Ok(withdrawn.await?.remove(&build.id))
    }
}

impl PipelineRun<'_> {
    /// Releases a build without a promotion.
    pub async fn release(
        &self,
        record: &BuildRecord,
        proof: &str,
        now: Timestamp,
    ) -> Result<Release> {
        let direct = Direct {
            to: self.to,
            run: Some(self.run),
            who: Principal {
                actor: &self.by,
                proof,
                from: None,
            },
            now,
        };
        DirectReleases::of(self.portal)
            .release_directly(record, direct)
            .await
    }
}

/// What the audit log says of a build's registration.
pub(crate) fn registered(build: &Build, who: Principal<'_>, now: Timestamp) -> AuditRecord {
    of(build, who, AuditAction::Registered, now)
}

fn released(build: &Build, direct: Direct<'_>) -> AuditRecord {
    let mut note = of(build, direct.who, AuditAction::Released, direct.now);
    note.environment = Some(direct.to.clone());
    note
}

fn of(build: &Build, who: Principal<'_>, action: AuditAction, now: Timestamp) -> AuditRecord {
    let mut note = who.note(action, now);
    note.app = Some(build.app.clone());
    note.build = Some(build.id.clone());
    let mut detail = |name: &str, value: String| {
        note.details.insert(name.to_owned(), value);
    };
    detail("number", build.number.to_string());
    detail("digest", build.digest().to_string());
    if let Some(version) = &build.version {
        detail("version", version.clone());
    }
    if let Some(run) = &build.run {
        detail("run", run.to_string());
    }
    note
}

fn declined(refusals: Vec<Refusal>) -> Result<()> {
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(Error::Declined { refusals })
    }
}

fn changing(to: &EnvironmentId) -> Error {
    Error::Conflict {
        detail: format!("holds on {to} keep changing: try again in a moment"),
    }
}
