//! HTTP and HTTPS as this program needs them: one request, its answer, and bytes that stream in either direction.

use std::{io, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, BodyStream, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::time::timeout;

use super::names::Names;

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// How long to wait for an answer or for its next bytes. Registering a large build reads all of it first.
const READ: Duration = Duration::from_mins(5);

/// What a request carries.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A client that follows no redirects: links are handled with care.
#[derive(Clone)]
pub(crate) struct Http(Client<HttpsConnector<HttpConnector<Names>>, Body>);

/// Why there is no answer, or not all of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// The request cannot be written.
    #[error("this is not an address")]
    Request(#[source] http::Error),
    /// TLS does not work at all.
    #[error("TLS does not work here")]
    Tls(#[source] rustls::Error),
    /// The connection, in the words of what lies deepest; never with the address, which may be a link.
    #[error("{0}")]
    Connection(String),
    /// Silence.
    #[error("no answer for {} seconds", READ.as_secs())]
    Silence,
}

impl Http {
    pub(crate) fn new() -> Result<Self, HttpError> {
        let mut tcp = HttpConnector::new_with_resolver(Names::new());
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT));
        let provider = ring::default_provider();
        let https = match HttpsConnectorBuilder::new().with_provider_and_native_roots(provider) {
            Ok(trusting) => trusting,
            // Without the system's certificates plain HTTP still works, and HTTPS says that it trusts nobody.
            Err(_) => HttpsConnectorBuilder::new().with_tls_config(trusting_none()?),
        };
        let connector = https.https_or_http().enable_http1().wrap_connector(tcp);
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Sends a request, and gives the answer once its head is here.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: &str,
        body: Content,
    ) -> Result<Response<Incoming>, HttpError> {
        self.send_with(method, url, &[], body).await
    }

    /// The same with more headers, such as who asks. Links that carry their own permission get none.
    pub(crate) async fn send_with(
        &self,
        method: Method,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
        body: Content,
    ) -> Result<Response<Incoming>, HttpError> {
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
        let sent = self.0.request(request.map_err(HttpError::Request)?);
        let answered = timeout(READ, sent).await.map_err(|_| HttpError::Silence)?;
        answered.map_err(|error| HttpError::Connection(last_cause(&error)))
    }
}

fn trusting_none() -> Result<ClientConfig, HttpError> {
    let config = ClientConfig::builder_with_provider(ring::default_provider().into());
    let config = config
        .with_safe_default_protocol_versions()
        .map_err(HttpError::Tls)?;
    Ok(config
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
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
        Self::Stream(
            size,
            StreamBody::new(bytes.map_ok(Frame::data)).boxed_unsync(),
        )
    }
}

fn whole(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// All bytes of an answer, up to a bound that no answer of the API reaches.
pub(crate) async fn read(answer: Response<Incoming>) -> Result<Bytes, HttpError> {
    let body = http_body_util::Limited::new(answer.into_body(), 64 << 20).collect();
    let body = timeout(READ, body).await.map_err(|_| HttpError::Silence)?;
    body.map(http_body_util::Collected::to_bytes)
        .map_err(|error| HttpError::Connection(last_cause(&*error)))
}

/// The bytes of an answer as they come.
pub(crate) fn chunks(
    answer: Response<Incoming>,
) -> impl Stream<Item = Result<Bytes, HttpError>> + Unpin {
    let frames = BodyStream::new(answer.into_body());
    Box::pin(frames.then(|frame| async {
        let frame = frame.map_err(|error| HttpError::Connection(last_cause(&error)))?;
        Ok(frame.into_data().unwrap_or_default())
    }))
}

/// Whether an answer is well, or a redirect.
pub(crate) fn is_well(status: StatusCode) -> bool {
    status.is_success() || status == StatusCode::FOUND
}

/// The deepest cause, which says more than all that stands above it.
fn last_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
