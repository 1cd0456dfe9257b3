//! Who may do what, and how the portal is set up: shown to whom it concerns, and never a secret.

use serde_json::json;
use testkit::{PORTAL_KEYS, SECRET, TestPortal, now};

#[tokio::test]
async fn people_are_told_what_they_may_do_and_through_which_group() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("developer", now()).await;
    let me = portal.get_as("/api/v1/me", Some(&cookie)).await.json();
    assert_eq!(me["actor"]["name"], "developer@example.com");
    assert_eq!(me["proof"], "session of https://issuer.example");
    assert_eq!(me["groups"], json!(["developer"]));
    assert_eq!(me["roles"][0]["role"], "developer");
    let entry = &me["roles"][0]["entry"];
    let wallet = &me["may"]["apps"][0];
    assert_eq!(wallet["app"]["id"], "wallet");
    let in_dev = &wallet["environments"][0];
    assert_eq!(in_dev["environment"], "dev");
    let register = json!({"what": "register", "roles": [entry]});
    assert!(
        in_dev["may"].as_array().unwrap().contains(&register),
        "{in_dev}"
    );
    // Elsewhere a developer only downloads.
    let elsewhere = wallet["environments"][1]["may"].as_array().unwrap();
    assert_eq!(*elsewhere, [json!({"what": "download", "roles": [entry]})]);
    let page = portal.get_as("/settings", Some(&cookie)).await.text();
    assert!(
        page.contains("<strong>developer</strong> of wallet, in dev"),
        "{page}"
    );
    assert!(!page.contains("/settings/access") && page.contains("/settings/sessions"));
}

#[tokio::test]
async fn whoever_has_no_role_learns_whom_to_ask_and_nothing_else() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("nobody", now()).await;
    let me = portal.get_as("/api/v1/me", Some(&cookie)).await.json();
    assert_eq!(me["may"], json!({"apps": [], "beyond": []}));
    let page = portal.get_as("/settings", Some(&cookie)).await.text();
    assert!(page.contains("Ask an administrator"), "{page}");
    assert!(!page.contains("wallet"), "{page}");
}

#[tokio::test]
async fn a_local_portal_says_that_nobody_needs_a_role() {
    let site = TestPortal::new().await;
    let me = site.json("/api/v1/me").await;
    assert_eq!(me["actor"]["kind"], "local");
    assert_eq!(site.json("/api/v1/sessions").await, json!({"sessions": []}));
    let page = site.get("/settings/sessions").await.text();
    assert!(page.contains("Nobody signs in here"), "{page}");
    let page = site.get("/settings").await.text();
    for tab in ["/settings/access", "/settings/configuration"] {
        assert!(page.contains(tab), "{tab}");
    }
    assert!(!page.contains("href=\"/settings/sessions\""));
}

#[tokio::test]
async fn administrators_ask_what_someone_may_do() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("admins", now()).await;
    let all = portal.get_as("/api/v1/access", Some(&cookie)).await.json();
    assert_eq!(all["roles"].as_array().unwrap().len(), 7);
    assert_eq!(all.get("asked"), None);
    let address = "/api/v1/access?groups=tester,%20auditor";
    let asked = portal.get_as(address, Some(&cookie)).await.json();
    assert_eq!(asked["asked"]["groups"], json!(["tester", "auditor"]));
    let roles = asked["asked"]["roles"].as_array().unwrap();
    let roles: Vec<_> = roles
        .iter()
        .map(|role| role["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["tester", "auditor"]);
    let page = portal
        .get_as("/settings/access?groups=tester", Some(&cookie))
        .await
        .text();
    assert!(
        page.contains("Someone of tester has these roles:"),
        "{page}"
    );
    let page = portal
        .get_as("/settings/access?groups=strangers", Some(&cookie))
        .await
        .text();
    assert!(page.contains("No role is given to strangers"), "{page}");
    let long = format!("?groups={}", "x".repeat(201));
    let answer = portal
        .get_as(&format!("/api/v1/access{long}"), Some(&cookie))
        .await;
    assert_eq!(answer.problem(400)["field"], "groups");
    let page = portal
        .get_as(&format!("/settings/access{long}"), Some(&cookie))
        .await;
    assert_eq!(page.status, 400);
    assert!(page.text().contains("Nobody was asked about"));
}

#[tokio::test]
async fn the_configuration_is_shown_without_secrets() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("admins", now()).await;
    let answer = portal.get_as("/api/v1/configuration", Some(&cookie)).await;
    let view = answer.json();
    assert_eq!(view["sign_in"]["issuer"], "https://issuer.example");
    assert_eq!(view["sign_in"]["client_id"], "towpath");
    assert_eq!(view["sign_in"]["idle_hours"], 8);
    assert_eq!(view["sign_in"]["lifetime_hours"], 24);
    assert_eq!(view["region"], "eu-west-1");
    let page = portal
        .get_as("/settings/configuration", Some(&cookie))
        .await
        .text();
    assert!(page.contains("towpath config check"), "{page}");
    for text in [answer.text(), page] {
        for secret in [SECRET, PORTAL_KEYS.0, PORTAL_KEYS.1] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}
