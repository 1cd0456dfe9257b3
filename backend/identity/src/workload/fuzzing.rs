//! What the fuzz targets reach of this module.

use url::Url;

use super::{aws, claims::Claims, platform};
use domain::workload::Platform;

/// Where the request of an AWS identity goes, if it is one that may be sent.
pub fn asked(token: &str) -> Option<Url> {
    aws::address(token)
}

/// What each CI system makes of the claims of a token, in the words of a message and of a debugger; `None` where they are
/// none.
pub fn said(claims: &[u8]) -> Option<Vec<(String, String)>> {
    let claims: Claims = serde_json::from_slice(claims).ok()?;
    let all = [Platform::GitHub, Platform::GitLab, Platform::CircleCi];
    let said = all.map(|platform| {
        let issuer = platform.usual_issuer().unwrap_or("https://issuer.example");
        let said = platform::read(platform, issuer, &claims);
        (said.to_string(), format!("{said:?}"))
    });
    Some(said.to_vec())
}
