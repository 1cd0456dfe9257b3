//! Requests to a portal's router, and what they are answered.

use api::uploads::FileState;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header, request},
};
use domain::{
    Timestamp,
    actor::Actor,
    build::Build,
    digest::Digest,
    id::{BuildId, UploadId},
};
use http_body_util::BodyExt as _;
use portal::{Portal, uploads::Ended};
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};
use tower::ServiceExt as _;

use crate::{
    portal::TestPortal,
    services::{ACCOUNT, REGION},
};

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Answer {
    /// What a router answers.
    pub async fn of(router: &Router, request: Request<Body>) -> Self {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// A header, empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// The problem that it is, with that status.
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        let kind = problem["type"].as_str().unwrap();
        assert!(kind.starts_with("urn:towpath:problem:"));
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        problem
    }
}

impl TestPortal {
    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(&self.router, request).await
    }

    /// Sends a request with that cookie. A text is sent as a page's form would be, anything else as JSON.
    pub async fn ask(
        &self,
        method: &Method,
        address: &str,
        cookie: Option<&str>,
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(address);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let (kind, body) = match body {
            Value::Null => ("application/json", Body::empty()),
            Value::String(form) => ("application/x-www-form-urlencoded", form.clone().into()),
            body => ("application/json", body.to_string().into()),
        };
        let request = request.header(header::CONTENT_TYPE, kind);
        self.send(request.body(body).unwrap()).await
    }

    /// Gets an address.
    pub async fn get(&self, address: &str) -> Answer {
        self.send(get(address).body(Body::empty()).unwrap()).await
    }

    /// Gets an address with that cookie.
    pub async fn get_as(&self, address: &str, cookie: Option<&str>) -> Answer {
        self.ask(&Method::GET, address, cookie, &Value::Null).await
    }

    /// Posts JSON.
    pub async fn post(&self, address: &str, body: &Value) -> Answer {
        let request = Request::post(address).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(body.to_string().into());
        self.send(request.unwrap()).await
    }

    /// What an address answers, which must be JSON and well.
    pub async fn json(&self, address: &str) -> Value {
        let answer = self.get(address).await;
        assert_eq!(answer.status, 200, "{address}: {}", answer.text());
        answer.json()
    }

    /// Uploads and registers a build of wallet with these files. Its identifier.
    pub async fn push(&self, environment: &str, files: &[(&str, &[u8])]) -> String {
        let build = json!({"environment": environment,
            "revision": {"commit": "0a1b2c3d4e5f", "message": "Open the lock"}});
        let upload = self.upload("wallet", None, build, files).await;
        self.complete(&upload, None).await
    }

    /// Uploads files that are promised as that build of an app. The upload's identifier.
    pub async fn upload(
        &self,
        app: &str,
        cookie: Option<&str>,
        mut build: Value,
        files: &[(&str, &[u8])],
    ) -> String {
        let promised = files.iter().map(|(name, bytes)| promise(name, bytes));
        build["files"] = promised.collect();
        let address = format!("/api/v1/apps/{app}/uploads");
        let plan = self.ask(&Method::POST, &address, cookie, &build).await;
        assert_eq!(plan.status, 200, "{}", plan.text());
        let plan = plan.json();
        for (file, (_, bytes)) in plan["files"].as_array().unwrap().iter().zip(files) {
            put(file, bytes).await;
        }
        plan["id"].as_str().unwrap().to_owned()
    }

    /// Registers what was uploaded. The build's identifier.
    pub async fn complete(&self, upload: &str, cookie: Option<&str>) -> String {
        let address = format!("/api/v1/uploads/{upload}/complete");
        let asked = self.ask(&Method::POST, &address, cookie, &json!({})).await;
        assert!(asked.status.is_success(), "{}", asked.text());
        if let Some(build) = asked.json()["build"].as_str() {
            return build.to_owned();
        }
        assert_eq!(asked.status, 202);
        let id = upload.parse().unwrap();
        match self.portal.uploads().register(&id, (self.clock)()).await {
            Ok(Ended::Registered(build)) => return build.id.to_string(),
            Ok(Ended::Nothing) => {}
            other => panic!("{other:?}"),
        }
        // Another call registers it.
        let address = format!("/api/v1/uploads/{upload}");
        for _ in 0..1_000 {
            let plan = self.get_as(&address, cookie).await.json();
            if let Some(build) = plan["build"].as_str() {
                return build.to_owned();
            }
            assert!(plan["registering"].is_object(), "{plan}");
            sleep(Duration::from_millis(20)).await;
        }
        panic!("upload {upload} is not registered");
    }

    /// Has an upload registered, as the function that does it would be called. The build, or what is wrong with it.
    pub async fn register(
        &self,
        actor: &Actor,
        upload: &UploadId,
        now: Timestamp,
    ) -> portal::Result<Build> {
        register(&self.portal, actor, upload, now).await
    }
}

/// Has an upload registered by that portal.
pub async fn register(
    portal: &Portal,
    actor: &Actor,
    upload: &UploadId,
    now: Timestamp,
) -> portal::Result<Build> {
    let plan = portal.uploads().complete(actor, upload, now).await?;
    let build = match plan.build {
        Some(build) => build,
        None => match portal.uploads().register(upload, now).await? {
            Ended::Registered(build) => return Ok(*build),
            Ended::Failed(error) => return Err(error),
            Ended::Nothing => by_another(portal, actor, upload, now).await?,
        },
    };
    let shown = portal.builds().show(actor, &build, now).await?;
    Ok(shown.build)
}

/// What came of an upload that another call registers.
async fn by_another(
    portal: &Portal,
    actor: &Actor,
    upload: &UploadId,
    now: Timestamp,
) -> portal::Result<BuildId> {
    for _ in 0..1_000 {
        let plan = portal.uploads().plan(actor, upload, now).await?;
        if let Some(build) = plan.build {
            return Ok(build);
        }
        assert!(plan.registering.is_some(), "{plan:?}");
        sleep(Duration::from_millis(20)).await;
    }
    panic!("upload {upload} is not registered");
}

/// A request that gets an address.
pub fn get(address: &str) -> request::Builder {
    Request::get(address)
}

/// A file that is promised to be uploaded.
pub fn promise(name: &str, bytes: &[u8]) -> Value {
    json!({"name": name, "size": bytes.len(), "sha256": Digest::of(bytes)})
}

/// Puts bytes where the plan of a file says.
pub async fn put(file: &Value, bytes: &[u8]) {
    let answer = try_to_put(file, bytes).await;
    let status = answer.status();
    assert!(status.is_success(), "{}", answer.text().await.unwrap());
}

/// What the bucket answers to bytes that are put where the plan of a file says.
pub async fn try_to_put(file: &Value, bytes: &[u8]) -> reqwest::Response {
    let state: FileState = serde_json::from_value(file.clone()).unwrap();
    let FileState::Put { url, headers } = state else {
        panic!("no file to be put in one request: {file}");
    };
    let put = reqwest::Client::new().put(url).body(bytes.to_vec());
    let headers = headers.iter();
    let put = headers.fold(put, |put, (name, value)| put.header(name, value));
    put.send().await.unwrap()
}

/// An event of a pipeline, as `EventBridge` sends it.
pub fn event(pipeline: &str, execution: &str, state: &str, second: u32) -> Value {
    json!({
        "version": "0", "id": format!("{pipeline}-{execution}-{state}"), "source": "aws.codepipeline",
        "account": ACCOUNT, "region": REGION, "resources": [], "time": format!("2026-11-21T03:00:{second:02}Z"),
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "detail": {"pipeline": pipeline, "execution-id": execution, "state": state, "version": 1.0},
    })
}

/// The address of a run of [`event`].
pub fn run(pipeline: &str, execution: &str) -> String {
    format!("codepipeline/{ACCOUNT}/{REGION}/{pipeline}/{execution}")
}
