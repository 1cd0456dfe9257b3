//! The issuer: what it publishes, kept for a while, and its exchange of codes for tokens.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::Timestamp;
use http::StatusCode;
use jiff::SignedDuration;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

use super::{
    Error, Settings,
    claims::Claims,
    fetch::{Fetch, FetchError},
    jwk::KeySet,
    token::{Expected, IdToken, TokenError},
};

/// How long what an issuer publishes counts as current.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// How often an unknown key makes us ask for the keys again.
const ASKED: SignedDuration = SignedDuration::from_mins(1);

/// The issuer.
#[derive(Debug)]
pub(super) struct Issuer {
    settings: Settings,
    fetch: Fetch,
    documents: Mutex<Option<(Arc<Documents>, Timestamp)>>,
    keys: Mutex<Option<(Arc<KeySet>, Timestamp)>>,
}

/// Where things are at the issuer.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) authorization: Url,
    pub(super) end_session: Option<Url>,
    token: Url,
    keys: Url,
    secret_in_form: bool,
}

/// The discovery document, as far as it matters here.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
}

impl Issuer {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            fetch: Fetch::new(),
            documents: Mutex::default(),
            keys: Mutex::default(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.settings.issuer
    }

    pub(super) fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    /// Where things are, fetched at most once an hour.
    pub(super) async fn documents(&self, now: Timestamp) -> Result<Arc<Documents>, Error> {
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

    async fn discover(&self) -> Result<Documents, Error> {
        let Settings {
            issuer, endpoint, ..
        } = &self.settings;
        let base = endpoint.as_ref().map_or(issuer.as_str(), Url::as_str);
        let base = base.trim_end_matches('/');
        let url = Url::parse(&format!("{base}/.well-known/openid-configuration"));
        let url = url.map_err(|_| Error::Documents(format!("{base} is not an address")))?;
        let found: Discovery = self.fetch.get(&url).await.map_err(Error::Issuer)?;
        if found.issuer != *issuer {
            return Err(Error::Documents(format!(
                "{base} speaks for the issuer {}, not for {issuer}",
                found.issuer.chars().take(200).collect::<String>()
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
            authorization: place(found.authorization_endpoint)?,
            end_session: found.end_session_endpoint.map(place).transpose()?,
            token: place(found.token_endpoint)?,
            keys: place(found.jwks_uri)?,
            secret_in_form: !methods.is_none_or(basic),
        })
    }

    /// Exchanges a code for the token that says who someone is.
    pub(super) async fn exchange(
        &self,
        code: &str,
        redirect: &str,
        verifier: &str,
        secret: Option<&str>,
        now: Timestamp,
    ) -> Result<String, Error> {
        let documents = self.documents(now).await?;
        let in_form = secret.filter(|_| documents.secret_in_form);
        let in_head = secret.filter(|_| !documents.secret_in_form);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("client_id", self.client_id()),
            ("code_verifier", verifier),
        ];
        let fields = fields
            .into_iter()
            .chain(in_form.map(|secret| ("client_secret", secret)));
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let authorization = in_head.map(|secret| basic(self.client_id(), secret));
        let answer = self.fetch.post(&documents.token, authorization, form);
        let tokens: Tokens = answer.await.map_err(|error| match error {
            FetchError::Status {
                status: StatusCode::BAD_REQUEST,
                ..
            } => Error::Code,
            other => Error::Issuer(other),
        })?;
        let missing = || Error::Documents("its answer holds no ID token".to_owned());
        tokens.id_token.ok_or_else(missing)
    }

    /// What a token says, if it is the issuer's and meant for this sign-in.
    pub(super) async fn verify(
        &self,
        token: &str,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Claims, Error> {
        let token = IdToken::parse(token).map_err(Error::Token)?;
        let mut verified = token.verified(&*self.keys(KEPT, now).await?);
        if matches!(verified, Err(TokenError::UnknownKey)) {
            verified = token.verified(&*self.keys(ASKED, now).await?);
        }
        let claims = verified.map_err(Error::Token)?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: self.client_id(),
            nonce,
        };
        expected.check(&claims, now).map_err(Error::Token)?;
        Ok(claims)
    }

    async fn keys(&self, age: SignedDuration, now: Timestamp) -> Result<Arc<KeySet>, Error> {
        let mut kept = self.keys.lock().await;
        if let Some((keys, at)) = kept.as_ref()
            && now < *at + age
        {
            return Ok(Arc::clone(keys));
        }
        let url = &self.documents(now).await?.keys;
        let keys: KeySet = self.fetch.get(url).await.map_err(Error::Issuer)?;
        let keys = Arc::new(keys);
        *kept = Some((Arc::clone(&keys), now));
        Ok(keys)
    }
}

/// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let both = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", STANDARD.encode(both))
}
