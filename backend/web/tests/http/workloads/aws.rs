//! Callers with an AWS identity, before a stand-in for AWS that says who signed what.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use domain::{Timestamp, digest::Digest};
use identity::workload::aws::sign::{Asked, Credentials, sign};
use ring::hmac;
use serde_json::json;
use testkit::now;
use tokio::net::TcpListener;
use url::Url;

use super::Yard;

const MACHINES: &str = r#"
[[workloads]]
name = "wallet-build"
from = "aws"
account = "123456789012"
role = "wallet-build"
may = ["register"]
apps = ["wallet"]
"#;

const SECRET: &str = "a secret of the tests";

const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/wallet-build/AWSCodeBuild-1";

/// Answers for the signature that each caller has, and counts.
struct Sts {
    address: Url,
    asked: Arc<Mutex<usize>>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Sts {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Sts {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(0));
        let router = Router::new()
            .route("/", get(answer))
            .with_state(asked.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            address: address.parse().unwrap(),
            asked,
            server,
        }
    }

    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    /// What a caller with that signature shows, signed at that time.
    fn token(&self, signature: &str, at: Timestamp) -> String {
        let date = at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = &date[..8];
        let mut url = self.address.clone();
        url.query_pairs_mut()
            .append_pair("Action", "GetCallerIdentity")
            .append_pair("Version", "2011-06-15")
            .append_pair("X-Amz-Algorithm", "AWS4-HMAC-SHA256")
            .append_pair(
                "X-Amz-Credential",
                &format!("ASIAEXAMPLE/{day}/eu-west-1/sts/aws4_request"),
            )
            .append_pair("X-Amz-Date", &date)
            .append_pair("X-Amz-Expires", "900")
            .append_pair("X-Amz-SignedHeaders", "host;x-towpath-portal")
            .append_pair("X-Amz-Signature", signature);
        format!("towpath-aws-v1.{}", BASE64.encode(url.as_str()))
    }
}

/// What AWS computes of a request that it gets (Signature Version 4), written anew from its documentation.
fn is_signed(query: &[(String, String)], headers: &HeaderMap) -> bool {
    let value = |name: &str| {
        let mut found = query.iter().filter(|(known, _)| known == name);
        found.next().map_or("", |(_, value)| value.as_str())
    };
    let mut signed: Vec<String> = query
        .iter()
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    signed.sort();
    let header = |name: &str| headers[name].to_str().unwrap();
    let canonical = format!(
        "GET\n/\n{}\nhost:{}\nx-towpath-portal:{}\n\nhost;x-towpath-portal\n{}",
        signed.join("&"),
        header("host"),
        header("x-towpath-portal"),
        Digest::of(b"")
    );
    let (date, scope) = (value("X-Amz-Date"), value("X-Amz-Credential"));
    let scope = scope.split_once('/').unwrap().1;
    let digest = Digest::of(canonical.as_bytes());
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}");
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in scope.split('/') {
        key = keyed(&key, part);
    }
    let signature = hex::encode(keyed(&key, &text));
    value("X-Amz-Signature") == signature
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let escape = |b: u8| {
        if plain(b) {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    text.bytes().map(escape).collect()
}

async fn answer(
    State(asked): State<Arc<Mutex<usize>>>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    *asked.lock().unwrap() += 1;
    assert_eq!(headers["accept"], "application/json");
    assert_eq!(headers["x-towpath-portal"], "portal.example");
    let signature = query.iter().find(|(name, _)| name == "X-Amz-Signature");
    let arn = match signature.unwrap().1.as_str() {
        _ if is_signed(&query, &headers) => ROLE,
        "role" => ROLE,
        "other-role" => "arn:aws:sts::123456789012:assumed-role/wallet-build2/s",
        "other-account" => "arn:aws:sts::999999999999:assumed-role/wallet-build/s",
        "user" => "arn:aws:iam::123456789012:user/wallet-build",
        "root" => "arn:aws:iam::123456789012:root",
        "elsewhere" => return Redirect::temporary("http://127.0.0.1:1/").into_response(),
        "throttled" => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        "xml" => return "<GetCallerIdentityResponse/>".into_response(),
        "endless" => return "x".repeat(1 << 20).into_response(),
        _ => return StatusCode::FORBIDDEN.into_response(),
    };
    let result = json!({"Account": "123456789012", "Arn": arn, "UserId": "AROAEXAMPLE:s"});
    Json(
        json!({"GetCallerIdentityResponse": {"GetCallerIdentityResult": result,
        "ResponseMetadata": {"RequestId": "r-1"}}}),
    )
    .into_response()
}

#[tokio::test]
async fn a_role_comes_in_and_aws_is_asked_once_for_the_same_request() {
    let sts = Sts::start().await;
    let yard = Yard::of(MACHINES, Some(sts.address.clone())).await;
    let token = sts.token("role", now());
    for _ in 0..3 {
        let me = yard.me(&token).await.json();
        assert_eq!(me["actor"]["name"], "machine/wallet-build");
        assert_eq!(me["proof"], format!("AWS identity {ROLE}"));
    }
    assert_eq!(sts.asked(), 1);
}

#[tokio::test]
async fn what_the_command_line_signs_is_what_aws_checks() {
    let sts = Sts::start().await;
    let yard = Yard::of(MACHINES, Some(sts.address.clone())).await;
    let signed = |meant_for, secret: &str, session: Option<&str>| {
        let asked = Asked {
            meant_for,
            region: Some("eu-west-1"),
            endpoint: Some(sts.address.as_str()),
        };
        let session = session.map(str::to_owned);
        let keys = Credentials::new("ASIAEXAMPLE", secret, session, None, "tests");
        let url = sign(asked, keys, now().into());
        format!("towpath-aws-v1.{}", BASE64.encode(url.unwrap()))
    };
    for session in [None, Some("a/session+token==")] {
        let me = yard.me(&signed("portal.example", SECRET, session)).await;
        assert_eq!(me.status, 200, "{}", me.text());
    }
    for (meant_for, secret) in [
        ("other.example", SECRET),
        ("portal.example", "another secret"),
    ] {
        let said = yard.refused(&signed(meant_for, secret, None)).await;
        assert!(said.contains("does not confirm the signature"), "{said}");
    }
}

#[tokio::test]
async fn whoever_is_not_that_role_is_refused() {
    let sts = Sts::start().await;
    let yard = Yard::of(MACHINES, Some(sts.address.clone())).await;
    for (signature, why) in [
        ("other-role", "wallet-build2"),
        ("other-account", "999999999999"),
        ("user", "is no role"),
        ("root", "is no role"),
        ("forged", "does not confirm the signature"),
    ] {
        let said = yard.refused(&sts.token(signature, now())).await;
        assert!(said.contains(why), "{signature}: {said}");
    }
    for signature in ["elsewhere", "throttled", "xml", "endless"] {
        yard.me(&sts.token(signature, now())).await.problem(503);
    }
}

#[tokio::test]
async fn what_is_over_or_goes_elsewhere_costs_no_request() {
    let sts = Sts::start().await;
    let yard = Yard::of(MACHINES, Some(sts.address.clone())).await;
    let at = |seconds: i64| Timestamp::from_second(now().as_second() + seconds).unwrap();
    for when in [at(-901), at(120)] {
        let said = yard.refused(&sts.token("role", when)).await;
        assert!(said.contains("not valid at this time"), "{said}");
    }
    let eve = Sts::start().await;
    let said = yard.refused(&eve.token("role", now())).await;
    assert!(said.contains("goes elsewhere"), "{said}");
    // Without an entry for AWS, nobody is asked at all.
    let none = Yard::of("", Some(sts.address.clone())).await;
    let said = none.refused(&sts.token("role", now())).await;
    assert!(said.contains("comes from AWS"), "{said}");
    assert_eq!((sts.asked(), eve.asked()), (0, 0));
}
