//! The head of a request, which API Gateway limits: cookies, groups and addresses that the portal makes fit into it.

use axum::{
    body::Body,
    http::{Request, header},
};
use config::Config;
use domain::id::PersonId;
use serde_json::json;
use testkit::{Answer, TestPortal};

use crate::issuer::Issuer;

/// The most bytes of a request line and all headers that API Gateway takes.
const GATEWAY: usize = 10_240;

/// What a browser sends beside cookies, and what CloudFront and API Gateway add.
const OTHERS: [(&str, &str); 22] = [
    ("host", "abcdefghij.execute-api.eu-west-1.amazonaws.com"),
    (
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    ),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    (
        "accept-language",
        "de-DE,de;q=0.9,en-GB;q=0.8,en-US;q=0.7,en;q=0.6",
    ),
    ("cache-control", "max-age=0"),
    ("content-type", "application/x-www-form-urlencoded"),
    (
        "origin",
        "https://a-long-name-of-a-portal.releases.example.com",
    ),
    ("priority", "u=0, i"),
    (
        "referer",
        "https://a-long-name-of-a-portal.releases.example.com/wallet/builds/01KAF000000000000000000001",
    ),
    (
        "sec-ch-ua",
        "\"Chromium\";v=\"142\", \"Google Chrome\";v=\"142\", \"Not_A Brand\";v=\"99\"",
    ),
    ("sec-ch-ua-mobile", "?1"),
    ("sec-ch-ua-platform", "\"Android\""),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-user", "?1"),
    ("upgrade-insecure-requests", "1"),
    (
        "user-agent",
        "Mozilla/5.0 (Linux; Android 14; Some Phone Build/AP2A.240905.003; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.7444.102 Mobile Safari/537.36",
    ),
    (
        "via",
        "2.0 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)",
    ),
    (
        "x-amz-cf-id",
        "0123456789abcdef0123456789abcdef0123456789abcdef01234567==",
    ),
    (
        "x-amzn-trace-id",
        "Root=1-67891233-abcdef012345678912345678",
    ),
    (
        "x-forwarded-for",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334, 2600:9000:20bb:7a00:0001:0000:0000:93a1",
    ),
];

/// A portal whose configuration names these groups.
async fn naming(issuer: &Issuer, groups: &[String]) -> TestPortal {
    let groups = serde_json::to_string(groups).unwrap();
    let text = format!(
        r##"
[[apps]]
id = "wallet"
name = "Wallet"
[[environments]]
id = "dev"
name = "Development"
colour = "#2563eb"
[[roles]]
role = "viewer"
groups = {groups}
"##
    );
    let config = Config::parse(&text, "towpath.toml").unwrap();
    let builder = TestPortal::builder().issuer(&issuer.address);
    builder.config(&config).start().await
}

fn groups(count: usize) -> Vec<String> {
    let name = |number| format!("a-group-of-the-directory-{number:04}");
    (0..count).map(name).collect()
}

fn given(answer: &Answer) -> Vec<String> {
    let given = answer.headers.get_all(header::SET_COOKIE).iter();
    given
        .map(|value| {
            value
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// Signs in somebody who is in these groups.
async fn signs_in(portal: &TestPortal, issuer: &Issuer, groups: &[String], back: &str) -> Answer {
    issuer.says(json!({"email": "ada@example.com", "email_verified": true, "groups": groups}));
    let begun = portal
        .get_as(&format!("/sign-in?return={back}"), None)
        .await;
    let (code, state) = issuer.approves(begun.header("location"));
    let browser = given(&begun).join("; ");
    let address = format!("/sign-in/callback?code={code}&state={state}");
    portal.get_as(&address, Some(&browser)).await
}

#[tokio::test]
async fn groups_that_the_configuration_does_not_name_are_not_in_the_cookie() {
    let issuer = Issuer::start().await;
    let portal = naming(&issuer, &groups(3)).await;
    let few = signs_in(&portal, &issuer, &groups(3), "/").await;
    let many = signs_in(&portal, &issuer, &groups(500), "/").await;
    assert_eq!((few.status.as_u16(), many.status.as_u16()), (303, 303));
    let session = |answer: &Answer| given(answer)[0].clone();
    assert_eq!(session(&few).len(), session(&many).len());
    let overview = portal
        .get_as("/api/v1/overview", Some(&session(&many)))
        .await;
    assert_eq!(overview.status, 200);
}

#[tokio::test]
async fn whoever_is_in_more_groups_than_fit_is_told_so_and_no_session_begins() {
    let issuer = Issuer::start().await;
    let portal = naming(&issuer, &groups(500)).await;
    let answer = signs_in(&portal, &issuer, &groups(500), "/").await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("500 groups"), "{}", answer.text());
    assert_eq!(given(&answer), Vec::<String>::new());
    let table = &portal.store.table;
    let ada = PersonId::of(&issuer.address, "s-1");
    assert!(table.sessions().list(&ada).await.unwrap().is_empty());
    let fewer = signs_in(&portal, &issuer, &groups(50), "/").await;
    assert_eq!(fewer.status, 303, "{}", fewer.text());
    let session = given(&fewer)[0].clone();
    assert!(
        session.len() > 1500 && session.len() <= 3000,
        "{}",
        session.len()
    );
    let overview = portal.get_as("/api/v1/overview", Some(&session)).await;
    assert_eq!(overview.status, 200);
}

fn with_others(mut request: axum::http::request::Builder) -> axum::http::request::Builder {
    for (name, value) in OTHERS {
        request = request.header(name, value);
    }
    request
}

fn size(request: &Request<Body>) -> usize {
    let line = request.method().as_str().len() + request.uri().to_string().len() + 12;
    let headers = request.headers().iter();
    line + headers
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum::<usize>()
}

#[tokio::test]
async fn the_largest_cookies_and_a_browsers_headers_fit_into_a_request() {
    let portal = TestPortal::signed_in().await;
    let padded = |name: &str| format!("{name}={}", "x".repeat(3000 - name.len() - 1));
    let cookies = [
        padded("__Host-towpath"),
        padded("__Secure-towpath-token"),
        format!("__Host-towpath-browser={}", "x".repeat(43)),
    ];
    let request = with_others(Request::post("/sign-out")).header("cookie", cookies.join("; "));
    let request = request.body(Body::empty()).unwrap();
    assert!(size(&request) < GATEWAY, "{}", size(&request));
    let answer = portal.send(request).await;
    assert_eq!(
        answer.header("location"),
        "/signed-out",
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn the_way_back_from_the_issuer_fits_into_a_request_whatever_page_it_leads_to() {
    let issuer = Issuer::start().await;
    let portal = TestPortal::builder().issuer(&issuer.address).start().await;
    // A byte of an address may become three.
    let long = format!("/wallet/{}", "%C3%A9".repeat(165));
    let endless = format!("/wallet/{}", "x".repeat(5000));
    let grows = format!("/wallet/{}", "\u{e9}".repeat(400));
    for (page, back) in [(&long, long.as_str()), (&endless, "/"), (&grows, "/")] {
        let opened = if page == &grows {
            // No browser sends this, but anyone can write it into a link.
            let page: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
            format!("/sign-in?return={page}")
        } else {
            let opened = portal.get_as(page, None).await;
            assert_eq!(opened.status, 303);
            opened.header("location").to_owned()
        };
        assert!(opened.len() < 4000, "{}", opened.len());
        let begun = portal.get_as(&opened, None).await;
        let (code, state) = issuer.approves(begun.header("location"));
        // Some issuers' codes are long.
        let request = format!(
            "/sign-in/callback?code={code}{}&state={state}",
            "c".repeat(1500)
        );
        let session = format!("__Host-towpath={}", "x".repeat(2985));
        let cookies = format!("{session}; {}", given(&begun)[0]);
        let request = with_others(Request::get(request)).header("cookie", cookies);
        let request = request.body(Body::empty()).unwrap();
        assert!(size(&request) < GATEWAY, "{}", size(&request));
        let answer = portal.send(request).await;
        assert_eq!(
            answer.status,
            400,
            "no code of the issuer's: {}",
            answer.text()
        );
        let browser = given(&begun)[0].clone();
        let request = Request::get(format!("/sign-in/callback?code={code}&state={state}"));
        let request = with_others(request).header("cookie", browser);
        let answer = portal.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header("location"), back);
    }
    let table = &portal.store.table;
    let ada = PersonId::of(&issuer.address, "s-1");
    let sessions = table.sessions().list(&ada).await.unwrap();
    assert_eq!(sessions.len(), 3);
    for session in sessions {
        let address = session.address.as_deref();
        assert_eq!(address, Some("2600:9000:20bb:7a00:1::93a1"));
    }
}
