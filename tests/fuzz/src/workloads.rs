//! What proves that a caller is a workload: the claims that a CI system has signed, and requests that AWS callers sign.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use identity::workload::{AWS_PREFIX, fuzzing::{asked, said}};

use crate::{input::{joined, parts}, samples};

const SAMPLES: &str = "backend/identity/src/workload/platform/samples";

/// What a job says of itself is bounded and on one line. A request goes to AWS's Security Token Service, by https, and asks
/// nothing but who signed it.
pub fn target(data: &[u8]) {
    let [claims, request] = parts(data);
    for (told, shown) in said(claims).into_iter().flatten() {
        assert!(told.chars().all(domain::text::is_shown), "{told:?}");
        assert!(told.len() <= 2 * claims.len() + 100 && shown.len() <= 20_000 + 4 * claims.len());
    }
    let token = format!("{AWS_PREFIX}{}", BASE64.encode(request));
    let plain = String::from_utf8_lossy(request);
    for url in [asked(&token), asked(&plain)].into_iter().flatten() {
        let host = url.host_str().unwrap_or_default();
        let ours = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
        assert!(ours && host.starts_with("sts."), "{url}");
        assert_eq!((url.scheme(), url.port(), url.path()), ("https", None, "/"));
        assert!(url.username().is_empty() && url.password().is_none());
        let actions: Vec<_> = url.query_pairs().filter(|(name, _)| name == "Action").collect();
        assert_eq!(actions, [("Action".into(), "GetCallerIdentity".into())]);
    }
}

/// The samples of the systems, each with a request.
pub fn seeds() -> Vec<Vec<u8>> {
    let request = b"https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAEXAMPLE%2F20261121%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261121T093000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host%3Bx-towpath-portal&X-Amz-Security-Token=a%2Fb%2Bc&X-Amz-Signature=0a1b2c";
    let samples = samples::json(SAMPLES).into_iter();
    samples.map(|(_, claims)| joined([&claims, request])).collect()
}
