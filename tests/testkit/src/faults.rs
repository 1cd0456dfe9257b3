//! Proxies between the portal and its table, and its objects, that let calls fail: before they took effect or after, with an
//! answer or without.

use std::{
    pin::pin,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio::{net::TcpListener, sync::Notify};

use crate::transient::handed_on;

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

/// Which call fails, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The write of that number.
    Write(u32),
    /// The call of that number, be it a write or not.
    Call(u32),
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// Where.
    pub at: Place,
    /// How.
    pub fault: Fault,
    /// Whether every call after it fails, too, and none would get through by being tried again. Else it passes.
    pub lasts: bool,
}

#[derive(Debug, Default)]
struct Plan {
    /// Writes until now.
    writes: u32,
    /// Calls until now.
    calls: u32,
    /// Which call fails.
    fails: Option<Interruption>,
    /// What fails for a reason that passes.
    away: Away,
    /// Notified when this plan's caller is to be no more.
    stopped: Arc<Notify>,
    /// Which call waits, and for what.
    waits: Option<(Place, Arc<Pause>)>,
}

/// A call that waits.
#[derive(Debug, Default)]
struct Pause {
    /// Notified when it is there.
    began: Notify,
    /// Notified when it may go on.
    over: Notify,
}

/// What fails for a reason that passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Away {
    #[default]
    Nothing,
    Writes,
    Everything,
}

/// What becomes of a call.
enum Fate {
    Passes,
    /// It waits, and passes then.
    Waits(Arc<Pause>),
    /// It fails; whether for a reason that lasts, and whom to stop.
    Fails(Fault, bool, Arc<Notify>),
}

impl Fate {
    /// How it fails, if it does, after it has waited for what it waits for.
    async fn failure(self) -> Option<(Fault, bool, Arc<Notify>)> {
        match self {
            Self::Passes => None,
            Self::Waits(pause) => {
                pause.began.notify_one();
                pause.over.notified().await;
                None
            }
            Self::Fails(fault, lasts, stopped) => Some((fault, lasts, stopped)),
        }
    }
}

/// The proxy.
pub struct Faults {
    /// Where the portal finds its table.
    pub(crate) endpoint: String,
    behind: String,
    client: reqwest::Client,
    plan: Mutex<Plan>,
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
        });
        let router = Router::new().fallback(pass).with_state(faults.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        faults
    }

    /// Starts one before that S3, which follows the same plan; its endpoint.
    pub(crate) async fn before_s3(self: &Arc<Self>, behind: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (faults, behind) = (self.clone(), behind.to_owned());
        let pass = move |request: Request| {
            let (faults, behind) = (faults.clone(), behind.clone());
            async move { faults.pass_object(&behind, request).await }
        };
        let router = Router::new().fallback(pass);
        let router = router.layer(DefaultBodyLimit::disable());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        endpoint
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
        let interruption = Interruption {
            at: Place::Write(write),
            fault,
            lasts: true,
        };
        let stopped = self.plan(interruption);
        tokio::select! {
            done = action => {
                let writes = self.mend();
                assert_eq!(done.is_err(), writes > write, "{fault:?} at {write}");
                writes > write
            }
            () = stopped.notified() => {
                assert!(fault.stops());
                self.mend();
                true
            }
        }
    }

    /// Does something that is interrupted; nothing if its caller was stopped.
    pub async fn interrupted<T>(
        &self,
        interruption: Interruption,
        action: impl Future<Output = T>,
    ) -> Option<T> {
        let stopped = self.plan(interruption);
        let done = tokio::select! {
            done = action => Some(done),
            () = stopped.notified() => None,
        };
        self.mend();
        done
    }

    /// Does something, and another thing in the middle of it: before its call at that place, or after it if there is no such
    /// call. The other thing's calls do not come through here.
    pub async fn in_the_middle<T, U>(
        &self,
        at: Place,
        one: impl Future<Output = T>,
        other: impl Future<Output = U>,
    ) -> (T, U) {
        let pause = Arc::new(Pause::default());
        *self.plan.lock().unwrap() = Plan {
            waits: Some((at, pause.clone())),
            ..Plan::default()
        };
        let mut one = pin!(one);
        let done = tokio::select! {
            done = &mut one => (done, other.await),
            () = pause.began.notified() => {
                let other = other.await;
                pause.over.notify_one();
                (one.await, other)
            }
        };
        self.mend();
        done
    }

    fn plan(&self, interruption: Interruption) -> Arc<Notify> {
        let plan = Plan {
            fails: Some(interruption),
            ..Plan::default()
        };
        let stopped = plan.stopped.clone();
        *self.plan.lock().unwrap() = plan;
        stopped
    }

    fn fate(&self, is_write: bool) -> Fate {
        let mut plan = self.plan.lock().unwrap();
        let (writes, calls) = (plan.writes, plan.calls);
        plan.writes += u32::from(is_write);
        plan.calls += 1;
        let is_at = |place| match place {
            Place::Write(number) => is_write && writes == number,
            Place::Call(number) => calls == number,
        };
        if let Some((place, pause)) = &plan.waits
            && is_at(*place)
        {
            return Fate::Waits(pause.clone());
        }
        let Some(Interruption { at, fault, lasts }) = plan.fails else {
            return Fate::Passes;
        };
        let is_after = match at {
            Place::Write(from) => writes > from,
            Place::Call(from) => calls > from,
        };
        let fault = match (is_at(at), is_after && (lasts || fault.stops()), fault) {
            (true, ..) => fault,
            // The table is away, until it is mended.
            (false, true, Fault::Refused | Fault::AnswerLost) => Fault::Refused,
            (false, true, Fault::StoppedBefore | Fault::StoppedAfter) => Fault::StoppedBefore,
            (false, false, _) => return Fate::Passes,
        };
        Fate::Fails(fault, lasts, plan.stopped.clone())
    }

    async fn pass_object(&self, behind: &str, request: Request) -> Response {
        let is_write = !matches!(*request.method(), Method::GET | Method::HEAD);
        let has_body = *request.method() != Method::HEAD;
        let Some((fault, lasts, stopped)) = self.fate(is_write).failure().await else {
            return handed_on(&self.client, behind, request).await;
        };
        if fault.is_heard() {
            handed_on(&self.client, behind, request).await;
        }
        if fault.stops() {
            return gone(&stopped).await;
        }
        let (status, code) = if lasts {
            (StatusCode::FORBIDDEN, "AccessDenied")
        } else {
            (StatusCode::CONFLICT, "OperationAborted")
        };
        let body = format!("<Error><Code>{code}</Code><Message>cut off</Message></Error>");
        (status, if has_body { body } else { String::new() }).into_response()
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
    let Some((fault, lasts, stopped)) = faults.fate(is_write).failure().await else {
        return forward(&faults.client, &faults.behind, &headers, body).await;
    };
    if fault.is_heard() {
        forward(&faults.client, &faults.behind, &headers, body).await;
    }
    if fault.stops() {
        gone(&stopped).await
    } else {
        failed(lasts)
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
fn failed(lasts: bool) -> Response {
    let code = if lasts {
        "AccessDeniedException"
    } else {
        "OperationAborted"
    };
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    let body = json!({"__type": kind, "message": "cut off"});
    (StatusCode::BAD_REQUEST, body.to_string()).into_response()
}

async fn gone(stopped: &Notify) -> Response {
    stopped.notify_one();
    std::future::pending().await
}
