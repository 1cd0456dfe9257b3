//! Runs of workflows.

use domain::{
    Timestamp,
    event::{Event, Facts, Revision, StepDetail, Trigger},
    id::EventId,
};

use super::{LONGEST_NAME, PROVIDER, Repository, attempt, identifier, status};
use crate::{
    error::Error,
    fields::{Fields, link, words},
};

/// Where workflows lie in their repository.
const FOLDER: &str = ".github/workflows/";

/// The most pull requests that are named.
const MOST_REQUESTS: usize = 5;

pub(super) fn read(
    whole: &Fields<'_>,
    repository: &Repository<'_>,
    id: EventId,
    received_at: Timestamp,
) -> Result<Event, Error> {
    let run = whole.required_object("workflow_run")?;
    let (status, raw_status) = status(&run)?;
    let occurred_at = run.required_time("updated_at")?;
    Ok(Event {
        id,
        run: repository.run(identifier(&run, "id")?)?,
        step: None,
        pipeline: repository.workflow(file(whole, &run)?),
        occurred_at,
        received_at,
        attempt: attempt(&run),
        ordinal: Event::clock_ordinal(occurred_at, received_at),
        status,
        raw_status,
        facts: facts(&run, repository),
    })
}

/// The file that holds the workflow. A workflow's name is no identity: it can be the title of a pull request. One that
/// GitHub itself made has a path outside of the folder.
fn file<'a>(whole: &Fields<'a>, run: &Fields<'a>) -> Result<&'a str, Error> {
    let path = run
        .text("path")
        .or_else(|| whole.object("workflow")?.text("path"))
        .ok_or_else(|| Error::Missing {
            field: run.path("path"),
        })?;
    // A path can be followed by what it was read at: `…/release.yml@refs/heads/main`.
    let path = path.split_once('@').map_or(path, |(path, _)| path);
    let file = path.strip_prefix(FOLDER).unwrap_or(path);
    if file.is_empty() {
        let expected = "the file of a workflow";
        return Err(Error::invalid(run.path("path"), path, expected));
    }
    Ok(file)
}

fn facts(run: &Fields<'_>, repository: &Repository<'_>) -> Facts {
    Facts {
        started_at: run
            .time("run_started_at")
            .or_else(|| run.time("created_at")),
        trigger: trigger(run),
        revision: revision(run, repository),
        detail: Some(StepDetail {
            category: None,
            provider: Some(PROVIDER.to_owned()),
            summary: pull_requests(run),
            error_code: None,
            url: run.text("html_url").and_then(link),
            external_id: run
                .whole_number("run_number")
                .map(|number| format!("#{number}")),
        }),
        parent: None,
    }
}

/// Who runs it again is behind the run from then on.
fn trigger(run: &Fields<'_>) -> Option<Trigger> {
    let login = |name| words(run.object(name)?.text("login")?, LONGEST_NAME);
    Some(Trigger {
        kind: words(run.text("event")?, LONGEST_NAME)?,
        by: login("triggering_actor").or_else(|| login("actor")),
    })
}

fn revision(run: &Fields<'_>, repository: &Repository<'_>) -> Option<Revision> {
    let commit = run.text("head_sha")?;
    let hexadecimal = commit.bytes().all(|b| b.is_ascii_hexdigit());
    let page = repository.url.as_ref().filter(|_| hexadecimal);
    Some(Revision {
        commit: words(commit, 128)?,
        message: run
            .object("head_commit")
            .and_then(|commit| commit.text("message"))
            .and_then(Revision::first_line),
        branch: run
            .text("head_branch")
            .and_then(|branch| words(branch, LONGEST_NAME)),
        repository: Some(repository.full_name()),
        url: page.map(|page| format!("{page}/commit/{commit}")),
    })
}

/// None are named for a run of a fork's.
fn pull_requests(run: &Fields<'_>) -> Option<String> {
    let numbers: Vec<String> = run
        .objects("pull_requests")
        .iter()
        .take(MOST_REQUESTS)
        .filter_map(|request| request.whole_number("number"))
        .map(|number| format!("#{number}"))
        .collect();
    match numbers.as_slice() {
        [] => None,
        [one] => Some(format!("pull request {one}")),
        several => Some(format!("pull requests {}", several.join(", "))),
    }
}
