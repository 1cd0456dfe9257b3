//! What a `CodePipeline` event says beside its state.

use domain::{
    event::{Facts, Revision, StepDetail, Trigger},
    json,
};

use super::Level;
use crate::fields::{Fields, link, words};

/// The longest summary that is kept, in characters: an event should stay under one write unit.
const SUMMARY: usize = 500;

/// The longest name that is kept, in characters.
const NAME: usize = 200;

/// The longest commit or other version that is kept, in characters.
const VERSION: usize = 128;

pub(super) fn facts(whole: &Fields<'_>, detail: &Fields<'_>, level: Level) -> Facts {
    Facts {
        // A stage's event repeats the start of the whole execution; its own start is the time of its STARTED event.
        started_at: (level != Level::Stage)
            .then(|| detail.time("start-time"))
            .flatten(),
        trigger: trigger(detail),
        revision: trigger_revision(detail)
            .or_else(|| source_revision(detail))
            .or_else(|| notified_revision(whole)),
        detail: step_detail(whole, detail),
        parent: None,
    }
}

/// `Source`, `Build`, `Approval`, …
pub(super) fn category<'a>(detail: &Fields<'a>) -> Option<&'a str> {
    detail.object("type")?.text("category")
}

/// Either a type with a principal's ARN, or, from a Git trigger, a provider with the commit's author.
fn trigger(detail: &Fields<'_>) -> Option<Trigger> {
    let trigger = detail.object("execution-trigger")?;
    let kind = trigger
        .text("trigger-type")
        .or_else(|| trigger.text("provider-type"))?;
    let by = trigger
        .text("trigger-detail")
        .or_else(|| trigger.text("author-display-name"))
        .or_else(|| trigger.text("author-id"));
    Some(Trigger {
        kind: words(kind, NAME)?,
        by: by.and_then(|by| words(by, NAME)),
    })
}

/// The commit that a Git trigger saw.
fn trigger_revision(detail: &Fields<'_>) -> Option<Revision> {
    let trigger = detail.object("execution-trigger")?;
    Some(Revision {
        commit: words(trigger.text("commit-id")?, VERSION)?,
        message: trigger
            .text("commit-message")
            .and_then(Revision::first_line),
        branch: trigger
            .text("branch-name")
            .or_else(|| trigger.text("tag-name"))
            .and_then(|branch| words(branch, NAME)),
        repository: trigger
            .text("full-repository-name")
            .and_then(|repository| words(repository, NAME)),
        url: None,
    })
}

/// What a source action fetched: a commit, the version of an S3 object, or an image's digest.
fn source_revision(detail: &Fields<'_>) -> Option<Revision> {
    if category(detail) != Some("Source") || detail.text("state") != Some("SUCCEEDED") {
        return None;
    }
    let result = detail.object("execution-result")?;
    fetched(
        result.text("external-execution-id")?,
        result.text("external-execution-summary"),
        result.text("external-execution-url"),
    )
}

/// What a source action of `CodePipeline` fetched, by what it says of it.
pub fn fetched(id: &str, summary: Option<&str>, url: Option<&str>) -> Option<Revision> {
    Some(Revision {
        commit: words(id, VERSION)?,
        message: summary.and_then(|summary| Revision::first_line(&message(summary))),
        branch: None,
        repository: None,
        url: url.and_then(link),
    })
}

/// What `CodeStar` Notifications adds about the source actions.
fn notified_revision(whole: &Fields<'_>) -> Option<Revision> {
    let attributes = whole.object("additionalAttributes")?;
    let actions = attributes.objects("sourceActions");
    let variables = actions
        .iter()
        .find_map(|action| action.object("sourceActionVariables"))?;
    Some(Revision {
        commit: words(variables.text("CommitId")?, VERSION)?,
        message: variables
            .text("CommitMessage")
            .and_then(Revision::first_line),
        branch: variables
            .text("BranchName")
            .and_then(|branch| words(branch, NAME)),
        repository: variables
            .text("FullRepositoryName")
            .or_else(|| variables.text("RepositoryName"))
            .and_then(|repository| words(repository, NAME)),
        url: None,
    })
}

fn step_detail(whole: &Fields<'_>, detail: &Fields<'_>) -> Option<StepDetail> {
    let kind = detail.object("type");
    let result = detail.object("execution-result");
    let of_kind = |name| words(kind.as_ref()?.text(name)?, NAME);
    let of_result = |name| result.as_ref()?.text(name);
    let told = StepDetail {
        category: of_kind("category"),
        provider: of_kind("provider"),
        summary: of_result("external-execution-summary")
            .map(message)
            .or_else(|| {
                detail
                    .text("stop-execution-comments")
                    .map(ToOwned::to_owned)
            })
            .or_else(|| notified_failure(whole))
            .and_then(|summary| words(&summary, SUMMARY)),
        error_code: of_result("error-code").and_then(|code| words(code, NAME)),
        url: of_result("external-execution-url").and_then(link),
        external_id: of_result("external-execution-id").and_then(|id| words(id, NAME)),
    };
    (told != StepDetail::default()).then_some(told)
}

/// The reason that `CodeStar` Notifications adds, of an action or of the failed actions of a stage.
fn notified_failure(whole: &Fields<'_>) -> Option<String> {
    let attributes = whole.object("additionalAttributes")?;
    if let Some(text) = attributes.text("additionalInformation") {
        return Some(text.to_owned());
    }
    let actions = attributes.objects("failedActions");
    let reasons: Vec<String> = actions
        .iter()
        .filter_map(|action| {
            let reason = action.text("additionalInformation")?;
            Some(format!("{}: {reason}", action.text("action")?))
        })
        .collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// A source action's summary. One through a connection is JSON: `{"ProviderType":"GitHub","CommitMessage":"…"}`.
fn message(summary: &str) -> String {
    json::value(summary.as_bytes())
        .ok()
        .and_then(|value| Some(value.get("CommitMessage")?.as_str()?.to_owned()))
        .unwrap_or_else(|| summary.to_owned())
}
