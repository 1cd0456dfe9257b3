//! What is kept of people over HTTP: who may have it, what is in it, and what is left once a name is erased.

use axum::http::{Method, Request, header};
use domain::page::Cursor;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, apk::apk, now, people::person_id};

const EXPORT: &str = "/api/v1/privacy/export";
const ERASE: &str = "/api/v1/privacy/erase";

/// Somebody who does a lot: a release manager of wallet in dev.
const RITA: &str = "release-manager@example.com";

async fn posts(portal: &TestPortal, address: &str, cookie: &str, body: &Value) -> Answer {
    portal.ask(&Method::POST, address, Some(cookie), body).await
}

async fn well(portal: &TestPortal, address: &str, cookie: &str, body: Value) -> Value {
    let answer = posts(portal, address, cookie, &body).await;
    assert!(answer.status.is_success(), "{address}: {}", answer.text());
    answer.json()
}

/// A token, shown by anyone who holds it.
async fn shows(portal: &TestPortal, bearer: &str, address: &str, body: &Value) -> Answer {
    let request = Request::post(address)
        .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
        .header(header::CONTENT_TYPE, "application/json");
    let request = request.body(body.to_string().into()).unwrap();
    portal.send(request).await
}

/// Lets Rita do everything that leaves her name somewhere. Her token.
async fn with_a_past(portal: &TestPortal, cookie: &str) -> String {
    let token = json!({"label": "ci", "permit": {"may": ["view", "download"]}, "hours": 24});
    let token = well(portal, "/api/v1/tokens", cookie, token).await;
    let bearer = token["bearer"].as_str().unwrap().to_owned();
    let link =
        json!({"to": {"kind": "newest", "app": "wallet", "environment": "dev"}, "hours": 24});
    well(portal, "/api/v1/links", cookie, link).await;
    let files = [("app.apk", &apk(b"an app")[..])];
    let build = json!({"environment": "dev"});
    let upload = portal.upload("wallet", Some(cookie), build, &files).await;
    let build = portal.complete(&upload, Some(cookie)).await;
    let digest = domain::digest::Digest::of(&apk(b"an app"));
    let file = format!("/api/v1/builds/{build}/files/{digest}");
    let got = portal.get_as(&file, Some(cookie)).await;
    assert!(got.status.is_redirection(), "{}", got.text());
    let hold = json!({"environment": "dev", "app": "wallet", "reason": format!("ask {RITA}.")});
    well(portal, "/api/v1/holds", cookie, hold).await;
    let withdraw = format!("/api/v1/builds/{build}/withdraw");
    well(portal, &withdraw, cookie, json!({"reason": "leaks"})).await;
    bearer
}

/// What the table says anywhere of a text.
async fn said(portal: &TestPortal, text: &str) -> Vec<String> {
    let items = portal.items().await.into_iter().map(|it| it.to_string());
    items.filter(|item| item.contains(text)).collect()
}

#[tokio::test]
async fn nothing_names_somebody_who_was_erased() {
    let portal = TestPortal::signed_in().await;
    let earlier = now() - SignedDuration::from_mins(6);
    let rita = portal.cookie("release-manager", earlier).await;
    let bearer = with_a_past(&portal, &rita).await;
    let admin = portal.cookie("admins", now()).await;
    assert!(said(&portal, RITA).await.len() > 10);

    let wrong = json!({"person": RITA, "reason": " "});
    let refused = posts(&portal, ERASE, &admin, &wrong).await.problem(400);
    assert_eq!(refused["field"], "reason");
    let cursor = json!({"person": RITA, "reason": "left", "cursor": "61"});
    let refused = posts(&portal, ERASE, &admin, &cursor).await.problem(400);
    assert_eq!(refused["field"], "cursor");
    let asked = json!({"person": RITA, "reason": format!("{RITA} asked for it")});
    let done = well(&portal, ERASE, &admin, asked.clone()).await;
    assert_eq!(
        (&done["sessions"], &done["tokens"], &done["links"]),
        (&json!(1), &json!(1), &json!(1)),
        "{done}"
    );
    assert_eq!(done["person"], json!(person_id(RITA)));
    assert!(done["next"].is_null() && done["names"] == true, "{done}");
    for kind in ["BUILD", "DOWNLOADS", "HOLDS", "LINKS", "TOKENS", "UPLOAD"] {
        assert!(done["records"][kind].as_u64() > Some(0), "{kind}: {done}");
    }
    assert!(done["remains"].as_array().unwrap().len() > 5);
    assert_eq!(said(&portal, RITA).await, Vec::<String>::new());

    // Neither the session nor the token opens anything.
    let out = portal.get_as("/api/v1/me", Some(&rita)).await;
    assert_eq!(out.status, 401, "{}", out.text());
    let out = shows(&portal, &bearer, EXPORT, &json!({})).await;
    assert_eq!(out.status, 401, "{}", out.text());
    // What she did is still there, by nobody's name, and the log is whole.
    let erased = person_id(RITA).erased();
    let log = portal.get_as("/api/v1/audit", Some(&admin)).await.text();
    assert!(log.contains(&erased) && !log.contains(RITA), "{log}");
    let log = portal.get_as("/audit", Some(&admin)).await.text();
    assert!(log.contains(&erased) && !log.contains(RITA));
    let holds = portal.get_as("/api/v1/holds", Some(&admin)).await.text();
    let reason = format!("ask {erased}.");
    assert!(
        holds.contains(&erased) && holds.contains(&reason),
        "{holds}"
    );
    let verified = portal.get_as("/api/v1/audit/verify", Some(&admin)).await;
    let verified = verified.json();
    assert_eq!(verified["findings"], json!([]));
    assert!(verified["erased"].as_u64() > Some(4), "{verified}");
    // She is not known by her address any more, and a second time there is nothing to do.
    posts(&portal, ERASE, &admin, &asked).await.problem(404);
    let again = json!({"person": person_id(RITA), "reason": "again"});
    let done = well(&portal, ERASE, &admin, again).await;
    assert_eq!(done["records"], json!({}));
    assert_eq!(
        (&done["sessions"], &done["names"]),
        (&json!(0), &json!(false))
    );
    // Who comes again has a name again, for what they do from then on.
    let rita = portal.cookie("release-manager", now()).await;
    let lift = json!({"on": {"what": "environment", "environment": "dev", "app": "wallet"}, "reason": "back"});
    well(&portal, "/api/v1/holds/lift", &rita, lift).await;
    let log = portal.get_as("/api/v1/audit", Some(&admin)).await.json();
    let by = |entry: &Value| entry["by"]["name"].as_str().unwrap().to_owned();
    let items = log["entries"]["items"].as_array().unwrap();
    assert_eq!(by(&items[0]), RITA);
    assert!(items[1..].iter().all(|entry| by(entry) != RITA));
}

/// All that is kept of a person, by the kind of record.
async fn exported(portal: &TestPortal, cookie: &str, body: Value) -> (Vec<String>, String) {
    let export = well(portal, EXPORT, cookie, body).await;
    assert!(export["next"].is_null());
    let records = export["records"].as_array().unwrap();
    let kind = |kept: &Value| {
        let partition = kept["partition"].as_str().unwrap();
        partition.split('#').next().unwrap().to_owned()
    };
    let mut kinds: Vec<String> = records.iter().map(kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    (kinds, export.to_string())
}

#[tokio::test]
async fn all_that_is_kept_of_a_person_is_handed_out_without_secrets_and_without_others() {
    let portal = TestPortal::signed_in().await;
    let agent = Some("Rita's browser");
    let (rita, _) = portal.browser("release-manager", now(), agent).await;
    let bearer = with_a_past(&portal, &rita).await;
    // Somebody else withdraws what she has built.
    let admin = portal.cookie("admins", now()).await;
    let kinds_of = |body| exported(&portal, &admin, body);
    let (kinds, text) = kinds_of(json!({"person": RITA})).await;
    for kind in [
        "AUDIT",
        "BUILD",
        "DOWNLOADS",
        "HOLDS",
        "LINKS",
        "NAMES",
        "PEOPLE",
        "SESSIONS",
        "TOKENS",
        "UPLOAD",
    ] {
        assert!(kinds.iter().any(|known| known == kind), "{kind}: {kinds:?}");
    }
    assert!(text.contains("Rita's browser") && text.contains("192.0.2.7"));
    let secret = bearer.rsplit('_').next().unwrap();
    let digest = domain::digest::Digest::of(secret.as_bytes()).to_string();
    assert!(!text.contains(secret) && !text.contains(&digest));
    assert!(!text.contains("\"salt\"") && !text.contains("\"secret\""));
    assert!(!text.contains("admins@example.com"), "{text}");
    // By the identifier, and by the issuer's name for her, it is the same person.
    for body in [
        json!({"person": person_id(RITA)}),
        json!({"person": RITA, "issuer": testkit::people::ISSUER}),
    ] {
        assert_eq!(kinds_of(body).await.0, kinds);
    }
    // She may have it herself, and that is noted like the others.
    let own = exported(&portal, &rita, json!({})).await;
    assert_eq!(own.0, kinds);
    let by_name = exported(&portal, &rita, json!({"person": RITA})).await;
    assert_eq!(by_name.0, kinds);
    let log = portal.get_as("/api/v1/audit", Some(&admin)).await.json();
    let newest = &log["entries"]["items"][0];
    assert_eq!(newest[testkit::ACTION], "privacy-exported");
    assert_eq!(newest["by"]["name"], RITA);
    assert_eq!(newest["details"]["person"], json!(person_id(RITA)));
    // Of somebody without a past there is nothing.
    let (kinds, _) = kinds_of(json!({"person": person_id("eve@example.com")})).await;
    assert_eq!(kinds, ["AUDIT"], "what was noted of asking for it");
    let unknown = json!({"person": "eve@example.com"});
    posts(&portal, EXPORT, &admin, &unknown).await.problem(404);
}

#[tokio::test]
async fn nobody_has_what_is_kept_of_others_nor_erases_them_without_the_right() {
    let portal = TestPortal::signed_in().await;
    portal.cookie("viewer", now()).await;
    let before = said(&portal, "viewer@example.com").await;
    let whom = json!({"person": "viewer@example.com"});
    let erase = json!({"person": "viewer@example.com", "reason": "a test"});
    for group in ["tester", "release-manager", "auditor", "admin"] {
        let cookie = portal.cookie(group, now()).await;
        posts(&portal, EXPORT, &cookie, &whom).await.problem(403);
        posts(&portal, ERASE, &cookie, &erase).await.problem(403);
        // Not even themselves.
        let own = json!({"person": format!("{group}@example.com"), "reason": "a test"});
        posts(&portal, ERASE, &cookie, &own).await.problem(403);
    }
    // A token of an administrator does neither, whatever it may.
    let admin = portal.cookie("admins", now()).await;
    let may = [
        "view", "download", "register", "report", "promote", "hold", "withdraw", "audit",
    ];
    let token = json!({"label": "all", "permit": {"may": may}, "hours": 1});
    let token = well(&portal, "/api/v1/tokens", &admin, token).await;
    let bearer = token["bearer"].as_str().unwrap();
    for body in [&json!({}), &whom] {
        shows(&portal, bearer, EXPORT, body).await.problem(403);
    }
    shows(&portal, bearer, ERASE, &erase).await.problem(403);
    assert_eq!(said(&portal, "viewer@example.com").await, before);
    well(&portal, EXPORT, &admin, whom).await;
    well(&portal, ERASE, &admin, erase).await;
}

#[tokio::test]
async fn an_administrator_may_erase_themselves_and_is_signed_out() {
    let portal = TestPortal::signed_in().await;
    let admin = portal
        .cookie("admins", now() - SignedDuration::from_mins(6))
        .await;
    let form = json!("person=admins@example.com&reason=I leave");
    let unsure = posts(&portal, "/settings/privacy/erase", &admin, &form).await;
    assert_eq!(unsure.status, 400, "{}", unsure.text());
    assert!(unsure.text().contains("cannot be undone"));
    let form = json!("person=admins@example.com&reason=I leave&sure=yes");
    let done = posts(&portal, "/settings/privacy/erase", &admin, &form).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.text().contains("is erased"), "{}", done.text());
    let cookie = done.header("set-cookie");
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    assert_eq!(
        said(&portal, "admins@example.com").await,
        Vec::<String>::new()
    );
    let out = portal.get_as("/api/v1/me", Some(&admin)).await;
    assert_eq!(out.status, 401);
}

/// What the newest entry of an action says of the part.
async fn part_of_newest(portal: &TestPortal, admin: &str, action: &str) -> Value {
    let log = portal.get_as("/api/v1/audit", Some(admin)).await.json();
    let entries = log["entries"]["items"].as_array().unwrap();
    let newest = entries
        .iter()
        .find(|entry| entry[testkit::ACTION] == action);
    newest.unwrap()["details"]["part"].clone()
}

#[tokio::test]
async fn whoever_begins_at_a_later_part_is_noted_and_revokes_as_well() {
    let portal = TestPortal::signed_in().await;
    let bob = portal.cookie("tester", now()).await;
    let token = json!({"label": "ci", "permit": {"may": ["download"]}, "hours": 1});
    well(&portal, "/api/v1/tokens", &bob, token).await;
    let admin = portal.cookie("admins", now()).await;
    let person = person_id("tester@example.com");
    let cursor = Cursor::behind("6.PEOPLE.x");
    let asked = json!({"person": person, "cursor": cursor});
    well(&portal, EXPORT, &admin, asked).await;
    let part = part_of_newest(&portal, &admin, "privacy-exported").await;
    assert_eq!(part, "a later one");
    let asked = json!({"person": person, "cursor": cursor, "reason": "they asked"});
    let done = well(&portal, ERASE, &admin, asked).await;
    assert_eq!((&done["sessions"], &done["tokens"]), (&json!(1), &json!(1)));
    let part = part_of_newest(&portal, &admin, "privacy-erased").await;
    assert_eq!(part, "a later one");
}

#[tokio::test]
async fn the_page_hands_a_file_to_everybody_and_forms_to_who_may() {
    let portal = TestPortal::signed_in().await;
    let viewer = portal.cookie("viewer", now()).await;
    let page = portal
        .get_as("/settings/privacy", Some(&viewer))
        .await
        .text();
    assert!(page.contains("What is kept about you") && !page.contains("erase-person"));
    let file = posts(&portal, "/settings/privacy/export", &viewer, &json!("")).await;
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"kept.json\""
    );
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(
        file.json()["person"],
        json!(person_id("viewer@example.com"))
    );
    let next = Cursor::behind("6.PEOPLE.x");
    let rest = json!(format!("cursor={next}"));
    let rest = posts(&portal, "/settings/privacy/export", &viewer, &rest).await;
    assert_eq!(rest.status, 200, "{}", rest.text());
    let wrong = json!("cursor=nonsense");
    let wrong = posts(&portal, "/settings/privacy/export", &viewer, &wrong).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("value=\"nonsense\""));
    assert!(wrong.text().contains("Nothing was exported"));
    let admin = portal.cookie("admins", now()).await;
    let page = portal
        .get_as("/settings/privacy", Some(&admin))
        .await
        .text();
    assert!(page.contains("action=\"/settings/privacy/erase\""));
    let back = json!("person=nobody@example.com");
    let back = posts(&portal, "/settings/privacy/export", &admin, &back).await;
    assert!(
        back.text().contains("value=\"nobody@example.com\""),
        "{}",
        back.text()
    );
}
