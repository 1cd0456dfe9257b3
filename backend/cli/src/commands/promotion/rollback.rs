//! `towpath rollback`: takes an environment back to an earlier build.

use api::promotions::RollbackRequest;
use clap::Args;
use domain::{
    id::{AppId, BuildId, EnvironmentId},
    promotion::Promotion,
};
use http::StatusCode;

use super::{bypass::BypassOptions, promote::asked, wait::WaitOptions};
use crate::{client::Api, failure::Failure, output::Output};

const EXAMPLES: &str = "Examples:
  towpath rollback --app wallet --environment prod --reason \"payments fail\"
  towpath rollback --app wallet --environment prod --build 01K9QF3ZP4R7XW0B2N6YDC8HJM --reason \"payments fail\" --withdraw --wait

A rollback holds automatic promotion into the environment, until `towpath lift <environment> --app <app> --automatic`.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RollbackOptions {
    /// The app
    #[arg(long)]
    app: AppId,
    /// The environment
    #[arg(long)]
    environment: EnvironmentId,
    /// The build to go back to [default: the one that was there before]
    #[arg(long)]
    build: Option<BuildId>,
    /// Why
    #[arg(long, value_name = "WORDS")]
    reason: String,
    /// Withdraw the build that is left behind, before the earlier one is released
    #[arg(long)]
    withdraw: bool,
    #[command(flatten)]
    bypass: BypassOptions,
    #[command(flatten)]
    wait: WaitOptions,
}

pub(crate) async fn rollback(
    api: &Api,
    options: &RollbackOptions,
    output: &Output,
) -> Result<(), Failure> {
    let RollbackOptions {
        app, environment, ..
    } = options;
    let request = RollbackRequest {
        build: options.build.clone(),
        reason: options.reason.clone(),
        withdraw: options.withdraw,
        bypass: options.bypass.wanted(),
    };
    let path = format!("/api/v1/apps/{app}/environments/{environment}/rollback");
    let answer = api.tell(&path, &request).await?;
    let before = answer.status() == StatusCode::OK;
    let promotion: Promotion = api.json(answer).await?;
    asked(api, &promotion, before, &options.wait, output).await
}
