//! Tokens that are not what they should be, and how often an issuer is asked about them.

use jiff::SignedDuration;
use serde_json::json;
use testkit::now;

use super::{Yard, release};
use crate::ci::Ci;

#[tokio::test]
async fn a_token_of_another_job_is_of_no_use() {
    let ci = Ci::start().await;
    let yard = Yard::of(&release(&ci), None).await;
    for (changed, why) in [
        (json!({"repository_id": "75"}), "id 75"),
        (json!({"repository_id": "7"}), "no workload"),
        (json!({"repository_id": null}), "id none"),
        (json!({"repository_id": ["74"]}), "id none"),
        (json!({"ref": "refs/heads/other"}), "refs/heads/other"),
        (json!({"ref": "refs/heads/main2"}), "no workload"),
        (json!({"ref": "main"}), "no workload"),
        (json!({"ref": null}), "ref none"),
        // A pull request, also one from a fork.
        (
            json!({"ref": "refs/pull/1/merge", "event_name": "pull_request"}),
            "refs/pull/1/merge",
        ),
        (json!({"environment": "dev"}), "in dev"),
        (json!({"environment": null}), "no workload"),
        (
            json!({"event_name": "pull_request_target"}),
            "a stranger's code",
        ),
    ] {
        let said = yard.refused(&ci.token(&changed)).await;
        assert!(
            said.to_lowercase().contains(&why.to_lowercase()),
            "{changed}: {said}"
        );
    }
    for same in [
        json!({"repository_id": 74}),
        json!({"ref": "refs/tags/v1.2"}),
        json!({"run_attempt": 2}),
        json!({"aud": ["https://portal.example"]}),
    ] {
        let answer = yard.me(&ci.token(&same)).await;
        assert_eq!(answer.status, 200, "{same}: {}", answer.text());
    }
}

/// An entry that takes two events of one workflow file, and the file as `workflow_ref` names it.
fn pinned(ci: &Ci) -> (String, &'static str) {
    let pins = "workflow = \"release.yml\"\nevents = [\"push\", \"workflow_dispatch\"]\nmay =";
    let entries = release(ci);
    let entry = entries.split("\n\n[[workloads]]").next().unwrap();
    let file = "octo-org/octo-repo/.github/workflows/release.yml";
    (entry.replacen("may =", pins, 1), file)
}

#[tokio::test]
async fn a_job_of_another_workflow_or_event_is_of_no_use() {
    let ci = Ci::start().await;
    let (entry, file) = pinned(&ci);
    let yard = Yard::of(&entry, None).await;
    let main = format!("{file}@refs/heads/main");
    let job = |workflow: &str, event: &str| {
        ci.token(&json!({"workflow_ref": workflow, "event_name": event}))
    };
    let misfits = "since its workflow file does not fit";
    for (workflow, event, why) in [
        (
            "octo-org/octo-repo/.github/workflows/ci.yml@refs/heads/main",
            "push",
            misfits,
        ),
        // The file of that name in another repository, such as one that requires it of this one.
        (
            "octo-org/else-repo/.github/workflows/release.yml@refs/heads/main",
            "push",
            misfits,
        ),
        (
            "octo-org/octo-repo2/.github/workflows/release.yml@refs/heads/main",
            "push",
            misfits,
        ),
        // As it is on a ref that may be anybody's.
        (&format!("{file}@refs/pull/1/merge"), "push", misfits),
        (&format!("{file}@refs/heads/topic"), "push", misfits),
        (file, "push", misfits),
        (&format!("{file}.yml@refs/heads/main"), "push", misfits),
        (&main, "workflow_run", "since its event does not fit"),
        (&main, "issue_comment", "since its event does not fit"),
        (&main, "pull_request_target", "since its event does not fit"),
        (&main, "", "since its event does not fit"),
        (
            "octo-org/octo-repo/.github/workflows/ci.yml@refs/heads/main",
            "schedule",
            "since its workflow file and event do not fit",
        ),
    ] {
        let said = yard.refused(&job(workflow, event)).await;
        assert!(said.contains(why), "{workflow} {event}: {said}");
        // What would fit is nobody's business.
        for told in ["workflow_dispatch", "refs/tags/v"] {
            assert!(!said.contains(told), "{workflow} {event}: {said}");
        }
    }
    // A workflow that another one calls has the name of its own in `job_workflow_ref`, which does not count.
    let called = json!({"workflow_ref": null, "event_name": "push", "job_workflow_ref": main});
    assert!(yard.refused(&ci.token(&called)).await.contains(misfits));
    let stranger = json!({"repository_id": "75", "workflow_ref": main, "event_name": "schedule"});
    let said = yard.refused(&ci.token(&stranger)).await;
    assert!(said.contains("since its repository does not fit"), "{said}");
    for (workflow, event) in [
        (main.clone(), "push"),
        (main.clone(), "workflow_dispatch"),
        (main.replacen("octo-org", "Octo-Org", 1), "push"),
    ] {
        let answer = yard.me(&job(&workflow, event)).await;
        assert_eq!(answer.status, 200, "{workflow} {event}: {}", answer.text());
    }
    let tag = json!({"ref": "refs/tags/v1.2", "workflow_ref": format!("{file}@refs/tags/v1.2"), "event_name": "push"});
    assert_eq!(yard.me(&ci.token(&tag)).await.status, 200);
    // The calling workflow counts, whatever it calls.
    let calls = json!({"workflow_ref": main, "event_name": "push",
        "job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main"});
    assert_eq!(yard.me(&ci.token(&calls)).await.status, 200);
}

#[tokio::test]
async fn a_pipeline_of_gitlab_is_pinned_to_its_file_and_its_source() {
    let ci = Ci::start().await;
    let entry = format!(
        r#"
[[workloads]]
name = "of-gitlab"
from = "gitlab"
issuer = "{}"
project_id = "20"
refs = ["refs/heads/main"]
workflow = ".gitlab-ci.yml"
events = ["push", "web"]
may = ["promote"]
apps = ["wallet"]
"#,
        ci.address
    );
    let yard = Yard::of(&entry, None).await;
    let job = |file: &str, source: &str| {
        ci.token(&json!({"project_id": "20", "project_path": "acme/wallet", "ref_path": "refs/heads/main",
            "ci_config_ref_uri": file, "pipeline_source": source}))
    };
    let own = "127.0.0.1/acme/wallet//.gitlab-ci.yml@refs/heads/main";
    for source in ["push", "web"] {
        assert_eq!(yard.me(&job(own, source)).await.status, 200);
    }
    for (file, source, why) in [
        (own, "trigger", "its event does not fit"),
        (
            "127.0.0.1/acme/wallet//other.yml@refs/heads/main",
            "push",
            "its workflow file does not fit",
        ),
        (
            "127.0.0.1/evil/wallet//.gitlab-ci.yml@refs/heads/main",
            "push",
            "its workflow file does not fit",
        ),
    ] {
        let said = yard.refused(&job(file, source)).await;
        assert!(said.contains(why), "{file} {source}: {said}");
    }
}

#[tokio::test]
async fn a_token_for_someone_else_or_of_another_time_is_of_no_use() {
    let ci = Ci::start().await;
    let yard = Yard::of(&release(&ci), None).await;
    let now = now().as_second();
    for (changed, why) in [
        (
            json!({"aud": "https://github.com/octo-org"}),
            "ask for one with the audience",
        ),
        (json!({"aud": "https://portal.example/"}), "audience"),
        (json!({"aud": "http://portal.example"}), "audience"),
        (
            json!({"aud": ["https://portal.example", "https://other.example"]}),
            "audience",
        ),
        (json!({"aud": null}), "audience"),
        (json!({"exp": now - 61}), "not valid at this time"),
        (json!({"exp": null}), "not valid at this time"),
        (json!({"nbf": now + 62}), "not valid at this time"),
        (json!({"iat": now + 62}), "not valid at this time"),
        // A job whose time limit is long is given a token that lasts as long.
        (
            json!({"iat": now - 3602, "exp": now + 3600}),
            "more than an hour ago",
        ),
        (json!({"sub": null}), "names nobody"),
    ] {
        let said = yard.refused(&ci.token(&changed)).await;
        assert!(said.contains(why), "{changed}: {said}");
    }
    let long = json!({"iat": now - 3500, "exp": now + 7200});
    assert_eq!(yard.me(&ci.token(&long)).await.status, 200);
}

#[tokio::test]
async fn a_token_that_its_issuer_did_not_sign_is_of_no_use() {
    let ci = Ci::start().await;
    let yard = Yard::of(&release(&ci), None).await;
    let good = ci.token(&json!({}));
    let claims = ci.claims(&json!({}));
    let mut tokens: Vec<String> = [
        json!({"alg": "none"}),
        json!({"alg": "HS256"}),
        json!({"alg": "RS256"}),
        json!({"alg": "ES384"}),
        json!({"kid": "nobodys"}),
        json!({"crit": ["exp"]}),
    ]
    .iter()
    .map(|header| ci.signed(header, &claims))
    .collect();
    let parts: Vec<&str> = good.split('.').collect();
    let other = ci.token(&json!({"repository_id": "75"}));
    let changed = other.split('.').nth(1).unwrap();
    tokens.extend([
        format!("{}.{changed}.{}", parts[0], parts[2]),
        format!("{}.{}.AAAA", parts[0], parts[1]),
        format!("{}.{}.{}x", parts[0], parts[1], parts[2]),
        "a.b.c".to_owned(),
        ci.token(&json!({"padding": "x".repeat(70_000)})),
    ]);
    // Another issuer's key, under this one's name.
    let eve = Ci::start().await;
    tokens.push(eve.token(&json!({"iss": ci.address})));
    for token in &tokens {
        let answer = yard.me(token).await;
        assert!(
            matches!(answer.status.as_u16(), 401 | 431),
            "{}: {token:.200}",
            answer.text()
        );
        assert!(!answer.text().contains(token.as_str()));
    }
    assert_eq!(eve.asked(), 0);
    assert_eq!(yard.me(&good).await.status, 200);
}

#[tokio::test]
async fn an_issuer_that_is_not_configured_is_never_asked() {
    let (ci, eve) = (Ci::start().await, Ci::start().await);
    let yard = Yard::of(&release(&ci), None).await;
    let said = yard.refused(&eve.token(&json!({}))).await;
    assert!(
        said.contains("no workload of this portal has the issuer") || said.contains("No workload"),
        "{said}"
    );
    for issuer in [json!(null), json!(7), json!(format!("{}/", ci.address))] {
        yard.refused(&ci.token(&json!({"iss": issuer}))).await;
    }
    assert_eq!((ci.asked(), eve.asked()), (0, 0));
}

#[tokio::test]
async fn keys_are_kept_and_asked_for_again_when_they_rotate() {
    let ci = Ci::start().await;
    let mut yard = Yard::of(&release(&ci), None).await;
    for _ in 0..3 {
        assert_eq!(yard.me(&ci.token(&json!({}))).await.status, 200);
    }
    assert_eq!(ci.asked(), 2);
    // Within the minute nobody is asked again for a key that is not there.
    for _ in 0..3 {
        let made_up = ci.signed(&json!({"kid": "nobodys"}), &ci.claims(&json!({})));
        assert!(yard.refused(&made_up).await.contains("names a key"));
    }
    assert_eq!(ci.asked(), 2);
    ci.rotates();
    yard.refused(&ci.token(&json!({}))).await;
    yard.opens(|| now() + SignedDuration::from_secs(61));
    assert_eq!(yard.me(&ci.token(&json!({}))).await.status, 200);
    assert_eq!(ci.asked(), 3);
}

#[tokio::test]
async fn while_the_issuer_is_away_a_job_is_told_to_try_again() {
    let ci = Ci::start().await;
    let yard = Yard::of(&release(&ci), None).await;
    ci.stops();
    tokio::task::yield_now().await;
    let problem = yard.me(&ci.token(&json!({}))).await.problem(503);
    assert!(
        problem["detail"].as_str().unwrap().contains("ry again"),
        "{problem}"
    );
}
