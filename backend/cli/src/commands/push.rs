//! `towpath push`: hands in a build. Its files go straight to the bucket, through links that the portal gives; the same
//! command again continues an upload that broke off.

mod files;
mod progress;
mod transfer;

use std::{path::PathBuf, time::Duration};

use api::{
    promotions::PromotionRequest,
    uploads::{UploadPlan, UploadRequest},
};
use clap::Args;
use domain::{
    causes::chain,
    event::Revision,
    id::{AppId, EnvironmentId, RunId},
    promotion::Promotion,
    view::{BuildView, TesterView},
};
use files::LocalFile;
use progress::Progress;
use serde_json::{Value, json};
use tokio::time::sleep;
use transfer::TransferError;

use crate::{
    client::Api,
    commands::promotion::{
        show::{build as named, promotion as show_promotion},
        wait::ended_well,
    },
    failure::Failure,
    output::Output,
};

/// How often to ask for new links in place of those that have expired on the way.
const ROUNDS: usize = 20;

/// How long to wait before looking first how far a registration is; then twice as long each time.
const FIRST_LOOK: Duration = Duration::from_millis(100);
/// How often to look in the end.
const LOOK: Duration = Duration::from_secs(3);
/// How many looks in a row may find no portal.
const MISSES: u32 = 20;

const EXAMPLES: &str = "Examples:
  towpath push app.apk --app wallet --environment dev
  towpath push app.apk --app wallet --environment dev --promote preprod --reason \"nightly\"
  towpath push app.apk --app wallet --promote dev --reason \"for the leads to approve\"   where dev has gates

An environment that a path enters by gates takes builds by promotion alone.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PushOptions {
    /// The files of the build: packages, and whatever belongs to them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The app
    #[arg(long)]
    app: AppId,
    /// Where to release it: where no path leads, or on a path's first step without gates [default: register it only]
    #[arg(long)]
    environment: Option<EnvironmentId>,
    /// Then ask for its promotion to this environment
    #[arg(long, value_name = "ENVIRONMENT", requires = "reason")]
    promote: Option<EnvironmentId>,
    /// Why it is promoted, for the approver and for the audit log
    #[arg(long, value_name = "WORDS", requires = "promote")]
    reason: Option<String>,
    /// The run that made it, such as github/acme/wallet/4711: one build a run and attempt
    #[arg(long)]
    run: Option<RunId>,
    /// Which try of the run
    #[arg(long)]
    attempt: Option<u32>,
    /// The version that people read; left out, what the package says
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
    let pushed = upload(api, &options, output).await?;
    let promotion = match (&options.promote, &options.reason) {
        (Some(to), Some(reason)) => Some(promote(api, &pushed.view, to, reason).await),
        _ => None,
    };
    if output.json {
        return print_json(&pushed.answer, promotion, output);
    }
    show(api, &pushed, options.environment.as_ref(), output).await?;
    tell_what_was_kept(&pushed.view, &options, output);
    match promotion {
        Some(promotion) => {
            let promotion = promotion?;
            show_promotion(api, &promotion, output)?;
            ended_well(&promotion)
        }
        None => Ok(()),
    }
}

/// A build that the portal has.
struct Pushed {
    answer: Value,
    view: BuildView,
    what: &'static str,
}

impl Pushed {
    fn read(answer: Value, what: &'static str) -> Result<Self, Failure> {
        let view =
            serde_json::from_value(answer.clone()).map_err(|error| Failure::failed(&error))?;
        Ok(Self { answer, view, what })
    }
}

async fn upload(api: &Api, options: &PushOptions, output: &Output) -> Result<Pushed, Failure> {
    let files = files::read_all(&options.files, output).await?;
    let request = request(options, &files);
    let path = format!("/api/v1/apps/{}/uploads", options.app);
    let progress = Progress::new(&files, output.is_watched());
    let mut rounds = 1..=ROUNDS;
    let mut what = "was registered before";
    loop {
        let mut plan: UploadPlan = api.post(&path, &request).await?;
        if plan.build.is_some() {
            return registered(api, plan, &progress, output, what).await;
        }
        if plan.registering.is_none() {
            match transfer::all(&api.http, &files, &plan, &progress).await {
                Ok(()) => {}
                Err(error) if error.needs_new_link() && rounds.next().is_some() => continue,
                Err(error) => {
                    progress.finish();
                    return Err(broken_off(&error));
                }
            }
            let complete = format!("/api/v1/uploads/{}/complete", plan.id);
            plan = api.post(&complete, &json!({})).await?;
        }
        what = "is registered";
        let pushed = registered(api, plan, &progress, output, what).await?;
        // The same files may have been on their way to another environment: asked for again, the build is released here, too.
        if options
            .environment
            .as_ref()
            .is_none_or(|to| is_released(&pushed.view, to))
        {
            return Ok(pushed);
        }
    }
}

fn broken_off(error: &TransferError) -> Failure {
    let advice = if error.is_of_the_file() {
        "Push it again when nothing writes to it any more"
    } else {
        "Run the same command again: it continues"
    };
    Failure::Failed(format!("the upload broke off: {}. {advice}", chain(error)))
}

/// Waits until the build of an upload is registered.
async fn registered(
    api: &Api,
    mut plan: UploadPlan,
    progress: &Progress,
    output: &Output,
    what: &'static str,
) -> Result<Pushed, Failure> {
    let path = format!("/api/v1/uploads/{}", plan.id);
    let mut pause = FIRST_LOOK;
    let mut misses = 0;
    let mut told = None;
    loop {
        if let Some(build) = &plan.build {
            progress.finish();
            let build = format!("/api/v1/builds/{build}");
            let answer = api.get(&build, &Vec::new()).await?;
            return Pushed::read(answer, what);
        }
        let Some(registering) = &plan.registering else {
            progress.finish();
            return Err(not_registered(plan.failed));
        };
        progress.registering(registering);
        // Nobody watches a bar in a log: there, what keeps the build waiting is said once.
        if told != registering.last_error && !output.is_watched() {
            if let Some(why) = &registering.last_error {
                output.note(&format!(
                    "the build is not registered yet, and it is tried again: {why}"
                ));
            }
            told.clone_from(&registering.last_error);
        }
        sleep(pause).await;
        pause = (pause * 2).min(LOOK);
        match api.get(&path, &Vec::new()).await {
            Ok(next) => (plan, misses) = (next, 0),
            // The portal goes on, whether or not it can be asked now.
            Err(Failure::Failed(_) | Failure::Unreachable(_)) if misses < MISSES => misses += 1,
            Err(Failure::Unreachable(why)) => {
                progress.finish();
                return Err(Failure::Unreachable(format!(
                    "{why}. All files have arrived, and the portal goes on with them: run the same command again to see what became of them"
                )));
            }
            Err(failure) => {
                progress.finish();
                return Err(failure);
            }
        }
    }
}

fn not_registered(why: Option<String>) -> Failure {
    match why {
        Some(why) => Failure::Refused(why),
        None => Failure::Failed(
            "the upload waits for files again. Run the same command again: it continues".to_owned(),
        ),
    }
}

async fn promote(
    api: &Api,
    view: &BuildView,
    to: &EnvironmentId,
    reason: &str,
) -> Result<Promotion, Failure> {
    let request = PromotionRequest {
        build: view.build.id.clone(),
        to: to.clone(),
        reason: reason.to_owned(),
        bypass: None,
    };
    api.post("/api/v1/promotions", &request).await
}

/// The build, and the promotion that was asked for. That it was refused is told after the build, which is there all the same.
fn print_json(
    build: &Value,
    promotion: Option<Result<Promotion, Failure>>,
    output: &Output,
) -> Result<(), Failure> {
    let Some(promotion) = promotion else {
        return output.value(build);
    };
    match promotion {
        Ok(promotion) => {
            output.value(&json!({"build": build, "promotion": promotion}))?;
            ended_well(&promotion)
        }
        Err(failure) => {
            output.value(&json!({"build": build, "promotion": null}))?;
            Err(failure)
        }
    }
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

async fn show(
    api: &Api,
    Pushed { view, what, .. }: &Pushed,
    environment: Option<&EnvironmentId>,
    output: &Output,
) -> Result<(), Failure> {
    let (app, number) = (&view.app.id, view.build.number);
    let version = view.build.version.as_ref();
    let version = version.map_or_else(String::new, |version| format!(" ({version})"));
    output.line(&format!("build {number} of {app}{version} {what}"));
    for release in &view.releases {
        let page = api.address(&format!("/{app}/{}", release.environment.id));
        let word = if release.current {
            "current"
        } else {
            "released"
        };
        output.line(&format!("{word} in {}: {page}", release.environment.id));
    }
    if view.releases.is_empty() {
        output.line(&api.address(&format!("/{app}/builds/{}", view.build.id)));
    }
    match environment.filter(|environment| !is_current(view, environment)) {
        Some(environment) => tell_what_is_served(api, view, environment, output).await,
        None => Ok(()),
    }
}

/// That the build has another commit or version than the push says: what was registered first, or is proven, stays.
fn tell_what_was_kept(view: &BuildView, options: &PushOptions, output: &Output) {
    let build = &view.build;
    let commit = build.revision.as_ref().map(|revision| &revision.commit);
    let facts = [
        ("commit", options.commit.as_ref(), commit),
        ("version", options.version.as_ref(), build.version.as_ref()),
    ];
    for (what, said, kept) in facts {
        if let Some(said) = said.filter(|said| kept != Some(*said)) {
            let kept = kept.map_or("none", String::as_str);
            let number = build.number;
            output.note(&format!(
                "build {number} keeps the {what} that it was registered with ({kept}): {said} is not noted"
            ));
        }
    }
}

fn is_released(view: &BuildView, environment: &EnvironmentId) -> bool {
    let mut releases = view.releases.iter();
    releases.any(|release| release.environment.id == *environment)
}

fn is_current(view: &BuildView, environment: &EnvironmentId) -> bool {
    let mut releases = view.releases.iter();
    releases.any(|release| release.current && release.environment.id == *environment)
}

/// What testers get where it is not what was pushed: a build that was registered before stays where it was, and of two
/// that are pushed at once one is released after the other.
async fn tell_what_is_served(
    api: &Api,
    view: &BuildView,
    environment: &EnvironmentId,
    output: &Output,
) -> Result<(), Failure> {
    let path = format!("/api/v1/apps/{}/environments/{environment}", view.app.id);
    let served: TesterView = api.get(&path, &Vec::new()).await?;
    output.note(&match (&served.current, &served.withdrawn) {
        (Some(current), _) => {
            let release = &current.release;
            let newest = named(release.number, release.version.as_deref());
            let why = if is_released(view, environment) {
                "which was released there after this build. Pushing it again releases it no more"
            } else {
                "and this build was not released there"
            };
            format!("{environment} serves {newest}, {why}")
        }
        (None, Some(gone)) => format!(
            "{environment} serves nothing, since build {} was withdrawn: {}",
            gone.number, gone.hold.reason
        ),
        (None, None) => format!("{environment} serves nothing"),
    });
    Ok(())
}
