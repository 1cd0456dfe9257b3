//! ID tokens, and the keys that an issuer publishes.

use identity::sign_in::fuzzing::{Keyring, proved};
use serde_json::Value;

use crate::{input::{joined, now, parts}, samples};

/// A token proves something only if its header and claims are to the letter those that the issuer signed, whatever stands
/// around them; and no document of keys does harm.
pub fn target(data: &[u8]) {
    let [token, keys] = parts(data);
    let token = String::from_utf8_lossy(token);
    let samples = signed();
    if let Some(trusted) = Keyring::parse(&keyring(&samples))
        && proved(&token, &trusted, now()).is_ok()
    {
        let claims = |token: &str| token.rsplit_once('.').map(|(claims, _)| claims.to_owned());
        let known = samples.iter().filter_map(|sample| sample["token"].as_str());
        assert!(known.into_iter().any(|known| claims(known) == claims(&token)));
    }
    if let Some(keys) = Keyring::parse(keys) {
        drop(proved(&token, &keys, now()));
    }
}

/// Tokens that another implementation signed, each with its key.
fn signed() -> Vec<Value> {
    let samples = samples::file("backend/identity/src/oidc/samples/signatures.json");
    serde_json::from_slice(&samples).unwrap_or_default()
}

fn keyring(samples: &[Value]) -> Vec<u8> {
    let keys: Vec<&Value> = samples.iter().map(|sample| &sample["key"]).collect();
    serde_json::json!({ "keys": keys }).to_string().into_bytes()
}

/// Every sample with its own key.
pub fn seeds() -> Vec<Vec<u8>> {
    let seed = |sample: Value| {
        let token = sample["token"].as_str().unwrap_or_default().to_owned();
        joined([token.as_bytes(), &keyring(&[sample])])
    };
    signed().into_iter().map(seed).collect()
}
