//! A portal that people sign in to, and people who did.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::{Timestamp, id::SessionId};
use jiff::SignedDuration;
use portal::{
    http::{Door, Front, router},
    sign_in::{GivenSecret, Session, Settings, SignIn},
};
use serde_json::{Value, json};

use crate::site::{Answer, Site, front, now, promise, put};

pub(crate) const SECRET: &str = "a secret of the tests, long enough to seal with";

/// A portal behind a sign-in.
pub(crate) struct SignedIn {
    pub(crate) site: Site,
    pub(crate) door: SignIn,
}

/// A way in whose issuer is at that address.
pub(crate) fn door(issuer: &str, secret: &Value) -> SignIn {
    let settings = Settings {
        issuer: issuer.to_owned(),
        client_id: "towpath".to_owned(),
        endpoint: None,
        idle: SignedDuration::from_hours(8),
    };
    SignIn::new(settings, Arc::new(GivenSecret(secret.to_string())))
}

impl SignedIn {
    /// One whose issuer nobody asks: whoever is in came in before.
    pub(crate) async fn new() -> Self {
        Self::through(
            door("https://issuer.example", &json!({"current": SECRET})),
            now,
        )
        .await
    }

    pub(crate) async fn through(door: SignIn, clock: fn() -> Timestamp) -> Self {
        Self::to(Site::new().await, door, clock)
    }

    /// The same in front of any portal.
    pub(crate) fn to(mut site: Site, door: SignIn, clock: fn() -> Timestamp) -> Self {
        site.router = router(Front {
            door: Door::SignIn(door.clone()),
            clock,
            ..front(&site.world)
        });
        Self { site, door }
    }

    /// The cookie of a member of that group, who came in at that time.
    pub(crate) async fn cookie(&self, group: &str, began: Timestamp) -> String {
        self.browser(group, began, None).await.0
    }

    /// The same with a browser that calls itself something, and the session's identity.
    pub(crate) async fn browser(
        &self,
        group: &str,
        began: Timestamp,
        user_agent: Option<&str>,
    ) -> (String, SessionId) {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let id: SessionId = format!("01KAF{count:021}").parse().unwrap();
        let name = format!("{group}@example.com");
        let session = Session::of(id.clone(), name, vec![group.to_owned()], began);
        let portal = &self.site.world.portal;
        let address = Some("192.0.2.7");
        let registered = portal.begin_session(&session, address, user_agent);
        registered.await.unwrap();
        let sealed = self.door.seal_session(&session, &[7; 32], began).await;
        (format!("__Host-towpath={}", sealed.unwrap()), id)
    }

    /// What a request answers to whoever has that cookie.
    pub(crate) async fn ask(
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
            // What a page's form sends.
            Value::String(form) => ("application/x-www-form-urlencoded", form.clone().into()),
            body => ("application/json", body.to_string().into()),
        };
        let request = request.header(header::CONTENT_TYPE, kind);
        self.site.send(request.body(body).unwrap()).await
    }

    /// Uploads and registers a build of `wallet` as an administrator. Its identity.
    pub(crate) async fn push(&self, environment: &str) -> String {
        let cookie = self.cookie("admins", now()).await;
        let asked = async |address: &str, body: &Value| {
            let answer = self.ask(&Method::POST, address, Some(&cookie), body).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            answer.json()
        };
        let promised =
            json!({"files": [promise("app.apk", b"an app")], "environment": environment});
        let plan = asked("/api/v1/apps/wallet/uploads", &promised).await;
        put(plan["files"][0]["url"].as_str().unwrap(), b"an app").await;
        let complete = format!("/api/v1/uploads/{}/complete", plan["id"].as_str().unwrap());
        let built = asked(&complete, &json!({})).await;
        built["build"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, address: &str, cookie: Option<&str>) -> Answer {
        self.ask(&Method::GET, address, cookie, &Value::Null).await
    }
}
