//! A job that registers the build that its pipeline has made.

use domain::{
    Timestamp,
    actor::Actor,
    build::{Build, RegistrationKey},
    causes::chain,
    event::Revision,
    id::EnvironmentId,
    known::{Known, Origin},
};
use sources::job::{Credentials, Input, Job, parameters::Parameters};
use store::table::{PendingRegistration, Registration};
use targets::codepipeline::Jobs;

use super::{ConfirmedJob, Done, Failure, Outcome};
use crate::{
    access::Action,
    jobs::Tasks,
    register::{Facts, Registrations},
};

impl Tasks<'_> {
    /// Registers what a job's artifacts hold.
    pub(super) async fn register_job(
        self,
        jobs: &Jobs,
        job: Job,
        parameters: Parameters,
        now: Timestamp,
    ) -> Result<Done, Failure> {
        let (build, environment) = self.register(jobs, job, parameters, now).await?;
        let environment = environment.as_ref();
        Ok(Done {
            outputs: self.portal.jobs().outputs(&build, environment),
            summary: summary(&build, environment),
            external: Some(build.id.to_string()),
            continuation: None,
            outcome: Outcome::Registered(Box::new(build)),
        })
    }

    async fn register(
        self,
        jobs: &Jobs,
        job: Job,
        parameters: Parameters,
        now: Timestamp,
    ) -> Result<(Build, Option<EnvironmentId>), Failure> {
        let (app, environment) = (&parameters.app, parameters.environment.as_ref());
        self.portal.jobs().check_names(app, environment)?;
        let confirmed = self
            .portal
            .jobs()
            .confirm(jobs, &job, &parameters.claimed)
            .await?;
        self.portal
            .jobs()
            .check_feeds(&confirmed, app, environment)?;
        let mut facts = facts(&job, &confirmed, parameters, now)?;
        let action = Action::Register {
            app: &facts.app,
            environment: facts.environment.as_ref(),
        };
        self.portal.authorise(&facts.by, action)?;
        let table = &self.portal.table;
        let build = match table.builds().begin_registration(&facts.key, now).await? {
            Registration::Done { build, .. } => {
                Registrations::of(self.portal)
                    .registered_before(&build, &facts)
                    .await?
            }
            Registration::Pending(pending) => {
                if let Some(to) = &facts.environment
                    && let Err(refused) = Registrations::of(self.portal)
                        .check_release(&facts.app, to)
                        .await
                {
                    self.forget(&pending).await;
                    return Err(refused.into());
                }
                let (revision, known) = self.revision_of(jobs, &confirmed).await?;
                facts.revision = revision;
                facts.origin = Origin {
                    run: Known::Proven,
                    commit: known,
                    repository: known,
                };
                self.register_inputs(&facts, &pending, &job.inputs, job.credentials)
                    .await?
            }
        };
        Ok((build, facts.environment))
    }

    async fn register_inputs(
        self,
        facts: &Facts,
        pending: &PendingRegistration,
        inputs: &[Input],
        credentials: Option<Credentials>,
    ) -> Result<Build, Failure> {
        let mut staging = Registrations::of(self.portal).staging(&pending.id, &facts.app);
        let result = match Registrations::of(self.portal)
            .unpack(inputs, credentials, &mut staging)
            .await
        {
            Ok(()) => Registrations::of(self.portal)
                .complete(facts, staging.files())
                .await
                .map_err(Failure::from),
            Err(failure) => Err(failure),
        };
        staging.clear().await;
        let failure = match result {
            Ok(build) => return Ok(build),
            Err(failure) => failure,
        };
        if failure.is_hopeless() {
            self.forget(pending).await;
            return Err(failure);
        }
        // Of two deliveries at once, the slower one can fail over what the other has just completed.
        Registrations::of(self.portal)
            .made_meanwhile(facts)
            .await?
            .ok_or(failure)
    }

    /// Forgets a registration that cannot succeed, if no earlier try left anything behind.
    async fn forget(self, pending: &PendingRegistration) {
        if pending.objects.is_empty() {
            let table = &self.portal.table;
            if let Err(error) = table.builds().forget_registration(&pending.id).await {
                tracing::warn!(error = %chain(&error), "a pending registration stays for retention");
            }
        }
    }

    /// What the execution was made of, and how that is known: as its events said, else as `CodePipeline` says. A build is
    /// registered without it, too.
    async fn revision_of(
        self,
        jobs: &Jobs,
        confirmed: &ConfirmedJob,
    ) -> Result<(Option<Revision>, Known), Failure> {
        let ConfirmedJob {
            run,
            pipeline,
            execution,
            ..
        } = confirmed;
        let recorded = self.portal.table.runs().get_now(run).await?;
        let recorded = recorded.filter(|record| record.known.is_proven());
        if let Some(revision) = recorded.and_then(|record| record.run.revision) {
            return Ok((Some(revision.value), Known::Proven));
        }
        match jobs.source_revisions(pipeline, execution).await {
            // Events, too, count the first source action that says something.
            Ok(found) => {
                let revision = found.iter().find_map(|found| {
                    sources::fetched(&found.id, found.summary.as_deref(), found.url.as_deref())
                });
                Ok((revision, Known::Proven))
            }
            Err(error) => {
                tracing::warn!(%run, error = %chain(&error), "CodePipeline does not say what an execution was made of");
                Ok((None, Known::Claimed))
            }
        }
    }
}

fn facts(
    job: &Job,
    confirmed: &ConfirmedJob,
    parameters: Parameters,
    now: Timestamp,
) -> Result<Facts, Failure> {
    if job.inputs.is_empty() {
        return Err(Failure::configuration(
            "The action has no input artifact. Give it the output artifact of the build as its input.",
        ));
    }
    let places: Vec<String> = job
        .inputs
        .iter()
        .map(|input| format!("{}/{}", input.bucket, input.key))
        .collect();
    Ok(Facts {
        key: RegistrationKey {
            app: parameters.app.clone(),
            run: confirmed.execution.clone(),
            attempt: places.join(" "),
            owner: None,
        },
        run: Some(confirmed.run.clone()),
        by: Actor::pipeline(&confirmed.pipeline),
        app: parameters.app,
        environment: parameters.environment,
        version: None,
        revision: None,
        origin: Origin {
            run: Known::Proven,
            ..Origin::default()
        },
        proof: format!("job {}", job.id),
        from: None,
        now,
    })
}

fn summary(build: &Build, environment: Option<&EnvironmentId>) -> String {
    let version = build.version.as_deref().unwrap_or_default();
    let released = environment.map_or(String::new(), |to| format!(", released in {to}"));
    format!(
        "{} {version} is build {}{released}",
        build.app, build.number
    )
    .replace("  ", " ")
}
