//! HTTP to the issuer: small answers, soon, from where we asked and nowhere else.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::crypto::ring;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use url::Url;

/// How long an issuer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes of an answer.
const LIMIT: usize = 512 << 10;

/// A client that follows no redirects: a document that moved is not the document that was configured. It keeps no connection:
/// one that was left open while Lambda froze the process is dead, which shows only when the next request is lost on it.
#[derive(Clone, Debug)]
pub(crate) struct Fetch(Option<Client<HttpsConnector<HttpConnector>, Full<Bytes>>>);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// This machine trusts no certificates.
    #[error("TLS does not work here: there are no root certificates")]
    Tls,
    /// The address is none.
    #[error("this is not an address")]
    Address(#[source] http::Error),
    /// The connection. Never with the request, which may hold a code.
    #[error("{host} could not be reached: {reason}")]
    Connection {
        /// Whom we asked.
        host: String,
        /// The deepest cause.
        reason: String,
    },
    /// Silence.
    #[error("{host} did not answer for {} seconds", PATIENCE.as_secs())]
    Silence {
        /// Whom we asked.
        host: String,
    },
    /// Another answer than expected.
    #[error("{host} answered with status {status}")]
    Status {
        /// Whom we asked.
        host: String,
        /// With what.
        status: StatusCode,
    },
    /// An answer that is not what was asked for.
    #[error("{host} answered with something else than the JSON that was asked for")]
    Json {
        /// Whom we asked.
        host: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl Fetch {
    pub(crate) fn new() -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(PATIENCE));
        let provider = ring::default_provider();
        let https = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider);
        Self(https.ok().map(|https| {
            let connector = https.https_or_http().enable_http1().wrap_connector(tcp);
            Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(0)
                .build(connector)
        }))
    }

    /// A document.
    pub(crate) async fn get<T: DeserializeOwned>(&self, url: &Url) -> Result<T, FetchError> {
        let request = Request::get(url.as_str()).header(header::ACCEPT, "application/json");
        let request = request.body(Full::default());
        self.json(url, request.map_err(FetchError::Address)?).await
    }

    /// A document, asked for with a header that its asker has signed.
    pub(crate) async fn get_with<T: DeserializeOwned>(
        &self,
        url: &Url,
        (name, value): (HeaderName, HeaderValue),
    ) -> Result<T, FetchError> {
        let request = Request::get(url.as_str())
            .header(header::ACCEPT, "application/json")
            .header(name, value);
        let request = request.body(Full::default());
        self.json(url, request.map_err(FetchError::Address)?).await
    }

    /// The answer to a form.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        url: &Url,
        authorization: Option<String>,
        form: String,
    ) -> Result<T, FetchError> {
        let mut request = Request::post(url.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request.body(Full::from(form));
        self.json(url, request.map_err(FetchError::Address)?).await
    }

    /// The answer to a request. One that changes nothing is sent again after its connection failed.
    async fn json<T: DeserializeOwned>(
        &self,
        url: &Url,
        request: Request<Full<Bytes>>,
    ) -> Result<T, FetchError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let answer = async {
            match self.send(&host, request.clone()).await {
                Err(FetchError::Connection { .. }) if request.method().is_safe() => {
                    self.send(&host, request).await
                }
                answered => answered,
            }
        };
        match timeout(PATIENCE, answer).await {
            Ok(bytes) => domain::json::from_slice(&bytes?)
                .map_err(|source| FetchError::Json { host, source }),
            Err(_) => Err(FetchError::Silence { host }),
        }
    }

    async fn send(&self, host: &str, request: Request<Full<Bytes>>) -> Result<Bytes, FetchError> {
        let client = self.0.as_ref().ok_or(FetchError::Tls)?;
        let connection = |error: &(dyn std::error::Error + 'static)| FetchError::Connection {
            host: host.to_owned(),
            reason: deepest(error),
        };
        let answer = client.request(request).await.map_err(|e| connection(&e))?;
        let status = answer.status();
        if status != StatusCode::OK {
            let host = host.to_owned();
            return Err(FetchError::Status { host, status });
        }
        let body = Limited::new(answer.into_body(), LIMIT).collect().await;
        Ok(body.map_err(|error| connection(&*error))?.to_bytes())
    }
}

fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
