//! Builds that come in through presigned links, from any CI or a laptop: the bytes go straight to the bucket.
//!
//! [`Uploads::start`] promises files and gets links; anyone who uploads puts the bytes there; [`Uploads::complete`] notes
//! that the build is to be registered; and [`Uploads::register`], away from people, reads each file once to see that it is
//! what was promised, and registers the build. Each request again continues where the first one stopped.

mod complete;
mod list;
mod plan;
mod register;
mod request;

use api::uploads::{UploadPlan, UploadRequest};

use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    build::RegistrationKey,
    id::{AppId, RunId, UploadId},
    known::{Known, Origin},
};
use jiff::SignedDuration;
use store::{
    object_keys,
    table::{Registration, Upload, UploadFile, registration_id},
};

pub use register::{Ended, LEFT_ALONE, LEFT_BY_A_PROCESS};
pub(crate) use request::upload_id;

use crate::{
    Error, Portal, Result,
    access::Action,
    handle::handle,
    known,
    register::{DirectReleases, Facts, Registrations},
};

/// Files larger than this go up in parts: 64 MiB.
const MULTIPART_ABOVE: u64 = 64 << 20;

/// How often an upload is read anew while others go on with it at the same time.
const TRIES: usize = 16;

/// How long a link to put bytes works. Asking for the plan again makes new ones.
const PUT_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

handle! {
    /// Uploads of files.
    pub struct Uploads
}

impl Uploads<'_> {
    /// Promises files of a build and says where to put them. The same promise again says what is still missing.
    pub async fn start<'a>(
        self,
        who: impl Into<Principal<'a>>,
        app: &AppId,
        request: UploadRequest,
        now: Timestamp,
    ) -> Result<UploadPlan> {
        let who = who.into();
        for _ in 0..TRIES {
            let plan = self.try_to_start(who, app, request.clone(), now).await?;
            if let Some(plan) = plan {
                return Ok(plan);
            }
        }
        Err(contended())
    }

    /// The plan of an upload; none if somebody else goes on with it at the same time.
    async fn try_to_start(
        self,
        who: Principal<'_>,
        app: &AppId,
        request: UploadRequest,
        now: Timestamp,
    ) -> Result<Option<UploadPlan>> {
        let actor = who.actor;
        let request = request::proved_by(request, actor);
        let action = Action::Register {
            app,
            environment: request.environment.as_ref(),
        };
        self.portal.authorise(actor, action)?;
        known::app(self.portal, app)?;
        if let Some(environment) = &request.environment {
            known::environment(self.portal, environment)
                .map_err(|error| Error::invalid("environment", error.to_string()))?;
        }
        request::check(&request)?;
        let origin = Origin::proved_by(actor.work.as_deref());
        self.check_run(app, request.run.as_ref(), origin).await?;
        let key = self.registration_key(app, &request, actor).await?;
        let id = upload_id(&registration_id(&key))?;
        let known = self.portal.table.builds().upload(&id).await?;
        if let Some(to) = &request.environment
            && known.as_ref().is_none_or(|known| known.completed.is_none())
        {
            DirectReleases::of(self.portal)
                .check_release(app, to)
                .await?;
        }
        let begun = self
            .portal
            .table
            .builds()
            .begin_registration(&key, now)
            .await?;
        let mut upload = match known {
            Some(known) => continued(known, &request, origin)?,
            None => promised(key, id, request, (actor, origin), now),
        };
        if let Registration::Done { build, .. } = begun {
            if upload.heals || is_damaged(self.portal, &upload).await? {
                upload.heals = true;
                return self.planned(upload, now).await;
            }
            let facts = facts(&upload, who, now);
            let build = Registrations::of(self.portal)
                .registered_before(&build, &facts)
                .await?;
            return Ok(Some(plan::done(upload.id, build.id, now)));
        }
        self.planned(upload, now).await
    }

    /// That the run is not one of another app: its page would show this build as its own. One that nobody has reported
    /// yet may be anyone's. And that nobody claims a run that has proven which build is its own.
    pub(super) async fn check_run(
        self,
        app: &AppId,
        run: Option<&RunId>,
        origin: Origin,
    ) -> Result<()> {
        let Some(run) = run else { return Ok(()) };
        let table = &self.portal.table;
        let known = table.runs().get(run).await?;
        if known
            .and_then(|known| known.app)
            .is_some_and(|other| other != *app)
        {
            return Err(Error::not_found(format!("run {run} of {app}")));
        }
        if origin.run.is_proven() {
            return Ok(());
        }
        let made = table.runs().builds_of(run).await?;
        match made.iter().find(|build| build.origin.run.is_proven()) {
            Some(proven) => Err(Error::Conflict {
                detail: format!(
                    "the run {run} has proven that it made build {}: push from the run itself, or leave `run` out",
                    proven.number
                ),
            }),
            None => Ok(()),
        }
    }

    /// The key of an upload's registration. One that ended before uploads had owners is still known by the key of then,
    /// to the person who registered it.
    async fn registration_key(
        self,
        app: &AppId,
        request: &UploadRequest,
        actor: &Actor,
    ) -> Result<RegistrationKey> {
        let shared = request::shared_key(request, app);
        if let Some(build) = self.portal.table.builds().registered(&shared).await?
            && self
                .portal
                .builds()
                .record(&build)
                .await?
                .build
                .registered_by
                .is_same_as(actor)
        {
            return Ok(shared);
        }
        Ok(request::key(request, app, actor))
    }

    /// What is still missing of an upload. Asking shows that somebody still wants it.
    pub async fn plan(self, actor: &Actor, id: &UploadId, now: Timestamp) -> Result<UploadPlan> {
        for _ in 0..TRIES {
            let upload = self.known_upload(actor, id).await?;
            let builds = self.portal.table.builds();
            match builds.begin_registration(&upload.registration, now).await? {
                Registration::Done { build, .. } if !upload.heals => {
                    return Ok(plan::done(upload.id, build, now));
                }
                Registration::Done { .. } | Registration::Pending(_) => {
                    if let Some(plan) = self.planned(upload, now).await? {
                        return Ok(plan);
                    }
                }
            }
        }
        Err(contended())
    }

    async fn known_upload(self, actor: &Actor, id: &UploadId) -> Result<Upload> {
        let found = self.portal.table.builds().upload(id).await?;
        let none = || format!("upload {id}, or not any more: start it again, which continues it");
        let upload = found.ok_or_else(|| Error::not_found(none()))?;
        let action = Action::Register {
            app: &upload.app,
            environment: upload.environment.as_ref(),
        };
        self.portal
            .authorise(actor, action)
            .map_err(|error| error.hiding(none()))?;
        if !is_owner(&upload, actor) {
            return Err(Error::not_found(none()));
        }
        Ok(upload)
    }
}

/// Whether a file of a registered build is missing, or is not what was registered, as far as that is known without reading it.
async fn is_damaged(portal: &Portal, upload: &Upload) -> Result<bool> {
    for file in &upload.files {
        let key = object_keys::artifact(&upload.app, &file.digest, &file.name);
        let found = portal.objects.head(&key).await?;
        if found.is_none_or(|found| found.size != file.size)
            || portal.table.integrity().damage(&key).await?.is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn contended() -> Error {
    Error::Conflict {
        detail: "others keep going on with the same files of the same run at the same time: push them again in a moment"
            .to_owned(),
    }
}

fn promised(
    registration: RegistrationKey,
    id: UploadId,
    request: UploadRequest,
    (actor, origin): (&Actor, Origin),
    now: Timestamp,
) -> Upload {
    let folder = registration_id(&registration);
    let files = request.files.into_iter().enumerate();
    Upload {
        app: registration.app.clone(),
        registration,
        environment: request.environment,
        revision: request.revision,
        version: request.version,
        run: request.run,
        origin,
        by: actor.clone(),
        files: files
            .map(|(number, file)| UploadFile {
                staging_key: object_keys::staged(&folder, &format!("upload-{id}"), number),
                name: file.name,
                size: file.size,
                digest: file.sha256,
                multipart: None,
            })
            .collect(),
        created_at: now,
        completed: None,
        registering: None,
        failed: None,
        heals: false,
        changes: 0,
        id,
    }
}

/// What is known of the build that an upload becomes.
fn facts(upload: &Upload, who: Principal<'_>, now: Timestamp) -> Facts {
    Facts {
        key: upload.registration.clone(),
        app: upload.app.clone(),
        environment: upload.environment.clone(),
        version: upload.version.clone(),
        revision: upload.revision.clone(),
        run: upload.run.clone(),
        origin: upload.origin,
        by: who.actor.clone(),
        proof: who.proof.to_owned(),
        from: who.from.map(str::to_owned),
        now,
    }
}

/// Whether somebody is whose upload it is: the same person or workload, a token's owner for the token. A workload goes on
/// with what the same run of it has begun.
fn is_owner(upload: &Upload, actor: &Actor) -> bool {
    let run = actor.work.as_ref().and_then(|work| work.run.as_ref());
    let same_run = match (upload.origin.run, run) {
        (Known::Proven, Some(run)) => upload.run.as_ref() == Some(run),
        (Known::Proven, None) => false,
        (Known::Claimed, _) => true,
    };
    same_run && upload.by.is_same_as(actor)
}

/// An upload that was begun before. Neither its files nor what is said of the build change any more; where it is to be
/// released may, which is decided anew.
fn continued(known: Upload, request: &UploadRequest, origin: Origin) -> Result<Upload> {
    let same = known.files.len() == request.files.len()
        && known.files.iter().zip(&request.files).all(|(known, file)| {
            (&known.name, known.size, known.digest) == (&file.name, file.size, file.sha256)
        });
    if !same {
        return Err(Error::Conflict {
            detail: "this run and attempt promised other files before: give another `attempt` for another build"
                .to_owned(),
        });
    }
    let said = (&known.revision, &known.version, &known.run, known.origin);
    let says = (&request.revision, &request.version, &request.run, origin);
    if known.completed.is_none() && said != says {
        return Err(Error::Conflict {
            detail: "this run and attempt began with another version or revision: repeat those, or give another \
                     `attempt` for another build"
                .to_owned(),
        });
    }
    Ok(Upload {
        environment: request.environment.clone(),
        ..known
    })
}
