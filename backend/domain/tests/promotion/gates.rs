//! How each gate stands.

use domain::{
    gate::{GateKind, Standing, evaluate},
    hold::Held,
    id::BuildId,
    install::{Forecast, InstallWarning, Severity},
    known::{Known, Origin},
    path::{ApprovalRule, FindingsLimit, InstallLimit},
    promotion::{CheckRun, Decision, Findings, RefusalKind, Stay, stays},
    release::Release,
    status::Status,
};

use crate::world::*;

/// The wallet with one check, of which these runs are known.
fn checked(runs: Vec<CheckRun>) -> World {
    World::new()
        .gates(|gates| gates.checks = vec![end_to_end()])
        .with(|world| world.checks = known_of(end_to_end(), runs))
}

fn check(runs: Vec<CheckRun>) -> (Standing, String) {
    let answer = checked(runs).gate(GateKind::Checks);
    (answer.standing, answer.words)
}

#[test]
fn a_check_passes_by_a_run_of_this_revision() {
    assert_eq!(
        check(vec![passed("first")]),
        (Standing::Met, "1 of 1 check passed".to_owned())
    );
}

#[test]
fn a_check_that_has_not_run_is_waited_for() {
    let answer = checked(Vec::new()).gate(GateKind::Checks);
    assert_eq!(answer.standing, Standing::Waiting);
    assert_eq!(answer.words, "0 of 1 check passed: end to end has not run");
    assert_eq!(
        answer.remedy.as_deref(),
        Some("run end to end for 1a2b3c4d (codepipeline wallet-e2e, Test/e2e)")
    );
}

#[test]
fn a_run_of_another_revision_or_of_other_bytes_never_counts() {
    let other_revision = CheckRun {
        commit: Some("ffffffff".to_owned()),
        ..passed("first")
    };
    let other_bytes = CheckRun {
        digest: Some(bytes(811)),
        ..passed("first")
    };
    // Even of these very bytes: something is wrong with one that says another revision.
    let contradiction = CheckRun {
        digest: Some(bytes(812)),
        ..other_revision.clone()
    };
    let of_nothing = CheckRun {
        commit: None,
        ..passed("first")
    };
    for run in [other_revision, other_bytes, contradiction, of_nothing] {
        assert_eq!(check(vec![run.clone()]).0, Standing::Waiting, "{run:?}");
    }
}

#[test]
fn a_run_of_these_very_bytes_counts_whatever_else_was_made_of_the_revision() {
    let told = CheckRun {
        digest: Some(bytes(812)),
        ..passed("first")
    };
    let maker = CheckRun {
        commit: None,
        ..passed("maker")
    };
    let twins = |run: CheckRun| {
        let world = checked(vec![run]);
        world.with(|world| world.build.as_mut().unwrap().only_one_of_revision = false)
    };
    assert_eq!(twins(told).standing(GateKind::Checks), Standing::Met);
    assert_eq!(twins(maker).standing(GateKind::Checks), Standing::Met);
    // It may have been of the other build's bytes.
    assert_eq!(
        twins(passed("first")).standing(GateKind::Checks),
        Standing::Waiting
    );
}

#[test]
fn what_is_merely_claimed_never_counts() {
    let claimed = CheckRun {
        known: Known::Claimed,
        ..passed("first")
    };
    assert_eq!(check(vec![claimed]).0, Standing::Waiting);
    // Of the build: which commit it was made of, or which run made it.
    let of_commit = passed("first");
    let maker = CheckRun {
        commit: None,
        ..passed("maker")
    };
    for (run, claimed) in [
        (of_commit, |origin: &mut Origin| {
            origin.commit = Known::Claimed;
        }),
        (maker, |origin: &mut Origin| origin.run = Known::Claimed),
    ] as [(CheckRun, fn(&mut Origin)); 2]
    {
        let world = checked(vec![run]);
        assert_eq!(world.standing(GateKind::Checks), Standing::Met);
        let world = world.with(|world| claimed(&mut world.build.as_mut().unwrap().origin));
        assert_eq!(world.standing(GateKind::Checks), Standing::Waiting);
    }
}

#[test]
fn a_build_of_which_nothing_is_proven_is_told_so_rather_than_to_run_the_check_again() {
    let world = checked(vec![passed("first")]);
    let world = world.with(|world| world.build.as_mut().unwrap().origin = Origin::default());
    let answer = world.gate(GateKind::Checks);
    let remedy = answer.remedy.unwrap();
    assert!(
        remedy.starts_with("register the build by a job that proves its run or commit"),
        "{remedy}"
    );
}

#[test]
fn a_run_under_act_never_counts() {
    let run = CheckRun {
        source: "act".to_owned(),
        ..passed("first")
    };
    assert_eq!(check(vec![run.clone()]).0, Standing::Waiting);
    // Not even if a path asked for one.
    let of_act = domain::path::Check {
        source: "act".to_owned(),
        ..end_to_end()
    };
    let world = World::new()
        .gates(|gates| gates.checks = vec![of_act.clone()])
        .with(|world| world.checks = known_of(of_act, vec![run]));
    assert_eq!(world.standing(GateKind::Checks), Standing::Waiting);
}

#[test]
fn an_older_attempt_never_counts() {
    let retried = CheckRun {
        attempt: 1,
        newest_attempt: 2,
        ..passed("first")
    };
    assert_eq!(check(vec![retried]).0, Standing::Waiting);
}

#[test]
fn the_newest_run_decides() {
    let later = |status| CheckRun {
        status,
        started_at: now() - hours(1),
        ..passed("second")
    };
    let cases = [
        (Some(Status::Failed), Standing::Refused, "end to end failed"),
        (
            Some(Status::Canceled),
            Standing::Refused,
            "end to end canceled",
        ),
        (
            Some(Status::Running),
            Standing::Waiting,
            "end to end is running",
        ),
        (None, Standing::Waiting, "end to end has not run"),
    ];
    for (status, standing, words) in cases {
        let answer = check(vec![later(status), passed("first")]);
        assert_eq!(answer, (standing, format!("0 of 1 check passed: {words}")));
    }
    let recovered = CheckRun {
        status: Some(Status::Failed),
        ..passed("first")
    };
    let answer = check(vec![recovered, later(Some(Status::Succeeded))]);
    assert_eq!(answer.0, Standing::Met);
}

#[test]
fn every_check_is_asked_for_by_its_own_runs() {
    let smoke = domain::path::Check {
        name: "smoke".to_owned(),
        step: None,
        ..end_to_end()
    };
    let world = checked(vec![passed("first")]).gates(|gates| gates.checks.push(smoke));
    let answer = world.gate(GateKind::Checks);
    assert_eq!(answer.standing, Standing::Waiting);
    assert_eq!(answer.words, "1 of 2 checks passed: smoke has not run");
}

#[test]
fn soak_is_over_to_the_second() {
    let world = World::new().gates(|gates| gates.soak = Some(hours(26)));
    let answer = world.gate(GateKind::Soak);
    assert_eq!(answer.standing, Standing::Waiting);
    assert_eq!(answer.words, "soak 2 h left");
    assert_eq!(answer.until, Some(now() + hours(2)));
    let second = jiff::SignedDuration::from_secs(1);
    let just_before = world.gate_at(GateKind::Soak, now() + hours(2) - second);
    assert_eq!(just_before.words, "soak 1 s left");
    let over = world.gate_at(GateKind::Soak, now() + hours(2));
    assert_eq!(over.standing, Standing::Met);
    assert_eq!(over.words, "soaked 1 d 2 h in dev");
}

#[test]
fn a_stay_that_was_long_enough_stays_so_and_one_that_was_cut_short_is_not_waited_for() {
    let stayed = |length: i64| {
        World::new()
            .gates(|gates| gates.soak = Some(hours(2)))
            .with(|world| {
                world.stays = vec![Stay {
                    since: now() - hours(10),
                    until: Some(now() - hours(10 - length)),
                }];
            })
    };
    assert_eq!(stayed(3).standing(GateKind::Soak), Standing::Met);
    let short = stayed(1).gate(GateKind::Soak);
    assert_eq!(short.standing, Standing::Refused);
    assert_eq!(short.words, "was current in dev for 1 h only, of 2 h");
    // Two short ones are no long one.
    let twice = stayed(1).with(|world| {
        world.stays.push(Stay {
            since: now() - hours(1),
            until: None,
        });
    });
    assert_eq!(twice.gate(GateKind::Soak).words, "soak 1 h left");
}

#[test]
fn stays_are_read_from_an_environments_releases() {
    let release = |build: u64, hours_ago: i64| -> Release {
        let record = serde_json::json!({
            "app": "wallet",
            "environment": "dev",
            "build": ulid::<BuildId>(build),
            "number": build,
            "released_at": now() - hours(hours_ago),
            "released_by": grace(),
            "installs": [],
        });
        serde_json::from_value(record).unwrap()
    };
    let releases = [
        release(812, 1),
        release(813, 4),
        release(812, 6),
        release(812, 9),
        release(811, 20),
    ];
    let stay = |since: i64, until: Option<i64>| Stay {
        since: now() - hours(since),
        until: until.map(|until| now() - hours(until)),
    };
    assert_eq!(
        stays(&ulid(812), &releases),
        [stay(1, None), stay(9, Some(4))]
    );
    assert_eq!(stays(&ulid(811), &releases), [stay(20, Some(9))]);
    assert_eq!(stays(&ulid(999), &releases), []);
}

#[test]
fn approvals_are_counted_by_rule_each_person_once_and_never_the_requester() {
    let security = ApprovalRule {
        count: 1,
        groups: vec!["security".to_owned(), "auditors".to_owned()],
    };
    let mut world =
        World::new().gates(|gates| gates.approvals = vec![two_release_managers(), security]);
    let mut promotion = world.open();
    let step = world.step().clone();
    let words = |world: &mut World, promotion: &domain::promotion::Promotion| {
        world.open = Some(promotion.clone());
        let answers = evaluate(&world.situation(), now());
        let approvals = answers
            .into_iter()
            .filter(|answer| answer.gate == GateKind::Approvals);
        approvals.map(|answer| answer.words).collect::<Vec<_>>()
    };
    let approve = |promotion: domain::promotion::Promotion, who: &str, groups: &[&str]| {
        promotion
            .approve(
                &step,
                &person(who, groups),
                &bytes(812),
                Some(" good "),
                now(),
            )
            .unwrap()
    };
    assert_eq!(
        words(&mut world, &promotion),
        [
            "needs 2 approvals from release-managers",
            "needs 1 approval from security or auditors"
        ]
    );
    promotion = approve(promotion, "ada", &["release-managers", "security"]);
    assert_eq!(promotion.approvals[0].comment.as_deref(), Some("good"));
    assert_eq!(
        words(&mut world, &promotion),
        [
            "needs 1 more approval from release-managers",
            "1 of 1 approval from security or auditors"
        ]
    );
    promotion = approve(promotion, "bob", &["release-managers"]);
    assert_eq!(
        words(&mut world, &promotion)[0],
        "2 of 2 approvals from release-managers"
    );

    // What a record says that the rules would not have let in does not count either.
    let mut forged = promotion.clone();
    forged.approvals[1].by = manager("ADA");
    assert_eq!(
        words(&mut world, &forged)[0],
        "needs 1 more approval from release-managers"
    );
    forged.approvals[1].by = grace();
    assert_eq!(
        words(&mut world, &forged)[0],
        "needs 1 more approval from release-managers"
    );
    forged = promotion.clone();
    forged.approvals[1].digest = bytes(811);
    assert_eq!(
        words(&mut world, &forged)[0],
        "needs 1 more approval from release-managers"
    );
}

#[test]
fn a_freeze_says_until_when() {
    let world = World::new().gates(|gates| gates.freezes = vec![weekend()]);
    assert_eq!(world.gate(GateKind::Freeze).words, "no freeze");
    let answer = world.gate_at(GateKind::Freeze, saturday());
    assert_eq!(answer.standing, Standing::Waiting);
    assert_eq!(
        answer.words,
        "frozen until Mon 2026-11-23 08:00 Europe/Berlin: weekend"
    );
    assert_eq!(answer.until, Some(at("2026-11-23T07:00:00Z")));
}

#[test]
fn a_build_grows_too_old() {
    let world = World::new().gates(|gates| gates.max_age = Some(hours(24)));
    assert_eq!(world.standing(GateKind::Age), Standing::Met);
    let later = world.gate_at(GateKind::Age, now() + hours(2));
    assert_eq!(later.standing, Standing::Refused);
    assert_eq!(later.words, "1 d 2 h old, 1 d at the most");
}

#[test]
fn findings_are_limited_and_without_a_scan_the_gate_is_closed() {
    let found = |critical, high| Some(Findings { critical, high });
    let cases = [
        (
            None,
            limit(0, 5),
            Standing::Refused,
            "no scan of it is known",
        ),
        (
            found(0, 5),
            limit(0, 5),
            Standing::Met,
            "findings: 0 critical, 0 allowed and 5 high, 5 allowed",
        ),
        (
            found(1, 0),
            limit(0, 5),
            Standing::Refused,
            "findings: 1 critical, 0 allowed and 0 high, 5 allowed",
        ),
        (
            found(0, 900),
            FindingsLimit {
                critical: Some(0),
                high: None,
            },
            Standing::Met,
            "findings: 0 critical, 0 allowed",
        ),
    ];
    for (findings, limit, standing, words) in cases {
        let world = World::new()
            .gates(|gates| gates.findings = Some(limit))
            .with(|world| world.findings = findings);
        let answer = world.gate(GateKind::Findings);
        assert_eq!((answer.standing, answer.words.as_str()), (standing, words));
    }
}

#[test]
fn the_install_forecast_closes_its_gate_unless_a_rule_is_allowed() {
    let told = |warning| Forecast::of(warning, "build 811");
    let lower = InstallWarning::LowerVersionCode {
        before: 9,
        now: 8,
        debuggable: false,
    };
    let forecast = vec![
        told(lower),
        told(InstallWarning::OnlyV1Signature),
        told(InstallWarning::Debuggable),
    ];
    let world = |refuse, allow: &[&str]| {
        let allow = allow.iter().map(ToString::to_string).collect();
        World::new()
            .gates(|gates| gates.install = Some(InstallLimit { refuse, allow }))
            .with(|world| world.install.clone_from(&forecast))
    };
    let answer = world(Severity::Refuses, &[]).gate(GateKind::Install);
    assert_eq!(answer.standing, Standing::Refused);
    assert_eq!(answer.words, "Lower version code than build 811: 8 after 9");
    let answer = world(Severity::MayRefuse, &[]).gate(GateKind::Install);
    assert!(
        answer
            .words
            .ends_with("; Signed with scheme v1 only: Android 11 and newer refuse it")
    );
    let allowed = ["lower-version-code", "only-v1-signature"];
    assert_eq!(
        world(Severity::MayRefuse, &allowed).standing(GateKind::Install),
        Standing::Met
    );
    assert_eq!(
        world(Severity::Note, &allowed).standing(GateKind::Install),
        Standing::Refused
    );
    // A rollback is to a lower version code by its nature.
    let back = world(Severity::Refuses, &[]).rollback();
    assert!(
        !matches!(back.asked(), Decision::Refused(reasons) if reasons.iter().any(|it| it.kind == RefusalKind::Gate))
    );
    assert_eq!(World::new().situation().install, []);
}

#[test]
fn a_hold_waits_for_whoever_may_lift_it() {
    let held = World::new().held(Held::Environment {
        environment: environment("preprod"),
        app: None,
    });
    let answer = held.gate(GateKind::Hold);
    assert_eq!(answer.standing, Standing::Waiting);
    assert_eq!(
        answer.words,
        "preprod is held by ada@example.com: incident 7"
    );
    assert_eq!(answer.until, None);
}

#[test]
fn without_a_step_or_a_build_there_is_nothing_to_ask() {
    let world = World::new().to("demo");
    assert_eq!(evaluate(&world.situation(), now()), []);
    let world = World::new().with(|world| world.build = None);
    assert_eq!(evaluate(&world.situation(), now()), []);
}
