//! What stands between the portal and its table, and can fail: before a write took effect, after it did, with an answer or
//! without one.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, sync::Notify};

/// How the table fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// The write does not happen, and the caller is told.
    Refused,
    /// The write happens, and its answer is lost.
    AnswerLost,
    /// The write does not happen, and the caller is no more.
    StoppedBefore,
    /// The write happens, and the caller is no more.
    StoppedAfter,
}

impl How {
    pub(crate) const ALL: [Self; 4] = [
        Self::Refused,
        Self::AnswerLost,
        Self::StoppedBefore,
        Self::StoppedAfter,
    ];

    /// Whether the caller ends with it.
    pub(crate) fn stops(self) -> bool {
        matches!(self, Self::StoppedBefore | Self::StoppedAfter)
    }
}

#[derive(Debug, Default)]
struct Plan {
    /// Writes until now.
    writes: u32,
    /// Which write fails, and all after it.
    fails: Option<(u32, How)>,
}

/// Stands between the portal and its table.
pub(crate) struct Cut {
    pub(crate) endpoint: String,
    behind: String,
    client: reqwest::Client,
    plan: Mutex<Plan>,
    /// Told when a caller is to be no more.
    pub(crate) stopped: Notify,
}

impl Cut {
    pub(crate) async fn before(behind: &str) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let cut = Arc::new(Self {
            endpoint: format!("http://{}", listener.local_addr().unwrap()),
            behind: behind.to_owned(),
            client: reqwest::Client::new(),
            plan: Mutex::default(),
            stopped: Notify::new(),
        });
        let router = Router::new().fallback(pass).with_state(cut.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        cut
    }

    /// Lets the write of that number, from 0, and all after it fail.
    pub(crate) fn at(&self, write: u32, how: How) {
        *self.plan.lock().unwrap() = Plan {
            writes: 0,
            fails: Some((write, how)),
        };
    }

    /// Lets everything through again; how many writes there were, those that failed included.
    pub(crate) fn mend(&self) -> u32 {
        std::mem::take(&mut *self.plan.lock().unwrap()).writes
    }

    fn fails_now(&self, is_write: bool) -> Option<How> {
        let mut plan = self.plan.lock().unwrap();
        let number = plan.writes;
        plan.writes += u32::from(is_write);
        let (from, how) = plan.fails?;
        let gone_by = number > from;
        // What comes after the first failure fails too: the table is away, until it is mended.
        match (gone_by, number == from && is_write, how) {
            (true, _, How::Refused | How::AnswerLost) => Some(How::Refused),
            (true, _, How::StoppedBefore | How::StoppedAfter) => Some(How::StoppedBefore),
            (false, true, how) => Some(how),
            (false, false, _) => None,
        }
    }
}

async fn pass(State(cut): State<Arc<Cut>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap();
    let is_write = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"]
        .iter()
        .any(|write| target.ends_with(write));
    match cut.fails_now(is_write) {
        None => forward(&cut, &headers, body).await,
        Some(How::Refused) => failed(),
        Some(How::AnswerLost) => {
            forward(&cut, &headers, body).await;
            failed()
        }
        Some(How::StoppedBefore) => gone(&cut).await,
        Some(How::StoppedAfter) => {
            forward(&cut, &headers, body).await;
            gone(&cut).await
        }
    }
}

async fn forward(cut: &Cut, headers: &HeaderMap, body: Bytes) -> Response {
    let mut headers = headers.clone();
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let call = cut.client.post(&cut.behind).headers(headers).body(body);
    let answer = call.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap()).into_response()
}

/// A failure that the SDK does not try to get over by itself.
fn failed() -> Response {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":"cut off"}"#;
    (StatusCode::BAD_REQUEST, body).into_response()
}

async fn gone(cut: &Cut) -> Response {
    cut.stopped.notify_one();
    std::future::pending().await
}
