//! A portal with two apps that have everything, someone who may do all with the one and nothing with the other, and
//! someone who may do all with both.

use std::collections::BTreeMap;

use axum::http::Method;
use domain::{actor::Actor, digest::Digest};
use portal::config::Config;
use serde_json::{Value, json};

use crate::{
    patterns::Kind,
    signed_in::{SECRET, SignedIn, door},
    site::{Answer, Site, event, now, promise, put, run},
    world::World,
};

const TOWPATH: &str = include_str!("two_apps.toml");

/// Part of whatever is said of the other app, beside its identifiers.
pub(crate) const MARK: &str = "granite";

/// What there is of one app.
pub(crate) struct Things {
    pub(crate) known: BTreeMap<Kind, String>,
    /// Identifiers that nobody without rights may read.
    pub(crate) marks: Vec<String>,
}

pub(crate) struct TwoApps {
    pub(crate) portal: SignedIn,
    /// The app and the environment in which the boatman may do everything.
    pub(crate) mine: Things,
    /// Those in which he may do nothing.
    pub(crate) theirs: Things,
    pub(crate) boatman: String,
    pub(crate) admin: String,
}

/// Its configuration.
pub(crate) fn config() -> Config {
    Config::parse(TOWPATH, "towpath.toml").unwrap()
}

impl TwoApps {
    pub(crate) async fn new() -> Self {
        let config = config();
        let site = Site::of(World::of(config.catalog(), config.grants()).await);
        let door = door("https://issuer.example", &json!({"current": SECRET}));
        let portal = SignedIn::to(site, door, now);
        let (boatman, admin) = (
            portal.cookie("boatmen", now()).await,
            portal.cookie("admins", now()).await,
        );
        let mine = things(
            &portal, &admin, &boatman, "boatmen", "wallet", "dev", "ferry",
        )
        .await;
        let theirs = things(&portal, &admin, &admin, "admins", "quarry", "prod", MARK).await;
        Self {
            portal,
            mine,
            theirs,
            boatman,
            admin,
        }
    }

    /// Everything in the table and the names of all objects, to be compared; but not the audit log, where a refused
    /// promotion is noted.
    pub(crate) async fn dump(&self) -> Value {
        let world = &self.portal.site.world;
        let request = reqwest::Client::new()
            .post(world.dynamodb.as_ref().unwrap().endpoint())
            .header("x-amz-target", "DynamoDB_20120810.Scan")
            .header("content-type", "application/x-amz-json-1.0")
            .body(json!({"TableName": "towpath"}).to_string());
        let scanned = request.send().await.unwrap().text().await.unwrap();
        let scanned: Value = serde_json::from_str(&scanned).unwrap();
        assert!(
            scanned["Items"].as_array().unwrap().len() > 20
                && scanned["LastEvaluatedKey"].is_null()
        );
        let mut items: Vec<String> = scanned["Items"]
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect();
        items.retain(|item| !item.contains("\"pk\":{\"S\":\"AUDIT"));
        items.sort();
        json!({"items": items, "objects": world.keys().await})
    }
}

async fn sent(portal: &SignedIn, cookie: &str, address: &str, body: &Value) -> Answer {
    let answer = portal.ask(&Method::POST, address, Some(cookie), body).await;
    assert!(answer.status.is_success(), "{address}: {}", answer.text());
    answer
}

/// Promises and uploads a build; and registers it, if it is to be.
async fn pushed(
    portal: &SignedIn,
    cookie: &str,
    app: &str,
    promised: &Value,
    bytes: &[u8],
    complete: bool,
) -> (String, String) {
    let plan = sent(
        portal,
        cookie,
        &format!("/api/v1/apps/{app}/uploads"),
        promised,
    )
    .await
    .json();
    put(plan["files"][0]["url"].as_str().unwrap(), bytes).await;
    let id = plan["id"].as_str().unwrap().to_owned();
    if !complete {
        return (id, String::new());
    }
    let built = sent(
        portal,
        cookie,
        &format!("/api/v1/uploads/{id}/complete"),
        &json!({}),
    )
    .await
    .json();
    (id, built["build"]["id"].as_str().unwrap().to_owned())
}

/// Builds that were released, moved, withdrawn and are on their way; a hold; a run; a page's cursor.
async fn things(
    portal: &SignedIn,
    admin: &str,
    owner: &str,
    group: &str,
    app: &str,
    environment: &str,
    mark: &str,
) -> Things {
    let delivery = event(&format!("{app}-dev"), mark, "STARTED", 1).to_string();
    let actor = Actor::portal();
    let told = portal
        .site
        .world
        .portal
        .receive(&actor, delivery.as_bytes(), now());
    told.await.unwrap();
    let bytes = |attempt: u32| format!("{mark} {attempt}").into_bytes();
    let push = async |attempt: u32, to: Value, complete: bool| {
        let promised = json!({"files": [promise(&format!("{mark}.apk"), &bytes(attempt))], "environment": to,
            "attempt": attempt, "run": run(&format!("{app}-dev"), mark), "version": format!("1.{attempt}-{mark}"),
            "revision": {"commit": "0a1b2c3d4e5f", "message": format!("{mark} once more")}});
        pushed(portal, admin, app, &promised, &bytes(attempt), complete).await
    };
    let reason = json!({"reason": format!("{mark} says so")});
    let waiting = push(1, json!("lab"), true).await.1;
    let asked = json!({"build": waiting, "to": "dev", "reason": format!("{mark} asks")});
    // Somebody else asks, since whoever asks may not approve.
    let lead = portal.cookie("leads", now()).await;
    let promotion = sent(portal, &lead, "/api/v1/promotions", &asked)
        .await
        .json();
    let withdrawn = push(2, json!(environment), true).await.1;
    sent(
        portal,
        admin,
        &format!("/api/v1/builds/{withdrawn}/withdraw"),
        &reason,
    )
    .await;
    let before = push(3, json!(environment), true).await.1;
    let build = push(4, json!(environment), true).await.1;
    let upload = push(5, json!(environment), false).await.0;
    if environment == "dev" {
        let asked = json!({"build": build, "to": "prod", "reason": format!("{mark} asks")});
        sent(portal, admin, "/api/v1/promotions", &asked).await;
    }
    let wanted =
        json!({"to": {"kind": "newest", "app": app, "environment": environment}, "hours": 24});
    let made = sent(portal, owner, "/api/v1/links", &wanted).await.json();
    let link = made["link"]["id"].as_str().unwrap();
    let share = made["address"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap();
    let token = json!({"label": mark, "permit": {"may": ["view"]}, "hours": 1});
    let token = sent(portal, owner, "/api/v1/tokens", &token).await.json();
    let token = token["token"]["id"].as_str().unwrap();
    // Another session of theirs than the one that asks.
    let (_, session) = portal.browser(group, now(), None).await;
    let held = json!({"environment": environment, "app": app, "reason": format!("{mark} holds")});
    sent(portal, admin, "/api/v1/holds", &held).await;
    let cursor = portal
        .get(&format!("/api/v1/apps/{app}/builds?limit=1"), Some(admin))
        .await
        .json();
    let (digest, promotion) = (
        Digest::of(&bytes(4)).to_string(),
        promotion["id"].as_str().unwrap(),
    );
    let known = [
        (Kind::App, app),
        (Kind::Environment, environment),
        (Kind::Build, &build),
        (Kind::Withdrawn, &withdrawn),
        (Kind::Digest, &digest),
        (Kind::Promoted, &Digest::of(&bytes(1)).to_string()),
        (Kind::Run, &run(&format!("{app}-dev"), mark)),
        (Kind::Promotion, promotion),
        (Kind::Upload, &upload),
        (Kind::Cursor, cursor["next"].as_str().unwrap()),
        (Kind::Asset, frontend::site::stylesheet_name()),
        (Kind::Token, token),
        (Kind::Link, link),
        (Kind::Session, session.as_ref()),
        (Kind::Share, share),
    ];
    let marks = [&waiting, &withdrawn, &before, &build, &upload, &digest].map(String::clone);
    Things {
        known: known.map(|(kind, value)| (kind, value.to_owned())).into(),
        marks: marks
            .into_iter()
            .chain([app, promotion, mark, link, share, token].map(str::to_owned))
            .collect(),
    }
}
