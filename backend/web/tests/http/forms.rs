//! What people send from pages: it is carried out and answered with a redirect, or it comes back with what was typed.

use axum::http::{Request, header};
use testkit::{Answer, TestPortal, apk::apk};

/// Sends a form as a browser does.
async fn send(site: &TestPortal, address: &str, form: &str) -> Answer {
    let request = Request::post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    site.send(request.body(form.to_owned().into()).unwrap())
        .await
}

fn leads_to(answer: &Answer, address: &str) {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("location"), address);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_hold_is_one_form_and_a_second_click_changes_nothing() {
    let site = TestPortal::new().await;
    let form = "place=preprod&reason=the+provider+is+down";
    leads_to(&send(&site, "/holds", form).await, "/holds");
    leads_to(&send(&site, "/holds", form).await, "/holds");
    let page = site.get("/holds").await.text();
    assert!(page.contains("preprod is on hold") && page.contains("The provider is down."));
    assert!(site.get("/").await.text().contains("On hold"));
    let lift = "what=environment&environment=preprod&reason=it+is+back";
    leads_to(&send(&site, "/holds/lift", lift).await, "/holds");
    leads_to(&send(&site, "/holds/lift", lift).await, "/holds");
    assert!(
        site.get("/holds")
            .await
            .text()
            .contains("No environment is on hold")
    );
    let log = site.get("/audit").await.text();
    assert_eq!(log.matches("tally\">placed a hold<").count(), 1, "{log}");
    assert_eq!(log.matches("tally\">lifted a hold<").count(), 1);
}

#[tokio::test]
async fn a_form_that_is_wrong_comes_back_with_what_was_typed() {
    let site = TestPortal::new().await;
    let answer = send(&site, "/holds", "place=preprod&reason=+").await;
    assert_eq!(answer.status, 400);
    let page = answer.text();
    assert!(page.contains("Not held") && page.contains("Say why in a few words"));
    assert!(
        page.contains("<option value=\"preprod\" selected"),
        "{page}"
    );
    assert!(page.contains("aria-invalid=\"true\""));
    for (hidden, why) in [
        ("%E2%80%8B%E2%80%8B", "Say why in a few words"),
        ("not+%E2%80%AEnwod", "it contains U+202E"),
        ("%1B%5B2Jbroken", "it contains U+001B"),
    ] {
        let answer = send(&site, "/holds", &format!("place=preprod&reason={hidden}")).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains(why), "{}", answer.text());
    }
    let build = site.push("dev", &[("app.apk", &apk(b"an app"))]).await;
    let address = format!("/wallet/builds/{build}/promote");
    let form = "to=preprod&reason=%3Cb%3Efor+the+demo&bypass=soak&bypass-reason=";
    let answer = send(&site, &address, form).await;
    assert_eq!(answer.status, 409, "{}", answer.text());
    let page = answer.text();
    assert!(page.contains("gives no path for this app"), "{page}");
}

#[tokio::test]
async fn a_build_is_withdrawn_and_restored_from_its_page() {
    let site = TestPortal::new().await;
    let first = site.push("dev", &[("app.apk", &apk(b"one"))]).await;
    let second = site.push("dev", &[("app.apk", &apk(b"two"))]).await;
    let page = format!("/wallet/builds/{second}");
    let form = "reason=it+crashes+%26+burns";
    for _ in 0..2 {
        leads_to(&send(&site, &format!("{page}/withdraw"), form).await, &page);
    }
    let text = site.get(&page).await.text();
    assert!(text.contains("Withdrawn: nobody gets this build any more."));
    assert!(
        text.contains("It crashes &amp; burns.") && text.contains("There is no other build yet")
    );
    let tester = site.get("/wallet/dev").await.text();
    assert!(tester.contains("was withdrawn.") && tester.contains(&first));
    for _ in 0..2 {
        leads_to(&send(&site, &format!("{page}/restore"), form).await, &page);
    }
    assert!(!site.get(&page).await.text().contains("Withdrawn: nobody"));
    let compared = format!("/compare?from={first}&to=wallet/dev");
    let page = site.get(&compared).await.text();
    assert!(page.contains("What differs"));
}

#[tokio::test]
async fn forms_are_taken_from_our_own_pages_alone() {
    let site = TestPortal::new().await;
    let form = "place=preprod&reason=because";
    let elsewhere = Request::post("/holds")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    let answer = site.send(elsewhere.body(form.into()).unwrap()).await;
    assert_eq!(answer.status, 403);
    let json = Request::post("/holds").header(header::CONTENT_TYPE, "application/json");
    assert_eq!(site.send(json.body("{}".into()).unwrap()).await.status, 415);
    for length in [70_000, 5_000_000] {
        let large = format!("place=preprod&reason={}", "a".repeat(length));
        assert_eq!(send(&site, "/holds", &large).await.status, 413);
    }
    assert!(
        site.get("/holds")
            .await
            .text()
            .contains("No environment is on hold")
    );
}

#[tokio::test]
async fn the_audit_log_is_narrowed_verified_and_taken_away() {
    let site = TestPortal::new().await;
    send(&site, "/holds", "place=preprod/wallet&reason=one").await;
    send(&site, "/holds", "place=dev&reason=two").await;
    let of_wallet = site
        .get("/audit?app=wallet&action=held&by=LOC")
        .await
        .text();
    assert_eq!(of_wallet.matches("tally\">placed a hold<").count(), 1);
    assert!(of_wallet.contains("wallet in preprod"));
    let nothing = site.get("/audit?month=2020-01").await.text();
    assert!(nothing.contains("Nothing was noted in this month"));
    for wrong in ["month=soon", "action=sneezed", "app=A", "page=2"] {
        let answer = site.get(&format!("/audit?{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
    let verified = site.get("/audit/verify").await.text();
    assert!(verified.contains("The log is intact."), "{verified}");
}

#[tokio::test]
async fn what_cannot_be_compared_is_said_beside_the_fields() {
    let site = TestPortal::new().await;
    assert_eq!(site.get("/compare").await.status, 200);
    let answer = site.get("/compare?from=nonsense&to=wallet/dev").await;
    assert_eq!(answer.status, 400);
    let page = answer.text();
    assert!(page.contains("Not compared") && page.contains("value=\"nonsense\""));
}
