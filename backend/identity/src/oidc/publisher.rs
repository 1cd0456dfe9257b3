//! An issuer's documents and keys, fetched when they are needed and kept for a while.

use std::sync::{Arc, LazyLock};

use domain::Timestamp;
use jiff::SignedDuration;
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::Mutex;
use url::Url;

use super::{Error, Fetch, Token, TokenError, jwk::KeySet};

/// How long what an issuer publishes counts as current.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// How often an unknown key makes us ask for the keys again.
const ASKED: SignedDuration = SignedDuration::from_mins(1);

/// An issuer, as far as it publishes things.
#[derive(Debug)]
pub(crate) struct Publisher {
    issuer: String,
    endpoint: Option<Url>,
    /// Made when it is first needed: it reads the roots of trust.
    fetch: LazyLock<Fetch>,
    documents: Mutex<Option<(Arc<Documents>, Timestamp)>>,
    keys: Mutex<Option<Keys>>,
}

#[derive(Debug)]
struct Keys {
    set: Arc<KeySet>,
    at: Timestamp,
    /// When they were last asked for again, with or without an answer.
    asked: Timestamp,
}

/// Where things are at the issuer.
#[derive(Debug)]
pub(crate) struct Documents {
    pub(crate) authorization: Option<Url>,
    pub(crate) token: Option<Url>,
    pub(crate) end_session: Option<Url>,
    /// How a client says its secret: in the form rather than in the head.
    pub(crate) secret_in_form: bool,
    keys: Url,
}

/// The discovery document, as far as it matters here. The issuers of CI systems sign nobody in.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Publisher {
    /// The issuer, to the letter as its tokens name it, and where its documents lie when not there.
    pub(crate) fn new(issuer: String, endpoint: Option<Url>) -> Self {
        Self {
            issuer,
            endpoint,
            fetch: LazyLock::new(Fetch::new),
            documents: Mutex::default(),
            keys: Mutex::default(),
        }
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn fetch(&self) -> &Fetch {
        &self.fetch
    }

    /// What a token says, once a key of the issuer's has signed it. Whom it is for, and when, is not checked here.
    pub(crate) async fn claims<C: DeserializeOwned>(
        &self,
        token: &Token<'_>,
        now: Timestamp,
    ) -> Result<C, Error> {
        let mut verified = token.verified(&*self.keys(now).await?);
        if matches!(verified, Err(TokenError::UnknownKey)) {
            verified = token.verified(&*self.keys_again(now).await?);
        }
        verified.map_err(Error::Token)
    }

    /// Where things are, fetched at most once an hour.
    pub(crate) async fn documents(&self, now: Timestamp) -> Result<Arc<Documents>, Error> {
        let mut kept = self.documents.lock().await;
        if let Some((documents, at)) = kept.as_ref()
            && now < *at + KEPT
        {
            return Ok(Arc::clone(documents));
        }
        let documents = Arc::new(self.discover().await?);
        *kept = Some((Arc::clone(&documents), now));
        Ok(documents)
    }

    /// Fetches the keys, unless they were fetched within the hour.
    pub(crate) async fn fetch_keys(&self, now: Timestamp) -> Result<(), Error> {
        self.keys(now).await.map(drop)
    }

    /// The keys, fetched at most once an hour.
    async fn keys(&self, now: Timestamp) -> Result<Arc<KeySet>, Error> {
        let mut kept = self.keys.lock().await;
        if let Some(keys) = kept.as_ref().filter(|keys| now < keys.at + KEPT) {
            return Ok(Arc::clone(&keys.set));
        }
        self.fetched(&mut kept, now).await
    }

    /// The keys as they are now, or were a minute ago: anyone who sends tokens with made-up keys makes nobody ask more often,
    /// also while the issuer is away.
    async fn keys_again(&self, now: Timestamp) -> Result<Arc<KeySet>, Error> {
        let mut kept = self.keys.lock().await;
        if let Some(keys) = kept.as_mut() {
            if now < keys.asked + ASKED {
                return Ok(Arc::clone(&keys.set));
            }
            keys.asked = now;
        }
        self.fetched(&mut kept, now).await
    }

    async fn fetched(&self, kept: &mut Option<Keys>, now: Timestamp) -> Result<Arc<KeySet>, Error> {
        let url = &self.documents(now).await?.keys;
        let set: KeySet = self.fetch.get(url).await.map_err(Error::Issuer)?;
        let set = Arc::new(set);
        *kept = Some(Keys {
            set: Arc::clone(&set),
            at: now,
            asked: now,
        });
        Ok(set)
    }

    async fn discover(&self) -> Result<Documents, Error> {
        let base = self.endpoint.as_ref();
        let base = base.map_or(self.issuer.as_str(), Url::as_str);
        let base = base.trim_end_matches('/');
        let url = Url::parse(&format!("{base}/.well-known/openid-configuration"));
        let url = url.map_err(|_| Error::Documents(format!("{base} is not an address")))?;
        let found: Discovery = self.fetch.get(&url).await.map_err(Error::Issuer)?;
        if found.issuer != self.issuer {
            return Err(Error::Documents(format!(
                "{base} speaks for the issuer {}, not for {}",
                found.issuer.chars().take(200).collect::<String>(),
                self.issuer
            )));
        }
        // What is found by a protected way leads to protected places only.
        let place = |text: String| {
            let place = Url::parse(&text).ok();
            let safe = |place: &Url| {
                matches!(
                    (place.scheme(), url.scheme()),
                    ("https", _) | ("http", "http")
                )
            };
            let unsafe_place = || Error::Documents(format!("{text:.200} is not an https address"));
            place.filter(safe).ok_or_else(unsafe_place)
        };
        let methods = found.token_endpoint_auth_methods_supported;
        let basic = |methods: Vec<String>| methods.iter().any(|name| name == "client_secret_basic");
        Ok(Documents {
            authorization: found.authorization_endpoint.map(place).transpose()?,
            token: found.token_endpoint.map(place).transpose()?,
            end_session: found.end_session_endpoint.map(place).transpose()?,
            secret_in_form: !methods.is_none_or(basic),
            keys: place(found.jwks_uri)?,
        })
    }
}
