//! Where a build may go, with what would be checked: asked of the same rules that decide when somebody asks for it.

use std::collections::HashMap;

use domain::{
    Timestamp,
    actor::Actor,
    gate::{self, GateKind},
    hold::Hold,
    id::{AppId, BuildId, EnvironmentId},
    path::PathStep,
    promotion::{Decision, Promotion, PromotionKind, Request, Situation, decide},
    release::Release,
    view::{BuildOptions, PromotionBrief, StepOption},
};
use store::table::{BuildRecord, Served};

use super::situation::Surroundings;
use crate::{
    Result,
    promotion::{Decisions, Promotions, Prospects, Situations},
};

/// The holds that are in force, and the promotions that are not over.
#[derive(Default)]
pub(crate) struct Around {
    holds: Vec<Hold>,
    open: Vec<Promotion>,
}

impl Around {
    /// What is around one step of an app's path.
    fn of_step(
        &self,
        app: &AppId,
        step: &PathStep,
        served: &HashMap<EnvironmentId, Served>,
    ) -> Surroundings {
        let to = &step.environment;
        let mut open = self.open.iter();
        let open = open.find(|open| open.app == *app && open.to == *to);
        Surroundings {
            served: served.get(to).cloned().unwrap_or_default(),
            holds: self.holds.clone(),
            open: open.cloned(),
        }
    }
}

impl Promotions<'_> {
    /// Where a build may go.
    pub async fn options(
        self,
        actor: &Actor,
        build: &BuildId,
        now: Timestamp,
    ) -> Result<BuildOptions> {
        let record = self.portal.builds().visible(actor, build).await?;
        let served = self.portal.table.releases().served_of(&record.build.app);
        let (served, around) = futures::try_join!(
            async { Ok(served.await?) },
            Prospects::of(self.portal).around(&record.build.app),
        )?;
        Prospects::of(self.portal)
            .options_of(actor, &record, &served, &around, now)
            .await
    }
}

impl Prospects<'_> {
    /// What the options of an app's builds have in common. For pages: a change of the last moment may be missing, and
    /// anyone who then asks for a promotion is answered by what is true at that moment.
    pub(crate) async fn around(self, app: &AppId) -> Result<Around> {
        let path = self.portal.catalog().path(app);
        if path.is_none_or(|path| path.steps.is_empty()) {
            return Ok(Around::default());
        }
        let table = &self.portal.table;
        let (holds, open) = futures::try_join!(table.holds().recent(), table.promotions().open())?;
        Ok(Around { holds, open })
    }

    pub(crate) async fn options_of(
        self,
        actor: &Actor,
        record: &BuildRecord,
        served: &HashMap<EnvironmentId, Served>,
        around: &Around,
        now: Timestamp,
    ) -> Result<BuildOptions> {
        let app = &record.build.app;
        let steps = self
            .portal
            .catalog()
            .path(app)
            .map_or(&[][..], |path| &path.steps);
        let steps = steps.iter().map(|step| {
            let surroundings = around.of_step(app, step, served);
            self.step_option(actor, record, step, surroundings, now)
        });
        Ok(BuildOptions {
            steps: futures::future::try_join_all(steps).await?,
            promotions: record.promotions.clone(),
            may_withdraw: self.portal.holds().may_withdraw(actor, record),
        })
    }

    async fn step_option(
        self,
        actor: &Actor,
        record: &BuildRecord,
        step: &PathStep,
        surroundings: Surroundings,
        now: Timestamp,
    ) -> Result<StepOption> {
        let (app, to) = (&record.build.app, &step.environment);
        let rights = Decisions::of(self.portal).rights(actor, app, to);
        let open = surroundings.open.as_ref().map(PromotionBrief::of);
        let situation = Situations::of(self.portal)
            .situation_in(app, to, Some(record), surroundings, rights)
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
            environment: self.portal.builds().environment_or_its_name(to),
            released_at: released.map(|release| release.released_at),
            current,
            serves: situation.here.is_some(),
            way,
            may_bypass: may_bypass(&situation, &asked),
            gates: asked.gates,
            refusals: asked.refusals,
            open,
        })
    }

    /// How the gates stand, and what would be said to somebody who asks with a reason.
    fn would_be(
        self,
        actor: &Actor,
        situation: &Situation<'_>,
        kind: PromotionKind,
        now: Timestamp,
    ) -> Result<Answer> {
        let request = Request {
            id: self.portal.ids().next(now)?,
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
