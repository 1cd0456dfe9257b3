//! Share links for those who hold one: what they see, what they get, and what nothing else does.

use api::links::{LinkRequest, LinkTo, SharePassword};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::{
    Timestamp,
    actor::Actor,
    id::{AppId, EnvironmentId, LinkId},
    page::Limit,
    share::Shows,
};
use futures::future::join_all;
use jiff::SignedDuration;
use portal::download::Downloader;
use portal::{
    Error, Portal,
    links::{Opened, Tapper},
};
use serde_json::{Value, json};
use store::table::LinkRecord;
use testkit::{Answer, TestPortal, apk::apk, dev, get, log::Log, member, now, preprod, wallet};

const PASSWORD: &str = "open sesame";

/// A build of wallet in dev, and a link to it that is asked for as that says.
async fn shared(change: Value) -> (TestPortal, String, String) {
    let portal = TestPortal::signed_in().await;
    let build = portal.push_as_admin("dev").await;
    let address = link(&portal, change).await;
    (portal, build, address)
}

async fn link(portal: &TestPortal, change: Value) -> String {
    let mut body =
        json!({"to": {"kind": "newest", "app": "wallet", "environment": "dev"}, "hours": 24});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    let cookie = portal.cookie("developer", now()).await;
    let made = portal.ask(&Method::POST, "/api/v1/links", Some(&cookie), &body);
    let made = made.await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let address = made["address"].as_str().unwrap();
    address
        .trim_start_matches("https://portal.example")
        .to_owned()
}

fn credential(address: &str) -> &str {
    address.trim_start_matches("/share/")
}

async fn look(portal: &TestPortal, address: &str) -> Answer {
    portal.get_as(address, None).await
}

/// What somebody's tap sends: what the page holds, and nothing else.
fn tap_of(page: &Answer) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("name=\"tap\" value=\"").expect("a button");
    format!("tap={}", rest.split('"').next().unwrap())
}

async fn send(portal: &TestPortal, address: &str, form: &str) -> Answer {
    let form = Value::String(form.to_owned());
    portal.ask(&Method::POST, address, None, &form).await
}

/// How often the newest link was used.
async fn used(portal: &TestPortal) -> u64 {
    let cookie = portal.cookie("developer", now()).await;
    let links = portal.get_as("/api/v1/links", Some(&cookie)).await.json();
    links["links"][0]["link"]["used"].as_u64().unwrap()
}

#[tokio::test]
async fn whatever_opens_addresses_by_itself_spends_nothing_and_learns_no_more_than_the_page() {
    let (portal, build, address) = shared(json!({"limit": 1})).await;
    for _ in 0..50 {
        assert_eq!(look(&portal, &address).await.status, 200);
    }
    let head = Request::head(&address).body(Body::empty()).unwrap();
    let head = portal.send(head).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(used(&portal).await, 0);

    let page = look(&portal, &address).await;
    let text = page.text();
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex, nofollow, noarchive"),
    ] {
        assert_eq!(page.header(name), value);
        assert_eq!(head.header(name), value);
    }
    assert_eq!(page.header("set-cookie"), "", "no cookie is needed");
    assert!(text.contains("wallet") && text.contains("Build 1") && text.contains("Works until"));
    assert!(text.contains("id=\"left\" class=\"number\">1<"), "{text}");
    for leak in [
        credential(&address),
        "X-Amz",
        "og:",
        "<script",
        &build,
        "/wallet",
    ] {
        assert!(!text.contains(leak), "{leak}: {text}");
    }
    let policy = page.header("content-security-policy");
    let forms = policy.split(';').find(|part| part.contains("form-action"));
    assert!(
        forms.unwrap().trim().starts_with("form-action 'self' http"),
        "{policy}"
    );
}

#[tokio::test]
async fn a_tap_brings_the_bytes_and_is_recorded_with_the_link() {
    let (portal, build, address) = shared(json!({})).await;
    let tapped = send(&portal, &address, &tap_of(&look(&portal, &address).await)).await;
    assert_eq!(tapped.status, 303, "{}", tapped.text());
    assert_eq!(tapped.header("cache-control"), "no-store");
    assert_eq!(tapped.header("referrer-policy"), "no-referrer");
    let bytes = reqwest::get(tapped.header("location")).await.unwrap();
    assert_eq!(bytes.bytes().await.unwrap(), apk(b"an app"));
    // Without what the page holds it is a tap of its own.
    assert_eq!(send(&portal, &address, "").await.status, 303);
    assert_eq!(used(&portal).await, 2);

    let (me, build) = (Actor::local(), build.parse().unwrap());
    let world = &portal.portal;
    let downloads = world.downloads().list(&me, &build, Limit::default(), None);
    let downloads = downloads.await.unwrap().items;
    assert_eq!(downloads.len(), 2);
    assert_eq!(downloads[0].by.name, "guest of developer@example.com");
    let id = credential(&address).split('.').next().unwrap();
    assert_eq!(downloads[0].link.as_ref().unwrap().as_str(), id);
}

#[tokio::test]
async fn two_taps_at_once_on_a_link_for_one_give_one() {
    let (portal, _, address) = shared(json!({"limit": 1})).await;
    let pages = join_all([0, 1, 2].map(|_| look(&portal, &address))).await;
    let forms: Vec<String> = pages.iter().map(tap_of).collect();
    let answers = join_all(forms.iter().map(|form| send(&portal, &address, form))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|it| it.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410, 410]);
    assert_eq!(used(&portal).await, 1);
    let page = look(&portal, &address).await;
    assert_eq!(page.status, 410);
    assert!(page.text().contains("used as often as it may be"));
    assert!(
        page.text()
            .contains("Ask the person who sent you this link")
    );
}

#[tokio::test]
async fn a_tap_whose_answer_was_lost_is_repeated_and_counts_once() {
    let (portal, _, address) = shared(json!({"limit": 1})).await;
    let form = tap_of(&look(&portal, &address).await);
    for again in 0..6 {
        assert_eq!(send(&portal, &address, &form).await.status, 303, "{again}");
    }
    assert_eq!(
        send(&portal, &address, &form).await.status,
        410,
        "five times more at the most"
    );
    assert_eq!(used(&portal).await, 1);
    // A page that was left open is tapped anew where there is something left.
    let address = link(&portal, json!({"limit": 2})).await;
    let form = tap_of(&look(&portal, &address).await);
    let statuses = [(); 8].map(|()| send(&portal, &address, &form));
    let mut found = Vec::new();
    for answer in statuses {
        found.push(answer.await.status.as_u16());
    }
    assert_eq!(found, [303, 303, 303, 303, 303, 303, 303, 410]);
    assert_eq!(used(&portal).await, 2);
}

#[tokio::test]
async fn only_the_right_secret_tells_that_there_is_a_link() {
    let (portal, _, address) = shared(json!({})).await;
    let (id, secret) = credential(&address).split_once('.').unwrap();
    let other = credential(&link(&portal, json!({})).await).to_owned();
    let (other_id, other_secret) = other.split_once('.').unwrap();
    let turned: String = secret.chars().rev().collect();
    let mut pages = Vec::new();
    for wrong in [
        format!("/share/{id}.{other_secret}"),
        format!("/share/{other_id}.{secret}"),
        format!("/share/01ARZ3NDEKTSV4RRFFQ69G5FAV.{secret}"),
        format!("/share/{id}.{}", &secret[1..]),
        format!("/share/{id}.{turned}"),
        format!("/share/{id}"),
        "/share/x".to_owned(),
    ] {
        let page = look(&portal, &wrong).await;
        assert_eq!(page.status, 404, "{wrong}");
        assert_eq!(page.header("x-robots-tag"), "noindex, nofollow, noarchive");
        let sent = send(&portal, &wrong, "").await;
        assert_eq!((sent.status.as_u16(), sent.text()), (404, page.text()));
        pages.push(page.text());
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:?}");
    for secret in [secret, other_secret, id] {
        assert!(!pages[0].contains(secret));
    }
}

#[tokio::test]
async fn whoever_tries_many_addresses_that_lead_nowhere_has_to_wait() {
    let (portal, _, address) = shared(json!({})).await;
    let id = credential(&address).split('.').next().unwrap();
    let from = async |address: &str, viewer: &str| {
        let request = get(address).header("x-forwarded-for", viewer);
        let request = request.body(Body::empty()).unwrap();
        portal.send(request).await
    };
    let (one, other) = ("198.51.100.7", "198.51.100.8");
    // What never was an address of ours is no guess at one.
    for _ in 0..20 {
        assert_eq!(from(&format!("/share/{id}.x"), one).await.status, 404);
    }
    for number in 0..10 {
        let wrong = format!("/share/{id}.{number}{}", "A".repeat(42));
        assert_eq!(from(&wrong, one).await.status, 404, "{number}");
    }
    let locked = from(&address, one).await;
    assert_eq!(locked.status, 429, "also with the right one");
    assert_eq!(locked.header("retry-after"), "900");
    assert!(locked.text().contains("wait, then try again"));
    assert_eq!(from(&address, other).await.status, 200);
    let cookie = portal.cookie("admins", now()).await;
    let log = portal
        .get_as("/audit?action=locked-out", Some(&cookie))
        .await;
    assert_eq!(log.text().matches("tally\">was locked out<").count(), 1);
}

#[tokio::test]
async fn a_link_ends_when_it_is_revoked_and_when_its_time_is_over() {
    let (portal, _, address) = shared(json!({})).await;
    let form = tap_of(&look(&portal, &address).await);
    assert_eq!(send(&portal, &address, &form).await.status, 303);
    let id = credential(&address).split('.').next().unwrap();
    let cookie = portal.cookie("developer", now()).await;
    let revoke = format!("/api/v1/links/{id}/revoke");
    let nothing = json!({});
    let revoked = portal.ask(&Method::POST, &revoke, Some(&cookie), &nothing);
    assert_eq!(revoked.await.status, 200);
    // Neither anew nor as what was tapped before.
    for form in ["", &form] {
        assert_eq!(send(&portal, &address, form).await.status, 410);
    }
    assert!(
        look(&portal, &address)
            .await
            .text()
            .contains("no longer gives anything")
    );

    let before = now() - SignedDuration::from_hours(2);
    let address = made_at(&portal.portal, 1, None, before).await;
    let page = look(&portal, &address).await;
    assert_eq!(page.status, 410);
    assert!(page.text().contains("Its time is over"));
    assert_eq!(send(&portal, &address, "").await.status, 410);
}

/// A link that was made by the local user at that time.
async fn made_at(portal: &Portal, hours: u32, password: Option<&str>, at: Timestamp) -> String {
    let request = LinkRequest {
        to: LinkTo::Newest {
            app: wallet(),
            environment: dev(),
        },
        hours,
        limit: None,
        per_day: None,
        bytes_per_day: None,
        password: password.map(|text| SharePassword(text.into())),
    };
    let made = portal.links().make(&Actor::local(), request, "", at).await;
    made.unwrap().address
}

#[tokio::test]
async fn a_link_ends_with_its_makers_right_to_share() {
    let (portal, build, newest) = shared(json!({})).await;
    let of_build = link(&portal, json!({"to": {"kind": "build", "build": build}})).await;
    let without = portal.another(|parts| parts.grants = Vec::new());
    for address in [newest, of_build] {
        assert_eq!(send(&portal, &address, "").await.status, 303);
        let view = without
            .links()
            .look(credential(&address), None, now())
            .await
            .unwrap();
        assert!(matches!(view.shows, Shows::Ended(_)), "{view:?}");
        let tap = Tapper::default();
        let opened = without.links().open(credential(&address), tap, now()).await;
        assert!(matches!(opened.unwrap(), Opened::Page { .. }));
    }
    assert_eq!(used(&portal).await, 1);
}

#[tokio::test]
async fn a_withdrawn_build_is_given_to_nobody_and_the_page_does_not_say_why() {
    let (portal, build, newest) = shared(json!({})).await;
    let of_build = link(&portal, json!({"to": {"kind": "build", "build": build}})).await;
    let nothing_yet = made_in(&portal, "preprod").await;
    let text = look(&portal, &nothing_yet).await.text();
    assert!(text.contains("Nothing is released here yet"), "{text}");
    assert_eq!(send(&portal, &nothing_yet, "").await.status, 200);
    let cookie = portal.cookie("admins", now()).await;
    let address = format!("/api/v1/builds/{build}/withdraw");
    let reason = json!({"reason": "it sends money to Mallory"});
    let withdrawn = portal.ask(&Method::POST, &address, Some(&cookie), &reason);
    assert_eq!(withdrawn.await.status, 200);
    for address in [newest, of_build] {
        let text = look(&portal, &address).await.text();
        assert!(text.contains("This build was withdrawn"), "{text}");
        let tapped = send(&portal, &address, "").await.text();
        assert!(tapped.contains("This build was withdrawn"), "{tapped}");
        assert!(!text.contains("Mallory") && !text.contains("admins"));
    }
    let body = json!({"to": {"kind": "build", "build": build}, "hours": 1});
    let refused = portal.ask(&Method::POST, "/api/v1/links", Some(&cookie), &body);
    refused.await.problem(422);
    assert_eq!(used(&portal).await, 0);
}

async fn made_in(portal: &TestPortal, environment: &str) -> String {
    let cookie = portal.cookie("admins", now()).await;
    let body =
        json!({"to": {"kind": "newest", "app": "wallet", "environment": environment}, "hours": 1});
    let made = portal.ask(&Method::POST, "/api/v1/links", Some(&cookie), &body);
    let made = made.await.json();
    let address = made["address"].as_str().unwrap();
    address
        .trim_start_matches("https://portal.example")
        .to_owned()
}

#[tokio::test]
async fn a_guest_gets_no_other_build_environment_or_app() {
    let (portal, build, _) = shared(json!({})).await;
    portal.push_as_admin("preprod").await;
    let cookie = portal.cookie("admins", now()).await;
    for environment in ["dev", "preprod"] {
        let (to, files) = (
            json!({"environment": environment}),
            [("app.apk", &apk(b"another app")[..])],
        );
        let upload = portal.upload("shop", Some(&cookie), to, &files).await;
        portal.complete(&upload, Some(&cookie)).await;
    }
    let records = portal.store.table.links().list().await.unwrap();
    let LinkRecord { link, .. } = &records[0];
    let admin = member("admins@example.com", vec!["admins".to_owned()]);
    // The second one's maker may share everything.
    for maker in [records[0].owner(), admin] {
        let guest = Actor::guest(maker, link.permit());
        gets_only_what_is_shared(&portal.portal, &guest, &build, &link.id).await;
    }
}

/// A guest of what dev serves of wallet.
async fn gets_only_what_is_shared(portal: &Portal, guest: &Actor, build: &str, link: &LinkId) {
    let shop = || "shop".parse::<AppId>().unwrap();
    let latest = async |app: AppId, environment: EnvironmentId| {
        portal
            .downloads()
            .latest(
                Downloader {
                    actor: guest,
                    user_agent: None,
                    now: now(),
                },
                &app,
                &environment,
                None,
            )
            .await
    };
    for (app, environment) in [(wallet(), preprod()), (shop(), dev()), (shop(), preprod())] {
        let granted = latest(app, environment).await;
        let refused = matches!(
            granted,
            Err(Error::NotFound { .. } | Error::Forbidden { .. })
        );
        assert!(refused, "{granted:?}");
    }
    latest(wallet(), dev()).await.unwrap();
    let build = build.parse().unwrap();
    let downloads = portal
        .downloads()
        .list(guest, &build, Limit::default(), None);
    assert!(downloads.await.is_err());
    let links = portal.links().list(guest, now()).await.unwrap().links;
    assert!(links.is_empty());
    assert!(portal.links().revoke(guest, link, now()).await.is_err());
}

#[tokio::test]
async fn before_the_password_nothing_is_shown_and_after_it_the_build_is() {
    let (portal, build, address) = shared(json!({"password": PASSWORD, "limit": 1})).await;
    let closed = look(&portal, &address).await;
    assert_eq!(closed.status, 200);
    for told in ["wallet", "Build 1", "name=\"tap\"", &build] {
        assert!(!closed.text().contains(told), "{told}");
    }
    let wrong = send(&portal, &address, "password=open+barley").await;
    assert_eq!(wrong.status, 403);
    assert!(wrong.text().contains("not the password") && !wrong.text().contains("wallet"));
    for around in ["", "tap=0123456789abcdef0123", "tap=x"] {
        let sent = send(&portal, &address, around).await;
        assert_eq!(sent.status, 200, "{around}");
        assert!(!sent.text().contains("wallet"), "{around}");
    }
    let opened = send(&portal, &address, "password=open+sesame").await;
    assert_eq!(opened.status, 200);
    assert!(opened.text().contains("wallet") && !opened.text().contains("sesame"));
    assert_eq!(used(&portal).await, 0);
    let form = tap_of(&opened);
    for _ in 0..2 {
        assert_eq!(send(&portal, &address, &form).await.status, 303);
    }
    assert_eq!(used(&portal).await, 1);
    assert_eq!(
        send(&portal, &address, "password=open+sesame").await.status,
        410
    );
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_link_also_when_they_come_at_once() {
    let (portal, _, address) = shared(json!({"password": PASSWORD})).await;
    let guesses = (0..9).map(|number| format!("password=guess+{number}+of+nine"));
    let guesses: Vec<String> = guesses.collect();
    let answers = join_all(guesses.iter().map(|form| send(&portal, &address, form))).await;
    let wrong = answers.iter().filter(|it| it.status == 403).count();
    let locked: Vec<&Answer> = answers.iter().filter(|it| it.status == 429).collect();
    assert_eq!((wrong, locked.len()), (4, 5));
    let seconds: i64 = locked[0].header("retry-after").parse().unwrap();
    assert!((890..=900).contains(&seconds), "{seconds}");
    assert!(locked[0].text().contains("Too many wrong passwords"));
    // Not even the right one, and looking at it says so.
    assert_eq!(
        send(&portal, &address, "password=open+sesame").await.status,
        429
    );
    assert_eq!(look(&portal, &address).await.status, 429);

    let cookie = portal.cookie("admins", now()).await;
    let log = portal.get_as("/api/v1/audit", Some(&cookie)).await.json();
    let entries = log["entries"]["items"].as_array().unwrap();
    let locks: Vec<_> = entries
        .iter()
        .filter(|it| it[testkit::ACTION] == "locked-out")
        .collect();
    assert_eq!(locks.len(), 1, "{log}");
    assert!(!log.to_string().contains("of nine"));

    let world = &portal.portal;
    let later = now() + SignedDuration::from_mins(15);
    let right = Tapper {
        password: Some(PASSWORD),
        ..Tapper::default()
    };
    let opened = world.links().open(credential(&address), right, later).await;
    let Ok(Opened::Page { view, .. }) = opened else {
        panic!("{opened:?}");
    };
    assert!(matches!(view.shows, Shows::Offer(_)), "{view:?}");
}

#[tokio::test]
async fn taps_are_taken_from_the_links_own_page_alone() {
    let (portal, _, address) = shared(json!({})).await;
    let sent = async |to: &str, name: &str, value: &str| {
        let request = Request::post(to)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value);
        portal
            .send(request.body(Body::empty()).unwrap())
            .await
            .status
    };
    assert_eq!(sent(&address, "sec-fetch-site", "cross-site").await, 403);
    assert_eq!(sent(&address, "origin", "https://evil.example").await, 403);
    assert_eq!(used(&portal).await, 0);
    // A browser without Sec-Fetch-Site says no origin, as the page's policy has it.
    assert_eq!(sent(&address, "origin", "null").await, 303);
    assert_eq!(sent("/sign-out", "origin", "null").await, 403);
}

#[tokio::test]
async fn neither_the_log_nor_an_answer_spells_the_address() {
    let log = Log::of_this_test(
        "trace,h2=off,hyper=off,hyper_util=off,aws_smithy_runtime=info,aws_sdk_dynamodb=info",
    );
    let (portal, _, address) = shared(json!({"password": PASSWORD})).await;
    let secret = credential(&address).split('.').nth(1).unwrap();
    let upper = address.replace("/share/", "/SHARE/");
    let put = Request::put(&address).body(Body::empty()).unwrap();
    let answers = [
        look(&portal, &address).await,
        send(&portal, &address, "password=a+wrong+guess").await,
        send(&portal, &address, "password=open+sesame").await,
        send(&portal, &address, "tap=x").await,
        look(&portal, &format!("{address}/more")).await,
        look(&portal, &format!("{address}x")).await,
        look(&portal, &upper).await,
        portal.send(put).await,
        portal
            .send(
                get(&address)
                    .header("sec-fetch-site", "none")
                    .body(Body::empty())
                    .unwrap(),
            )
            .await,
    ];
    for answer in &answers {
        assert!(!answer.text().contains(secret), "{}", answer.text());
    }
    let told = log.text();
    assert!(
        told.contains("/share/…") && told.contains("answered"),
        "{told}"
    );
    for word in [secret, "sesame", "a wrong guess", "a+wrong+guess"] {
        assert!(!told.contains(word), "{word}");
    }
}
