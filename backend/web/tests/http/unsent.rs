//! Forms that come in after their session has ended: nothing is carried out, and nothing that was typed is lost.

use axum::http::{Method, Request, header};
use serde_json::Value;
use testkit::{Answer, TestPortal, now};

use crate::{
    access,
    issuer::Issuer,
    sign_in::{cookie, through},
};

const RESUME: &str = "/sign-in/resume";

/// Sends a form as a browser that has no session, or none that holds.
async fn send(portal: &TestPortal, address: &str, form: &str) -> Answer {
    let request = Request::post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::REFERER, "https://portal.example/settings/sessions")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "navigate");
    let request = request.body(form.to_owned().into()).unwrap();
    portal.send(request).await
}

fn kept(answer: &Answer) -> Option<String> {
    cookie(answer, "__Secure-towpath-form")
}

#[tokio::test]
async fn a_form_that_is_sent_without_a_session_comes_back_filled_after_signing_in() {
    let issuer = Issuer::start().await;
    let portal = TestPortal::builder().issuer(&issuer.address).start().await;
    issuer.says(serde_json::json!({"sub": "s-1", "email": "lea@example.com", "email_verified": true, "groups": ["admins"]}));
    let typed = "place=dev&reason=it+%3Cb%3Eburns%0D%0Ain+two+lines";
    let sent = send(&portal, "/holds", typed).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert_eq!(
        sent.header("location"),
        "/sign-in?return=%2Fsign-in%2Fresume"
    );
    let given = sent.header("set-cookie");
    for said in ["Path=/sign-in/resume", "HttpOnly", "Secure", "Max-Age=900"] {
        assert!(given.contains(said), "{given}");
    }
    assert!(!given.contains("burns"));
    let form = kept(&sent).unwrap();
    let back = through(&portal, &issuer, sent.header("location")).await;
    assert_eq!(back.header("location"), RESUME);
    let session = cookie(&back, "__Host-towpath").unwrap();
    let both = format!("{session}; {form}");
    let page = portal.get_as(RESUME, Some(&both)).await;
    let text = page.text();
    assert!(
        text.contains("Your session had ended, so this was not sent"),
        "{text}"
    );
    assert!(text.contains("it &lt;b>burns\nin two lines"), "{text}");
    assert!(text.contains("<option value=\"dev\" selected"), "{text}");
    assert_eq!(kept(&page), Some("__Secure-towpath-form=".to_owned()));
    assert!(
        portal
            .get_as("/holds", Some(&session))
            .await
            .text()
            .contains("No environment is on hold")
    );
    let again = portal.get_as(RESUME, Some(&session)).await;
    assert_eq!(again.header("location"), "/");
}

#[tokio::test]
async fn no_form_of_any_page_is_carried_out_when_it_is_shown_again() {
    let portal = TestPortal::signed_in().await;
    let things = access::things(&portal).await;
    // So that there is something to go back to.
    for environment in ["dev", "preprod"] {
        portal.push_as_admin(environment).await;
    }
    let session = portal.cookie("admins", now()).await;
    let before = portal.items().await;
    let (mut filled, mut pressed) = (0, 0);
    for (method, pattern, address, body, _) in access::all(&things) {
        let Value::String(form) = body else { continue };
        assert_eq!(method, "POST");
        let sent = send(&portal, &address, &form).await;
        assert_eq!(sent.status, 303, "{pattern}: {}", sent.text());
        let Some(form) = kept(&sent) else {
            let page = "/sign-in?return=%2Fsettings%2Fsessions";
            assert_eq!(sent.header("location"), page, "{pattern}");
            pressed += 1;
            continue;
        };
        filled += 1;
        let both = format!("{session}; {form}");
        let page = portal.get_as(RESUME, Some(&both)).await;
        // What there is not has no form to come back to, and a build that is not withdrawn need not be restored.
        let there = !address.contains("01ARZ3NDEKTSV4RRFFQ69G5FAV")
            && !address.starts_with("/shop")
            && !address.ends_with("/restore");
        let told = page
            .text()
            .contains("Your session had ended, so this was not sent");
        assert!(told || !there, "{pattern}: {}", page.text());
    }
    assert!(filled > 15 && pressed > 3, "{filled} {pressed}");
    assert_eq!(portal.items().await, before);
}

#[tokio::test]
async fn a_password_is_kept_nowhere() {
    let portal = TestPortal::signed_in().await;
    let session = portal.cookie("admins", now()).await;
    let form = "place=wallet%2Fdev&hours=24&limit=3&password=correct+horse";
    let sent = send(&portal, "/settings/links/new", form).await;
    let both = format!("{session}; {}", kept(&sent).unwrap());
    let page = portal.get_as(RESUME, Some(&both)).await.text();
    assert!(page.contains("the password was not kept"), "{page}");
    assert!(!page.contains("correct"), "{page}");
    assert!(page.contains("value=\"3\""), "{page}");
}

#[tokio::test]
async fn a_form_that_somebody_else_made_up_or_that_is_old_is_not_shown() {
    let portal = TestPortal::signed_in().await;
    let session = portal.cookie("admins", now()).await;
    let sent = send(&portal, "/holds", "place=dev&reason=a").await;
    let mut altered = kept(&sent).unwrap();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'B' } else { 'A' });
    let session_as_form = session.replacen("__Host-towpath", "__Secure-towpath-form", 1);
    for form in [altered, session_as_form] {
        let both = format!("{session}; {form}");
        let answer = portal.get_as(RESUME, Some(&both)).await;
        assert_eq!(answer.header("location"), "/");
    }
}

#[tokio::test]
async fn programs_are_told_and_what_is_too_long_stays_with_the_browser() {
    let portal = TestPortal::signed_in().await;
    let json = serde_json::json!({"environment": "dev", "reason": "a"});
    let answer = portal
        .ask(&Method::POST, "/api/v1/holds", None, &json)
        .await;
    answer.problem(401);
    let request = Request::post("/holds")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-mode", "cors");
    let answer = portal.send(request.body("place=dev".into()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), kept(&answer)), (401, None));
    let long = format!("place=dev&reason={}", "%E2%82%AC".repeat(1000));
    let answer = send(&portal, "/holds", &long).await;
    assert_eq!((answer.status.as_u16(), kept(&answer)), (401, None));
    assert!(
        answer.text().contains("too long to be kept"),
        "{}",
        answer.text()
    );
    let larger = format!("place=dev&reason={}", "x".repeat(70_000));
    let answer = send(&portal, "/holds", &larger).await;
    assert_eq!(answer.status, 413);
}
