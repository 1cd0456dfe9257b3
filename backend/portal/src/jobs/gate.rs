//! A gate inside a pipeline: waits until the build may be released in its environment.
//!
//! A promotion that started the pipeline was let through before, so that its gate opens at once and notes the run. Else the
//! gate asks for a promotion itself, in the pipeline's name, and says that this very run carries it out: then nothing is
//! started when every gate lets it through, and the pipeline goes on.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    actor::Actor,
    id::{PromotionId, RunId},
    promotion::{Promotion, Refusal, RefusalKind, State},
};
use jiff::SignedDuration;
use sources::job::{Job, Waiting, parameters::Move};
use targets::codepipeline::Jobs;

use super::{ConfirmedJob, Done, Failure, LONGEST, Outcome};
use crate::{
    Error,
    access::Action,
    error::sentences,
    jobs::Tasks,
    promotion::{Asked, Decisions, PipelineGate, PipelineRequest},
};

/// How long a check may be heard of late: the run of the pipeline itself is reported beside it.
const LATE: SignedDuration = SignedDuration::from_mins(10);

/// How a gate stands.
enum Standing {
    Open(Box<Promotion>),
    Shut {
        promotion: Option<PromotionId>,
        why: String,
    },
}

impl Tasks<'_> {
    pub(super) async fn gate_job(
        self,
        jobs: &Jobs,
        job: &Job,
        asked: &Move,
        now: Timestamp,
    ) -> Result<Done, Failure> {
        let confirmed = self.confirm_move(jobs, job, asked).await?;
        let by = Actor::pipeline(&confirmed.pipeline);
        let environment = Some(&asked.environment);
        let action = Action::Register {
            app: &asked.app,
            environment,
        };
        self.portal.authorise(&by, action)?;
        let waiting = Waiting::read(job.continuation.as_deref(), now);
        match self.standing(asked, &confirmed, &waiting, now).await? {
            Standing::Open(promotion) => self.let_through(asked, promotion).await,
            Standing::Shut { why, .. } if now >= waiting.since + LONGEST => {
                Err(Failure::artifact(format!(
                    "CodePipeline lets an action wait for 24 hours, and this gate has: {why}. Retry the stage to wait on; \
                     what was approved so far holds as long as the promotion does."
                )))
            }
            Standing::Shut { promotion, why } => {
                let external = promotion.as_ref().map(ToString::to_string);
                let waiting = Waiting {
                    since: waiting.since,
                    promotion,
                };
                Ok(Done {
                    outputs: BTreeMap::new(),
                    summary: why.clone(),
                    external,
                    continuation: Some(waiting.text()),
                    outcome: Outcome::Waits { why },
                })
            }
        }
    }

    async fn let_through(self, asked: &Move, promotion: Box<Promotion>) -> Result<Done, Failure> {
        let build = self.portal.builds().record(&asked.build).await?.build;
        let mut outputs = self.portal.jobs().outputs(&build, Some(&asked.environment));
        outputs.insert("promotion".to_owned(), promotion.id.to_string());
        Ok(Done {
            outputs,
            summary: format!(
                "{} build {} may be released in {}",
                asked.app, build.number, asked.environment
            ),
            external: Some(promotion.id.to_string()),
            continuation: None,
            outcome: Outcome::Let(promotion),
        })
    }

    async fn standing(
        self,
        asked: &Move,
        confirmed: &ConfirmedJob,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<Standing, Failure> {
        let run = &confirmed.run;
        let named = asked.promotion.as_ref().or(waiting.promotion.as_ref());
        let promotion = match named {
            Some(id) => self.named(id, asked, confirmed).await?,
            None => match self.asked_for(asked, confirmed, waiting, now).await? {
                Ok(promotion) if promotion.run.as_ref() == Some(run) => promotion,
                Ok(promotion) => {
                    return Err(Failure::artifact(format!(
                        "Promotion {} carries the same build to {} already, so this run has nothing to do.",
                        promotion.id, asked.environment
                    )));
                }
                Err(why) => {
                    return Ok(Standing::Shut {
                        promotion: None,
                        why,
                    });
                }
            },
        };
        let assigned = Decisions::of(self.portal)
            .assign_run(&promotion.id, run, now)
            .await?;
        let promotion = match assigned {
            PipelineGate::Carries(promotion) => *promotion,
            PipelineGate::CarriedElsewhere(other) => {
                return Err(Failure::configuration(format!(
                    "Promotion {} is carried out by the run {other}, not by this one.",
                    promotion.id
                )));
            }
        };
        standing(promotion, run)
    }

    /// The promotion that a pipeline was started with, which must be for what the pipeline says, and this pipeline's to
    /// carry out.
    pub(super) async fn named(
        self,
        id: &PromotionId,
        asked: &Move,
        confirmed: &ConfirmedJob,
    ) -> Result<Promotion, Failure> {
        let found = self.portal.table.promotions().get(id).await?;
        let found = found.map(|record| record.promotion).ok_or_else(|| {
            Failure::configuration(format!("UserParameters: there is no promotion {id}."))
        })?;
        if found.app == asked.app && found.to == asked.environment && found.build == asked.build {
            self.portal.jobs().check_carries(confirmed, &found)?;
            return Ok(found);
        }
        Err(Failure::configuration(format!(
            "Promotion {id} is of {} build {} to {}, and this job is of {} build {} to {}. Give both the same variables.",
            found.app, found.build, found.to, asked.app, asked.build, asked.environment
        )))
    }

    /// The promotion of this run, or a new one. Or why there is none yet.
    async fn asked_for(
        self,
        asked: &Move,
        confirmed: &ConfirmedJob,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<Result<Promotion, String>, Failure> {
        let run = &confirmed.run;
        if let Some(known) = self.promotion_of(run, asked).await? {
            return Ok(Ok(known));
        }
        let again = waiting.since < now;
        let request = PipelineRequest {
            app: &asked.app,
            build: &asked.build,
            to: &asked.environment,
            pipeline: &confirmed.pipeline,
            adopts: self
                .portal
                .jobs()
                .may_carry_out(confirmed, &asked.app, &asked.environment),
        };
        let promoted = Decisions::of(self.portal)
            .request_in_run(request, run, again, now)
            .await;
        match promoted {
            Ok(Asked { promotion, .. }) => Ok(Ok(promotion)),
            Err(Error::Declined { refusals }) if opens(&refusals, waiting, now) => {
                Ok(Err(sentences(&refusals)))
            }
            Err(Error::Declined { refusals }) => {
                Err(Failure::artifact(format!("{}.", sentences(&refusals))))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The promotion that this run carries out already.
    pub(super) async fn promotion_of(
        self,
        run: &RunId,
        asked: &Move,
    ) -> Result<Option<Promotion>, Failure> {
        let table = &self.portal.table;
        let Some(id) = table.promotions().of_run(run).await? else {
            return Ok(None);
        };
        let found = table
            .promotions()
            .get(&id)
            .await?
            .map(|record| record.promotion);
        Ok(found.filter(|found| {
            let same = found.app == asked.app
                && found.to == asked.environment
                && found.build == asked.build;
            same && matches!(
                found.state,
                State::Starting | State::Running | State::Succeeded
            )
        }))
    }

    /// The execution that a gate or a release is part of, of a pipeline that may move builds so.
    pub(super) async fn confirm_move(
        self,
        jobs: &Jobs,
        job: &Job,
        asked: &Move,
    ) -> Result<ConfirmedJob, Failure> {
        self.portal
            .jobs()
            .check_names(&asked.app, Some(&asked.environment))?;
        let confirmed = self
            .portal
            .jobs()
            .confirm(jobs, job, &asked.claimed)
            .await?;
        self.portal.jobs().check_moves(&confirmed, asked)?;
        Ok(confirmed)
    }
}

fn standing(promotion: Promotion, run: &RunId) -> Result<Standing, Failure> {
    let (id, same) = (promotion.id.clone(), promotion.run.as_ref() == Some(run));
    let ended = |how: String| {
        Failure::artifact(format!(
            "Promotion {id} {how}. Ask for another one, and start the pipeline with it."
        ))
    };
    match &promotion.state {
        State::Waiting if same => Ok(Standing::Shut {
            why: waits_for(&promotion),
            promotion: Some(promotion.id),
        }),
        State::Waiting => Err(Failure::configuration(format!(
            "Promotion {id} is not let through yet, and not this run's: Towpath starts the pipeline itself when it is. Do not \
             start it by hand with a promotion."
        ))),
        State::Starting | State::Running => Ok(Standing::Open(Box::new(promotion))),
        State::Succeeded if same => Ok(Standing::Open(Box::new(promotion))),
        State::Succeeded => Err(ended("has succeeded in another run".to_owned())),
        State::Failed { why } => Err(ended(format!("has failed: {why}"))),
        State::Rejected { by, why } => Err(ended(format!("was rejected by {}: {why}", by.name))),
        State::Expired => Err(ended("has expired".to_owned())),
        State::Canceled { by, why } => Err(ended(format!("was cancelled by {}: {why}", by.name))),
        State::Abandoned { by, why } => Err(ended(format!("was abandoned by {}: {why}", by.name))),
    }
}

/// What holds a promotion up, for the pipeline's page.
fn waits_for(promotion: &Promotion) -> String {
    let shut = promotion.gates.iter();
    let shut: Vec<&str> = shut
        .filter(|gate| !gate.standing.lets_through())
        .map(|gate| gate.words.as_str())
        .collect();
    if shut.is_empty() {
        return "waits to be let through".to_owned();
    }
    shut.join(" · ")
}

/// Whether everything that is in the way can go away while the gate waits.
fn opens(refusals: &[Refusal], waiting: &Waiting, now: Timestamp) -> bool {
    refusals.iter().all(|refusal| match refusal.kind {
        RefusalKind::Busy | RefusalKind::Hold | RefusalKind::Freeze => true,
        RefusalKind::Gate => now < waiting.since + LATE,
        RefusalKind::Forbidden
        | RefusalKind::Reason
        | RefusalKind::Bypass
        | RefusalKind::NoPath
        | RefusalKind::NotOnPath
        | RefusalKind::NeedsPromotion
        | RefusalKind::UnknownBuild
        | RefusalKind::Withdrawn
        | RefusalKind::NotNext
        | RefusalKind::AlreadyThere => false,
    })
}
