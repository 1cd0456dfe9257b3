//! A job that registers the build that its pipeline has made.

use domain::{
    Timestamp,
    actor::Actor,
    build::{Build, RegistrationKey},
    id::EnvironmentId,
    known::Origin,
};
use store::table::{PendingRegistration, Registration};

use super::{Credentials, Done, Failure, Input, Job, Outcome, parameters::Parameters};
use crate::{Portal, access::Action, error::chain, register::Facts};

impl Portal {
    /// Registers what a job's artifacts hold.
    pub(super) async fn register_job(
        &self,
        job: Job,
        parameters: Parameters,
        now: Timestamp,
    ) -> Result<Done, Failure> {
        let (build, environment) = self.register(job, parameters, now).await?;
        let environment = environment.as_ref();
        Ok(Done {
            outputs: self.outputs(&build, environment),
            summary: summary(&build, environment),
            external: Some(build.id.to_string()),
            continuation: None,
            outcome: Outcome::Registered(Box::new(build)),
        })
    }

    async fn register(
        &self,
        job: Job,
        parameters: Parameters,
        now: Timestamp,
    ) -> Result<(Build, Option<EnvironmentId>), Failure> {
        self.check_names(&parameters.app, parameters.environment.as_ref())?;
        let facts = self.facts(&job, parameters, now)?;
        let action = Action::Register {
            app: &facts.app,
            environment: facts.environment.as_ref(),
        };
        self.authorise(&facts.by, action)?;
        let table = &self.store().table;
        let build = match table.begin_registration(&facts.key, now).await? {
            Registration::Done { build, .. } => self.registered_before(&build, &facts).await?,
            Registration::Pending(pending) => {
                if let Some(to) = &facts.environment
                    && let Err(refused) = self.check_release(&facts.app, to).await
                {
                    self.forget(&pending).await;
                    return Err(refused.into());
                }
                self.register_inputs(&facts, &pending, &job.inputs, job.credentials)
                    .await?
            }
        };
        Ok((build, facts.environment))
    }

    async fn register_inputs(
        &self,
        facts: &Facts,
        pending: &PendingRegistration,
        inputs: &[Input],
        credentials: Option<Credentials>,
    ) -> Result<Build, Failure> {
        let mut staging = self.staging(&pending.id);
        let result = match self.unpack(inputs, credentials, &mut staging).await {
            Ok(()) => self.complete(facts, &staging).await.map_err(Failure::from),
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
        self.made_meanwhile(facts).await?.ok_or(failure)
    }

    /// Forgets a registration that cannot succeed, if no earlier try left anything behind.
    async fn forget(&self, pending: &PendingRegistration) {
        if pending.objects.is_empty() {
            let table = &self.store().table;
            if let Err(error) = table.forget_registration(&pending.id).await {
                tracing::warn!(error = %chain(&error), "a pending registration stays for retention");
            }
        }
    }

    fn facts(&self, job: &Job, parameters: Parameters, now: Timestamp) -> Result<Facts, Failure> {
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
                run: parameters
                    .execution
                    .clone()
                    .unwrap_or_else(|| job.id.clone()),
                attempt: places.join(" "),
                owner: None,
            },
            run: self.run_of(
                job.account.as_deref(),
                parameters.pipeline.as_deref(),
                parameters.execution.as_deref(),
            )?,
            by: Actor::pipeline(parameters.pipeline.as_deref().unwrap_or("codepipeline")),
            app: parameters.app,
            environment: parameters.environment,
            version: None,
            revision: parameters.revision,
            origin: Origin::default(),
            proof: format!("job {}", job.id),
            from: None,
            now,
        })
    }
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
