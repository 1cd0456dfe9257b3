//! The session secret: fetched at first need, kept for a while, fetched again when it may have been rotated.

use std::{error::Error as StdError, sync::Arc};

use domain::Timestamp;
use futures::future::BoxFuture;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::seal::{Keys, Purpose};

/// How long a fetched secret counts as the current one.
const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// How often something that does not open makes us ask whether the secret was rotated.
const ASKED: SignedDuration = SignedDuration::from_secs(30);

/// Where the session secret is.
pub trait SecretSource: Send + Sync {
    /// Fetches the secret as it is now: JSON, `{"current": "…", "previous": "…", "client_secret": "…"}`, of which only the
    /// first has to be there. The first two have at least 32 characters.
    fn fetch(&self) -> BoxFuture<'_, Result<String, Box<dyn StdError + Send + Sync>>>;
}

/// A secret that is given as it stands.
pub struct GivenSecret(pub String);

impl SecretSource for GivenSecret {
    fn fetch(&self) -> BoxFuture<'_, Result<String, Box<dyn StdError + Send + Sync>>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// The session secret as it is kept.
#[derive(Deserialize)]
pub struct Secret {
    current: SecretString,
    previous: Option<SecretString>,
    #[serde(rename = "client_secret")]
    of_client: Option<SecretString>,
}

/// Why there is no secret to work with.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It cannot be fetched.
    #[error("it was not fetched")]
    Fetch(#[source] Box<dyn StdError + Send + Sync>),
    /// It is not what it should be. Never with its content.
    #[error(
        "it is not JSON with a text \"current\" and perhaps \"previous\", of 32 characters or more"
    )]
    Shape,
}

impl Secret {
    /// Reads it.
    pub fn parse(json: &str) -> Result<Self, SecretError> {
        let secret: Self = serde_json::from_str(json).map_err(|_| SecretError::Shape)?;
        // A rotation that has had no predecessor yet may leave an empty one.
        let previous = secret.previous.filter(is_filled);
        let long = |text: &SecretString| text.expose_secret().chars().count() >= 32;
        if !long(&secret.current) || !previous.iter().all(long) {
            return Err(SecretError::Shape);
        }
        Ok(Self {
            current: secret.current,
            previous,
            of_client: secret.of_client.filter(is_filled),
        })
    }
}

fn is_filled(secret: &SecretString) -> bool {
    !secret.expose_secret().is_empty()
}

/// What the secret became.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) keys: Keys,
    pub(super) client_secret: Option<SecretString>,
    at: Timestamp,
}

/// The secret, fetched when it is needed.
pub(super) struct Secrets {
    source: Arc<dyn SecretSource>,
    held: Mutex<Option<Arc<Held>>>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    pub(super) fn new(source: Arc<dyn SecretSource>) -> Self {
        Self {
            source,
            held: Mutex::default(),
        }
    }

    pub(super) async fn held(&self, now: Timestamp) -> Result<Arc<Held>, SecretError> {
        self.not_older_than(KEPT, now).await
    }

    /// Opens what was sealed, asking for the secret again if it seems to have been sealed with a newer one.
    pub(super) async fn open(
        &self,
        purpose: Purpose,
        sealed: &str,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, SecretError> {
        let held = self.held(now).await?;
        if let Some(plain) = held.keys.open(purpose, sealed) {
            return Ok(Some(plain));
        }
        let fresh = self.not_older_than(ASKED, now).await?;
        Ok(fresh.keys.open(purpose, sealed))
    }

    async fn not_older_than(
        &self,
        age: SignedDuration,
        now: Timestamp,
    ) -> Result<Arc<Held>, SecretError> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| now < held.at + age) {
            return Ok(Arc::clone(held));
        }
        match (self.fetch(now).await, held.as_ref()) {
            (Ok(fetched), _) => {
                let fetched = Arc::new(fetched);
                *held = Some(Arc::clone(&fetched));
                Ok(fetched)
            }
            // Anyone who is signed in stays so while the secret's keeper is away.
            (Err(error), Some(old)) => {
                tracing::warn!(
                    error = domain::causes::chain(&error),
                    "the session secret could not be fetched again"
                );
                Ok(Arc::clone(old))
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn fetch(&self, now: Timestamp) -> Result<Held, SecretError> {
        let json = self.source.fetch().await.map_err(SecretError::Fetch)?;
        let json = SecretString::from(json);
        let secret = Secret::parse(json.expose_secret())?;
        let previous = secret.previous.as_ref().map(ExposeSecret::expose_secret);
        let keys = Keys::derive(secret.current.expose_secret(), previous);
        Ok(Held {
            keys: keys.ok_or(SecretError::Shape)?,
            client_secret: secret.of_client,
            at: now,
        })
    }
}
