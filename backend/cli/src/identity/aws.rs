//! AWS: a request that asks who signed it, signed with the credentials that the environment gives.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use portal::machines::AWS_PREFIX;
use targets::identity::{Asked, signed};
use url::Url;

use super::variable;
use crate::{commands::now, failure::Failure};

/// The token, good for a quarter of an hour at that portal.
pub(super) async fn token(portal: &Url) -> Result<String, Failure> {
    let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let endpoint = variable("AWS_ENDPOINT_URL_STS").or_else(|| variable("AWS_ENDPOINT_URL"));
    let host = portal.host_str().unwrap_or_default();
    let meant_for = match portal.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let asked = Asked {
        meant_for: &meant_for,
        region: region.as_deref(),
        endpoint: endpoint.as_deref(),
    };
    let url = signed(asked, now().into()).await;
    // Without its causes, which may say more of the credentials than a log should hold.
    let url = url.map_err(|error| Failure::Refused(error.to_string()))?;
    Ok(format!("{AWS_PREFIX}{}", BASE64.encode(url)))
}
