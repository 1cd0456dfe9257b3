//! Looking before asking: where a build may go. And looking after: one promotion.

use domain::{
    id::{BuildId, EnvironmentId, PromotionId},
    view::{BuildOptions, CanApprove, PromotionView},
    words::{all_of, any_of, count},
};

use super::show;
use crate::{client::Api, failure::Failure, output::Output};

/// Shows whether a build may go somewhere; refused, as asking for it would be.
pub(super) async fn options(
    api: &Api,
    build: &BuildId,
    to: &EnvironmentId,
    output: &Output,
) -> Result<(), Failure> {
    let path = format!("/api/v1/builds/{build}/options");
    let options: BuildOptions = api.get(&path, &Vec::new()).await?;
    let steps: Vec<String> = options
        .steps
        .iter()
        .map(|step| step.environment.id.to_string())
        .collect();
    let step = options
        .steps
        .into_iter()
        .find(|step| step.environment.id == *to);
    let Some(step) = step else {
        return Err(Failure::Refused(if steps.is_empty() {
            "this build's app has no path: write one into towpath.toml".to_owned()
        } else {
            format!(
                "{to} is not on this build's path, which is {}",
                steps.join(", ")
            )
        }));
    };
    if output.json {
        output.value(&step)?;
    } else {
        show::gates(&step.gates, output);
    }
    if let Some(open) = step.open {
        output.note(&format!(
            "{} is on its way there: promotion {}",
            show::build(open.number, open.version.as_deref()),
            open.id
        ));
    }
    if step.way.is_none() {
        return Err(Failure::Refused(format!("{to} serves this build already")));
    }
    if step.refusals.is_empty() {
        output.note(&format!(
            "it can be asked for: `towpath promote {build} --to {to} --reason <words>`"
        ));
        return Ok(());
    }
    Err(Failure::Declined {
        detail: format!(
            "asking for it would be refused for {}",
            count(step.refusals.len(), "reason")
        ),
        refusals: step.refusals,
    })
}

/// Shows one promotion.
pub(super) async fn promotion(api: &Api, id: &PromotionId, output: &Output) -> Result<(), Failure> {
    let path = format!("/api/v1/promotions/{id}");
    let view: PromotionView = api.get(&path, &Vec::new()).await?;
    if output.json {
        return output.value(&view);
    }
    let promotion = &view.promotion;
    show::promotion(api, promotion, output)?;
    output.line(&format!("build      {}", promotion.build));
    output.line(&format!("digest     {}", promotion.digest));
    output.line(&format!(
        "asked by   {}: {}",
        promotion.requested_by.name, promotion.reason
    ));
    for approval in &promotion.approvals {
        let comment = approval.comment.as_deref().unwrap_or("no comment");
        output.line(&format!("approved   {}: {comment}", approval.by.name));
    }
    if !view.asked.is_empty() {
        let CanApprove { names, others } = &view.approvers;
        let mut names = names.clone();
        if *others > 0 {
            names.push(count(*others, "other"));
        }
        let who = if names.is_empty() {
            format!(
                "nobody else of {} who has signed in lately",
                any_of(&view.asked)
            )
        } else {
            all_of(&names)
        };
        output.line(&format!("can approve {who}"));
    }
    if let Some(why) = &view.cannot_approve {
        output.note(&format!("you cannot approve it: {why}"));
    }
    if let Some(bypass) = &promotion.bypass {
        let gates: Vec<&str> = bypass.gates.iter().map(|gate| gate.word()).collect();
        output.line(&format!(
            "bypass     {}: {}",
            gates.join(", "),
            bypass.reason
        ));
    }
    if let Some(run) = &promotion.run {
        output.line(&format!(
            "run        {}",
            api.address(&format!("/runs/{run}"))
        ));
    }
    if view.may.abandon && promotion.last_error.is_some() {
        output.note(&format!(
            "you may end it: `towpath abandon {} --reason <words>`",
            promotion.id
        ));
    }
    if view.may.approve {
        output.note(&format!(
            "it waits for you: `towpath approve {}`",
            promotion.id
        ));
    }
    Ok(())
}
