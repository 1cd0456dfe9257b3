//! Seeing where one is signed in, and ending that from elsewhere.

use std::cell::Cell;

use axum::http::{Method, header};
use domain::{
    Timestamp,
    audit::{AuditAction, Entry},
    page::Limit,
};
use identity::sign_in::Session;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, now, people::person_id};

const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36";
const LAPTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";

/// Long enough ago that the next use is noted.
fn earlier() -> Timestamp {
    now() - SignedDuration::from_mins(6)
}

fn nothing() -> Value {
    json!({})
}

/// Whether an answer is that of someone who has to sign in, and takes their cookie back.
fn is_out(answer: &Answer) -> bool {
    let mut given = answer.headers.get_all(header::SET_COOKIE).iter();
    let cleared = given.any(|value| value.to_str().unwrap().starts_with("__Host-towpath=;"));
    answer.status == 303 && answer.header("location").starts_with("/sign-in?") && cleared
}

async fn listed(portal: &TestPortal, cookie: &str) -> Vec<Value> {
    let answer = portal.get_as("/api/v1/sessions", Some(cookie)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["sessions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn people_see_where_they_are_signed_in_and_nobody_elses_sessions() {
    let portal = TestPortal::signed_in().await;
    let (phone, _) = portal.browser("viewer", earlier(), Some(PHONE)).await;
    let (laptop, _) = portal.browser("viewer", now(), Some(LAPTOP)).await;
    portal.browser("admins", now(), Some("curl/8.9")).await;
    let over = now() - SignedDuration::from_hours(9);
    portal.browser("viewer", over, Some("long idle")).await;
    let sessions = listed(&portal, &phone).await;
    let seen: Vec<_> = sessions
        .iter()
        .map(|session| {
            (
                session["device"].as_str().unwrap(),
                session["current"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [("Chrome on Android", true), ("Firefox on Linux", false)]
    );
    assert_eq!(sessions[0]["address"], "192.0.2.7");
    // Its use was noted when it asked.
    assert_eq!(sessions[0]["seen"], json!(now()));
    let page = portal
        .get_as("/settings/sessions", Some(&laptop))
        .await
        .text();
    for text in [
        "Chrome on Android",
        "Firefox on Linux",
        "this one",
        "from 192.0.2.7",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("curl") && !page.contains("end-all"));
    let admin = portal.cookie("admins", now()).await;
    let page = portal
        .get_as("/settings/sessions", Some(&admin))
        .await
        .text();
    assert!(page.contains("action=\"/settings/sessions/end-all\""));
}

#[tokio::test]
async fn a_session_that_is_ended_elsewhere_is_over_in_either_order() {
    let portal = TestPortal::signed_in().await;
    for phone_first in [true, false] {
        let (phone, on_phone) = portal.browser("viewer", earlier(), Some(PHONE)).await;
        let (laptop, on_laptop) = portal.browser("viewer", earlier(), Some(LAPTOP)).await;
        let (ending, ended, gone) = if phone_first {
            (&phone, &laptop, &on_laptop)
        } else {
            (&laptop, &phone, &on_phone)
        };
        let address = format!("/api/v1/sessions/{gone}/end");
        let answer = portal
            .ask(&Method::POST, &address, Some(ending), &nothing())
            .await;
        assert_eq!(answer.json()["ended"], 1, "{}", answer.text());
        assert!(is_out(&portal.get_as("/wallet", Some(ended)).await));
        portal.get_as("/api/v1/me", Some(ended)).await.problem(401);
        assert_eq!(portal.get_as("/wallet", Some(ending)).await.status, 200);
        // Again: there is none any more, and a form that is sent twice is no mistake.
        let again = portal
            .ask(&Method::POST, &address, Some(ending), &nothing())
            .await;
        again.problem(404);
        let form = format!("/settings/sessions/{gone}/end");
        let form = portal
            .ask(&Method::POST, &form, Some(ending), &json!(""))
            .await;
        assert_eq!(form.header("location"), "/settings/sessions");
    }
}

thread_local! {
    static LATER: Cell<i64> = const { Cell::new(0) };
}

fn later() -> Timestamp {
    now() + SignedDuration::from_secs(LATER.get())
}

#[tokio::test]
async fn an_end_holds_within_five_minutes() {
    let portal = TestPortal::builder().oidc().clock(later).start().await;
    let (phone, id) = portal.browser("viewer", now(), Some(PHONE)).await;
    let laptop = portal.cookie("viewer", now()).await;
    let unused = portal.browser("viewer", now(), None).await;
    assert_eq!(portal.get_as("/wallet", Some(&phone)).await.status, 200);
    for id in [&id, &unused.1] {
        let address = format!("/settings/sessions/{id}/end");
        let form = json!("");
        let ended = portal.ask(&Method::POST, &address, Some(&laptop), &form);
        assert_eq!(ended.await.status, 303);
    }
    // What this process has not seen yet is over at once.
    assert!(is_out(&portal.get_as("/wallet", Some(&unused.0)).await));
    assert_eq!(listed(&portal, &laptop).await.len(), 1);
    LATER.set(299);
    assert_eq!(portal.get_as("/wallet", Some(&phone)).await.status, 200);
    LATER.set(300);
    assert!(is_out(&portal.get_as("/wallet", Some(&phone)).await));
    assert_eq!(portal.get_as("/wallet", Some(&laptop)).await.status, 200);
}

#[tokio::test]
async fn signing_out_everywhere_else_leaves_this_one() {
    let portal = TestPortal::signed_in().await;
    let mine = portal.cookie("viewer", earlier()).await;
    let others = [
        portal.cookie("viewer", earlier()).await,
        portal.cookie("viewer", earlier()).await,
    ];
    let strangers = portal.cookie("tester", earlier()).await;
    let address = "/settings/sessions/end-others";
    let answer = portal
        .ask(&Method::POST, address, Some(&mine), &json!(""))
        .await;
    assert_eq!(answer.status, 303);
    for other in &others {
        assert!(is_out(&portal.get_as("/wallet", Some(other)).await));
    }
    assert_eq!(portal.get_as("/wallet", Some(&mine)).await.status, 200);
    assert_eq!(portal.get_as("/wallet", Some(&strangers)).await.status, 200);
}

#[tokio::test]
async fn nobody_ends_the_session_of_another_but_who_manages_credentials() {
    let portal = TestPortal::signed_in().await;
    let (victim, id) = portal.browser("viewer", earlier(), Some(PHONE)).await;
    let other = portal.cookie("tester", now()).await;
    let address = format!("/api/v1/sessions/{id}/end");
    let answer = portal
        .ask(&Method::POST, &address, Some(&other), &nothing())
        .await;
    answer.problem(404);
    let all = json!({"person": "Viewer@Example.com", "reason": "lost phone"});
    let address = "/api/v1/sessions/end-all";
    let answer = portal.ask(&Method::POST, address, Some(&other), &all).await;
    answer.problem(403);
    assert_eq!(portal.get_as("/wallet", Some(&victim)).await.status, 200);
    let admin = portal.cookie("admins", now()).await;
    let answer = portal.ask(&Method::POST, address, Some(&admin), &all).await;
    assert_eq!(answer.json()["ended"], 1, "{}", answer.text());
    assert!(is_out(&portal.get_as("/wallet", Some(&victim)).await));
    let nobody = json!({"person": " "});
    let empty = portal
        .ask(&Method::POST, address, Some(&admin), &nobody)
        .await;
    assert_eq!(empty.problem(400)["field"], "person");
    let (address, nobody) = ("/settings/sessions/end-all", json!("person="));
    let form = portal
        .ask(&Method::POST, address, Some(&admin), &nobody)
        .await;
    assert_eq!(form.status, 400);
    assert!(form.text().contains("Nothing was ended"), "{}", form.text());

    // The page says whose and how many, and keeps a name that nobody has.
    let form = |person: &str| json!(format!("person={person}"));
    portal.cookie("viewer", now()).await;
    for (person, said) in [
        (
            "viewer@example.com",
            "1 session of viewer@example.com ended.",
        ),
        ("viewer@example.com", "viewer@example.com was not signed in"),
    ] {
        let body = form(person);
        let page = portal
            .ask(&Method::POST, address, Some(&admin), &body)
            .await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(said), "{}", page.text());
    }
    let body = form("wiever@example.com");
    let page = portal
        .ask(&Method::POST, address, Some(&admin), &body)
        .await;
    assert_eq!(page.status, 400);
    assert!(
        page.text().contains("value=\"wiever@example.com\""),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn ends_from_elsewhere_are_noted_and_signing_out_is_not() {
    let portal = TestPortal::signed_in().await;
    let admin = portal.cookie("admins", now()).await;
    let (leaving, _) = portal.browser("tester", earlier(), None).await;
    let out = portal
        .ask(&Method::POST, "/sign-out", Some(&leaving), &json!(""))
        .await;
    assert!(
        out.status.is_success() || out.status == 303,
        "{}",
        out.text()
    );
    assert!(is_out(&portal.get_as("/wallet", Some(&leaving)).await));
    portal.cookie("viewer", now()).await;
    let all = json!({"person": "viewer@example.com", "reason": "lost phone"});
    let address = "/api/v1/sessions/end-all";
    portal.ask(&Method::POST, address, Some(&admin), &all).await;
    // Nothing to end is nothing to note.
    portal.ask(&Method::POST, address, Some(&admin), &all).await;
    let month = domain::month::Month::of(now());
    let limit = Limit::default();
    let entries = portal
        .store
        .table
        .audit()
        .list(&month, limit, None)
        .await
        .unwrap();
    let ended: Vec<_> = entries
        .items
        .into_iter()
        .map(Entry::readable)
        .filter(|entry| entry.note.action == AuditAction::SessionEnded)
        .collect();
    assert_eq!(ended.len(), 1);
    let note = &ended[0].note;
    assert_eq!(note.by.name, "admins@example.com");
    assert_eq!(note.details["of"], "viewer@example.com");
    assert_eq!(note.details["sessions"], "1");
    assert_eq!(note.reason.as_deref(), Some("lost phone"));
}

#[tokio::test]
async fn ending_the_session_that_asks_is_signing_out() {
    let portal = TestPortal::signed_in().await;
    let (mine, id) = portal.browser("viewer", now(), None).await;
    let address = format!("/settings/sessions/{id}/end");
    let answer = portal
        .ask(&Method::POST, &address, Some(&mine), &json!(""))
        .await;
    assert_eq!(answer.header("location"), "/signed-out");
    assert!(answer.header("set-cookie").starts_with("__Host-towpath=; "));
}

#[tokio::test]
async fn a_cookie_that_nobody_registered_is_over_at_its_first_noted_use() {
    let portal = TestPortal::signed_in().await;
    let (cookie, id) = portal.browser("viewer", earlier(), None).await;
    let table = &portal.store.table;
    let viewer = person_id("viewer@example.com");
    assert!(table.sessions().leave(&viewer, &id).await.unwrap());
    assert!(is_out(&portal.get_as("/wallet", Some(&cookie)).await));
}

async fn stop_the_table(portal: &mut TestPortal) {
    let table = portal.services.dynamodb.take().unwrap();
    table.shutdown().await;
}

#[tokio::test]
async fn while_the_register_does_not_answer_nobody_is_let_in_unasked() {
    let mut portal = TestPortal::signed_in().await;
    let old = portal.cookie("admins", earlier()).await;
    let fresh = portal.cookie("admins", now()).await;
    let unseen = portal.cookie("admins", now()).await;
    assert_eq!(portal.get_as("/api/v1/me", Some(&fresh)).await.status, 200);
    stop_the_table(&mut portal).await;
    for asked in [&old, &unseen] {
        portal.get_as("/api/v1/me", Some(asked)).await.problem(503);
    }
    assert_eq!(portal.get_as("/api/v1/me", Some(&fresh)).await.status, 200);
    // Leaving needs nobody's leave.
    let out = portal
        .ask(&Method::POST, "/sign-out", Some(&old), &json!(""))
        .await;
    assert!(out.headers.contains_key(header::SET_COOKIE));
    let stylesheet = format!("/assets/{}", frontend::site::stylesheet_name());
    assert_eq!(portal.get_as(&stylesheet, Some(&old)).await.status, 200);
}

#[tokio::test]
async fn a_cookie_of_a_session_that_nobody_began_lets_nobody_in_whoever_could_seal_it() {
    let portal = TestPortal::signed_in().await;
    let (cookie, id) = portal.browser("viewer", now(), Some(LAPTOP)).await;
    assert_eq!(portal.get_as("/wallet", Some(&cookie)).await.status, 200);
    let sealed = async |id: &str, name: &str, groups: &[&str]| {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        let person = person_id(name);
        let session = Session::of(id.parse().unwrap(), person, name, groups, now());
        let sealed = portal
            .sign_in()
            .seal_session(&session, &[8; 32], now())
            .await;
        format!("__Host-towpath={}", sealed.unwrap())
    };
    // As the one that was begun, and then with another identity, another person, and more groups.
    let (own, name) = (id.as_str(), "viewer@example.com");
    let same = sealed(own, name, &["viewer"]).await;
    assert_eq!(portal.get_as("/wallet", Some(&same)).await.status, 200);
    for forged in [
        sealed("01KAFZZZZZZZZZZZZZZZZZZZZZ", name, &["viewer"]).await,
        sealed(own, "admins@example.com", &["viewer"]).await,
        sealed(own, name, &["viewer", "admins"]).await,
    ] {
        assert!(is_out(&portal.get_as("/wallet", Some(&forged)).await));
    }
}
