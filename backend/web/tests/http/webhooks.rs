//! Every webhook source: who is believed, whatever the system.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, HeaderName, Request},
};
use domain::webhook::SignatureScheme;
use identity::{sign_in::GivenSecret, webhook::Webhooks};
use ring::hmac;
use serde_json::json;
use sources::{WEBHOOKS, WebhookSource};
use testkit::{Answer, TestPortal, now};
use web::{WebhookState, webhooks_alone};

const SECRET: &str = "the secret of the endpoint";
const BODY: &str = r#"{"zen": "Keep it logically awesome."}"#;

/// A router where `acme` is an endpoint of that system, and `shop` one of each other.
async fn router(webhook: &WebhookSource) -> Router {
    let endpoint = |other: &WebhookSource| {
        let name = if other.source == webhook.source {
            "acme"
        } else {
            "shop"
        };
        let endpoint = json!({name: {"current": SECRET}});
        (other.source.name.to_owned(), endpoint)
    };
    let secrets: serde_json::Map<_, _> = WEBHOOKS.iter().map(endpoint).collect();
    let secrets = serde_json::Value::from(secrets).to_string();
    webhooks_alone(WebhookState {
        portal: TestPortal::new().await.portal.clone(),
        webhooks: Webhooks::new(Arc::new(GivenSecret(secrets))),
        clock: now,
        origin_key: None,
    })
}

/// The headers that a system sends with a body that it signs with that secret.
fn signed(webhook: &WebhookSource, secret: &str) -> HeaderMap {
    let signature = match webhook.signature {
        SignatureScheme::HexHmacSha256 { header, prefix } => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            let digits = hex::encode(hmac::sign(&key, BODY.as_bytes()));
            (header, format!("{prefix}{digits}"))
        }
    };
    let headers = [
        signature,
        (webhook.kind_header, "a type of next year".to_owned()),
        (webhook.delivery_header, "1".to_owned()),
    ];
    let headers = headers.map(|(name, value)| {
        let name = HeaderName::from_static(name);
        (name, value.parse().unwrap())
    });
    HeaderMap::from_iter(headers)
}

async fn send(router: &Router, path: &str, headers: &HeaderMap, body: &str) -> Answer {
    let mut request = Request::post(path).body(body.to_owned().into()).unwrap();
    *request.headers_mut() = headers.clone();
    Answer::of(router, request).await
}

#[tokio::test]
async fn of_every_system_only_what_its_endpoints_secret_has_signed_is_believed() {
    for webhook in WEBHOOKS {
        let router = router(webhook).await;
        let path = format!("/hooks/{}/acme", webhook.source.name);
        let right = signed(webhook, SECRET);
        let taken = send(&router, &path, &right, BODY).await;
        assert_eq!(taken.status, 202, "{path}: {}", taken.text());
        let ignored = taken.json()["ignored"].to_string();
        assert!(ignored.contains("a type of next year"), "{ignored}");

        let elsewhere = format!("/hooks/{}/shop", webhook.source.name);
        let refused = [
            send(&router, &path, &HeaderMap::new(), BODY).await,
            send(
                &router,
                &path,
                &signed(webhook, "another secret of 16"),
                BODY,
            )
            .await,
            send(&router, &path, &right, &BODY.replace("Keep", "Make")).await,
            send(&router, &elsewhere, &right, BODY).await,
        ];
        let words = refused[0].text();
        for answer in refused {
            assert_eq!(answer.status, 401, "{path}");
            assert_eq!(answer.text(), words, "{path}");
        }
    }
}
