//! An issuer on loopback that also lies when it is asked to, which a good one never would.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    digest::{SHA256, digest},
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use testkit::now;
use tokio::net::TcpListener;
use url::Url;

/// What is wrong with the next token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    Nothing,
    Nonce,
    NoNonce,
    Audience,
    OtherParty,
    Issuer,
    Expired,
    NotYet,
    NoSignature,
    OtherSignature,
    SharedSecret,
    UnknownKey,
    Critical,
    Truncated,
}

/// The issuer, until it is dropped.
pub(crate) struct Issuer {
    pub(crate) address: String,
    state: Arc<Mutex<Facts>>,
    server: tokio::task::JoinHandle<()>,
}

struct Facts {
    address: String,
    key: EcdsaKeyPair,
    kid: String,
    lie: Lie,
    claims: Value,
    codes: HashMap<String, Asked>,
    keys_asked: usize,
    exchanges: usize,
    authorization: Option<String>,
    /// Whether the keys cannot be had.
    keyless: bool,
}

/// What the portal asked for.
struct Asked {
    nonce: String,
    challenge: String,
    redirect: String,
}

type Shared = Arc<Mutex<Facts>>;

pub(crate) fn key() -> EcdsaKeyPair {
    let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, random).unwrap();
    EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), random).unwrap()
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(Facts {
            address: address.clone(),
            key: key(),
            kid: "first".to_owned(),
            lie: Lie::Nothing,
            claims: json!({"email": "ada@example.com", "email_verified": true, "name": "Ada Lovelace",
                "groups": ["viewer", "canteen"]}),
            codes: HashMap::new(),
            keys_asked: 0,
            exchanges: 0,
            authorization: None,
            keyless: false,
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
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

    pub(crate) fn lies(&self, lie: Lie) {
        self.facts().lie = lie;
    }

    pub(crate) fn says(&self, claims: Value) {
        self.facts().claims = claims;
    }

    /// Signs with a new key from now on, and publishes that one alone.
    pub(crate) fn rotates(&self) {
        let mut facts = self.facts();
        facts.key = key();
        facts.kid = "second".into();
    }

    /// Has its documents name this address as its own.
    pub(crate) fn is_at(&mut self, address: &str) {
        address.clone_into(&mut self.facts().address);
        address.clone_into(&mut self.address);
    }

    /// Whether it answers with an error to anyone who asks for its keys.
    pub(crate) fn keeps_its_keys(&self, keyless: bool) {
        self.facts().keyless = keyless;
    }

    pub(crate) fn keys_asked(&self) -> usize {
        self.facts().keys_asked
    }

    pub(crate) fn exchanges(&self) -> usize {
        self.facts().exchanges
    }

    pub(crate) fn authorization(&self) -> Option<String> {
        self.facts().authorization.clone()
    }

    /// Lets the person in who was sent to this address: a code, and the state that comes back with it.
    pub(crate) fn approves(&self, address: &str) -> (String, String) {
        let address = Url::parse(address).unwrap();
        let asked: HashMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], "towpath");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let code = format!("code-{}", self.facts().codes.len());
        let wanted = Asked {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
        };
        self.facts().codes.insert(code.clone(), wanted);
        (code, asked["state"].clone())
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn discovery(State(state): State<Shared>) -> Json<Value> {
    let address = state.lock().unwrap().address.clone();
    Json(json!({
        "issuer": address,
        "authorization_endpoint": format!("{address}/authorize?tenant=one"),
        "token_endpoint": format!("{address}/token"),
        "jwks_uri": format!("{address}/keys"),
        "end_session_endpoint": format!("{address}/logout"),
    }))
}

async fn keys(State(state): State<Shared>) -> Response {
    let mut facts = state.lock().unwrap();
    facts.keys_asked += 1;
    if facts.keyless {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let point = facts.key.public_key().as_ref();
    let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..]));
    Json(json!({"keys": [
        {"kty": "oct", "kid": "of-a-kind-that-is-not-known"},
        {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": facts.kid, "x": x, "y": y},
    ]}))
    .into_response()
}

async fn token(
    State(state): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut facts = state.lock().unwrap();
    facts.exchanges += 1;
    facts.authorization = headers
        .get("authorization")
        .map(|value| value.to_str().unwrap().to_owned());
    let asked = facts.codes.remove(&form["code"]);
    let proved = BASE64.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    let asked = asked.filter(|asked| asked.challenge == proved);
    let asked = asked.filter(|asked| asked.redirect == form["redirect_uri"]);
    if let Some(asked) = asked {
        return Json(json!({"id_token": facts.token(&asked.nonce)})).into_response();
    }
    let error = json!({"error": "invalid_grant"});
    (StatusCode::BAD_REQUEST, Json(error)).into_response()
}

impl Facts {
    fn token(&self, nonce: &str) -> String {
        let now = now().as_second();
        let mut claims = json!({"iss": self.address, "sub": "s-1", "aud": "towpath", "nonce": nonce,
            "iat": now, "exp": now + 300});
        let said = self.claims.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(said);
        match self.lie {
            Lie::Nonce => claims["nonce"] = "another".into(),
            Lie::NoNonce => claims["nonce"] = Value::Null,
            Lie::Audience => claims["aud"] = "another".into(),
            Lie::OtherParty => claims["aud"] = json!(["towpath", "another"]),
            Lie::Issuer => claims["iss"] = "https://another.example".into(),
            Lie::Expired => claims["exp"] = (now - 61).into(),
            Lie::NotYet => claims["nbf"] = (now + 120).into(),
            _ => {}
        }
        let mut header = json!({"alg": "ES256", "kid": self.kid});
        match self.lie {
            Lie::NoSignature => header["alg"] = "none".into(),
            Lie::SharedSecret => header["alg"] = "HS256".into(),
            Lie::UnknownKey => header["kid"] = "nobodys".into(),
            Lie::Critical => header["crit"] = json!(["exp"]),
            _ => {}
        }
        let part = |json: &Value| BASE64.encode(json.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = self.signature(signed.as_bytes());
        match self.lie {
            Lie::Truncated => signed,
            _ => format!("{signed}.{}", BASE64.encode(signature)),
        }
    }

    fn signature(&self, signed: &[u8]) -> Vec<u8> {
        match self.lie {
            Lie::NoSignature => Vec::new(),
            // As if the public key were a secret that both sides know.
            Lie::SharedSecret => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.public_key().as_ref());
                hmac::sign(&key, signed).as_ref().to_vec()
            }
            lie => {
                let other = (lie == Lie::OtherSignature).then(key);
                let key = other.as_ref().unwrap_or(&self.key);
                key.sign(&SystemRandom::new(), signed)
                    .unwrap()
                    .as_ref()
                    .to_vec()
            }
        }
    }
}
