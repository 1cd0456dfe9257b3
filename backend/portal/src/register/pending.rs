//! A registration that a pipeline's job has begun, until there is a build or it is forgotten.

use domain::{
    build::Build,
    causes::chain,
    event::Revision,
    known::{Known, Origin},
};
use store::table::{PendingRegistration, Registration};

use super::{DirectReleases, Facts, Registrations, Staging, StoredObject};
use crate::{Portal, Result, access::Action};

/// What beginning a registration comes to.
#[derive(Debug)]
pub enum Begun<'p> {
    /// The build that the same registration made before, released where that is asked for now.
    Before(Box<Build>),
    /// Its files are to come.
    Pending(Box<Pending<'p>>),
}

/// A registration whose files are to come, of somebody who may register that build. Only [`Registrations::begin`] makes one,
/// so that its methods need not ask again.
#[derive(Debug)]
pub struct Pending<'p> {
    portal: &'p Portal,
    facts: Facts,
    noted: PendingRegistration,
}

impl<'p> Registrations<'p> {
    /// Begins a registration, or finds what it made before. One that may not be released where that is asked for is refused
    /// before any bytes come.
    pub async fn begin(self, facts: Facts) -> Result<Begun<'p>> {
        let action = Action::Register {
            app: &facts.app,
            environment: facts.environment.as_ref(),
        };
        self.portal.authorise(&facts.by, action)?;
        let builds = self.portal.table.builds();
        let noted = match builds.begin_registration(&facts.key, facts.now).await? {
            Registration::Done { build, .. } => {
                let build = self.registered_before(&build, &facts).await?;
                return Ok(Begun::Before(Box::new(build)));
            }
            Registration::Pending(noted) => noted,
        };
        let pending = Pending {
            portal: self.portal,
            facts,
            noted,
        };
        if let Some(to) = &pending.facts.environment
            && let Err(refused) = DirectReleases::of(self.portal)
                .check_release(&pending.facts.app, to)
                .await
        {
            pending.forget().await;
            return Err(refused);
        }
        Ok(Begun::Pending(Box::new(pending)))
    }
}

impl Pending<'_> {
    /// What the events of its run said that it was made of, where that is proven.
    pub async fn reported_revision(&self) -> Result<Option<Revision>> {
        let Some(run) = &self.facts.run else {
            return Ok(None);
        };
        let recorded = self.portal.table.runs().get_now(run).await?;
        let recorded = recorded.filter(|record| record.known.is_proven());
        let revision = recorded.and_then(|record| record.run.revision);
        Ok(revision.map(|revision| revision.value))
    }

    /// Says what the build was made of, and how that is known.
    pub fn made_of(&mut self, revision: Option<Revision>, known: Known) {
        self.facts.revision = revision;
        self.facts.origin = Origin {
            commit: known,
            repository: known,
            ..self.facts.origin
        };
    }

    /// An object of the caller's own bucket, opened with the credentials that they give for it; none if it is not there.
    pub async fn input(
        &self,
        (bucket, key): (&str, &str),
        key_id: &str,
        secret: &str,
        session_token: Option<&str>,
    ) -> Result<Option<StoredObject>, store::Error> {
        let objects = self
            .portal
            .objects
            .with_credentials(bucket, key_id, secret, session_token);
        let found = objects.head(key).await?;
        Ok(found.map(|info| StoredObject::new(objects, key, info.size)))
    }

    /// A folder of its own for this try.
    pub fn staging(&self) -> Staging {
        Registrations::of(self.portal).staging(&self.noted.id, &self.facts.app)
    }

    /// Makes a build of what is in staging.
    pub async fn complete(&self, staging: &Staging) -> Result<Build> {
        Registrations::of(self.portal)
            .complete(&self.facts, staging.files())
            .await
    }

    /// The build, if another delivery completed the registration at the same time.
    pub async fn made_meanwhile(&self) -> Result<Option<Build>> {
        Registrations::of(self.portal)
            .made_meanwhile(&self.facts)
            .await
    }

    /// Forgets the registration, which cannot succeed, if no earlier try left anything behind.
    pub async fn forget(self) {
        if self.noted.objects.is_empty() {
            let builds = self.portal.table.builds();
            if let Err(error) = builds.forget_registration(&self.noted.id).await {
                tracing::warn!(error = %chain(&error), "a pending registration stays for retention");
            }
        }
    }
}
