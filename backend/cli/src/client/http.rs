//! HTTP and HTTPS as this program needs them: one request, its answer, and bytes that stream in either direction.

use std::{io, time::Duration};

use bytes::Bytes;
use futures::{Stream, TryStreamExt as _};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_client::{Answer, Body, Client, PlainHttp, Settings, stream, whole};

/// Registering a large build reads all of it before it answers. No answer of the API reaches the bound on its bytes.
const SETTINGS: Settings = Settings {
    connect: Duration::from_secs(10),
    answer: Duration::from_mins(5),
    most_bytes: 64 << 20,
    keeps_connections: true,
    plain: PlainHttp::Here,
};

/// A client that says which program asks.
#[derive(Clone)]
pub(crate) struct Http(Client);

/// Why there is no answer, or not all of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// The request cannot be written.
    #[error("this is not an address")]
    Request(#[source] http::Error),
    #[error(transparent)]
    Answer(#[from] http_client::Error),
}

impl Http {
    pub(crate) fn new() -> Self {
        Self(Client::new(SETTINGS))
    }

    /// A client of servers that have nothing to work on: they answer soon, or not at all.
    pub(crate) fn impatient() -> Self {
        Self(Client::new(Settings {
            answer: Duration::from_secs(20),
            ..SETTINGS
        }))
    }

    /// Sends a request, and gives the answer once its head is here.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: &str,
        body: Content,
    ) -> Result<Answer, HttpError> {
        self.send_with(method, url, &[], body).await
    }

    /// The same with more headers, such as who asks. Links that carry their own permission get none.
    pub(crate) async fn send_with(
        &self,
        method: Method,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
        body: Content,
    ) -> Result<Answer, HttpError> {
        let mut request = Request::builder().method(method).uri(url).header(
            header::USER_AGENT,
            concat!("towpath/", env!("CARGO_PKG_VERSION")),
        );
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = match body {
            Content::None => request.body(whole(Bytes::new())),
            Content::Json(json) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(whole(json.into())),
            Content::Stream(size, body) => request.header(header::CONTENT_LENGTH, size).body(body),
        };
        let request = request.map_err(HttpError::Request)?;
        Ok(self.0.send(request).await?)
    }

    /// All bytes of an answer.
    pub(crate) async fn read(&self, answer: Answer) -> Result<Bytes, HttpError> {
        Ok(self.0.read(answer).await?)
    }

    /// The bytes of an answer as they come.
    pub(crate) fn chunks(
        &self,
        answer: Answer,
    ) -> impl Stream<Item = Result<Bytes, HttpError>> + Unpin {
        self.0.chunks(answer).map_err(HttpError::Answer)
    }
}

/// What to send.
pub(crate) enum Content {
    /// Nothing.
    None,
    /// A text of JSON.
    Json(String),
    /// So many bytes.
    Stream(u64, Body),
}

impl Content {
    /// Bytes as they come.
    pub(crate) fn stream(
        size: u64,
        bytes: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Self {
        Self::Stream(size, stream(bytes))
    }
}

/// Whether an answer is well, or a redirect.
pub(crate) fn is_well(status: StatusCode) -> bool {
    status.is_success() || status == StatusCode::FOUND
}
