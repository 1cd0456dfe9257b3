//! Jobs of CI systems that come in with a token of their own platform, and whoever tries to pass for one.

mod aws;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::Timestamp;
use jiff::SignedDuration;
use portal::{
    config::Config,
    http::{Door, Front, router},
    machines::Machines,
};
use serde_json::{Value, json};
use url::Url;

use crate::{
    ci::Ci,
    signed_in::{SECRET, door},
    site::{Answer, Site, event, front, now, promise, put},
};

/// A portal that machines may call.
struct Yard {
    site: Site,
    machines: Machines,
}

const FILE: &str = r##"
[[apps]]
id = "wallet"
name = "Wallet"

[[apps]]
id = "shop"
name = "Shop"

[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"

[[environments]]
id = "preprod"
name = "Preproduction"
colour = "#2e7d32"
"##;

/// Release jobs of repository 74 register and report for wallet in dev; whatever else runs there may look.
fn release(ci: &Ci) -> String {
    let address = &ci.address;
    format!(
        r#"
[[machines]]
name = "wallet-release"
from = "github"
issuer = "{address}"
repository_id = "74"
refs = ["refs/heads/main", "refs/tags/v*"]
job_environment = "prod"
may = ["register", "report"]
apps = ["wallet"]
environments = ["dev"]

[[machines]]
name = "wallet-topics"
from = "github"
issuer = "{address}"
repository_id = "74"
refs = ["refs/heads/topic/*"]
may = ["view"]
apps = ["wallet"]
"#
    )
}

impl Yard {
    async fn of(machines: &str, sts: Option<Url>) -> Self {
        let config = Config::parse(&format!("{FILE}{machines}"), "towpath.toml").unwrap();
        let mut yard = Self {
            site: Site::new().await,
            machines: Machines::new(config.machines, sts),
        };
        yard.opens(now);
        yard
    }

    /// Opens by that clock.
    fn opens(&mut self, clock: fn() -> Timestamp) {
        let door = door("https://issuer.example", &json!({"current": SECRET}));
        self.site.router = router(Front {
            door: Door::SignIn(door),
            machines: self.machines.clone(),
            clock,
            ..front(&self.site.world)
        });
    }

    async fn ask(&self, method: Method, address: &str, bearer: &str, body: &Value) -> Answer {
        let request = Request::builder().method(method).uri(address);
        let request = request
            .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
            .header(header::CONTENT_TYPE, "application/json");
        let body = match body {
            Value::Null => Body::empty(),
            body => body.to_string().into(),
        };
        self.site.send(request.body(body).unwrap()).await
    }

    async fn me(&self, bearer: &str) -> Answer {
        self.ask(Method::GET, "/api/v1/me", bearer, &Value::Null)
            .await
    }

    async fn post(&self, address: &str, bearer: &str, body: &Value) -> Answer {
        self.ask(Method::POST, address, bearer, body).await
    }

    /// Why a bearer is turned away.
    async fn refused(&self, bearer: &str) -> String {
        let problem = self.me(bearer).await.problem(401);
        problem["detail"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_job_registers_a_build_without_a_secret_and_what_it_proves_stands() {
    let ci = Ci::start().await;
    let yard = Yard::of(&release(&ci), None).await;
    let token = ci.token(&json!({}));
    let me = yard.me(&token).await.json();
    assert_eq!(
        me["actor"],
        json!({"kind": "machine", "name": "machine/wallet-release"})
    );
    let proof = format!(
        "token of {}: repo:octo-org/octo-repo:environment:prod",
        ci.address
    );
    assert_eq!(me["proof"], proof);
    let lies = json!({"files": [promise("app.apk", b"bytes")], "environment": "dev",
        "run": "github/github.com/1/1", "attempt": 9,
        "revision": {"commit": "ffffffff", "message": "Trust me", "branch": "other", "repository": "eve/wallet",
            "url": "https://example.com/eve"}});
    let plan = yard
        .post("/api/v1/apps/wallet/uploads", &token, &lies)
        .await;
    assert_eq!(plan.status, 200, "{}", plan.text());
    let plan = plan.json();
    put(plan["files"][0]["url"].as_str().unwrap(), b"bytes").await;
    let address = format!("/api/v1/uploads/{}/complete", plan["id"].as_str().unwrap());
    let answer = yard.post(&address, &token, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let build = answer.json()["build"].clone();
    assert_eq!(build["run"], "github/127.0.0.1/74/1658821493");
    let commit = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
    let revision = json!({"commit": commit, "branch": "main", "repository": "octo-org/octo-repo",
        "url": format!("https://127.0.0.1/octo-org/octo-repo/commit/{commit}")});
    assert_eq!(build["revision"], revision);
    // The same run and attempt is the same build, whatever the request says.
    let other =
        json!({"files": [promise("app.apk", b"other")], "environment": "dev", "attempt": 3});
    yard.post("/api/v1/apps/wallet/uploads", &token, &other)
        .await
        .problem(409);
}

#[tokio::test]
async fn a_job_does_nothing_beyond_its_own_apps_and_environments() {
    let ci = Ci::start().await;
    let yard = Yard::of(&release(&ci), None).await;
    let token = ci.token(&json!({}));
    let upload = |environment: &str| json!({"files": [promise("app.apk", b"bytes")], "environment": environment});
    for (app, environment, status) in [
        ("wallet", "dev", 200),
        ("wallet", "preprod", 403),
        ("shop", "dev", 404),
        ("shop", "preprod", 404),
    ] {
        let address = format!("/api/v1/apps/{app}/uploads");
        let answer = yard.post(&address, &token, &upload(environment)).await;
        assert_eq!(
            answer.status,
            status,
            "{app}/{environment}: {}",
            answer.text()
        );
    }
    let told = |pipeline: &str| event(pipeline, "e-1", "STARTED", 1);
    for (pipeline, status) in [
        ("wallet-dev", 200),
        ("wallet-preprod", 403),
        ("shop-dev", 404),
        ("nobodys", 404),
    ] {
        let answer = yard.post("/api/v1/events", &token, &told(pipeline)).await;
        assert_eq!(answer.status, status, "{pipeline}: {}", answer.text());
    }
    let topic = ci.token(&json!({"ref": "refs/heads/topic/gates"}));
    assert_eq!(
        yard.me(&topic).await.json()["actor"]["name"],
        "machine/wallet-topics"
    );
    let answer = yard
        .post("/api/v1/events", &topic, &told("wallet-dev"))
        .await;
    answer.problem(403);
    for hidden in ["shop-dev", "nobodys"] {
        let problem = yard
            .post("/api/v1/events", &token, &told(hidden))
            .await
            .problem(404);
        let expected = format!("There is no pipeline {hidden} that you could report of.");
        assert_eq!(problem["detail"], expected);
    }
}

#[tokio::test]
async fn of_several_events_none_is_recorded_when_one_is_of_something_else() {
    let ci = Ci::start().await;
    let yard = Yard::of(&release(&ci), None).await;
    let token = ci.token(&json!({}));
    let told = |pipeline: &str| event(pipeline, "e-1", "STARTED", 1);
    for (other, status) in [("wallet-preprod", 403), ("shop-dev", 404), ("nobodys", 404)] {
        let several = json!([told("wallet-dev"), told(other)]);
        let problem = yard
            .post("/api/v1/events", &token, &several)
            .await
            .problem(status);
        assert_eq!(problem["field"], "[1]");
    }
    let runs = yard.ask(
        Method::GET,
        "/api/v1/apps/wallet/runs",
        &token,
        &Value::Null,
    );
    assert_eq!(runs.await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_token_of_another_job_is_of_no_use() {
    let ci = Ci::start().await;
    let yard = Yard::of(&release(&ci), None).await;
    for (changed, why) in [
        (json!({"repository_id": "75"}), "id 75"),
        (json!({"repository_id": "7"}), "no machine"),
        (json!({"repository_id": null}), "id none"),
        (json!({"repository_id": ["74"]}), "id none"),
        (json!({"ref": "refs/heads/other"}), "refs/heads/other"),
        (json!({"ref": "refs/heads/main2"}), "no machine"),
        (json!({"ref": "main"}), "no machine"),
        (json!({"ref": null}), "ref none"),
        // A pull request, also one from a fork.
        (
            json!({"ref": "refs/pull/1/merge", "event_name": "pull_request"}),
            "refs/pull/1/merge",
        ),
        (json!({"environment": "dev"}), "in dev"),
        (json!({"environment": null}), "no machine"),
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
        said.contains("no machine of this portal has the issuer") || said.contains("No machine"),
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

#[tokio::test]
async fn jobs_of_gitlab_and_circleci_come_in_by_their_own_claims() {
    let ci = Ci::start().await;
    let address = &ci.address;
    let machines = format!(
        r#"
[[machines]]
name = "of-gitlab"
from = "gitlab"
issuer = "{address}"
project_id = "20"
refs = ["refs/heads/main"]
may = ["register"]
apps = ["wallet"]

[[machines]]
name = "of-circleci"
from = "circleci"
issuer = "{address}"
project_id = "3a5ae4d4-9a34-4e8b-8a0f-7a1d6a4f2d11"
origin = "github.com/acme/wallet"
may = ["register"]
apps = ["wallet"]
"#
    );
    let yard = Yard::of(&machines, None).await;
    let gitlab = json!({"project_id": "20", "project_path": "acme/wallet", "pipeline_id": "574",
        "ref_path": "refs/heads/main", "sha": "714a629c0b401fdce83e847fc9589983fc6f46bc"});
    let me = yard.me(&ci.token(&gitlab)).await.json();
    assert_eq!(me["actor"]["name"], "machine/of-gitlab");
    let circleci = |origin: &str, rerun: bool| {
        json!({"oidc.circleci.com/project-id": "3a5ae4d4-9a34-4e8b-8a0f-7a1d6a4f2d11",
            "oidc.circleci.com/vcs-origin": origin, "oidc.circleci.com/vcs-ref": "refs/heads/main",
            "oidc.circleci.com/ssh-rerun": rerun})
    };
    let me = yard
        .me(&ci.token(&circleci("github.com/acme/wallet", false)))
        .await;
    assert_eq!(me.json()["actor"]["name"], "machine/of-circleci");
    let fork = yard
        .refused(&ci.token(&circleci("github.com/eve/wallet", false)))
        .await;
    assert!(
        fork.contains("github.com/acme/wallet")
            || fork.contains("no machine")
            || fork.contains("No machine"),
        "{fork}"
    );
    let person = yard
        .refused(&ci.token(&circleci("github.com/acme/wallet", true)))
        .await;
    assert!(person.contains("SSH"), "{person}");
}
