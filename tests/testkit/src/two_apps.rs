//! A portal with two apps that have everything, somebody who may do all with the one and nothing with the other, and somebody
//! who may do all with both.

use axum::http::Method;
use config::Config;
use domain::digest::Digest;
use serde_json::{Value, json};

use crate::{
    apk::apk,
    builder::Builder,
    client::{event, run},
    portal::TestPortal,
};

/// The portal, and what there is of each app.
pub struct TwoApps {
    /// The portal.
    pub portal: TestPortal,
    /// What there is of the wallet in dev, where the group `owners` may do everything.
    pub mine: Things,
    /// What there is of the quarry in prod, where it may do nothing.
    pub theirs: Things,
    /// The cookie of one of the owners.
    pub owner: String,
    /// The cookie of who may do everything.
    pub admin: String,
}

/// Identifiers of one app's things.
#[derive(Default)]
pub struct Things {
    /// The app.
    pub app: String,
    /// The environment that it is all in.
    pub environment: String,
    /// A word in everything that was said of it.
    pub mark: String,
    /// A build that is current in the environment.
    pub build: String,
    /// The digest of its file.
    pub digest: String,
    /// A build that was withdrawn.
    pub withdrawn: String,
    /// Every build.
    pub builds: Vec<String>,
    /// A promotion that waits.
    pub promotion: String,
    /// The digest that it is of.
    pub promoted: String,
    /// A run.
    pub run: String,
    /// An upload that is not complete.
    pub upload: String,
    /// Where a page of its builds starts.
    pub cursor: String,
    /// A token.
    pub token: String,
    /// A share link, and its secret part.
    pub link: (String, String),
    /// A session.
    pub session: String,
}

impl Things {
    /// What nobody without rights may read.
    pub fn marks(&self) -> Vec<&str> {
        let builds = self.builds.iter().map(String::as_str);
        let others = [
            &self.app,
            &self.mark,
            &self.digest,
            &self.promotion,
            &self.upload,
            &self.token,
            &self.link.0,
            &self.link.1,
        ];
        builds.chain(others.map(String::as_str)).collect()
    }
}

impl TwoApps {
    /// Its configuration: two apps, `owners`, `admins` and `leads`, and each role to the group of its name.
    pub fn config() -> Config {
        Config::parse(include_str!("two_apps.toml"), "towpath.toml").unwrap()
    }

    /// A portal that people sign in to.
    pub async fn new() -> Self {
        Self::of(TestPortal::builder().oidc(), true).await
    }

    /// Another portal with that configuration, where nobody has made a share link.
    pub async fn without_links(builder: Builder) -> Self {
        Self::of(builder, false).await
    }

    async fn of(builder: Builder, links: bool) -> Self {
        let portal = builder.config(&Self::config()).start().await;
        let (owner, admin) = (
            portal.cookie("owners", portal.now()).await,
            portal.cookie("admins", portal.now()).await,
        );
        let mine = Bringer {
            portal: &portal,
            admin: &admin,
            owner: &owner,
            group: "owners",
            links,
        };
        let theirs = Bringer {
            owner: &admin,
            group: "admins",
            ..mine
        };
        Self {
            mine: mine.bring("wallet", "dev", "ferry").await,
            theirs: theirs.bring("quarry", "prod", "granite").await,
            portal,
            owner,
            admin,
        }
    }

    /// Everything in the table and the names of all objects, to be compared; but not the audit log, where a refused
    /// promotion is noted.
    pub async fn dump(&self) -> Value {
        let items = self.portal.items().await;
        assert!(items.len() > 20);
        let mut items: Vec<String> = items.iter().map(Value::to_string).collect();
        items.retain(|item| !item.contains("\"pk\":{\"S\":\"AUDIT"));
        items.sort();
        json!({"items": items, "objects": self.portal.keys().await})
    }
}

/// Who brings an app's things in, through the API as anyone would.
#[derive(Clone, Copy)]
struct Bringer<'a> {
    portal: &'a TestPortal,
    admin: &'a str,
    owner: &'a str,
    group: &'a str,
    links: bool,
}

impl Bringer<'_> {
    async fn post(&self, cookie: &str, address: &str, body: &Value) -> Value {
        let asked = self.portal.ask(&Method::POST, address, Some(cookie), body);
        let answer = asked.await;
        assert!(answer.status.is_success(), "{address}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// Uploads a build. The upload's identifier.
    async fn upload(
        &self,
        cookie: &str,
        things: &Things,
        attempt: u32,
        to: Option<&str>,
    ) -> String {
        let mark = &things.mark;
        let build = json!({"environment": to, "attempt": attempt, "run": things.run,
            "version": format!("1.{attempt}-{mark}"),
            "revision": {"commit": "0a1b2c3d4e5f", "message": format!("{mark} once more")}});
        let (name, bytes) = (format!("{mark}.apk"), bytes(mark, attempt));
        let files = [(name.as_str(), bytes.as_slice())];
        let cookie = Some(cookie);
        self.portal.upload(&things.app, cookie, build, &files).await
    }

    /// Uploads and registers one, and releases it in lab. The build's identifier.
    async fn push(&self, things: &Things, attempt: u32) -> String {
        let upload = self.upload(self.admin, things, attempt, Some("lab")).await;
        self.portal.complete(&upload, Some(self.admin)).await
    }

    /// The same, and takes it along the path to where all of the app's things are, past the approvals.
    async fn release(&self, things: &Things, attempt: u32) -> String {
        let build = self.push(things, attempt).await;
        let mark = &things.mark;
        for to in ["dev", "prod"] {
            let asked = json!({"build": build, "to": to, "reason": format!("{mark} asks"),
                "bypass": {"gates": ["approvals"], "reason": format!("{mark} hurries")}});
            let promoted = self.post(self.admin, "/api/v1/promotions", &asked).await;
            assert_eq!(promoted["state"]["is"], "succeeded", "{promoted}");
            if to == things.environment {
                break;
            }
        }
        build
    }

    /// Builds that were released, moved, withdrawn and are on their way; a hold; a run; a page's cursor.
    async fn bring(self, app: &str, environment: &str, mark: &str) -> Things {
        let Self { portal, admin, .. } = self;
        let pipeline = format!("{app}-dev");
        let mut things = Things {
            app: app.to_owned(),
            environment: environment.to_owned(),
            mark: mark.to_owned(),
            run: run(&pipeline, mark),
            digest: Digest::of(&bytes(mark, 4)).to_string(),
            promoted: Digest::of(&bytes(mark, 1)).to_string(),
            ..Things::default()
        };
        let started = event(&pipeline, mark, "STARTED", 1);
        portal.receive(&started, portal.now()).await;

        let promotions = "/api/v1/promotions";
        let waiting = self.push(&things, 1).await;
        things.withdrawn = self.release(&things, 2).await;
        let address = format!("/api/v1/builds/{}/withdraw", things.withdrawn);
        let reason = json!({"reason": format!("{mark} says so")});
        self.post(admin, &address, &reason).await;

        let before = self.release(&things, 3).await;
        things.build = self.release(&things, 4).await;
        things.upload = self.upload(self.owner, &things, 5, None).await;
        let asked = json!({"build": waiting, "to": "dev", "reason": format!("{mark} asks")});
        // Somebody else asks, since the caller may not approve.
        let lead = portal.cookie("leads", portal.now()).await;
        things.promotion = text(&self.post(&lead, promotions, &asked).await["id"]);
        // Lab goes on to a newer one, and another may still go there.
        let newest = self.push(&things, 6).await;
        let ready = self.upload(admin, &things, 7, None).await;
        let ready = portal.complete(&ready, Some(admin)).await;
        things.builds = vec![
            waiting,
            things.withdrawn.clone(),
            before,
            things.build.clone(),
            newest,
            ready,
        ];
        if environment == "dev" {
            let on = json!({"build": things.build, "to": "prod", "reason": format!("{mark} asks")});
            self.post(admin, promotions, &on).await;
        }
        if self.links {
            let to = json!({"kind": "newest", "app": app, "environment": environment});
            let link = json!({"to": to, "hours": 24});
            let link = self.post(self.owner, "/api/v1/links", &link).await;
            let secret = text(&link["address"]);
            let secret = secret.rsplit('/').next().unwrap().to_owned();
            things.link = (text(&link["link"]["id"]), secret);
        }
        let token = json!({"label": mark, "permit": {"may": ["view"]}, "hours": 1});
        let token = self.post(self.owner, "/api/v1/tokens", &token).await;
        things.token = text(&token["token"]["id"]);
        // Another session of theirs than the one that asks.
        let other = portal.browser(self.group, portal.now(), None).await;
        things.session = other.1.to_string();
        let hold =
            json!({"environment": environment, "app": app, "reason": format!("{mark} holds")});
        self.post(admin, "/api/v1/holds", &hold).await;
        let page = format!("/api/v1/apps/{app}/builds?limit=1");
        let page = portal.get_as(&page, Some(admin)).await.json();
        things.cursor = text(&page["next"]);
        things
    }
}

fn bytes(mark: &str, attempt: u32) -> Vec<u8> {
    apk(format!("{mark} {attempt}").as_bytes())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
