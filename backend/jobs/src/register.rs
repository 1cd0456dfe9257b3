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
use portal::register::{Begun, Facts, Pending, Registrations};
use sources::job::{Credentials, Input, Job, parameters::Parameters};

use crate::{Done, Failure, Outcome, Tasks, artifact::unpack, confirm::ConfirmedJob};

impl Tasks<'_> {
    /// Registers what a job's artifacts hold.
    pub(crate) async fn register_job(
        self,
        job: Job,
        parameters: Parameters,
        now: Timestamp,
    ) -> Result<Done, Failure> {
        let (build, environment) = self.register(job, parameters, now).await?;
        let environment = environment.as_ref();
        Ok(Done {
            outputs: self.jobs.outputs(&build, environment),
            summary: summary(&build, environment),
            external: Some(build.id.to_string()),
            continuation: None,
            outcome: Outcome::Registered(Box::new(build)),
        })
    }

    async fn register(
        self,
        job: Job,
        parameters: Parameters,
        now: Timestamp,
    ) -> Result<(Build, Option<EnvironmentId>), Failure> {
        let (app, environment) = (&parameters.app, parameters.environment.as_ref());
        self.jobs.check_names(app, environment)?;
        let confirmed = self.confirm(&job, &parameters.claimed).await?;
        self.jobs.check_feeds(&confirmed, app, environment)?;
        let facts = facts(&job, &confirmed, parameters, now)?;
        let environment = facts.environment.clone();
        let begun = Registrations::of(self.jobs.portal).begin(facts).await?;
        let build = match begun {
            Begun::Before(build) => *build,
            Begun::Pending(mut pending) => {
                let (revision, known) = self.revision_of(&pending, &confirmed).await?;
                pending.made_of(revision, known);
                register_inputs(*pending, &job.inputs, job.credentials).await?
            }
        };
        Ok((build, environment))
    }

    /// What the execution was made of, and how that is known: as its events said, else as `CodePipeline` says. A build is
    /// registered without it, too.
    async fn revision_of(
        self,
        pending: &Pending<'_>,
        confirmed: &ConfirmedJob,
    ) -> Result<(Option<Revision>, Known), Failure> {
        let ConfirmedJob {
            run,
            pipeline,
            execution,
            ..
        } = confirmed;
        if let Some(revision) = pending.reported_revision().await? {
            return Ok((Some(revision), Known::Proven));
        }
        match self
            .codepipeline
            .source_revisions(pipeline, execution)
            .await
        {
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

async fn register_inputs(
    pending: Pending<'_>,
    inputs: &[Input],
    credentials: Option<Credentials>,
) -> Result<Build, Failure> {
    let mut staging = pending.staging();
    let result = match unpack(&pending, inputs, credentials, &mut staging).await {
        Ok(()) => pending.complete(&staging).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    staging.clear().await;
    let failure = match result {
        Ok(build) => return Ok(build),
        Err(failure) => failure,
    };
    if failure.is_hopeless() {
        pending.forget().await;
        return Err(failure);
    }
    // Of two deliveries at once, the slower one can fail over what the other has just completed.
    pending.made_meanwhile().await?.ok_or(failure)
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
