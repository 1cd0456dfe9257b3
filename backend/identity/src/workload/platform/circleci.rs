//! What a token of `CircleCI` says. It does not tell the commit, so that stays what the job says.

use domain::work::Work;

use super::{JobClaims, run, short};
use crate::workload::claims::Claims;

pub(super) fn read(claims: &Claims) -> JobClaims {
    let text = |name: &str| claims.text(&format!("oidc.circleci.com/{name}"));
    let (git_ref, origin) = (text("vcs-ref"), text("vcs-origin"));
    let workflow = text("workflow-id");
    JobClaims {
        id: text("project-id"),
        untrusted: untrusted(claims),
        within: claims.texts("oidc.circleci.com/context-ids"),
        // It says neither what started the workflow nor which file that is in.
        workflow: None,
        event: None,
        work: Work {
            // Older installations do not name the workflow.
            run: run(&[Some("circleci"), workflow.as_deref()]),
            branch: short(git_ref.as_deref()),
            repository: origin.clone(),
            ..Work::default()
        },
        origin,
        git_ref,
    }
}

/// Someone sits in such a job and types.
fn untrusted(claims: &Claims) -> Option<&'static str> {
    claims.is_true("oidc.circleci.com/ssh-rerun").then_some(
        "a job that was rerun with SSH is no workload, since a person acts in it: rerun it without, or use a token",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(claims: Value) -> JobClaims {
        read(&serde_json::from_value(claims).unwrap())
    }

    fn sample() -> Value {
        serde_json::from_str(include_str!("samples/circleci.json")).unwrap()
    }

    #[test]
    fn a_job_says_its_project_its_ref_and_where_its_code_is_from() {
        let said = said(sample());
        assert_eq!(
            said.id.as_deref(),
            Some("3a5ae4d4-9a34-4e8b-8a0f-7a1d6a4f2d11")
        );
        assert_eq!(said.git_ref.as_deref(), Some("refs/heads/main"));
        assert_eq!(
            said.origin.as_deref(),
            Some("github.com/organization-123/repo-1")
        );
        assert_eq!(
            said.within,
            [
                "a74579f1-2e7d-451e-b009-5c082ad2729e",
                "cb32986e-2f6f-4f43-b2bd-d3c2fd98e903"
            ]
        );
        assert_eq!(said.untrusted, None);
        assert_eq!(said.work.branch.as_deref(), Some("main"));
        assert_eq!(said.work.commit, None);
        assert_eq!(said.work.run, None);
    }

    #[test]
    fn a_workflow_is_named_where_the_token_says_it() {
        let mut claims = sample();
        let workflow = "0d1f3c6e-5a7b-4c7e-9f0a-2b8f4f1f7f7c";
        claims["oidc.circleci.com/workflow-id"] = json!(workflow);
        let run = said(claims).work.run.unwrap();
        assert_eq!(run.to_string(), format!("circleci/{workflow}"));
    }

    #[test]
    fn a_job_with_a_person_in_it_is_not_trusted() {
        for truth in [json!(true), json!("true")] {
            let mut claims = sample();
            claims["oidc.circleci.com/ssh-rerun"] = truth;
            assert!(said(claims).untrusted.unwrap().contains("SSH"));
        }
    }
}
