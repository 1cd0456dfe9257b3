//! What people see of promotions.

use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    causes::chain,
    gate,
    id::{AppId, EnvironmentId, PromotionId},
    page::{Cursor, Limit, Page},
    path::PathStep,
    promotion::{Promotion, State},
    view::{MayAnswer, PromotionBrief, PromotionView, PromotionsView},
};

use crate::{
    Result,
    access::Action,
    known,
    promotion::{Decisions, Promotions, Prospects, Situations},
};

impl Promotions<'_> {
    /// One promotion, with its gates as they stand now.
    pub async fn show(
        self,
        actor: &Actor,
        id: &PromotionId,
        now: Timestamp,
    ) -> Result<PromotionView> {
        let record = Decisions::of(self.portal)
            .seen_promotion(Principal::from(actor), id, now)
            .await?;
        let mut promotion = record.promotion.clone();
        if promotion.state == State::Waiting {
            let build = self.portal.builds().record(&promotion.build).await?;
            let rights = Decisions::of(self.portal).rights(actor, &promotion.app, &promotion.to);
            let (app, to) = (&promotion.app, &promotion.to);
            let situation = Situations::of(self.portal)
                .situation(app, to, Some(&build), Some(&record), rights)
                .await?;
            promotion.gates = gate::evaluate(&situation, now);
        }
        let held = match promotion.state {
            State::Starting | State::Running => {
                let holds = self.portal.table.holds().recent().await?;
                let mut holds = holds.into_iter();
                holds.find(|hold| hold.on.stops(&promotion.app, &promotion.to))
            }
            _ => None,
        };
        let may = Prospects::of(self.portal).may_answer(actor, &promotion, now);
        let (asked, cannot_approve) = match promotion.state {
            State::Waiting => (
                Prospects::of(self.portal).asked_of(&promotion),
                Prospects::of(self.portal).why_not(actor, &promotion, may, now),
            ),
            _ => (Vec::new(), None),
        };
        let approvers = Prospects::of(self.portal).can_approve(actor, &promotion, &asked, now);
        let approvers = approvers.await?;
        Ok(PromotionView {
            held,
            app: self.portal.builds().app_or_its_name(&promotion.app),
            environment: self.portal.builds().environment_or_its_name(&promotion.to),
            asked,
            approvers,
            cannot_approve,
            may,
            promotion,
            as_of: now,
        })
    }

    /// Promotions that are not over, of apps that the caller may see: first those that wait for the caller.
    pub async fn waiting(self, actor: &Actor, now: Timestamp) -> Result<PromotionsView> {
        self.portal.authorise(actor, Action::ViewOverview)?;
        let mut open = self.portal.table.promotions().open().await?;
        for overdue in open.iter().filter(|open| open.is_overdue(now)) {
            // It is over whether or not that can be written now: the clock does so later.
            if let Err(error) = self.advance(&overdue.id, now).await {
                let error = chain(&error);
                tracing::warn!(promotion = %overdue.id, error, "an overdue promotion was not ended");
            }
        }
        open.retain(|open| !open.is_overdue(now));
        let seen = open
            .into_iter()
            .filter(|promotion| self.portal.may(actor, Action::ViewApp(&promotion.app)));
        let (waiting_for_you, others) = seen
            .partition(|promotion| Prospects::of(self.portal).may_approve(actor, promotion, now));
        Ok(PromotionsView {
            waiting_for_you,
            others,
            as_of: now,
        })
    }

    /// Promotions of an app into an environment, over or not, newest first.
    pub async fn history(
        self,
        actor: &Actor,
        app: &AppId,
        environment: &EnvironmentId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<PromotionBrief>> {
        self.portal.authorise(actor, Action::ViewApp(app))?;
        known::app(self.portal, app)?;
        known::environment(self.portal, environment)?;
        let table = &self.portal.table;
        Ok(table
            .promotions()
            .list(app, environment, limit, cursor)
            .await?)
    }
}

impl Prospects<'_> {
    /// The groups of which somebody still has to approve.
    fn asked_of(self, promotion: &Promotion) -> Vec<String> {
        let step = Decisions::of(self.portal).step_of(promotion).ok();
        step.map_or_else(Vec::new, |step| promotion.still_asked(step))
    }

    /// Whether somebody's approval would count. Nobody is asked for one that would make no difference.
    pub(super) fn may_approve(self, actor: &Actor, promotion: &Promotion, now: Timestamp) -> bool {
        let Ok(step) = Decisions::of(self.portal).step_of(promotion) else {
            return false;
        };
        let asked = promotion.still_asked(step);
        let tried = promotion.clone();
        asked.iter().any(|group| actor.groups.contains(group))
            && tried
                .approve(step, actor, &promotion.digest, None, now)
                .is_ok()
    }

    /// What somebody may say to a promotion: asked of the same rules that decide on it when they do.
    fn may_answer(self, actor: &Actor, promotion: &Promotion, now: Timestamp) -> MayAnswer {
        let rights = Decisions::of(self.portal).rights(actor, &promotion.app, &promotion.to);
        let tried = || promotion.clone();
        let on_step = |answer: &dyn Fn(&PathStep) -> bool| {
            Decisions::of(self.portal)
                .step_of(promotion)
                .is_ok_and(answer)
        };
        MayAnswer {
            approve: self.may_approve(actor, promotion, now),
            reject: on_step(&|step| tried().reject(step, actor, rights, "no", now).is_ok()),
            cancel: tried().cancel(actor, rights, "no", now).is_ok(),
            abandon: tried().abandon(actor, rights, "no", now).is_ok(),
        }
    }
}
