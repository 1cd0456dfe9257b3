//! `towpath approve`, `reject`, `cancel` and `abandon`: what people say to a promotion.

use clap::Args;
use domain::{digest::Digest, id::PromotionId, promotion::Promotion, view::PromotionView};
use serde_json::json;

use super::show;
use crate::{client::Api, failure::Failure, output::Output};

const EXAMPLES: &str = "Examples:
  towpath approve 01K9QG7MZJ8VQ3N5T0XKBR2D4E --comment \"tested on four phones\"
  towpath approve 01K9QG7MZJ8VQ3N5T0XKBR2D4E --digest sha256:9f2b...   only if these are the bytes";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ApproveOptions {
    /// The promotion
    #[arg(value_name = "PROMOTION")]
    id: PromotionId,
    /// What to say to it
    #[arg(long, value_name = "WORDS")]
    comment: Option<String>,
    /// The digest of the bytes that you looked at; refused if the build has others [default: the promotion's own]
    #[arg(long)]
    digest: Option<Digest>,
}

#[derive(Args)]
pub(crate) struct ReasonOptions {
    /// The promotion
    #[arg(value_name = "PROMOTION")]
    id: PromotionId,
    /// Why
    #[arg(long, value_name = "WORDS")]
    reason: String,
}

pub(crate) async fn approve(
    api: &Api,
    options: &ApproveOptions,
    output: &Output,
) -> Result<(), Failure> {
    let path = format!("/api/v1/promotions/{}", options.id);
    let digest = if let Some(digest) = options.digest {
        digest
    } else {
        let view: PromotionView = api.get(&path, &Vec::new()).await?;
        view.promotion.digest
    };
    let body = json!({"digest": digest, "comment": options.comment});
    let promotion: Promotion = api.post(&format!("{path}/approve"), &body).await?;
    output.note(&format!("approved the bytes {digest}"));
    show::promotion(api, &promotion, output)
}

pub(crate) async fn reject(
    api: &Api,
    options: &ReasonOptions,
    output: &Output,
) -> Result<(), Failure> {
    end(api, options, "reject", output).await
}

pub(crate) async fn cancel(
    api: &Api,
    options: &ReasonOptions,
    output: &Output,
) -> Result<(), Failure> {
    end(api, options, "cancel", output).await
}

pub(crate) async fn abandon(
    api: &Api,
    options: &ReasonOptions,
    output: &Output,
) -> Result<(), Failure> {
    end(api, options, "abandon", output).await
}

async fn end(
    api: &Api,
    ReasonOptions { id, reason }: &ReasonOptions,
    verb: &str,
    output: &Output,
) -> Result<(), Failure> {
    let path = format!("/api/v1/promotions/{id}/{verb}");
    let promotion: Promotion = api.post(&path, &json!({"reason": reason})).await?;
    show::promotion(api, &promotion, output)
}
