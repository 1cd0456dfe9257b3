//! What an ID token of GitLab says. Identifiers are texts, some of them numbers in some versions.

use domain::work::Work;

use super::{JobClaims, defined_in, page, run, short};
use crate::workload::claims::Claims;

pub(super) fn read(host: &str, claims: &Claims) -> JobClaims {
    let text = |name| claims.text(name);
    let (id, git_ref) = (text("project_id"), text("ref_path"));
    let (repository, commit) = (text("project_path"), text("sha"));
    let pipeline = text("pipeline_id");
    // None where the definition is of another project.
    let defined = text("ci_config_ref_uri").zip(repository.as_deref());
    let workflow =
        defined.and_then(|(address, project)| defined_in(&address, &format!("{host}/{project}//")));
    JobClaims {
        untrusted: None,
        within: text("environment").into_iter().collect(),
        workflow,
        event: text("pipeline_source"),
        origin: None,
        work: Work {
            run: run(&[
                Some("gitlab"),
                Some(host),
                id.as_deref(),
                pipeline.as_deref(),
            ]),
            // A job that is tried again stays in its pipeline, and no claim counts the tries.
            attempt: None,
            branch: short(git_ref.as_deref()),
            url: page(host, repository.as_deref(), "-/commit", commit.as_deref()),
            commit,
            repository,
        },
        id,
        git_ref,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(claims: Value) -> JobClaims {
        read(
            "gitlab.example.com",
            &serde_json::from_value(claims).unwrap(),
        )
    }

    fn sample() -> Value {
        serde_json::from_str(include_str!("samples/gitlab.json")).unwrap()
    }

    #[test]
    fn a_job_says_its_project_its_ref_and_its_pipeline() {
        let said = said(sample());
        assert_eq!(said.id.as_deref(), Some("20"));
        assert_eq!(said.git_ref.as_deref(), Some("refs/heads/feature-branch-1"));
        assert_eq!(said.within, ["test-environment2"]);
        let work = said.work;
        assert_eq!(
            work.run.unwrap().to_string(),
            "gitlab/gitlab.example.com/20/574"
        );
        assert_eq!(work.attempt, None);
        assert_eq!(work.branch.as_deref(), Some("feature-branch-1"));
        assert_eq!(work.repository.as_deref(), Some("my-group/my-project"));
        let page = "https://gitlab.example.com/my-group/my-project/-/commit/714a629c0b401fdce83e847fc9589983fc6f46bc";
        assert_eq!(work.url.as_deref(), Some(page));
    }

    #[test]
    fn a_job_says_what_started_its_pipeline_and_the_file_of_it() {
        let mut claims = sample();
        assert_eq!(said(claims.clone()).event.as_deref(), Some("push"));
        assert_eq!(said(claims.clone()).workflow, None);
        claims["ci_config_ref_uri"] =
            "gitlab.example.com/my-group/my-project//ci/release.yml@refs/heads/main".into();
        let workflow = said(claims.clone()).workflow.unwrap();
        assert_eq!(workflow.file, "ci/release.yml");
        assert_eq!(workflow.git_ref, "refs/heads/main");
        for other in [
            "gitlab.example.com/my-group/other//ci/release.yml@refs/heads/main",
            "gitlab.example.org/my-group/my-project//ci/release.yml@refs/heads/main",
        ] {
            claims["ci_config_ref_uri"] = other.into();
            assert_eq!(said(claims.clone()).workflow, None, "{other}");
        }
    }

    #[test]
    fn an_identifier_may_be_a_number_and_a_ref_must_be_whole() {
        let mut claims = sample();
        claims["project_id"] = json!(20);
        claims["ref_path"] = Value::Null;
        let said = said(claims);
        assert_eq!(said.id.as_deref(), Some("20"));
        // `ref` alone does not say whether it is a branch, a tag or a request.
        assert_eq!(said.git_ref, None);
    }
}
