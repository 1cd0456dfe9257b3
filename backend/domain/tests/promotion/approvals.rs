//! How many people have to approve, by who asks.

use domain::{
    access::{Permission, Permit},
    actor::Actor,
    gate::{GateKind, Standing},
    id::PersonId,
    path::ApprovalRule,
    promotion::{Bypass, Impossible, Member, Promotion, PromotionKind, State},
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

/// Somebody who has always had the same subject at the issuer, under one address or another.
fn under(address: &str, subject: &str) -> Actor {
    let groups = vec!["release-managers".to_owned()];
    Actor::person(
        PersonId::of(testdata::people::ISSUER, subject),
        address,
        groups,
    )
}

/// As a version kept people that knew them by their address.
fn by_address(address: &str) -> Actor {
    serde_json::from_value(serde_json::json!({"kind": "person", "name": address})).unwrap()
}

fn approved(world: &mut World, promotion: Promotion, by: &Actor) -> Result<Promotion, Impossible> {
    let step = world.step().clone();
    let approved = promotion.approve(&step, by, &bytes(812), None, now())?;
    world.open = Some(approved.clone());
    Ok(approved)
}

#[test]
fn nobody_is_two_people_by_a_second_address() {
    let ada = under("ada@example.com", "s-1");
    let again = under("ada+2@example.com", "s-1");
    let mut world = asked_by(ada);
    let promotion = world.open();
    let own = approved(&mut world, promotion, &again);
    assert!(matches!(own, Err(Impossible::OwnRequest)), "{own:?}");

    let mut world = asked_by(grace()).with(|world| world.step().gates.approvals[0].count = 2);
    let promotion = world.open();
    let once = approved(&mut world, promotion, &under("ada@example.com", "s-1")).unwrap();
    let twice = approved(&mut world, once.clone(), &again);
    assert!(matches!(twice, Err(Impossible::Twice)), "{twice:?}");
    // The address has changed hands: that is somebody else.
    let other = approved(&mut world, once, &under("ada@example.com", "s-2")).unwrap();
    assert!(world.start(other, now()).is_ok());
}

#[test]
fn what_names_only_an_address_counts_for_nobody_and_is_given_anew() {
    let mut world = asked_by(by_address("grace@example.com"));
    let promotion = world.open();
    let gate = world.gate(GateKind::Approvals);
    assert_eq!(
        gate.words,
        "needs 2 approvals from release-managers (one more than the rule says, since it is not known which person asked)"
    );
    let own = approved(&mut world, promotion, &under("Grace@example.com", "s-9"));
    assert!(matches!(own, Err(Impossible::OwnRequest)), "{own:?}");

    let mut world = asked_by(grace());
    let promotion = world.open();
    let mut before = approved(&mut world, promotion, &under("ada@example.com", "s-1")).unwrap();
    before.approvals[0].by = by_address("ada@example.com");
    world.open = Some(before.clone());
    let gate = world.gate(GateKind::Approvals);
    assert_eq!(
        (gate.standing, gate.words.as_str()),
        (
            Standing::Waiting,
            "needs 1 approval from release-managers (1 more given, which no longer counts)"
        )
    );
    let anew = approved(&mut world, before, &under("ada@example.com", "s-1")).unwrap();
    assert_eq!(anew.approvals.len(), 1);
    assert!(world.start(anew, now()).is_ok());
}

#[test]
fn an_approval_counts_for_as_long_as_the_step_says_and_can_be_given_anew() {
    let mut world = asked_by(grace()).with(|world| {
        world.step().expires_after = hours(72);
        world.step().approvals_expire = hours(24);
    });
    let promotion = world.open();
    let promotion = approved(&mut world, promotion, &manager("ada")).unwrap();
    let (last, late) = (now() + hours(24) - hours(1), now() + hours(24));
    assert!(world.start(promotion.clone(), last).is_ok());
    let refused = world.start(promotion.clone(), late);
    assert!(
        matches!(refused, Err(Impossible::Gates { .. })),
        "{refused:?}"
    );
    let step = world.step().clone();
    let twice = promotion
        .clone()
        .approve(&step, &manager("ada"), &bytes(812), None, last);
    assert!(matches!(twice, Err(Impossible::Twice)), "{twice:?}");
    let anew = promotion.approve(&step, &manager("ada"), &bytes(812), None, late);
    let anew = anew.unwrap();
    assert_eq!(anew.approvals.len(), 1);
    world.open = Some(anew.clone());
    assert!(world.start(anew, late).is_ok());
}

#[test]
fn an_approval_counts_until_its_giver_signs_in_without_the_group() {
    let mut world = asked_by(grace());
    let promotion = world.open();
    let promotion = approved(&mut world, promotion, &manager("ada")).unwrap();
    let signed_in = |groups: &[&str]| Member {
        person: manager("ada").person.unwrap(),
        groups: groups.iter().map(ToString::to_string).collect(),
        break_glass: false,
    };
    world.members = vec![signed_in(&["release-managers"])];
    assert!(world.start(promotion.clone(), now()).is_ok());
    world.members = vec![signed_in(&["everyone"])];
    let refused = world.start(promotion.clone(), now());
    assert!(
        matches!(refused, Err(Impossible::Gates { .. })),
        "{refused:?}"
    );
    // Nor does another group that is asked for elsewhere help.
    world.step().gates.approvals[0].groups = vec!["everyone".to_owned()];
    let refused = world.start(promotion, now());
    assert!(
        matches!(refused, Err(Impossible::Gates { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_bypass_counts_as_long_as_an_approval_and_while_whoever_asked_for_it_still_may() {
    let mut world = asked_by(manager("ada")).with(|world| {
        world.step().expires_after = hours(72);
        world.step().approvals_expire = hours(24);
        world.request.bypass = Some(Bypass {
            gates: vec![GateKind::Approvals],
            reason: "incident 7".to_owned(),
        });
    });
    let promotion = world.open();
    assert!(world.start(promotion.clone(), now()).is_ok());
    let late = world.start(promotion.clone(), now() + hours(24));
    assert!(matches!(late, Err(Impossible::Gates { .. })), "{late:?}");
    for (break_glass, goes_on) in [(true, true), (false, false)] {
        world.members = vec![Member {
            person: manager("ada").person.unwrap(),
            groups: Vec::new(),
            break_glass,
        }];
        assert_eq!(world.start(promotion.clone(), now()).is_ok(), goes_on);
    }
    let gate = world.gate(GateKind::Approvals);
    assert_eq!(gate.standing, Standing::Waiting);
    assert!(
        gate.words.ends_with("(the bypass no longer counts)"),
        "{}",
        gate.words
    );
}

#[test]
fn where_nobody_has_to_approve_nobody_has_to_for_a_pipeline_either() {
    let mut world = World::new().with(|world| world.request.by = Actor::pipeline("wallet-prod"));
    let promotion = world.open();
    let started = world.start(promotion, now()).unwrap();
    assert_eq!(started.state, State::Starting);
}
