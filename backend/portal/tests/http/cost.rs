//! What pages cost: requests to the table and read units, which are the same on every machine. `docs/architecture.md` tells
//! them.

use std::sync::Arc;

use axum::http::{Request, header};
use domain::{
    Timestamp,
    actor::Actor,
    build::{Artifact, ArtifactKind, Build, RegistrationKey},
    digest::Digest,
    event::Revision,
    package::{Icon, Package, Signing},
    path::{Gates, Path, PathStep, Target},
    release::Release,
};
use jiff::SignedDuration;
use portal::{Parts, Portal, promotion::Carriers};
use serde_json::{Value, json};
use store::{
    Store,
    table::{Meter, Reading},
};

use crate::{
    site::{Answer, Site, now},
    world::{REGION, World, dev, wallet},
};

const ICON: &[u8] = b"\x89PNG an icon";

/// A site that tells what it costs. `wallet` has a path from dev to preprod.
struct Metered {
    site: Site,
    meter: Arc<Meter>,
}

impl Metered {
    async fn new() -> Self {
        let mut world = World::new().await;
        let meter = Arc::new(Meter::default());
        let mut catalog = world.portal.catalog().clone();
        catalog.paths.push(path());
        world.portal = Portal::new(Parts {
            store: Store {
                table: world.store.table.with_meter(meter.clone()),
                ..world.store.clone()
            },
            catalog,
            grants: Vec::new(),
            jobs: None,
            carriers: Carriers::default(),
            region: REGION.to_owned(),
            public_url: Some("https://portal.example".parse().unwrap()),
            home: None,
            config_digest: None,
            seals: None,
            entropy: || [9; 10],
        });
        let site = Site::of(world);
        Self { site, meter }
    }

    /// With so many builds, each released in dev, the newest a minute ago.
    async fn with_builds(count: u32) -> (Self, Build) {
        let metered = Self::new().await;
        let icon = format!("icons/wallet/{}", Digest::of(ICON));
        let objects = &metered.site.world.store.objects;
        objects
            .put(&icon, ICON.to_vec(), "image/png")
            .await
            .unwrap();
        let mut newest = None;
        for number in 1..=count {
            let ago = SignedDuration::from_mins(i64::from(count - number + 1));
            newest = Some(metered.released(number, now() - ago).await);
        }
        (metered, newest.unwrap())
    }

    async fn released(&self, number: u32, at: Timestamp) -> Build {
        let table = &self.site.world.store.table;
        let build = build(number, at);
        let key = RegistrationKey {
            app: wallet(),
            run: number.to_string(),
            attempt: "1".to_owned(),
        };
        table.begin_registration(&key, at).await.unwrap();
        let release = Release::of(&build, dev(), None, at, Actor::pipeline("wallet-dev"));
        let done = table.complete_registration(&key, &build, Some(&release));
        done.await.unwrap();
        build
    }

    /// What an address answers, and what that cost.
    async fn get(&self, address: &str) -> (Answer, Reading) {
        self.meter.reset();
        let answer = self.site.get(address).await;
        let cost = self.meter.reset();
        println!("{address:<60} {cost:?}");
        (answer, cost)
    }

    /// What a page costs that is well.
    async fn page(&self, address: &str) -> Reading {
        let (answer, cost) = self.get(address).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        cost
    }

    /// What a form is answered, and what that cost.
    async fn send(&self, address: &str, form: &str) -> (Answer, Reading) {
        self.meter.reset();
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let request = request.body(form.to_owned().into()).unwrap();
        let answer = self.site.send(request).await;
        (answer, self.meter.reset())
    }

    /// One call of DynamoDB itself.
    async fn dynamodb(&self, operation: &str, body: &Value) -> Value {
        let endpoint = self.site.world.dynamodb.as_ref().unwrap().endpoint();
        let call = reqwest::Client::new()
            .post(endpoint)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .body(body.to_string());
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Takes the mark that a build is offered from every line, as lines were before there was one.
    async fn as_before_there_were_marks(&self) {
        let found = self
            .dynamodb("Scan", &json!({"TableName": "towpath"}))
            .await;
        for item in found["Items"].as_array().unwrap() {
            if item.get("offered").is_some() {
                let change = json!({"TableName": "towpath", "Key": {"pk": item["pk"], "sk": item["sk"]},
                    "UpdateExpression": "REMOVE offered"});
                self.dynamodb("UpdateItem", &change).await;
            }
        }
    }
}

fn path() -> Path {
    let step = |environment: &str| PathStep {
        environment: environment.parse().unwrap(),
        gates: Gates::default(),
        automatic: false,
        target: Target::Portal(None),
        expires_after: SignedDuration::from_hours(72),
        timeouts: domain::path::Timeouts::default(),
        rollback_gates: None,
    };
    Path {
        apps: vec![wallet()],
        steps: vec![step("dev"), step("preprod")],
    }
}

/// A build as a Flutter app's pipeline makes it: one package for each of three processors, symbols and a report.
fn build(number: u32, at: Timestamp) -> Build {
    let certificate = vec![Digest::of(b"certificate")];
    let package = |abi: &str| Package {
        name: Some("dev.example.wallet".to_owned()),
        version_name: Some(format!("1.0.{number}")),
        version_code: Some(u64::from(number)),
        label: Some("Wallet".to_owned()),
        icon: Some(Icon {
            digest: Digest::of(ICON),
            content_type: "image/png".to_owned(),
            size: ICON.len() as u64,
        }),
        min_sdk: Some(24),
        target_sdk: Some(35),
        permissions: ["CAMERA", "INTERNET", "POST_NOTIFICATIONS", "USE_BIOMETRIC"]
            .map(|name| format!("android.permission.{name}"))
            .to_vec(),
        abis: vec![abi.to_owned()],
        signing: Signing {
            v2: certificate.clone(),
            v3: certificate.clone(),
            ..Signing::default()
        },
        ..Package::default()
    };
    let artifact = |name: &str, kind, package| Artifact {
        name: name.parse().unwrap(),
        kind,
        digest: Digest::of(format!("{number} {name}").as_bytes()),
        size: 20_000_000,
        package,
    };
    let apk = |abi: &str| {
        let name = format!("app-{abi}-release.apk");
        artifact(&name, ArtifactKind::Apk, Some(package(abi)))
    };
    Build {
        id: format!("01KAHA9V00000000000000{number:04}")
            .parse()
            .unwrap(),
        app: wallet(),
        number: u64::from(number),
        version: Some(format!("1.0.{number}")),
        revision: Some(Revision {
            commit: "8cf40f2a".repeat(5),
            message: Some("Fix the camera on old phones".to_owned()),
            branch: Some("main".to_owned()),
            repository: Some("acme/wallet".to_owned()),
            url: None,
        }),
        run: None,
        registered_at: at,
        registered_by: Actor::pipeline("wallet-dev"),
        artifacts: vec![
            apk("arm64-v8a"),
            apk("armeabi-v7a"),
            apk("x86_64"),
            artifact("mapping.txt", ArtifactKind::Mapping, None),
        ],
    }
}

#[tokio::test]
async fn a_testers_page_takes_three_reads_however_many_releases_there_were() {
    let mut costs = Vec::new();
    for builds in [12, 30] {
        let (metered, _) = Metered::with_builds(builds).await;
        let cost = metered.page("/wallet/dev").await;
        assert_eq!(cost.requests, 3, "{cost:?}");
        assert!(cost.read_units <= 3.0, "{cost:?}");
        costs.push(cost.read_units);
    }
    assert!((costs[0] - costs[1]).abs() < f64::EPSILON, "{costs:?}");
}

#[tokio::test]
async fn a_testers_page_of_builds_from_before_costs_more_units_and_no_more_reads() {
    let (metered, _) = Metered::with_builds(12).await;
    metered.as_before_there_were_marks().await;
    let cost = metered.page("/wallet/dev").await;
    assert_eq!(cost.requests, 3, "{cost:?}");
    assert!(cost.read_units <= 8.0, "{cost:?}");
}

#[tokio::test]
async fn the_overview_takes_two_reads() {
    let (metered, _) = Metered::with_builds(12).await;
    let cost = metered.page("/").await;
    assert_eq!(cost.requests, 2, "{cost:?}");
    assert!(cost.read_units <= 1.0, "{cost:?}");
}

#[tokio::test]
async fn no_page_of_an_app_takes_more_than_four_reads() {
    let (metered, build) = Metered::with_builds(12).await;
    let of_build = format!("/wallet/builds/{}", build.id);
    let pages = [
        "/wallet".to_owned(),
        "/wallet/builds".to_owned(),
        "/wallet/runs".to_owned(),
        of_build.clone(),
        format!("{of_build}/downloads"),
        "/wallet/dev/rollback".to_owned(),
        "/promotions".to_owned(),
        "/holds".to_owned(),
        "/settings/links".to_owned(),
        format!("/settings/links/new?build={}", build.id),
    ];
    for page in pages {
        let cost = metered.page(&page).await;
        assert!(cost.requests <= 4, "{page}: {cost:?}");
    }
}

#[tokio::test]
async fn an_icon_and_a_file_take_two_requests_at_the_most() {
    let (metered, build) = Metered::with_builds(12).await;
    let icon = format!("/wallet/builds/{}/icon", build.id);
    let cost = metered.page(&icon).await;
    assert_eq!(cost.requests, 1, "and one of the bucket: {cost:?}");
    let digest = build.artifacts[0].digest;
    for address in [
        format!("/wallet/builds/{}/files/{digest}", build.id),
        format!("/api/v1/builds/{}/files/{digest}", build.id),
    ] {
        let (answer, cost) = metered.get(&address).await;
        assert_eq!(answer.status, 302, "{}", answer.text());
        assert_eq!(cost.requests, 2, "one read, one write: {cost:?}");
    }
}

#[tokio::test]
async fn a_form_for_a_build_of_another_app_takes_one_read() {
    let (metered, build) = Metered::with_builds(1).await;
    for form in ["promote", "withdraw", "restore"] {
        let address = format!("/shop/builds/{}/{form}", build.id);
        let (answer, cost) = metered.send(&address, "to=preprod&reason=why").await;
        assert_eq!(answer.status, 404, "{}", answer.text());
        assert_eq!(cost.requests, 1, "{form}: {cost:?}");
    }
}

/// How often the tester's page says that an earlier build is withdrawn.
async fn withdrawn_on_page(metered: &Metered) -> usize {
    let (page, _) = metered.get("/api/v1/apps/wallet/environments/dev").await;
    let view = page.json();
    view["earlier_withdrawn"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn an_earlier_build_that_was_withdrawn_is_shown_as_that_and_given_out_again_as_before() {
    for marked in [true, false] {
        let (metered, newest) = Metered::with_builds(4).await;
        if !marked {
            metered.as_before_there_were_marks().await;
        }
        let earlier = build(2, newest.registered_at);
        let address = format!("/wallet/builds/{}", earlier.id);
        assert_eq!(withdrawn_on_page(&metered).await, 0);
        let (answer, _) = metered
            .send(&format!("{address}/withdraw"), "reason=leaks")
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(withdrawn_on_page(&metered).await, 1, "marked: {marked}");
        let (answer, _) = metered
            .send(&format!("{address}/restore"), "reason=mended")
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(withdrawn_on_page(&metered).await, 0, "marked: {marked}");
        let (answer, _) = metered
            .send(&format!("{address}/withdraw"), "reason=again")
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(withdrawn_on_page(&metered).await, 1, "marked: {marked}");
    }
}
