//! A gate inside a pipeline: waits until the build may be released in its environment.
//!
//! A promotion that started the pipeline was let through before, so that its gate opens at once and notes the run. Else the
//! gate asks for a promotion itself, in the pipeline's name, and says that this very run carries it out: then nothing is
//! started when every gate lets it through, and the pipeline goes on.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    id::{PromotionId, RunId},
    promotion::{Promotion, Refusal, RefusalKind, State},
};
use jiff::SignedDuration;
use portal::{
    error::sentences,
    promotion::{Asked, PipelineGate, PipelineRequest, PipelineRun},
};
use sources::job::{Job, Waiting, parameters::Move};

use crate::{Done, Failure, LONGEST, Outcome, Tasks, confirm::ConfirmedJob};

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

impl<'j> Tasks<'j> {
    pub(crate) async fn gate_job(
        self,
        job: &Job,
        asked: &Move,
        now: Timestamp,
    ) -> Result<Done, Failure> {
        let confirmed = self.confirm_move(job, asked).await?;
        let run = self.run_of(&confirmed, asked)?;
        let waiting = Waiting::read(job.continuation.as_deref(), now);
        match self
            .standing(&run, asked, &confirmed, &waiting, now)
            .await?
        {
            Standing::Open(promotion) => self.let_through(&run, asked, promotion).await,
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

    async fn let_through(
        self,
        run: &PipelineRun<'_>,
        asked: &Move,
        promotion: Box<Promotion>,
    ) -> Result<Done, Failure> {
        let build = run.build(&asked.build).await?.build;
        let mut outputs = self.jobs.outputs(&build, Some(&asked.environment));
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
        run: &PipelineRun<'_>,
        asked: &Move,
        confirmed: &ConfirmedJob,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<Standing, Failure> {
        let named = asked.promotion.as_ref().or(waiting.promotion.as_ref());
        let promotion = match named {
            Some(id) => self.named(run, id, asked, confirmed).await?,
            None => match self.asked_for(run, asked, confirmed, waiting, now).await? {
                Ok(promotion) if promotion.run.as_ref() == Some(&confirmed.run) => promotion,
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
        let promotion = match run.assign(&promotion.id, now).await? {
            PipelineGate::Carries(promotion) => *promotion,
            PipelineGate::CarriedElsewhere(other) => {
                return Err(Failure::configuration(format!(
                    "Promotion {} is carried out by the run {other}, not by this one.",
                    promotion.id
                )));
            }
        };
        standing(promotion, &confirmed.run)
    }

    /// The promotion that a pipeline was started with, which must be for what the pipeline says, and this pipeline's to
    /// carry out.
    pub(crate) async fn named(
        self,
        run: &PipelineRun<'_>,
        id: &PromotionId,
        asked: &Move,
        confirmed: &ConfirmedJob,
    ) -> Result<Promotion, Failure> {
        let found = run.promotion(id).await?.ok_or_else(|| {
            Failure::configuration(format!("UserParameters: there is no promotion {id}."))
        })?;
        if found.app == asked.app && found.to == asked.environment && found.build == asked.build {
            self.jobs.check_carries(confirmed, &found)?;
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
        run: &PipelineRun<'_>,
        asked: &Move,
        confirmed: &ConfirmedJob,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<Result<Promotion, String>, Failure> {
        if let Some(known) = promotion_of(run, asked).await? {
            return Ok(Ok(known));
        }
        let request = PipelineRequest {
            build: &asked.build,
            adopts: self
                .jobs
                .may_carry_out(confirmed, &asked.app, &asked.environment),
            again: waiting.since < now,
        };
        match run.request(request, now).await {
            Ok(Asked { promotion, .. }) => Ok(Ok(promotion)),
            Err(portal::Error::Declined { refusals }) if opens(&refusals, waiting, now) => {
                Ok(Err(sentences(&refusals)))
            }
            Err(portal::Error::Declined { refusals }) => {
                Err(Failure::artifact(format!("{}.", sentences(&refusals))))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The execution that a gate or a release is part of, of a pipeline that may move builds so.
    pub(crate) async fn confirm_move(
        self,
        job: &Job,
        asked: &Move,
    ) -> Result<ConfirmedJob, Failure> {
        self.jobs
            .check_names(&asked.app, Some(&asked.environment))?;
        let confirmed = self.confirm(job, &asked.claimed).await?;
        self.jobs.check_moves(&confirmed, asked)?;
        Ok(confirmed)
    }

    /// The run that a gate or a release is part of, as the portal knows it.
    pub(crate) fn run_of<'a>(
        self,
        confirmed: &'a ConfirmedJob,
        asked: &'a Move,
    ) -> Result<PipelineRun<'a>, Failure>
    where
        'j: 'a,
    {
        let ConfirmedJob { run, pipeline, .. } = confirmed;
        let (app, to) = (&asked.app, &asked.environment);
        Ok(PipelineRun::of(self.jobs.portal, run, pipeline, app, to)?)
    }
}

/// The promotion that this run carries out already.
pub(crate) async fn promotion_of(
    run: &PipelineRun<'_>,
    asked: &Move,
) -> Result<Option<Promotion>, Failure> {
    let found = run.own_promotion().await?;
    Ok(found.filter(|found| {
        let same =
            found.app == asked.app && found.to == asked.environment && found.build == asked.build;
        same && matches!(
            found.state,
            State::Starting | State::Running | State::Succeeded
        )
    }))
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
        | RefusalKind::NotInstallable
        | RefusalKind::OtherPackage
        | RefusalKind::NotNext
        | RefusalKind::AlreadyThere => false,
    })
}
