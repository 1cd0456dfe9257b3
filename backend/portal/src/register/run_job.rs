//! Runs a `CodePipeline` job from its parameters to its answer. Only the answer counts: whatever the function returns,
//! the action waits until somebody calls `PutJobSuccessResult` or `PutJobFailureResult`.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    actor::Actor,
    build::{Build, RegistrationKey},
    id::{EnvironmentId, RunId},
};
use store::table::{PendingRegistration, Registration};
use targets::codepipeline::FailureKind;

use super::{
    complete::Facts,
    failure::Failure,
    job::{Credentials, Input, Job},
    parameters::Parameters,
};
use crate::{Error, Portal, Result, access::Action, error::chain};

/// What a job was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a build.
    Registered(Box<Build>),
    /// With a failure.
    Failed {
        /// Its kind.
        kind: FailureKind,
        /// What the pipeline's owner reads.
        message: String,
    },
}

impl Portal {
    /// Does what a job asks for and answers it. An error means that `CodePipeline` has no answer yet, so that the job
    /// must come again.
    pub async fn run_job(&self, job: Job, now: Timestamp) -> Result<Outcome> {
        let jobs = self.parts.jobs.as_ref().ok_or(Error::NoJobs)?;
        let id = job.id.clone();
        match self.register(job, now).await {
            Ok((build, environment)) => {
                let outputs = self.outputs(&build, environment.as_ref());
                let summary = summary(&build, environment.as_ref());
                let external = Some(build.id.as_str());
                jobs.succeed(&id, &outputs, &summary, external, None)
                    .await
                    .map_err(Error::Answer)?;
                Ok(Outcome::Registered(Box::new(build)))
            }
            Err(Failure {
                kind,
                message,
                cause,
            }) => {
                if let Some(cause) = cause {
                    tracing::error!(job = %id, error = %chain(&cause), "a job failed through no fault of its pipeline");
                }
                jobs.fail(&id, kind, &message)
                    .await
                    .map_err(Error::Answer)?;
                Ok(Outcome::Failed { kind, message })
            }
        }
    }

    async fn register(
        &self,
        job: Job,
        now: Timestamp,
    ) -> Result<(Build, Option<EnvironmentId>), Failure> {
        let parameters =
            Parameters::parse(job.parameters.as_deref()).map_err(Failure::configuration)?;
        self.check_names(&parameters)?;
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

    fn check_names(&self, parameters: &Parameters) -> Result<(), Failure> {
        let Parameters {
            app, environment, ..
        } = parameters;
        let catalog = self.catalog();
        if catalog.app(app).is_none() {
            let known = catalog.apps.iter().map(|app| app.id.as_str());
            return Err(unknown("app", app.as_str(), known));
        }
        if let Some(environment) = environment
            && catalog.environment(environment).is_none()
        {
            let known = catalog.environments.iter().map(|known| known.id.as_str());
            return Err(unknown("environment", environment.as_str(), known));
        }
        Ok(())
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
            },
            run: self.run_of(job, &parameters)?,
            by: Actor::pipeline(parameters.pipeline.as_deref().unwrap_or("codepipeline")),
            app: parameters.app,
            environment: parameters.environment,
            version: None,
            revision: parameters.revision,
            now,
        })
    }

    /// The run that the job belongs to, where its parameters say so. The pipeline is in this portal's own region: a
    /// Lambda action cannot call across regions.
    fn run_of(&self, job: &Job, parameters: &Parameters) -> Result<Option<RunId>, Failure> {
        let (Some(account), Some(pipeline), Some(execution)) =
            (&job.account, &parameters.pipeline, &parameters.execution)
        else {
            return Ok(None);
        };
        let region = &self.parts.region;
        format!("codepipeline/{account}/{region}/{pipeline}/{execution}")
            .parse()
            .map(Some)
            .map_err(|error| {
                Failure::configuration(format!(
                    "UserParameters: pipeline and execution do not name a run: {error}."
                ))
            })
    }

    /// What later actions of the pipeline can use.
    fn outputs(
        &self,
        build: &Build,
        environment: Option<&EnvironmentId>,
    ) -> BTreeMap<String, String> {
        let mut outputs = BTreeMap::from([
            ("build".to_owned(), build.number.to_string()),
            ("build_id".to_owned(), build.id.to_string()),
        ]);
        if let Some(version) = &build.version {
            outputs.insert("version".to_owned(), version.clone());
        }
        if let Some(apk) = build.apks().next() {
            outputs.insert("sha256".to_owned(), apk.digest.to_string());
        }
        if let Some(page) = self.page_of(build, environment) {
            outputs.insert("page".to_owned(), page);
        }
        outputs
    }

    /// The page to send people to: the testers' where it was released, else the build's own.
    fn page_of(&self, build: &Build, environment: Option<&EnvironmentId>) -> Option<String> {
        let path = match environment {
            Some(environment) => format!("/{}/{environment}", build.app),
            None => format!("/{}/builds/{}", build.app, build.id),
        };
        Some(self.public_url()?.join(&path).ok()?.to_string())
    }
}

fn unknown<'a>(what: &str, asked: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<&str> = known.collect();
    Failure::configuration(format!(
        "UserParameters names the {what} {asked}, which the portal does not know. Known are {}. Correct the name, or add \
         it to towpath.toml.",
        known.join(", ")
    ))
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
