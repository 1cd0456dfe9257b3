//! API tokens over HTTP: what one opens, until when, and that it is seen once.

use api::tokens::TokenRequest;
use axum::http::{Method, Request, header};
use domain::{
    Timestamp,
    access::{Grant, Permission, Permit, Role, Scope},
    audit::AuditAction,
    month::Month,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, log::Log, member, now, wallet};

use crate::document::Document;

const TOKENS: &str = "/api/v1/tokens";
const OVERVIEW: &str = "/api/v1/overview";

/// Where the holder of a token is, and somebody else.
const HERE: &str = "203.0.113.9";
const THERE: &str = "203.0.113.8";

/// A token of a member of that group, as the API answers it.
async fn made(portal: &TestPortal, group: &str, permit: &Value) -> Value {
    let cookie = portal.cookie(group, now()).await;
    let asked = json!({"label": "ci", "permit": permit, "hours": 24});
    let made = portal
        .ask(&Method::POST, TOKENS, Some(&cookie), &asked)
        .await;
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!(made.header("cache-control"), "no-store");
    made.json()
}

fn bearer(made: &Value) -> String {
    made["bearer"].as_str().unwrap().to_owned()
}

fn wallet_in_dev(may: &str) -> Value {
    json!({"may": [may], "apps": ["wallet"], "environments": ["dev"]})
}

async fn shows(
    portal: &TestPortal,
    bearer: &str,
    (method, address): (Method, &str),
    body: &Value,
    from: &str,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(address)
        .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
        .header("x-forwarded-for", from)
        .header(header::CONTENT_TYPE, "application/json");
    let request = request.body(body.to_string().into()).unwrap();
    portal.send(request).await
}

async fn get(portal: &TestPortal, address: &str, bearer: &str) -> Answer {
    let nothing = Value::Null;
    shows(portal, bearer, (Method::GET, address), &nothing, HERE).await
}

/// The answer to every token that does not work.
fn is_refused(answer: &Answer) {
    let detail = answer.problem(401)["detail"].clone();
    assert_eq!(
        detail,
        "This token does not work here. Make one at /settings/tokens."
    );
}

/// Shows a token with another secret.
async fn guesses(portal: &TestPortal, made: &Value, from: &str) -> Answer {
    let wrong = format!("{}{}", &bearer(made)[..35], "A".repeat(43));
    let nothing = Value::Null;
    shows(portal, &wrong, (Method::GET, OVERVIEW), &nothing, from).await
}

#[tokio::test]
async fn a_token_opens_the_api_and_pages_as_far_as_it_was_made_for() {
    let portal = TestPortal::signed_in().await;
    let document = Document::of(&portal).await;
    let made = made(&portal, "release-manager", &wallet_in_dev("view")).await;
    document.check("post", TOKENS, 200, &made);
    let token = bearer(&made);
    let apps = get(&portal, "/api/v1/apps", &token).await.json();
    assert_eq!(apps["apps"].as_array().unwrap().len(), 1, "{apps}");
    let page = get(&portal, "/wallet/dev", &token).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("release-manager@example.com/ci"));
    let hold = json!({"environment": "dev", "app": "wallet", "reason": "a test"});
    let refused = shows(
        &portal,
        &token,
        (Method::POST, "/api/v1/holds"),
        &hold,
        HERE,
    )
    .await;
    refused.problem(403);
    get(&portal, "/api/v1/apps/shop", &token).await.problem(404);
    let more = json!({"label": "more", "permit": {"may": ["view"]}, "hours": 1});
    let more = shows(&portal, &token, (Method::POST, TOKENS), &more, HERE).await;
    more.problem(403);
}

#[tokio::test]
async fn what_a_token_does_is_noted_with_the_token_and_its_owner() {
    let portal = TestPortal::signed_in().await;
    let made = made(&portal, "release-manager", &wallet_in_dev("hold")).await;
    let hold = json!({"environment": "dev", "app": "wallet", "reason": "a test"});
    let token = bearer(&made);
    let answer = shows(
        &portal,
        &token,
        (Method::POST, "/api/v1/holds"),
        &hold,
        HERE,
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let table = &portal.store.table;
    let log = table.audit().month(&Month::of(now())).await.unwrap();
    let note = log.last().unwrap().entry.clone().unwrap().readable().note;
    assert_eq!(note.action, AuditAction::Held);
    assert_eq!(note.by.name, "release-manager@example.com/ci");
    let owner = note.by.owner.unwrap();
    assert_eq!(owner.name, "release-manager@example.com");
    let id = made["token"]["id"].as_str().unwrap();
    assert_eq!(note.proof, format!("token {id}"));
}

#[tokio::test]
async fn a_token_altered_anywhere_is_refused() {
    let portal = TestPortal::signed_in().await;
    let token = bearer(&made(&portal, "developer", &wallet_in_dev("view")).await);
    for place in (8..token.len()).step_by(9).chain([token.len() - 1]) {
        let mut altered = token.clone().into_bytes();
        altered[place] = if altered[place] == b'0' { b'1' } else { b'0' };
        let altered = String::from_utf8(altered).unwrap();
        is_refused(&get(&portal, OVERVIEW, &altered).await);
    }
    let answer = get(&portal, OVERVIEW, &token).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_from_that_moment() {
    let portal = TestPortal::signed_in().await;
    let made = made(&portal, "developer", &wallet_in_dev("view")).await;
    assert_eq!(get(&portal, OVERVIEW, &bearer(&made)).await.status, 200);
    let cookie = portal.cookie("developer", now()).await;
    let id = made["token"]["id"].as_str().unwrap();
    let revoke = format!("{TOKENS}/{id}/revoke");
    let document = Document::of(&portal).await;
    for _ in 0..2 {
        let revoked = portal.ask(&Method::POST, &revoke, Some(&cookie), &Value::Null);
        let revoked = revoked.await.json();
        document.check("post", "/api/v1/tokens/{id}/revoke", 200, &revoked);
        assert_eq!(revoked["standing"], "revoked");
        assert!(revoked["used_at"].is_string(), "{revoked}");
    }
    is_refused(&get(&portal, OVERVIEW, &bearer(&made)).await);
    let listed = portal.get_as(TOKENS, Some(&cookie)).await.json();
    document.check("get", TOKENS, 200, &listed);
    assert_eq!(listed["tokens"][0]["standing"], "revoked");
}

#[tokio::test]
async fn a_token_opens_nothing_after_its_time() {
    let portal = TestPortal::signed_in().await;
    let ada = member("ada@example.com", vec!["developer".to_owned()]);
    let at = |label: &str, ago: i64| {
        let request = TokenRequest {
            label: label.parse().unwrap(),
            permit: Permit::all(vec![Permission::View]),
            hours: 1,
        };
        let then = now() - SignedDuration::from_secs(ago);
        let made = portal.portal.tokens().make(&ada, request, then);
        async move { made.await.unwrap().bearer }
    };
    let (over, not_yet) = (at("over", 3600).await, at("not-yet", 3599).await);
    is_refused(&get(&portal, OVERVIEW, &over).await);
    assert_eq!(get(&portal, OVERVIEW, &not_yet).await.status, 200);
}

/// The same portal, where groups have these roles.
fn with_grants(portal: &mut TestPortal, grants: Vec<Grant>) {
    let changed = portal.another(|parts| parts.grants = grants);
    portal.reroute(|state| state.portal = changed);
}

#[tokio::test]
async fn a_token_loses_what_its_owner_loses() {
    let mut portal = TestPortal::signed_in().await;
    let permit = wallet_in_dev("hold");
    let token = bearer(&made(&portal, "release-manager", &permit).await);
    let hold = json!({"environment": "dev", "app": "wallet", "reason": "a test"});
    let viewer = Grant {
        role: Role::Viewer,
        groups: vec!["release-manager".to_owned()],
        apps: Scope::Only(vec![wallet()]),
        environments: Scope::All,
    };
    with_grants(&mut portal, vec![viewer]);
    assert_eq!(
        get(&portal, "/api/v1/apps/wallet", &token).await.status,
        200
    );
    let refused = shows(
        &portal,
        &token,
        (Method::POST, "/api/v1/holds"),
        &hold,
        HERE,
    )
    .await;
    refused.problem(403);
    with_grants(&mut portal, Vec::new());
    get(&portal, OVERVIEW, &token).await.problem(403);
}

#[tokio::test]
async fn whoever_guesses_too_often_waits_and_nobody_else() {
    let mut portal = TestPortal::signed_in().await;
    let made = made(&portal, "developer", &wallet_in_dev("view")).await;
    for _ in 0..10 {
        is_refused(&guesses(&portal, &made, HERE).await);
    }
    for wait in [
        guesses(&portal, &made, HERE).await,
        get(&portal, OVERVIEW, &bearer(&made)).await,
    ] {
        wait.problem(429);
        let seconds: i64 = wait.header("retry-after").parse().unwrap();
        assert!((1..=900).contains(&seconds), "{seconds}");
    }
    let nothing = Value::Null;
    let token = bearer(&made);
    let elsewhere = shows(&portal, &token, (Method::GET, OVERVIEW), &nothing, THERE).await;
    assert_eq!(elsewhere.status, 200);
    let cookie = portal.cookie("developer", now()).await;
    assert_eq!(portal.get_as(OVERVIEW, Some(&cookie)).await.status, 200);
    let table = &portal.store.table;
    let log = table.audit().month(&Month::of(now())).await.unwrap();
    let notes = log.iter().map(|found| &found.entry.as_ref().unwrap().note);
    let lockouts: Vec<_> = notes
        .filter(|note| note.action == AuditAction::LockedOut)
        .collect();
    assert_eq!(lockouts.len(), 1, "{lockouts:?}");
    assert_eq!(lockouts[0].from.as_deref(), Some(HERE));
    portal.reroute(|state| state.clock = a_quarter_later);
    assert_eq!(get(&portal, OVERVIEW, &token).await.status, 200);
}

fn a_quarter_later() -> Timestamp {
    now() + SignedDuration::from_mins(15)
}

#[tokio::test]
async fn a_token_that_is_over_is_no_guess() {
    let portal = TestPortal::signed_in().await;
    let made = made(&portal, "developer", &wallet_in_dev("view")).await;
    let cookie = portal.cookie("developer", now()).await;
    let revoke = format!("{TOKENS}/{}/revoke", made["token"]["id"].as_str().unwrap());
    let revoked = portal.ask(&Method::POST, &revoke, Some(&cookie), &Value::Null);
    assert_eq!(revoked.await.status, 200);
    for _ in 0..12 {
        is_refused(&get(&portal, OVERVIEW, &bearer(&made)).await);
    }
}

#[tokio::test]
async fn a_token_is_in_no_log_no_item_and_no_later_answer() {
    let log = Log::of_this_test("trace");
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("release-manager", now()).await;
    let made = made(&portal, "release-manager", &wallet_in_dev("hold")).await;
    let token = bearer(&made);
    let hold = json!({"environment": "dev", "app": "wallet", "reason": "a test"});
    let id = made["token"]["id"].as_str().unwrap();
    let mut said = vec![
        get(&portal, OVERVIEW, &token).await.text(),
        get(&portal, "/settings", &token).await.text(),
        get(&portal, "/wallet/moon", &token).await.text(),
        get(&portal, "/api/v1/apps/NOT", &token).await.text(),
        get(&portal, OVERVIEW, &format!("{token}x")).await.text(),
        shows(
            &portal,
            &token,
            (Method::POST, "/api/v1/holds"),
            &hold,
            HERE,
        )
        .await
        .text(),
    ];
    for _ in 0..11 {
        said.push(guesses(&portal, &made, HERE).await.text());
    }
    let revoke = format!("{TOKENS}/{id}/revoke");
    for (method, address) in [
        (Method::GET, TOKENS),
        (Method::GET, "/settings/tokens"),
        (Method::POST, &revoke),
    ] {
        let answer = portal.ask(&method, address, Some(&cookie), &Value::Null);
        said.push(answer.await.text());
    }
    said.push(json!(portal.items().await).to_string());
    let logged = log.text();
    assert!(logged.contains("answered") && said.last().unwrap().contains(id));
    said.push(logged);
    for secret in [&token[35..], &"A".repeat(43)] {
        for text in &said {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn the_page_makes_a_token_shows_it_once_and_revokes_it() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("developer", now()).await;
    let send = async |address: &str, form: &str| {
        let form = Value::String(form.to_owned());
        portal
            .ask(&Method::POST, address, Some(&cookie), &form)
            .await
    };
    let form = "label=ci&may=view&may=register&app=wallet&environment=dev&days=30";
    let made = send("/settings/tokens", form).await;
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!(made.header("cache-control"), "no-store");
    let page = made.text();
    let start = page.find("towpath_").unwrap();
    let token = &page[start..start + 78];
    assert_eq!(get(&portal, OVERVIEW, token).await.status, 200);
    let list = portal
        .get_as("/settings/tokens", Some(&cookie))
        .await
        .text();
    assert!(list.contains("view, register: wallet, in dev"), "{list}");
    assert!(!list.contains(&token[35..]), "{list}");
    // The same form again, as by a reload, makes no second one and shows nothing.
    let again = send("/settings/tokens", form).await;
    assert_eq!(again.status, 409);
    assert!(!again.text().contains("towpath_") && again.text().contains("value=\"ci\""));
    for (wrong, why) in [
        ("label=x&may=view&environment=dev&days=1", "app"),
        ("label=x&app=*&environment=*&days=1", "may do"),
        ("label=X&may=view&app=*&environment=*&days=1", "name"),
        ("label=x&may=promote&app=*&environment=*&days=1", "promote"),
        ("label=x&may=view&app=*&environment=*&days=9999", "8760"),
        ("label=x&may=view&app=*&environment=*&days=-1", "how long"),
    ] {
        let back = send("/settings/tokens", wrong).await;
        assert_eq!(back.status, 400, "{wrong}");
        assert!(back.text().contains(why), "{wrong}: {}", back.text());
    }
    let id = &token[8..34];
    let revoked = send(&format!("/settings/tokens/{id}/revoke"), "").await;
    assert_eq!(revoked.header("location"), "/settings/tokens");
    is_refused(&get(&portal, OVERVIEW, token).await);
}

#[tokio::test]
async fn another_sites_page_makes_no_token() {
    let portal = TestPortal::signed_in().await;
    let cookie = portal.cookie("developer", now()).await;
    let request = Request::post("/settings/tokens")
        .header(header::COOKIE, &cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body("label=ci&may=view&app=*&environment=*&days=1".into());
    let answer = portal.send(request.unwrap()).await;
    assert_eq!(answer.status, 403);
    let listed = portal.get_as(TOKENS, Some(&cookie)).await.json();
    assert_eq!(listed["tokens"], json!([]));
}
