//! Sign-in by any `OpenID` Connect issuer: authorization code with PKCE, state and nonce, all of it on the server.
//!
//! What is kept between two requests is in the browser, sealed: an attempt travels in `state` and belongs to the browser
//! that began it; a session is a cookie. A session's identity is also registered, so that it can be ended from elsewhere. See `docs/access.md` for the flow and docs/adr/0008 for what verifies
//! tokens.

mod claims;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod issuer;
mod seal;
mod secret;
mod session;
mod token;

use std::sync::Arc;

use domain::{Timestamp, id::SessionId, text::may_stand};
use jiff::SignedDuration;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use url::Url;

use issuer::Issuer;
use seal::Purpose;
use secret::Secrets;

pub use claims::Identity;
pub use secret::{GivenSecret, Secret, SecretError, SecretSource};
pub use session::Session;

pub use crate::oidc::{FetchError, TokenError};

/// Where the issuer sends people back to, below the portal's address.
pub const CALLBACK: &str = "/sign-in/callback";

/// Where people are after they signed out.
pub const SIGNED_OUT: &str = "/signed-out";

/// How long someone may take at the issuer.
const ATTEMPT_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// Whom to ask, and for how long to believe it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer, to the letter as its tokens name it.
    pub issuer: String,
    /// The portal's name there.
    pub client_id: String,
    /// The claim that says who somebody is, the same at every sign-in.
    pub subject_claim: String,
    /// Where the issuer's documents lie, when not at the issuer: for an emulator.
    pub endpoint: Option<Url>,
    /// How long a session lasts that nobody uses; at the most [`Session::LIFETIME`].
    pub idle: SignedDuration,
}

/// The way in for people.
#[derive(Clone, Debug)]
pub struct SignIn {
    parts: Arc<Parts>,
}

#[derive(Debug)]
struct Parts {
    issuer: Issuer,
    secrets: Secrets,
    idle: SignedDuration,
}

/// Why someone is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The attempt is from another browser, too old, or altered.
    #[error("this sign-in was not begun in this browser, or too long ago")]
    NotBegunHere,
    /// The issuer said no.
    #[error("the issuer did not let you in: {0}")]
    Refused(String),
    /// The issuer does not take the code.
    #[error("the issuer does not take the code of this sign-in, which works once")]
    Code,
    /// The token proves nothing.
    #[error("the issuer's token is not valid here")]
    Token(#[source] TokenError),
    /// The issuer does not answer as it should.
    #[error("the issuer does not answer as it should")]
    Issuer(#[source] FetchError),
    /// The issuer's answers make no sense.
    #[error("the issuer's documents cannot be used: {0}")]
    Documents(String),
    /// The session does not fit into a cookie.
    #[error("the session is too large for a cookie: {0} groups count here")]
    TooLarge(usize),
    /// The session secret is out of reach.
    #[error("the session secret cannot be had")]
    Secret(#[source] SecretError),
}

/// What is sealed into `state`.
#[derive(Serialize, Deserialize)]
struct Attempt {
    nonce: String,
    verifier: String,
    browser: String,
    back: String,
    at: i64,
}

/// Where to send someone who wants in.
pub struct Begun {
    /// The issuer's page.
    pub location: String,
    /// What the browser keeps, to be known by when it comes back.
    pub browser: String,
}

/// What the issuer sends people back with.
#[derive(Debug, Default, Deserialize)]
pub struct Callback {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// What a session needs to begin, beside who it is.
pub struct NewSession<F> {
    /// Its identity.
    pub id: SessionId,
    /// Whether being in a group makes a difference here.
    pub counts: F,
}

/// Someone who is in.
pub struct Finished {
    /// Who.
    pub session: Session,
    /// As whom their issuer knows them.
    pub identity: Identity,
    /// The token, for the issuer to know at sign-out whom it is about.
    pub id_token: String,
    /// The page that they wanted to see.
    pub back: String,
}

impl SignIn {
    /// The issuer, to the letter as its tokens name it.
    pub fn issuer(&self) -> &str {
        self.parts.issuer.name()
    }

    /// The portal's name there.
    pub fn client_id(&self) -> &str {
        self.parts.issuer.client_id()
    }

    /// A way in. Nothing is fetched before the first person comes.
    pub fn new(settings: Settings, secrets: Arc<dyn SecretSource>) -> Self {
        let idle = settings.idle.min(Session::LIFETIME);
        Self {
            parts: Arc::new(Parts {
                issuer: Issuer::new(settings),
                secrets: Secrets::new(secrets),
                idle,
            }),
        }
    }

    /// Begins a sign-in. `random` gives bytes that cannot be guessed.
    pub async fn begin(
        &self,
        random: impl Fn() -> [u8; 32],
        base: &str,
        back: String,
        browser: Option<&str>,
        now: Timestamp,
    ) -> Result<Begun, Error> {
        let browser = browser
            .filter(|id| id.len() == 43)
            .map_or_else(|| seal::text(&random()), str::to_owned);
        let attempt = Attempt {
            nonce: seal::text(&random()),
            verifier: seal::text(&random()),
            browser: browser.clone(),
            back,
            at: now.as_second(),
        };
        let held = self.parts.secrets.held(now).await.map_err(Error::Secret)?;
        let plain = serde_json::to_vec(&attempt).unwrap_or_default();
        let state = held.keys.seal(Purpose::Attempt, &plain, &random());
        let challenge = seal::text(digest(&SHA256, attempt.verifier.as_bytes()).as_ref());
        let issuer = &self.parts.issuer;
        let mut location = issuer.authorization(now).await?;
        location
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", issuer.client_id())
            .append_pair("redirect_uri", &format!("{base}{CALLBACK}"))
            .append_pair("scope", "openid email profile")
            .append_pair("state", &state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(Begun {
            location: location.into(),
            browser,
        })
    }

    /// Ends a sign-in. `browser` is what the browser was given to be known by.
    pub async fn finish(
        &self,
        base: &str,
        callback: Callback,
        browser: Option<&str>,
        new: NewSession<impl Fn(&str) -> bool>,
        now: Timestamp,
    ) -> Result<Finished, Error> {
        let held = self.parts.secrets.held(now).await.map_err(Error::Secret)?;
        let sealed = callback.state.as_deref().unwrap_or_default();
        let plain = held.keys.open(Purpose::Attempt, sealed);
        let attempt = plain.and_then(|plain| serde_json::from_slice::<Attempt>(&plain).ok());
        let attempt = attempt
            .filter(|attempt| is_recent(attempt.at, now))
            .filter(|attempt| browser.is_some_and(|known| seal::equal(known, &attempt.browser)))
            .ok_or(Error::NotBegunHere)?;
        if let Some(error) = callback.error {
            return Err(refused(&error, callback.error_description.as_deref()));
        }
        let code = callback.code.ok_or(Error::Code)?;
        let (issuer, secret) = (&self.parts.issuer, held.client_secret.as_ref());
        // A code works once: whatever can fail before it is spent comes first.
        issuer.prepare(now).await?;
        let redirect = format!("{base}{CALLBACK}");
        let id_token = issuer
            .exchange(&code, &redirect, &attempt.verifier, secret, now)
            .await?;
        let person = issuer.verify(&id_token, &attempt.nonce, now).await?;
        Ok(Finished {
            identity: person.identity.clone(),
            session: Session::begin(person, new.counts, new.id, now),
            id_token,
            back: attempt.back,
        })
    }

    /// A session as a cookie's value. The first twelve bytes of `nonce` must never have been used before.
    pub async fn seal_session(
        &self,
        session: &Session,
        nonce: &[u8; 32],
        now: Timestamp,
    ) -> Result<String, Error> {
        let held = self.parts.secrets.held(now).await.map_err(Error::Secret)?;
        let plain = serde_json::to_vec(session).unwrap_or_default();
        Ok(held.keys.seal(Purpose::Session, &plain, nonce))
    }

    /// The session of a cookie's value, if it is one of ours and has not ended.
    pub async fn open_session(
        &self,
        sealed: &str,
        now: Timestamp,
    ) -> Result<Option<Session>, Error> {
        let plain = self.parts.secrets.open(Purpose::Session, sealed, now);
        let plain = plain.await.map_err(Error::Secret)?;
        let session = plain.and_then(|plain| serde_json::from_slice::<Session>(&plain).ok());
        Ok(session.filter(|session| session.is_live(self.parts.idle, now)))
    }

    /// How long a session lasts that nobody uses.
    pub fn idle(&self) -> SignedDuration {
        self.parts.idle
    }

    /// How much longer a session lasts that is used now, in seconds.
    pub fn lasts(&self, session: &Session, now: Timestamp) -> i64 {
        session.lasts(self.parts.idle, now)
    }

    /// The token as a cookie's value, for sign-out at the issuer.
    pub async fn seal_token(
        &self,
        token: &str,
        nonce: &[u8; 32],
        now: Timestamp,
    ) -> Result<String, Error> {
        let held = self.parts.secrets.held(now).await.map_err(Error::Secret)?;
        Ok(held.keys.seal(Purpose::Token, token.as_bytes(), nonce))
    }

    /// A form as a cookie's value. The first twelve bytes of `nonce` must never have been used before.
    pub async fn seal_form(
        &self,
        form: &[u8],
        nonce: &[u8; 32],
        now: Timestamp,
    ) -> Result<String, Error> {
        let held = self.parts.secrets.held(now).await.map_err(Error::Secret)?;
        Ok(held.keys.seal(Purpose::Form, form, nonce))
    }

    /// The form of a cookie's value, if it is one of ours.
    pub async fn open_form(&self, sealed: &str, now: Timestamp) -> Result<Option<Vec<u8>>, Error> {
        let plain = self.parts.secrets.open(Purpose::Form, sealed, now);
        plain.await.map_err(Error::Secret)
    }

    /// Where to sign out at the issuer, if it has such a place.
    pub async fn issuers_sign_out(
        &self,
        base: &str,
        sealed_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        let issuer = &self.parts.issuer;
        let Some(mut location) = issuer.documents(now).await?.end_session.clone() else {
            return Ok(None);
        };
        let token = match sealed_token {
            Some(sealed) => self.parts.secrets.open(Purpose::Token, sealed, now).await,
            None => Ok(None),
        };
        let token = token.map_err(Error::Secret)?;
        let back = format!("{base}{SIGNED_OUT}");
        let mut query = location.query_pairs_mut();
        query
            .append_pair("client_id", issuer.client_id())
            .append_pair("post_logout_redirect_uri", &back)
            // Cognito's name for the same.
            .append_pair("logout_uri", &back);
        if let Some(token) = token.and_then(|token| String::from_utf8(token).ok()) {
            query.append_pair("id_token_hint", &token);
        }
        drop(query);
        Ok(Some(location.into()))
    }
}

fn is_recent(at: i64, now: Timestamp) -> bool {
    (0..=ATTEMPT_LIFETIME.as_secs()).contains(&(now.as_second() - at))
}

/// What the issuer said, as far as it can be shown: anyone can make someone open the callback with any words.
fn refused(error: &str, description: Option<&str>) -> Error {
    let text = description.unwrap_or(error);
    let text = text.chars().filter(|c| may_stand(*c)).take(200);
    Error::Refused(text.collect())
}

#[cfg(test)]
mod tests;
