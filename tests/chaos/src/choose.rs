//! What is done next.

use domain::{
    Timestamp,
    hold::Held,
    id::{AppId, EnvironmentId, FileName, RunId},
};
use jiff::SignedDuration;
use serde_json::json;
use testkit::{ACCOUNT, REGION};

use crate::{
    model::{KnownBuild, Standing},
    operation::{Delivery, Operation, Push, Said},
    team::{self, Person},
    world::World,
};

/// So many of the newest builds, runs and messages are chosen from.
const RECENT: usize = 12;

/// The pipelines that report; the last is nobody's.
const PIPELINES: [&str; 4] = ["wallet-dev", "wallet-prod", "shop-preprod", "elsewhere"];

/// How often each kind of operation is chosen, of all of these together.
const WEIGHTS: [(Kind, u32); 12] = [
    (Kind::Deliver, 22),
    (Kind::Push, 11),
    (Kind::Register, 9),
    (Kind::Request, 16),
    (Kind::Gate, 4),
    (Kind::RollBack, 4),
    (Kind::Answer, 16),
    (Kind::Hold, 3),
    (Kind::Lift, 6),
    (Kind::Withdraw, 2),
    (Kind::Restore, 3),
    (Kind::Look, 2),
];

#[derive(Clone, Copy, Debug)]
enum Kind {
    Deliver,
    Push,
    Register,
    Request,
    Gate,
    RollBack,
    Answer,
    Hold,
    Lift,
    Withdraw,
    Restore,
    Look,
}

/// What pipelines have run, and what they have sent of it.
#[derive(Debug, Default)]
pub(crate) struct Pipelines {
    runs: Vec<(&'static str, RunId)>,
    sent: Vec<Delivery>,
    count: u64,
}

impl World {
    /// The next operation.
    pub(crate) async fn choose(&mut self) -> Operation {
        loop {
            let kind = self.weighted();
            if let Some(operation) = self.of_kind(kind).await {
                return operation;
            }
        }
    }

    /// Another one that meets the first, more often than chance would have it.
    pub(crate) async fn beside(&mut self, first: &Operation) -> Operation {
        if self.rng.u8(..10) < 2 {
            return Operation::Tick;
        }
        if let Operation::Deliver(_) | Operation::Register(_) | Operation::Push(_) = first
            && self.rng.bool()
        {
            return first.clone();
        }
        if let Operation::Answer {
            promotion, seen, ..
        } = first
            && self.rng.bool()
        {
            return Operation::Answer {
                by: self.one_of(&Person::APPROVERS),
                promotion: promotion.clone(),
                seen: *seen,
                answer: self.said(),
            };
        }
        if let Some((app, to)) = self.place_of(first).await
            && self.rng.u8(..10) < 7
        {
            if self.rng.u8(..3) == 0 {
                return Operation::Hold {
                    by: Person::Bob,
                    environment: to,
                    app,
                };
            }
            let app = app.or_else(|| self.app_of(first));
            if let Some(request) = self.request_to(app.as_ref(), &to).await {
                return request;
            }
        }
        self.choose().await
    }

    /// The app and the environment that an operation is about, where it is about one.
    async fn place_of(&self, operation: &Operation) -> Option<(Option<AppId>, EnvironmentId)> {
        if let Operation::Answer { promotion, .. } = operation {
            let promotions = self.test.services.store.table.promotions();
            let found = promotions.get(promotion).await.unwrap()?.promotion;
            return Some((Some(found.app), found.to));
        }
        let (app, environment) = operation.place()?;
        Some((app.cloned(), environment.clone()))
    }

    fn weighted(&mut self) -> Kind {
        let all: u32 = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut at = self.rng.u32(..all);
        for (kind, weight) in WEIGHTS {
            if at < weight {
                return kind;
            }
            at -= weight;
        }
        Kind::Look
    }

    async fn of_kind(&mut self, kind: Kind) -> Option<Operation> {
        match kind {
            Kind::Deliver => Some(self.delivery()),
            Kind::Push => Some(self.push()),
            Kind::Register => self.waiting_upload(),
            Kind::Request => {
                let to = self.later_environment();
                let app = (self.rng.u8(..10) != 0).then(|| self.app_with_path());
                self.request_to(app.as_ref(), &to).await
            }
            Kind::Gate => self.gate().await,
            Kind::RollBack => {
                let (app, environment) = (self.app_with_path(), self.later_environment());
                let named = self.rng.u8(..4) == 0;
                let build = named.then(|| self.build(Some(&app))).flatten();
                Some(Operation::RollBack {
                    by: self.one_of(&Person::MANAGERS),
                    app,
                    environment,
                    build: build.map(|build| build.id),
                    withdraw: self.rng.u8(..3) == 0,
                })
            }
            Kind::Answer => self.answer().await,
            Kind::Hold => Some(Operation::Hold {
                by: self.one_of(&Person::MANAGERS),
                environment: self.environment(),
                app: (self.rng.u8(..4) != 0).then(|| self.app()),
            }),
            Kind::Lift => self.lift().await,
            Kind::Withdraw => self.build(None).map(|build| Operation::Withdraw {
                by: self.one_of(&Person::MANAGERS),
                build: build.id,
            }),
            Kind::Restore => self.restore(),
            Kind::Look => Some(Operation::Look {
                by: self.one_of(&Person::DEVELOPERS),
                app: self.app(),
                environment: self.environment(),
            }),
        }
    }

    /// A request for a build that may well be promoted, or for any.
    async fn request_to(&mut self, app: Option<&AppId>, to: &EnvironmentId) -> Option<Operation> {
        let app = app.cloned().unwrap_or_else(|| self.app());
        let before = match to.as_str() {
            "prod" => "preprod",
            _ => "dev",
        };
        let served = if self.rng.u8(..10) < 8 {
            let before = before.parse().unwrap();
            let releases = self.test.services.store.table.releases();
            releases.current(&app, &before).await.unwrap()
        } else {
            None
        };
        let build = match served {
            Some(release) => release.build,
            None => self.build(Some(&app))?.id,
        };
        let bypass = self.rng.u8(..12) == 0;
        let by = if bypass {
            Person::Root
        } else {
            self.one_of(&Person::MANAGERS)
        };
        Some(Operation::Request {
            by,
            build,
            to: to.clone(),
            bypass,
        })
    }

    async fn gate(&mut self) -> Option<Operation> {
        let recent = self.pipelines.runs.iter().rev().take(RECENT);
        let gated =
            recent.filter(|(pipeline, _)| matches!(*pipeline, "wallet-prod" | "shop-preprod"));
        let gated: Vec<_> = gated.cloned().collect();
        let (pipeline, run) = self.choice(gated)?;
        let (app, to) = pipeline.split_once('-')?;
        let app = app.parse().unwrap();
        let Operation::Request { build, to, .. } =
            self.request_to(Some(&app), &to.parse().unwrap()).await?
        else {
            return None;
        };
        Some(Operation::Gate {
            run,
            pipeline: pipeline.to_owned(),
            app,
            to,
            build,
        })
    }

    async fn answer(&mut self) -> Option<Operation> {
        let promotions = self.test.services.store.table.promotions();
        let open = promotions.open().await.unwrap();
        let promotion = self.choice(open)?;
        let asked = team::APPROVING.contains(&promotion.to.as_str());
        let by = if asked && self.rng.u8(..8) == 0 {
            // Who asks wants it to go on.
            Person::ALL
                .into_iter()
                .find(|person| person.actor().name == promotion.requested_by.name)
                .unwrap_or(Person::Bob)
        } else {
            self.one_of(&Person::APPROVERS)
        };
        Some(Operation::Answer {
            by,
            promotion: promotion.id,
            seen: promotion.digest,
            answer: self.said(),
        })
    }

    fn said(&mut self) -> Said {
        match self.rng.u8(..12) {
            0 => Said::Reject,
            1 => Said::Cancel,
            2 => Said::Abandon,
            _ => Said::Approve,
        }
    }

    async fn lift(&mut self) -> Option<Operation> {
        let holds = self.test.services.store.table.holds();
        let hold = self.choice(holds.all().await.unwrap())?;
        Some(Operation::Lift {
            by: self.one_of(&Person::MANAGERS),
            on: hold.on,
        })
    }

    fn restore(&mut self) -> Option<Operation> {
        let withdrawn = self.model.withdrawn.keys().rev().take(RECENT);
        let withdrawn: Vec<_> = withdrawn.cloned().collect();
        let build = self.choice(withdrawn)?;
        Some(Operation::Restore {
            by: self.one_of(&Person::MANAGERS),
            build,
        })
    }

    fn push(&mut self) -> Operation {
        let app = self.app();
        self.pipelines.count += 1;
        let run = format!(
            "codepipeline/{ACCOUNT}/{REGION}/{app}-ci/{}",
            self.pipelines.count
        );
        let notes: FileName = "notes.txt".parse().unwrap();
        let program: FileName = "program.bin".parse().unwrap();
        // Many builds have the same notes, and now and then the same program.
        let notes = (notes, format!("notes {}", self.rng.u8(..4)).into_bytes());
        let program = (
            program,
            format!("program {}", self.rng.u16(..200)).into_bytes(),
        );
        let to = match self.rng.u8(..12) {
            0..=9 => Some("dev"),
            10 => Some("prod"),
            _ => None,
        };
        Operation::Push(Push {
            by: self.one_of(&Person::DEVELOPERS),
            app,
            environment: to.map(|to| to.parse().unwrap()),
            run: run.parse().unwrap(),
            attempt: 1,
            files: if self.rng.bool() {
                vec![program, notes]
            } else {
                vec![program]
            },
        })
    }

    /// What is done before anything else: functions are invoked soon, and nobody holds everything for long.
    pub(crate) async fn urgent(&mut self) -> Option<Operation> {
        let held = self.model.holds.iter();
        let held = held.filter(|(_, standing)| *standing != Standing::No);
        if held.count() > 2 && self.rng.u8(..3) == 0 {
            return self.lift().await;
        }
        if self.rng.u8(..2) == 0 {
            return self.waiting_upload();
        }
        None
    }

    /// An upload that was handed over. Some invocations get lost, others come twice.
    fn waiting_upload(&mut self) -> Option<Operation> {
        let handed_over = self.inbox.take();
        self.handed_over.extend(handed_over);
        self.handed_over.sort();
        self.handed_over.dedup();
        if self.handed_over.is_empty() {
            return None;
        }
        let at = self.rng.usize(..self.handed_over.len());
        match self.rng.u8(..10) {
            0 => {
                self.handed_over.swap_remove(at);
                None
            }
            1 => Some(Operation::Register(self.handed_over[at].clone())),
            _ => Some(Operation::Register(self.handed_over.swap_remove(at))),
        }
    }

    fn delivery(&mut self) -> Operation {
        let again = self.pipelines.sent.len() > 3 && self.rng.u8(..6) == 0;
        if again {
            let sent = self.pipelines.sent.iter().rev().take(RECENT);
            let sent: Vec<_> = sent.cloned().collect();
            if let Some(delivery) = self.choice(sent) {
                return Operation::Deliver(delivery);
            }
        }
        let recent = self.pipelines.runs.iter().rev().take(RECENT);
        let recent: Vec<_> = recent.cloned().collect();
        let known = (self.rng.u8(..4) != 0)
            .then(|| self.choice(recent))
            .flatten();
        let (pipeline, run) = known.unwrap_or_else(|| self.new_run());
        let delivery = self.message(pipeline, &run);
        self.pipelines.sent.push(delivery.clone());
        Operation::Deliver(delivery)
    }

    fn new_run(&mut self) -> (&'static str, RunId) {
        let pipeline = self.one_of(&PIPELINES);
        self.pipelines.count += 1;
        let run = format!(
            "codepipeline/{ACCOUNT}/{REGION}/{pipeline}/{}",
            self.pipelines.count
        );
        let run = (pipeline, run.parse().unwrap());
        self.pipelines.runs.push(run.clone());
        run
    }

    /// A message of a run as `EventBridge` sends it, which arrives at once or late.
    fn message(&mut self, pipeline: &str, run: &RunId) -> Delivery {
        self.pipelines.count += 1;
        let late = SignedDuration::from_secs(self.rng.i64(0..1_800));
        let at = Timestamp::from_second((self.now() - late).as_second()).unwrap();
        let execution = run.as_str().rsplit('/').next().unwrap();
        let of_stage = self.rng.u8(..3) == 0;
        let state = if of_stage {
            self.one_of(&["STARTED", "SUCCEEDED", "FAILED", "RESUMED"])
        } else {
            self.one_of(&[
                "STARTED",
                "STARTED",
                "SUCCEEDED",
                "SUCCEEDED",
                "FAILED",
                "SUPERSEDED",
            ])
        };
        let what = if of_stage { "Stage" } else { "Pipeline" };
        let mut body = json!({
            "version": "0", "id": format!("message-{}", self.pipelines.count), "source": "aws.codepipeline",
            "account": ACCOUNT, "region": REGION, "resources": [], "time": at.to_string(),
            "detail-type": format!("CodePipeline {what} Execution State Change"),
            "detail": {"pipeline": pipeline, "execution-id": execution, "state": state, "version": 1.0},
        });
        if of_stage {
            body["detail"]["stage"] = self.one_of(&["Build", "Test", "Deploy"]).into();
        }
        if self.rng.u8(..16) == 0 {
            // Too long for the table.
            body["detail"]["remarks"] = "remark ".repeat(1_000).into();
        }
        Delivery {
            body: body.to_string(),
        }
    }

    fn build(&mut self, app: Option<&AppId>) -> Option<KnownBuild> {
        let builds = self.model.builds.iter().rev();
        let builds = builds.filter(|build| app.is_none_or(|app| build.app == *app));
        let builds: Vec<_> = builds.take(RECENT).cloned().collect();
        self.choice(builds)
    }

    /// The app whose build an operation asks for.
    fn app_of(&self, operation: &Operation) -> Option<AppId> {
        let Operation::Request { build, .. } = operation else {
            return None;
        };
        let mut builds = self.model.builds.iter();
        builds
            .find(|known| known.id == *build)
            .map(|known| known.app.clone())
    }

    fn app(&mut self) -> AppId {
        let at = self.one_of(&[0, 0, 1, 1, 2]);
        team::apps()[at].clone()
    }

    fn app_with_path(&mut self) -> AppId {
        let at = self.rng.usize(..2);
        team::apps()[at].clone()
    }

    fn later_environment(&mut self) -> EnvironmentId {
        let at = self.one_of(&[0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
        team::environments()[at].clone()
    }

    fn environment(&mut self) -> EnvironmentId {
        let at = self.one_of(&[0, 1, 1, 2, 2]);
        team::environments()[at].clone()
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.rng.usize(..all.len())]
    }

    pub(crate) fn choice<T>(&mut self, mut all: Vec<T>) -> Option<T> {
        (!all.is_empty()).then(|| all.swap_remove(self.rng.usize(..all.len())))
    }

    /// What lifts all holds, when everything is to come to rest.
    pub(crate) async fn lifts(&self) -> Vec<Operation> {
        let holds = self.test.services.store.table.holds().all().await.unwrap();
        let holds = holds.into_iter();
        let on = holds.filter(|hold| !matches!(hold.on, Held::Build { .. }));
        on.map(|hold| Operation::Lift {
            by: Person::Root,
            on: hold.on,
        })
        .collect()
    }
}
