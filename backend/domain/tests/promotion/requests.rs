//! What becomes of a request.

use domain::{
    actor::Actor,
    gate::{GateKind, Standing},
    hold::Held,
    promotion::{Decision, Findings, PromotionKind, RefusalKind, State},
    status::Status,
};

use crate::world::*;

fn words(decision: &Decision) -> Vec<&str> {
    match decision {
        Decision::Granted { gates, .. } | Decision::Waits { gates, .. } => {
            gates.iter().map(|gate| gate.words.as_str()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_gates_it_is_granted() {
    let decision = World::new().asked();
    assert!(matches!(decision, Decision::Granted { .. }));
    assert_eq!(words(&decision), ["no hold"]);
}

#[test]
fn with_gates_that_need_time_or_people_it_waits_and_says_for_what() {
    let world = World::new()
        .gates(|gates| {
            gates.checks = vec![end_to_end()];
            gates.soak = Some(hours(26));
            gates.approvals = vec![two_release_managers()];
            gates.freezes = vec![weekend()];
            gates.max_age = Some(hours(720));
            gates.findings = Some(limit(0, 5));
        })
        .with(|world| world.checks = known_of(end_to_end(), vec![passed("first")]))
        .with(|world| {
            world.findings = Some(Findings {
                critical: 0,
                high: 2,
            });
        });
    let decision = world.asked();
    assert!(matches!(decision, Decision::Waits { .. }));
    assert_eq!(
        words(&decision),
        [
            "1 of 1 check passed",
            "soak 2 h left",
            "needs 2 approvals from release-managers",
            "no freeze",
            "1 d old, 30 d at the most",
            "findings: 0 critical, 0 allowed and 2 high, 5 allowed",
            "no hold",
        ]
    );
}

#[test]
fn asking_twice_makes_one_promotion() {
    let mut world = World::new().gates(|gates| gates.approvals = vec![two_release_managers()]);
    let first = world.open();
    // The same click again, and somebody else with another reason.
    world.request.id = promotion_id(2);
    assert_eq!(world.asked(), Decision::Already(first.id.clone()));
    world.request.by = manager("ada");
    world.request.reason = "release day".to_owned();
    assert_eq!(world.asked(), Decision::Already(first.id.clone()));
    // Also while it is carried out, and in a freeze that began meanwhile.
    world.open = Some(domain::promotion::Promotion {
        state: State::Running,
        ..first.clone()
    });
    let world = world.gates(|gates| gates.freezes = vec![weekend()]);
    assert_eq!(world.asked_at(saturday()), Decision::Already(first.id));
    // But nobody learns of it who may not ask.
    let stranger = world.with(|world| world.rights = MAY_NOT);
    assert_eq!(stranger.reasons()[0], RefusalKind::Forbidden);
}

#[test]
fn asking_again_with_a_bypass_is_not_the_same() {
    let mut world = World::new().gates(|gates| gates.approvals = vec![two_release_managers()]);
    world.open();
    let world = world.bypassing(&[GateKind::Approvals]);
    assert_eq!(
        world.refused().to_string(),
        "build 812 (2.4.0) is on its way to preprod already, without this bypass: cancel that promotion, then request it again with the bypass"
    );
}

#[test]
fn a_bypass_goes_past_what_it_names_and_nothing_else() {
    let world = World::new().gates(|gates| {
        gates.soak = Some(hours(48));
        gates.approvals = vec![two_release_managers()];
        gates.freezes = vec![weekend()];
        gates.max_age = Some(hours(1));
    });
    let all = [
        GateKind::Soak,
        GateKind::Approvals,
        GateKind::Freeze,
        GateKind::Age,
    ];
    let decision = world.clone().bypassing(&all).asked_at(saturday());
    let Decision::Granted { gates, .. } = &decision else {
        panic!("{decision:?}");
    };
    let bypassed: Vec<GateKind> = gates
        .iter()
        .filter(|gate| gate.standing == Standing::Bypassed)
        .map(|gate| gate.gate)
        .collect();
    // By Saturday it has soaked, so nobody went past that.
    assert_eq!(
        bypassed,
        [GateKind::Approvals, GateKind::Freeze, GateKind::Age]
    );
    assert!(words(&decision).contains(&"needs 2 approvals from release-managers (bypassed)"));

    let some = world.bypassing(&[GateKind::Freeze, GateKind::Age]);
    assert!(matches!(some.asked_at(saturday()), Decision::Waits { .. }));
}

#[test]
fn a_failed_check_refuses_a_person_and_lets_an_automatic_promotion_wait() {
    let failed = domain::promotion::CheckRun {
        status: Some(Status::Failed),
        ..passed("first")
    };
    let world = World::new()
        .gates(|gates| gates.checks = vec![end_to_end()])
        .with(|world| world.checks = known_of(end_to_end(), vec![failed]));
    let refusal = world.refused();
    assert_eq!(refusal.kind, RefusalKind::Gate);
    assert_eq!(
        refusal.to_string(),
        "0 of 1 check passed: end to end failed: run end to end again for 1a2b3c4d (codepipeline wallet-e2e, Test/e2e)"
    );
    let automatic = world.with(by_itself);
    assert!(matches!(automatic.asked(), Decision::Waits { .. }));
}

fn by_itself(world: &mut World) {
    world.request.kind = PromotionKind::Automatic;
    world.request.by = Actor::portal();
}

#[test]
fn an_automatic_promotion_waits_for_the_end_of_a_freeze() {
    let world = World::new()
        .gates(|gates| gates.freezes = vec![weekend()])
        .with(by_itself);
    assert!(matches!(world.asked_at(saturday()), Decision::Waits { .. }));
    assert!(matches!(world.asked(), Decision::Granted { .. }));
}

#[test]
fn an_automatic_promotion_is_stopped_by_its_own_hold_and_goes_past_no_gate() {
    let stop = Held::Automatic {
        app: "wallet".parse().unwrap(),
        environment: environment("preprod"),
    };
    let world = World::new().held(stop);
    assert!(
        matches!(world.asked(), Decision::Granted { .. }),
        "people may still ask"
    );
    let automatic = world.with(by_itself);
    assert_eq!(automatic.refused().kind, RefusalKind::Hold);
    let bypassing = World::new().with(by_itself).bypassing(&[GateKind::Soak]);
    assert_eq!(
        bypassing.refused().what,
        "an automatic promotion goes past no gate"
    );
}

#[test]
fn a_newer_build_overtakes_an_automatic_promotion_that_waits_and_nothing_else() {
    let mut older = World::new()
        .gates(|gates| gates.soak = Some(hours(48)))
        .with(by_itself);
    let waiting = older.open();
    let newer = older.clone().with(|world| {
        let build = world.build.as_mut().unwrap();
        (build.id, build.number, build.digest) = (ulid(813), 813, bytes(813));
    });
    let Decision::Waits { overtakes, .. } = newer.asked() else {
        panic!("{:?}", newer.asked());
    };
    assert_eq!(overtakes, Some(waiting.id.clone()));
    // What runs is not overtaken, and a person does not overtake.
    let running = newer.clone().with(|world| {
        world.open.as_mut().unwrap().state = State::Running;
    });
    assert_eq!(running.refused().kind, RefusalKind::Busy);
    let person = newer.with(|world| world.request.kind = PromotionKind::Forward);
    assert_eq!(person.refused().kind, RefusalKind::Busy);
}

#[test]
fn a_rollback_goes_to_what_was_there_through_a_shorter_list_of_gates() {
    let world = World::new().rollback().gates(|gates| {
        gates.approvals = vec![two_release_managers()];
        gates.soak = Some(hours(2));
        gates.max_age = Some(hours(1));
    });
    // Through the same gates, it is too old, and has not been in dev lately.
    assert_eq!(world.reasons(), [RefusalKind::Gate, RefusalKind::Gate]);
    let mut short = world.with(|world| {
        world.step().rollback_gates = Some(vec![GateKind::Approvals]);
        world.request.withdraw = true;
    });
    assert_eq!(
        words(&short.asked()),
        ["needs 2 approvals from release-managers", "no hold"]
    );
    assert_eq!(short.open().withdraw, Some(ulid(811)));
}

#[test]
fn a_hold_stops_a_rollback_too_whatever_its_gates_are() {
    let stop = Held::Environment {
        environment: environment("preprod"),
        app: None,
    };
    let world = World::new()
        .rollback()
        .with(|world| world.step().rollback_gates = Some(Vec::new()))
        .held(stop);
    assert_eq!(world.refused().kind, RefusalKind::Hold);
}

#[test]
fn a_hold_elsewhere_stops_nothing() {
    let world = World::new()
        .held(Held::Environment {
            environment: environment("prod"),
            app: None,
        })
        .held(Held::Environment {
            environment: environment("preprod"),
            app: Some("bank".parse().unwrap()),
        })
        .held(Held::Automatic {
            app: "bank".parse().unwrap(),
            environment: environment("preprod"),
        })
        .held(Held::Build {
            app: "wallet".parse().unwrap(),
            build: ulid(811),
        });
    assert!(matches!(world.asked(), Decision::Granted { .. }));
}

#[test]
fn a_build_may_be_asked_for_in_the_first_environment() {
    let world = World::new()
        .to("dev")
        .with(|world| world.released_in = Vec::new());
    assert!(matches!(world.asked(), Decision::Granted { .. }));
}
