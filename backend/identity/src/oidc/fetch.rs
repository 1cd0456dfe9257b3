//! JSON from the issuer: small answers, soon, from where we asked and nowhere else.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, StatusCode, header, request::Builder};
use http_client::{Client, PlainHttp, Settings};
use serde::de::DeserializeOwned;
use url::Url;

/// An issuer has ten seconds. No connection is kept, since Lambda freezes the process between requests.
const SETTINGS: Settings = Settings {
    connect: Duration::from_secs(10),
    answer: Duration::from_secs(10),
    most_bytes: 512 << 10,
    keeps_connections: false,
    plain: PlainHttp::Here,
};

/// A client that takes JSON and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Fetch(Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none.
    #[error("this is not an address")]
    Address(#[source] http::Error),
    /// No answer, or not all of it. Never with the request, which may hold a code.
    #[error("{host} could not be reached")]
    Unreachable {
        /// Whom we asked.
        host: String,
        source: http_client::Error,
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
        Self(Client::new(SETTINGS))
    }

    /// A document.
    pub(crate) async fn get<T: DeserializeOwned>(&self, url: &Url) -> Result<T, FetchError> {
        self.json(url, Request::get(url.as_str()), Bytes::new())
            .await
    }

    /// A document, asked for with a header that its asker has signed.
    pub(crate) async fn get_with<T: DeserializeOwned>(
        &self,
        url: &Url,
        (name, value): (HeaderName, HeaderValue),
    ) -> Result<T, FetchError> {
        let request = Request::get(url.as_str()).header(name, value);
        self.json(url, request, Bytes::new()).await
    }

    /// The answer to a form.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        url: &Url,
        authorization: Option<String>,
        form: String,
    ) -> Result<T, FetchError> {
        let mut request = Request::post(url.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.json(url, request, form.into()).await
    }

    async fn json<T: DeserializeOwned>(
        &self,
        url: &Url,
        request: Builder,
        body: Bytes,
    ) -> Result<T, FetchError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let request = request
            .header(header::ACCEPT, "application/json")
            .body(body);
        let request = request.map_err(FetchError::Address)?;
        let answer = match self.0.exchange(request).await {
            Ok(answer) => answer,
            Err(source) => return Err(FetchError::Unreachable { host, source }),
        };
        let status = answer.status();
        if status != StatusCode::OK {
            return Err(FetchError::Status { host, status });
        }
        domain::json::from_slice(answer.body()).map_err(|source| FetchError::Json { host, source })
    }
}
