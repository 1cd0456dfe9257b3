//! What a token of GitHub Actions says. Each claim is a text, also the numbers.

use domain::{work::Work, workload::NEVER_TRUSTED};

use super::{Definition, JobClaims, defined_in, page, run, short};
use crate::workload::claims::Claims;

pub(super) fn read(issuer: &str, claims: &Claims) -> JobClaims {
    let host = host(issuer);
    let text = |name| claims.text(name);
    let (id, git_ref) = (text("repository_id"), text("ref"));
    let (repository, commit) = (text("repository"), text("sha"));
    let attempt = text("run_attempt").and_then(|attempt| attempt.parse().ok());
    let run_id = text("run_id");
    JobClaims {
        untrusted: untrusted(claims),
        within: text("environment").into_iter().collect(),
        workflow: workflow(claims, repository.as_deref()),
        event: text("event_name"),
        origin: None,
        work: Work {
            run: run(&[
                Some("github"),
                Some(&host),
                id.as_deref(),
                run_id.as_deref(),
            ]),
            attempt,
            branch: short(git_ref.as_deref()),
            url: page(&host, repository.as_deref(), "commit", commit.as_deref()),
            commit,
            repository,
        },
        id,
        git_ref,
    }
}

/// The file of the workflow that was started. A workflow that it calls is named by `job_workflow_ref` alone, and does not count:
/// it has the rights of its caller.
fn workflow(claims: &Claims, repository: Option<&str>) -> Option<Definition> {
    let address = claims.text("workflow_ref")?;
    defined_in(&address, &format!("{}/.github/workflows/", repository?))
}

/// Such a run has the ref of the branch that is asked to take something in, and may well have checked out what a stranger
/// asks it to take in.
fn untrusted(claims: &Claims) -> Option<&'static str> {
    let event = claims.text("event_name");
    (event.as_deref() == Some(NEVER_TRUSTED)).then_some(
        "a workflow that runs on pull_request_target is no workload, since it can be made to run a stranger's code: \
         run it on push",
    )
}

/// The host that the repositories are on, as the endpoint of its webhooks names it.
fn host(issuer: &str) -> String {
    if issuer == "token.actions.githubusercontent.com" {
        return "github.com".to_owned();
    }
    // An enterprise with data residency: token.actions.octocorp.ghe.com
    issuer
        .strip_prefix("token.actions.")
        .unwrap_or(issuer)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn sample() -> Value {
        serde_json::from_str(include_str!("samples/github.json")).unwrap()
    }

    fn said(issuer: &str, claims: Value) -> JobClaims {
        read(issuer, &serde_json::from_value(claims).unwrap())
    }

    #[test]
    fn a_job_says_its_repository_its_ref_and_its_run() {
        let said = said("token.actions.githubusercontent.com", sample());
        assert_eq!(said.id.as_deref(), Some("74"));
        assert_eq!(said.git_ref.as_deref(), Some("refs/heads/main"));
        assert_eq!(said.within, ["prod"]);
        assert_eq!(said.untrusted, None);
        assert_eq!(said.event.as_deref(), Some("workflow_dispatch"));
        let work = said.work;
        assert_eq!(
            work.run.unwrap().to_string(),
            "github/github.com/74/1658821493"
        );
        assert_eq!(work.attempt, Some(2));
        assert_eq!(work.branch.as_deref(), Some("main"));
        assert_eq!(work.repository.as_deref(), Some("octo-org/octo-repo"));
        assert_eq!(
            work.url.as_deref(),
            Some(
                "https://github.com/octo-org/octo-repo/commit/6dcb09b5b57875f334f61aebed695e2e4193db5e"
            )
        );
    }

    #[test]
    fn a_job_says_the_file_that_was_started_in_its_own_repository() {
        let file = |address: &str| {
            let mut claims = sample();
            claims["workflow_ref"] = json!(address);
            let said = said("token.actions.githubusercontent.com", claims);
            said.workflow.map(|it| (it.file, it.git_ref))
        };
        let release = |git_ref: &str| Some(("release.yml".to_owned(), git_ref.to_owned()));
        let own = "octo-org/octo-repo/.github/workflows/release.yml";
        assert_eq!(
            file(&format!("{own}@refs/heads/main")),
            release("refs/heads/main")
        );
        assert_eq!(
            file("Octo-Org/Octo-Repo/.github/workflows/release.yml@refs/heads/a@b"),
            release("refs/heads/a@b")
        );
        for other in [
            "octo-org/octo-repo2/.github/workflows/release.yml@refs/heads/main",
            "octo-org/octo-automation/.github/workflows/release.yml@refs/heads/main",
            "octo-org/octo-repo/release.yml@refs/heads/main",
            "octo-org/octo-repo/.github/workflows/@refs/heads/main",
            own,
            "",
        ] {
            assert_eq!(file(other), None, "{other}");
        }
        let mut claims = sample();
        claims["workflow_ref"] = Value::Null;
        claims["job_workflow_ref"] = json!(format!("{own}@refs/heads/main"));
        assert_eq!(said("github.example.com", claims).workflow, None);
    }

    #[test]
    fn what_runs_for_a_strangers_request_is_not_trusted() {
        let mut claims = sample();
        claims["event_name"] = json!("pull_request_target");
        let said = said("token.actions.githubusercontent.com", claims);
        assert!(said.untrusted.unwrap().contains("pull_request_target"));
    }

    #[test]
    fn an_enterprise_has_repositories_at_its_own_host() {
        for (issuer, host) in [
            ("token.actions.githubusercontent.com", "github.com"),
            ("token.actions.octocorp.ghe.com", "octocorp.ghe.com"),
            ("github.example.com", "github.example.com"),
        ] {
            let run = said(issuer, sample()).work.run.unwrap();
            assert_eq!(run.to_string(), format!("github/{host}/74/1658821493"));
        }
    }

    #[test]
    fn a_token_without_the_claims_says_nothing() {
        let said = said(
            "github.example.com",
            json!({"sub": "s", "sha": "not a commit"}),
        );
        assert_eq!((said.id, said.git_ref, said.work.run), (None, None, None));
        assert_eq!(said.work.url, None);
    }
}
