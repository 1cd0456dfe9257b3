//! `towpath withdraw` and `restore`: taking a build back from everyone, and giving it out again.

use clap::Args;
use domain::view::BuildView;
use serde_json::{Value, json};

use super::build_name::{self, BuildName};
use crate::{client::Api, failure::Failure, output::Output};

const EXAMPLES: &str = "Examples:
  towpath withdraw wallet/prod --reason \"loses drafts\"
  towpath restore 01K9QF3ZP4R7XW0B2N6YDC8HJM --reason \"the finding was wrong\"

Nobody gets a withdrawn build any more, and it is promoted nowhere. Where it was current, nothing is served until another
build is released: towpath rollback goes back to the one before, and where no path leads, pushing that again does. What is
withdrawn has no place to be named by: restore takes its identifier.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WithdrawalOptions {
    #[arg(value_name = "BUILD", value_parser = build_name::parse, help = build_name::HELP)]
    build: BuildName,
    /// Why, for anyone who opens its page
    #[arg(long, value_name = "WORDS")]
    reason: String,
}

pub(crate) async fn withdraw(
    api: &Api,
    options: &WithdrawalOptions,
    output: &Output,
) -> Result<(), Failure> {
    let build = options.build.find(api).await?;
    let path = format!("/api/v1/builds/{build}");
    let body = json!({"reason": options.reason});
    let answer: Value = api.post(&format!("{path}/withdraw"), &body).await?;
    if output.json {
        return output.value(&answer);
    }
    let view: BuildView = api.get(&path, &Vec::new()).await?;
    let name = format!("build {} of {}", view.build.number, view.app.id);
    if answer["already"].as_bool().unwrap_or_default() {
        let reason = answer["hold"]["reason"].as_str().unwrap_or_default();
        output.line(&format!("{name} had been withdrawn before: {reason}"));
    } else {
        output.line(&format!("{name} is withdrawn: nobody gets it any more"));
    }
    output.line(&format!(
        "give it out again with `towpath restore {build} --reason <words>`"
    ));
    Ok(())
}

pub(crate) async fn restore(
    api: &Api,
    options: &WithdrawalOptions,
    output: &Output,
) -> Result<(), Failure> {
    let build = options.build.find(api).await?;
    let path = format!("/api/v1/builds/{build}/restore");
    let view: BuildView = api.post(&path, &json!({"reason": options.reason})).await?;
    if output.json {
        return output.value(&view);
    }
    output.line(&format!(
        "build {} of {} is given out again",
        view.build.number, view.app.id
    ));
    for environment in &view.held_in {
        output.note(&format!(
            "{environment} is held: it serves the build again once that is lifted"
        ));
    }
    Ok(())
}
