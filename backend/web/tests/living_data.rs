//! Data that an earlier version wrote still works: `living_data/<date>` is what a local portal of that day kept, as
//! `living_data/README.md` describes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends"
)]

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use config::Config;
use domain::{Timestamp, download::DailyLimits};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Builder, TestPortal};

/// The data of a day, with secrets that were given out.
struct Data {
    day: &'static str,
    /// A moment after the last of its records.
    clock: fn() -> Timestamp,
    token: &'static str,
    share_link: &'static str,
}

const FIRST: Data = Data {
    day: "2026-11-29",
    clock: || "2026-11-29T16:40:00Z".parse().unwrap(),
    token: "towpath_01M8M2PZY885XMMGASSJTTTWX3_4SDIjWlCZfFiGwnLjnOQB7_AhAJu0umDCd_N9kTJeBI",
    share_link: "/share/01M8M2NPSR07D3P1TGTXXPEPRZ.GRgJTOlD9TmH2-1t-btAhty2Lr2fdqCWXsTeESXSrmI",
};

/// A local portal of today that was started on that data.
async fn upgraded(data: &Data) -> TestPortal {
    builder(data).start().await
}

fn builder(data: &Data) -> Builder {
    let text = fs::read_to_string(kept(data).join("towpath.toml")).unwrap();
    let config = Config::parse(&text, "towpath.toml").unwrap();
    let builder = TestPortal::builder().config(&config).clock(data.clock);
    builder.data(restore(data)).seals("towpath-audit")
}

/// A page, or an answer of the API, is well.
async fn opens(portal: &TestPortal, address: &str) {
    let answer = portal.get(address).await;
    assert_eq!(answer.status, 200, "{address}: {}", answer.text());
}

/// Every item of a list, page by page.
async fn all(portal: &TestPortal, address: &str, member: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = address.to_owned();
    loop {
        let page = portal.json(&next).await;
        found.extend(page[member].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["next"].as_str() else {
            return found;
        };
        let separator = if address.contains('?') { '&' } else { '?' };
        next = format!("{address}{separator}cursor={cursor}");
    }
}

fn kept(data: &Data) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/living_data");
    tests.join(data.day)
}

/// A copy that a test may change.
fn restore(data: &Data) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let packed = File::open(kept(data).join("records.sqlite.gz")).unwrap();
    let mut records = File::create(folder.path().join("records.sqlite")).unwrap();
    std::io::copy(&mut GzDecoder::new(packed), &mut records).unwrap();
    copy(&kept(data).join("objects"), &folder.path().join("objects"));
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test]
async fn every_page_of_earlier_data_opens() {
    let portal = upgraded(&FIRST).await;
    for page in [
        "/",
        "/unassigned",
        "/promotions",
        "/holds",
        "/audit",
        "/settings",
        "/settings/tokens",
        "/settings/links",
        "/settings/configuration",
    ] {
        opens(&portal, page).await;
    }
    let (mut builds, mut runs, mut promotions) = (0, 0, 0);
    for app in ["appium", "apidemos"] {
        for environment in ["dev", "preprod", "prod"] {
            opens(&portal, &format!("/{app}/{environment}")).await;
            let releases = format!("/api/v1/apps/{app}/environments/{environment}/releases");
            assert!(!all(&portal, &releases, "items").await.is_empty());
            let history = format!("/api/v1/apps/{app}/environments/{environment}/promotions");
            for promotion in all(&portal, &history, "items").await {
                promotions += 1;
                let id = promotion["id"].as_str().unwrap();
                opens(&portal, &format!("/api/v1/promotions/{id}")).await;
                opens(&portal, &format!("/promotions/{id}")).await;
            }
        }
        for build in all(
            &portal,
            &format!("/api/v1/apps/{app}/builds?limit=2"),
            "items",
        )
        .await
        {
            builds += 1;
            let id = build["id"].as_str().unwrap();
            opens(&portal, &format!("/api/v1/builds/{id}")).await;
            opens(&portal, &format!("/{app}/builds/{id}")).await;
        }
        for run in all(
            &portal,
            &format!("/api/v1/apps/{app}/runs?limit=5"),
            "items",
        )
        .await
        {
            runs += 1;
            let id = run["id"].as_str().unwrap();
            let whole = portal.json(&format!("/api/v1/runs/{id}")).await;
            assert!(!whole["steps"].as_array().unwrap().is_empty(), "{id}");
            opens(&portal, &format!("/runs/{id}")).await;
        }
    }
    assert_eq!((builds, runs), (12, 15));
    assert_eq!(promotions, 6);
}

#[tokio::test]
async fn links_and_tokens_that_were_given_out_still_work() {
    let portal = upgraded(&FIRST).await;
    opens(&portal, FIRST.share_link).await;
    let tap = portal.get("/appium/dev/latest.apk").await;
    assert_eq!(tap.status, 302);
    let location = tap.header("location");
    assert!(location.contains("settings-8.0.10.apk"), "{location}");
    let me =
        Request::get("/api/v1/me").header(header::AUTHORIZATION, format!("Bearer {}", FIRST.token));
    let answer = portal.send(me.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn a_link_that_was_given_out_before_there_were_daily_limits_takes_todays() {
    let limits = DailyLimits {
        link: 1,
        ..DailyLimits::USUAL
    };
    let portal = builder(&FIRST).limits(limits).start().await;
    let form = Value::String(String::new());
    for status in [303, 429] {
        let tapped = portal
            .ask(&Method::POST, FIRST.share_link, None, &form)
            .await;
        assert_eq!(tapped.status, status, "{}", tapped.text());
    }
}

#[tokio::test]
async fn promotions_go_on_and_the_audit_log_stays_one_chain() {
    let portal = upgraded(&FIRST).await;
    let before = portal.json("/api/v1/audit/verify").await;
    let open = portal.json("/api/v1/promotions").await;
    let open = [&open["waiting_for_you"], &open["others"]].map(|some| some.as_array().unwrap());
    let mut waiting = open.into_iter().flatten();
    let waiting = waiting.find(|one| one["app"] == "apidemos").unwrap();
    assert_eq!(waiting["state"]["is"], "waiting");
    let id = waiting["id"].as_str().unwrap();
    let answer = portal
        .post(
            &format!("/api/v1/promotions/{id}/cancel"),
            &json!({"reason": "Later"}),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());

    let held = portal.json("/api/v1/holds").await;
    assert_eq!(held["holds"].as_array().map(Vec::len), Some(1), "{held}");
    let lift = json!({"on": held["holds"][0]["hold"]["on"]});
    let answer = portal.post("/api/v1/holds/lift", &lift).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let answer = portal
        .post(
            "/api/v1/builds/01M8M2N544JF5YYRB166J5F8VZ/restore",
            &json!({"reason": "It was the phone"}),
        )
        .await;
    assert!(answer.status.is_success(), "{}", answer.text());

    let after = portal.json("/api/v1/audit/verify").await;
    assert_eq!(after["findings"], json!([]), "{after}");
    assert_eq!(after["seals"], 1, "{after}");
    assert_eq!(after["unnumbered_seals"], 1, "{after}");
    assert!(
        after["entries"].as_u64() > before["entries"].as_u64(),
        "{after}"
    );

    // The next seal has a number, and follows the one of that day.
    let sealed = portal
        .portal
        .audit()
        .seal_if_due((FIRST.clock)())
        .await
        .unwrap();
    assert_eq!(sealed.unwrap().number, 1);
    let sealed = portal.json("/api/v1/audit/verify").await;
    assert_eq!(sealed["findings"], json!([]), "{sealed}");
    assert_eq!(
        (&sealed["seals"], &sealed["unnumbered_seals"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        sealed["locks"],
        json!({"compliance": 0, "governance": 1, "none": 1})
    );
}

#[tokio::test]
async fn what_is_written_has_a_format_and_a_later_one_is_refused_and_not_guessed_at() {
    let portal = upgraded(&FIRST).await;
    let before = portal.items().await;
    assert!(before.iter().all(|item| item["format"].is_null()));
    let withdraw = json!({"reason": "It leaks"});
    let build = "01M8M2N544JF5YYRB166J5F8VZ";
    let restored = format!("/api/v1/builds/{build}/restore");
    let answer = portal.post(&restored, &withdraw).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let after = portal.items().await;
    let written = after.iter().filter(|item| !before.contains(item));
    let written: Vec<&Value> = written.collect();
    assert!(written.len() > 1);
    for item in written {
        assert_eq!(item["format"]["N"], "1", "{item}");
    }

    let kept = after
        .iter()
        .find(|item| item["pk"]["S"] == format!("BUILD#{build}"));
    let kept = kept.unwrap();
    let change = json!({
        "TableName": testkit::TABLE,
        "Key": {"pk": kept["pk"], "sk": kept["sk"]},
        "UpdateExpression": "SET #format = :later",
        "ExpressionAttributeNames": {"#format": "format"},
        "ExpressionAttributeValues": {":later": {"N": "2"}},
    });
    portal.services.dynamodb("UpdateItem", &change).await;
    let answer = portal.get(&format!("/api/v1/builds/{build}")).await;
    let problem = answer.problem(500);
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("A later version of Towpath wrote this record."),
        "{detail}"
    );
    opens(&portal, "/").await;
}
