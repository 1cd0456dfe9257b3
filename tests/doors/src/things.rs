//! What is there to be asked about, brought in through the API as anyone would.

use domain::digest::Digest;
use reqwest::{Client, RequestBuilder, header};
use serde::Serialize;
use serde_json::{Value, json};

use crate::house::{Failed, REGION};

const ACCOUNT: &str = "123456789012";

/// What there is of one app.
#[derive(Default, Serialize)]
pub(crate) struct Things {
    app: String,
    /// A word in everything that was said of it.
    mark: String,
    builds: Vec<String>,
    digests: Vec<String>,
    uploads: Vec<String>,
    promotions: Vec<String>,
    runs: Vec<String>,
}

/// Builds, a promotion, a hold and a run of both apps, those of the wallet first.
pub(crate) async fn bring(address: &str, admin: &str) -> Result<[Things; 2], Failed> {
    let door = Door {
        address,
        admin,
        client: Client::new(),
    };
    Ok([
        door.app("wallet", "ferry").await?,
        door.app("quarry", "granite").await?,
    ])
}

struct Door<'a> {
    address: &'a str,
    admin: &'a str,
    client: Client,
}

impl Door<'_> {
    async fn app(&self, app: &str, mark: &str) -> Result<Things, Failed> {
        self.post("/api/v1/events", &event(app, mark)).await?;
        let mut things = Things {
            app: app.to_owned(),
            mark: mark.to_owned(),
            runs: vec![format!("codepipeline/{ACCOUNT}/{REGION}/{app}-dev/{mark}")],
            ..Things::default()
        };
        for attempt in 1..=3 {
            self.push(&mut things, attempt).await?;
        }
        let [withdrawn, .., build] = things.builds.as_slice() else {
            return Ok(things);
        };
        let asked = json!({"build": build, "to": "prod", "reason": format!("{mark} asks")});
        let promotion = self.post("/api/v1/promotions", &asked).await?;
        let reason = json!({"reason": format!("{mark} says so")});
        let withdraw = format!("/api/v1/builds/{withdrawn}/withdraw");
        self.post(&withdraw, &reason).await?;
        let held = json!({"environment": "prod", "app": app, "reason": format!("{mark} holds")});
        self.post("/api/v1/holds", &held).await?;
        things.promotions.push(text(&promotion["id"])?);
        Ok(things)
    }

    /// Registers a build in dev.
    async fn push(&self, things: &mut Things, attempt: u32) -> Result<(), Failed> {
        let Things { app, mark, .. } = &*things;
        let bytes = format!("{mark} {attempt}").into_bytes();
        let digest = Digest::of(&bytes);
        let file = json!({"name": format!("{mark}.apk"), "size": bytes.len(), "sha256": digest});
        let promise = json!({"files": [file], "environment": "dev", "attempt": attempt,
            "run": things.runs.first(), "version": format!("1.{attempt}-{mark}"),
            "revision": {"commit": "0a1b2c3d4e5f", "message": format!("{mark} once more")}});
        let uploads = format!("/api/v1/apps/{app}/uploads");
        let plan = self.post(&uploads, &promise).await?;
        let link = self.client.put(text(&plan["files"][0]["url"])?);
        link.body(bytes).send().await?.error_for_status()?;
        let upload = text(&plan["id"])?;
        let complete = format!("/api/v1/uploads/{upload}/complete");
        let built = self.post(&complete, &json!({})).await?;
        things.builds.push(text(&built["build"]["id"])?);
        things.digests.push(digest.to_string());
        things.uploads.push(upload);
        Ok(())
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        let request = self.client.post(format!("{}{path}", self.address));
        read(path, request.header(header::COOKIE, self.admin).json(body)).await
    }
}

async fn read(path: &str, request: RequestBuilder) -> Result<Value, Failed> {
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        return Err(Failed::Answer(format!("{path}: {status} {text}")));
    }
    serde_json::from_str(&text).map_err(|error| Failed::Answer(format!("{path}: {error}")))
}

fn text(value: &Value) -> Result<String, Failed> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| Failed::Answer(format!("{value} is no text")))
}

fn event(app: &str, mark: &str) -> Value {
    json!({
        "version": "0", "id": format!("{app}-{mark}"), "source": "aws.codepipeline", "account": ACCOUNT,
        "region": REGION, "resources": [], "time": "2026-11-21T03:00:00Z",
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "detail": {"pipeline": format!("{app}-dev"), "execution-id": mark, "state": "STARTED", "version": 1.0},
    })
}
