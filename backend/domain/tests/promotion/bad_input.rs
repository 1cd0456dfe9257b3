//! What must not work, each with a message that tells the person what to do.

use domain::{
    gate::GateKind,
    hold::Held,
    promotion::{Impossible, RefusalKind, RequestField, State, WORDS_LIMIT},
    release::Unfit,
};

use crate::world::*;

#[test]
fn a_promotion_to_an_environment_that_is_not_next() {
    let refusal = World::new().to("prod").refused();
    assert_eq!(refusal.kind, RefusalKind::NotNext);
    assert_eq!(refusal.field, Some(RequestField::To));
    assert_eq!(
        refusal.to_string(),
        "prod is not next for build 812 (2.4.0), which has not been in preprod: promote it to preprod first"
    );
}

#[test]
fn a_promotion_to_an_environment_that_is_not_on_the_path() {
    let refusal = World::new().to("demo").refused();
    assert_eq!(refusal.kind, RefusalKind::NotOnPath);
    assert_eq!(
        refusal.to_string(),
        "demo is not on the path of wallet: choose one of its environments: dev, preprod, prod"
    );
}

#[test]
fn a_promotion_of_an_app_without_a_path() {
    let refusal = World::new().with(|world| world.path = None).refused();
    assert_eq!(refusal.kind, RefusalKind::NoPath);
    assert_eq!(
        refusal.to_string(),
        "towpath.toml gives no path for this app: add [[paths]] with the environments that builds of wallet move through"
    );
}

#[test]
fn a_promotion_of_an_unknown_build() {
    let refusal = World::new().with(|world| world.build = None).refused();
    assert_eq!(refusal.kind, RefusalKind::UnknownBuild);
    assert_eq!(refusal.field, Some(RequestField::Build));
    assert_eq!(
        refusal.to_string(),
        "wallet has no such build: take the identifier from the build's page; one that was removed must be built again"
    );
}

#[test]
fn a_promotion_of_a_build_that_no_device_installs() {
    let why = "app.apk is not signed".to_owned();
    let unfit = || vec![Unfit::NotInstallable(why.clone())];
    let refusal = World::new()
        .with(|world| world.build.as_mut().unwrap().unfit = unfit())
        .refused();
    assert_eq!(refusal.kind, RefusalKind::NotInstallable);
    assert_eq!(refusal.field, Some(RequestField::Build));
    assert_eq!(
        refusal.to_string(),
        "no device can install this build: app.apk is not signed: build a signed, universal APK, or leave out what is none"
    );
    // Nor does one start that an earlier version has let wait.
    let mut world = World::new();
    let open = world.open();
    world.build.as_mut().unwrap().unfit = unfit();
    let started = open.start(&world.situation(), now());
    assert!(
        matches!(started, Err(Impossible::Changed(_))),
        "{started:?}"
    );
}

#[test]
fn a_promotion_of_another_application() {
    let other = Unfit::OtherApplication {
        file: "app.apk".to_owned(),
        has: "com.example.bank".to_owned(),
        allowed: vec!["com.example.wallet".to_owned()],
    };
    let refusal = World::new()
        .with(|world| world.build.as_mut().unwrap().unfit = vec![other])
        .refused();
    assert_eq!(refusal.kind, RefusalKind::OtherPackage);
}

#[test]
fn a_promotion_of_a_withdrawn_build() {
    let world = World::new();
    let withdrawn = Held::Build {
        app: world.app.clone(),
        build: ulid(812),
    };
    let refusal = world.held(withdrawn).refused();
    assert_eq!(refusal.kind, RefusalKind::Withdrawn);
    assert_eq!(
        refusal.to_string(),
        "this build was withdrawn by ada@example.com: incident 7: promote another build, or have this one restored"
    );
}

#[test]
fn a_promotion_by_someone_without_the_right() {
    let refusal = World::new().with(|world| world.rights = MAY_NOT).refused();
    assert_eq!(refusal.kind, RefusalKind::Forbidden);
    assert_eq!(
        refusal.to_string(),
        "grace@example.com may not promote wallet to preprod: ask a release manager of this app and environment to promote it"
    );
}

#[test]
fn a_promotion_with_an_empty_or_an_endless_reason() {
    for (reason, why) in [
        ("", "it says nothing"),
        (" \n\t", "it says nothing"),
        ("\u{200b}", "it says nothing"),
        (
            &"x".repeat(WORDS_LIMIT + 1),
            "it has 1001 characters, and 1000 are the most",
        ),
        (
            "a\u{202e}b",
            "it contains U+202E, which is invisible or changes the order of text; remove it",
        ),
    ] {
        let refusal = World::new()
            .with(|world| world.request.reason = reason.to_owned())
            .refused();
        assert_eq!(refusal.kind, RefusalKind::Reason);
        assert_eq!(refusal.field, Some(RequestField::Reason));
        assert_eq!(
            refusal.to_string(),
            format!(
                "the reason cannot be kept: {why}: say in a few words why this build goes there now"
            )
        );
    }
}

#[test]
fn a_promotion_during_a_freeze() {
    let refusal = World::new()
        .gates(|gates| gates.freezes = vec![weekend()])
        .refused_at(saturday());
    assert_eq!(refusal.kind, RefusalKind::Freeze);
    assert_eq!(
        refusal.to_string(),
        "frozen until Mon 2026-11-23 08:00 Europe/Berlin: weekend: wait until Mon 2026-11-23 08:00 Europe/Berlin"
    );
}

#[test]
fn a_promotion_during_an_emergency_stop() {
    let stop = Held::Environment {
        environment: environment("preprod"),
        app: None,
    };
    let refusal = World::new().held(stop).refused();
    assert_eq!(refusal.kind, RefusalKind::Hold);
    assert_eq!(
        refusal.to_string(),
        "preprod is held by ada@example.com: incident 7: have the hold lifted by someone who may, then ask again"
    );
}

#[test]
fn a_promotion_while_another_runs() {
    let mut world = World::new();
    let other = world.clone().with(|world| {
        let build = world.build.as_mut().unwrap();
        (build.id, build.number, build.digest) = (ulid(813), 813, bytes(813));
    });
    let mut other = other;
    world.open = Some(other.open());
    let refusal = world.refused();
    assert_eq!(refusal.kind, RefusalKind::Busy);
    assert_eq!(
        refusal.to_string(),
        "the promotion of build 813 to preprod is waiting: wait until it has ended, or cancel it"
    );
}

#[test]
fn a_bypass_without_a_reason_without_the_right_of_nothing_or_of_a_hold() {
    let world = World::new().bypassing(&[GateKind::Checks]);
    let silent = world.clone().with(|world| {
        world.request.bypass.as_mut().unwrap().reason = " ".to_owned();
    });
    assert_eq!(silent.refused().kind, RefusalKind::Bypass);
    assert!(silent.refused().what.contains("needs a reason of its own"));

    let developer = world.clone().with(|world| world.rights.break_glass = false);
    assert_eq!(
        developer.refused().to_string(),
        "grace@example.com may not go past gates: leave the bypass out, or ask a release manager of this app and environment"
    );

    let nothing = World::new().bypassing(&[]);
    assert_eq!(nothing.refused().what, "the bypass names no gate");

    let hold = World::new().bypassing(&[GateKind::Soak, GateKind::Hold]);
    assert_eq!(
        hold.refused().to_string(),
        "nobody goes past the gate \"hold\": have the hold lifted, or the build restored"
    );
}

#[test]
fn a_rollback_to_a_build_that_was_never_there() {
    let world = World::new()
        .rollback()
        .with(|world| world.released_in = vec![environment("dev")]);
    let refusal = world.refused();
    assert_eq!(refusal.kind, RefusalKind::NotNext);
    assert_eq!(
        refusal.to_string(),
        "build 810 (2.4.0) has never been released in preprod; it has been in dev: go back to a build of preprod's list of releases"
    );
}

#[test]
fn a_promotion_of_what_is_there_already() {
    let refusal = World::new()
        .with(|world| world.here = Some(serving(812)))
        .refused();
    assert_eq!(refusal.kind, RefusalKind::AlreadyThere);
    assert_eq!(refusal.remedy, "there is nothing to do");
}

/// A promotion that waits for two release managers.
fn waiting() -> (World, domain::promotion::Promotion) {
    let mut world = World::new().gates(|gates| gates.approvals = vec![two_release_managers()]);
    let promotion = world.open();
    (world, promotion)
}

fn told(error: &Impossible) -> String {
    format!("{error}: {}", error.remedy())
}

#[test]
fn an_approval_twice() {
    let (mut world, promotion) = waiting();
    let step = world.step().clone();
    let once = promotion
        .approve(&step, &manager("ada"), &bytes(812), None, now())
        .unwrap();
    for spelling in ["ada", "Ada"] {
        let again = once
            .clone()
            .approve(&step, &manager(spelling), &bytes(812), None, now())
            .unwrap_err();
        assert_eq!(
            told(&again),
            "you have approved this promotion already: ask someone else to approve"
        );
    }
}

#[test]
fn an_approval_by_the_requester() {
    let mut world = World::new()
        .gates(|gates| gates.approvals = vec![two_release_managers()])
        .with(|world| world.request.by = manager("ada"));
    let promotion = world.open();
    let error = promotion
        .approve(
            &world.step().clone(),
            &manager("ada"),
            &bytes(812),
            None,
            now(),
        )
        .unwrap_err();
    assert_eq!(
        told(&error),
        "the person who asks for a promotion cannot approve or reject it: ask someone else of the groups to decide; you can cancel it"
    );
}

#[test]
fn an_approval_after_expiry() {
    let (mut world, promotion) = waiting();
    let step = world.step().clone();
    let expiry = now() + hours(72);
    let approve = |promotion: domain::promotion::Promotion, at| {
        promotion.approve(&step, &manager("ada"), &bytes(812), None, at)
    };
    assert!(approve(promotion.clone(), expiry - hours(1)).is_ok());
    let late = approve(promotion.clone(), expiry).unwrap_err();
    assert_eq!(
        told(&late),
        "this promotion expired at 2026-11-21 10:00:00 UTC: ask for the promotion again"
    );
    // By a clock that jumped back, what has expired stays expired.
    let expired = promotion.expire(expiry).unwrap();
    assert_eq!(approve(expired, now()), Err(late));
}

#[test]
fn an_approval_for_other_bytes() {
    let (mut world, promotion) = waiting();
    let error = promotion
        .approve(
            &world.step().clone(),
            &manager("ada"),
            &bytes(811),
            None,
            now(),
        )
        .unwrap_err();
    assert!(matches!(error, Impossible::OtherBytes { .. }));
    assert_eq!(
        told(&error),
        format!(
            "you approve {}, and this promotion is of {}: open the promotion's page again and look at the build that it names now",
            bytes(811).short(),
            bytes(812).short()
        )
    );
}

#[test]
fn an_approval_by_someone_of_no_asked_group_or_where_none_is_asked() {
    let (mut world, promotion) = waiting();
    let error = promotion
        .approve(
            &world.step().clone(),
            &person("tim", &["testers"]),
            &bytes(812),
            None,
            now(),
        )
        .unwrap_err();
    assert_eq!(
        told(&error),
        "you are not in release-managers, which this promotion asks: ask someone of release-managers to decide"
    );
    let mut world = World::new();
    let promotion = world.open();
    let error = promotion
        .approve(
            &world.step().clone(),
            &manager("ada"),
            &bytes(812),
            None,
            now(),
        )
        .unwrap_err();
    assert_eq!(error, Impossible::NothingToApprove);
}

#[test]
fn a_rejection_without_a_reason_or_by_someone_who_is_not_asked() {
    let (mut world, promotion) = waiting();
    let step = world.step().clone();
    let reject = |by, why| promotion.clone().reject(&step, &by, MAY_NOT, why, now());
    assert!(matches!(
        reject(manager("ada"), " "),
        Err(Impossible::Words { .. })
    ));
    assert!(matches!(
        reject(person("tim", &["testers"]), "no"),
        Err(Impossible::NotAsked { .. })
    ));
    assert_eq!(reject(grace(), "no"), Err(Impossible::OwnRequest));
    assert!(matches!(
        reject(manager("ada"), "crashes").unwrap().state,
        State::Rejected { .. }
    ));
}

#[test]
fn a_clock_that_jumps() {
    // Back, to before the build was registered, released and frozen: nothing is negative, and nothing is met by it.
    let world = World::new().gates(|gates| {
        gates.soak = Some(hours(2));
        gates.max_age = Some(hours(720));
    });
    let back = now() - hours(48);
    let soak = world.gate_at(GateKind::Soak, back);
    assert_eq!(soak.words, "soak 2 h left");
    assert_eq!(soak.until, Some(back + hours(2)));
    assert_eq!(
        world.gate_at(GateKind::Age, back).words,
        "0 s old, 30 d at the most"
    );

    // Back, between a request and what follows: its history never does.
    let (world, promotion) = waiting();
    let taken_back = promotion
        .cancel(&grace(), MAY_NOT, "too early", back)
        .unwrap();
    assert_eq!(taken_back.since, now());

    // Ahead, to the end of the calendar: it expires rather than starts.
    let promotion = world.open.clone().unwrap();
    assert!(matches!(
        world.start(promotion, domain::Timestamp::MAX),
        Err(Impossible::Expired(_))
    ));
    let late = World::new().with(|world| world.step().expires_after = jiff::SignedDuration::MAX);
    let gates = Vec::new();
    let promotion =
        domain::promotion::Promotion::of(&late.situation(), late.request.clone(), gates, now());
    assert_eq!(promotion.unwrap().expires_at, domain::Timestamp::MAX);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let stop = Held::Environment {
        environment: environment("prod"),
        app: Some("wallet".parse().unwrap()),
    };
    let world = World::new()
        .to("prod")
        .gates(|gates| {
            gates.max_age = Some(hours(1));
            gates.soak = Some(hours(1));
        })
        .held(stop)
        .bypassing(&[GateKind::Hold])
        .with(|world| {
            world.rights = MAY_NOT;
            world.request.reason = String::new();
            world.stays = Vec::new();
        });
    assert_eq!(
        world.reasons(),
        [
            RefusalKind::Forbidden,
            RefusalKind::Reason,
            RefusalKind::Bypass,
            RefusalKind::Bypass,
            RefusalKind::Hold,
            RefusalKind::NotNext,
            RefusalKind::Gate,
        ]
    );
}
