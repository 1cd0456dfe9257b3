//! A proxy between the portal and its table that lets writes fail: before they took effect or after, with an answer or without.

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
pub enum Fault {
    /// The write does not happen, and the caller is told.
    Refused,
    /// The write happens, and its answer is lost.
    AnswerLost,
    /// The write does not happen, and the caller is no more.
    StoppedBefore,
    /// The write happens, and the caller is no more.
    StoppedAfter,
}

impl Fault {
    /// Every one.
    pub const ALL: [Self; 4] = [
        Self::Refused,
        Self::AnswerLost,
        Self::StoppedBefore,
        Self::StoppedAfter,
    ];

    /// Whether the write happens.
    pub fn is_heard(self) -> bool {
        matches!(self, Self::AnswerLost | Self::StoppedAfter)
    }

    /// Whether the caller ends with it.
    pub fn stops(self) -> bool {
        matches!(self, Self::StoppedBefore | Self::StoppedAfter)
    }
}

#[derive(Debug, Default)]
struct Plan {
    /// Writes until now.
    writes: u32,
    /// Which write fails, and all after it.
    fails: Option<(u32, Fault)>,
    /// What fails for a reason that passes.
    away: Away,
}

/// What fails for a reason that passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Away {
    #[default]
    Nothing,
    Writes,
    Everything,
}

/// The proxy.
pub struct Faults {
    /// Where the portal finds its table.
    pub(crate) endpoint: String,
    behind: String,
    client: reqwest::Client,
    plan: Mutex<Plan>,
    /// Notified when a caller is to be no more.
    stopped: Notify,
}

impl Faults {
    /// Starts one before that DynamoDB.
    pub(crate) async fn before(behind: &str) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let faults = Arc::new(Self {
            endpoint: format!("http://{}", listener.local_addr().unwrap()),
            behind: behind.to_owned(),
            client: reqwest::Client::new(),
            plan: Mutex::default(),
            stopped: Notify::new(),
        });
        let router = Router::new().fallback(pass).with_state(faults.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        faults
    }

    /// Lets the write of that number, from 0, and all after it fail.
    fn at(&self, write: u32, fault: Fault) {
        *self.plan.lock().unwrap() = Plan {
            writes: 0,
            fails: Some((write, fault)),
            away: Away::Nothing,
        };
    }

    /// Does something while the table does not answer as it should.
    pub async fn away<T>(&self, action: impl Future<Output = T>) -> T {
        self.while_away(Away::Everything, action).await
    }

    /// Does something while the table takes no writes.
    pub async fn without_writes<T>(&self, action: impl Future<Output = T>) -> T {
        self.while_away(Away::Writes, action).await
    }

    async fn while_away<T>(&self, away: Away, action: impl Future<Output = T>) -> T {
        self.plan.lock().unwrap().away = away;
        let done = action.await;
        self.mend();
        done
    }

    /// Lets everything through again; how many writes there were, those that failed included.
    fn mend(&self) -> u32 {
        std::mem::take(&mut *self.plan.lock().unwrap()).writes
    }

    /// Does something whose write of that number, from 0, fails. Whether there was such a write at all.
    pub async fn cut_off<T, E>(
        &self,
        write: u32,
        fault: Fault,
        action: impl Future<Output = Result<T, E>>,
    ) -> bool {
        self.at(write, fault);
        tokio::select! {
            done = action => {
                let writes = self.mend();
                assert_eq!(done.is_err(), writes > write, "{fault:?} at {write}");
                writes > write
            }
            () = self.stopped.notified() => {
                assert!(fault.stops());
                self.mend();
                true
            }
        }
    }

    fn fails_now(&self, is_write: bool) -> Option<Fault> {
        let mut plan = self.plan.lock().unwrap();
        let number = plan.writes;
        plan.writes += u32::from(is_write);
        let (from, fault) = plan.fails?;
        let gone_by = number > from;
        // What comes after the first failure fails too: the table is away, until it is mended.
        match (gone_by, number == from && is_write, fault) {
            (true, _, Fault::Refused | Fault::AnswerLost) => Some(Fault::Refused),
            (true, _, Fault::StoppedBefore | Fault::StoppedAfter) => Some(Fault::StoppedBefore),
            (false, true, fault) => Some(fault),
            (false, false, _) => None,
        }
    }
}

async fn pass(State(faults): State<Arc<Faults>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap();
    let is_write = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"]
        .iter()
        .any(|write| target.ends_with(write));
    let away = faults.plan.lock().unwrap().away;
    if away == Away::Everything || (away == Away::Writes && is_write) {
        let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}"#;
        return (StatusCode::INTERNAL_SERVER_ERROR, body).into_response();
    }
    match faults.fails_now(is_write) {
        None => forward(&faults.client, &faults.behind, &headers, body).await,
        Some(Fault::Refused) => failed(),
        Some(Fault::AnswerLost) => {
            forward(&faults.client, &faults.behind, &headers, body).await;
            failed()
        }
        Some(Fault::StoppedBefore) => gone(&faults).await,
        Some(Fault::StoppedAfter) => {
            forward(&faults.client, &faults.behind, &headers, body).await;
            gone(&faults).await
        }
    }
}

/// Hands a call on; what comes back.
pub(crate) async fn forward(
    client: &reqwest::Client,
    behind: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let mut headers = headers.clone();
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let call = client.post(behind).headers(headers).body(body);
    let answer = call.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap()).into_response()
}

/// A failure that the SDK does not try to get over by itself.
fn failed() -> Response {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException","message":"cut off"}"#;
    (StatusCode::BAD_REQUEST, body).into_response()
}

async fn gone(faults: &Faults) -> Response {
    faults.stopped.notify_one();
    std::future::pending().await
}
