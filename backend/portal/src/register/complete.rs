//! From staged files to a build: shared by pipelines' jobs and uploads.

use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    build::{Artifact, ArtifactKind, Build, RegistrationKey, check_is_one_app},
    event::Revision,
    id::{AppId, BuildId, EnvironmentId, RunId},
    known::{Known, Origin},
};
use store::{
    record_size,
    table::{Along, Completed, Registration, Released},
};

use super::{Incoming, metadata::Inspected};
use crate::{
    Error, Result,
    promotion::Execution,
    register::{
        DirectReleases, Registrations,
        releases::{Direct, registered},
    },
};

/// What is known of a build beside its files.
#[derive(Clone, Debug)]
pub struct Facts {
    pub key: RegistrationKey,
    pub app: AppId,
    pub environment: Option<EnvironmentId>,
    pub version: Option<String>,
    pub revision: Option<Revision>,
    pub run: Option<RunId>,
    /// How the run and the revision are known.
    pub origin: Origin,
    pub by: Actor,
    /// How the principal who registers it proved who they are.
    pub proof: String,
    /// From where: the caller's address, where there is one.
    pub from: Option<String>,
    pub now: Timestamp,
}

impl Facts {
    fn who(&self) -> Principal<'_> {
        Principal {
            actor: &self.by,
            proof: &self.proof,
            from: self.from.as_deref(),
        }
    }

    fn release<'a>(&'a self, to: &'a EnvironmentId) -> Direct<'a> {
        Direct {
            to,
            run: self.run.as_ref(),
            who: self.who(),
            now: self.now,
        }
    }
}

impl Registrations<'_> {
    /// Makes a build of files that have come in. Of two that try at once one makes it, and both get it.
    pub(crate) async fn complete(self, facts: &Facts, files: &[Incoming]) -> Result<Build> {
        let (key, app) = (&facts.key, &facts.app);
        let mut inspected = Vec::new();
        for file in files {
            if file.is_ours() {
                self.place(key, file).await?;
            } else {
                self.place_again(key, file).await?;
            }
            let found = self.inspect(file).await?;
            if let Some(icon) = &found.icon {
                self.place_icon(key, app, icon).await?;
            }
            inspected.push(found);
        }
        let icons: Vec<_> = inspected.iter().filter_map(|it| it.icon.clone()).collect();
        let build = self.new_build(facts, files, inspected).await?;
        if let Some(before) = self.put_on_record(facts, &build).await? {
            return self.registered_before(&before, facts).await;
        }
        // Retention may have taken one of these for another registration's, just before this one was known.
        for file in files {
            self.keep(file).await?;
        }
        for icon in &icons {
            self.keep_icon(app, icon).await?;
        }
        if let Some(environment) = &facts.environment {
            Execution::of(self.portal)
                .follow(&facts.app, environment, facts.now)
                .await;
        }
        Ok(build)
    }

    /// Makes a build known, and releases it where that is asked for, in one transaction. The build that the registration
    /// had made before, if it had.
    async fn put_on_record(self, facts: &Facts, build: &Build) -> Result<Option<BuildId>> {
        let note = registered(build, facts.who(), facts.now);
        let key = &facts.key;
        let Some(to) = &facts.environment else {
            let table = &self.portal.table;
            return match table
                .builds()
                .complete_registration(key, build, &note)
                .await?
            {
                Completed::Done => Ok(None),
                Completed::AlreadyDone { build, .. } => Ok(Some(build)),
            };
        };
        let along = Along::Registration {
            key,
            build,
            note: &note,
        };
        let direct = DirectReleases::of(self.portal);
        let released = direct.register_and_release(build, facts.release(to), along);
        match released.await? {
            Released::Now(_) | Released::Before(_) => Ok(None),
            Released::Registered { build, .. } => Ok(Some(build)),
            Released::Refused(_) => Err(Error::Conflict {
                detail: "others registered this build at the same time: try again".to_owned(),
            }),
        }
    }

    /// The build of a registration that broke off here and was completed elsewhere at the same time.
    pub(crate) async fn made_meanwhile(self, facts: &Facts) -> Result<Option<Build>> {
        let table = &self.portal.table;
        match table
            .builds()
            .begin_registration(&facts.key, facts.now)
            .await?
        {
            Registration::Done { build, .. } => {
                self.registered_before(&build, facts).await.map(Some)
            }
            Registration::Pending(_) => Ok(None),
        }
    }

    /// A build that the same registration made before; released in another environment too, if that is asked for now, and
    /// again where it has been once nothing is served there any more.
    pub(crate) async fn registered_before(self, id: &BuildId, facts: &Facts) -> Result<Build> {
        let record = self.portal.builds().record(id).await?;
        if let Some(to) = &facts.environment
            && (!record.environments().contains(to) || self.serves_nothing(&facts.app, to).await?)
        {
            let direct = DirectReleases::of(self.portal);
            direct.release_directly(&record, facts.release(to)).await?;
        }
        Ok(record.build)
    }

    async fn serves_nothing(self, app: &AppId, to: &EnvironmentId) -> Result<bool> {
        Ok(self
            .portal
            .table
            .releases()
            .current(app, to)
            .await?
            .is_none())
    }

    async fn new_build(
        self,
        facts: &Facts,
        files: &[Incoming],
        inspected: Vec<Inspected>,
    ) -> Result<Build> {
        let mut artifacts: Vec<Artifact> = files
            .iter()
            .zip(inspected)
            .map(|(file, inspected)| Artifact {
                name: file.name.clone(),
                kind: ArtifactKind::of(&file.name),
                digest: file.written.digest,
                size: file.written.size,
                package: inspected.package,
            })
            .collect();
        check_is_one_app(&artifacts).map_err(|error| Error::Refused {
            reason: error.to_string(),
        })?;
        artifacts.sort_by(|a, b| (a.kind, a.name.as_str()).cmp(&(b.kind, b.name.as_str())));
        let (revision, origin) = self.revision(facts).await?;
        let mut build = Build {
            id: self.portal.ids().next(facts.now)?,
            app: facts.app.clone(),
            number: self.portal.table.builds().next_number(&facts.app).await?,
            version: None,
            revision,
            run: facts.run.clone(),
            origin,
            registered_at: facts.now,
            registered_by: facts.by.clone(),
            artifacts,
        };
        let of_package = build
            .package()
            .or(build.bundle())
            .and_then(|package| package.version_name.clone());
        build.version = facts.version.clone().or(of_package);
        record_size::fit(&mut build);
        Ok(build)
    }

    /// The source code that a build was made of, and how that is known: as the caller says, else as the run says that made
    /// it. That is as good as what links the build to the run and what is known of the run.
    async fn revision(self, facts: &Facts) -> Result<(Option<Revision>, Origin)> {
        let (None, Some(run)) = (&facts.revision, &facts.run) else {
            return Ok((facts.revision.clone(), facts.origin));
        };
        let record = self.portal.table.runs().get_now(run).await?;
        let known = record
            .as_ref()
            .map_or(Known::Claimed, |record| record.known);
        let revision = record.and_then(|record| record.run.revision);
        let known = known.min(facts.origin.run);
        let origin = Origin {
            commit: known,
            repository: known,
            ..facts.origin
        };
        Ok((revision.map(|revision| revision.value), origin))
    }
}
