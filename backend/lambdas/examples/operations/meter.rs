//! Stands between a function and a service, passes everything on, and counts what AWS would charge for.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::partitions::Partitions;

/// What was counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// Calls of DynamoDB.
    pub(crate) table_calls: u32,
    /// Read units.
    pub(crate) read_units: f64,
    /// Write units, those of the index included.
    pub(crate) write_units: f64,
    /// The same units, by the partitions that they fall on.
    pub(crate) partitions: Partitions,
    /// Calls of S3 that read an object.
    pub(crate) object_reads: u32,
    /// Calls of S3 that write or list, which cost more. Deleting costs nothing.
    pub(crate) object_writes: u32,
    /// Calls of S3 in all.
    pub(crate) object_calls: u32,
}

/// A meter of one service.
#[derive(Clone)]
pub(crate) struct Meter {
    upstream: String,
    service: Service,
    client: reqwest::Client,
    counts: Arc<Mutex<Counts>>,
}

/// What is behind a meter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    S3,
}

impl Meter {
    /// Starts to listen; with the address.
    pub(crate) async fn start(service: Service, upstream: String) -> (Self, String) {
        // reqwest asks for a provider even when everything is plain HTTP.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let meter = Self {
            upstream,
            service,
            client: reqwest::Client::new(),
            counts: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(meter.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (meter, endpoint)
    }

    /// Sets it back to nothing, and gives what it showed.
    pub(crate) fn reset(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().unwrap())
    }

    async fn forward(&self, parts: Parts, body: Bytes) -> (StatusCode, HeaderMap, Bytes) {
        let (body, headers) = if self.service == Service::DynamoDb {
            (asking_for_units(&body), without_length(parts.headers))
        } else {
            (body, parts.headers)
        };
        let answer = self
            .client
            .request(parts.method, format!("{}{}", self.upstream, parts.uri))
            .headers(headers)
            .body(body)
            .send()
            .await
            .unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, headers, answer.bytes().await.unwrap())
    }

    fn count_table(&self, operation: &str, request: &[u8], status: StatusCode, answer: &[u8]) {
        let request: Value = serde_json::from_slice(request).unwrap();
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        // A put that its condition refused is charged as a write of the item, and its answer does not say so.
        let refused = status == StatusCode::BAD_REQUEST;
        let units = if refused {
            1.0
        } else {
            units(&answer["ConsumedCapacity"])
        };
        let mut counts = self.counts.lock().unwrap();
        counts
            .partitions
            .add(operation, &request, &answer["ConsumedCapacity"]);
        counts.table_calls += 1;
        match operation {
            "GetItem" | "BatchGetItem" | "Query" => counts.read_units += units,
            _ => counts.write_units += units,
        }
    }

    fn count_objects(&self, method: &Method, query: &str) {
        let mut counts = self.counts.lock().unwrap();
        counts.object_calls += 1;
        let lists = query.contains("list-type") || query.contains("uploads");
        match *method {
            Method::GET | Method::HEAD if !lists => counts.object_reads += 1,
            Method::DELETE => {}
            _ => counts.object_writes += 1,
        }
    }
}

async fn pass(State(meter): State<Meter>, request: Request<Body>) -> Response {
    let method = request.method().clone();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let operation = operation(request.headers());
    let (parts, body) = request.into_parts();
    let sent = to_bytes(body, usize::MAX).await.unwrap();
    let (status, mut headers, body) = meter.forward(parts, sent.clone()).await;
    match operation {
        Some(operation) => meter.count_table(&operation, &sent, status, &body),
        None => meter.count_objects(&method, &query),
    }
    // The length stays: to HEAD, it is the answer.
    headers.remove(header::TRANSFER_ENCODING);
    (status, headers, body).into_response()
}

/// The operation of DynamoDB that is called.
fn operation(headers: &HeaderMap) -> Option<String> {
    let target = headers.get("x-amz-target")?.to_str().unwrap();
    target.rsplit('.').next().map(ToOwned::to_owned)
}

/// The units of one table, or of each that a batch or a transaction names.
fn units(capacity: &Value) -> f64 {
    let of = |capacity: &Value| capacity["CapacityUnits"].as_f64().unwrap_or_default();
    let each = capacity.as_array().map(|each| each.iter().map(of).sum());
    each.unwrap_or_else(|| of(capacity))
}

/// The same request, to be answered with what it cost. The embedded table does not mind that its signature is of another.
fn asking_for_units(body: &[u8]) -> Bytes {
    let mut request: Value = serde_json::from_slice(body).unwrap();
    request["ReturnConsumedCapacity"] = json!("INDEXES");
    request.to_string().into()
}

/// What was changed has another length.
fn without_length(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(header::CONTENT_LENGTH);
    headers
}
