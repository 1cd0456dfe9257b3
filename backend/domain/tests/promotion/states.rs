//! Every state that a promotion can come to, by enumeration: no way leads to a release but through gates that are met or were
//! bypassed, and two promotions of one app to one environment never run into each other.

use std::collections::{HashSet, VecDeque};

use domain::{
    gate::GateKind,
    hold::Held,
    promotion::{CheckRun, Decision, Impossible, Promotion, Serving, State},
    status::Status,
};

use crate::world::*;

/// What changes around a promotion.
#[expect(clippy::struct_excessive_bools, reason = "each is on or off by itself")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Around {
    check_passed: bool,
    held: bool,
    withdrawn: bool,
    weekend: bool,
    expired: bool,
    other_bytes: bool,
    place_lost: bool,
}

impl Around {
    const CHANGES: [fn(&mut Self); 7] = [
        |around| around.check_passed = !around.check_passed,
        |around| around.held = !around.held,
        |around| around.withdrawn = !around.withdrawn,
        |around| around.weekend = !around.weekend,
        |around| around.expired = !around.expired,
        |around| around.other_bytes = !around.other_bytes,
        |around| around.place_lost = !around.place_lost,
    ];

    fn now(self) -> domain::Timestamp {
        match (self.expired, self.weekend) {
            (false, false) => now(),
            (false, true) => saturday(),
            (true, false) => at("2026-12-02T10:00:00Z"),
            (true, true) => at("2026-12-05T10:00:00Z"),
        }
    }
}

/// A path that asks for a check, two approvals and no freeze, and a promotion that waits.
fn world(bypass: &[GateKind]) -> World {
    let mut world = World::new()
        .gates(|gates| {
            gates.checks = vec![end_to_end()];
            gates.approvals = vec![two_release_managers()];
            gates.freezes = vec![weekend()];
        })
        .with(|world| world.step().expires_after = hours(24 * 7));
    if !bypass.is_empty() {
        world = world.bypassing(bypass);
    }
    world.open();
    world
}

fn around(world: &World, promotion: &Promotion, around: Around) -> World {
    let mut world = world.clone();
    let status = if around.check_passed {
        Status::Succeeded
    } else {
        Status::Failed
    };
    let run = CheckRun {
        status: Some(status),
        ..passed("first")
    };
    world.checks = known_of(end_to_end(), vec![run]);
    if around.held {
        world = world.held(Held::Environment {
            environment: environment("preprod"),
            app: None,
        });
    }
    if around.withdrawn {
        world = world.held(Held::Build {
            app: "wallet".parse().unwrap(),
            build: ulid(812),
        });
    }
    if around.other_bytes {
        world.build.as_mut().unwrap().digest = bytes(999);
    }
    world.open = (!around.place_lost).then(|| promotion.clone());
    world
}

/// Everything that anybody can try with a promotion.
fn attempts(
    world: &World,
    promotion: &Promotion,
    now: domain::Timestamp,
) -> Vec<(&'static str, Result<Promotion, Impossible>)> {
    let step = world.clone().step().clone();
    let p = || promotion.clone();
    let approve = |by, seen| p().approve(&step, &by, &seen, None, now);
    vec![
        ("approve", approve(manager("ada"), bytes(812))),
        ("approve", approve(manager("bob"), bytes(812))),
        ("approve other bytes", approve(manager("cy"), bytes(999))),
        ("approve own", approve(grace(), bytes(812))),
        (
            "approve unasked",
            approve(person("tim", &["testers"]), bytes(812)),
        ),
        (
            "reject",
            p().reject(&step, &manager("ada"), MAY_NOT, "no", now),
        ),
        ("cancel", p().cancel(&grace(), MAY_NOT, "no", now)),
        ("expire", p().expire(now)),
        ("start", p().start(&world.situation(), now)),
        ("running", p().running(None, now)),
        ("succeed", p().succeed(now)),
        ("fail", p().fail("broken", now)),
        ("tried", p().tried("a time-out", now)),
        (
            "abandon",
            p().abandon(&manager("ada"), MAY, "it hangs", now),
        ),
        (
            "abandon without the right",
            p().abandon(&grace(), MAY_NOT, "it hangs", now),
        ),
    ]
}

/// Whether it may start, worked out from the model alone and not by the rules that are tested.
fn may_start(promotion: &Promotion, around: Around, bypass: &[GateKind]) -> bool {
    let managers: HashSet<&str> = promotion
        .approvals
        .iter()
        .filter(|approval| approval.digest == bytes(812))
        .map(|approval| approval.by.name.as_str())
        .filter(|name| ["ada@example.com", "bob@example.com"].contains(name))
        .collect();
    let past = |gate| bypass.contains(&gate);
    promotion.state == State::Waiting
        && (around.check_passed || past(GateKind::Checks))
        && (managers.len() == 2 || past(GateKind::Approvals))
        && (!around.weekend || past(GateKind::Freeze))
        && !around.held
        && !around.withdrawn
        && !around.expired
        && !around.other_bytes
        && !around.place_lost
}

/// Visits every state of a promotion in every state of what is around it.
fn visit(bypass: &[GateKind]) -> (usize, HashSet<&'static str>) {
    let world = world(bypass);
    let first = world.open.clone().unwrap();
    let calm = Around {
        check_passed: true,
        held: false,
        withdrawn: false,
        weekend: false,
        expired: false,
        other_bytes: false,
        place_lost: false,
    };
    let mut ways: VecDeque<(Promotion, Around, bool)> = VecDeque::from([(first, calm, false)]);
    let mut seen = HashSet::new();
    let mut reached = HashSet::new();
    while let Some((promotion, is, rightly_started)) = ways.pop_front() {
        let key = (state_of(&promotion), is, rightly_started);
        if !seen.insert(key) {
            continue;
        }
        reached.insert(promotion.state.word());
        for change in Around::CHANGES {
            let mut next = is;
            change(&mut next);
            ways.push_back((promotion.clone(), next, rightly_started));
        }
        let here = around(&world, &promotion, is);
        for (what, result) in attempts(&here, &promotion, is.now()) {
            let Ok(next) = result else { continue };
            assert!(
                !promotion.state.is_terminal(),
                "{what} after {:?}",
                promotion.state
            );
            assert!(
                ![
                    "approve other bytes",
                    "approve own",
                    "approve unasked",
                    "abandon without the right"
                ]
                .contains(&what),
                "{what}"
            );
            let starts = promotion.state == State::Waiting && next.state == State::Starting;
            if starts {
                assert_eq!(what, "start");
                assert!(may_start(&promotion, is, bypass), "{promotion:#?} {is:?}");
                assert!(next.gates.iter().all(|gate| gate.standing.lets_through()));
            }
            let rightly = rightly_started || starts;
            let released = matches!(
                next.state,
                State::Starting | State::Running | State::Succeeded
            );
            assert!(!released || rightly, "{what} led to {:?}", next.state);
            ways.push_back((next, is, rightly));
        }
        let starts = here.start(promotion.clone(), is.now()).is_ok();
        assert_eq!(
            starts,
            may_start(&promotion, is, bypass),
            "{promotion:#?} {is:?}"
        );
    }
    (seen.len(), reached)
}

/// What of a promotion decides on its future.
fn state_of(promotion: &Promotion) -> (&'static str, Vec<String>) {
    let mut approved: Vec<String> = promotion
        .approvals
        .iter()
        .map(|approval| approval.by.name.clone())
        .collect();
    approved.sort();
    (promotion.state.word(), approved)
}

#[test]
fn no_way_leads_to_a_release_but_through_every_gate() {
    for bypass in [
        &[][..],
        &[GateKind::Approvals],
        &[GateKind::Checks, GateKind::Freeze],
        &[GateKind::Checks, GateKind::Approvals, GateKind::Freeze],
    ] {
        let (visited, reached) = visit(bypass);
        assert!(visited > 1_000, "{visited}");
        let every_state = [
            "waiting",
            "starting",
            "running",
            "succeeded",
            "failed",
            "rejected",
            "expired",
            "canceled",
            "abandoned",
        ];
        assert_eq!(reached, HashSet::from(every_state));
    }
}

/// What the table holds of one app and environment: the promotion that has the place, and those that have ended.
#[derive(Clone, Default)]
struct Place {
    here: Option<Serving>,
    open: Option<Promotion>,
    ended: Vec<Promotion>,
    started: u32,
}

/// One of two people, who read and write in turns, and may find that the other was faster.
#[derive(Clone)]
struct Person {
    world: World,
    decision: Option<Decision>,
    mine: Option<Promotion>,
}

impl Person {
    fn asking_for(build: u64, number: u64) -> Self {
        let world = World::new().with(|world| {
            let facts = world.build.as_mut().unwrap();
            (facts.id, facts.number, facts.digest) = (ulid(build), build, bytes(build));
            world.request.id = promotion_id(number);
        });
        Self {
            world,
            decision: None,
            mine: None,
        }
    }

    fn look(&mut self, place: &Place) {
        self.world.open.clone_from(&place.open);
        self.world.here.clone_from(&place.here);
    }

    /// The turns of a request: look, note it if the place is free, look again and start, carry out.
    const TURNS: [fn(&mut Self, &mut Place); 4] = [
        |person, place| {
            person.look(place);
            person.decision = Some(person.world.asked());
        },
        |person, place| {
            let Some(Decision::Granted { gates, .. }) = person.decision.take() else {
                return;
            };
            if place.open.is_none() {
                let request = person.world.request.clone();
                let promotion = Promotion::of(&person.world.situation(), request, gates, now());
                place.open.clone_from(&promotion);
                person.mine = promotion;
            }
        },
        |person, place| {
            let Some(mine) = person.mine.clone() else {
                return;
            };
            person.look(place);
            if let Ok(starting) = person.world.start(mine, now()) {
                place.started += 1;
                place.open = Some(starting.clone());
                person.mine = Some(starting);
            }
        },
        |person, place| {
            let Some(mine) = person.mine.take() else {
                return;
            };
            if let Ok(done) = mine.succeed(now()) {
                place.here = Some(serving(done.number));
                place.ended.push(done);
                place.open = None;
            }
        },
    ];
}

/// Every way in which two people's turns can follow upon one another.
fn interleavings(turns: usize) -> Vec<Vec<usize>> {
    (0..1_u32 << (2 * turns))
        .filter(|order| order.count_ones() as usize == turns)
        .map(|order| {
            (0..2 * turns)
                .map(|turn| (order >> turn & 1) as usize)
                .collect()
        })
        .collect()
}

fn play(order: &[usize], mut people: [Person; 2]) -> Place {
    let mut place = Place::default();
    let mut turn = [0, 0];
    for who in order {
        let act = Person::TURNS[turn[*who]];
        act(&mut people[*who], &mut place);
        turn[*who] += 1;
        let on_their_way = people.iter().filter(|person| person.mine.is_some()).count();
        assert!(on_their_way <= 1, "{order:?}: two at once");
    }
    place
}

#[test]
fn two_promotions_to_one_environment_never_run_into_each_other() {
    let orders = interleavings(Person::TURNS.len());
    assert_eq!(orders.len(), 70);
    for order in orders {
        let people = [Person::asking_for(812, 1), Person::asking_for(813, 2)];
        let place = play(&order, people);
        assert!(place.open.is_none(), "{order:?}");
        assert_eq!(place.started as usize, place.ended.len(), "{order:?}");
        assert!((1..=2).contains(&place.ended.len()), "{order:?}");
    }
}

#[test]
fn a_double_click_releases_once() {
    for order in interleavings(Person::TURNS.len()) {
        let people = [Person::asking_for(812, 1), Person::asking_for(812, 2)];
        let place = play(&order, people);
        assert_eq!((place.started, place.ended.len()), (1, 1), "{order:?}");
        // Who looked before the other had asked and wrote when the other was done leaves one that waits, and never starts.
        if let Some(open) = place.open {
            assert_eq!(open.state, State::Waiting, "{order:?}");
        }
    }
}
