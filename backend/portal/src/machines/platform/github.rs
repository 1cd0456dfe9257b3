//! What a token of GitHub Actions says. Each claim is a text, also the numbers.

use domain::work::Work;

use super::{Said, page, run, short};
use crate::machines::claims::Claims;

pub(super) fn read(issuer: &str, claims: &Claims) -> Said {
    let host = host(issuer);
    let text = |name| claims.text(name);
    let (id, git_ref) = (text("repository_id"), text("ref"));
    let (repository, commit) = (text("repository"), text("sha"));
    let attempt = text("run_attempt").and_then(|attempt| attempt.parse().ok());
    let run_id = text("run_id");
    Said {
        untrusted: untrusted(claims),
        within: text("environment").into_iter().collect(),
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

/// Such a run has the ref of the branch that is asked to take something in, and may well have checked out what a stranger
/// asks it to take in.
fn untrusted(claims: &Claims) -> Option<&'static str> {
    let event = claims.text("event_name");
    (event.as_deref() == Some("pull_request_target")).then_some(
        "a workflow that runs on pull_request_target is no machine, since it can be made to run a stranger's code: \
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

    fn said(issuer: &str, claims: Value) -> Said {
        read(issuer, &serde_json::from_value(claims).unwrap())
    }

    #[test]
    fn a_job_says_its_repository_its_ref_and_its_run() {
        let said = said("token.actions.githubusercontent.com", sample());
        assert_eq!(said.id.as_deref(), Some("74"));
        assert_eq!(said.git_ref.as_deref(), Some("refs/heads/main"));
        assert_eq!(said.within, ["prod"]);
        assert_eq!(said.untrusted, None);
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
