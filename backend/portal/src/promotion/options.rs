//! Where a build may go, with what would be checked: asked of the same rules that decide when somebody asks for it.

use domain::{
    Timestamp,
    actor::Actor,
    gate::{self, GateKind},
    id::BuildId,
    path::PathStep,
    promotion::{Decision, PromotionKind, Request, Situation, decide},
    release::Release,
    view::{BuildOptions, PromotionBrief, StepOption},
};
use store::table::BuildRecord;

use crate::{Portal, Result, access::Action};

impl Portal {
    /// Where a build may go.
    pub async fn options(
        &self,
        actor: &Actor,
        build: &BuildId,
        now: Timestamp,
    ) -> Result<BuildOptions> {
        let record = self.visible_build(actor, build).await?;
        self.options_of(actor, &record, now).await
    }

    pub(crate) async fn options_of(
        &self,
        actor: &Actor,
        record: &BuildRecord,
        now: Timestamp,
    ) -> Result<BuildOptions> {
        let app = &record.build.app;
        let steps = self.catalog().path(app).map_or(&[][..], |path| &path.steps);
        let steps = steps
            .iter()
            .map(|step| Box::pin(self.step_option(actor, record, step, now)));
        Ok(BuildOptions {
            steps: futures::future::try_join_all(steps).await?,
            promotions: record.promotions.clone(),
            may_withdraw: self.may(actor, Action::Withdraw(app)),
        })
    }

    async fn step_option(
        &self,
        actor: &Actor,
        record: &BuildRecord,
        step: &PathStep,
        now: Timestamp,
    ) -> Result<StepOption> {
        let (app, to) = (&record.build.app, &step.environment);
        let rights = self.rights(actor, app, to);
        let open = self.open_promotion(app, to).await?;
        let situation = self
            .situation(app, to, Some(record), open.as_ref(), rights, now)
            .await?;
        let released = record.releases.iter().find(|been| been.environment == *to);
        let current = situation.here.as_ref();
        let current = current.is_some_and(|here| here.build == record.build.id);
        let way = (!current).then(|| way(&situation, released));
        let asked = match way {
            Some(kind) => self.would_be(actor, &situation, kind, now)?,
            None => Answer::default(),
        };
        Ok(StepOption {
            environment: self.environment_or_its_name(to),
            released_at: released.map(|release| release.released_at),
            current,
            serves: situation.here.is_some(),
            way,
            may_bypass: may_bypass(&situation, &asked),
            gates: asked.gates,
            refusals: asked.refusals,
            open: open.map(|record| PromotionBrief::of(&record.promotion)),
        })
    }

    /// How the gates stand, and what would be said to somebody who asks with a reason.
    fn would_be(
        &self,
        actor: &Actor,
        situation: &Situation<'_>,
        kind: PromotionKind,
        now: Timestamp,
    ) -> Result<Answer> {
        let request = Request {
            id: self.new_promotion_id(now)?,
            kind,
            by: actor.clone(),
            reason: "what would be".to_owned(),
            bypass: None,
            withdraw: false,
        };
        Ok(match decide(situation, &request, now) {
            Decision::Granted { gates, .. } | Decision::Waits { gates, .. } => Answer {
                gates,
                refusals: Vec::new(),
            },
            Decision::Already(_) => Answer {
                gates: gate::evaluate(situation, now),
                refusals: Vec::new(),
            },
            Decision::Refused(refusals) => Answer {
                gates: gate::evaluate(situation, now),
                refusals,
            },
        })
    }
}

#[derive(Default)]
struct Answer {
    gates: Vec<gate::GateAnswer>,
    refusals: Vec<domain::promotion::Refusal>,
}

/// Back, where the environment has served it before and serves a newer one now; else on.
fn way(situation: &Situation<'_>, released: Option<&Release>) -> PromotionKind {
    let newer = released.is_some_and(|released| {
        let here = situation.here.as_ref();
        here.is_some_and(|here| here.since > released.released_at)
    });
    if newer {
        PromotionKind::Rollback
    } else {
        PromotionKind::Forward
    }
}

/// The gates that do not let through and that the caller may go past.
fn may_bypass(situation: &Situation<'_>, answer: &Answer) -> Vec<GateKind> {
    if !situation.rights.break_glass {
        return Vec::new();
    }
    let closed = answer
        .gates
        .iter()
        .filter(|gate| !gate.standing.lets_through());
    let mut gates: Vec<GateKind> = closed
        .map(|gate| gate.gate)
        .filter(|gate| gate.can_be_bypassed())
        .collect();
    gates.dedup();
    gates
}
