//! A portal behind its router, and a client that says what it does in few words.

use std::sync::LazyLock;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use domain::{Timestamp, digest::Digest};
use http_body_util::BodyExt as _;
use portal::{
    http::{Assets, Door, Front, router},
    machines::Machines,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::world::{ACCOUNT, REGION, World};

/// A portal behind its router.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::of(World::new().await)
    }

    pub(crate) fn of(world: World) -> Self {
        let router = router(front(&world));
        Self { world, router }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Self::ask(&self.router, request).await
    }

    /// What any router answers.
    pub(crate) async fn ask(router: &Router, request: Request<Body>) -> Answer {
        let response: Response<Body> = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    pub(crate) async fn get(&self, address: &str) -> Answer {
        self.send(get(address).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, address: &str, body: &Value) -> Answer {
        let request = Request::post(address).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string().into()).unwrap())
            .await
    }

    /// What an address answers, which must be JSON and well.
    pub(crate) async fn json(&self, address: &str) -> Value {
        let answer = self.get(address).await;
        assert_eq!(answer.status, 200, "{address}: {}", answer.text());
        answer.json()
    }

    /// Promises, uploads and registers a build of `wallet` with these files. Its identity.
    pub(crate) async fn push(&self, environment: &str, files: &[(&str, &[u8])]) -> String {
        let promised: Vec<Value> = files
            .iter()
            .map(|(name, bytes)| promise(name, bytes))
            .collect();
        let request = json!({"files": promised, "environment": environment,
            "revision": {"commit": "0a1b2c3d4e5f", "message": "Open the lock"}});
        let plan = self.post("/api/v1/apps/wallet/uploads", &request).await;
        assert_eq!(plan.status, 200, "{}", plan.text());
        let plan = plan.json();
        for (file, (_, bytes)) in plan["files"].as_array().unwrap().iter().zip(files) {
            put(file["url"].as_str().unwrap(), bytes).await;
        }
        let id = plan["id"].as_str().unwrap();
        let built = self
            .post(&format!("/api/v1/uploads/{id}/complete"), &json!({}))
            .await;
        assert_eq!(built.status, 200, "{}", built.text());
        built.json()["build"]["id"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The problem that it is, with that status.
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(
            problem["type"]
                .as_str()
                .unwrap()
                .starts_with("urn:towpath:problem:")
        );
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        problem
    }
}

pub(crate) fn front(world: &World) -> Front {
    Front {
        portal: world.portal.clone(),
        assets: Assets::built_in(),
        clock: now,
        door: Door::Local,
        machines: Machines::default(),
        origin_key: None,
    }
}

/// The real time, since the links that are made with it must work; but it stands still.
#[expect(clippy::disallowed_methods, reason = "a test is an edge")]
pub(crate) fn now() -> Timestamp {
    static START: LazyLock<Timestamp> = LazyLock::new(Timestamp::now);
    *START
}

pub(crate) fn get(address: &str) -> axum::http::request::Builder {
    Request::builder().method(Method::GET).uri(address)
}

pub(crate) fn promise(name: &str, bytes: &[u8]) -> Value {
    json!({"name": name, "size": bytes.len(), "sha256": Digest::of(bytes)})
}

/// Puts bytes where a link says.
pub(crate) async fn put(url: &str, bytes: &[u8]) {
    let answer = reqwest::Client::new()
        .put(url)
        .body(bytes.to_vec())
        .send()
        .await
        .unwrap();
    assert!(
        answer.status().is_success(),
        "{}",
        answer.text().await.unwrap()
    );
}

/// An event of a pipeline, as `EventBridge` sends it.
pub(crate) fn event(pipeline: &str, execution: &str, state: &str, second: u32) -> Value {
    json!({
        "version": "0", "id": format!("{pipeline}-{execution}-{state}"), "source": "aws.codepipeline",
        "account": ACCOUNT, "region": REGION, "resources": [], "time": format!("2026-11-21T03:00:{second:02}Z"),
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "detail": {"pipeline": pipeline, "execution-id": execution, "state": state, "version": 1.0},
    })
}

/// The address of a run of [`event`].
pub(crate) fn run(pipeline: &str, execution: &str) -> String {
    format!("codepipeline/{ACCOUNT}/{REGION}/{pipeline}/{execution}")
}
