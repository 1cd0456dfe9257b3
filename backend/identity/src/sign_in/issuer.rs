//! The issuer that people sign in at, and its exchange of codes for tokens.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::Timestamp;
use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::{
    Error, Settings,
    claims::{Claims, Person},
    token::Expected,
};
use crate::oidc::{self, Documents, FetchError, Publisher, Token};

#[derive(Debug)]
pub(super) struct Issuer {
    publisher: Publisher,
    client_id: String,
    subject_claim: String,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
}

impl Issuer {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            publisher: Publisher::new(settings.issuer, settings.endpoint),
            client_id: settings.client_id,
            subject_claim: settings.subject_claim,
        }
    }

    pub(super) fn name(&self) -> &str {
        self.publisher.issuer()
    }

    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Where things are, fetched at most once an hour.
    pub(super) async fn documents(&self, now: Timestamp) -> Result<Arc<Documents>, Error> {
        Ok(self.publisher.documents(now).await?)
    }

    /// The page where people sign in.
    pub(super) async fn authorization(&self, now: Timestamp) -> Result<Url, Error> {
        let documents = self.documents(now).await?;
        let place = there(documents.authorization.as_ref(), "authorization_endpoint")?;
        Ok(place.clone())
    }

    /// Fetches what the exchange of a code needs, and the keys that its answer is verified with.
    pub(super) async fn prepare(&self, now: Timestamp) -> Result<(), Error> {
        let documents = self.documents(now).await?;
        there(documents.token.as_ref(), "token_endpoint")?;
        Ok(self.publisher.fetch_keys(now).await?)
    }

    /// Exchanges a code for the token that says who someone is.
    pub(super) async fn exchange(
        &self,
        code: &str,
        redirect: &str,
        verifier: &str,
        secret: Option<&SecretString>,
        now: Timestamp,
    ) -> Result<String, Error> {
        let documents = self.publisher.documents(now).await?;
        let place = there(documents.token.as_ref(), "token_endpoint")?;
        let secret = secret.map(ExposeSecret::expose_secret);
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
        let answer = self.publisher.fetch().post(place, authorization, form);
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

    /// Whom a token names, if it is the issuer's and meant for this sign-in.
    pub(super) async fn verify(
        &self,
        token: &str,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Person, Error> {
        let token = Token::parse(token).map_err(Error::Token)?;
        let claims: Claims = self.publisher.claims(&token, now).await?;
        let expected = Expected {
            issuer: self.name(),
            client_id: self.client_id(),
            nonce,
        };
        expected.check(&claims, now).map_err(Error::Token)?;
        claims.person(&self.subject_claim).map_err(Error::Token)
    }
}

impl From<oidc::Error> for Error {
    fn from(error: oidc::Error) -> Self {
        match error {
            oidc::Error::Token(error) => Self::Token(error),
            oidc::Error::Issuer(error) => Self::Issuer(error),
            oidc::Error::Documents(what) => Self::Documents(what),
        }
    }
}

fn there<'u>(place: Option<&'u Url>, name: &str) -> Result<&'u Url, Error> {
    place.ok_or_else(|| Error::Documents(format!("its discovery document has no {name}")))
}

/// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let both = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", STANDARD.encode(both))
}
