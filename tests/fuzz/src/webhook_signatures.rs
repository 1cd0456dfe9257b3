//! Signatures of webhooks: the header, and two bodies of which one was signed.

use domain::webhook::SignatureScheme;
use http::{HeaderMap, HeaderValue};
use identity::webhook::{Endpoints, UnverifiedDelivery, fuzzing::signed_with_previous};
use ring::hmac;
use sources::{WEBHOOKS, WebhookSource};

use crate::input::{joined, parts};

const CURRENT: &str = "the secret that is current";
const PREVIOUS: &str = "the secret that was before";

/// A body that either secret signed is authentic; with another header, or for another body or endpoint, none is.
pub fn target(data: &[u8]) {
    for webhook in WEBHOOKS {
        of(webhook, data);
    }
}

fn of(webhook: &WebhookSource, data: &[u8]) {
    let [given, altered, body] = parts(data);
    let json = format!(
        r#"{{"{}": {{"acme": {{"current": "{CURRENT}", "previous": "{PREVIOUS}"}}}}}}"#,
        webhook.source.name
    );
    let Ok(endpoints) = Endpoints::parse(&json) else {
        panic!("the endpoints are not read");
    };
    let check = |endpoint: &str, headers: &HeaderMap, body: &[u8]| {
        let delivery = UnverifiedDelivery {
            source: webhook.source,
            scheme: webhook.signature,
            endpoint,
            headers,
            body,
        };
        signed_with_previous(&endpoints, &delivery)
    };
    for (secret, previous) in [(CURRENT, false), (PREVIOUS, true)] {
        let (header, signature) = signed(webhook.signature, secret, body);
        let headers = |value: &[u8]| {
            let value = HeaderValue::from_bytes(value).ok();
            HeaderMap::from_iter(value.map(|value| (header.clone(), value)))
        };
        let own = headers(signature.as_bytes());
        assert_eq!(check("acme", &own, body), Some(previous));
        assert_eq!(check("harbour", &own, body), None);
        assert!(altered == body || check("acme", &own, altered).is_none());
        let found = check("acme", &headers(given), body);
        assert!(found != Some(previous) || given.eq_ignore_ascii_case(signature.as_bytes()));
    }
}

/// The header that a system signs a body with, and what is in it.
fn signed(scheme: SignatureScheme, secret: &str, body: &[u8]) -> (http::HeaderName, String) {
    match scheme {
        SignatureScheme::HexHmacSha256 { header, prefix } => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            let signature = format!("{prefix}{}", hex::encode(hmac::sign(&key, body)));
            (http::HeaderName::from_static(header), signature)
        }
    }
}

/// Headers of all sorts.
pub fn seeds() -> Vec<Vec<u8>> {
    let digits = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let headers = [
        format!("sha256={digits}"),
        format!("SHA256={digits}"),
        format!("sha256={}", &digits[..62]),
        format!("sha256={}", digits.to_uppercase()),
        "sha1=757107ea0eb2509fc211221cce984b8a37570b6d".to_owned(),
        String::new(),
    ];
    headers
        .map(|header| joined([header.as_bytes(), b"Hello, world!", b"Hello, World!"]))
        .to_vec()
}
