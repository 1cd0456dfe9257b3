//! `web`, driven through the Runtime API with requests as an HTTP API of API Gateway sends them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use serde_json::{Value, json};
use testkit::{
    apk::unsigned_apk,
    functions::{Functions, job, request},
    lambda::Lambda,
    zip::{signed_apk, zipped},
};

const WEB: &str = "web";
const ACTION: &str = "action";

async fn get(web: &Lambda, path: &str) -> Value {
    web.invoke(request("GET", path, "", None)).await.response()
}

fn text(answer: &Value) -> &str {
    assert_eq!(answer["isBase64Encoded"], false);
    answer["body"].as_str().unwrap()
}

fn json(answer: &Value) -> Value {
    assert_eq!(answer["statusCode"], 200, "{answer}");
    serde_json::from_str(text(answer)).unwrap()
}

#[tokio::test]
async fn the_overview_is_a_page_for_people_and_json_for_programs() {
    let world = Functions::start().await;
    let web = world.lambda(WEB).await;
    let page = get(&web, "/").await;
    assert_eq!(page["statusCode"], 200);
    assert!(
        page["headers"]["content-type"]
            .as_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(text(&page).contains("Wallet"), "{page}");
    let overview = json(&get(&web, "/api/v1/overview").await);
    assert!(overview.to_string().contains("wallet"), "{overview}");
}

#[tokio::test]
async fn whoever_has_not_signed_in_sees_nothing() {
    let world = Functions::start().await;
    let web = world.lambda(WEB).await;
    let ask = async |path: &str| {
        let mut request = request("GET", path, "", None);
        request["cookies"] = json!(["__Host-towpath=a-made-up-session"]);
        web.invoke(request).await.response()
    };
    let page = ask("/wallet/dev").await;
    assert_eq!(page["statusCode"], 303, "{page}");
    assert_eq!(
        page["headers"]["location"],
        "/sign-in?return=%2Fwallet%2Fdev"
    );
    let answer = ask("/api/v1/overview").await;
    assert_eq!(answer["statusCode"], 401, "{answer}");
    assert!(!text(&answer).contains("wallet"), "{answer}");
    assert_eq!(ask("/healthz").await["statusCode"], 200);
}

#[tokio::test]
async fn without_an_issuer_the_function_does_not_start() {
    let world = Functions::start().await;
    let mut web = world.lambda_with(WEB, "TOWPATH_OIDC_ISSUER", "").await;
    assert!(!web.ended().await);
    web.logged("cannot start").await;
}

#[tokio::test]
async fn what_is_not_there_is_a_problem() {
    let world = Functions::start().await;
    let web = world.lambda(WEB).await;
    let answer = get(&web, "/api/v1/apps/purse").await;
    assert_eq!(answer["statusCode"], 404);
    assert_eq!(
        answer["headers"]["content-type"],
        "application/problem+json"
    );
    assert_eq!(get(&web, "/no/such/page").await["statusCode"], 404);
}

#[tokio::test]
async fn an_event_that_a_developer_posts_is_refused() {
    let world = Functions::start().await;
    let web = world.lambda(WEB).await;
    let event = json!({
        "id": "e1",
        "source": "aws.codepipeline",
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "account": "123456789012",
        "region": "eu-west-1",
        "time": "2026-01-02T03:04:00Z",
        "detail": {"pipeline": "wallet-dev", "execution-id": "x1", "state": "FAILED"},
    });
    let posted = web
        .invoke(request("POST", "/api/v1/events", "", Some(&event)))
        .await
        .response();
    assert_eq!(posted["statusCode"], 403, "{posted}");
    let overview = json(&get(&web, "/api/v1/overview").await);
    assert!(
        !overview.to_string().contains("wallet-dev/x1"),
        "{overview}"
    );
}

/// Registers a package as a pipeline's job would.
async fn register(world: &Functions, apk: &[u8]) {
    run_job(world, apk).await;
    world.codepipeline.success();
}

async fn run_job(world: &Functions, apk: &[u8]) {
    let bytes = zipped(&[("build/app-release.apk", apk)]);
    world.put_artifact("key", bytes).await;
    let parameters = r#"{"do":"register","app":"wallet","environment":"dev"}"#;
    let event = job("11111111-abcd-1111-abcd-111111abcdef", parameters, "key");
    let action = world.lambda(ACTION).await;
    action.invoke(event).await.response();
}

#[tokio::test]
async fn a_build_of_a_job_is_one_tap_away() {
    let world = Functions::start().await;
    let apk = signed_apk();
    register(&world, &apk).await;
    let web = world.lambda(WEB).await;
    let page = get(&web, "/wallet/dev").await;
    assert!(text(&page).contains("/wallet/dev/latest.apk"), "{page}");
    let tap = get(&web, "/wallet/dev/latest.apk").await;
    assert_eq!(tap["statusCode"], 302, "{tap}");
    let link = tap["headers"]["location"].as_str().unwrap();
    // reqwest asks for a provider even when the link is plain HTTP.
    let _already = rustls::crypto::ring::default_provider().install_default();
    let file = reqwest::get(link).await.unwrap();
    assert_eq!(file.status(), 200);
    assert_eq!(file.bytes().await.unwrap(), apk);
}

#[tokio::test]
async fn a_build_that_cannot_be_installed_is_refused_and_not_offered() {
    let world = Functions::start().await;
    run_job(&world, &unsigned_apk(b"app")).await;
    let (_, message) = world.codepipeline.failure();
    let why = "no device can install this build: app-release.apk is not signed";
    assert!(message.contains(why), "{message}");
    let web = world.lambda(WEB).await;
    let page = get(&web, "/wallet/dev").await;
    assert!(!text(&page).contains("latest.apk"), "{page}");
    let tap = get(&web, "/wallet/dev/latest.apk").await;
    assert!(tap["statusCode"].as_u64().unwrap() >= 400, "{tap}");
    assert_eq!(tap["headers"].get("location"), None);
}

#[tokio::test]
async fn each_request_is_one_line_with_its_path_and_without_its_query() {
    let world = Functions::start().await;
    let web = world.lambda(WEB).await;
    let query = "cursor=secret-cursor";
    web.invoke(request("GET", "/wallet/builds", query, None))
        .await
        .response();
    let line = web.logged("answered").await;
    assert!(line.to_string().contains("/wallet/builds"), "{line}");
    let log = web.log().join("\n");
    assert_eq!(log.matches("\"answered\"").count(), 1, "{log}");
    assert!(!log.contains("secret-cursor"), "{log}");
}

const ORIGIN_KEY: &str = "a-key-of-the-tests-0123456789abcdef";

#[tokio::test]
async fn with_an_origin_key_only_what_cloudfront_sends_is_answered_and_the_line_has_its_viewer() {
    let world = Functions::start().await;
    let changed = ("TOWPATH_ORIGIN_KEY", ORIGIN_KEY);
    for handler in [WEB, "hooks"] {
        let function = world
            .lambda_changed(handler, &[changed, ("TOWPATH_HOOKS_SECRET", "{}")])
            .await;
        let ask = async |path: &str, shown: Option<&str>| {
            let method = if path == "/healthz" { "GET" } else { "POST" };
            let mut request = request(method, path, "", None);
            // API Gateway joins headers of one name with commas.
            request["headers"]["x-forwarded-for"] =
                json!("192.0.2.99,192.0.2.98, 198.51.100.7, 130.176.1.1");
            if let Some(shown) = shown {
                request["headers"]["x-towpath-origin"] = json!(shown);
            }
            function.invoke(request).await.response()
        };
        for shown in [None, Some("wrong"), Some(&ORIGIN_KEY[1..])] {
            let answer = ask("/healthz", shown).await;
            assert_eq!(answer["statusCode"], 403, "{handler}: {answer}");
        }
        let path = if handler == WEB {
            "/sign-out"
        } else {
            "/hooks/github/acme"
        };
        let status = if handler == WEB { 303 } else { 401 };
        let answer = ask(path, Some(ORIGIN_KEY)).await;
        assert_eq!(answer["statusCode"], status, "{handler}: {answer}");
        let line = function.logged("answered").await;
        assert!(line.to_string().contains("198.51.100.7"), "{line}");
        let log = function.log().join("\n");
        for hidden in [ORIGIN_KEY, &ORIGIN_KEY[1..], "192.0.2.9"] {
            assert!(!log.contains(hidden), "{log}");
        }
    }
}

#[tokio::test]
async fn an_origin_key_that_is_none_stops_the_function() {
    let world = Functions::start().await;
    for bad in ["", "a-short-one"] {
        let mut web = world.lambda_with(WEB, "TOWPATH_ORIGIN_KEY", bad).await;
        assert!(!web.ended().await);
        let line = web.logged("cannot start").await.to_string();
        assert!(line.contains("TOWPATH_ORIGIN_KEY"), "{line}");
        assert!(!line.contains("a-short-one"), "{line}");
    }
}

#[tokio::test]
async fn a_site_that_is_not_there_stops_the_function() {
    let world = Functions::start().await;
    let mut web = world
        .lambda_with(WEB, "TOWPATH_SITE", "/no/such/folder")
        .await;
    assert!(!web.ended().await);
    web.logged("cannot start").await;
}

/// The taps that were put out as metrics, and how many of them failed.
fn taps(web: &Lambda) -> (u64, u64) {
    let mut sums = (0, 0);
    for line in web.log().iter().filter(|line| line.contains("\"_aws\"")) {
        let document: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            document["_aws"]["CloudWatchMetrics"][0]["Namespace"],
            "Towpath"
        );
        assert_eq!(document["Environment"], "dev");
        sums.0 += document["Taps"].as_u64().unwrap();
        sums.1 += document["TapsFailed"].as_u64().unwrap();
    }
    sums
}

#[tokio::test]
async fn taps_are_counted_and_pages_are_not() {
    let world = Functions::start().await;
    register(&world, &signed_apk()).await;
    let web = world.lambda_with(WEB, "TOWPATH_HOME", "dev").await;
    let page = get(&web, "/wallet/dev").await;
    assert_eq!(page["statusCode"], 200, "{page}");
    for path in [
        "/wallet/dev/latest.apk",
        "/api/v1/apps/wallet/environments/dev/latest.apk",
    ] {
        let tap = get(&web, path).await;
        assert_eq!(tap["statusCode"], 302, "{tap}");
    }
    let mut unknown = request("GET", "/wallet/dev/latest.apk", "", None);
    unknown["cookies"] = json!([]);
    web.invoke(unknown).await.response();
    web.invoke(request("GET", "/last", "", None))
        .await
        .response();
    web.logged("/last").await;
    assert_eq!(taps(&web), (2, 0));
}

#[tokio::test]
async fn a_tap_that_the_portal_cannot_answer_is_counted_as_failed() {
    let world = Functions::start().await;
    let changes = [("TOWPATH_HOME", "dev"), ("TOWPATH_TABLE", "no-such-table")];
    let web = world.lambda_changed(WEB, &changes).await;
    let tap = get(&web, "/wallet/dev/latest.apk").await;
    assert!(tap["statusCode"].as_u64().unwrap() >= 500, "{tap}");
    web.logged("_aws").await;
    assert_eq!(taps(&web), (1, 1));
}

#[tokio::test]
async fn a_function_of_no_environment_counts_nothing() {
    let world = Functions::start().await;
    let web = world.lambda(WEB).await;
    get(&web, "/wallet/dev/latest.apk").await;
    web.logged("answered").await;
    assert_eq!(taps(&web), (0, 0));
}

#[tokio::test]
async fn what_makes_no_uri_is_answered_and_ends_no_invocation() {
    let world = Functions::start().await;
    let web = world.lambda(WEB).await;
    for query in [
        "\"", "a=<b>", "a b", "a=\u{7f}", "é", "#", "%", "%zz", "[", "\\",
    ] {
        let asked = request("GET", "/healthz", query, None);
        let answer = web.invoke(asked).await.response();
        assert_eq!(answer["statusCode"], 200, "{query:?}: {answer}");
    }
    let other = [
        ("host", ["a b", "\"", "<", "[", ":", "a/b?c", "you@a"]),
        (
            "x-forwarded-proto",
            ["", "a b", "zzz://", "https,http", "https://a/b?", "1", ":"],
        ),
    ];
    for (name, values) in other {
        for value in values {
            let mut asked = request("GET", "/healthz", "", None);
            asked["headers"][name] = json!(value);
            let answer = web.invoke(asked).await.response();
            assert_eq!(answer["statusCode"], 200, "{name}: {value:?}: {answer}");
        }
    }
}
