//! `towpath push`: hands in a build. Its files go straight to the bucket, through links that the portal gives; the same
//! command again continues an upload that broke off.

mod files;
mod progress;
mod transfer;

use std::path::PathBuf;

use clap::Args;
use domain::{
    event::Revision,
    id::{AppId, EnvironmentId, RunId},
    view::BuildView,
};
use portal::uploads::{UploadPlan, UploadRequest};
use serde_json::{Value, json};

use crate::{
    api::Api,
    failure::{Failure, causes},
    output::Output,
};
use files::LocalFile;
use progress::Progress;

/// How often to ask for new links in place of those that have expired on the way.
const ROUNDS: usize = 20;

#[derive(Args)]
pub(crate) struct PushOptions {
    /// The files of the build: packages, and whatever belongs to them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The app
    #[arg(long)]
    app: AppId,
    /// Where to release it [default: register it only]
    #[arg(long)]
    environment: Option<EnvironmentId>,
    /// The run that made it, such as github/acme/wallet/4711: one build a run and attempt
    #[arg(long)]
    run: Option<RunId>,
    /// Which try of the run
    #[arg(long)]
    attempt: Option<u32>,
    /// The version that people read, where the package does not say it
    #[arg(long)]
    version: Option<String>,
    /// The commit that it was made of
    #[arg(long)]
    commit: Option<String>,
    /// The commit's message
    #[arg(long, requires = "commit")]
    message: Option<String>,
    /// The branch or tag
    #[arg(long, requires = "commit")]
    branch: Option<String>,
    /// The repository, as owner/name
    #[arg(long, requires = "commit")]
    repository: Option<String>,
}

pub(crate) async fn push(api: &Api, options: PushOptions, output: &Output) -> Result<(), Failure> {
    let files = files::read_all(&options.files, output).await?;
    let request = request(&options, &files);
    let path = format!("/api/v1/apps/{}/uploads", options.app);
    let progress = Progress::new(&files, output.is_watched());
    let mut rounds = 1..=ROUNDS;
    loop {
        let plan: UploadPlan = api.post(&path, &request).await?;
        if let Some(build) = &plan.build {
            progress.finish();
            let build = format!("/api/v1/builds/{build}");
            let answer = api.get(&build, &Vec::new()).await?;
            return show(api, answer, "was registered before", output);
        }
        let sent = transfer::all(&api.http, &files, &plan, &progress).await;
        match sent {
            Ok(()) => return complete(api, &plan, &progress, output).await,
            Err(error) if error.needs_new_link() && rounds.next().is_some() => {}
            Err(error) => {
                progress.finish();
                return Err(Failure::Failed(format!(
                    "the upload broke off: {}. Run the same command again: it continues",
                    causes(&error)
                )));
            }
        }
    }
}

async fn complete(
    api: &Api,
    plan: &UploadPlan,
    progress: &Progress,
    output: &Output,
) -> Result<(), Failure> {
    progress.registering();
    let path = format!("/api/v1/uploads/{}/complete", plan.id);
    let answer: Result<Value, Failure> = api.post(&path, &json!({})).await;
    progress.finish();
    show(api, answer?, "is registered", output)
}

fn request(options: &PushOptions, files: &[LocalFile]) -> UploadRequest {
    let message = options.message.as_deref();
    UploadRequest {
        files: files.iter().map(|file| file.promise.clone()).collect(),
        environment: options.environment.clone(),
        run: options.run.clone(),
        attempt: options.attempt,
        version: options.version.clone(),
        revision: options.commit.clone().map(|commit| Revision {
            commit,
            message: message.and_then(Revision::first_line),
            branch: options.branch.clone(),
            repository: options.repository.clone(),
            url: None,
        }),
    }
}

fn show(api: &Api, answer: Value, what: &str, output: &Output) -> Result<(), Failure> {
    if output.json {
        return output.value(&answer);
    }
    let view: BuildView =
        serde_json::from_value(answer).map_err(|error| Failure::failed(&error))?;
    let version = view
        .build
        .version
        .as_ref()
        .map_or_else(String::new, |version| format!(" ({version})"));
    output.line(&format!(
        "build {} of {}{version} {what}",
        view.build.number, view.app.id
    ));
    for release in &view.releases {
        let page = api.address(&format!("/{}/{}", view.app.id, release.environment.id));
        let word = if release.current {
            "current"
        } else {
            "released"
        };
        output.line(&format!("{word} in {}: {page}", release.environment.id));
    }
    if view.releases.is_empty() {
        output.line(&api.address(&format!("/{}/builds/{}", view.app.id, view.build.id)));
    }
    Ok(())
}
