//! Who may withdraw a build: anyone who may in every environment that it was released in.

use axum::http::Method;
use serde_json::{Value, json};

use testkit::{Answer, TestPortal, apk::apk, now, two_apps::TwoApps};

struct Portal(TestPortal);

impl Portal {
    async fn post(&self, group: &str, address: &str, body: &Value) -> Answer {
        let cookie = self.0.cookie(group, now()).await;
        self.0
            .ask(&Method::POST, address, Some(&cookie), body)
            .await
    }

    async fn done(&self, group: &str, address: &str, body: &Value) -> Value {
        let answer = self.post(group, address, body).await;
        assert!(answer.status.is_success(), "{address}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// A build of the wallet that lab serves.
    async fn in_lab(&self, bytes: &[u8]) -> String {
        let cookie = self.0.cookie("admins", now()).await;
        let (to, files) = (
            json!({"environment": "lab"}),
            [("app.apk", &apk(bytes)[..])],
        );
        let upload = self.0.upload("wallet", Some(&cookie), to, &files).await;
        self.0.complete(&upload, Some(&cookie)).await
    }

    /// The same in dev, past the approvals.
    async fn in_dev_too(&self, build: &str) {
        let asked = json!({"build": build, "to": "dev", "reason": "a test",
            "bypass": {"gates": ["approvals"], "reason": "a test"}});
        let promoted = self.done("admins", "/api/v1/promotions", &asked).await;
        assert_eq!(promoted["state"]["is"], "succeeded", "{promoted}");
    }

    async fn serving(&self, environment: &str) -> Value {
        let cookie = self.0.cookie("admins", now()).await;
        let address = format!("/api/v1/apps/wallet/environments/{environment}");
        let view = self.0.get_as(&address, Some(&cookie)).await.json();
        view["current"]["release"]["build"].clone()
    }
}

#[tokio::test]
async fn a_build_is_withdrawn_only_by_who_may_wherever_it_was_released() {
    let builder = TestPortal::builder().config(&TwoApps::config()).oidc();
    let portal = Portal(builder.start().await);
    let earlier = portal.in_lab(b"earlier").await;
    portal.in_dev_too(&earlier).await;
    let build = portal.in_lab(b"an app").await;
    portal.in_dev_too(&build).await;

    let withdraw = format!("/api/v1/builds/{build}/withdraw");
    let reason = json!({"reason": "leaks"});
    let back = "/api/v1/apps/wallet/environments/dev/rollback";
    let and_withdraw = json!({"build": earlier, "reason": "leaks", "withdraw": true});
    // May in dev, and not in lab: neither while lab serves it, nor once lab could only go back to it.
    for newer in [None, Some(b"a newer app")] {
        if let Some(bytes) = newer {
            portal.in_lab(bytes).await;
        }
        for (address, body) in [(withdraw.as_str(), &reason), (back, &and_withdraw)] {
            let answer = portal.post("release-manager", address, body).await;
            assert_eq!(answer.status, 403, "{address}: {}", answer.text());
            assert!(answer.text().contains("lab"), "{}", answer.text());
        }
        assert_eq!(portal.serving("dev").await, build.as_str());
    }

    portal.done("admins", &withdraw, &reason).await;
    assert_eq!(portal.serving("dev").await, Value::Null);
}
