//! API tokens: who may make which, and when they end.

use api::tokens::TokenRequest;
use domain::{
    access::{Permission, Permit, Scope},
    actor::Actor,
    audit::AuditAction,
    month::Month,
    view::{MadeToken, TokenStanding},
};
use portal::{Error, tokens::MOST};
use serde_json::json;
use testkit::{TestPortal, at, dev, me, member, preprod, wallet};

fn person(group: &str) -> Actor {
    member(format!("{group}@example.com"), vec![group.to_owned()])
}

fn request(label: &str, may: Permission) -> TokenRequest {
    TokenRequest {
        label: label.parse().unwrap(),
        permit: Permit {
            may: vec![may],
            apps: Scope::Only(vec![wallet()]),
            environments: Scope::Only(vec![dev()]),
        },
        hours: 24,
    }
}

async fn made(world: &TestPortal, owner: &Actor, label: &str) -> MadeToken {
    let request = request(label, Permission::View);
    let made = world
        .portal
        .tokens()
        .make(owner, request, at("03:00:00"))
        .await;
    made.unwrap()
}

/// Why a token is not made.
async fn refused(world: &TestPortal, owner: &Actor, request: TokenRequest) -> (String, String) {
    match world
        .portal
        .tokens()
        .make(owner, request, at("03:00:00"))
        .await
    {
        Err(Error::Invalid { field, detail }) => (field, detail),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_is_listed_for_its_owner_and_for_who_manages_them_and_for_nobody_else() {
    let world = TestPortal::with_jobs().await;
    let (ada, bob, admin) = (person("developer"), person("tester"), person("admins"));
    let token = made(&world, &ada, "ci").await.token;
    assert_eq!(token.standing, TokenStanding::Live);
    let list = async |actor: &Actor, all| {
        let view = world.portal.tokens().list(actor, all, at("04:00:00")).await;
        view.map(|view| {
            view.tokens
                .into_iter()
                .map(|token| token.id)
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(
        list(&ada, false).await.unwrap(),
        std::slice::from_ref(&token.id)
    );
    assert_eq!(list(&bob, false).await.unwrap(), []);
    assert_eq!(list(&admin, false).await.unwrap(), []);
    assert_eq!(list(&admin, true).await.unwrap(), [token.id]);
    let asked = list(&ada, true).await;
    assert!(matches!(asked, Err(Error::Forbidden { .. })), "{asked:?}");
}

#[tokio::test]
async fn only_people_make_tokens() {
    let world = TestPortal::with_jobs().await;
    let everything = || Permit::all(Permission::ALL.to_vec());
    for actor in [
        Actor::token(person("admins"), "ci", everything()),
        Actor::token(me(), "ci", everything()),
        Actor::machine("release", everything()),
        Actor::guest(person("admins"), everything()),
        Actor::pipeline("wallet-dev"),
        Actor::portal(),
        person("nobody"),
    ] {
        let asked = request("more", Permission::View);
        let made = world
            .portal
            .tokens()
            .make(&actor, asked, at("03:00:00"))
            .await;
        assert!(matches!(made, Err(Error::Forbidden { .. })), "{actor:?}");
        let listed = world
            .portal
            .tokens()
            .list(&actor, false, at("03:00:00"))
            .await;
        assert!(matches!(listed, Err(Error::Forbidden { .. })), "{actor:?}");
    }
}

#[tokio::test]
async fn a_token_of_ones_own_cannot_be_revoked_by_another_token_of_ones_own() {
    let world = TestPortal::with_jobs().await;
    let ada = person("developer");
    let token = made(&world, &ada, "ci").await.token;
    let other = Actor::token(ada, "other", Permit::all(Permission::ALL.to_vec()));
    let revoked = world
        .portal
        .tokens()
        .revoke(&other, &token.id, at("04:00:00"));
    let revoked = revoked.await;
    assert!(
        matches!(revoked, Err(Error::Forbidden { .. })),
        "{revoked:?}"
    );
}

#[tokio::test]
async fn nobody_gives_away_what_is_not_theirs() {
    let world = TestPortal::with_jobs().await;
    let (tester, manager) = (person("tester"), person("release-manager"));
    for may in [
        Permission::Register,
        Permission::Promote,
        Permission::Hold,
        Permission::Withdraw,
        Permission::Audit,
    ] {
        let (field, detail) = refused(&world, &tester, request("ci", may)).await;
        assert_eq!(field, "permit.may");
        assert!(detail.contains(may.as_str()), "{detail}");
    }
    let elsewhere = TokenRequest {
        permit: Permit {
            environments: Scope::Only(vec![preprod()]),
            ..request("ci", Permission::Promote).permit
        },
        ..request("ci", Permission::Promote)
    };
    let (_, detail) = refused(&world, &manager, elsewhere.clone()).await;
    assert!(detail.contains("promote"), "{detail}");
    let admin = person("admins");
    let made = world
        .portal
        .tokens()
        .make(&admin, elsewhere, at("03:00:00"));
    made.await.unwrap();
    let report = request("ci", Permission::Report);
    refused(&world, &manager, report.clone()).await;
    let made = world.portal.tokens().make(
        &admin,
        TokenRequest {
            label: "other".parse().unwrap(),
            ..report
        },
        at("03:00:00"),
    );
    made.await.unwrap();
}

#[tokio::test]
async fn an_app_that_its_maker_may_not_see_is_named_as_one_that_is_not_there() {
    let world = TestPortal::with_jobs().await;
    let asks = |app: &str| TokenRequest {
        permit: Permit {
            apps: Scope::Only(vec![wallet(), app.parse().unwrap()]),
            ..request("ci", Permission::View).permit
        },
        ..request("ci", Permission::View)
    };
    let ada = person("developer");
    let hidden = refused(&world, &ada, asks("shop")).await;
    let made_up = refused(&world, &ada, asks("purse")).await;
    assert_eq!(hidden.0, "permit.apps");
    assert_eq!(
        hidden.1.replace("shop", "it"),
        made_up.1.replace("purse", "it")
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_where_it_does_not() {
    let world = TestPortal::with_jobs().await;
    let usual = || request("ci", Permission::View);
    let permit = || usual().permit;
    let with = |permit| TokenRequest { permit, ..usual() };
    let no_apps = Permit {
        apps: Scope::Only(Vec::new()),
        ..permit()
    };
    let no_environments = Permit {
        environments: Scope::Only(Vec::new()),
        ..permit()
    };
    let nowhere = Permit {
        environments: Scope::Only(vec!["moon".parse().unwrap()]),
        ..permit()
    };
    for (request, field) in [
        (
            TokenRequest {
                hours: 0,
                ..usual()
            },
            "hours",
        ),
        (
            TokenRequest {
                hours: 8761,
                ..usual()
            },
            "hours",
        ),
        (with(Permit::all(Vec::new())), "permit.may"),
        (with(no_apps), "permit.apps"),
        (with(no_environments), "permit.environments"),
        (with(nowhere), "permit.environments"),
    ] {
        let refused = refused(&world, &me(), request).await;
        assert_eq!(refused.0, field, "{refused:?}");
    }
}

#[tokio::test]
async fn no_two_live_tokens_of_one_person_have_the_same_name() {
    let world = TestPortal::with_jobs().await;
    let (ada, bob) = (person("developer"), person("tester"));
    let token = made(&world, &ada, "ci").await.token;
    made(&world, &bob, "ci").await;
    let again = async |time| {
        let asked = request("ci", Permission::View);
        world.portal.tokens().make(&ada, asked, at(time)).await
    };
    assert!(matches!(
        again("03:00:01").await,
        Err(Error::Conflict { .. })
    ));
    let revoked = world
        .portal
        .tokens()
        .revoke(&ada, &token.id, at("04:00:00"));
    assert_eq!(revoked.await.unwrap().standing, TokenStanding::Revoked);
    again("05:00:00").await.unwrap();
}

#[tokio::test]
async fn nobody_gets_past_the_limit_by_making_several_at_once() {
    let world = TestPortal::with_jobs().await;
    let ada = person("developer");
    for count in 2..MOST {
        made(&world, &ada, &format!("t-{count}")).await;
    }
    let racing = (0..4).map(|count| {
        let request = request(&format!("race-{count}"), Permission::View);
        world.portal.tokens().make(&ada, request, at("03:00:00"))
    });
    let racing = futures::future::join_all(racing).await;
    let won = racing.iter().filter(|made| made.is_ok()).count();
    assert_eq!(won, 2, "{racing:?}");
    let tokens = world
        .portal
        .tokens()
        .list(&ada, false, at("03:00:00"))
        .await;
    assert_eq!(tokens.unwrap().tokens.len(), MOST);
    // Those that are over free their places.
    let request = request("tomorrow", Permission::View);
    let tomorrow = at("03:00:00") + jiff::SignedDuration::from_hours(25);
    let made = world.portal.tokens().make(&ada, request, tomorrow).await;
    made.unwrap();
}

#[tokio::test]
async fn revoking_is_for_the_owner_and_for_who_manages_them_and_works_once() {
    let world = TestPortal::with_jobs().await;
    let (ada, bob, admin) = (person("developer"), person("tester"), person("admins"));
    let token = made(&world, &ada, "ci").await.token;
    let revoke = async |actor: &Actor, time| {
        let id = &token.id;
        world.portal.tokens().revoke(actor, id, at(time)).await
    };
    assert!(matches!(
        revoke(&bob, "04:00:00").await,
        Err(Error::NotFound { .. })
    ));
    let first = revoke(&admin, "05:00:00").await.unwrap();
    let second = revoke(&ada, "06:00:00").await.unwrap();
    assert_eq!(first, second, "the first one counts");
    assert_eq!(second.revoked_by.unwrap().name, admin.name);
    let log = world
        .store
        .table
        .audit()
        .month(&Month::of(at("03:00:00")))
        .await;
    let log = log.unwrap();
    let actions = log.iter().map(|found| found.entry.as_ref().unwrap());
    let actions: Vec<AuditAction> = actions.map(|entry| entry.note.action).collect();
    assert_eq!(actions, [AuditAction::TokenMade, AuditAction::TokenRevoked]);
}

#[tokio::test]
async fn the_audit_log_says_what_a_token_may_and_nothing_that_opens_anything() {
    let world = TestPortal::with_jobs().await;
    let made = made(&world, &person("developer"), "ci").await;
    let log = world
        .store
        .table
        .audit()
        .month(&Month::of(at("03:00:00")))
        .await;
    let log = log.unwrap();
    let entry = log[0].entry.clone().unwrap().readable();
    let text = serde_json::to_string(&entry).unwrap();
    for (name, value) in [
        ("token", made.token.id.as_str()),
        ("label", "ci"),
        ("may", "view"),
        ("apps", "wallet"),
        ("environments", "dev"),
        ("owner", "developer@example.com"),
    ] {
        assert_eq!(entry.note.details[name], value);
    }
    let secret = &made.bearer[35..];
    assert!(!text.contains(secret) && !text.contains(&made.bearer));
    assert!(!format!("{made:?}").contains(secret));
    let items = json!(world.items().await).to_string();
    assert!(items.contains(made.token.id.as_str()) && !items.contains(secret));
}
