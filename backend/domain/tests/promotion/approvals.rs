//! How many people have to approve, by who asks.

use domain::{
    access::{Permission, Permit},
    actor::Actor,
    gate::{GateKind, Standing},
    path::ApprovalRule,
    promotion::{Impossible, PromotionKind, State},
};

use crate::world::*;

fn asked_by(by: Actor) -> World {
    World::new()
        .gates(|gates| {
            gates.approvals = vec![ApprovalRule {
                count: 1,
                groups: vec!["release-managers".to_owned()],
            }];
        })
        .with(|world| world.request.by = by)
}

fn permit() -> Permit {
    Permit::all(vec![Permission::Promote])
}

/// Who approves until it starts.
fn approvers(mut world: World) -> usize {
    let mut promotion = world.open();
    for (given, name) in ["ada", "bob", "cy"].into_iter().enumerate() {
        if world.start(promotion.clone(), now()).is_ok() {
            return given;
        }
        let step = world.step().clone();
        let approved = promotion.approve(&step, &manager(name), &bytes(812), None, now());
        promotion = approved.unwrap();
        world.open = Some(promotion.clone());
    }
    panic!("three people are not enough");
}

#[test]
fn where_no_person_asks_one_approval_more_is_needed() {
    for by in [
        grace(),
        Actor::local(),
        Actor::token(grace(), "ci", permit()),
    ] {
        assert_eq!(approvers(asked_by(by.clone())), 1, "{by:?}");
    }
    let machine = Actor::machine("ci", permit());
    for by in [
        Actor::pipeline("wallet-prod"),
        Actor::portal(),
        machine.clone(),
        Actor::token(machine, "ci", permit()),
    ] {
        assert_eq!(approvers(asked_by(by.clone())), 2, "{by:?}");
    }
    let automatic =
        asked_by(Actor::portal()).with(|world| world.request.kind = PromotionKind::Automatic);
    assert_eq!(approvers(automatic), 2);
}

#[test]
fn the_gate_says_that_it_asks_for_one_more_and_why() {
    let mut world = asked_by(Actor::pipeline("wallet-prod"));
    let promotion = world.open();
    let gate = world.gate(GateKind::Approvals);
    let because = "(one more than the rule says, since no person asked)";
    assert_eq!(
        (gate.standing, gate.words),
        (
            Standing::Waiting,
            format!("needs 2 approvals from release-managers {because}")
        )
    );
    let step = world.step().clone();
    let approved = promotion.approve(&step, &manager("ada"), &bytes(812), None, now());
    let approved = approved.unwrap();
    world.open = Some(approved.clone());
    assert_eq!(
        world.gate(GateKind::Approvals).words,
        format!("needs 1 more approval from release-managers {because}")
    );
    assert!(matches!(
        world.start(approved.clone(), now()),
        Err(Impossible::Gates { .. })
    ));
    let approved = approved.approve(&step, &manager("bob"), &bytes(812), None, now());
    world.open = Some(approved.unwrap());
    assert_eq!(
        world.gate(GateKind::Approvals).words,
        format!("2 of 2 approvals from release-managers {because}")
    );
}

#[test]
fn where_nobody_has_to_approve_nobody_has_to_for_a_pipeline_either() {
    let mut world = World::new().with(|world| world.request.by = Actor::pipeline("wallet-prod"));
    let promotion = world.open();
    let started = world.start(promotion, now()).unwrap();
    assert_eq!(started.state, State::Starting);
}
