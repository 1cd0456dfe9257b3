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
    sync::atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::Timestamp;
use embedded::{
    Running,
    dynamodb::{self, Storage},
    s3::{self, KeyPair},
};
use flate2::read::GzDecoder;
use http_body_util::BodyExt as _;
use portal::{
    Parts, Portal,
    config::Config,
    http::{Assets, Door, Front, router},
    machines::Machines,
};
use serde_json::{Value, json};
use store::{Settings, Store};
use tempfile::TempDir;
use tower::ServiceExt as _;

const KEYS: (&str, &str) = ("towpath-local", "towpath-local");

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
struct Upgraded {
    router: Router,
    _servers: [Running; 2],
    _folder: TempDir,
}

impl Upgraded {
    async fn start(data: &Data) -> Self {
        let folder = restore(data);
        let any = ([127, 0, 0, 1], 0).into();
        let records = Storage::File(folder.path().join("records.sqlite"));
        let dynamodb = dynamodb::start(records, any).await.unwrap();
        let s3 = s3::start(s3::Settings {
            folder: folder.path().join("objects"),
            address: any,
            key_pairs: vec![KeyPair::new(KEYS.0, KEYS.1)],
        })
        .await
        .unwrap();
        let store = Store::connect(&Settings {
            region: "eu-west-1".to_owned(),
            table: "towpath".to_owned(),
            bucket: "towpath-releases".to_owned(),
            dynamodb_endpoint: Some(dynamodb.endpoint()),
            s3_endpoint: Some(s3.endpoint()),
            static_credentials: Some((KEYS.0.to_owned(), KEYS.1.to_owned())),
        })
        .await;
        store.table.create().await.unwrap();
        store.objects.create_bucket().await.unwrap();
        let text = fs::read_to_string(kept(data).join("towpath.toml")).unwrap();
        let config = Config::parse(&text, "towpath.toml").unwrap();
        let portal = Portal::new(Parts {
            seals: Some(store.objects.in_bucket("towpath-audit")),
            store,
            catalog: config.catalog(),
            grants: config.grants(),
            jobs: None,
            carriers: portal::promotion::Carriers::default(),
            region: "eu-west-1".to_owned(),
            public_url: None,
            home: None,
            config_digest: None,
            entropy: counted,
        });
        let router = router(Front {
            portal,
            assets: Assets::built_in(),
            clock: data.clock,
            door: Door::Local,
            machines: Machines::default(),
            origin_key: None,
        });
        Self {
            router,
            _servers: [dynamodb, s3],
            _folder: folder,
        }
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let location = answer.headers().get(header::LOCATION);
        let location = location.map_or("", |value| value.to_str().unwrap());
        let (status, location) = (answer.status(), location.to_owned());
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, location, body.to_vec())
    }

    /// A page, or an answer of the API, which must be well.
    async fn get(&self, address: &str) -> Vec<u8> {
        let request = Request::get(address).body(Body::empty()).unwrap();
        let (status, _, body) = self.send(request).await;
        let text = String::from_utf8_lossy(&body);
        assert_eq!(status, 200, "{address}: {text}");
        body
    }

    async fn json(&self, address: &str) -> Value {
        serde_json::from_slice(&self.get(address).await).unwrap()
    }

    /// Every item of a list, page by page.
    async fn all(&self, address: &str, member: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut next = address.to_owned();
        loop {
            let page = self.json(&next).await;
            found.extend(page[member].as_array().unwrap().iter().cloned());
            let Some(cursor) = page["next"].as_str() else {
                return found;
            };
            let separator = if address.contains('?') { '&' } else { '?' };
            next = format!("{address}{separator}cursor={cursor}");
        }
    }

    async fn post(&self, address: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(address).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(body.to_string().into()).unwrap();
        let (status, _, body) = self.send(request).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
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

fn counted() -> [u8; 10] {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

#[tokio::test]
async fn every_page_of_earlier_data_opens() {
    let portal = Upgraded::start(&FIRST).await;
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
        portal.get(page).await;
    }
    let (mut builds, mut runs, mut promotions) = (0, 0, 0);
    for app in ["appium", "apidemos"] {
        for environment in ["dev", "preprod", "prod"] {
            portal.get(&format!("/{app}/{environment}")).await;
            let releases = format!("/api/v1/apps/{app}/environments/{environment}/releases");
            assert!(!portal.all(&releases, "items").await.is_empty());
            let history = format!("/api/v1/apps/{app}/environments/{environment}/promotions");
            for promotion in portal.all(&history, "items").await {
                promotions += 1;
                let id = promotion["id"].as_str().unwrap();
                portal.get(&format!("/api/v1/promotions/{id}")).await;
                portal.get(&format!("/promotions/{id}")).await;
            }
        }
        for build in portal
            .all(&format!("/api/v1/apps/{app}/builds?limit=2"), "items")
            .await
        {
            builds += 1;
            let id = build["id"].as_str().unwrap();
            portal.get(&format!("/api/v1/builds/{id}")).await;
            portal.get(&format!("/{app}/builds/{id}")).await;
        }
        for run in portal
            .all(&format!("/api/v1/apps/{app}/runs?limit=5"), "items")
            .await
        {
            runs += 1;
            let id = run["id"].as_str().unwrap();
            let whole = portal.json(&format!("/api/v1/runs/{id}")).await;
            assert!(!whole["steps"].as_array().unwrap().is_empty(), "{id}");
            portal.get(&format!("/runs/{id}")).await;
        }
    }
    assert_eq!((builds, runs), (12, 15));
    assert_eq!(promotions, 6);
}

#[tokio::test]
async fn links_and_tokens_that_were_given_out_still_work() {
    let portal = Upgraded::start(&FIRST).await;
    portal.get(FIRST.share_link).await;
    let tap = Request::get("/appium/dev/latest.apk").body(Body::empty());
    let (status, location, _) = portal.send(tap.unwrap()).await;
    assert_eq!(status, 302);
    assert!(location.contains("settings-8.0.10.apk"), "{location}");
    let me =
        Request::get("/api/v1/me").header(header::AUTHORIZATION, format!("Bearer {}", FIRST.token));
    let (status, _, body) = portal.send(me.body(Body::empty()).unwrap()).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
}

#[tokio::test]
async fn promotions_go_on_and_the_audit_log_stays_one_chain() {
    let portal = Upgraded::start(&FIRST).await;
    let before = portal.json("/api/v1/audit/verify").await;
    let open = portal.json("/api/v1/promotions").await;
    let open = [&open["waiting_for_you"], &open["others"]].map(|some| some.as_array().unwrap());
    let mut waiting = open.into_iter().flatten();
    let waiting = waiting.find(|one| one["app"] == "apidemos").unwrap();
    assert_eq!(waiting["state"]["is"], "waiting");
    let id = waiting["id"].as_str().unwrap();
    let (status, answer) = portal
        .post(
            &format!("/api/v1/promotions/{id}/cancel"),
            &json!({"reason": "Later"}),
        )
        .await;
    assert_eq!(status, 200, "{answer}");

    let held = portal.json("/api/v1/holds").await;
    assert_eq!(held["holds"].as_array().map(Vec::len), Some(1), "{held}");
    let lift = json!({"on": held["holds"][0]["hold"]["on"]});
    let (status, answer) = portal.post("/api/v1/holds/lift", &lift).await;
    assert!(status.is_success(), "{answer}");
    let (status, answer) = portal
        .post(
            "/api/v1/builds/01M8M2N544JF5YYRB166J5F8VZ/restore",
            &json!({"reason": "It was the phone"}),
        )
        .await;
    assert!(status.is_success(), "{answer}");

    let after = portal.json("/api/v1/audit/verify").await;
    assert_eq!(after["findings"], json!([]), "{after}");
    assert_eq!(after["seals"], 1, "{after}");
    assert!(
        after["entries"].as_u64() > before["entries"].as_u64(),
        "{after}"
    );
}
