//! How a simulator is set up.

use std::net::{Ipv4Addr, SocketAddr};

pub use crate::events::publisher::Delivery;

/// Everything that can be chosen at start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 for a free one.
    pub listen: SocketAddr,
    /// The AWS account that everything belongs to.
    pub account: String,
    /// The AWS region that everything is in.
    pub region: String,
    /// Who takes `PutEvents`; without it events are only remembered.
    pub events_endpoint: Option<String>,
    /// Who takes Lambda's `Invoke`; without it Lambda actions fail.
    pub lambda_endpoint: Option<String>,
    /// The S3 that artifacts go to; without it artifacts have places but no bytes.
    pub s3_endpoint: Option<String>,
    /// What artifacts are written with, and what functions get as `artifactCredentials`.
    pub credentials: Credentials,
    /// By how much AWS's own periods (a job's 20 minutes, the 30 seconds before a continuation) are stretched.
    /// Durations in scripts are not touched.
    pub time_factor: f64,
    /// How unreliable the delivery of events is.
    pub delivery: Delivery,
    /// Whether a new pipeline starts at once, as AWS does it.
    pub start_on_create: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            events_endpoint: None,
            lambda_endpoint: None,
            s3_endpoint: None,
            credentials: Credentials::default(),
            time_factor: 1.0,
            delivery: Delivery::default(),
            start_on_create: false,
        }
    }
}

/// Temporary credentials.
#[derive(Clone)]
pub struct Credentials {
    /// The key's id.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: String,
    /// The session that the key belongs to.
    pub session_token: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            access_key_id: "simulator".to_owned(),
            secret_access_key: "simulator".to_owned(),
            session_token: "simulator".to_owned(),
        }
    }
}

/// Keys do not belong in logs.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}
