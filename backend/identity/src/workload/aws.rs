//! Callers with an AWS identity: a job in `CodeBuild`, a workload, a function.
//!
//! The caller signs a request to AWS's Security Token Service that asks "who am I?", and hands it to the portal instead of
//! sending it. The portal sends it, and believes the answer. The signature covers a header that names this portal, so that
//! what is meant for one portal is of no use at another; and the portal sends nothing but that question, and nowhere else.

mod caller;
mod presigned;
pub mod sign;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use domain::{Timestamp, digest::Digest};
use http::{HeaderName, HeaderValue, StatusCode};
use url::Url;

use crate::oidc::{Fetch, FetchError};
use caller::Answer;
use presigned::Presigned;

pub(super) use caller::Caller;

/// How such a token begins.
pub const PREFIX: &str = "towpath-aws-v1.";

/// The header that names the portal.
const PORTAL: HeaderName = HeaderName::from_static(sign::MEANT_FOR);

/// The most answers that are kept.
const MOST_KEPT: usize = 256;

/// Why an AWS identity is not believed.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// No entry is for AWS.
    #[error(
        "no workload of this portal comes from AWS: name its account and role in [[workloads]] of towpath.toml"
    )]
    None,
    /// It is not such a request.
    #[error("this is not a signed request to AWS of the kind that `towpath --auth aws` makes: {0}")]
    Shape(&'static str),
    /// It is over, or has not begun.
    #[error("the signed request to AWS is not valid at this time: sign a new one")]
    Time,
    /// It names another portal, or AWS does not take the signature.
    #[error(
        "AWS does not confirm the signature for this portal: sign with credentials that are valid now, for {0}"
    )]
    NotConfirmed(String),
    /// The identity is no role.
    #[error("{0} is no role: a workload acts in one, never as a user or as the account itself")]
    NoRole(String),
    /// AWS does not answer as it should.
    #[error("AWS does not answer as it should: try again in a moment")]
    Unavailable(#[source] FetchError),
}

/// Asks AWS who someone is, and remembers it as long as the very same request is good.
#[derive(Debug)]
pub(super) struct Callers {
    endpoint: Option<Url>,
    /// Made when it is first needed: it reads the roots of trust.
    fetch: LazyLock<Fetch>,
    known: Mutex<HashMap<Digest, (Arc<Caller>, Timestamp)>>,
}

impl Default for Callers {
    fn default() -> Self {
        Self::new(None)
    }
}

impl Callers {
    pub(super) fn new(endpoint: Option<Url>) -> Self {
        Self {
            endpoint,
            fetch: LazyLock::new(Fetch::new),
            known: Mutex::default(),
        }
    }

    /// Who signed the request of a token, for the portal at that address.
    pub(super) async fn identify(
        &self,
        token: &str,
        portal: &Url,
        now: Timestamp,
    ) -> Result<Arc<Caller>, AwsError> {
        let presigned = Presigned::read(token, self.endpoint.as_ref())?;
        if !presigned.holds(now) {
            return Err(AwsError::Time);
        }
        let digest = Digest::of(token.as_bytes());
        if let Some(caller) = self.known(&digest, now) {
            return Ok(caller);
        }
        let caller = Arc::new(self.ask(&presigned, portal).await?);
        self.remember(digest, Arc::clone(&caller), presigned.until, now);
        Ok(caller)
    }

    async fn ask(&self, presigned: &Presigned, portal: &Url) -> Result<Caller, AwsError> {
        let name = host(portal);
        let value = HeaderValue::from_str(&name);
        let value = value.map_err(|_| AwsError::NotConfirmed(name.clone()))?;
        let answer = self.fetch.get_with(&presigned.url, (PORTAL, value));
        let answer: Answer = answer.await.map_err(|error| match error {
            FetchError::Status { status, .. }
                if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS =>
            {
                AwsError::NotConfirmed(name)
            }
            other => AwsError::Unavailable(other),
        })?;
        answer.caller()
    }

    fn known(&self, digest: &Digest, now: Timestamp) -> Option<Arc<Caller>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, until) = known.get(digest)?;
        (now < *until).then(|| Arc::clone(caller))
    }

    fn remember(&self, digest: Digest, caller: Arc<Caller>, until: Timestamp, now: Timestamp) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (_, until)| now < *until);
        if known.len() < MOST_KEPT {
            known.insert(digest, (caller, until));
        }
    }
}

/// Where the request of a token goes, if it may be sent.
#[cfg(feature = "fuzzing")]
pub(super) fn address(token: &str) -> Option<Url> {
    Presigned::read(token, None).ok().map(|read| read.url)
}

/// A portal's host, with its port where that is not the usual one.
fn host(portal: &Url) -> String {
    let host = portal.host_str().unwrap_or_default();
    match portal.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
