//! `towpath waiting` and `towpath promotions`: what waits for you, what is under way, and what was.

use clap::Args;
use domain::{
    id::{AppId, EnvironmentId, PromotionId},
    page::Page,
    promotion::Promotion,
    view::{PromotionBrief, PromotionsView},
};
use serde_json::Value;

use super::{look, show};
use crate::{
    client::Api,
    commands::{ListOptions, ago},
    failure::Failure,
    output::{Output, Table},
};

const EXAMPLES: &str = "Examples:
  towpath promotions                                  every one that is not over
  towpath promotions 01K9QG7MZJ8VQ3N5T0XKBR2D4E       one, with its gates
  towpath promotions --app wallet --environment prod  all there were, newest first";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PromotionsOptions {
    /// One promotion, with its gates
    #[arg(value_name = "PROMOTION", conflicts_with_all = ["app", "environment", "limit", "cursor"])]
    id: Option<PromotionId>,
    /// All promotions of this app, over or not
    #[arg(long, requires = "environment")]
    app: Option<AppId>,
    /// Into this environment
    #[arg(long, requires = "app")]
    environment: Option<EnvironmentId>,
    #[command(flatten)]
    list: ListOptions,
}

pub(crate) async fn promotions(
    api: &Api,
    options: &PromotionsOptions,
    output: &Output,
) -> Result<(), Failure> {
    if let Some(id) = &options.id {
        return look::promotion(api, id, output).await;
    }
    if let (Some(app), Some(environment)) = (&options.app, &options.environment) {
        let path = format!("/api/v1/apps/{app}/environments/{environment}/promotions");
        return history(api, &path, &options.list, output).await;
    }
    let (answer, view) = open(api).await?;
    if output.json {
        return output.value(&answer);
    }
    let all: Vec<Promotion> = [view.waiting_for_you, view.others].concat();
    list_open(&all, "no promotion is open", output);
    Ok(())
}

/// Promotions that wait for the caller.
pub(crate) async fn waiting(api: &Api, output: &Output) -> Result<(), Failure> {
    let (answer, view) = open(api).await?;
    if output.json {
        return output.value(&answer["waiting_for_you"]);
    }
    let me: Value = api.get("/api/v1/me", &Vec::new()).await?;
    let nothing = match me["actor"]["kind"].as_str() {
        Some("token" | "machine") => {
            "nothing waits for a token, which decides on no promotion: sign in, and look at /promotions"
        }
        _ => "nothing waits for you",
    };
    list_open(&view.waiting_for_you, nothing, output);
    Ok(())
}

async fn open(api: &Api) -> Result<(Value, PromotionsView), Failure> {
    let answer: Value = api.get("/api/v1/promotions", &Vec::new()).await?;
    let view = serde_json::from_value(answer.clone()).map_err(|error| Failure::failed(&error))?;
    Ok((answer, view))
}

fn list_open(promotions: &[Promotion], none: &str, output: &Output) {
    if promotions.is_empty() {
        output.note(none);
        return;
    }
    let mut table = Table::new(&[
        "app",
        "build",
        "to",
        "state",
        "asked by",
        "asked",
        "waits for",
        "promotion",
    ]);
    for promotion in promotions {
        table.row([
            (promotion.app.to_string(), None),
            (promotion.number.to_string(), None),
            (promotion.to.to_string(), None),
            (
                promotion.state.word().to_owned(),
                show::colour(&promotion.state),
            ),
            (promotion.requested_by.name.clone(), None),
            (ago(promotion.requested_at), None),
            (show::waits_for(promotion), None),
            (promotion.id.to_string(), None),
        ]);
    }
    output.table(&table);
}

async fn history(
    api: &Api,
    path: &str,
    list: &ListOptions,
    output: &Output,
) -> Result<(), Failure> {
    let answer: Value = api.get(path, &list.query()).await?;
    if output.json {
        return output.value(&answer);
    }
    let page: Page<PromotionBrief> =
        serde_json::from_value(answer).map_err(|error| Failure::failed(&error))?;
    if page.items.is_empty() {
        output.note("no promotion was asked for yet");
        return Ok(());
    }
    let mut table = Table::new(&["build", "state", "asked by", "asked", "reason", "promotion"]);
    for brief in &page.items {
        table.row([
            (brief.number.to_string(), None),
            (brief.state.word().to_owned(), show::colour(&brief.state)),
            (brief.requested_by.name.clone(), None),
            (ago(brief.requested_at), None),
            (brief.reason.clone(), None),
            (brief.id.to_string(), None),
        ]);
    }
    output.table(&table);
    if let Some(next) = page.next {
        output.note(&format!("more: --cursor {next}"));
    }
    Ok(())
}
