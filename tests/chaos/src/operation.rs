//! What somebody does, with all that it takes to do the same again: a caller who got no answer does.

use api::{
    holds::HoldRequest,
    promotions::{PromotionRequest, RollbackRequest},
    uploads::{FileState, PromisedFile, UploadPlan, UploadRequest},
};
use domain::{
    Timestamp,
    actor::Actor,
    build::Build,
    digest::Digest,
    gate::GateKind,
    hold::Held,
    id::{AppId, BuildId, EnvironmentId, EventId, FileName, PromotionId, RunId, UploadId},
    page::Limit,
    promotion::{Bypass, Promotion},
};
use portal::{
    Error, Portal, Result,
    promotion::{PipelineRequest, PipelineRun},
    scheduled,
    uploads::Ended,
};

use crate::team::Person;

/// Something that somebody does.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// A source reports an event.
    Deliver(Delivery),
    /// A build is pushed: promised, uploaded, completed.
    Push(Push),
    /// An upload that was completed is registered, as by its function.
    Register(UploadId),
    /// Somebody asks for a promotion.
    Request {
        by: Person,
        build: BuildId,
        to: EnvironmentId,
        bypass: bool,
    },
    /// A pipeline's run asks for one at its gate, and carries it out.
    Gate {
        run: RunId,
        pipeline: String,
        app: AppId,
        to: EnvironmentId,
        build: BuildId,
    },
    /// Somebody asks for a rollback.
    RollBack {
        by: Person,
        app: AppId,
        environment: EnvironmentId,
        build: Option<BuildId>,
        withdraw: bool,
    },
    /// Somebody answers a promotion.
    Answer {
        by: Person,
        promotion: PromotionId,
        seen: Digest,
        answer: Said,
    },
    /// Somebody holds an environment.
    Hold {
        by: Person,
        environment: EnvironmentId,
        app: Option<AppId>,
    },
    /// Somebody lifts a hold.
    Lift { by: Person, on: Held },
    /// Somebody withdraws a build.
    Withdraw { by: Person, build: BuildId },
    /// Somebody restores one.
    Restore { by: Person, build: BuildId },
    /// Somebody looks at pages.
    Look {
        by: Person,
        app: AppId,
        environment: EnvironmentId,
    },
    /// The clock does what is due.
    Tick,
}

/// What somebody says to a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Approve,
    Reject,
    Cancel,
    Abandon,
}

/// An event as it arrives: the whole message.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) body: String,
}

/// A build to be pushed.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub(crate) by: Person,
    pub(crate) app: AppId,
    pub(crate) environment: Option<EnvironmentId>,
    pub(crate) run: RunId,
    pub(crate) attempt: u32,
    pub(crate) files: Vec<(FileName, Vec<u8>)>,
}

/// What was acknowledged.
#[derive(Debug)]
pub(crate) enum Done {
    Delivered(Vec<EventId>),
    Completed(UploadPlan),
    Registered(Box<Build>),
    NotRegistered(String),
    Asked(Box<Promotion>),
    Answered(Box<Promotion>),
    Held,
    Lifted,
    Withdrawn,
    Restored,
    Looked,
    Ticked,
}

impl Operation {
    /// Does it.
    pub(crate) async fn carry_out(
        &self,
        portal: &Portal,
        client: &reqwest::Client,
        now: Timestamp,
    ) -> Result<Done> {
        match self {
            Self::Deliver(Delivery { body }) => {
                let portals = Actor::portal();
                let received = portal.events().receive(&portals, body.as_bytes(), now);
                Ok(Done::Delivered(received.await?.events))
            }
            Self::Push(push) => push.carry_out(portal, client, now).await,
            Self::Register(upload) => match portal.uploads().register(upload, now).await? {
                Ended::Registered(build) => Ok(Done::Registered(build)),
                Ended::Failed(error) => Ok(Done::NotRegistered(error.to_string())),
                Ended::Nothing => Ok(Done::NotRegistered("nothing".to_owned())),
            },
            Self::Request { .. } | Self::Gate { .. } | Self::RollBack { .. } => {
                self.ask(portal, now).await
            }
            Self::Answer { .. } => self.answer(portal, now).await,
            Self::Hold { .. }
            | Self::Lift { .. }
            | Self::Withdraw { .. }
            | Self::Restore { .. } => self.stop_or_let(portal, now).await,
            Self::Look {
                by,
                app,
                environment,
            } => {
                let actor = by.actor();
                portal
                    .runs()
                    .overview(&actor, Limit::APPS, None, now)
                    .await?;
                portal
                    .builds()
                    .tester(&actor, app, environment, now)
                    .await?;
                Ok(Done::Looked)
            }
            Self::Tick => {
                scheduled::run_scheduled_tasks(portal, now).await?;
                Ok(Done::Ticked)
            }
        }
    }

    /// Asks for a promotion or a rollback.
    async fn ask(&self, portal: &Portal, now: Timestamp) -> Result<Done> {
        match self {
            Self::Request {
                by,
                build,
                to,
                bypass,
            } => {
                let request = PromotionRequest {
                    build: build.clone(),
                    to: to.clone(),
                    reason: "the release of the week".to_owned(),
                    bypass: bypass.then(|| Bypass {
                        gates: vec![GateKind::Approvals, GateKind::Soak],
                        reason: "it is urgent".to_owned(),
                    }),
                };
                let asked = portal
                    .promotions()
                    .request(&by.actor(), request, now)
                    .await?;
                Ok(Done::Asked(Box::new(asked.promotion)))
            }
            Self::Gate {
                run,
                pipeline,
                app,
                to,
                build,
            } => {
                let run = PipelineRun::of(portal, run, pipeline, app, to)?;
                let request = PipelineRequest {
                    build,
                    adopts: true,
                    again: false,
                };
                let asked = run.request(request, now).await?;
                Ok(Done::Asked(Box::new(asked.promotion)))
            }
            Self::RollBack {
                by,
                app,
                environment,
                build,
                withdraw,
            } => {
                let request = RollbackRequest {
                    build: build.clone(),
                    reason: "it does not start".to_owned(),
                    withdraw: *withdraw,
                    bypass: None,
                };
                let actor = by.actor();
                let asked = portal
                    .promotions()
                    .rollback(&actor, app, environment, request, now);
                Ok(Done::Asked(Box::new(asked.await?.promotion)))
            }
            _ => Err(Error::Unfinished),
        }
    }

    /// Answers a promotion.
    async fn answer(&self, portal: &Portal, now: Timestamp) -> Result<Done> {
        let Self::Answer {
            by,
            promotion,
            seen,
            answer,
        } = self
        else {
            return Err(Error::Unfinished);
        };
        let (actor, promotions) = (by.actor(), portal.promotions());
        let why = "the tests are red";
        let answered = match answer {
            Said::Approve => promotions.approve(&actor, promotion, seen, None, now).await,
            Said::Reject => promotions.reject(&actor, promotion, why, now).await,
            Said::Cancel => promotions.cancel(&actor, promotion, why, now).await,
            Said::Abandon => promotions.abandon(&actor, promotion, why, now).await,
        };
        Ok(Done::Answered(Box::new(answered?)))
    }

    /// Holds or withdraws, lifts or restores.
    async fn stop_or_let(&self, portal: &Portal, now: Timestamp) -> Result<Done> {
        match self {
            Self::Hold {
                by,
                environment,
                app,
            } => {
                let request = HoldRequest {
                    environment: environment.clone(),
                    app: app.clone(),
                    reason: "an incident".to_owned(),
                };
                portal
                    .holds()
                    .hold_environment(&by.actor(), request, now)
                    .await?;
                Ok(Done::Held)
            }
            Self::Lift { by, on } => {
                portal.holds().lift(&by.actor(), on, None, now).await?;
                Ok(Done::Lifted)
            }
            Self::Withdraw { by, build } => {
                let holds = portal.holds();
                holds
                    .withdraw(&by.actor(), build, "it crashes", now)
                    .await?;
                Ok(Done::Withdrawn)
            }
            Self::Restore { by, build } => {
                let holds = portal.holds();
                holds
                    .restore(&by.actor(), build, "it does not crash", now)
                    .await?;
                Ok(Done::Restored)
            }
            _ => Err(Error::Unfinished),
        }
    }

    /// The app and the environment that it is about, where it is about one.
    pub(crate) fn place(&self) -> Option<(Option<&AppId>, &EnvironmentId)> {
        match self {
            Self::Request { to, .. } => Some((None, to)),
            Self::Gate { app, to, .. } => Some((Some(app), to)),
            Self::RollBack {
                app, environment, ..
            } => Some((Some(app), environment)),
            Self::Hold {
                app, environment, ..
            } => Some((app.as_ref(), environment)),
            Self::Push(push) => Some((Some(&push.app), push.environment.as_ref()?)),
            Self::Deliver(_)
            | Self::Register(_)
            | Self::Answer { .. }
            | Self::Lift { .. }
            | Self::Withdraw { .. }
            | Self::Restore { .. }
            | Self::Look { .. }
            | Self::Tick => None,
        }
    }

    /// Whether whoever does it goes on until it is acknowledged: a queue, or the function behind one.
    pub(crate) fn is_delivered_until_done(&self) -> bool {
        matches!(self, Self::Deliver(_) | Self::Register(_))
    }
}

impl Push {
    async fn carry_out(
        &self,
        portal: &Portal,
        client: &reqwest::Client,
        now: Timestamp,
    ) -> Result<Done> {
        let files = self.files.iter().map(|(name, bytes)| PromisedFile {
            name: name.clone(),
            size: bytes.len() as u64,
            sha256: Digest::of(bytes),
        });
        let request = UploadRequest {
            files: files.collect(),
            environment: self.environment.clone(),
            run: Some(self.run.clone()),
            attempt: Some(self.attempt),
            version: Some(format!("1.{}", self.attempt)),
            revision: None,
        };
        let actor = self.by.actor();
        let uploads = portal.uploads();
        let plan = uploads.start(&actor, &self.app, request, now).await?;
        for (file, (_, bytes)) in plan.files.iter().zip(&self.files) {
            if let FileState::Put { url, headers } = &file.state {
                let put = client.put(url).body(bytes.clone());
                let headers = headers.iter();
                let put = headers.fold(put, |put, (name, value)| put.header(name, value));
                let status = put.send().await.map(|answer| answer.status());
                if !status.is_ok_and(|status| status.is_success()) {
                    return Err(Error::Unfinished);
                }
            }
        }
        if plan.build.is_some() {
            return Ok(Done::Completed(plan));
        }
        let plan = uploads.complete(&actor, &plan.id, now).await?;
        assert!(
            plan.build.is_some() || plan.registering.is_some(),
            "completed, and neither registered nor on the way to it: {plan:?}"
        );
        Ok(Done::Completed(plan))
    }
}
