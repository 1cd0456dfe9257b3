//! Whatever order events come in, and however often, what is known in the end is the same.

use domain::{
    event::Event,
    fold::OrderKey,
    run::{RecentRuns, Run, Step},
    status::Status,
};
use proptest::{collection::vec, prelude::*, sample::Index};
use testdata::{
    history::{Known, deliveries, events},
    records::pipeline,
};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What some of a run's events say together.
fn run_of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Run> {
    events.into_iter().map(Run::seed).reduce(Run::join)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_order_and_any_repeats_end_in_the_same_runs_and_steps((events, delivered) in deliveries(4)) {
        prop_assert_eq!(Known::folded(&delivered), Known::folded(&events));
    }

    #[test]
    fn the_status_is_that_of_the_greatest_key((events, delivered) in deliveries(3)) {
        let known = Known::folded(&delivered);
        for run in known.runs.values() {
            let whole = events.iter().filter(|event| event.run == run.id && event.step.is_none());
            let greatest = whole.max_by_key(|event| OrderKey::of(event));
            prop_assert_eq!(run.key.clone(), greatest.map(OrderKey::of));
            if let Some(event) = greatest {
                prop_assert_eq!(run.status, event.status);
                prop_assert_eq!(&run.raw_status, &event.raw_status);
                prop_assert_eq!(run.attempt, event.attempt);
                prop_assert_eq!(run.updated_at, event.occurred_at);
            }
            let first = events.iter().filter(|event| event.run == run.id).map(|event| Run::seed(event).started_at).min();
            prop_assert_eq!(Some(run.started_at), first);
        }
        for ((run, step), known) in &known.steps {
            let of_step = events.iter().filter(|event| event.run.as_str() == run && event.step.as_ref().is_some_and(|id| id.as_str() == step));
            let greatest = of_step.max_by_key(|event| OrderKey::of(event)).unwrap();
            prop_assert_eq!(known.status, greatest.status);
            prop_assert_eq!(known.attempt, greatest.attempt);
        }
    }

    #[test]
    fn joining_runs_is_commutative_associative_and_idempotent(events in events(1), parts in vec(vec(any::<Index>(), 1..8), 3)) {
        let state = |indices: &[Index]| run_of(indices.iter().map(|index| index.get(&events))).unwrap();
        let (a, b, c) = (state(&parts[0]), state(&parts[1]), state(&parts[2]));
        prop_assert_eq!(a.clone().join(b.clone()), b.clone().join(a.clone()));
        prop_assert_eq!(a.clone().join(b.clone()).join(c.clone()), a.clone().join(b.clone().join(c)));
        prop_assert_eq!(a.clone().join(a.clone()), a.clone());
        let both = a.clone().join(b);
        prop_assert_eq!(both.clone().join(a), both);
    }

    #[test]
    fn joining_steps_is_commutative_associative_and_idempotent(events in events(1), parts in vec(vec(any::<Index>(), 1..8), 3)) {
        let of_step: Vec<Step> = events
            .iter()
            .filter_map(Step::seed)
            .filter(|step| step.id.as_str() == "Stage/Action0")
            .collect();
        prop_assume!(!of_step.is_empty());
        let state = |indices: &[Index]| indices.iter().map(|index| index.get(&of_step).clone()).reduce(Step::join).unwrap();
        let (a, b, c) = (state(&parts[0]), state(&parts[1]), state(&parts[2]));
        prop_assert_eq!(a.clone().join(b.clone()), b.clone().join(a.clone()));
        prop_assert_eq!(a.clone().join(b.clone()).join(c.clone()), a.clone().join(b.clone().join(c)));
        prop_assert_eq!(a.clone().join(a.clone()), a);
    }

    #[test]
    fn the_overview_shows_the_same_runs_in_the_end((events, delivered) in deliveries(6)) {
        let mut recent = RecentRuns { app: None, environment: None, pipeline: pipeline("wallet-dev"), runs: Vec::new() };
        for (place, event) in delivered.iter().enumerate() {
            let heard = delivered[..=place].iter().filter(|heard| heard.run == event.run);
            let run = run_of(heard).unwrap();
            if run.key.is_some() && run.parent.is_none() {
                recent = recent.with(run.brief());
            }
        }
        prop_assert_eq!(recent.runs, Known::folded(&events).recent);
    }
}

#[test]
fn a_late_ending_of_the_first_try_does_not_end_the_second() {
    let story = |number: usize, attempt: u32, second: i64, status, word: &str| {
        let at = jiff::Timestamp::from_second(1_790_000_000 + second).unwrap();
        Event {
            id: format!("codepipeline:{number}").parse().unwrap(),
            run: "codepipeline/1/eu-west-1/wallet-dev/a".parse().unwrap(),
            step: None,
            pipeline: pipeline("wallet-dev"),
            occurred_at: at,
            received_at: at,
            attempt,
            ordinal: Event::clock_ordinal(at, at),
            status,
            raw_status: word.to_owned(),
            facts: domain::event::Facts::default(),
        }
    };
    let resumed = story(1, 2, 10, Status::Running, "RESUMED");
    let failed = story(2, 1, 12, Status::Failed, "FAILED");
    let run = run_of([&resumed, &failed]).unwrap();
    assert_eq!(run.status, Status::Running);
    assert_eq!(run.attempt, 2);

    // Within one second, what is further along counts.
    let stopping = story(3, 2, 20, Status::Stopping, "STOPPING");
    let stopped = story(4, 2, 20, Status::Canceled, "STOPPED");
    let run = run_of([&resumed, &stopped, &failed, &stopping]).unwrap();
    assert_eq!(run.raw_status, "STOPPED");
    assert!(run.finished_at().is_some());
}
