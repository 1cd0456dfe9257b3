//! Share links for those who make, see and end them.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, apk::apk, now, people::person_id};

fn newest(hours: u32) -> Value {
    json!({"to": {"kind": "newest", "app": "wallet", "environment": "dev"}, "hours": hours})
}

async fn post(portal: &TestPortal, who: &str, address: &str, body: &Value) -> Answer {
    let cookie = portal.cookie(who, now()).await;
    let asked = portal.ask(&Method::POST, address, Some(&cookie), body);
    asked.await
}

async fn listed(portal: &TestPortal, who: &str) -> Vec<Value> {
    let cookie = portal.cookie(who, now()).await;
    let answer = portal.get_as("/api/v1/links", Some(&cookie)).await.json();
    answer["links"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_a_link_may_be_is_said_where_it_is_wrong() {
    let site = TestPortal::new().await;
    site.push("dev", &[("app.apk", &apk(b"an app"))]).await;
    let mapping = site.push("dev", &[("mapping.txt", b"a -> b")]).await;
    let with = |name: &str, value: Value| {
        let mut body = newest(24);
        body[name] = value;
        body
    };
    for (body, field) in [
        (newest(0), "hours"),
        (newest(721), "hours"),
        (with("limit", json!(0)), "limit"),
        (with("limit", json!(1001)), "limit"),
        (with("limit", json!(-1)), "limit"),
        (with("password", json!("short")), "password"),
        (with("password", json!("x".repeat(201))), "password"),
        (json!({"hours": 1}), ""),
        (with("to", json!({"kind": "everything"})), "to"),
    ] {
        let problem = site.post("/api/v1/links", &body).await.problem(400);
        let said = problem["field"].as_str().unwrap_or_default();
        assert!(said.starts_with(field), "{body}: {problem}");
        assert!(!problem.to_string().contains("short"), "{problem}");
    }
    let build = json!({"to": {"kind": "build", "build": mapping}, "hours": 1});
    let problem = site.post("/api/v1/links", &build).await.problem(422);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("no Android package")
    );
    assert_eq!(site.json("/api/v1/links").await["links"], json!([]));
}

#[tokio::test]
async fn a_link_is_told_once_and_listed_without_what_opens_it() {
    let portal = TestPortal::signed_in().await;
    let mut body = newest(24);
    body["password"] = json!("eight or more");
    body["limit"] = json!(3);
    let made = post(&portal, "developer", "/api/v1/links", &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.json();
    let address = made["address"].as_str().unwrap();
    let secret = address.rsplit('.').next().unwrap();
    assert!(
        address.starts_with("https://portal.example/share/01"),
        "{address}"
    );
    assert_eq!(secret.len(), 43);

    let [link] = listed(&portal, "developer").await.try_into().unwrap();
    assert_eq!(link["standing"], "live");
    assert_eq!(link["link"], made["link"]);
    assert_eq!(link["link"]["has_password"], true);
    assert_eq!(
        link["link"]["by"],
        json!({"kind": "person", "name": "developer@example.com", "person": person_id("developer@example.com")})
    );
    assert_eq!(listed(&portal, "release-manager").await, [] as [Value; 0]);
    assert_eq!(listed(&portal, "admins").await.len(), 1);

    let admin = portal.cookie("admins", now()).await;
    let log = portal.get_as("/api/v1/audit", Some(&admin)).await;
    let entry = &log.json()["entries"]["items"][0];
    assert_eq!(entry[testkit::ACTION], "link-made");
    assert_eq!(
        (entry["app"].as_str(), entry["environment"].as_str()),
        (Some("wallet"), Some("dev"))
    );
    assert_eq!(entry["details"]["limit"], "3");
    assert_eq!(entry["details"]["expires"], link["link"]["expires_at"]);
    for page in [
        "/settings/links",
        "/api/v1/links",
        "/audit",
        "/api/v1/audit",
    ] {
        let text = portal.get_as(page, Some(&admin)).await.text();
        assert!(text.contains("wallet"), "{page}");
        assert!(
            !text.contains(secret) && !text.contains("eight or"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn a_link_is_ended_by_its_maker_or_an_administrator_and_by_nobody_else() {
    let portal = TestPortal::signed_in().await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let made = post(&portal, "developer", "/api/v1/links", &newest(24)).await;
        ids.push(made.json()["link"]["id"].as_str().unwrap().to_owned());
    }
    let (api, form) = (
        format!("/api/v1/links/{}/revoke", ids[0]),
        format!("/settings/links/{}/revoke", ids[1]),
    );
    for other in ["release-manager", "admin", "auditor"] {
        let refused = post(&portal, other, &api, &json!({})).await;
        assert_eq!(refused.status, 404, "{other}");
        let refused = post(&portal, other, &form, &json!("")).await;
        assert_eq!(refused.status, 404, "{other}");
    }
    for who in ["developer", "admins"] {
        let revoked = post(&portal, who, &api, &json!({})).await.json();
        assert_eq!(revoked["standing"], "revoked");
        assert_eq!(
            revoked["link"]["revoked"]["by"]["name"],
            "developer@example.com"
        );
    }
    let done = post(&portal, "admins", &form, &json!("")).await;
    assert_eq!(
        (done.status.as_u16(), done.header("location")),
        (303, "/settings/links")
    );
    let standing: Vec<Value> = listed(&portal, "developer")
        .await
        .iter()
        .map(|link| link["standing"].clone())
        .collect();
    assert_eq!(standing, ["revoked", "revoked"]);
    let admin = portal.cookie("admins", now()).await;
    let log = portal
        .get_as("/audit?action=link-revoked", Some(&admin))
        .await;
    let told = log.text().matches("tally\">revoked a share link<").count();
    assert_eq!(told, 2, "once for each link");
}

#[tokio::test]
async fn the_form_is_reached_from_where_the_build_is_and_keeps_what_was_typed() {
    let portal = TestPortal::signed_in().await;
    let build = portal.push_as_admin("dev").await;
    let of = async |who: &str, page: &str| {
        let cookie = portal.cookie(who, now()).await;
        portal.get_as(page, Some(&cookie)).await.text()
    };
    let page = format!("/wallet/builds/{build}");
    let from_build = format!("/settings/links/new?build={build}");
    let from_tester = "/settings/links/new?app=wallet&amp;environment=dev";
    assert!(of("developer", &page).await.contains(&from_build));
    assert!(of("developer", "/wallet/dev").await.contains(from_tester));
    assert!(!of("tester", &page).await.contains("/settings/links/new"));
    assert!(
        !of("tester", "/wallet/dev")
            .await
            .contains("/settings/links/new")
    );
    let asked = of(
        "admins",
        "/settings/links/new?app=wallet&environment=preprod",
    )
    .await;
    assert!(
        asked.contains("value=\"wallet/preprod\" selected"),
        "{asked}"
    );
    assert!(
        of("developer", &from_build)
            .await
            .contains("build 1 of wallet")
    );

    let wrong = json!("place=wallet/dev&hours=24&limit=many&password=short");
    let back = post(&portal, "developer", "/settings/links/new", &wrong).await;
    assert_eq!(back.status, 400);
    let text = back.text();
    assert!(
        text.contains("No link was made") && text.contains("value=\"many\""),
        "{text}"
    );
    assert!(text.contains("value=\"24\" selected"));

    let form = json!(format!("build={build}&hours=24&limit=&password="));
    let made = post(&portal, "developer", "/settings/links/new", &form).await;
    assert_eq!(
        (made.status.as_u16(), made.header("cache-control")),
        (201, "no-store")
    );
    let text = made.text();
    assert!(
        text.contains("https://portal.example/share/01") && text.contains("QR code"),
        "{text}"
    );
    let list = of("developer", "/settings/links").await;
    assert!(
        list.contains("Build 1 of wallet") && !list.contains("/share/01"),
        "{list}"
    );
}
