//! A proxy in front of a portal that breaks connections, and another bucket's bytes where asked.
//!
//! Links lead to the bucket directly, so the proxy rewrites them to itself: the header `Host` of what it forwards is the
//! bucket's own, and the signature stays valid.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{Method, Response, StatusCode, header},
};
use futures::StreamExt as _;

/// How a proxy behaves.
#[derive(Default)]
pub(crate) struct Behaviour {
    /// How many bytes of uploads to let through before breaking every connection; below zero, all of them.
    pub(crate) allowance: AtomicI64,
    /// How many uploads came.
    pub(crate) puts: AtomicUsize,
    /// Whether to alter the last byte of downloads.
    pub(crate) alters: bool,
    /// Whether to end downloads half-way.
    pub(crate) halves: bool,
}

pub(crate) struct Flaky {
    pub(crate) url: String,
    pub(crate) behaviour: Arc<Behaviour>,
    _runtime: tokio::runtime::Runtime,
}

/// What the bucket compares a file with.
const DIGEST: &str = "x-amz-checksum-sha256";

#[derive(Clone)]
struct Proxy {
    portal: String,
    own: String,
    behaviour: Arc<Behaviour>,
}

impl Flaky {
    pub(crate) fn before(portal: &str, behaviour: Behaviour) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let behaviour = Arc::new(behaviour);
        let proxy = Proxy {
            portal: portal.to_owned(),
            own: url.clone(),
            behaviour: Arc::clone(&behaviour),
        };
        let router = Router::new().fallback(forward).with_state(proxy);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            behaviour,
            _runtime: runtime,
        }
    }
}

async fn forward(State(proxy): State<Proxy>, request: Request) -> Response<Body> {
    let address = request.uri().path_and_query().unwrap().as_str().to_owned();
    // `/at/127.0.0.1:9000/bucket/key` goes to the bucket at that address.
    match address
        .strip_prefix("/at/")
        .and_then(|rest| rest.split_once('/'))
    {
        Some((host, rest)) => bucket(&proxy, request, &format!("http://{host}/{rest}")).await,
        None => portal(&proxy, request, &address).await,
    }
}

async fn portal(proxy: &Proxy, request: Request, address: &str) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut sent = client
        .request(parts.method, format!("{}{address}", proxy.portal))
        .body(body);
    if let Some(kind) = parts.headers.get(header::CONTENT_TYPE) {
        sent = sent.header(header::CONTENT_TYPE, kind);
    }
    let answer = sent.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    if let Some(link) = answer.headers().get(header::LOCATION) {
        response = response.header(header::LOCATION, through(proxy, link.to_str().unwrap()));
    }
    let text = answer.text().await.unwrap();
    let text = text.replace("\"url\":\"http://", &format!("\"url\":\"{}/at/", proxy.own));
    response.body(text.into()).unwrap()
}

fn through(proxy: &Proxy, link: &str) -> String {
    link.replacen("http://", &format!("{}/at/", proxy.own), 1)
}

async fn bucket(proxy: &Proxy, request: Request, url: &str) -> Response<Body> {
    if request.method() == Method::GET {
        return download(proxy, url).await;
    }
    proxy.behaviour.puts.fetch_add(1, Ordering::SeqCst);
    let digest = request.headers().get(DIGEST).cloned();
    let mut bytes = Vec::new();
    let mut body = request.into_body().into_data_stream();
    while let Some(chunk) = body.next().await {
        let Ok(chunk) = chunk else { return broken() };
        let allowance = &proxy.behaviour.allowance;
        let length = i64::try_from(chunk.len()).unwrap();
        if allowance.load(Ordering::SeqCst) >= 0 {
            let left = allowance.fetch_sub(length, Ordering::SeqCst) - length;
            if left < 0 {
                allowance.store(0, Ordering::SeqCst);
                return broken();
            }
        }
        bytes.extend(chunk);
    }
    let mut put = reqwest::Client::new().put(url).body(bytes);
    if let Some(digest) = digest {
        put = put.header(DIGEST, digest);
    }
    let answer = put.send().await.unwrap();
    let status = answer.status();
    Response::builder()
        .status(status)
        .body(answer.bytes().await.unwrap().into())
        .unwrap()
}

async fn download(proxy: &Proxy, url: &str) -> Response<Body> {
    let answer = reqwest::get(url).await.unwrap();
    let mut bytes = answer.bytes().await.unwrap().to_vec();
    if proxy.behaviour.alters {
        *bytes.last_mut().unwrap() ^= 1;
    }
    if !proxy.behaviour.halves {
        return Response::new(bytes.into());
    }
    let length = bytes.len();
    bytes.truncate(length / 2);
    let half = futures::stream::iter([
        Ok(Bytes::from(bytes)),
        Err(std::io::Error::other("the line is cut")),
    ]);
    Response::builder()
        .header(header::CONTENT_LENGTH, length)
        .body(Body::from_stream(half))
        .unwrap()
}

/// An answer whose body fails at once, so that the connection breaks.
fn broken() -> Response<Body> {
    let cut = futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("the line is cut"))]);
    Response::builder()
        .status(StatusCode::SERVICE_UNAVAILABLE)
        .body(Body::from_stream(cut))
        .unwrap()
}
