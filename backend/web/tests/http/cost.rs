//! What pages cost: requests to the table and read units, which are the same on every machine. `docs/architecture.md` tells
//! them.

use axum::{
    body::Body,
    http::{Request, header},
};
use domain::{
    Timestamp,
    actor::Actor,
    build::{Artifact, ArtifactKind, Build},
    digest::Digest,
    event::Revision,
    package::{Icon, Package, Signing},
    path::Path,
};
use jiff::SignedDuration;
use serde_json::json;
use store::table::Reading;
use testkit::{Answer, TestPortal, dev, grid, now, preprod, step, wallet};

const ICON: &[u8] = b"\x89PNG an icon";

/// A portal whose answers' cost is looked at. `wallet` has a path from dev to preprod.
struct Metered(TestPortal);

impl Metered {
    async fn new() -> Self {
        let builder = TestPortal::builder().catalog(|catalog| catalog.paths.push(path()));
        Self(builder.start().await)
    }

    /// With so many builds, each released in dev, the newest a minute ago.
    async fn with_builds(count: u32) -> (Self, Build) {
        let metered = Self::new().await;
        let icon = format!("icons/wallet/{}", Digest::of(ICON));
        let objects = &metered.0.store.objects;
        objects
            .put_if_absent(&icon, ICON.to_vec(), "image/png")
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
        let build = build(number, at);
        self.0.puts(&build, &dev()).await;
        build
    }

    /// What an address answers, and what that cost.
    async fn get(&self, address: &str) -> (Answer, Reading) {
        self.0.meter.reset();
        let answer = self.0.get(address).await;
        let cost = self.0.meter.reset();
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
        self.0.meter.reset();
        let request = Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let request = request.body(form.to_owned().into()).unwrap();
        let answer = self.0.send(request).await;
        (answer, self.0.meter.reset())
    }

    /// Takes the mark that a build is offered from every line, as lines were before there was one.
    async fn as_before_there_were_marks(&self) {
        for item in self.0.items().await {
            if item.get("offered").is_some() {
                let change = json!({"TableName": "towpath", "Key": {"pk": item["pk"], "sk": item["sk"]},
                    "UpdateExpression": "REMOVE offered"});
                self.0.services.dynamodb("UpdateItem", &change).await;
            }
        }
    }
}

fn path() -> Path {
    Path {
        apps: vec![wallet()],
        steps: [dev(), preprod()].map(step).to_vec(),
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
        origin: testkit::records::PROVEN,
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
        assert!(cost.read_units <= 8.0, "{cost:?}");
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
    assert!(cost.read_units <= 13.0, "{cost:?}");
}

#[tokio::test]
async fn the_overview_takes_three_reads_for_those_who_see_what_no_app_claims() {
    let (metered, _) = Metered::with_builds(12).await;
    let cost = metered.page("/").await;
    assert_eq!(cost.requests, 3, "{cost:?}");
    assert!(cost.read_units <= 1.5, "{cost:?}");
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
async fn an_icon_takes_two_requests_at_the_most_and_a_file_three() {
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
        assert_eq!(
            cost.requests, 3,
            "a read, the count of the day, the record: {cost:?}"
        );
        assert!(cost.write_units <= 2.0, "{cost:?}");
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

/// Bytes of an answer as browsers and the CLI get it, and what the first page of the overview costs.
async fn first_page(test: &TestPortal, address: &str) -> (usize, Reading) {
    test.meter.reset();
    let request = Request::get(address).header(header::ACCEPT_ENCODING, "gzip");
    let answer = test.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers[header::CONTENT_ENCODING], "gzip");
    let cost = test.meter.reset();
    println!("{address:<20} {:>8} bytes {cost:?}", answer.body.len());
    (answer.body.len(), cost)
}

#[tokio::test]
async fn the_overview_of_five_hundred_apps_is_read_a_page_at_a_time() {
    let (few, many) = (grid(10, 3, 3).await, grid(500, 20, 2).await);
    for address in ["/", "/api/v1/overview", "/api/v1/me"] {
        let (few_bytes, few_cost) = first_page(&few, address).await;
        let (bytes, cost) = first_page(&many, address).await;
        let percent = bytes * 100 / few_bytes;
        println!("{address} of 500 apps in 20 environments: {percent} % of the bytes of 10 in 3");
        assert!(bytes <= 200 * 1024, "{address}: {bytes} bytes");
        assert!(cost.requests <= 4 && cost.requests <= few_cost.requests + 1);
        // What a page holds, not what there is.
        assert!(cost.read_units <= 25.0, "{address}: {cost:?}");
    }
    let (mut seen, mut address) = (Vec::new(), "/api/v1/overview".to_owned());
    loop {
        let page = many.get(&address).await.json();
        for row in page["apps"].as_array().unwrap() {
            seen.push(row["app"]["id"].as_str().unwrap().to_owned());
            let filled = row["cells"].as_array().unwrap().len();
            assert_eq!(filled, if seen.len() % 5 == 1 { 2 } else { 0 });
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        address = format!("/api/v1/overview?cursor={next}");
    }
    let all: Vec<String> = (0..500).map(|number| format!("app-{number:03}")).collect();
    assert_eq!(seen, all);
}
