//! A release manager's day, by the portal's own API: a promotion that succeeds, one that is refused, one that waits for
//! somebody else, a hold, a build that is taken back, and a link for somebody without an account.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{error::DemoError, portal::Api};

/// How long the pipeline of a promotion may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Does it all. `progress` hears one line for each action.
pub async fn day(api: &Api, progress: &(dyn Fn(String) + Sync)) -> Result<(), DemoError> {
    let tested = current(api, "appium", "preprod").await?;
    let asked = promote(api, &tested, "prod", "Tested on four phones").await?;
    expect(&asked, 201, "a promotion to prod")?;
    let done = over(api, &asked.1["id"]).await?;
    progress(told("appium", "prod", &(asked.0, done)));

    let held = json!({
        "environment": "prod", "app": "apidemos", "reason": "The store reviews the new screenshots",
    });
    let held = api.post("/api/v1/holds", &held).await?;
    expect(&held, 200, "a hold on prod")?;
    progress("apidemos prod     held      The store reviews the new screenshots".to_owned());

    let ready = current(api, "apidemos", "preprod").await?;
    let refused = promote(api, &ready, "prod", "For the fair on Monday").await?;
    expect(&refused, 409, "a promotion to a frozen environment")?;
    progress(told("apidemos", "prod", &refused));

    let newest = current(api, "apidemos", "dev").await?;
    let waiting = promote(api, &newest, "preprod", "Notes for the camera demos").await?;
    expect(&waiting, 201, "a promotion to preprod")?;
    progress(told("apidemos", "preprod", &waiting));

    let reason = "The camera demo asks twice for the permission";
    let earlier = earlier(api, "apidemos", "dev").await?;
    let path = format!("/api/v1/builds/{earlier}/withdraw");
    let withdrawn = api.post(&path, &json!({ "reason": reason })).await?;
    expect(&withdrawn, 200, "withdrawing a build")?;
    progress(format!("apidemos dev      withdrawn {reason}"));

    let link = json!({
        "to": { "kind": "newest", "app": "apidemos", "environment": "dev" }, "hours": 7 * 24, "limit": 20,
    });
    let shared = api.post("/api/v1/links", &link).await?;
    expect(&shared, 201, "a share link")?;
    let address = shared.1["address"].as_str().unwrap_or_default();
    progress(format!("apidemos dev      shared    {address}"));
    Ok(())
}

/// Brings the first builds of both apps to where people would use them, past the gates that would take days.
pub async fn first_releases(
    api: &Api,
    progress: &(dyn Fn(String) + Sync),
) -> Result<(), DemoError> {
    // What goes on by itself would be in the way.
    let open = api.get("/api/v1/promotions").await?;
    for promotion in open["others"].as_array().into_iter().flatten() {
        let id = promotion["id"].as_str().unwrap_or_default();
        let path = format!("/api/v1/promotions/{id}/cancel");
        let reason = json!({ "reason": "An earlier build goes first" });
        let canceled = api.post(&path, &reason).await?;
        expect(&canceled, 200, "taking a promotion back")?;
    }
    for (app, number, to, gate) in [
        ("appium", 1, "preprod", "soak"),
        ("appium", 2, "preprod", "soak"),
        ("appium", 2, "prod", ""),
        ("appium", 3, "preprod", "soak"),
        ("apidemos", 1, "preprod", "approvals"),
        ("apidemos", 1, "prod", "freeze"),
        ("apidemos", 2, "preprod", "approvals"),
    ] {
        let build = build(api, app, number).await?;
        let mut request =
            json!({ "build": build, "to": to, "reason": "The first of its kind there" });
        if !gate.is_empty() {
            request["bypass"] =
                json!({ "gates": [gate], "reason": "The demonstration cannot wait" });
        }
        let asked = api.post("/api/v1/promotions", &request).await?;
        expect(&asked, 201, "the first promotions")?;
        let done = over(api, &asked.1["id"]).await?;
        progress(told(app, to, &(asked.0, done)));
    }
    Ok(())
}

/// An app's build of that number.
async fn build(api: &Api, app: &str, number: u64) -> Result<Value, DemoError> {
    let builds = api.get(&format!("/api/v1/apps/{app}/builds")).await?;
    let mut builds = builds["items"].as_array().into_iter().flatten();
    let found = builds.find(|build| build["number"] == number);
    Ok(found.map(|build| build["id"].clone()).unwrap_or_default())
}

async fn current(api: &Api, app: &str, environment: &str) -> Result<Value, DemoError> {
    let path = format!("/api/v1/apps/{app}/environments/{environment}");
    let view = api.get(&path).await?;
    Ok(view["current"]["release"]["build"].clone())
}

/// The newest build that an environment no longer serves.
async fn earlier(api: &Api, app: &str, environment: &str) -> Result<String, DemoError> {
    let path = format!("/api/v1/apps/{app}/environments/{environment}");
    let view = api.get(&path).await?;
    let build = view["earlier"][0]["build"].as_str();
    Ok(build.unwrap_or_default().to_owned())
}

async fn promote(
    api: &Api,
    build: &Value,
    to: &str,
    reason: &str,
) -> Result<(u16, Value), DemoError> {
    let request = json!({ "build": build, "to": to, "reason": reason });
    api.post("/api/v1/promotions", &request).await
}

/// A promotion, once it is over.
async fn over(api: &Api, id: &Value) -> Result<Value, DemoError> {
    let path = format!("/api/v1/promotions/{}", id.as_str().unwrap_or_default());
    let over = async {
        loop {
            let promotion = api.get(&path).await?["promotion"].clone();
            let state = promotion["state"]["is"].as_str().unwrap_or_default();
            if !["waiting", "starting", "running"].contains(&state) {
                return Ok(promotion);
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE, over).await.unwrap_or_else(|_| {
        Err(DemoError::TooLong {
            pipeline: crate::pipelines::RELEASING.to_owned(),
            patience: PATIENCE,
        })
    })
}

fn expect((status, answer): &(u16, Value), wanted: u16, what: &str) -> Result<(), DemoError> {
    if *status == wanted {
        return Ok(());
    }
    Err(DemoError::Unexpected {
        what: what.to_owned(),
        status: *status,
        detail: answer["detail"].as_str().unwrap_or_default().to_owned(),
    })
}

/// What became of a request, and why.
fn told(app: &str, to: &str, (_, answer): &(u16, Value)) -> String {
    let place = format!("{app} {to}");
    let words = |of: &Value, member: &str| {
        let each = of.as_array().into_iter().flatten();
        let words: Vec<&str> = each.filter_map(|one| one[member].as_str()).collect();
        words.join("; ")
    };
    match answer["state"]["is"].as_str() {
        None => format!(
            "{place:<17} {:<9} {}",
            "refused",
            words(&answer["refusals"], "what")
        ),
        Some("waiting") => format!(
            "{place:<17} {:<9} {}",
            "waiting",
            words(&answer["gates"], "words")
        ),
        Some(state) => format!(
            "{place:<17} {state:<9} {}",
            answer["reason"].as_str().unwrap_or_default()
        ),
    }
}
