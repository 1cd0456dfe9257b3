//! Who somebody is: an issuer and a subject, whatever address they have and whichever groups they had before.

use std::cell::Cell;

use axum::http::{Method, Request, header};
use config::Config;
use domain::{
    Timestamp,
    audit::{AuditAction, AuditRecord},
    month::Month,
    page::Limit,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Answer, TestPortal, apk::apk, now};

use crate::{
    issuer::Issuer,
    sign_in::{cookie, through},
};

const HEAD: &str = r##"
[[apps]]
id = "wallet"
name = "Wallet"
[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"
[[environments]]
id = "prod"
name = "Production"
colour = "#c62828"
[[roles]]
role = "admin"
groups = ["admins"]
[[roles]]
role = "release-manager"
groups = ["leads"]
[[roles]]
role = "viewer"
groups = ["everyone"]
[[paths]]
[[paths.steps]]
environment = "dev"
[[paths.steps]]
environment = "prod"
"##;

thread_local! {
    static HOURS: Cell<i64> = const { Cell::new(0) };
}

/// The time of the test that runs in this thread.
fn clock() -> Timestamp {
    now() + SignedDuration::from_hours(HOURS.get())
}

/// People who sign in at an issuer, and a build in dev.
struct Team {
    issuer: Issuer,
    portal: TestPortal,
    build: String,
}

impl Team {
    async fn of(gates: &str) -> Self {
        let issuer = Issuer::start().await;
        let config = Config::parse(&format!("{HEAD}{gates}\n"), "towpath.toml");
        let config = config.unwrap_or_else(|problems| panic!("{problems}"));
        let builder = TestPortal::builder()
            .config(&config)
            .issuer(&issuer.address);
        let portal = builder.clock(clock).start().await;
        let build = portal.push_as_admin("dev").await;
        Self {
            issuer,
            portal,
            build,
        }
    }

    /// Signs somebody in whom the issuer calls `subject`, and who has that address now. The cookie.
    async fn signs_in(&self, subject: &str, address: &str, groups: &[&str]) -> String {
        self.issuer.says(
            json!({"sub": subject, "email": address, "email_verified": true, "groups": groups}),
        );
        let answer = through(&self.portal, &self.issuer, "/sign-in").await;
        cookie(&answer, "__Host-towpath").unwrap_or_else(|| panic!("{}", answer.text()))
    }

    async fn post(&self, cookie: &str, address: &str, body: &Value) -> Answer {
        let method = Method::POST;
        self.portal.ask(&method, address, Some(cookie), body).await
    }

    /// Asks for the build in prod. The promotion.
    async fn asks(&self, cookie: &str) -> Value {
        let request =
            json!({"build": self.build, "to": "prod", "reason": "the release of the week"});
        let asked = self.post(cookie, "/api/v1/promotions", &request).await;
        assert!(asked.status.is_success(), "{}", asked.text());
        asked.json()
    }

    /// The newest entries of the audit log of that kind.
    async fn noted(&self, action: AuditAction) -> Vec<AuditRecord> {
        // Some hours after the last hours of a month it is the next one.
        let mut months = vec![Month::of(now()), Month::of(clock())];
        months.dedup();
        let mut notes = Vec::new();
        for month in months {
            let log = self.portal.store.table.audit();
            let page = log.list(&month, Limit::default(), None).await.unwrap();
            notes.extend(page.items.into_iter().map(|entry| entry.readable().note));
        }
        notes.retain(|note| note.action == action);
        notes
    }

    async fn approves(&self, cookie: &str, promotion: &Value) -> Answer {
        let id = promotion["id"].as_str().unwrap();
        let address = format!("/api/v1/promotions/{id}/approve");
        let seen = json!({"digest": promotion["digest"]});
        self.post(cookie, &address, &seen).await
    }
}

#[tokio::test]
async fn whoever_changes_their_address_approves_no_request_of_their_own() {
    let team = Team::of("approvals = [{ groups = [\"leads\"] }]").await;
    let first = team.signs_in("s-1", "ada@example.com", &["leads"]).await;
    let made = json!({"label": "ci", "permit": {"may": ["promote", "view"]}, "hours": 1});
    let made = team.post(&first, "/api/v1/tokens", &made).await;
    let token = made.json()["bearer"].as_str().unwrap().to_owned();
    let promotion = team.asks(&first).await;
    assert_eq!(promotion["state"]["is"], "waiting");

    let second = team.signs_in("s-1", "ada+2@example.com", &["leads"]).await;
    let own = team.approves(&second, &promotion).await;
    let problem = own.problem(403);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("asks for a promotion"),
        "{problem}"
    );
    // It is hers under either address, and she has both sessions.
    let sessions = team
        .portal
        .get_as("/api/v1/sessions", Some(&second))
        .await
        .json();
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 2);
    let id = promotion["id"].as_str().unwrap();
    let cancel = format!("/api/v1/promotions/{id}/cancel");
    let canceled = team
        .post(&second, &cancel, &json!({"reason": "anew"}))
        .await;
    assert_eq!(canceled.json()["state"]["is"], "canceled");

    // Nor what a token of hers asks for, which she made under the address before.
    let request = json!({"build": team.build, "to": "prod", "reason": "the release of the week"});
    let asked = Request::post("/api/v1/promotions")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(request.to_string().into());
    let promotion = team.portal.send(asked.unwrap()).await.json();
    assert_eq!(promotion["state"]["is"], "waiting", "{promotion}");
    team.approves(&second, &promotion).await.problem(403);

    // Somebody else has that address now, and is somebody else.
    let other = team.signs_in("s-2", "ada@example.com", &["leads"]).await;
    let approved = team.approves(&other, &promotion).await.json();
    assert_eq!(approved["state"]["is"], "succeeded", "{approved}");
    let shown = &approved["approvals"][0]["by"];
    assert_eq!(shown["name"], "ada@example.com");
    assert_ne!(shown["person"], approved["requested_by"]["owner"]["person"]);
}

#[tokio::test]
async fn nobody_counts_twice_by_a_second_address() {
    let team = Team::of("approvals = [{ count = 2, groups = [\"leads\"] }]").await;
    let ada = team.signs_in("s-1", "ada@example.com", &["leads"]).await;
    let promotion = team.asks(&ada).await;
    let bob = team.signs_in("s-2", "bob@example.com", &["leads"]).await;
    let once = team.approves(&bob, &promotion).await.json();
    assert_eq!(once["state"]["is"], "waiting", "{once}");
    let again = team.signs_in("s-2", "bob+2@example.com", &["leads"]).await;
    team.approves(&again, &promotion).await.problem(409);
    let cy = team.signs_in("s-3", "bob@example.com", &["leads"]).await;
    let done = team.approves(&cy, &promotion).await.json();
    assert_eq!(done["state"]["is"], "succeeded", "{done}");
}

#[tokio::test]
async fn an_approval_counts_until_its_giver_signs_in_without_the_group() {
    let team = Team::of("approvals = [{ count = 2, groups = [\"leads\"] }]").await;
    let ada = team.signs_in("s-1", "ada@example.com", &["leads"]).await;
    let promotion = team.asks(&ada).await;
    let bob = team
        .signs_in("s-2", "bob@example.com", &["leads", "everyone"])
        .await;
    team.approves(&bob, &promotion).await.json();
    team.signs_in("s-2", "bob@example.com", &["everyone"]).await;
    let cy = team.signs_in("s-3", "cy@example.com", &["leads"]).await;
    let waits = team.approves(&cy, &promotion).await.json();
    assert_eq!(waits["state"]["is"], "waiting", "{waits}");
    let words = waits["gates"].to_string();
    assert!(
        words.contains("1 more given, which no longer counts"),
        "{words}"
    );

    // His session of before still carries the group, and his newest does not.
    team.approves(&bob, &promotion).await.problem(409);
    let di = team.signs_in("s-4", "di@example.com", &["leads"]).await;
    let done = team.approves(&di, &promotion).await.json();
    assert_eq!(done["state"]["is"], "succeeded", "{done}");
}

#[tokio::test]
async fn all_sessions_of_a_person_end_by_either_of_their_names() {
    let team = Team::of("").await;
    let (first, second) = (
        team.signs_in("s-1", "ada@example.com", &["everyone"]).await,
        team.signs_in("s-1", "ada+2@example.com", &["everyone"])
            .await,
    );
    let admin = team.portal.cookie("admins", now()).await;
    let end_all = |person: &str| json!({"person": person});
    let address = "/api/v1/sessions/end-all";
    let unknown = team
        .post(&admin, address, &end_all("eve@example.com"))
        .await;
    let problem = unknown.problem(404);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("eve@example.com"),
        "{problem}"
    );
    let me = team.portal.get_as("/api/v1/me", Some(&second)).await.json();
    let id = me["actor"]["person"].as_str().unwrap();
    for (person, ended) in [("Ada+2@example.com", 2), (id, 0)] {
        let answer = team.post(&admin, address, &end_all(person)).await;
        assert_eq!(answer.json()["ended"], ended, "{person}");
    }
    for cookie in [&first, &second] {
        let sessions = team.portal.get_as("/api/v1/sessions", Some(cookie)).await;
        // Their cookies open nothing once their use is noted, five minutes after they were given.
        assert!(
            sessions.json()["sessions"]
                .as_array()
                .is_none_or(Vec::is_empty)
        );
    }
}

#[tokio::test]
async fn a_promotion_that_waited_too_long_is_over_for_whoever_looks_and_can_be_asked_for_again() {
    let team = Team::of("expires_after = \"1h\"\napprovals = [{ groups = [\"leads\"] }]").await;
    let ada = team.signs_in("s-1", "ada@example.com", &["leads"]).await;
    let bob = team.signs_in("s-2", "bob@example.com", &["leads"]).await;
    let first = team.asks(&ada).await;
    HOURS.set(2);
    let late = team.approves(&bob, &first).await.problem(409);
    let detail = late["detail"].as_str().unwrap();
    assert!(
        detail.contains(" UTC: ask for the promotion again"),
        "{detail}"
    );
    let id = first["id"].as_str().unwrap();
    let seen = format!("/api/v1/promotions/{id}");
    let seen = team.portal.get_as(&seen, Some(&bob)).await.json();
    assert_eq!(seen["promotion"]["state"]["is"], "expired", "{seen}");

    let second = team.asks(&ada).await;
    assert_ne!(second["id"], first["id"]);
    HOURS.set(4);
    // Anyone who asks for another build is not told to wait for one that is over.
    let other = team
        .portal
        .push_as_admin_with("dev", &apk(b"another app"))
        .await;
    let request = json!({"build": other, "to": "prod", "reason": "a better one"});
    let third = team.post(&ada, "/api/v1/promotions", &request).await.json();
    assert_eq!(
        (&third["build"], &third["reason"]),
        (&json!(other), &json!("a better one"))
    );
    HOURS.set(6);
    let open = team
        .portal
        .get_as("/api/v1/promotions", Some(&bob))
        .await
        .json();
    assert_eq!(
        (&open["waiting_for_you"], &open["others"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(team.noted(AuditAction::PromotionExpired).await.len(), 3);
}

#[tokio::test]
async fn the_log_keeps_each_rule_and_who_of_those_asked_could_not_approve() {
    let rules = "approvals = [{ count = 1, groups = [\"leads\"] }, { groups = [\"admins\"] }]";
    let team = Team::of(rules).await;
    let ada = team.signs_in("s-1", "ada@example.com", &["leads"]).await;
    let promotion = team.asks(&ada).await;
    team.approves(&ada, &promotion).await.problem(403);
    let viewer = team.signs_in("s-2", "viv@example.com", &["everyone"]).await;
    team.approves(&viewer, &promotion).await.problem(403);

    let requested = team.noted(AuditAction::PromotionRequested).await;
    let details = &requested[0].details;
    assert_eq!(details["gate approvals 1"], "needs 1 approval from leads");
    assert_eq!(details["gate approvals 2"], "needs 1 approval from admins");
    assert_eq!(details["gate hold"], "no hold");
    let refused = team.noted(AuditAction::ApprovalRefused).await;
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].by.name, "ada@example.com");
    let why = &refused[0].details["refusal"];
    assert_eq!(
        why,
        "the person who asks for a promotion cannot approve or reject it"
    );
}

#[tokio::test]
async fn a_token_decides_on_no_promotion_and_says_so() {
    let team = Team::of("approvals = [{ groups = [\"leads\"] }]").await;
    let ada = team.signs_in("s-1", "ada@example.com", &["leads"]).await;
    let promotion = team.asks(&ada).await;
    let bob = team.signs_in("s-2", "bob@example.com", &["leads"]).await;
    let made = json!({"label": "ci", "permit": {"may": ["promote", "view"]}, "hours": 1});
    let made = team.post(&bob, "/api/v1/tokens", &made).await.json();
    let token = made["bearer"].as_str().unwrap();
    let id = promotion["id"].as_str().unwrap();
    for (verb, body) in [
        ("approve", json!({"digest": promotion["digest"]})),
        ("reject", json!({"reason": "not by a machine"})),
    ] {
        let asked = Request::post(format!("/api/v1/promotions/{id}/{verb}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string().into());
        let problem = team.portal.send(asked.unwrap()).await.problem(403);
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("no token does it for them"),
            "{verb}: {detail}"
        );
    }
    let open = team.approves(&bob, &promotion).await.json();
    assert_eq!(open["state"]["is"], "succeeded", "{open}");
}

#[tokio::test]
async fn a_promotion_waits_for_those_whose_rule_is_still_open() {
    let rules = "approvals = [{ groups = [\"leads\"] }, { groups = [\"admins\"] }]";
    let team = Team::of(rules).await;
    let ada = team.signs_in("s-1", "ada@example.com", &["leads"]).await;
    let bob = team.signs_in("s-2", "bob@example.com", &["leads"]).await;
    let cy = team.signs_in("s-3", "cy@example.com", &["leads"]).await;
    let admin = team.signs_in("s-4", "di@example.com", &["admins"]).await;
    let promotion = team.asks(&ada).await;
    let waiting = async |cookie: &str| {
        let open = team
            .portal
            .get_as("/api/v1/promotions", Some(cookie))
            .await
            .json();
        open["waiting_for_you"].as_array().unwrap().len()
    };
    let for_whom = [
        waiting(&ada).await,
        waiting(&bob).await,
        waiting(&cy).await,
        waiting(&admin).await,
    ];
    assert_eq!(for_whom, [0, 1, 1, 1]);
    team.approves(&bob, &promotion).await.json();
    assert_eq!([waiting(&cy).await, waiting(&admin).await], [0, 1]);
    let id = promotion["id"].as_str().unwrap();
    let seen = format!("/api/v1/promotions/{id}");
    let seen = team.portal.get_as(&seen, Some(&cy)).await.json();
    assert_eq!(seen["asked"], json!(["admins"]), "{seen}");
    let done = team.approves(&admin, &promotion).await.json();
    assert_eq!(done["state"]["is"], "succeeded", "{done}");
}

#[tokio::test]
async fn a_promotion_names_who_can_still_approve_it_and_tells_the_others_why_they_cannot() {
    let rules =
        "approvals = [{ count = 2, groups = [\"leads\"] }, { groups = [\"qa\", \"everyone\"] }]";
    let team = Team::of(rules).await;
    let ada = team.signs_in("s-1", "ada@example.com", &["leads"]).await;
    let bob = team.signs_in("s-2", "bob@example.com", &["leads"]).await;
    let cyd = team.signs_in("s-3", "cyd@example.com", &["leads"]).await;
    let lea = team.signs_in("s-4", "lea@example.com", &["admins"]).await;
    let eve = team.signs_in("s-5", "eve@example.com", &["everyone"]).await;
    // Of a group that is asked, but with no role: there is nothing that they may see.
    team.signs_in("s-6", "quinn@example.com", &["qa"]).await;
    let promotion = team.asks(&ada).await;
    let id = promotion["id"].as_str().unwrap();
    let api = format!("/api/v1/promotions/{id}");
    let seen = async |cookie: &str| team.portal.get_as(&api, Some(cookie)).await.json();
    let names = |view: &Value| view["approvers"]["names"].clone();
    let why = |view: &Value| {
        view["cannot_approve"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };

    let view = seen(&ada).await;
    let everybody = json!(["bob@example.com", "cyd@example.com", "eve@example.com"]);
    assert_eq!(names(&view), everybody);
    assert!(
        why(&view).starts_with("the person who asks for a promotion cannot approve"),
        "{view}"
    );
    let view = seen(&lea).await;
    assert_eq!(names(&view), everybody);
    assert!(why(&view).contains("no role does it for them"), "{view}");
    let view = seen(&bob).await;
    assert_eq!(names(&view), json!(["cyd@example.com", "eve@example.com"]));
    assert_eq!(view.get("cannot_approve"), None);
    assert_eq!(seen(&eve).await.get("cannot_approve"), None);

    for cookie in [&bob, &eve] {
        assert!(team.approves(cookie, &promotion).await.status.is_success());
    }
    let view = seen(&bob).await;
    assert_eq!(view["asked"], json!(["leads"]));
    assert_eq!(names(&view), json!(["cyd@example.com"]));
    assert!(
        why(&view).starts_with("you have approved this promotion already"),
        "{view}"
    );
    let page = format!("/promotions/{id}");
    let page = async |cookie: &str| team.portal.get_as(&page, Some(cookie)).await.text();
    let text = page(&ada).await;
    assert!(text.contains("Can approve: cyd@example.com."), "{text}");
    assert!(
        text.contains("You cannot approve this promotion. The person who asks"),
        "{text}"
    );
    let text = page(&cyd).await;
    assert!(text.contains("only you can approve"), "{text}");
    assert!(!text.contains("You cannot approve"), "{text}");
}
