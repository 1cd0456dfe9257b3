//! The secrets of the endpoints: fetched at first need, believed for five minutes, and asked for again when a signature
//! fits none of them.

use std::{error::Error as StdError, fmt, sync::Arc};

use domain::Timestamp;
use jiff::SignedDuration;
use tokio::sync::Mutex;

use super::endpoints::{Endpoints, EndpointsError};
use crate::sign_in::SecretSource;

/// How long fetched secrets count as the current ones.
const KEPT: SignedDuration = SignedDuration::from_mins(5);

/// How often a signature that fits none of them makes us ask again: anyone can send one.
const ASKED: SignedDuration = SignedDuration::from_secs(30);

/// Why there are no secrets.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// They cannot be fetched.
    #[error("they were not fetched")]
    Fetch(#[source] Box<dyn StdError + Send + Sync>),
    /// They are not what they should be.
    #[error("they cannot be used")]
    Shape(#[source] EndpointsError),
}

/// The endpoints, fetched when they are needed.
pub(super) struct Secrets {
    source: Arc<dyn SecretSource>,
    held: Mutex<Option<Held>>,
}

struct Held {
    endpoints: Arc<Endpoints>,
    at: Timestamp,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

    pub(super) async fn held(&self, now: Timestamp) -> Result<Arc<Endpoints>, SecretsError> {
        self.not_older_than(KEPT, now).await
    }

    pub(super) async fn asked_again(&self, now: Timestamp) -> Result<Arc<Endpoints>, SecretsError> {
        self.not_older_than(ASKED, now).await
    }

    async fn not_older_than(
        &self,
        age: SignedDuration,
        now: Timestamp,
    ) -> Result<Arc<Endpoints>, SecretsError> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| now < held.at + age) {
            return Ok(Arc::clone(&held.endpoints));
        }
        match (self.fetch().await, held.as_mut()) {
            (Ok(endpoints), _) => {
                let endpoints = Arc::new(endpoints);
                *held = Some(Held {
                    endpoints: Arc::clone(&endpoints),
                    at: now,
                });
                Ok(endpoints)
            }
            // A sender such as GitHub does not send again by itself: what the last known secrets prove is taken while their keeper is
            // away, who is asked again at the pace at which anyone can make us ask.
            (Err(error), Some(old)) => {
                tracing::warn!(
                    error = domain::causes::chain(&error),
                    "the secrets of webhooks could not be fetched again"
                );
                old.at = (now + ASKED) - KEPT;
                Ok(Arc::clone(&old.endpoints))
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn fetch(&self) -> Result<Endpoints, SecretsError> {
        let json = self.source.fetch().await.map_err(SecretsError::Fetch)?;
        Endpoints::parse(&json).map_err(SecretsError::Shape)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as Held;

    use domain::source::GITHUB;
    use futures::future::BoxFuture;

    use super::*;

    /// A keeper of secrets who counts how often he is asked.
    #[derive(Default)]
    struct Keeper {
        answer: Held<Option<String>>,
        asked: Held<u32>,
    }

    impl Keeper {
        fn holds(&self, endpoint: Option<&str>) {
            let text = |name| {
                format!(r#"{{"github": {{"{name}": {{"current": "{name} secret of tests"}}}}}}"#)
            };
            *self.answer.lock().unwrap() = endpoint.map(text);
        }

        fn asked(&self) -> u32 {
            *self.asked.lock().unwrap()
        }
    }

    impl SecretSource for Keeper {
        fn fetch(&self) -> BoxFuture<'_, Result<String, Box<dyn StdError + Send + Sync>>> {
            *self.asked.lock().unwrap() += 1;
            let answer = self.answer.lock().unwrap().clone();
            Box::pin(async move { answer.ok_or_else(|| "away".into()) })
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn has(endpoints: &Result<Arc<Endpoints>, SecretsError>, name: &str) -> bool {
        endpoints.as_ref().unwrap().find(GITHUB, name).is_some()
    }

    #[tokio::test]
    async fn secrets_are_asked_for_once_in_five_minutes() {
        let keeper = Arc::new(Keeper::default());
        let secrets = Secrets::new(keeper.clone());
        keeper.holds(Some("old"));
        assert!(has(&secrets.held(at(0)).await, "old"));
        keeper.holds(Some("new"));
        assert!(has(&secrets.held(at(299)).await, "old"));
        assert_eq!(keeper.asked(), 1);
        assert!(has(&secrets.held(at(300)).await, "new"));
        assert_eq!(keeper.asked(), 2);
    }

    #[tokio::test]
    async fn a_signature_that_fits_none_asks_again_but_not_as_often_as_anyone_likes() {
        let keeper = Arc::new(Keeper::default());
        let secrets = Secrets::new(keeper.clone());
        keeper.holds(Some("old"));
        assert!(has(&secrets.held(at(0)).await, "old"));
        keeper.holds(Some("new"));
        for second in 0..30 {
            assert!(has(&secrets.asked_again(at(second)).await, "old"));
        }
        assert_eq!(keeper.asked(), 1);
        assert!(has(&secrets.asked_again(at(30)).await, "new"));
        assert_eq!(keeper.asked(), 2);
    }

    #[tokio::test]
    async fn while_their_keeper_is_away_the_last_known_secrets_hold() {
        let keeper = Arc::new(Keeper::default());
        let secrets = Secrets::new(keeper.clone());
        assert!(matches!(
            secrets.held(at(0)).await,
            Err(SecretsError::Fetch(_))
        ));
        keeper.holds(Some("old"));
        assert!(has(&secrets.held(at(1)).await, "old"));
        keeper.holds(None);
        assert!(has(&secrets.held(at(301)).await, "old"));
        let asked = keeper.asked();
        assert!(has(&secrets.held(at(330)).await, "old"));
        assert_eq!(keeper.asked(), asked, "not at every delivery");
        keeper.holds(Some("new"));
        assert!(has(&secrets.held(at(331)).await, "new"));
    }

    #[tokio::test]
    async fn what_holds_no_endpoints_is_an_error_without_its_content() {
        let keeper = Arc::new(Keeper::default());
        *keeper.answer.lock().unwrap() = Some(r#"{"github": "hunter2"}"#.to_owned());
        let error = Secrets::new(keeper).held(at(0)).await.unwrap_err();
        let told = domain::causes::chain(&error);
        assert!(!told.contains("hunter2"), "{told}");
        assert!(matches!(error, SecretsError::Shape(_)));
    }
}
