use super::*;
use crate::path::{ApprovalRule, Gates, PathStep, Target};

fn now() -> Timestamp {
    "2026-11-18T10:00:00Z".parse().unwrap()
}

fn environment(name: &str) -> EnvironmentId {
    name.parse().unwrap()
}

fn build() -> Build {
    Build {
        id: "01HZY3V8Q4T9N2B7C6D5E4F3G2".parse().unwrap(),
        app: "wallet".parse().unwrap(),
        number: 7,
        version: None,
        revision: None,
        run: None,
        origin: crate::known::Origin::default(),
        registered_at: now(),
        registered_by: Actor::local(),
        artifacts: Vec::new(),
    }
}

/// dev, then prod; `gated` is whether dev has a gate.
fn path(gated: bool) -> Path {
    let step = |name: &str, gated: bool| PathStep {
        environment: environment(name),
        gates: Gates {
            approvals: gated
                .then(|| ApprovalRule {
                    count: 1,
                    groups: vec!["leads".to_owned()],
                })
                .into_iter()
                .collect(),
            ..Gates::default()
        },
        automatic: false,
        target: Target::Portal(None),
        expires_after: SignedDuration::from_hours(72),
        approvals_expire: PathStep::APPROVALS_EXPIRE,
        timeouts: crate::path::Timeouts::default(),
        rollback_gates: None,
    };
    Path {
        apps: Vec::new(),
        steps: vec![step("dev", gated), step("prod", false)],
    }
}

fn hold(on: Held) -> Hold {
    Hold {
        on,
        reason: "the servers are on fire".to_owned(),
        by: Actor::named("ada@example.com", Vec::new()),
        since: now(),
    }
}

fn asked(to: &str, path: Option<&Path>, holds: &[Hold]) -> Result<ReleaseGrant, Vec<Refusal>> {
    let asked = DirectRelease {
        packages: &[],
        build: &build(),
        to: &environment(to),
        path,
        holds,
        run: None,
        by: Actor::local(),
    };
    decide(asked, now())
}

fn kinds(answer: Result<ReleaseGrant, Vec<Refusal>>) -> Vec<RefusalKind> {
    let refusals = answer.err().unwrap_or_default();
    refusals.into_iter().map(|refusal| refusal.kind).collect()
}

#[test]
fn without_a_promotion_a_build_enters_only_where_no_gate_can_be_missed() {
    let (open, gated) = (path(false), path(true));
    assert_eq!(kinds(asked("prod", None, &[])), []);
    assert_eq!(kinds(asked("qa", Some(&gated), &[])), []);
    assert_eq!(kinds(asked("dev", Some(&open), &[])), []);
    let needs = [RefusalKind::NeedsPromotion];
    assert_eq!(kinds(asked("dev", Some(&gated), &[])), needs);
    assert_eq!(kinds(asked("prod", Some(&open), &[])), needs);
}

#[test]
fn a_refusal_says_what_to_do_instead() {
    let said = |path: &Path| asked("prod", Some(path), &[]).unwrap_err()[0].to_string();
    assert_eq!(
        said(&path(false)),
        "prod is on wallet's path: push to dev, then run towpath promote"
    );
    assert_eq!(
        said(&path(true)),
        "prod is on wallet's path: push without an environment, then run towpath promote to dev"
    );
}

#[test]
fn holds_on_the_environment_and_on_the_build_refuse_and_others_do_not() {
    let on = |name: &str, app: Option<&str>| {
        hold(Held::Environment {
            environment: environment(name),
            app: app.map(|app| app.parse().unwrap()),
        })
    };
    let withdrawn = hold(Held::Build {
        app: build().app,
        build: build().id,
    });
    let held = [RefusalKind::Hold];
    assert_eq!(kinds(asked("dev", None, &[on("dev", None)])), held);
    assert_eq!(
        kinds(asked("dev", None, &[on("dev", Some("wallet"))])),
        held
    );
    assert_eq!(
        kinds(asked("dev", None, &[withdrawn])),
        [RefusalKind::Withdrawn]
    );
    let others = [on("prod", None), on("dev", Some("shop"))];
    assert_eq!(kinds(asked("dev", None, &others)), []);
    let automatic = hold(Held::Automatic {
        app: build().app,
        environment: environment("dev"),
    });
    assert_eq!(kinds(asked("dev", None, &[automatic])), []);
}

#[test]
fn a_release_is_newer_than_the_newest_though_the_clock_jumped_back() {
    let grant = asked("dev", None, &[]).unwrap();
    assert_eq!(grant.after(None).released_at, now());
    let earlier = now() - SignedDuration::from_hours(1);
    assert_eq!(grant.after(Some(earlier)).released_at, now());
    let later = now() + SignedDuration::from_hours(48);
    let next = later + SignedDuration::from_millis(1);
    assert_eq!(grant.after(Some(later)).released_at, next);
}

#[test]
fn what_is_restored_is_the_release_that_was_withdrawn_and_no_other() {
    let release = asked("dev", None, &[]).unwrap().release;
    let taken = |build: &str| WithdrawnBuild {
        build: build.parse().unwrap(),
        number: 7,
        version: None,
        hold: hold(Held::Build {
            app: release.app.clone(),
            build: release.build.clone(),
        }),
    };
    let grant = restored(release.clone(), &taken(release.build.as_str())).unwrap();
    let later = now() + SignedDuration::from_hours(48);
    assert_eq!(grant.after(Some(later)), release);
    let other = taken("01HZY3V8Q4T9N2B7C6D5E4F3G9");
    assert_eq!(restored(release, &other), None);
}
