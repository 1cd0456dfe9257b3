//! Jobs of CI systems that come in with a token of their own platform, and anyone who tries to pass for one.

mod aws;
mod refusals;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use config::Config;
use domain::Timestamp;
use identity::workload::Workloads;
use portal::uploads::Ended;
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, apk::apk, event, now, promise, put};
use url::Url;

use crate::ci::Ci;

/// A portal that workloads may call.
pub(crate) struct Yard {
    pub(crate) site: TestPortal,
    workloads: Workloads,
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
[[workloads]]
name = "wallet-release"
from = "github"
issuer = "{address}"
repository_id = "74"
refs = ["refs/heads/main", "refs/tags/v*"]
job_environment = "prod"
may = ["register", "report"]
apps = ["wallet"]
environments = ["dev"]

[[workloads]]
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

/// A configuration with those workloads.
pub(crate) fn config_of(workloads: &str) -> Config {
    Config::parse(&format!("{FILE}{workloads}"), "towpath.toml").unwrap()
}

impl Yard {
    pub(crate) async fn of(workloads: &str, sts: Option<Url>) -> Self {
        let config = config_of(workloads);
        let mut yard = Self {
            site: TestPortal::signed_in().await,
            workloads: Workloads::new(config.workloads, sts),
        };
        yard.opens(now);
        yard
    }

    /// Opens by that clock.
    fn opens(&mut self, clock: fn() -> Timestamp) {
        let workloads = self.workloads.clone();
        self.site
            .reroute(|state| (state.workloads, state.clock) = (workloads, clock));
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        address: &str,
        bearer: &str,
        body: &Value,
    ) -> Answer {
        let request = Request::builder().method(method).uri(address);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        let (kind, body) = match body {
            Value::Null => ("application/json", Body::empty()),
            Value::String(form) => ("application/x-www-form-urlencoded", form.clone().into()),
            body => ("application/json", body.to_string().into()),
        };
        let request = request.header(header::CONTENT_TYPE, kind);
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
    let lies = json!({"files": [promise("app.apk", &apk(b"bytes"))], "environment": "dev",
        "run": "github/github.com/1/1", "attempt": 9,
        "revision": {"commit": "ffffffff", "message": "Trust me", "branch": "other", "repository": "eve/wallet",
            "url": "https://example.com/eve"}});
    let plan = yard
        .post("/api/v1/apps/wallet/uploads", &token, &lies)
        .await;
    assert_eq!(plan.status, 200, "{}", plan.text());
    let plan = plan.json();
    put(&plan["files"][0], &apk(b"bytes")).await;
    let address = format!("/api/v1/uploads/{}/complete", plan["id"].as_str().unwrap());
    let answer = yard.post(&address, &token, &json!({})).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let upload = plan["id"].as_str().unwrap().parse().unwrap();
    let registered = yard.site.portal.uploads().register(&upload, now());
    let Ok(Ended::Registered(build)) = registered.await else {
        panic!("not registered");
    };
    let build = format!("/api/v1/builds/{}", build.id);
    let answer = yard.ask(Method::GET, &build, &token, &Value::Null).await;
    let build = answer.json()["build"].clone();
    assert_eq!(build["run"], "github/127.0.0.1/74/1658821493");
    let commit = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
    let revision = json!({"commit": commit, "branch": "main", "repository": "octo-org/octo-repo",
        "url": format!("https://127.0.0.1/octo-org/octo-repo/commit/{commit}")});
    assert_eq!(build["revision"], revision);
    // The same run and attempt is the same build, whatever the request says.
    let other =
        json!({"files": [promise("app.apk", &apk(b"other"))], "environment": "dev", "attempt": 3});
    yard.post("/api/v1/apps/wallet/uploads", &token, &other)
        .await
        .problem(409);
}

#[tokio::test]
async fn a_job_does_nothing_beyond_its_own_apps_and_environments() {
    let ci = Ci::start().await;
    let yard = Yard::of(&release(&ci), None).await;
    let token = ci.token(&json!({}));
    let upload = |environment: &str| json!({"files": [promise("app.apk", &apk(b"bytes"))], "environment": environment});
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
async fn jobs_of_gitlab_and_circleci_come_in_by_their_own_claims() {
    let ci = Ci::start().await;
    let address = &ci.address;
    let workloads = format!(
        r#"
[[workloads]]
name = "of-gitlab"
from = "gitlab"
issuer = "{address}"
project_id = "20"
refs = ["refs/heads/main"]
may = ["register"]
apps = ["wallet"]

[[workloads]]
name = "of-circleci"
from = "circleci"
issuer = "{address}"
project_id = "3a5ae4d4-9a34-4e8b-8a0f-7a1d6a4f2d11"
origin = "github.com/acme/wallet"
may = ["register"]
apps = ["wallet"]
"#
    );
    let yard = Yard::of(&workloads, None).await;
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
            || fork.contains("no workload")
            || fork.contains("No workload"),
        "{fork}"
    );
    let person = yard
        .refused(&ci.token(&circleci("github.com/acme/wallet", true)))
        .await;
    assert!(person.contains("SSH"), "{person}");
}
