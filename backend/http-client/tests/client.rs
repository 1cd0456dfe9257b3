//! What the client promises to all who use it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, response::Redirect, routing::get};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::{Method, Request, StatusCode};
use http_client::{Client, Error, PlainHttp, Settings, whole};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

const SETTINGS: Settings = Settings {
    connect: Duration::from_secs(5),
    answer: Duration::from_secs(20),
    most_bytes: 1000,
    keeps_connections: false,
    plain: PlainHttp::Here,
};

/// Waits no longer than the test wants to.
const IMPATIENT: Settings = Settings {
    answer: Duration::from_millis(200),
    ..SETTINGS
};

async fn served(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

fn asks(method: Method, url: &str) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(url);
    request.body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn plain_http_goes_to_this_machine_alone_unless_the_caller_checks_addresses() {
    let client = Client::new(IMPATIENT);
    // An address for documentation, which nobody has (RFC 5737).
    for url in ["http://192.0.2.1/", "http://portal.example/", "/"] {
        let refused = client.exchange(asks(Method::GET, url)).await;
        assert!(matches!(refused, Err(Error::Plain)), "{url}: {refused:?}");
        let request = asks(Method::GET, url).map(whole);
        let refused = client.send(request).await;
        assert!(matches!(refused, Err(Error::Plain)), "{url}");
    }
    let checked = Client::new(Settings {
        plain: PlainHttp::Checked,
        ..IMPATIENT
    });
    let tried = checked
        .exchange(asks(Method::GET, "http://192.0.2.1/"))
        .await;
    assert!(!matches!(tried, Err(Error::Plain)), "{tried:?}");
    let url = served(Router::new().route("/", get(|| async { "here" }))).await;
    let answer = client.exchange(asks(Method::GET, &url)).await.unwrap();
    assert_eq!(answer.body(), "here");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let router = Router::new()
        .route("/", get(|| async { Redirect::to("/elsewhere") }))
        .route("/elsewhere", get(|| async { "elsewhere" }));
    let url = served(router).await;
    let client = Client::new(SETTINGS);
    let answer = client.exchange(asks(Method::GET, &url)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()["location"], "/elsewhere");
}

#[tokio::test]
async fn an_answer_beyond_its_bound_is_not_read() {
    let router = Router::new()
        .route("/fits", get(|| async { "x".repeat(1000) }))
        .route("/large", get(|| async { "x".repeat(1001) }));
    let url = served(router).await;
    let client = Client::new(SETTINGS);
    let fits = asks(Method::GET, &format!("{url}/fits"));
    assert_eq!(client.exchange(fits).await.unwrap().body().len(), 1000);
    let large = asks(Method::POST, &format!("{url}/large"));
    assert_eq!(
        client.exchange(large).await.unwrap().status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    let large = asks(Method::GET, &format!("{url}/large"));
    let error = client.exchange(large).await.unwrap_err();
    assert!(error.to_string().contains("limit"), "{error}");
}

#[tokio::test]
async fn silence_ends_before_the_head_within_the_body_and_between_two_parts_of_it() {
    let router = Router::new()
        .route("/head", get(std::future::pending::<&str>))
        .route("/body", get(|| async { unfinished() }));
    let url = served(router).await;
    let client = Client::new(IMPATIENT);
    for path in ["head", "body"] {
        let request = asks(Method::GET, &format!("{url}/{path}"));
        let silent = client.exchange(request).await;
        assert!(
            matches!(silent, Err(Error::Silence(_))),
            "{path}: {silent:?}"
        );
    }
    let request = asks(Method::GET, &format!("{url}/body")).map(whole);
    let mut chunks = client.chunks(client.send(request).await.unwrap());
    assert_eq!(chunks.next().await.unwrap().unwrap(), "begun");
    let silent = chunks.next().await.unwrap();
    assert!(matches!(silent, Err(Error::Silence(_))), "{silent:?}");
    assert!(chunks.next().await.is_none());
}

/// A body that begins and never ends.
fn unfinished() -> Body {
    let begun = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"begun"))]);
    Body::from_stream(begun.chain(stream::pending()))
}

#[tokio::test]
async fn only_what_changes_nothing_is_sent_again_after_its_connection_failed() {
    for (method, connections) in [(Method::GET, 2), (Method::POST, 1), (Method::PUT, 1)] {
        let (url, seen) = breaks_off_once().await;
        let client = Client::new(SETTINGS);
        let answer = client.exchange(asks(method.clone(), &url)).await;
        assert_eq!(answer.is_ok(), connections == 2, "{method}: {answer:?}");
        assert_eq!(seen.load(Ordering::SeqCst), connections, "{method}");
    }
}

/// A server that ends its first connection without an answer, and how many there were.
async fn breaks_off_once() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut head = [0; 1024];
            assert!(connection.read(&mut head).await.unwrap() > 0);
            if count.fetch_add(1, Ordering::SeqCst) > 0 {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                connection.write_all(answer).await.unwrap();
            }
        }
    });
    (address, seen)
}
