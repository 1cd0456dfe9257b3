//! Signing in and out, as a browser does it, with an issuer that may lie.

use std::{cell::Cell, sync::atomic::Ordering};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::Timestamp;
use identity::sign_in::{Identity, Session};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Answer, SECRET, TestPortal, now, people::person_id, sign_in};
use url::Url;

use crate::{
    closing,
    issuer::{Issuer, Lie},
};

const ALL_LIES: [Lie; 13] = [
    Lie::Nonce,
    Lie::NoNonce,
    Lie::Audience,
    Lie::OtherParty,
    Lie::Issuer,
    Lie::Expired,
    Lie::NotYet,
    Lie::NoSignature,
    Lie::OtherSignature,
    Lie::SharedSecret,
    Lie::UnknownKey,
    Lie::Critical,
    Lie::Truncated,
];

async fn portal(issuer: &Issuer) -> TestPortal {
    TestPortal::builder().issuer(&issuer.address).start().await
}

/// The cookies that an answer gives, by name.
pub(crate) fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let given = answer.headers.get_all(header::SET_COOKIE).iter();
    let given = given.map(|value| value.to_str().unwrap());
    let pairs = given.map(|text| text.split(';').next().unwrap().to_owned());
    let mut pairs = pairs.filter(|pair| pair.split_once('=').unwrap().0 == name);
    pairs.next()
}

/// A browser that was sent to the issuer.
struct Sent {
    location: String,
    browser: String,
}

async fn sent(portal: &TestPortal, address: &str) -> Sent {
    let answer = portal.get_as(address, None).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    Sent {
        location: answer.header("location").to_owned(),
        browser: cookie(&answer, "__Host-towpath-browser").unwrap(),
    }
}

async fn back(portal: &TestPortal, sent: &Sent, code: &str, state: &str) -> Answer {
    let address = format!("/sign-in/callback?code={code}&state={state}");
    portal.get_as(&address, Some(&sent.browser)).await
}

/// All of it: to the issuer, through it, and back.
pub(crate) async fn through(portal: &TestPortal, issuer: &Issuer, address: &str) -> Answer {
    let sent = sent(portal, address).await;
    let (code, state) = issuer.approves(&sent.location);
    back(portal, &sent, &code, &state).await
}

#[tokio::test]
async fn someone_who_opens_a_page_signs_in_and_comes_back_to_it() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    let opened = portal.get_as("/wallet/runs?failed=true", None).await;
    assert_eq!(opened.status, 303);
    let answer = through(&portal, &issuer, opened.header("location")).await;
    assert_eq!(answer.header("location"), "/wallet/runs?failed=true");
    assert_eq!(answer.header("cache-control"), "no-store");
    for given in answer.headers.get_all(header::SET_COOKIE) {
        let given = given.to_str().unwrap();
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Max-Age=28800"] {
            assert!(given.contains(attribute), "{given}");
        }
        assert!(!given.contains("Domain"), "{given}");
    }
    let session = cookie(&answer, "__Host-towpath").unwrap();
    assert!(!session.contains("ada"));
    let page = portal.get_as("/wallet", Some(&session)).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Ada Lovelace"), "{}", page.text());
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(portal.get_as("/shop", Some(&session)).await.status, 404);
}

#[tokio::test]
async fn a_token_that_proves_nothing_lets_nobody_in() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    for lie in ALL_LIES {
        issuer.lies(lie);
        let answer = through(&portal, &issuer, "/sign-in").await;
        assert_eq!(answer.status, 403, "{lie:?}");
        assert_eq!(cookie(&answer, "__Host-towpath"), None, "{lie:?}");
    }
    issuer.lies(Lie::Nothing);
    let answer = through(&portal, &issuer, "/sign-in").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

#[tokio::test]
async fn a_code_works_once() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    let sent = sent(&portal, "/sign-in").await;
    let (code, state) = issuer.approves(&sent.location);
    assert_eq!(back(&portal, &sent, &code, &state).await.status, 303);
    let again = back(&portal, &sent, &code, &state).await;
    assert_eq!(again.status, 400);
    assert!(again.text().contains("works once"), "{}", again.text());
    assert_eq!(cookie(&again, "__Host-towpath"), None);
}

#[tokio::test]
async fn whoever_floods_the_issuer_with_codes_waits_in_every_process_and_nobody_else() {
    let issuer = Issuer::start().await;
    let mut portal = portal(&issuer).await;
    let sent = sent(&portal, "/sign-in").await;
    let (code, state) = issuer.approves(&sent.location);
    for _ in 0..60 {
        let refused = back(&portal, &sent, "made-up", &state).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
    }
    let other_process = portal.another(|_| {});
    portal.reroute(|state| state.portal = other_process);
    let locked = back(&portal, &sent, &code, &state).await;
    assert_eq!(locked.status, 429, "also with a right one");
    let seconds: i64 = locked.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&seconds), "{seconds}");
    assert_eq!(issuer.exchanges(), 60);
    let elsewhere = Request::get(format!("/sign-in/callback?code={code}&state={state}"))
        .header("x-forwarded-for", "203.0.113.9")
        .header(header::COOKIE, &sent.browser)
        .body(Body::empty());
    assert_eq!(portal.send(elsewhere.unwrap()).await.status, 303);
}

#[tokio::test]
async fn a_code_is_not_spent_while_the_keys_cannot_be_had() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    let sent = sent(&portal, "/sign-in").await;
    let (code, state) = issuer.approves(&sent.location);
    issuer.keeps_its_keys(true);
    assert_eq!(back(&portal, &sent, &code, &state).await.status, 503);
    assert_eq!(issuer.exchanges(), 0);
    issuer.keeps_its_keys(false);
    assert_eq!(back(&portal, &sent, &code, &state).await.status, 303);
}

#[tokio::test]
async fn an_issuer_that_drops_idle_connections_without_a_word_still_signs_people_in() {
    let mut issuer = Issuer::start().await;
    let dropping = closing::before(&issuer.address, 1).await;
    issuer.is_at(&dropping);
    let portal = portal(&issuer).await;
    for _ in 0..2 {
        let answer = through(&portal, &issuer, "/sign-in").await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
    assert_eq!(issuer.exchanges(), 2);
}

#[tokio::test]
async fn a_document_is_asked_for_again_when_its_connection_breaks_and_a_code_is_not() {
    let mut issuer = Issuer::start().await;
    let (breaking, breaks) = closing::breaking(&issuer.address).await;
    issuer.is_at(&breaking);
    let portal = portal(&issuer).await;
    breaks.store(1, Ordering::SeqCst);
    let sent = sent(&portal, "/sign-in").await;
    let (code, state) = issuer.approves(&sent.location);
    breaks.store(1, Ordering::SeqCst);
    assert_eq!(back(&portal, &sent, &code, &state).await.status, 303);
    let (code, state) = issuer.approves(&sent.location);
    // Its keys are known: the exchange is what breaks.
    breaks.store(1, Ordering::SeqCst);
    assert_eq!(back(&portal, &sent, &code, &state).await.status, 503);
    assert_eq!(issuer.exchanges(), 1);
}

#[tokio::test]
async fn a_sign_in_ends_only_in_the_browser_where_it_began() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    let (mine, anothers) = (
        sent(&portal, "/sign-in").await,
        sent(&portal, "/sign-in").await,
    );
    let (code, state) = issuer.approves(&anothers.location);
    let mut altered = state.clone();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'B' } else { 'A' });
    let nobody = Sent {
        browser: "other=1".to_owned(),
        location: String::new(),
    };
    let session = portal.cookie("viewer", now()).await;
    let session = session.split_once('=').unwrap().1;
    for (browser, state) in [
        (&mine, state.as_str()),
        (&nobody, &state),
        (&anothers, &altered),
        (&anothers, ""),
        (&anothers, session),
    ] {
        assert_eq!(back(&portal, browser, &code, state).await.status, 400);
    }
    assert_eq!(issuer.exchanges(), 0);
    // Two pages that were opened in one browser both end well.
    let first = anothers;
    let answer = portal
        .get_as("/sign-in?return=/wallet", Some(&first.browser))
        .await;
    let second = answer.header("location");
    for (address, page) in [(second, "/wallet"), (&first.location, "/")] {
        let (code, state) = issuer.approves(address);
        let answer = back(&portal, &first, &code, &state).await;
        assert_eq!(answer.header("location"), page);
    }
}

#[tokio::test]
async fn nobody_is_led_to_another_site_after_signing_in() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    for wanted in ["//evil.example", "https://evil.example", "/%5Cevil.example"] {
        let answer = through(&portal, &issuer, &format!("/sign-in?return={wanted}")).await;
        assert_eq!(answer.header("location"), "/", "{wanted}");
    }
}

#[tokio::test]
async fn what_the_issuer_refuses_is_said_and_cannot_be_markup() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    let sent = sent(&portal, "/sign-in").await;
    let (_, state) = issuer.approves(&sent.location);
    let said = "error=access_denied&error_description=%3Cb%3Enot%20you%3C%2Fb%3E";
    let address = format!("/sign-in/callback?{said}&state={state}");
    let answer = portal.get_as(&address, Some(&sent.browser)).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer.text().contains("&lt;b&gt;not you"),
        "{}",
        answer.text()
    );
    // Without a state of ours, nothing of it is shown.
    let answer = portal
        .get_as(&format!("/sign-in/callback?{said}"), None)
        .await;
    assert_eq!(answer.status, 400);
    assert!(!answer.text().contains("not you"));
}

thread_local! {
    static LATER: Cell<i64> = const { Cell::new(0) };
}

fn later() -> Timestamp {
    now() + SignedDuration::from_secs(LATER.get())
}

#[tokio::test]
async fn a_new_key_of_the_issuer_is_found_and_not_asked_for_at_every_turn() {
    let issuer = Issuer::start().await;
    let builder = TestPortal::builder().issuer(&issuer.address);
    let portal = builder.clock(later).start().await;
    assert_eq!(through(&portal, &issuer, "/sign-in").await.status, 303);
    issuer.rotates();
    for _ in 0..3 {
        assert_eq!(through(&portal, &issuer, "/sign-in").await.status, 403);
    }
    assert_eq!(issuer.keys_asked(), 1);
    LATER.set(61);
    assert_eq!(through(&portal, &issuer, "/sign-in").await.status, 303);
    assert_eq!(issuer.keys_asked(), 2);
}

#[tokio::test]
async fn a_client_with_a_secret_proves_it() {
    let issuer = Issuer::start().await;
    let secret = json!({"current": SECRET, "client_secret": "a secret: ours"});
    let sign_in = sign_in(&issuer.address, &secret);
    let portal = TestPortal::builder().sign_in(sign_in).start().await;
    assert_eq!(through(&portal, &issuer, "/sign-in").await.status, 303);
    // towpath:a+secret%3A+ours
    assert_eq!(
        issuer.authorization().unwrap(),
        "Basic dG93cGF0aDphK3NlY3JldCUzQStvdXJz"
    );
}

#[tokio::test]
async fn an_issuer_that_is_away_is_a_reason_to_try_again() {
    let portal = TestPortal::builder()
        .issuer("http://127.0.0.1:9")
        .start()
        .await;
    let answer = portal.get_as("/sign-in", None).await;
    assert_eq!(answer.status, 503);
    assert!(!answer.text().contains("127.0.0.1:9"));
}

#[tokio::test]
async fn a_session_that_is_over_or_altered_is_none() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    let hours = |hours| now() - SignedDuration::from_hours(hours);
    let live = portal.cookie("viewer", hours(7)).await;
    let answer = portal.get_as("/wallet", Some(&live)).await;
    assert_eq!(answer.status, 200);
    assert!(
        cookie(&answer, "__Host-towpath").is_some(),
        "its use is noted"
    );
    let fresh = portal.cookie("viewer", now()).await;
    let answer = portal.get_as("/wallet", Some(&fresh)).await;
    assert_eq!(cookie(&answer, "__Host-towpath"), None, "not each time");
    let mut altered = live.clone();
    altered.replace_range(30..31, if &live[30..31] == "A" { "B" } else { "A" });
    let unprefixed = live.replace("__Host-", "");
    let over = portal.cookie("viewer", hours(8)).await;
    for bad in [&over, &altered, &unprefixed, "__Host-towpath="] {
        assert_eq!(
            portal.get_as("/wallet", Some(bad)).await.status,
            303,
            "{bad}"
        );
        let answer = portal.get_as("/api/v1/overview", Some(bad)).await;
        answer.problem(401);
        assert!(answer.header("www-authenticate").contains("/sign-in"));
    }
}

#[tokio::test]
async fn a_page_that_asks_for_news_is_told_rather_than_sent_away() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    let request = Request::get("/wallet").header("sec-fetch-mode", "cors");
    let answer = portal.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn sessions_outlive_the_secrets_rotation_but_not_its_second() {
    let issuer = Issuer::start().await;
    let new = "a new secret of the tests, long enough, too";
    let name = "viewer@example.com";
    let id = "01KAF000000000000000000009".parse().unwrap();
    let session = Session::of(id, person_id(name), name, vec!["viewer".to_owned()], now());
    let old = sign_in(&issuer.address, &json!({"current": SECRET}));
    let sealed = old.seal_session(&session, &[7; 32], now()).await;
    let cookie = format!("__Host-towpath={}", sealed.unwrap());
    let identity = Identity {
        issuer: issuer.address.clone(),
        subject: "s-9".to_owned(),
    };
    for (secret, status) in [
        (json!({"current": new, "previous": SECRET}), 200),
        (json!({"current": new}), 303),
    ] {
        let sign_in = sign_in(&issuer.address, &secret);
        let portal = TestPortal::builder().sign_in(sign_in).start().await;
        let begun = portal
            .portal
            .sessions()
            .begin(&session, &identity, None, None);
        begun.await.unwrap();
        assert_eq!(portal.get_as("/wallet", Some(&cookie)).await.status, status);
    }
}

#[tokio::test]
async fn whoever_signs_out_is_out_here_and_at_the_issuer() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    let inside = through(&portal, &issuer, "/sign-in").await;
    let cookies = format!(
        "{}; {}",
        cookie(&inside, "__Host-towpath").unwrap(),
        cookie(&inside, "__Secure-towpath-token").unwrap()
    );
    let ask = async |site: &str| {
        let request = Request::post("/sign-out")
            .header(header::COOKIE, &cookies)
            .header("sec-fetch-site", site);
        portal.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(ask("cross-site").await.status, 403);
    let answer = ask("same-origin").await;
    assert_eq!(answer.status, 200);
    for name in ["__Host-towpath", "__Secure-towpath-token"] {
        assert_eq!(cookie(&answer, name).unwrap(), format!("{name}="));
    }
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    let there = answer.header("refresh").strip_prefix("0; url=").unwrap();
    let there = Url::parse(there).unwrap();
    assert!(
        there
            .as_str()
            .starts_with(&format!("{}/logout?", issuer.address))
    );
    let said = |name: &str| {
        let mut pairs = there.query_pairs();
        pairs.find(|(key, _)| key == name).unwrap().1.into_owned()
    };
    assert_eq!(said("logout_uri"), "https://portal.example/signed-out");
    assert_eq!(said("post_logout_redirect_uri"), said("logout_uri"));
    assert_eq!(said("id_token_hint").split('.').count(), 3);
    let page = portal.get_as("/signed-out", None).await;
    assert!(page.text().contains("href=\"/sign-in\""));
}

#[tokio::test]
async fn groups_are_what_the_issuer_says_and_roles_what_the_configuration_says() {
    let issuer = Issuer::start().await;
    let portal = portal(&issuer).await;
    issuer.says(json!({"cognito:groups": "admins"}));
    let inside = through(&portal, &issuer, "/sign-in").await;
    let admin = cookie(&inside, "__Host-towpath").unwrap();
    assert_eq!(portal.get_as("/shop", Some(&admin)).await.status, 200);
    issuer.says(
        json!({"groups": ["admins@example.com"], "email": "admins", "email_verified": false}),
    );
    let inside = through(&portal, &issuer, "/sign-in").await;
    let nobody = cookie(&inside, "__Host-towpath").unwrap();
    let answer = portal.ask(
        &Method::GET,
        "/api/v1/overview",
        Some(&nobody),
        &Value::Null,
    );
    let problem = answer.await.problem(403);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("the role viewer"),
        "{problem}"
    );
}

#[test]
fn a_session_says_in_whose_name_it_acts() {
    let id = "01KAF000000000000000000001".parse().unwrap();
    let session = Session::of(
        id,
        person_id("ada@example.com"),
        "ada@example.com",
        vec!["viewer".to_owned()],
        now(),
    );
    assert_eq!(session.actor().name, "ada@example.com");
    assert_eq!(session.shown(), "ada@example.com");
}
