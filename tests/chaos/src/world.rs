//! The portal, its clocks and what was acknowledged; one step of all that, and the way to rest.

use std::sync::Arc;

use domain::{Timestamp, id::UploadId, path::Timeouts, promotion::State};
use fastrand::Rng;
use futures::future::join_all;
use jiff::SignedDuration;
use portal::{Error, Portal, Result, promotion::Executors};
use testkit::{
    TestPortal,
    faults::{Fault, Interruption, Place},
    noon,
};

use crate::{
    choose::Pipelines,
    inbox::Inbox,
    invariants,
    model::{Model, Standing},
    operation::{Done, Operation},
    options::Options,
    report::Report,
    snapshot::Snapshot,
    team,
};

/// The bucket of the audit log's seals.
const SEALS: &str = "seals";

/// After so many steps the invariants are checked.
const EVERY: u32 = 200;

/// What comes in the way of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meets {
    Nothing,
    Failure(Interruption),
    /// The second attempt, all of it, in the middle of the first.
    Another(Place),
}

/// Something that one of the portal's processes is asked to do.
struct Attempt {
    operation: Operation,
    process: usize,
}

/// A portal of two processes, and everything around it.
pub struct World {
    pub(crate) test: TestPortal,
    /// The processes, whose calls get through.
    processes: [Portal; 2],
    /// The same where their calls can fail.
    failing: [Portal; 2],
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) handed_over: Vec<UploadId>,
    client: reqwest::Client,
    pub(crate) rng: Rng,
    now: Timestamp,
    /// How far the second process's clock is ahead, and for how many steps still.
    skew: (SignedDuration, u32),
    pub(crate) model: Model,
    pub(crate) pipelines: Pipelines,
    /// What got no answer, and is done again.
    unfinished: Vec<Operation>,
    report: Report,
}

impl World {
    /// Takes so many steps from a seed, and expects that every invariant holds.
    pub async fn run(seed: u64, options: Options) {
        let steps = options.steps;
        let mut world = Box::pin(Self::of(seed, options)).await;
        for _ in 0..steps {
            let step = world.report.begin();
            Box::pin(world.step()).await;
            if step.is_multiple_of(EVERY) {
                Box::pin(world.check()).await;
            }
        }
        Box::pin(world.come_to_rest()).await;
        Box::pin(world.check_at_rest()).await;
    }

    async fn of(seed: u64, options: Options) -> Self {
        let report = Report::of(seed, options.steps, options.prints);
        let builder = TestPortal::builder().config(&team::configuration());
        let test = builder
            .faults_everywhere()
            .in_memory()
            .seals(SEALS)
            .start()
            .await;
        let inbox = Arc::new(Inbox::default());
        let (processes, failing) = processes(&test, &inbox);
        Self {
            test,
            processes,
            failing,
            inbox,
            handed_over: Vec::new(),
            client: reqwest::Client::new(),
            rng: Rng::with_seed(seed),
            now: noon(0),
            skew: (SignedDuration::ZERO, 0),
            model: Model::default(),
            pipelines: Pipelines::default(),
            unfinished: Vec::new(),
            report,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    async fn step(&mut self) {
        self.time_passes();
        if self.rng.u8(..100) == 0 {
            self.report.line("both processes start anew");
            (self.processes, self.failing) = processes(&self.test, &self.inbox);
        }
        let operation = self.next().await;
        let process = usize::from(self.rng.u8(..10) < 3);
        let mut attempts = vec![Attempt { operation, process }];
        if self.rng.u8(..100) < 15 {
            let operation = self.beside(&attempts[0].operation.clone()).await;
            attempts.push(Attempt {
                operation,
                process: 1 - process,
            });
        }
        let meets = if self.rng.u8(..100) < 22 {
            Meets::Failure(self.interruption())
        } else if attempts.len() > 1 && self.rng.u8(..3) != 0 {
            Meets::Another(Place::Write(self.rng.u32(..3)))
        } else {
            Meets::Nothing
        };
        self.attempt(&attempts, meets).await;
    }

    /// Minutes, now and then hours, seldom days.
    fn time_passes(&mut self) {
        let millis = match self.rng.u16(..1_000) {
            0..5 => self.rng.i64(24 * 3_600_000..10 * 24 * 3_600_000),
            5..25 => self.rng.i64(3_600_000..12 * 3_600_000),
            _ => self.rng.i64(0..300_000),
        };
        self.now += SignedDuration::from_millis(millis);
        self.skew.1 = self.skew.1.saturating_sub(1);
        if self.skew.1 == 0 {
            self.skew.0 = SignedDuration::ZERO;
            if self.rng.u8(..50) == 0 {
                let minutes = self.one_of(&[-2_880, -180, -5, 5, 180, 2_880]);
                self.skew = (SignedDuration::from_mins(minutes), self.rng.u32(5..30));
                self.report
                    .line(format!("the second clock is {minutes} minutes ahead"));
            }
        }
    }

    /// What that process takes the time to be.
    fn time_of(&self, process: usize) -> Timestamp {
        if process == 0 {
            self.now
        } else {
            self.now + self.skew.0
        }
    }

    async fn next(&mut self) -> Operation {
        if !self.unfinished.is_empty() && self.rng.u8(..4) == 0 {
            let at = self.rng.usize(..self.unfinished.len());
            return self.unfinished.swap_remove(at);
        }
        if self.rng.u8(..100) < 9 {
            return Operation::Tick;
        }
        match self.urgent().await {
            Some(operation) => operation,
            None => self.choose().await,
        }
    }

    fn interruption(&mut self) -> Interruption {
        let at = if self.rng.bool() {
            Place::Write(self.rng.u32(..6))
        } else {
            Place::Call(self.rng.u32(..24))
        };
        Interruption {
            at,
            fault: self.one_of(&Fault::ALL),
            lasts: self.rng.bool(),
        }
    }

    /// Does one thing, or two at once, and learns what came of it.
    async fn attempt(&mut self, attempts: &[Attempt], meets: Meets) {
        let before = attempts.iter().map(|it| self.model.before(&it.operation));
        let before: Vec<Option<Standing>> = before.collect();
        for attempt in attempts {
            self.model.begins(&attempt.operation);
        }
        let call = |processes: &'_ [Portal; 2], attempt: &'_ Attempt| {
            let (process, now) = (attempt.process, self.time_of(attempt.process));
            let (portal, client) = (processes[process].clone(), self.client.clone());
            let operation = attempt.operation.clone();
            Box::pin(async move { operation.carry_out(&portal, &client, now).await })
        };
        let faults = self.test.faults();
        let outcomes = match (meets, attempts) {
            (Meets::Failure(interruption), _) => {
                let calls = join_all(attempts.iter().map(|it| call(&self.failing, it)));
                faults.interrupted(interruption, calls).await
            }
            (Meets::Another(at), [one, other]) => {
                let (one, other) = (call(&self.failing, one), call(&self.processes, other));
                let (one, other) = faults.in_the_middle(at, one, other).await;
                Some(vec![one, other])
            }
            (Meets::Nothing | Meets::Another(_), _) => {
                Some(join_all(attempts.iter().map(|it| call(&self.processes, it))).await)
            }
        };
        let together = if attempts.len() > 1 { " together" } else { "" };
        let how = match meets {
            Meets::Nothing => String::new(),
            _ => format!(" [{meets:?}]"),
        };
        let fails = matches!(meets, Meets::Failure(_));
        let Some(outcomes) = outcomes else {
            for attempt in attempts {
                let now = self.time_of(attempt.process);
                let operation = &attempt.operation;
                self.report
                    .line(format!("{now}{together}{how} {operation:?}: killed"));
                self.has_no_answer(operation);
            }
            return;
        };
        for ((attempt, outcome), before) in attempts.iter().zip(outcomes).zip(before) {
            let now = self.time_of(attempt.process);
            let (operation, said) = (&attempt.operation, words(&outcome));
            self.report
                .line(format!("{now}{together}{how} {operation:?}: {said}"));
            match outcome {
                Ok(done) => self.model.acknowledged(operation, &done),
                Err(error) if may_have_happened(&error) => {
                    assert!(
                        fails || attempts.len() > 1 && is_of_two(&error),
                        "{operation:?} failed, though nothing was in the way: {said}"
                    );
                    self.has_no_answer(operation);
                }
                Err(_) if attempts.len() > 1 => self.has_no_answer(operation),
                Err(error) => {
                    assert!(
                        !is_contended(&error) || fails,
                        "{operation:?} met others, though it was alone: {said}"
                    );
                    self.model.refused(operation, before);
                }
            }
        }
        match attempts {
            [one, other] => self.model.undecided(&one.operation, &other.operation),
            [
                Attempt {
                    operation: Operation::Tick,
                    process,
                },
            ] if !fails => self.check_after_tick(*process).await,
            _ => {}
        }
    }

    /// Queues deliver again until they are told that it is done; people and pipelines mostly try again.
    fn has_no_answer(&mut self, operation: &Operation) {
        if operation.is_delivered_until_done() || self.rng.u8(..100) < 80 {
            self.unfinished.push(operation.clone());
        }
    }

    /// What must hold after the clock has done all that is due.
    async fn check_after_tick(&self, process: usize) {
        let (now, table) = (self.time_of(process), &self.test.services.store.table);
        let holds = table.holds().all().await.unwrap();
        for open in table.promotions().open().await.unwrap() {
            let overdue = open.state == State::Waiting && open.expires_at <= now;
            assert!(!overdue, "past its deadline at {now}: {open:?}");
            let path = self.processes[0].catalog().path(&open.app);
            let step = path.and_then(|path| path.step(&open.to));
            let timeouts = step.map_or_else(Timeouts::default, |step| step.timeouts);
            let held = holds.iter().any(|hold| hold.on.stops(&open.app, &open.to));
            let most = match open.state {
                State::Starting => timeouts.start,
                State::Running => timeouts.run,
                _ => SignedDuration::MAX,
            };
            let late = now.duration_since(open.since) >= most;
            assert!(
                held || !late,
                "with its target for too long at {now}: {open:?}"
            );
        }
        let newest = table.audit().newest_seal().await.unwrap();
        if let Some(newest) = newest {
            assert!(newest.in_bucket, "a seal is not put: {newest:?}");
            let age = now.duration_since(newest.seal.sealed_at);
            let span = table.audit().span().await.unwrap().unwrap();
            assert!(
                age < SignedDuration::from_hours(1)
                    || span.head.number <= newest.seal.head.number + 64,
                "not sealed for {age:?}: {newest:?}, {span:?}"
            );
        }
    }

    async fn check(&mut self) {
        let snapshot = Snapshot::of(&self.test).await;
        self.report.line(snapshot.summary());
        for build in snapshot.builds() {
            self.model.knows(&build);
        }
        let problems = invariants::always(&snapshot, &self.model, self.test.portal.catalog());
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        let auditor = testkit::me();
        let verified = self.processes[0].audit().verify(&auditor, self.now);
        let verified = verified.await.unwrap();
        assert_eq!(verified.findings, [], "the audit log does not verify");
    }

    /// Nothing fails any more, everybody who got no answer tries again, and days pass.
    async fn come_to_rest(&mut self) {
        self.report.begin();
        self.report.line("nothing fails any more");
        self.skew = (SignedDuration::ZERO, 0);
        for hours in [1, 1, 1, 48, 8 * 24, 1] {
            self.now += SignedDuration::from_hours(hours);
            let mut operations = std::mem::take(&mut self.unfinished);
            operations.extend(self.lifts().await);
            operations.push(Operation::Tick);
            for operation in operations {
                self.alone(operation).await;
            }
            self.handed_over.extend(self.inbox.take());
            for upload in std::mem::take(&mut self.handed_over) {
                self.alone(Operation::Register(upload)).await;
            }
        }
        self.alone(Operation::Tick).await;
    }

    async fn alone(&mut self, operation: Operation) {
        let process = 0;
        Box::pin(self.attempt(&[Attempt { operation, process }], Meets::Nothing)).await;
    }

    async fn check_at_rest(&mut self) {
        self.check().await;
        let snapshot = Snapshot::of(&self.test).await;
        let problems = invariants::at_rest(&snapshot, &self.model);
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}

/// Two processes on the same records, and the same two where calls can fail.
fn processes(test: &TestPortal, inbox: &Arc<Inbox>) -> ([Portal; 2], [Portal; 2]) {
    let failing = || {
        test.another(|parts| {
            parts.executors = Executors::default();
            parts.background = Some(inbox.clone());
        })
    };
    let straight = || {
        test.another(|parts| {
            parts.store = test.services.store.clone();
            parts.seals = Some(test.services.store.objects.in_bucket(SEALS));
            parts.background = Some(inbox.clone());
        })
    };
    ([straight(), straight()], [failing(), failing()])
}

/// Whether what was asked for may have happened all the same.
fn may_have_happened(error: &Error) -> bool {
    matches!(error, Error::Store(_) | Error::Unfinished)
}

/// Whether two that work on the same can be told so.
fn is_of_two(error: &Error) -> bool {
    matches!(
        error,
        Error::Store(store::Error::NotFound { .. } | store::Error::Conflict { .. })
    )
}

/// Whether others were said to be in the way.
fn is_contended(error: &Error) -> bool {
    error.to_string().contains("others keep")
}

fn words(outcome: &Result<Done>) -> String {
    match outcome {
        Ok(Done::Asked(promotion)) => {
            format!("promotion {} {}", promotion.id, promotion.state.word())
        }
        Ok(Done::Answered(promotion)) => format!("is {}", promotion.state.word()),
        Ok(Done::Registered(build)) => format!("build {} {}", build.number, build.id),
        Ok(Done::NotRegistered(why)) => format!("not registered: {why}"),
        Ok(Done::Completed(plan)) => format!("upload {}", plan.id),
        Ok(done) => format!("{done:?}"),
        Err(error) => format!("failed: {}", domain::causes::chain(error)),
    }
}
