//! A CI system's issuer on loopback, which gives jobs any token that a test wants.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::{Json, Router, extract::State, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use testkit::now;
use tokio::net::TcpListener;

use crate::issuer::key;

/// Whom tokens are for.
pub(crate) const PORTAL: &str = "https://portal.example";

/// The issuer, until it is dropped.
pub(crate) struct Ci {
    pub(crate) address: String,
    state: Arc<Mutex<Facts>>,
    server: tokio::task::JoinHandle<()>,
}

struct Facts {
    address: String,
    key: EcdsaKeyPair,
    kid: String,
    asked: usize,
}

impl Drop for Ci {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Ci {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(Facts {
            address: address.clone(),
            key: key(),
            kid: "first".to_owned(),
            asked: 0,
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .with_state(state.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            address,
            state,
            server,
        }
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.state.lock().unwrap()
    }

    /// How often it was asked for anything.
    pub(crate) fn asked(&self) -> usize {
        self.facts().asked
    }

    /// Signs with a new key from now on, and publishes that one alone.
    pub(crate) fn rotates(&self) {
        let mut facts = self.facts();
        facts.key = key();
        "second".clone_into(&mut facts.kid);
    }

    /// Answers no more.
    pub(crate) fn stops(&self) {
        self.server.abort();
    }

    /// What a job of repository 74 on its main branch is given, with some claims changed. Null removes one.
    pub(crate) fn claims(&self, changed: &Value) -> Value {
        let sample = include_str!("../../../identity/src/workload/platform/samples/github.json");
        let mut claims: Value = serde_json::from_str(sample).unwrap();
        let now = now().as_second();
        claims["iss"] = self.address.clone().into();
        claims["aud"] = PORTAL.into();
        (claims["iat"], claims["nbf"], claims["exp"]) =
            (now.into(), (now - 600).into(), (now + 300).into());
        for (name, value) in changed.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        claims
    }

    /// A good token of a job, but for these claims.
    pub(crate) fn token(&self, changed: &Value) -> String {
        self.signed(&json!({}), &self.claims(changed))
    }

    /// A token with a header that differs, signed as that says.
    pub(crate) fn signed(&self, header: &Value, claims: &Value) -> String {
        let facts = self.facts();
        let mut head = json!({"typ": "JWT", "alg": "ES256", "kid": facts.kid});
        for (name, value) in header.as_object().unwrap() {
            head[name] = value.clone();
        }
        let part = |json: &Value| BASE64.encode(json.to_string());
        let text = format!("{}.{}", part(&head), part(claims));
        let signature = match head["alg"].as_str() {
            Some("none") => Vec::new(),
            // As if the public key were a secret that both sides know.
            Some("HS256") => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, facts.key.public_key().as_ref());
                hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            _ => {
                let signed = facts.key.sign(&SystemRandom::new(), text.as_bytes());
                signed.unwrap().as_ref().to_vec()
            }
        };
        format!("{text}.{}", BASE64.encode(signature))
    }
}

async fn discovery(State(state): State<Arc<Mutex<Facts>>>) -> Json<Value> {
    let mut facts = state.lock().unwrap();
    facts.asked += 1;
    let address = &facts.address;
    Json(
        json!({"issuer": address, "jwks_uri": format!("{address}/keys"),
        "id_token_signing_alg_values_supported": ["ES256"]}),
    )
}

async fn keys(State(state): State<Arc<Mutex<Facts>>>) -> Json<Value> {
    let mut facts = state.lock().unwrap();
    facts.asked += 1;
    let point = facts.key.public_key().as_ref();
    let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..]));
    Json(json!({"keys": [
        {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": facts.kid, "x": x, "y": y},
    ]}))
}
