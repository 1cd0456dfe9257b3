//! AWS: a request that asks who signed it, signed with the credentials that the environment gives.

#[cfg(any(test, not(feature = "serve")))]
mod environment;
#[cfg(feature = "serve")]
mod sdk;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use identity::workload::aws::{
    PREFIX,
    sign::{Asked, Credentials, sign},
};
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
    let credentials = found(region.as_deref()).await;
    // Without the causes, which may say more of the credentials than a log should hold.
    let credentials = credentials.ok_or_else(|| Failure::Refused(NONE.to_owned()))?;
    let url = sign(asked, credentials, now().into());
    let url = url.map_err(|error| Failure::Refused(error.to_string()))?;
    Ok(format!("{PREFIX}{}", BASE64.encode(url)))
}

/// The credentials that the environment gives.
#[cfg(feature = "serve")]
async fn found(region: Option<&str>) -> Option<Credentials> {
    sdk::found(region).await
}

/// The credentials that the environment gives.
#[cfg(not(feature = "serve"))]
async fn found(_: Option<&str>) -> Option<Credentials> {
    environment::found(variable).await
}

const NONE: &str = "there are no AWS credentials here: run this in a role of AWS, or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN";
