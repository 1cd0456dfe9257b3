//! Names of things, as they stand in addresses, bodies and records.

use std::{fmt::Display, str::FromStr};

use domain::{
    digest::Digest,
    id::{
        AppId, BuildId, EnvironmentId, EventId, FileName, LinkId, PromotionId, RunId, SessionId,
        StepId, TokenId, UploadId,
    },
};
use serde::{Serialize, de::DeserializeOwned};

/// A name that is read is written as it was, and JSON reads what an address reads; none holds what could leave its place.
pub fn target(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let plain = [
        same::<AppId>(&text),
        same::<EnvironmentId>(&text),
        same::<BuildId>(&text),
        same::<PromotionId>(&text),
        same::<UploadId>(&text),
        same::<TokenId>(&text),
        same::<LinkId>(&text),
        same::<SessionId>(&text),
    ];
    if plain.contains(&true) {
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    }
    if same::<RunId>(&text) {
        assert!(text.split('/').all(|part| !matches!(part, "" | "." | "..")));
    }
    if same::<FileName>(&text) {
        assert!(!text.contains(['/', '\\', '\n', '\r', '\0']) && text != "..");
    }
    if same::<StepId>(&text) | same::<EventId>(&text) {
        assert!(!text.contains(char::is_control) && text.len() <= 512);
    }
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string(), text.to_lowercase());
    }
}

/// Whether it is such a name.
fn same<T>(text: &str) -> bool
where
    T: FromStr<Err: Display> + Display + Serialize + DeserializeOwned,
{
    let json = serde_json::Value::from(text);
    let by_json = serde_json::from_value::<T>(json.clone());
    match text.parse::<T>() {
        Ok(name) => {
            assert_eq!(name.to_string(), text);
            assert_eq!(by_json.ok().and_then(|name| serde_json::to_value(name).ok()), Some(json));
            true
        }
        Err(error) => {
            assert!(by_json.is_err(), "{text:?}");
            assert!(error.to_string().len() <= 1500, "{error}");
            false
        }
    }
}

/// One of each kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "wallet-2",
        "settings",
        "01KAH0W3V8ZZZZZZZZZZZZZZZZ",
        "codepipeline/123456789012/eu-west-1/wallet-dev/9e1a",
        "app-arm64-v8a-release.apk",
        "Build/compile",
        "github:72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "..",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
