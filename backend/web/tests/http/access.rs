//! Every endpoint, asked by everyone: a table that must have a row for each.

use std::{collections::BTreeSet, sync::LazyLock};

use axum::http::Method;
use domain::digest::Digest;
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, apk::apk, event, now, people::person_id, promise, run};
use web::endpoints;

pub(crate) static APK: LazyLock<Vec<u8>> = LazyLock::new(|| apk(b"not much of an app"));

/// Who asks: someone without a role, each role (for wallet, in dev), and an administrator of everything.
const CALLERS: [&str; 8] = [
    "nobody",
    "viewer",
    "tester",
    "developer",
    "release-manager",
    "auditor",
    "admin",
    "admins",
];

/// What is there to be asked about.
pub(crate) struct Things {
    /// A build of wallet that is in dev.
    pub(crate) dev: String,
    /// A build of wallet that is in preprod.
    pub(crate) preprod: String,
    /// A build of wallet that is nowhere, to be withdrawn.
    nowhere: String,
    /// An upload to dev.
    upload: String,
}

/// Method, pattern, address, body, and the expected answer to each caller: y for yes, n for 403, - for 404.
pub(crate) type Row = (&'static str, &'static str, String, Value, &'static str);

fn row(method: &'static str, pattern: &'static str, values: &[&str], to: &'static str) -> Row {
    let mut address = String::new();
    let mut values = values.iter();
    for (index, part) in pattern.split(['{', '}']).enumerate() {
        address.push_str(if index % 2 == 0 {
            part
        } else {
            values.next().unwrap()
        });
    }
    let query = values.next().copied().unwrap_or_default();
    (method, pattern, address + query, Value::Null, to)
}

fn with(body: Value, row: Row) -> Row {
    let (method, pattern, address, _, to) = row;
    (method, pattern, address, body, to)
}

/// Addresses that ask nobody who they are.
const OPEN: [(&str, &str); 9] = [
    // Anyone who holds a share link proves it by the address itself.
    ("GET", "/share/{credential}"),
    ("POST", "/share/{credential}"),
    ("GET", "/sign-in"),
    ("GET", "/sign-in/callback"),
    ("POST", "/sign-out"),
    ("GET", "/signed-out"),
    ("GET", "/api/openapi.json"),
    ("GET", "/assets/{name}"),
    ("GET", "/healthz"),
];

/// What programs read.
fn reading(things: &Things) -> Vec<Row> {
    let digest = &Digest::of(&APK).to_string();
    let (claimed, loose) = (&run("wallet-dev", "e-1"), &run("nobodys", "e-2"));
    let Things { dev, preprod, .. } = things;
    let compared = format!("?from={dev}&to={preprod}");
    vec![
        row("GET", "/api/v1/overview", &[], "nyyyyyyy"),
        row("GET", "/api/v1/apps", &[], "nyyyyyyy"),
        row("GET", "/api/v1/apps/{app}", &["wallet"], "-yyyyyyy"),
        row("GET", "/api/v1/apps/{app}", &["shop"], "-------y"),
        row("GET", "/api/v1/apps/{app}/builds", &["wallet"], "-yyyyyyy"),
        row("GET", "/api/v1/apps/{app}/builds", &["shop"], "-------y"),
        row("GET", UPLOADS, &["wallet"], "-yyyyyyy"),
        row("GET", UPLOADS, &["shop"], "-------y"),
        row("GET", "/api/v1/apps/{app}/runs", &["wallet"], "-yyyyyyy"),
        row("GET", "/api/v1/apps/{app}/runs", &["shop"], "-------y"),
        row("GET", ENVIRONMENT, &["wallet", "dev"], "-yyyyyyy"),
        row("GET", ENVIRONMENT, &["wallet", "preprod"], "-yyyyyyy"),
        row("GET", ENVIRONMENT, &["shop", "dev"], "-------y"),
        row("GET", RELEASES, &["wallet", "dev"], "-yyyyyyy"),
        row("GET", RELEASES, &["shop", "dev"], "-------y"),
        row("GET", LATEST, &["wallet", "dev"], "-nyyynyy"),
        row("GET", LATEST, &["wallet", "preprod"], "-nnyynyy"),
        row("GET", LATEST, &["shop", "dev"], "--------"),
        row("GET", HISTORY, &["wallet", "dev"], "-yyyyyyy"),
        row("GET", HISTORY, &["shop", "dev"], "-------y"),
        row("GET", "/api/v1/unassigned/pipelines", &[], "-------y"),
        row("GET", "/api/v1/unassigned/runs", &[], "-------y"),
        row("GET", "/api/v1/builds/{id}", &[dev], "-yyyyyyy"),
        row("GET", DOWNLOADS, &[dev], "-nnnnyyy"),
        row("GET", FILE, &[dev, digest], "-nyyynyy"),
        row("GET", FILE, &[preprod, digest], "-nnyynyy"),
        row("GET", "/api/v1/builds/{id}/options", &[dev], "-yyyyyyy"),
        row("GET", "/api/v1/runs/{id}", &[claimed], "nyyyyyyy"),
        row("GET", "/api/v1/runs/{id}", &[loose], "n------y"),
        row("GET", "/api/v1/compare", &[&compared], "-yyyyyyy"),
        row("GET", "/api/v1/promotions", &[], "nyyyyyyy"),
        row("GET", "/api/v1/promotions/{id}", &[NONE], "--------"),
        row("GET", "/api/v1/holds", &[], "nyyyyyyy"),
        row("GET", "/api/v1/audit", &[], "nnnnnnny"),
        row("GET", "/api/v1/audit/seals", &[], "nnnnnnny"),
        row("GET", "/api/v1/audit/verify", &[], "nnnnnnny"),
        row("GET", "/api/v1/me", &[], "yyyyyyyy"),
        row("GET", "/settings", &[], "yyyyyyyy"),
        row("GET", "/settings/tokens", &[], "nyyyyyyy"),
        row("GET", "/settings/tokens", &["?everyones=true"], "nnnnnnny"),
        row("GET", "/api/v1/tokens", &[], "nyyyyyyy"),
        row("GET", "/api/v1/tokens", &["?everyones=true"], "nnnnnnny"),
        row("GET", "/api/v1/sessions", &[], "yyyyyyyy"),
        row("GET", "/api/v1/access", &[], "nnnnnnny"),
        row("GET", "/api/v1/configuration", &[], "nnnnnnny"),
    ]
}

/// The pages.
fn looking(things: &Things) -> Vec<Row> {
    let digest = &Digest::of(&APK).to_string();
    let (claimed, loose) = (&run("wallet-dev", "e-1"), &run("nobodys", "e-2"));
    let Things { dev, preprod, .. } = things;
    let compared = format!("?from={dev}&to={preprod}");
    vec![
        row("GET", "/sign-in/resume", &[], "yyyyyyyy"),
        row("GET", "/settings/access", &[], "nnnnnnny"),
        row("GET", "/settings/configuration", &[], "nnnnnnny"),
        row("GET", "/settings/sessions", &[], "yyyyyyyy"),
        row("GET", "/settings/privacy", &[], "yyyyyyyy"),
        row("GET", "/", &[], "nyyyyyyy"),
        row("GET", "/unassigned", &[], "-------y"),
        row("GET", "/unassigned/pipelines", &[], "-------y"),
        row("GET", "/promotions", &[], "nyyyyyyy"),
        row("GET", "/promotions/{id}", &[NONE], "--------"),
        row("GET", "/holds", &[], "nyyyyyyy"),
        row("GET", "/audit", &[], "nnnnnnny"),
        row("GET", "/audit/verify", &[], "nnnnnnny"),
        row("GET", "/compare", &[], "nyyyyyyy"),
        row("GET", "/compare", &[&compared], "-yyyyyyy"),
        row("GET", PAGE_DOWNLOADS, &["wallet", dev], "-nnnnyyy"),
        row("GET", PAGE_ROLLBACK, &["wallet", "dev"], "-nnnynyy"),
        row("GET", PAGE_ROLLBACK, &["wallet", "preprod"], "-nnnnnny"),
        row("GET", "/runs/{*id}", &[claimed], "nyyyyyyy"),
        row("GET", "/runs/{*id}", &[loose], "n------y"),
        row("GET", "/{app}", &["wallet"], "-yyyyyyy"),
        row("GET", "/{app}", &["shop"], "-------y"),
        row("GET", "/{app}/builds", &["wallet"], "-yyyyyyy"),
        row("GET", "/{app}/builds", &["shop"], "-------y"),
        row("GET", "/{app}/runs", &["wallet"], "-yyyyyyy"),
        row("GET", "/{app}/runs", &["shop"], "-------y"),
        row("GET", "/{app}/builds/{id}", &["wallet", dev], "-yyyyyyy"),
        row("GET", "/{app}/builds/{id}", &["shop", dev], "--------"),
        row("GET", "/{app}/builds/{id}/icon", &["shop", dev], "--------"),
        row("GET", PAGE_FILE, &["wallet", dev, digest], "-nyyynyy"),
        row("GET", PAGE_FILE, &["wallet", preprod, digest], "-nnyynyy"),
        row("GET", PAGE_FILE, &["shop", dev, digest], "--------"),
        row(
            "GET",
            "/{app}/{environment}",
            &["wallet", "dev"],
            "-yyyyyyy",
        ),
        row("GET", "/{app}/{environment}", &["shop", "dev"], "-------y"),
        row("GET", PAGE_LATEST, &["wallet", "dev"], "-nyyynyy"),
        row("GET", PAGE_LATEST, &["wallet", "preprod"], "-nnyynyy"),
    ]
}

fn changing(things: &Things) -> Vec<Row> {
    let Things { nowhere, .. } = things;
    let digest = Digest::of(&APK);
    let upload = |environment: &str| {
        json!({"files": [promise("app.apk", &apk(b"new"))], "environment": environment, "attempt": 2,
            "run": "ci/r-1"})
    };
    let reason = || json!({"reason": "a test"});
    let ended = |pattern| with(reason(), row("POST", pattern, &[NONE], "--------"));
    let promote = |to: &str| json!({"build": nowhere, "to": to, "reason": "a test"});
    let hold = |app: Value| json!({"environment": "dev", "app": app, "reason": "a test"});
    let lift = || json!({"on": {"what": "environment", "environment": "dev", "app": "wallet"}, "reason": "a test"});
    let told = |pipeline: &str| event(pipeline, "e-3", "STARTED", 3);
    let events = |to| row("POST", "/api/v1/events", &[], to);
    let both = json!([told("wallet-dev"), told("shop-dev")]);
    vec![
        with(told("wallet-dev"), events("nnnnnnyy")),
        with(told("wallet-preprod"), events("nnnnnnny")),
        with(told("shop-dev"), events("nnnnnn-y")),
        with(told("nobodys"), events("nnnnnn-y")),
        with(both, events("nnnnnn-y")),
        with(upload("dev"), row("POST", UPLOADS, &["wallet"], "-nnyynyy")),
        with(
            upload("preprod"),
            row("POST", UPLOADS, &["wallet"], "-nnnnnny"),
        ),
        with(upload("dev"), row("POST", UPLOADS, &["shop"], "-------y")),
        row("GET", "/api/v1/uploads/{id}", &[&things.upload], "-nn--n-y"),
        row("POST", COMPLETE, &[&things.upload], "-nn--n-y"),
        with(
            promote("dev"),
            row("POST", "/api/v1/promotions", &[], "-nnnynyy"),
        ),
        with(
            promote("preprod"),
            row("POST", "/api/v1/promotions", &[], "-nnnnnny"),
        ),
        with(
            json!({"digest": digest}),
            row(
                "POST",
                "/api/v1/promotions/{id}/approve",
                &[NONE],
                "--------",
            ),
        ),
        ended("/api/v1/promotions/{id}/reject"),
        ended("/api/v1/promotions/{id}/cancel"),
        ended("/api/v1/promotions/{id}/abandon"),
        with(
            reason(),
            row("POST", ROLLBACK, &["shop", "dev"], "--------"),
        ),
        with(
            hold(json!("wallet")),
            row("POST", "/api/v1/holds", &[], "-nnnynyy"),
        ),
        with(
            hold(json!("shop")),
            row("POST", "/api/v1/holds", &[], "-------y"),
        ),
        with(
            hold(Value::Null),
            row("POST", "/api/v1/holds", &[], "nnnnnnny"),
        ),
        // The first who may lifts it; then it is no more.
        with(lift(), row("POST", "/api/v1/holds/lift", &[], "-nnnyn--")),
        with(
            reason(),
            row(
                "POST",
                "/api/v1/builds/{id}/withdraw",
                &[nowhere],
                "-nnnynyy",
            ),
        ),
        with(
            reason(),
            row(
                "POST",
                "/api/v1/builds/{id}/restore",
                &[nowhere],
                "-nnnynyy",
            ),
        ),
    ]
}

/// What lets people in, and programs for them.
fn owning() -> Vec<Row> {
    let token = json!({"label": "ci", "permit": {"may": ["view"], "apps": ["wallet"]}, "hours": 1});
    vec![
        row("POST", "/api/v1/sessions/end-others", &[], "yyyyyyyy"),
        row("POST", "/api/v1/sessions/{id}/end", &[NONE], "--------"),
        with(
            json!({"person": "eve@example.com"}),
            row("POST", "/api/v1/sessions/end-all", &[], "nnnnnnny"),
        ),
        with(
            json!({}),
            row("POST", "/api/v1/privacy/export", &[], "yyyyyyyy"),
        ),
        with(
            json!({"person": person_id("eve@example.com")}),
            row("POST", "/api/v1/privacy/export", &[], "nnnnnnny"),
        ),
        with(
            json!({"person": person_id("eve@example.com"), "reason": "a test"}),
            row("POST", "/api/v1/privacy/erase", &[], "nnnnnnny"),
        ),
        with(token, row("POST", "/api/v1/tokens", &[], "nyyyyyyy")),
        row("POST", "/api/v1/tokens/{id}/revoke", &[NONE], "n-------"),
    ]
}

/// Share links: seen, made and ended.
fn sharing(things: &Things) -> Vec<Row> {
    let Things { dev, preprod, .. } = things;
    let newest = |app: &str, environment: &str| json!({"to": {"kind": "newest", "app": app, "environment": environment}, "hours": 24});
    let build = |id: &str| json!({"to": {"kind": "build", "build": id}, "hours": 24});
    let form = |body: &str, to| {
        let row = row("POST", "/settings/links/new", &[], to);
        with(Value::String(body.to_owned()), row)
    };
    let made = |body, to| with(body, row("POST", "/api/v1/links", &[], to));
    let asked = |query: &str, to| row("GET", "/settings/links/new", &[query], to);
    let ended = |pattern| row("POST", pattern, &[NONE], "n-------");
    vec![
        row("GET", "/api/v1/links", &[], "nyyyyyyy"),
        made(newest("wallet", "dev"), "-nnyynyy"),
        made(newest("wallet", "preprod"), "-nnnnnny"),
        made(newest("shop", "dev"), "-------y"),
        made(build(dev), "-nnyynyy"),
        made(build(preprod), "-nnnnnny"),
        made(build(NONE), "--------"),
        ended("/api/v1/links/{id}/revoke"),
        row("GET", "/settings/links", &[], "nyyyyyyy"),
        asked("", "nnnyynyy"),
        asked(&format!("?build={dev}"), "-nnyynyy"),
        asked(&format!("?build={preprod}"), "-nnnnnny"),
        form("place=wallet/dev&hours=24", "-nnyynyy"),
        form("place=wallet/preprod&hours=24", "-nnnnnny"),
        form("place=shop/dev&hours=24", "-------y"),
        form(&format!("build={dev}&hours=24"), "-nnyynyy"),
        with(
            Value::String(String::new()),
            ended("/settings/links/{id}/revoke"),
        ),
    ]
}

/// What the pages' forms send.
fn sent(things: &Things) -> Vec<Row> {
    let build = &things.nowhere;
    let form = |body: &str, row| with(Value::String(body.to_owned()), row);
    let seen = format!("digest={}", Digest::of(&APK));
    let erase = format!("person={}&reason=a&sure=yes", person_id("eve@example.com"));
    let on_build = |verb: &'static str| row("POST", verb, &["wallet", build], "-nnnynyy");
    vec![
        form(
            "",
            row("POST", "/settings/sessions/end-others", &[], "yyyyyyyy"),
        ),
        form(
            "",
            row("POST", "/settings/sessions/{id}/end", &[NONE], "yyyyyyyy"),
        ),
        form(
            "person=eve@example.com",
            row("POST", "/settings/sessions/end-all", &[], "nnnnnnny"),
        ),
        form("", row("POST", "/settings/privacy/export", &[], "yyyyyyyy")),
        form(
            "person=eve@example.com",
            row("POST", "/settings/privacy/export", &[], "nnnnnnny"),
        ),
        form(
            &erase,
            row("POST", "/settings/privacy/erase", &[], "nnnnnnny"),
        ),
        form("to=dev&reason=a", on_build("/{app}/builds/{id}/promote")),
        form("reason=a", on_build("/{app}/builds/{id}/withdraw")),
        form("reason=a", on_build("/{app}/builds/{id}/restore")),
        form(
            "reason=a",
            row("POST", PAGE_ROLLBACK, &["wallet", "dev"], "-nnnynyy"),
        ),
        form(
            "reason=a",
            row("POST", PAGE_ROLLBACK, &["wallet", "preprod"], "-nnnnnny"),
        ),
        form(
            &seen,
            row("POST", "/promotions/{id}/approve", &[NONE], "--------"),
        ),
        form(
            "reason=a",
            row("POST", "/promotions/{id}/reject", &[NONE], "--------"),
        ),
        form(
            "reason=a",
            row("POST", "/promotions/{id}/cancel", &[NONE], "--------"),
        ),
        form(
            "reason=a",
            row("POST", "/promotions/{id}/abandon", &[NONE], "--------"),
        ),
        form(
            "label=form&may=view&app=wallet&environment=*&days=1",
            row("POST", "/settings/tokens", &[], "nyyyyyyy"),
        ),
        form(
            "",
            row("POST", "/settings/tokens/{id}/revoke", &[NONE], "n-------"),
        ),
        form(
            "place=dev/wallet&reason=a",
            row("POST", "/holds", &[], "-nnnynyy"),
        ),
        form("place=dev&reason=a", row("POST", "/holds", &[], "nnnnnnny")),
        form(
            "what=environment&environment=dev&app=wallet",
            row("POST", "/holds/lift", &[], "-nnnynyy"),
        ),
    ]
}

pub(crate) fn all(things: &Things) -> Vec<Row> {
    [
        reading(things),
        looking(things),
        changing(things),
        owning(),
        sharing(things),
        sent(things),
    ]
    .concat()
}

const NONE: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const ENVIRONMENT: &str = "/api/v1/apps/{app}/environments/{environment}";
const RELEASES: &str = "/api/v1/apps/{app}/environments/{environment}/releases";
const LATEST: &str = "/api/v1/apps/{app}/environments/{environment}/latest.apk";
const HISTORY: &str = "/api/v1/apps/{app}/environments/{environment}/promotions";
const ROLLBACK: &str = "/api/v1/apps/{app}/environments/{environment}/rollback";
const DOWNLOADS: &str = "/api/v1/builds/{id}/downloads";
const FILE: &str = "/api/v1/builds/{id}/files/{digest}";
const UPLOADS: &str = "/api/v1/apps/{app}/uploads";
const COMPLETE: &str = "/api/v1/uploads/{id}/complete";
const PAGE_FILE: &str = "/{app}/builds/{id}/files/{digest}";
const PAGE_DOWNLOADS: &str = "/{app}/builds/{id}/downloads";
const PAGE_ROLLBACK: &str = "/{app}/{environment}/rollback";
const PAGE_LATEST: &str = "/{app}/{environment}/latest.apk";

pub(crate) fn letter(answer: &Answer) -> char {
    match answer.status.as_u16() {
        401 => 'i',
        303 if answer.header("location").starts_with("/sign-in?") => 'i',
        403 => 'n',
        404 => '-',
        status if status < 500 => 'y',
        status => panic!("{status}: {}", answer.text()),
    }
}

pub(crate) async fn things(portal: &TestPortal) -> Things {
    for (pipeline, execution, second) in [("wallet-dev", "e-1", 1), ("nobodys", "e-2", 2)] {
        let event = event(pipeline, execution, "STARTED", second);
        portal.receive(&event, now()).await;
    }
    // Somebody with sessions to end.
    portal.cookie("eve", now()).await;
    let cookie = portal.cookie("admins", now()).await;
    let upload = async |attempt: u32, environment: Value| {
        let build = json!({"environment": environment, "attempt": attempt, "run": "ci/r-0"});
        let files = [("app.apk", &APK[..])];
        portal.upload("wallet", Some(&cookie), build, &files).await
    };
    let push = async |attempt, environment| {
        let upload = upload(attempt, environment).await;
        portal.complete(&upload, Some(&cookie)).await
    };
    Things {
        dev: push(1, json!("dev")).await,
        preprod: push(2, json!("preprod")).await,
        nowhere: push(3, Value::Null).await,
        upload: upload(4, json!("dev")).await,
    }
}

#[tokio::test]
async fn everyone_gets_what_their_role_says_from_every_endpoint() {
    let portal = TestPortal::signed_in().await;
    let things = things(&portal).await;
    let rows = all(&things);
    let mut wrong = Vec::new();
    for (method, pattern, address, body, expected) in &rows {
        let method: Method = method.parse().unwrap();
        let outside = portal.ask(&method, address, None, body).await;
        assert_eq!(
            letter(&outside),
            'i',
            "{method} {address} without signing in"
        );
        let mut found = String::new();
        for caller in CALLERS {
            let cookie = portal.cookie(caller, now()).await;
            found.push(letter(
                &portal.ask(&method, address, Some(&cookie), body).await,
            ));
        }
        if found != *expected {
            wrong.push(format!(
                "{method} {pattern} ({address}): {found}, not {expected}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The body with a member that nothing knows, in each of its objects.
fn misspelt(body: &Value) -> Vec<Value> {
    let Value::Object(members) = body else {
        return Vec::new();
    };
    let mut all = vec![];
    let mut with = members.clone();
    with.insert("unexpected".to_owned(), json!(true));
    all.push(Value::Object(with));
    for (name, member) in members {
        for inner in misspelt(member) {
            let mut with = members.clone();
            with.insert(name.clone(), inner);
            all.push(Value::Object(with));
        }
    }
    all
}

#[tokio::test]
async fn a_member_that_nothing_knows_is_named_wherever_it_is_and_nothing_is_done() {
    let portal = TestPortal::signed_in().await;
    let things = things(&portal).await;
    let admin = portal.cookie("admins", now()).await;
    let before = portal.items().await;
    let mut asked = 0;
    for (method, pattern, address, body, _) in all(&things) {
        // Events are what their platforms make them.
        if !pattern.starts_with("/api/") || pattern == "/api/v1/events" {
            continue;
        }
        let method: Method = method.parse().unwrap();
        for body in misspelt(&body) {
            asked += 1;
            let answer = portal.ask(&method, &address, Some(&admin), &body).await;
            let problem = answer.problem(400);
            assert!(
                problem["detail"].to_string().contains("unexpected"),
                "{address} {body}: {problem}"
            );
        }
    }
    assert!(asked > 15, "{asked}");
    assert_eq!(portal.items().await.len(), before.len());
}

#[tokio::test]
async fn no_endpoint_is_left_out_of_the_table() {
    let things = Things {
        dev: String::new(),
        preprod: String::new(),
        nowhere: String::new(),
        upload: String::new(),
    };
    let rows = all(&things);
    let rows = rows.iter().map(|row| (row.0, row.1));
    let known: BTreeSet<(String, String)> = rows
        .chain(OPEN)
        .map(|(method, pattern)| (method.to_owned(), pattern.to_owned()))
        .collect();
    let there: BTreeSet<(String, String)> = endpoints()
        .into_iter()
        .map(|(method, pattern)| (method.to_string(), pattern))
        .collect();
    let without_a_row: Vec<_> = there.difference(&known).collect();
    assert!(
        without_a_row.is_empty(),
        "access.rs has no row for {without_a_row:?}: add one here, and in bearers.rs"
    );
    let gone: Vec<_> = known.difference(&there).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[tokio::test]
async fn what_someone_may_not_see_is_answered_as_what_does_not_exist() {
    let portal = TestPortal::signed_in().await;
    let things = things(&portal).await;
    let viewer = portal.cookie("viewer", now()).await;
    let nobody = portal.cookie("nobody", now()).await;
    for (cookie, real, made_up) in [
        (
            &nobody,
            "/api/v1/apps/wallet".to_owned(),
            "/api/v1/apps/purse".to_owned(),
        ),
        (
            &nobody,
            format!("/api/v1/builds/{}", things.dev),
            format!("/api/v1/builds/{NONE}"),
        ),
        (
            &nobody,
            format!("/api/v1/uploads/{}", things.upload),
            format!("/api/v1/uploads/{NONE}"),
        ),
        (
            &viewer,
            format!("/api/v1/runs/{}", run("nobodys", "e-2")),
            format!("/api/v1/runs/{}", run("nobodys", "e-9")),
        ),
    ] {
        let said = async |address: &str| {
            let answer = portal.get_as(address, Some(cookie)).await;
            let detail = answer.problem(404)["detail"].as_str().unwrap().to_owned();
            detail.replace(address.rsplit(['/', ':']).next().unwrap(), "it")
        };
        assert_eq!(said(&real).await, said(&made_up).await, "{real}");
    }
}

#[tokio::test]
async fn the_overview_shows_only_what_its_reader_may_see() {
    let portal = TestPortal::signed_in().await;
    things(&portal).await;
    let viewer = portal.cookie("viewer", now()).await;
    let page = portal.get_as("/", Some(&viewer)).await.text();
    assert!(page.contains("/wallet") && !page.contains("shop") && !page.contains("nobodys"));
    let admin = portal.cookie("admins", now()).await;
    let page = portal.get_as("/", Some(&admin)).await.text();
    assert!(page.contains("/wallet") && page.contains("shop") && page.contains("nobodys"));
    assert!(page.contains("admins@example.com") && page.contains("/sign-out"));
}

/// The addresses of a page's links to bytes, and to pages that offer them.
fn offered(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1);
    let addresses = links.filter_map(|rest| rest.split('"').next());
    let bytes = |address: &&str| address.contains("/latest.apk") || address.contains("/files/");
    addresses.filter(bytes).map(str::to_owned).collect()
}

#[tokio::test]
async fn downloads_are_offered_to_those_who_may_and_the_others_read_why_not() {
    let portal = TestPortal::signed_in().await;
    let things = things(&portal).await;
    let on = [
        "/wallet/dev".to_owned(),
        "/wallet/preprod".to_owned(),
        format!("/wallet/builds/{}", things.dev),
        format!("/wallet/builds/{}", things.preprod),
    ];
    // The last page of each caller is one of a build in preprod alone.
    for (caller, expected) in [
        ("viewer", "nnnn"),
        ("tester", "ynyn"),
        ("developer", "yyyy"),
        ("auditor", "nnnn"),
        ("admin", "yyyy"),
    ] {
        let cookie = portal.cookie(caller, now()).await;
        let mut found = String::new();
        for address in &on {
            let page = portal.get_as(address, Some(&cookie)).await.text();
            let offered = offered(&page);
            for link in &offered {
                let answer = portal.get_as(link, Some(&cookie)).await;
                assert!(
                    answer.status.is_redirection(),
                    "{caller}: {link} on {address}"
                );
            }
            let why = "You may not download this build: that needs the role tester in ";
            assert_eq!(
                page.contains(why),
                offered.is_empty(),
                "{caller}: {address}: {page}"
            );
            found.push(if offered.is_empty() { 'n' } else { 'y' });
        }
        assert_eq!(found, expected, "{caller}");
        let overview = portal.get_as("/", Some(&cookie)).await.text();
        let installs = overview.matches("aria-label=\"Install page of").count();
        let pages = expected.chars().take(2).filter(|may| *may == 'y').count();
        assert_eq!(installs, pages, "{caller}: {overview}");
    }
}
