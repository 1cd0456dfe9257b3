//! Every gate that `towpath.toml` can ask for, closed and opened by what people and pipelines can do over HTTP. A gate that
//! nothing closes, or that nothing opens, has no story here, and fails the test.

use std::{cell::Cell, collections::BTreeSet};

use axum::http::Method;
use config::Config;
use domain::{Timestamp, gate::GateKind};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{
    Answer, TestPortal,
    apk::{apk, apk_for},
    event, job, now, promise, put, registering,
    zip::{stored, zip},
};

/// The commit that the pipeline wallet-dev makes builds of, as `CodePipeline` says.
const COMMIT: &str = "0a1b2c3d4e5f";

const HEAD: &str = r##"
[[apps]]
id = "wallet"
name = "Wallet"
[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"
[[environments]]
id = "prod"
name = "Production"
colour = "#c62828"
[[pipelines]]
source = "codepipeline"
name = "wallet-dev"
app = "wallet"
environment = "dev"
[[pipelines]]
source = "codepipeline"
name = "wallet-tests"
app = "wallet"
environment = "dev"
[[roles]]
role = "admin"
groups = ["admins"]
[[roles]]
role = "release-manager"
groups = ["leads"]
[[paths]]
[[paths.steps]]
environment = "dev"
[[paths.steps]]
environment = "prod"
"##;

thread_local! {
    static HOURS: Cell<i64> = const { Cell::new(0) };
}

/// The time of the test that runs in this thread.
fn clock() -> Timestamp {
    now() + SignedDuration::from_hours(HOURS.get())
}

/// A portal whose step into prod asks for one gate.
struct Story {
    portal: TestPortal,
}

impl Story {
    async fn of(gate: &str) -> Self {
        HOURS.set(0);
        let config = Config::parse(&format!("{HEAD}{gate}\n"), "towpath.toml");
        let config = config.unwrap_or_else(|problems| panic!("{problems}"));
        let builder = TestPortal::builder().config(&config).oidc().jobs();
        Self {
            portal: builder.clock(clock).start().await,
        }
    }

    async fn post(&self, group: &str, address: &str, body: &Value) -> Answer {
        let cookie = self.portal.cookie(group, clock()).await;
        let method = Method::POST;
        self.portal.ask(&method, address, Some(&cookie), body).await
    }

    async fn done(&self, group: &str, address: &str, body: &Value) -> Value {
        let answer = self.post(group, address, body).await;
        assert!(answer.status.is_success(), "{address}: {}", answer.text());
        answer.json()
    }

    /// Uploads a build; its upload.
    async fn uploaded(&self, bytes: &[u8]) -> String {
        self.uploaded_as(bytes, json!({"environment": "dev"})).await
    }

    /// The same, with what is said of the build.
    async fn uploaded_as(&self, bytes: &[u8], said: Value) -> String {
        self.uploaded_file(&apk(bytes), said).await
    }

    /// The same of a package as it is.
    async fn uploaded_file(&self, bytes: &[u8], said: Value) -> String {
        let mut promised = said;
        promised["files"] = json!([promise("app.apk", bytes)]);
        let plan = self
            .done("admins", "/api/v1/apps/wallet/uploads", &promised)
            .await;
        put(&plan["files"][0], bytes).await;
        plan["id"].as_str().unwrap().to_owned()
    }

    /// Registers what was uploaded, and releases it in dev; the build.
    async fn registered(&self, upload: &str) -> String {
        let cookie = self.portal.cookie("admins", now()).await;
        self.portal.complete(upload, Some(&cookie)).await
    }

    async fn build(&self) -> String {
        let upload = self.uploaded(b"an app").await;
        self.registered(&upload).await
    }

    /// Asks for a build in prod; again, where somebody has.
    async fn promote(&self, build: &str) -> Answer {
        let request = json!({"build": build, "to": "prod", "reason": "the release of the week"});
        self.post("admins", "/api/v1/promotions", &request).await
    }

    /// Asks in vain: the request is refused for one reason, of that kind.
    async fn is_refused(&self, build: &str, kind: &str) {
        let problem = self.promote(build).await.problem(409);
        let refusals = problem["refusals"].as_array().unwrap();
        assert_eq!(refusals.len(), 1, "{problem}");
        assert_eq!(refusals[0]["kind"], kind, "{problem}");
        self.is_out(build).await;
    }

    /// Asks, and has to wait for that gate alone. The promotion.
    async fn has_to_wait(&self, build: &str, gate: GateKind) -> Value {
        let promotion = self.promote(build).await.json();
        assert_eq!(promotion["state"]["is"], "waiting", "{promotion}");
        let gates = promotion["gates"].as_array().unwrap().iter();
        let closed: Vec<&str> = gates
            .filter(|gate| gate["standing"] != "met")
            .map(|gate| gate["gate"].as_str().unwrap())
            .collect();
        assert_eq!(closed, [gate.word()], "{promotion}");
        self.is_out(build).await;
        promotion
    }

    /// Asks, and the build is released.
    async fn is_let_through(&self, build: &str) {
        let promotion = self.promote(build).await.json();
        assert_eq!(promotion["state"]["is"], "succeeded", "{promotion}");
        assert_eq!(self.in_prod().await, build);
    }

    async fn is_out(&self, build: &str) {
        assert_ne!(self.in_prod().await, build);
    }

    async fn in_prod(&self) -> Value {
        let cookie = self.portal.cookie("admins", clock()).await;
        let address = "/api/v1/apps/wallet/environments/prod";
        let answer = self.portal.get_as(address, Some(&cookie)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["current"]["release"]["build"].clone()
    }

    /// The build that a pipeline registers and releases in dev, of a commit that is proven.
    async fn build_of_pipeline(&self) -> String {
        let artifact = zip(&[stored("app.apk", &apk(b"an app"))]);
        self.portal.services.put_artifact("a/b/c", artifact).await;
        let job = job("job-1", "a/b/c", &registering("e-0"));
        self.portal.registers(job, clock()).await.id.to_string()
    }

    /// A run of the tests on the build's commit ends, as EventBridge delivers it.
    async fn tested(&self, execution: &str, state: &str) {
        self.portal
            .receive(&tests_ended(execution, state), clock())
            .await;
    }
}

/// That the tests have passed.
const CHECKS: &str =
    r#"checks = [{ name = "tests", source = "codepipeline", pipeline = "wallet-tests" }]"#;

async fn checks() -> GateKind {
    let story = Story::of(CHECKS).await;
    let build = story.build_of_pipeline().await;
    story.tested("e-1", "FAILED").await;
    story.is_refused(&build, "gate").await;
    HOURS.set(1);
    story.tested("e-2", "SUCCEEDED").await;
    story.is_let_through(&build).await;
    GateKind::Checks
}

/// What is said of a run of the tests on the build's commit that has ended.
fn tests_ended(execution: &str, state: &str) -> Value {
    let mut ended = event("wallet-tests", execution, state, 0);
    ended["time"] = json!(clock().to_string());
    ended["detail"]["execution-trigger"] = json!({"provider-type": "GitHub", "commit-id": COMMIT});
    ended
}

async fn soak() -> GateKind {
    let story = Story::of("soak = \"2h\"").await;
    let build = story.build().await;
    story.has_to_wait(&build, GateKind::Soak).await;
    HOURS.set(3);
    story.is_let_through(&build).await;
    GateKind::Soak
}

async fn approvals() -> GateKind {
    let story = Story::of("approvals = [{ groups = [\"leads\"] }]").await;
    let build = story.build().await;
    let waiting = story.has_to_wait(&build, GateKind::Approvals).await;
    let approve = format!(
        "/api/v1/promotions/{}/approve",
        waiting["id"].as_str().unwrap()
    );
    let seen = json!({"digest": waiting["digest"]});
    let own = story.post("admins", &approve, &seen).await;
    assert_eq!(own.status, 403, "{}", own.text());
    story.is_out(&build).await;
    let approved = story.done("leads", &approve, &seen).await;
    assert_eq!(approved["state"]["is"], "succeeded", "{approved}");
    assert_eq!(story.in_prod().await, build);
    GateKind::Approvals
}

async fn freeze() -> GateKind {
    let time = |days: i64| {
        let at = now() + SignedDuration::from_hours(24 * days);
        at.strftime("%Y-%m-%dT%H:%M").to_string()
    };
    let (from, until) = (time(-1), time(1));
    let story = Story::of(&format!(
        "freezes = [{{ reason = \"a fair\", time_zone = \"UTC\", from = \"{from}\", until = \"{until}\" }}]"
    ))
    .await;
    let build = story.build().await;
    story.is_refused(&build, "freeze").await;
    HOURS.set(48);
    story.is_let_through(&build).await;
    GateKind::Freeze
}

async fn age() -> GateKind {
    let story = Story::of("max_age = \"1h\"").await;
    let old = story.build().await;
    let upload = story.uploaded(b"the same app, built anew").await;
    HOURS.set(2);
    story.is_refused(&old, "gate").await;
    let new = story.registered(&upload).await;
    story.is_let_through(&new).await;
    GateKind::Age
}

async fn install() -> GateKind {
    let story = Story::of("install = { refuse = \"may-refuse\", allow = [\"old-target\"] }").await;
    let narrow = apk_for("x86", b"an app");
    let dev = json!({"environment": "dev"});
    let upload = story.uploaded_file(&narrow, dev).await;
    let build = story.registered(&upload).await;
    story.is_refused(&build, "gate").await;
    let good = story.build().await;
    story.is_let_through(&good).await;
    GateKind::Install
}

async fn hold() -> GateKind {
    let story = Story::of("").await;
    let build = story.build().await;
    let stop = json!({"environment": "prod", "reason": "payments fail"});
    story.done("leads", "/api/v1/holds", &stop).await;
    story.is_refused(&build, "hold").await;
    let on = json!({"on": {"what": "environment", "environment": "prod"}});
    let lifted = story.post("leads", "/api/v1/holds/lift", &on).await;
    assert!(lifted.status.is_success(), "{}", lifted.text());
    story.is_let_through(&build).await;
    GateKind::Hold
}

#[tokio::test]
async fn each_gate_that_can_be_configured_is_closed_and_opened_from_outside() {
    let told = [
        checks().await,
        soak().await,
        approvals().await,
        freeze().await,
        age().await,
        install().await,
        hold().await,
    ];
    let kinds = GateKind::ALL.into_iter();
    let configurable: BTreeSet<GateKind> = kinds.filter(|kind| kind.can_be_configured()).collect();
    assert_eq!(told.len(), configurable.len());
    assert_eq!(BTreeSet::from(told), configurable);
}

#[tokio::test]
async fn what_somebody_reports_opens_no_gate() {
    let story = Story::of(CHECKS).await;
    let build = story.build_of_pipeline().await;
    let passed = tests_ended("e-1", "SUCCEEDED");
    story.done("admins", "/api/v1/events", &passed).await;
    story.has_to_wait(&build, GateKind::Checks).await;
    // What EventBridge delivers of the same run does.
    story.tested("e-1", "SUCCEEDED").await;
    story.is_let_through(&build).await;
}

#[tokio::test]
async fn what_somebody_says_of_a_build_opens_no_gate() {
    let story = Story::of(CHECKS).await;
    story.tested("e-1", "SUCCEEDED").await;
    let said = json!({"environment": "dev", "revision": {"commit": COMMIT}});
    let upload = story.uploaded_as(b"another app", said).await;
    let build = story.registered(&upload).await;
    story.has_to_wait(&build, GateKind::Checks).await;
}

#[test]
fn a_gate_that_nothing_could_open_cannot_be_configured() {
    for keys in [
        "findings = { critical = 0 }",
        "rollback_gates = [\"findings\"]",
    ] {
        let refused = Config::parse(&format!("{HEAD}{keys}\n"), "towpath.toml");
        assert!(refused.is_err(), "{keys}");
    }
}
