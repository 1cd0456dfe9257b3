//! Made-up histories of a pipeline, for the tests of the fold: several runs with their tries and steps, by a clock that
//! ticks in whole seconds, as `CodePipeline` would report them; and the orders that they may be delivered in.

use std::collections::BTreeMap;

use domain::{
    event::{Event, Facts, Revision, StepDetail, Trigger},
    fold::OrderKey,
    run::{Run, RunBrief, Step},
    status::Status,
};
use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*, sample::Index};

use crate::records::{pipeline, run_id};

/// How a try of a run ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
    /// Asked to stop and stopped, mostly within one second.
    Stopped,
    /// A newer one overtook it.
    Superseded,
    /// Not heard of.
    Open,
}

/// One try of a run: its ending, and what its steps do.
#[derive(Clone, Debug)]
struct Try {
    ending: Ending,
    steps: Vec<Status>,
    /// Seconds between one event and the next.
    ticks: Vec<i64>,
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        Just(Ending::Succeeded),
        Just(Ending::Failed),
        Just(Ending::Stopped),
        Just(Ending::Superseded),
        Just(Ending::Open),
    ]
}

fn step_ending() -> impl Strategy<Value = Status> {
    prop_oneof![
        3 => Just(Status::Succeeded),
        1 => Just(Status::Failed),
        1 => Just(Status::Canceled),
        1 => Just(Status::Skipped),
        1 => Just(Status::Unknown),
    ]
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (ending(), vec(step_ending(), 1..4), vec(0_i64..3, 12));
    let one = one.prop_map(|(ending, steps, ticks)| Try {
        ending,
        steps,
        ticks,
    });
    vec(one, 1..4)
}

/// Everything that a source reports of up to `most` runs of one pipeline; some of it is lost on the way.
pub fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let run = (0_i64..20, tries(), prop::bool::weighted(0.1));
    (vec(run, 1..=most), vec(prop::bool::weighted(0.9), 200)).prop_map(|(runs, heard)| {
        let mut all = Vec::new();
        for (number, (start, tries, child)) in runs.into_iter().enumerate() {
            all.extend(Teller::new(number, start, child).tell(&tries));
        }
        let first = all[0].clone();
        let mut kept: Vec<Event> = all
            .into_iter()
            .zip(heard.into_iter().cycle())
            .filter_map(|(event, heard)| heard.then_some(event))
            .collect();
        if kept.is_empty() {
            kept.push(first);
        }
        kept
    })
}

/// An order of deliveries: every event at least once, some again, anywhere.
pub fn deliveries(most: usize) -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    (events(most), vec(any::<Index>(), 0..12)).prop_flat_map(|(events, again)| {
        let mut all = events.clone();
        all.extend(again.iter().map(|index| index.get(&events).clone()));
        (Just(events), Just(all).prop_shuffle())
    })
}

/// What differs between the events of a run.
struct Told<'a> {
    attempt: u32,
    step: Option<String>,
    status: Status,
    word: &'a str,
    /// Seconds since the event before.
    tick: i64,
    facts: Facts,
}

/// Writes down what happens to one run.
struct Teller {
    run: usize,
    child: bool,
    now: Timestamp,
    told: Vec<Event>,
}

impl Teller {
    fn new(run: usize, start: i64, child: bool) -> Self {
        Self {
            run,
            child,
            now: at(1_790_000_000 + start),
            told: Vec::new(),
        }
    }

    fn tell(mut self, tries: &[Try]) -> Vec<Event> {
        for (attempt, one) in (1..).zip(tries) {
            let mut ticks = one.ticks.iter().copied().cycle();
            let mut tick = || ticks.next().unwrap_or(0);
            let first = if attempt == 1 { "STARTED" } else { "RESUMED" };
            self.run_event(attempt, Status::Running, first, tick());
            for (place, ending) in one.steps.iter().enumerate() {
                self.step_event(attempt, place, Status::Running, tick());
                self.step_event(attempt, place, *ending, tick());
            }
            match one.ending {
                Ending::Succeeded => {
                    self.run_event(attempt, Status::Succeeded, "SUCCEEDED", tick());
                }
                Ending::Failed => self.run_event(attempt, Status::Failed, "FAILED", tick()),
                Ending::Superseded => {
                    self.run_event(attempt, Status::Superseded, "SUPERSEDED", tick());
                }
                Ending::Stopped => {
                    self.run_event(attempt, Status::Stopping, "STOPPING", tick());
                    self.run_event(attempt, Status::Canceled, "STOPPED", tick() / 2);
                }
                Ending::Open => {}
            }
        }
        self.told
    }

    fn run_event(&mut self, attempt: u32, status: Status, word: &str, tick: i64) {
        let facts = Facts {
            trigger: (word == "STARTED").then(|| Trigger {
                kind: "StartPipelineExecution".to_owned(),
                by: None,
            }),
            // Newer forms of the event say when the run started, older ones do not.
            started_at: (tick == 1).then_some(self.now),
            ..Facts::default()
        };
        self.event(Told {
            attempt,
            step: None,
            status,
            word,
            tick,
            facts,
        });
    }

    fn step_event(&mut self, attempt: u32, place: usize, status: Status, tick: i64) {
        let ended = status != Status::Running;
        let facts = Facts {
            revision: (ended && place < 2).then(|| Revision {
                commit: format!("{place}{attempt}0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d"),
                message: Some(format!("Change {attempt} of source {place}")),
                branch: Some("main".to_owned()),
                repository: None,
                url: None,
            }),
            detail: (ended || tick == 1).then(|| StepDetail {
                category: Some("Build".to_owned()),
                summary: ended.then(|| format!("ended in try {attempt}")),
                ..StepDetail::default()
            }),
            ..Facts::default()
        };
        let step = format!("Stage/Action{place}");
        self.event(Told {
            attempt,
            step: Some(step),
            status,
            word: status.word(),
            tick,
            facts,
        });
    }

    /// An event with what all events of a run have in common.
    fn event(&mut self, told: Told<'_>) {
        let Told {
            attempt,
            step,
            status,
            word,
            tick,
            facts,
        } = told;
        self.now += SignedDuration::from_secs(tick);
        let number = self.told.len();
        let run = self.run;
        self.told.push(Event {
            id: format!("codepipeline:{run}-{number}").parse().unwrap(),
            run: run_id(&format!("run-{run}")),
            step: step.map(|step| step.parse().unwrap()),
            pipeline: pipeline("wallet-dev"),
            occurred_at: self.now,
            received_at: self.now + SignedDuration::from_secs(1),
            attempt,
            ordinal: Event::clock_ordinal(self.now, self.now),
            status,
            raw_status: word.to_owned(),
            facts: Facts {
                parent: self.child.then(|| "codepipeline/parent".to_owned()),
                ..facts
            },
        });
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// What is to be known in the end, told without folding: for each run and step the event with the greatest key, and
/// beside it what all its events say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The runs, by their identifier.
    pub runs: BTreeMap<String, Run>,
    /// The steps, by their run's identifier and their own.
    pub steps: BTreeMap<(String, String), Step>,
    /// The newest runs.
    pub recent: Vec<RunBrief>,
}

impl Known {
    /// What the events say, by folding them in the order given.
    pub fn folded(events: &[Event]) -> Self {
        let mut known = Self::default();
        for event in events {
            let run = event.run.to_string();
            join_into(&mut known.runs, run.clone(), Run::seed(event), Run::join);
            if let Some(step) = Step::seed(event) {
                let key = (run, step.id.to_string());
                join_into(&mut known.steps, key, step, Step::join);
            }
        }
        known.recent = newest(known.runs.values());
        known
    }
}

fn join_into<K: Ord, T: Clone>(
    map: &mut BTreeMap<K, T>,
    key: K,
    value: T,
    join: impl Fn(T, T) -> T,
) {
    let joined = match map.get(&key) {
        Some(before) => join(before.clone(), value),
        None => value,
    };
    map.insert(key, joined);
}

/// The runs that the overview shows: the three last heard of, by start.
fn newest<'a>(runs: impl Iterator<Item = &'a Run>) -> Vec<RunBrief> {
    let mut runs: Vec<&Run> = runs
        .filter(|run| run.key.is_some() && run.parent.is_none())
        .collect();
    runs.sort_by_key(|run| {
        let latest = run.key.as_ref().map(OrderKey::ordinal);
        std::cmp::Reverse((latest, &run.id))
    });
    runs.truncate(3);
    runs.sort_by_key(|run| std::cmp::Reverse((run.started_at, &run.id)));
    runs.into_iter().map(Run::brief).collect()
}
