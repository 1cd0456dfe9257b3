//! Proxies before a DynamoDB and an S3 that fail each call once before they let it through, as AWS does at times.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::faults::forward;

/// How each call fails once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transient {
    /// A transaction has its hands on the items of each write.
    Contended,
    /// Too much is asked for at once.
    Throttled,
    /// The call takes effect, and its answer is lost.
    AnswerLost,
}

impl Transient {
    /// What the environment asks for.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are configured by the environment"
    )]
    pub fn of_environment() -> Option<Self> {
        let name = std::env::var("TOWPATH_TEST_FAULT").ok()?;
        Some(Self::of(&name).unwrap())
    }

    /// Reads its name.
    fn of(name: &str) -> Option<Self> {
        match name {
            "contended" => Some(Self::Contended),
            "throttled" => Some(Self::Throttled),
            "answer-lost" => Some(Self::AnswerLost),
            _ => None,
        }
    }

    /// Starts a proxy before that DynamoDB; its endpoint.
    pub async fn before(self, behind: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let proxy = Arc::new(Proxy {
            fault: self,
            behind: behind.to_owned(),
            client: reqwest::Client::new(),
            failed: Mutex::default(),
        });
        let router = Router::new().fallback(pass).with_state(proxy);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        endpoint
    }

    /// Starts a proxy before that S3; its endpoint. What opens a link is let through: nobody sends that again.
    pub async fn before_s3(self, behind: &str) -> String {
        let (code, status) = match self {
            Self::AnswerLost => ("InternalError", StatusCode::INTERNAL_SERVER_ERROR),
            // S3 has no transactions.
            Self::Contended => return behind.to_owned(),
            Self::Throttled => ("SlowDown", StatusCode::SERVICE_UNAVAILABLE),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (behind, client) = (behind.to_owned(), reqwest::Client::new());
        let pass = move |request: Request| {
            let (behind, client) = (behind.clone(), client.clone());
            async move {
                let tries = request.headers().get("amz-sdk-request");
                let is_first =
                    tries.is_some_and(|tries| tries.as_bytes().starts_with(b"attempt=1"));
                if !is_first {
                    return handed_on(&client, &behind, request).await;
                }
                let is_head = request.method() == Method::HEAD;
                if self == Self::AnswerLost {
                    handed_on(&client, &behind, request).await;
                }
                let body =
                    format!("<Error><Code>{code}</Code><Message>for a moment</Message></Error>");
                let body = if is_head { String::new() } else { body };
                (status, body).into_response()
            }
        };
        let router = Router::new().fallback(pass);
        let router = router.layer(DefaultBodyLimit::disable());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        endpoint
    }

    /// What the call is answered with for its first time; nothing for calls that do not fail in this way.
    fn answer(self, operation: &str, body: &Value) -> Option<Response> {
        let of = |status: StatusCode, code: &str| {
            let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
            let answer = json!({"__type": kind, "message": "for a moment"});
            (status, answer.to_string()).into_response()
        };
        match (self, operation) {
            (_, "CreateTable" | "DescribeTable" | "UpdateTimeToLive") => None,
            (Self::AnswerLost, _) => {
                Some(of(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"))
            }
            (Self::Contended, "TransactWriteItems") => Some(canceled(body, "TransactionConflict")),
            (Self::Contended, "PutItem" | "UpdateItem" | "DeleteItem") => {
                Some(of(StatusCode::BAD_REQUEST, "TransactionConflictException"))
            }
            (Self::Contended, _) => None,
            (Self::Throttled, "TransactWriteItems") => Some(canceled(body, "ThrottlingError")),
            (Self::Throttled, _) => Some(of(
                StatusCode::BAD_REQUEST,
                "ProvisionedThroughputExceededException",
            )),
        }
    }
}

/// A transaction of which nothing is written: its first item is why.
fn canceled(body: &Value, code: &str) -> Response {
    let items = body["TransactItems"].as_array().unwrap().iter();
    let reasons = items.enumerate().map(|(place, _)| match place {
        0 => json!({"Code": code, "Message": "for a moment"}),
        _ => json!({"Code": "None"}),
    });
    let answer = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{code}]"),
        "CancellationReasons": reasons.collect::<Vec<_>>(),
    });
    (StatusCode::BAD_REQUEST, answer.to_string()).into_response()
}

/// Hands a request on as it came, by the host that it is signed for; what comes back.
pub(crate) async fn handed_on(
    client: &reqwest::Client,
    behind: &str,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let headers = head.headers;
    let place = head.uri.path_and_query().unwrap();
    let call = client.request(head.method, format!("{behind}{place}"));
    let answer = call.headers(headers).body(body).send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap()).into_response()
}

struct Proxy {
    fault: Transient,
    behind: String,
    client: reqwest::Client,
    /// The calls that have failed.
    failed: Mutex<HashSet<String>>,
}

async fn pass(State(proxy): State<Arc<Proxy>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let operation = target.split('.').next_back().unwrap();
    let mut call: Value = serde_json::from_slice(&body).unwrap();
    let answer = proxy.fault.answer(operation, &call);
    // A transaction that is sent again in full has another token.
    call["ClientRequestToken"] = Value::Null;
    let is_first = || {
        let call = format!("{operation} {call}");
        proxy.failed.lock().unwrap().insert(call)
    };
    match answer {
        Some(answer) if is_first() => {
            if proxy.fault == Transient::AnswerLost {
                forward(&proxy.client, &proxy.behind, &headers, body).await;
            }
            answer
        }
        _ => forward(&proxy.client, &proxy.behind, &headers, body).await,
    }
}
