//! `towpath promote`: asks for a build's release in the next environment of its path.

use api::promotions::PromotionRequest;
use clap::Args;
use domain::{id::EnvironmentId, promotion::Promotion};
use http::StatusCode;

use super::{
    bypass::BypassOptions,
    look, show,
    wait::{WaitOptions, ended_well},
};
use crate::{
    client::Api,
    commands::build_name::{self, BuildName},
    failure::Failure,
    output::Output,
};

const EXAMPLES: &str = "Examples:
  towpath promote wallet/dev --to preprod --reason \"tested on four phones\"
  towpath promote wallet/dev --to preprod --check
  towpath promote 01K9QF3ZP4R7XW0B2N6YDC8HJM --to prod --reason \"release 5.2\" --wait
  towpath promote wallet/preprod --to prod --reason hotfix --bypass approvals,soak --bypass-reason \"sign-in is down\"

Asking again for what is open gives the same promotion. What is refused is refused for all reasons at once.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PromoteOptions {
    #[arg(value_name = "BUILD", value_parser = build_name::parse, help = build_name::HELP)]
    build: BuildName,
    /// Where to
    #[arg(long, value_name = "ENVIRONMENT")]
    to: EnvironmentId,
    /// Why, for the approver and for the audit log
    #[arg(long, value_name = "WORDS", required_unless_present = "check")]
    reason: Option<String>,
    /// Ask for nothing: show every gate's present answer and what would be refused
    #[arg(long, conflicts_with_all = ["bypass", "wait"])]
    check: bool,
    #[command(flatten)]
    bypass: BypassOptions,
    #[command(flatten)]
    wait: WaitOptions,
}

pub(crate) async fn promote(
    api: &Api,
    options: &PromoteOptions,
    output: &Output,
) -> Result<(), Failure> {
    let build = options.build.find(api).await?;
    let Some(reason) = options.reason.clone().filter(|_| !options.check) else {
        return look::options(api, &build, &options.to, output).await;
    };
    let request = PromotionRequest {
        build,
        to: options.to.clone(),
        reason,
        bypass: options.bypass.wanted(),
    };
    let answer = api.tell("/api/v1/promotions", &request).await?;
    let before = answer.status() == StatusCode::OK;
    let promotion: Promotion = api.json(answer).await?;
    asked(api, &promotion, before, &options.wait, output).await
}

/// Shows what was asked for, now or before, and follows it where that is wanted.
pub(super) async fn asked(
    api: &Api,
    promotion: &Promotion,
    before: bool,
    wait: &WaitOptions,
    output: &Output,
) -> Result<(), Failure> {
    if before {
        output.note(&format!(
            "{} had asked for this before",
            promotion.requested_by.name
        ));
    }
    if let Some(patience) = wait.patience() {
        return super::wait::until_over(api, promotion, patience, output).await;
    }
    show::promotion(api, promotion, output)?;
    ended_well(promotion)
}
