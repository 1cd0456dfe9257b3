//! Signatures of webhooks: the header, and two bodies of which one was signed.

use identity::webhook::{Endpoints, Unproven, fuzzing::signed_with_previous};
use ring::hmac;

use crate::input::{joined, parts};

const CURRENT: &str = "the secret that is current";
const PREVIOUS: &str = "the secret that was before";

/// A body that either secret signed is authentic; with another header, or for another body or endpoint, none is.
pub fn target(data: &[u8]) {
    let [header, altered, body] = parts(data);
    let json = format!(
        r#"{{"github": {{"acme": {{"current": "{CURRENT}", "previous": "{PREVIOUS}"}}}}}}"#
    );
    let Ok(endpoints) = Endpoints::parse(&json) else {
        panic!("the endpoints are not read");
    };
    let check = |endpoint: &str, signature: &str, body: &[u8]| {
        let delivery = Unproven {
            endpoint,
            signature: Some(signature),
            body,
        };
        signed_with_previous(&endpoints, &delivery)
    };
    let given = std::str::from_utf8(header).unwrap_or_default();
    for (secret, previous) in [(CURRENT, false), (PREVIOUS, true)] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signature = format!("sha256={}", hex::encode(hmac::sign(&key, body)));
        assert_eq!(check("acme", &signature, body), Some(previous));
        assert_eq!(check("harbour", &signature, body), None);
        assert!(altered == body || check("acme", &signature, altered).is_none());
        assert_eq!(check("acme", given, body).is_some(), check("acme", given, body) == Some(previous) && given.eq_ignore_ascii_case(&signature));
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
