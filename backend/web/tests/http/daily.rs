//! How much is given out in a day: by every way to the bytes, to everyone, and no more than that.

use std::collections::BTreeSet;

use axum::http::{Method, header};
use domain::{
    Timestamp,
    actor::Actor,
    digest::Digest,
    download::{DailyLimits, LINK_LIFETIME, day_ends},
    page::Limit,
};
use futures::future::join_all;
use identity::workload::Workloads;
use portal::download::Downloader;
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, apk::apk, dev, now, wallet};

use crate::{access, ci::Ci, workloads::config_of};

/// Few enough to be used up.
const FEW: DailyLimits = DailyLimits {
    principal: 3,
    link: 2,
    link_bytes: 1 << 30,
};

/// A portal that gives so much in a day, and a build of wallet in dev.
async fn giving(limits: DailyLimits) -> (TestPortal, String) {
    let portal = TestPortal::builder().oidc().limits(limits).start().await;
    let build = portal.push_as_admin("dev").await;
    (portal, build)
}

/// The addresses that give that build to anyone who may have it.
pub(crate) fn ways(build: &str) -> [String; 4] {
    let digest = Digest::of(&apk(b"an app"));
    [
        "/wallet/dev/latest.apk".to_owned(),
        "/api/v1/apps/wallet/environments/dev/latest.apk".to_owned(),
        format!("/wallet/builds/{build}/files/{digest}"),
        format!("/api/v1/builds/{build}/files/{digest}"),
    ]
}

async fn with_bearer(portal: &TestPortal, address: &str, bearer: &str) -> Answer {
    let request = testkit::get(address).header(header::AUTHORIZATION, format!("Bearer {bearer}"));
    portal
        .send(request.body(axum::body::Body::empty()).unwrap())
        .await
}

/// A token of somebody in these groups, that downloads.
async fn token(portal: &TestPortal, group: &str, label: &str) -> String {
    let cookie = portal.cookie(group, now()).await;
    let asked = json!({"label": label, "permit": {"may": ["download"]}, "hours": 24});
    let made = portal.ask(&Method::POST, "/api/v1/tokens", Some(&cookie), &asked);
    made.await.json()["bearer"].as_str().unwrap().to_owned()
}

async fn link(portal: &TestPortal, change: Value) -> String {
    let mut body =
        json!({"to": {"kind": "newest", "app": "wallet", "environment": "dev"}, "hours": 72});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    let cookie = portal.cookie("developer", now()).await;
    let made = portal
        .ask(&Method::POST, "/api/v1/links", Some(&cookie), &body)
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let address = made.json()["address"].as_str().unwrap().to_owned();
    address
        .trim_start_matches("https://portal.example")
        .to_owned()
}

async fn tap(portal: &TestPortal, address: &str) -> Answer {
    let form = Value::String(String::new());
    portal.ask(&Method::POST, address, None, &form).await
}

pub(crate) async fn downloads(portal: &TestPortal, build: &str) -> usize {
    let (me, limit) = (Actor::local(), Limit::try_from(100).unwrap());
    let build = build.parse().unwrap();
    let kept = portal.portal.downloads().list(&me, &build, limit, None);
    kept.await.unwrap().items.len()
}

/// That an answer says that today gives no more, until when, and how long that is.
fn spent(answer: &Answer, at: Timestamp) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert_eq!(answer.header("location"), "");
    let until = day_ends(at);
    let wait = until.as_second() - at.as_second();
    assert_eq!(answer.header("retry-after"), wait.to_string());
}

#[tokio::test]
async fn every_way_to_the_bytes_counts_and_none_gives_more_than_a_day_may() {
    // Every endpoint there is, asked by somebody who may do everything.
    let (portal, _) = giving(DailyLimits {
        principal: 1000,
        ..FEW
    })
    .await;
    let bytes = portal.store.objects.links_origin().await.unwrap();
    let leads_to_bytes = |answer: &Answer| answer.header("location").starts_with(&bytes);
    let things = access::things(&portal).await;
    let rows = access::all(&things);
    let admin = portal.cookie("admins", now()).await;
    let mut giving = BTreeSet::new();
    for (method, pattern, address, body, _) in &rows {
        let method: Method = method.parse().unwrap();
        let answer = portal.ask(&method, address, Some(&admin), body).await;
        if leads_to_bytes(&answer) {
            giving.insert(*pattern);
        }
    }
    assert_eq!(giving.len(), 4, "{giving:?}");

    // The same where a day gives three, which are used up by three of the ways: then no endpoint gives any.
    let portal = TestPortal::builder().oidc().limits(FEW).start().await;
    let things = access::things(&portal).await;
    let rows = access::all(&things);
    let admin = portal.cookie("admins", now()).await;
    let mut given = 0;
    for _ in 0..2 {
        for (method, pattern, address, body, _) in &rows {
            let method: Method = method.parse().unwrap();
            let answer = portal.ask(&method, address, Some(&admin), body).await;
            if leads_elsewhere(&answer) {
                given += 1;
            } else if giving.contains(pattern) && answer.status == 429 {
                spent(&answer, now());
            }
        }
    }
    assert_eq!(given, 3);
    for address in ways(&things.dev) {
        let address = address.replace(
            &Digest::of(&apk(b"an app")).to_string(),
            &Digest::of(&access::APK).to_string(),
        );
        spent(&portal.get_as(&address, Some(&admin)).await, now());
    }
    // Share links are the one way in that asks nobody who they are.
    let address = link(&portal, json!({})).await;
    for _ in 0..2 {
        assert_eq!(tap(&portal, &address).await.status, 303);
    }
    spent(&tap(&portal, &address).await, now());
}

/// Whether an answer leads to another server, which here is that of the bytes alone.
fn leads_elsewhere(answer: &Answer) -> bool {
    answer.header("location").starts_with("http://127.0.0.1")
}

#[tokio::test]
async fn each_person_token_and_job_has_a_day_of_its_own() {
    let (mut portal, build) = giving(FEW).await;
    let ci = Ci::start().await;
    let entries = format!(
        "[[workloads]]\nname = \"tests\"\nfrom = \"github\"\nissuer = \"{}\"\nrepository_id = \"74\"\nmay = [\"download\"]\n",
        ci.address
    );
    let workloads = Workloads::new(config_of(&entries).workloads, None);
    portal.reroute(|state| state.workloads = workloads);
    let bearers = [
        token(&portal, "tester", "one").await,
        token(&portal, "developer", "one").await,
        ci.token(&json!({})),
    ];
    let ways = ways(&build);
    let mut expected = 0;
    for group in ["tester", "developer"] {
        let cookie = portal.cookie(group, now()).await;
        for address in &ways[..3] {
            let answer = portal.get_as(address, Some(&cookie)).await;
            assert_eq!(answer.status, 302, "{group} {address}: {}", answer.text());
            expected += 1;
        }
        for address in &ways {
            spent(&portal.get_as(address, Some(&cookie)).await, now());
        }
    }
    for bearer in &bearers {
        for address in [&ways[1], &ways[3], &ways[1]] {
            let answer = with_bearer(&portal, address, bearer).await;
            assert_eq!(answer.status, 302, "{address}: {}", answer.text());
            expected += 1;
        }
        let refused = with_bearer(&portal, &ways[3], bearer).await;
        spent(&refused, now());
        let problem = refused.problem(429);
        assert_eq!(problem["type"], "urn:towpath:problem:too-many");
        let detail = problem["detail"].as_str().unwrap();
        for said in [
            "3 downloads",
            &day_ends(now()).to_string(),
            "principal_per_day",
            "towpath.toml",
        ] {
            assert!(detail.contains(said), "{detail}");
        }
    }
    // Another token of the same owner is the same, and so is another job of the same workload.
    let more = token(&portal, "tester", "two").await;
    spent(&with_bearer(&portal, &ways[1], &more).await, now());
    let again = ci.token(&json!({"run_id": "7"}));
    spent(&with_bearer(&portal, &ways[1], &again).await, now());
    assert_eq!(
        downloads(&portal, &build).await,
        expected,
        "what is not given is not recorded"
    );
    let page = portal
        .get_as(&ways[0], Some(&portal.cookie("tester", now()).await))
        .await;
    assert!(
        page.text().contains("<html") && page.text().contains("principal_per_day"),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn of_downloads_at_once_exactly_as_many_get_through_as_a_day_gives() {
    let limits = DailyLimits {
        principal: 7,
        link: 5,
        ..FEW
    };
    let (portal, build) = giving(limits).await;
    let bearer = token(&portal, "tester", "many").await;
    let ways = ways(&build);
    let answers =
        join_all((0..20).map(|number| with_bearer(&portal, &ways[1 + number % 2 * 2], &bearer)))
            .await;
    let count =
        |answers: &[Answer], status: u16| answers.iter().filter(|it| it.status == status).count();
    assert_eq!((count(&answers, 302), count(&answers, 429)), (7, 13));
    assert_eq!(downloads(&portal, &build).await, 7);

    let address = link(&portal, json!({})).await;
    let answers = join_all((0..12).map(|_| tap(&portal, &address))).await;
    assert_eq!((count(&answers, 303), count(&answers, 429)), (5, 7));
    assert_eq!(downloads(&portal, &build).await, 12);
}

#[tokio::test]
async fn a_day_that_is_used_up_ends_at_midnight() {
    let (portal, build) = giving(FEW).await;
    let (me, app, environment) = (Actor::local(), wallet(), dev());
    let portal = &portal.portal;
    let last = day_ends(now()) - jiff::SignedDuration::from_secs(1);
    let taken = async |at| {
        portal
            .downloads()
            .latest(
                Downloader {
                    actor: &me,
                    user_agent: None,
                    now: at,
                },
                &app,
                &environment,
                None,
            )
            .await
    };
    for _ in 0..3 {
        assert_eq!(taken(last).await.unwrap().expires_at, last + LINK_LIFETIME);
    }
    assert!(matches!(
        taken(last).await,
        Err(portal::Error::DailyLimit {
            most: 3,
            wait: 1,
            ..
        })
    ));
    let digest = Digest::of(&apk(b"an app"));
    let id = build.parse().unwrap();
    let file = portal
        .downloads()
        .file(
            Downloader {
                actor: &me,
                user_agent: None,
                now: last,
            },
            (None, &id),
            &digest,
        )
        .await;
    assert!(matches!(file, Err(portal::Error::DailyLimit { .. })));
    for _ in 0..3 {
        taken(day_ends(now())).await.unwrap();
    }
    assert!(taken(day_ends(now())).await.is_err());
}

fn tomorrow() -> Timestamp {
    day_ends(now())
}

#[tokio::test]
async fn a_link_pauses_when_its_day_is_used_up_and_goes_on_with_the_next() {
    let (mut portal, build) = giving(FEW).await;
    let address = link(&portal, json!({})).await;
    let other = link(&portal, json!({})).await;
    for _ in 0..2 {
        assert_eq!(tap(&portal, &address).await.status, 303);
    }
    let look = portal.get_as(&address, None).await;
    for page in [&tap(&portal, &address).await, &look] {
        spent(page, now());
        let text = page.text();
        assert!(
            text.contains("gives nothing until")
                && text.contains("Ask the person who sent you this link"),
            "{text}"
        );
        assert!(!text.contains("name=\"tap\""), "{text}");
    }
    // It is nobody else's day.
    assert_eq!(tap(&portal, &other).await.status, 303);
    let developer = portal.cookie("developer", now()).await;
    assert_eq!(
        portal
            .get_as(&ways(&build)[0], Some(&developer))
            .await
            .status,
        302
    );
    portal.reroute(|state| state.clock = tomorrow);
    assert_eq!(portal.get_as(&address, None).await.status, 200);
    for _ in 0..2 {
        assert_eq!(tap(&portal, &address).await.status, 303);
    }
    spent(&tap(&portal, &address).await, tomorrow());
}

#[tokio::test]
async fn a_repeated_tap_costs_bytes_and_counts_for_the_day() {
    let (portal, build) = giving(FEW).await;
    let address = link(&portal, json!({"limit": 1})).await;
    let form = Value::String("tap=0123456789abcdef0123".to_owned());
    let again = async || portal.ask(&Method::POST, &address, None, &form).await;
    assert_eq!(again().await.status, 303);
    assert_eq!(again().await.status, 303, "the answer was lost");
    // The link is used up, so that its page says so, and the day gives no third.
    let refused = again().await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("location")),
        (410, "")
    );
    assert_eq!(downloads(&portal, &build).await, 2);
}

#[tokio::test]
async fn a_link_may_be_made_to_give_less_in_a_day_and_never_more() {
    let (portal, _) = giving(DailyLimits { link: 20, ..FEW }).await;
    let one = link(&portal, json!({"per_day": 1})).await;
    assert_eq!(tap(&portal, &one).await.status, 303);
    spent(&tap(&portal, &one).await, now());
    // Twice within the size of two, and once a day where even one is too many.
    let size = apk(b"an app").len();
    for (bytes, taps) in [
        (2 * size, 2),
        (3 * size - 1, 2),
        (3 * size, 3),
        (size - 1, 1),
    ] {
        let address = link(&portal, json!({"bytes_per_day": bytes})).await;
        for _ in 0..taps {
            assert_eq!(tap(&portal, &address).await.status, 303, "{bytes}");
        }
        spent(&tap(&portal, &address).await, now());
    }
    let cookie = portal.cookie("developer", now()).await;
    let wider = |change: Value| {
        let mut body =
            json!({"to": {"kind": "newest", "app": "wallet", "environment": "dev"}, "hours": 1});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    for (change, field) in [
        (json!({"per_day": 21}), "per_day"),
        (json!({"per_day": 0}), "per_day"),
        (json!({"bytes_per_day": (1_u64 << 30) + 1}), "bytes_per_day"),
        (json!({"bytes_per_day": 0}), "bytes_per_day"),
    ] {
        let made = portal
            .ask(
                &Method::POST,
                "/api/v1/links",
                Some(&cookie),
                &wider(change),
            )
            .await;
        let problem = made.problem(400);
        assert_eq!(problem["field"], field, "{problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains("towpath.toml"),
            "{problem}"
        );
    }
    // The form of the page asks for the same.
    let form = Value::String("place=wallet/dev&hours=24&per_day=1".to_owned());
    let made = portal
        .ask(&Method::POST, "/settings/links/new", Some(&cookie), &form)
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let text = made.text();
    assert!(text.contains("1 a day at the most"), "{text}");
    let links = portal.get_as("/api/v1/links", Some(&cookie)).await.json();
    assert_eq!(links["links"][0]["link"]["per_day"], 1);
}

#[tokio::test]
async fn links_from_before_there_were_days_take_the_usual_one() {
    let (portal, _) = giving(FEW).await;
    let address = link(&portal, json!({})).await;
    // A record of an earlier version has none of these.
    for item in portal.items().await {
        assert!(
            item.get("per_day").is_none() && item.get("bytes_per_day").is_none(),
            "{item}"
        );
        assert!(item.get("today").is_none(), "{item}");
    }
    for _ in 0..2 {
        assert_eq!(tap(&portal, &address).await.status, 303);
    }
    spent(&tap(&portal, &address).await, now());
}

#[tokio::test]
async fn a_link_with_a_password_gives_no_more_and_says_so_after_the_password_alone() {
    let (portal, _) = giving(DailyLimits { link: 1, ..FEW }).await;
    let address = link(&portal, json!({"password": "open sesame"})).await;
    let password = Value::String("password=open+sesame".to_owned());
    let opened = async || portal.ask(&Method::POST, &address, None, &password).await;
    let page = opened().await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let (_, rest) = text.split_once("name=\"tap\" value=\"").unwrap();
    let form = Value::String(format!("tap={}", rest.split('"').next().unwrap()));
    let tapped = portal.ask(&Method::POST, &address, None, &form).await;
    assert_eq!(tapped.status, 303, "{}", tapped.text());
    assert_eq!(
        portal.get_as(&address, None).await.status,
        200,
        "it asks for the password first"
    );
    spent(&opened().await, now());
}
