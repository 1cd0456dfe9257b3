//! A promotion's life, and what it cannot do.

use domain::{
    gate::{GateKind, Standing},
    hold::Held,
    promotion::{Impossible, State},
};

use crate::world::*;

#[test]
fn a_promotion_is_asked_for_approved_started_carried_out_and_done() {
    let mut world = World::new().gates(|gates| gates.approvals = vec![two_release_managers()]);
    let waiting = world.open();
    assert_eq!(waiting.state, State::Waiting);
    assert_eq!(waiting.expires_at, now() + hours(72));
    let too_early = world.start(waiting.clone(), now()).unwrap_err();
    assert_eq!(
        too_early.to_string(),
        "not every gate lets this promotion through: needs 2 approvals from release-managers"
    );
    assert_eq!(
        too_early.remedy(),
        "ask someone of release-managers to approve"
    );
    let step = world.step().clone();
    let approved = ["ada", "bob"].into_iter().fold(waiting, |promotion, who| {
        promotion
            .approve(&step, &manager(who), &bytes(812), None, now())
            .unwrap()
    });
    world.open = Some(approved.clone());
    let starting = world.start(approved, now() + hours(1)).unwrap();
    assert_eq!(starting.state, State::Starting);
    assert_eq!(starting.since, now() + hours(1));
    assert!(
        starting
            .gates
            .iter()
            .all(|gate| gate.standing == Standing::Met)
    );
    let running = starting
        .running(Some(run("release")), now() + hours(1))
        .unwrap();
    assert_eq!(running.run, Some(run("release")));
    let done = running.succeed(now() + hours(2)).unwrap();
    assert_eq!(done.state, State::Succeeded);
    assert!(done.state.is_terminal());
}

#[test]
fn a_target_may_succeed_without_having_said_that_it_runs() {
    let mut world = World::new();
    let promotion = world.open();
    let starting = world.start(promotion, now()).unwrap();
    assert_eq!(starting.succeed(now()).unwrap().state, State::Succeeded);
}

#[test]
fn nothing_starts_from_the_second_on_at_which_a_hold_is_put() {
    let mut world = World::new();
    let promotion = world.open();
    assert!(world.start(promotion.clone(), now()).is_ok());
    let held = world.clone().held(Held::Environment {
        environment: environment("preprod"),
        app: None,
    });
    assert!(matches!(
        held.start(promotion.clone(), now()),
        Err(Impossible::Gates { .. })
    ));
    let withdrawn = world.held(Held::Build {
        app: "wallet".parse().unwrap(),
        build: ulid(812),
    });
    assert!(matches!(
        withdrawn.start(promotion, now()),
        Err(Impossible::Gates { .. })
    ));
}

#[test]
fn a_bypass_starts_and_is_written_down_for_ever() {
    let mut world = World::new()
        .gates(|gates| gates.approvals = vec![two_release_managers()])
        .bypassing(&[GateKind::Approvals]);
    let promotion = world.open();
    let starting = world.start(promotion, now()).unwrap();
    assert_eq!(starting.gates[0].standing, Standing::Bypassed);
    let done = starting.succeed(now()).unwrap();
    assert_eq!(done.gates[0].standing, Standing::Bypassed);
    assert_eq!(done.bypass.unwrap().reason, "payments fail for everyone");
}

#[test]
fn it_starts_in_its_own_place_only() {
    let mut world = World::new();
    let promotion = world.open();
    let without = world.clone().with(|world| world.open = None);
    assert_eq!(
        without.start(promotion.clone(), now()),
        Err(Impossible::NoPlace)
    );
    let occupied = world.clone().with(|world| {
        world.open.as_mut().unwrap().id = promotion_id(2);
    });
    assert_eq!(
        occupied.start(promotion.clone(), now()),
        Err(Impossible::Occupied(promotion_id(2)))
    );
    let other_bytes = world.clone().with(|world| {
        world.build.as_mut().unwrap().digest = bytes(813);
    });
    let gone = world.clone().with(|world| world.build = None);
    let no_step = world.with(|world| {
        world.path.as_mut().unwrap().steps.remove(1);
    });
    for world in [other_bytes, gone, no_step] {
        assert!(matches!(
            world.start(promotion.clone(), now()),
            Err(Impossible::Changed(_))
        ));
    }
}

#[test]
fn it_is_taken_back_by_whoever_asked_or_a_release_manager() {
    let promotion = World::new().open();
    let cancel = |by, rights| promotion.clone().cancel(&by, rights, "not today", now());
    assert!(matches!(
        cancel(grace(), MAY_NOT).unwrap().state,
        State::Canceled { .. }
    ));
    assert!(matches!(
        cancel(manager("ada"), MAY).unwrap().state,
        State::Canceled { .. }
    ));
    assert_eq!(
        cancel(person("tim", &["testers"]), MAY_NOT),
        Err(Impossible::NotYours)
    );
}

#[test]
fn it_expires_when_it_is_due_and_not_before() {
    let promotion = World::new().open();
    let due = now() + hours(72);
    assert_eq!(
        promotion.clone().expire(due - hours(1)),
        Err(Impossible::NotDue(due))
    );
    assert_eq!(promotion.expire(due).unwrap().state, State::Expired);
}

#[test]
fn what_was_started_is_not_taken_back_and_says_so() {
    let mut world = World::new();
    let promotion = world.open();
    let starting = world.start(promotion, now()).unwrap();
    let error = starting.cancel(&grace(), MAY, "no", now()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "this promotion is starting, so it cannot be cancelled"
    );
    assert!(error.remedy().contains("have it abandoned"));
}

#[test]
fn a_promotion_survives_its_record() {
    let mut world = World::new()
        .gates(|gates| gates.approvals = vec![two_release_managers()])
        .bypassing(&[GateKind::Soak]);
    let promotion = world.open();
    let text = serde_json::to_string(&promotion).unwrap();
    let read: domain::promotion::Promotion = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert!(!text.contains("developers"), "no groups of people: {text}");
}
