//! People who signed in.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use domain::{Timestamp, id::SessionId};
use identity::sign_in::{GivenSecret, Identity, Session, Settings, SignIn};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    apk::apk,
    people::{ISSUER, person_id},
    portal::TestPortal,
};

/// What sessions are sealed with.
pub const SECRET: &str = "a secret of the tests, long enough to seal with";

/// Sign-in with an issuer at that address, and those secrets.
pub fn sign_in(issuer: &str, secret: &Value) -> SignIn {
    let settings = Settings {
        issuer: issuer.to_owned(),
        client_id: "towpath".to_owned(),
        subject_claim: "sub".to_owned(),
        endpoint: None,
        idle: SignedDuration::from_hours(8),
    };
    SignIn::new(settings, Arc::new(GivenSecret(secret.to_string())))
}

impl TestPortal {
    /// The cookie of a member of that group, who came in at that time.
    pub async fn cookie(&self, group: &str, began: Timestamp) -> String {
        self.browser(group, began, None).await.0
    }

    /// The same with a browser that calls itself something, and the session's identifier.
    pub async fn browser(
        &self,
        group: &str,
        began: Timestamp,
        user_agent: Option<&str>,
    ) -> (String, SessionId) {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let id: SessionId = format!("01KAF{count:021}").parse().unwrap();
        let name = format!("{group}@example.com");
        let groups = vec![group.to_owned()];
        let session = Session::of(id.clone(), person_id(&name), &name, groups, began);
        let identity = Identity {
            issuer: ISSUER.to_owned(),
            subject: name.clone(),
        };
        let address = Some("192.0.2.7");
        let registered = self
            .portal
            .sessions()
            .begin(&session, &identity, address, user_agent);
        registered.await.unwrap();
        let sealed = self.sign_in().seal_session(&session, &[7; 32], began).await;
        // Over plain HTTP, where a portal has no public address, no cookie may have the prefix.
        let secure = self.portal.public_url().is_some();
        let name = if secure { "__Host-towpath" } else { "towpath" };
        (format!("{name}={}", sealed.unwrap()), id)
    }

    /// Uploads and registers a build of wallet as an administrator. Its identifier.
    pub async fn push_as_admin(&self, environment: &str) -> String {
        self.push_as_admin_with(environment, &apk(b"an app")).await
    }

    /// The same, of these bytes.
    pub async fn push_as_admin_with(&self, environment: &str, bytes: &[u8]) -> String {
        let cookie = self.cookie("admins", self.now()).await;
        let (build, files) = (json!({"environment": environment}), [("app.apk", bytes)]);
        let upload = self.upload("wallet", Some(&cookie), build, &files).await;
        self.complete(&upload, Some(&cookie)).await
    }
}
