//! A portal that people sign in to, and people who did.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::Timestamp;
use jiff::SignedDuration;
use portal::{
    http::{Door, Front, router},
    sign_in::{GivenSecret, Session, Settings, SignIn},
};
use serde_json::{Value, json};

use crate::site::{Answer, Site, front, now};

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
        let mut site = Site::new().await;
        site.router = router(Front {
            door: Door::SignIn(door.clone()),
            clock,
            ..front(&site.world)
        });
        Self { site, door }
    }

    /// The cookie of a member of that group, who came in at that time.
    pub(crate) async fn cookie(&self, group: &str, began: Timestamp) -> String {
        let name = format!("{group}@example.com");
        let session = Session::of(name, vec![group.to_owned()], began);
        let sealed = self.door.seal_session(&session, &[7; 32], began).await;
        format!("__Host-towpath={}", sealed.unwrap())
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

    pub(crate) async fn get(&self, address: &str, cookie: Option<&str>) -> Answer {
        self.ask(&Method::GET, address, cookie, &Value::Null).await
    }
}
