//! What systems outside report, behind API Gateway. The caller has no account here, which is why this function may do
//! nothing but record events.

use axum::Router;
use identity::webhook::Webhooks;
use portal::Portal;
use web::{OriginKey, WebhookState};

use crate::{ambient, secret};

/// Where the secrets of the endpoints are.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name or ARN of the secret that holds them, or, where it begins with a brace, the secret itself.
    secret: String,
    /// Where Secrets Manager listens, when it is not AWS's own.
    endpoint: Option<String>,
}

/// Nothing says where the secrets are.
#[derive(Debug, thiserror::Error)]
#[error(
    "TOWPATH_HOOKS_SECRET is not set; it holds the name or ARN of the secret with the endpoints of webhooks"
)]
pub struct NoSecret;

impl Settings {
    /// Reads the settings. `variable` looks up one variable of the environment.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, NoSecret> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        Ok(Self {
            secret: variable("TOWPATH_HOOKS_SECRET").ok_or(NoSecret)?,
            endpoint: variable("AWS_ENDPOINT_URL_SECRETS_MANAGER")
                .or_else(|| variable("AWS_ENDPOINT_URL")),
        })
    }
}

/// What `hooks` serves. The secrets are not asked for before somebody delivers.
pub fn router(
    portal: Portal,
    settings: &Settings,
    region: &str,
    origin_key: Option<OriginKey>,
) -> Router {
    let secrets = secret::source(&settings.secret, region, settings.endpoint.as_deref());
    web::webhooks_alone(WebhookState {
        portal,
        webhooks: Webhooks::new(secrets),
        clock: ambient::now,
        origin_key,
    })
}
