//! Bodies of requests: forms of pages, and JSON of programs.

use api::{promotions::{PromotionRequest, RollbackRequest}, uploads::UploadRequest};
use domain::promotion::Promotion;
use serde::{Serialize, de::DeserializeOwned};
use url::form_urlencoded::Serializer;
use web::{Problem, fuzzing};

use crate::input::{joined, parts};

const FORM: &[u8] = b"application/x-www-form-urlencoded";
const JSON: &[u8] = b"application/json";

/// A form that is written again reads the same; so does JSON. What is refused is the caller's fault, in a bounded message.
pub fn target(data: &[u8]) {
    let [content_type, body] = parts(data);
    form(content_type, body);
    form(FORM, body);
    json::<UploadRequest>(content_type, body);
    json::<UploadRequest>(JSON, body);
    json::<PromotionRequest>(JSON, body);
    json::<RollbackRequest>(JSON, body);
    json::<Promotion>(JSON, body);
}

fn form(content_type: &[u8], body: &[u8]) {
    let fields = match fuzzing::form(content_type, body) {
        Ok(fields) => fields,
        Err(problem) => return refused(&problem),
    };
    let size: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    assert!(size <= 3 * body.len(), "replacement characters have three bytes");
    let written = Serializer::new(String::new()).extend_pairs(&fields).finish();
    if written.len() <= 64 << 10 {
        // Before the carriage return that a browser adds there may stand another.
        let plain = |(name, value): (String, String)| (name, value.replace("\r\n", "\n"));
        let fields = fields.into_iter().map(plain).collect::<Vec<_>>();
        let again = fuzzing::form(FORM, written.as_bytes());
        assert_eq!(again.ok(), Some(fields));
    }
}

fn json<T: DeserializeOwned + Serialize>(content_type: &[u8], body: &[u8]) {
    let value: T = match fuzzing::json(content_type, body) {
        Ok(value) => value,
        Err(problem) => return refused(&problem),
    };
    let written = serde_json::to_vec(&value).unwrap_or_default();
    let Ok(again) = fuzzing::json::<T>(JSON, &written) else {
        panic!("what was read is not read again: {}", String::from_utf8_lossy(&written));
    };
    assert_eq!(serde_json::to_vec(&again).unwrap_or_default(), written);
}

fn refused(Problem { body: problem, .. }: &Problem) {
    assert!((400..500).contains(&problem.status), "{problem:?}");
    assert!(problem.detail.len() <= 4000, "{} bytes", problem.detail.len());
}

/// One of each kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let bodies: [(&[u8], &[u8]); 5] = [
        (b"application/x-www-form-urlencoded; charset=utf-8", b"reason=so+it+is%0D%0A&app=wallet&app="),
        (b"Application/JSON", br#"{"files":[{"name":"app.apk","size":12,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],"environment":"dev","run":"github/github.com/1/2","attempt":1,"version":"1.0","revision":{"commit":"0a1b2c","message":"Fix"}}"#),
        (JSON, br#"{"build":"01KAH0W3V8ZZZZZZZZZZZZZZZZ","to":"prod","comment":"so"}"#),
        (JSON, br#"{"app":"wallet","environment":"prod","build":"01KAH0W3V8ZZZZZZZZZZZZZZZZ","reason":"so","withdraw":true}"#),
        (b"text/plain", b"{"),
    ];
    bodies.map(|(kind, body)| joined([kind, body])).to_vec()
}
