//! What ends a promotion that has started, other than its target.

use domain::{
    access::{Permission, Permit},
    actor::Actor,
    path::Timeouts,
    promotion::{Impossible, Promotion, State},
};

use crate::world::*;

fn starting() -> Promotion {
    let mut world = World::new();
    let promotion = world.open();
    world.start(promotion, now()).unwrap()
}

#[test]
fn a_promotion_is_overdue_by_the_state_that_it_is_in_and_says_what_was_last_tried() {
    let timeouts = Timeouts::default();
    let starting = starting();
    assert_eq!(
        starting.overdue(
            timeouts,
            now() + hours(1) - jiff::SignedDuration::from_secs(1)
        ),
        None
    );
    let why = starting.overdue(timeouts, now() + hours(1)).unwrap();
    assert!(
        why.contains("not taken on within 1 h; its target has not said why"),
        "{why}"
    );
    let tried = starting
        .clone()
        .tried("a time-out", now() + hours(1))
        .unwrap();
    assert_eq!(
        tried.since, starting.since,
        "trying does not begin the time anew"
    );
    let why = tried.overdue(timeouts, now() + hours(1)).unwrap();
    assert!(
        why.contains("at 2026-11-18T11:00:00Z its target said: a time-out"),
        "{why}"
    );

    let running = tried.running(None, now() + hours(1)).unwrap();
    assert_eq!(running.last_error, None);
    assert_eq!(running.overdue(timeouts, now() + hours(24)), None);
    let why = running.overdue(timeouts, now() + hours(25)).unwrap();
    assert!(why.contains("not carried out within 1 d"), "{why}");
    let longer = Timeouts {
        run: hours(48),
        ..timeouts
    };
    assert_eq!(running.overdue(longer, now() + hours(25)), None);
    let done = running.succeed(now() + hours(26)).unwrap();
    assert_eq!(done.overdue(timeouts, now() + hours(100)), None);
    let waiting = World::new().open();
    assert_eq!(waiting.overdue(timeouts, now() + hours(100)), None);
}

#[test]
fn what_was_tried_is_kept_short() {
    let tried = starting().tried(&"x".repeat(5_000), now()).unwrap();
    assert_eq!(tried.last_error.unwrap().message.len(), 1_000);
}

#[test]
fn people_who_may_go_past_gates_abandon_what_has_started() {
    let abandon = |promotion: Promotion, by: &Actor, rights| {
        promotion.abandon(by, rights, "it hangs", now() + hours(2))
    };
    let running = starting().running(None, now()).unwrap();
    for promotion in [starting(), running] {
        let ended = abandon(promotion, &manager("ada"), MAY).unwrap();
        assert!(ended.state.is_terminal());
        assert_eq!(ended.since, now() + hours(2));
        assert!(matches!(&ended.state, State::Abandoned { why, .. } if why == "it hangs"));
        assert!(ended.clone().succeed(now()).is_err() && ended.fail("late", now()).is_err());
    }
    let permit = || Permit::all(Permission::ALL.to_vec());
    for (by, rights) in [
        (grace(), MAY_NOT),
        (Actor::token(manager("ada"), "ci", permit()), MAY),
        (Actor::machine("ci", permit()), MAY),
        (Actor::pipeline("wallet-prod"), MAY),
        (Actor::portal(), MAY),
    ] {
        let refused = abandon(starting(), &by, rights);
        assert_eq!(refused, Err(Impossible::MayNotAbandon), "{by:?}");
    }
    let unsaid = starting().abandon(&manager("ada"), MAY, "  ", now());
    assert!(matches!(unsaid, Err(Impossible::Words { .. })));
}

#[test]
fn what_waits_is_taken_back_and_not_abandoned() {
    let waiting = World::new().open();
    let refused = waiting
        .abandon(&manager("ada"), MAY, "x", now())
        .unwrap_err();
    assert_eq!(refused.remedy(), "cancel it: nothing has started");
}

#[test]
fn a_record_of_before_there_was_a_last_error_reads() {
    let mut record = serde_json::to_value(starting()).unwrap();
    assert!(record.get("last_error").is_none());
    record["last_error"] = serde_json::json!({"at": "2026-11-18T11:00:00Z", "message": "x"});
    let read: Promotion = serde_json::from_value(record).unwrap();
    assert_eq!(read.last_error.unwrap().message, "x");
}
