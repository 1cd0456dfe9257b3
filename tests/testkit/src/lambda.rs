//! A function as Lambda runs it: a process of its own that asks the Runtime API for events.

use std::{
    collections::HashMap,
    path::PathBuf,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Path as Segment, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex as AsyncMutex, mpsc, oneshot},
};

/// How long a function may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The request identifier of the failure to start.
const INIT: &str = "init";

/// What a function answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// What it returned.
    Response(Value),
    /// The error that it reported.
    Error(Value),
}

impl Answer {
    /// What it returned; panics on an error.
    pub fn response(self) -> Value {
        match self {
            Self::Response(value) => value,
            Self::Error(error) => panic!("the function failed: {error}"),
        }
    }

    /// The message of the error that it reported.
    pub fn error(self) -> String {
        match self {
            Self::Response(value) => panic!("the function answered {value}"),
            Self::Error(error) => error["errorMessage"].as_str().unwrap().to_owned(),
        }
    }
}

/// What runs as a function.
pub struct Program {
    path: PathBuf,
    arguments: Vec<String>,
}

impl Program {
    /// The functions' own, as it was built last: tests and examples lie in folders beside it.
    pub fn beside() -> Self {
        let own = std::env::current_exe().unwrap();
        Self::new(own.ancestors().nth(2).unwrap().join("bootstrap"), &[])
    }

    /// A program at a path.
    pub fn new(path: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        Self {
            path: path.into(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A running function.
pub struct Lambda {
    api: Api,
    lines: Arc<Mutex<Vec<String>>>,
    process: Child,
}

/// The Runtime API of one function.
#[derive(Clone)]
struct Api {
    send: mpsc::UnboundedSender<(String, Value)>,
    events: Arc<AsyncMutex<mpsc::UnboundedReceiver<(String, Value)>>>,
    waiting: Arc<Mutex<HashMap<String, oneshot::Sender<Answer>>>>,
    count: Arc<Mutex<u32>>,
}

impl Lambda {
    /// Starts a program as the function that `handler` means, with these variables and no others.
    pub async fn start(program: &Program, handler: &str, variables: &[(String, String)]) -> Self {
        let api = Api::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = api.clone().router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut process = Command::new(&program.path)
            .args(&program.arguments)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("_HANDLER", handler)
            .env("AWS_LAMBDA_FUNCTION_NAME", "towpath")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let log = Arc::clone(&lines);
        tokio::spawn(async move {
            while let Ok(Some(line)) = output.next_line().await {
                log.lock().unwrap().push(line);
            }
        });
        Self {
            api,
            lines,
            process,
        }
    }

    /// Sends an event and waits for the answer.
    pub async fn invoke(&self, event: Value) -> Answer {
        let answer = self.api.invoke(event);
        tokio::time::timeout(PATIENCE, answer)
            .await
            .unwrap_or_else(|_| panic!("no answer; the log: {:#?}", self.log()))
            .unwrap()
    }

    /// Waits for the end of a function that cannot start; whether it ended well.
    pub async fn ended(&mut self) -> bool {
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        ended.unwrap().unwrap().success()
    }

    /// What it logged so far, line by line.
    pub fn log(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Waits for a line of the log with `text` in it.
    pub async fn logged(&self, text: &str) -> Value {
        for _ in 0..200 {
            if let Some(line) = self.log().iter().find(|line| line.contains(text)) {
                return serde_json::from_str(line).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no line with {text:?} in {:#?}", self.log());
    }

    /// The process, to measure it.
    pub fn process(&self) -> u32 {
        self.process.id().unwrap()
    }
}

impl Api {
    fn new() -> Self {
        let (send, events) = mpsc::unbounded_channel();
        Self {
            send,
            events: Arc::new(AsyncMutex::new(events)),
            waiting: Arc::default(),
            count: Arc::default(),
        }
    }

    fn router(self) -> Router {
        let path = "/2018-06-01/runtime";
        Router::new()
            .route(&format!("{path}/invocation/next"), get(next))
            .route(
                &format!("{path}/invocation/{{id}}/response"),
                post(response),
            )
            .route(&format!("{path}/invocation/{{id}}/error"), post(error))
            .route(&format!("{path}/init/error"), post(init_error))
            .with_state(self)
    }

    fn invoke(&self, event: Value) -> oneshot::Receiver<Answer> {
        let id = {
            let mut count = self.count.lock().unwrap();
            *count += 1;
            format!("00000000-0000-4000-8000-{count:012}")
        };
        let (answer, receive) = oneshot::channel();
        self.waiting.lock().unwrap().insert(id.clone(), answer);
        self.send.send((id, event)).unwrap();
        receive
    }

    fn answer(&self, id: &str, answer: Answer) -> StatusCode {
        let waiting = self.waiting.lock().unwrap().remove(id);
        // Nobody waits for an answer that comes twice.
        if waiting.is_some_and(|waiting| waiting.send(answer).is_ok()) {
            StatusCode::ACCEPTED
        } else {
            StatusCode::FORBIDDEN
        }
    }
}

async fn next(State(api): State<Api>) -> impl IntoResponse {
    let (id, event) = api.events.lock().await.recv().await.unwrap();
    (
        [
            ("lambda-runtime-aws-request-id", id),
            ("lambda-runtime-deadline-ms", "9999999999999".to_owned()),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:eu-west-1:123456789012:function:towpath".to_owned(),
            ),
        ],
        event.to_string(),
    )
}

async fn response(
    State(api): State<Api>,
    Segment(id): Segment<String>,
    body: String,
) -> StatusCode {
    api.answer(&id, Answer::Response(serde_json::from_str(&body).unwrap()))
}

async fn error(State(api): State<Api>, Segment(id): Segment<String>, body: String) -> StatusCode {
    api.answer(&id, Answer::Error(serde_json::from_str(&body).unwrap()))
}

async fn init_error(State(api): State<Api>, body: String) -> StatusCode {
    api.answer(INIT, Answer::Error(serde_json::from_str(&body).unwrap()))
}
