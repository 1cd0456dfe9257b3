//! From staged files to a build: shared by pipelines' jobs and uploads.

use bytes::Bytes;
use domain::{
    Timestamp,
    actor::Actor,
    build::{Artifact, ArtifactKind, Build, RegistrationKey},
    event::Revision,
    id::{AppId, BuildId, EnvironmentId, RunId},
    release::Release,
};
use store::table::{Completed, Registration};

use super::{
    metadata::Inspected,
    record_size,
    stage::{Staged, Staging},
};
use crate::{Portal, Result, object_keys};

/// What is known of a build beside its files.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) key: RegistrationKey,
    pub(crate) app: AppId,
    pub(crate) environment: Option<EnvironmentId>,
    pub(crate) version: Option<String>,
    pub(crate) revision: Option<Revision>,
    pub(crate) run: Option<RunId>,
    pub(crate) by: Actor,
    pub(crate) now: Timestamp,
}

impl Facts {
    fn release(&self, build: &Build) -> Option<Release> {
        let environment = self.environment.clone()?;
        let (run, by) = (self.run.clone(), self.by.clone());
        Some(Release::of(build, environment, run, self.now, by))
    }
}

/// An object under its final key, with where it comes from.
struct Final {
    key: String,
    source: Source,
    content_type: String,
}

enum Source {
    Staged(String),
    Memory(Bytes),
}

impl Portal {
    /// Makes a build of what is staged. Of two that try at once one makes it, and both get it.
    pub(crate) async fn complete(&self, facts: &Facts, staging: &Staging) -> Result<Build> {
        let mut inspected = Vec::new();
        for file in staging.files() {
            inspected.push(self.inspect(file).await?);
        }
        let finals = finals(&facts.app, staging.files(), &inspected);
        self.put_in_place(&facts.key, &finals).await?;
        let build = self.new_build(facts, staging.files(), inspected).await?;
        let release = facts.release(&build);
        let table = &self.store().table;
        let completed = table
            .complete_registration(&facts.key, &build, release.as_ref())
            .await?;
        match completed {
            Completed::Done => {
                // Retention may have taken one of these for another registration's, just before this one was known.
                self.put_missing(&finals).await?;
                if let Some(environment) = &facts.environment {
                    Box::pin(self.follow(&facts.app, environment, facts.now)).await;
                }
                Ok(build)
            }
            Completed::AlreadyDone { build, .. } => self.registered_before(&build, facts).await,
        }
    }

    /// The build of a registration that broke off here and was completed elsewhere at the same time.
    pub(crate) async fn made_meanwhile(&self, facts: &Facts) -> Result<Option<Build>> {
        let table = &self.store().table;
        match table.begin_registration(&facts.key, facts.now).await? {
            Registration::Done { build, .. } => {
                self.registered_before(&build, facts).await.map(Some)
            }
            Registration::Pending(_) => Ok(None),
        }
    }

    /// A build that the same registration made before; released in another environment too, if that is asked for now.
    pub(crate) async fn registered_before(&self, id: &BuildId, facts: &Facts) -> Result<Build> {
        let record = self.build_record(id).await?;
        let Some(environment) = &facts.environment else {
            return Ok(record.build);
        };
        let known = record
            .releases
            .into_iter()
            .find(|release| release.environment == *environment);
        // Put again what is known: the first try may have ended before the environment's current release was set.
        if let Some(release) = known.or_else(|| facts.release(&record.build)) {
            self.store().table.put_release(&release).await?;
        }
        Ok(record.build)
    }

    async fn new_build(
        &self,
        facts: &Facts,
        files: &[Staged],
        inspected: Vec<Inspected>,
    ) -> Result<Build> {
        let mut artifacts: Vec<Artifact> = files
            .iter()
            .zip(inspected)
            .map(|(file, inspected)| Artifact {
                name: file.name.clone(),
                kind: ArtifactKind::of(&file.name),
                digest: file.digest,
                size: file.size,
                package: inspected.package,
            })
            .collect();
        artifacts.sort_by(|a, b| (a.kind, a.name.as_str()).cmp(&(b.kind, b.name.as_str())));
        let mut build = Build {
            id: self.new_build_id(facts.now)?,
            app: facts.app.clone(),
            number: self.store().table.next_number(&facts.app).await?,
            version: None,
            revision: self.revision(facts).await?,
            run: facts.run.clone(),
            registered_at: facts.now,
            registered_by: facts.by.clone(),
            artifacts,
        };
        let of_package = build
            .package()
            .and_then(|package| package.version_name.clone());
        build.version = facts.version.clone().or(of_package);
        record_size::fit(&mut build);
        Ok(build)
    }

    /// The source code that a build was made of: as the caller says, else as the run says that made it.
    async fn revision(&self, facts: &Facts) -> Result<Option<Revision>> {
        let (None, Some(run)) = (&facts.revision, &facts.run) else {
            return Ok(facts.revision.clone());
        };
        let record = self.store().table.run(run).await?;
        Ok(record
            .and_then(|record| record.run.revision)
            .map(|revision| revision.value))
    }

    /// Notes the keys that a crash would leave behind, then fills them. What is there already is somebody else's.
    async fn put_in_place(&self, key: &RegistrationKey, finals: &[Final]) -> Result<()> {
        let mut new = Vec::new();
        for object in finals {
            if self.store().objects.head(&object.key).await?.is_none() {
                new.push(object.key.clone());
            }
        }
        if !new.is_empty() {
            self.store().table.note_objects(key, &new).await?;
        }
        self.put_missing(finals).await
    }

    async fn put_missing(&self, finals: &[Final]) -> Result<()> {
        let objects = &self.store().objects;
        for object in finals {
            let Final {
                key, content_type, ..
            } = object;
            if objects.head(key).await?.is_some() {
                continue;
            }
            match &object.source {
                Source::Staged(from) => objects.copy_if_absent(from, key, content_type).await?,
                Source::Memory(bytes) => objects.put(key, bytes.clone(), content_type).await?,
            }
        }
        Ok(())
    }
}

fn finals(app: &AppId, files: &[Staged], inspected: &[Inspected]) -> Vec<Final> {
    let mut finals = Vec::new();
    for (file, inspected) in files.iter().zip(inspected) {
        finals.push(Final {
            key: object_keys::artifact(app, &file.digest, &file.name),
            source: Source::Staged(file.key.clone()),
            content_type: ArtifactKind::of(&file.name)
                .content_type(&file.name)
                .to_owned(),
        });
        if let Some((icon, bytes)) = &inspected.icon {
            finals.push(Final {
                key: object_keys::icon(app, &icon.digest),
                source: Source::Memory(bytes.clone()),
                content_type: icon.content_type.clone(),
            });
        }
    }
    finals
}
