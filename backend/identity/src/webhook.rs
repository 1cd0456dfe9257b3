//! Webhooks: systems outside sign each delivery with the secret of its endpoint, over its very bytes.
//!
//! | file | what |
//! |---|---|
//! | `endpoints` | who may report, with which secrets |
//! | `secrets` | where those are kept, and for how long they are believed |
//! | `signature` | whether a delivery is signed with one of them |
//!
//! Only [`Webhooks::authenticate`] makes an [`Authentic`] delivery, and nothing else can be received.

mod endpoints;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod secrets;
mod signature;

use std::sync::Arc;

use domain::{Timestamp, source::Source, webhook::SignatureScheme};
use http::HeaderMap;

use crate::sign_in::SecretSource;

pub use endpoints::{Endpoint, Endpoints, EndpointsError};
pub use secrets::SecretsError;

use secrets::Secrets;

/// The secrets of all endpoints, and what checks a delivery with them.
#[derive(Clone, Debug)]
pub struct Webhooks {
    secrets: Arc<Secrets>,
}

/// A delivery as it came, of which nothing is known yet.
#[derive(Clone, Copy, Debug)]
pub struct UnverifiedDelivery<'a> {
    /// The system whose endpoint it came to.
    pub source: Source,
    /// How that system signs.
    pub scheme: SignatureScheme,
    /// The endpoint that it came to.
    pub endpoint: &'a str,
    pub headers: &'a HeaderMap,
    /// Its bytes.
    pub body: &'a [u8],
}

/// A delivery whose sender knows its endpoint's secret.
#[derive(Clone, Debug)]
pub struct Authentic<'a> {
    /// The endpoint that it came to.
    pub endpoint: Endpoint,
    /// Its bytes.
    pub body: &'a [u8],
    /// Whether it is signed with the previous secret, which is being rotated out.
    pub with_previous: bool,
}

/// Why a delivery is not taken for authentic.
#[derive(Debug, thiserror::Error)]
pub enum NotAuthentic {
    /// There is no such endpoint, or the signature is missing or wrong: which of them, nobody outside learns.
    #[error("the delivery is not signed with the secret of its endpoint")]
    Signature,
    /// There is nothing to check it with.
    #[error("the secrets of the endpoints are not there")]
    Secrets(#[source] SecretsError),
}

impl Webhooks {
    /// With the secrets from there: JSON as [`Endpoints::parse`] reads it.
    pub fn new(source: Arc<dyn SecretSource>) -> Self {
        Self {
            secrets: Arc::new(Secrets::new(source)),
        }
    }

    /// Checks the signature of a delivery.
    pub async fn authenticate<'a>(
        &self,
        delivery: &UnverifiedDelivery<'a>,
        now: Timestamp,
    ) -> Result<Authentic<'a>, NotAuthentic> {
        let held = self.secrets.held(now).await;
        let held = held.map_err(NotAuthentic::Secrets)?;
        if let Some(authentic) = held.signer(delivery) {
            return Ok(authentic);
        }
        // The endpoint, or its new secret, may be younger than what is held.
        let fresh = self.secrets.asked_again(now).await;
        let fresh = fresh.map_err(NotAuthentic::Secrets)?;
        fresh.signer(delivery).ok_or(NotAuthentic::Signature)
    }
}

impl Endpoints {
    fn signer<'a>(&self, delivery: &UnverifiedDelivery<'a>) -> Option<Authentic<'a>> {
        let endpoint = self.find(delivery.source, delivery.endpoint)?;
        let signed = endpoint.signed(delivery)?;
        Some(Authentic {
            endpoint: endpoint.clone(),
            body: delivery.body,
            with_previous: signed == signature::Signed::Previous,
        })
    }
}
