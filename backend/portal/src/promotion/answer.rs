//! What people say to a promotion: yes, no, never mind.

use domain::{
    Timestamp,
    audit::{AuditRecord, Principal},
    digest::Digest,
    id::PromotionId,
    path::PathStep,
    promotion::{Answer, Impossible, Promotion, audit_records},
};
use store::table::{PromotionRecord, Step, Stepped};

use crate::{
    Error, Result,
    access::Action,
    promotion::{Decisions, Promotions},
};

/// How often an answer is given anew when others are faster.
const TRIES: usize = 16;

impl Promotions<'_> {
    /// Answers a promotion. The same answer of the same person again changes nothing, and is no failure: people click twice.
    pub async fn answer<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &PromotionId,
        answer: Answer<'_>,
        now: Timestamp,
    ) -> Result<Promotion> {
        let who = who.into();
        let answered = match answer {
            Answer::Approve { seen, comment } => {
                Box::pin(self.approve(who, id, &seen, comment, now)).await
            }
            Answer::Reject(why) => Box::pin(self.reject(who, id, why, now)).await,
            Answer::Cancel(why) => Box::pin(self.cancel(who, id, why, now)).await,
            Answer::Abandon(why) => Box::pin(self.abandon(who, id, why, now)).await,
        };
        let Err(Error::Impossible(why)) = answered else {
            return answered;
        };
        let found = Decisions::of(self.portal).seen_promotion(who, id, now);
        let promotion = Box::pin(found).await?.promotion;
        if promotion.has_answer(who.actor, answer) {
            Ok(promotion)
        } else {
            Err(Error::Impossible(why))
        }
    }

    /// Agrees to a promotion of the bytes with that digest, and goes on with it if that was what it waited for.
    pub async fn approve<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &PromotionId,
        seen: &Digest,
        comment: Option<&str>,
        now: Timestamp,
    ) -> Result<Promotion> {
        let who = who.into();
        let approved = Decisions::of(self.portal).answer(who, id, now, |promotion| {
            let step = Decisions::of(self.portal).step_of(&promotion)?;
            let after = promotion.approve(step, who.actor, seen, comment, now)?;
            let note = audit_records::approved(who, &after, now);
            Ok((after, note))
        });
        match approved.await {
            Ok(_) => self.advance(id, now).await,
            Err(Error::Impossible(why)) => {
                Decisions::of(self.portal)
                    .note_refusal(who, id, &why, now)
                    .await?;
                Err(Error::Impossible(why))
            }
            Err(error) => Err(error),
        }
    }

    /// Does not agree to a promotion, which is the end of it.
    pub async fn reject<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &PromotionId,
        why: &str,
        now: Timestamp,
    ) -> Result<Promotion> {
        let who = who.into();
        Decisions::of(self.portal)
            .answer(who, id, now, |promotion| {
                let rights =
                    Decisions::of(self.portal).rights(who.actor, &promotion.app, &promotion.to);
                let step = Decisions::of(self.portal).step_of(&promotion)?;
                let after = promotion.reject(step, who.actor, rights, why, now)?;
                let note = audit_records::ended(who, &after, now);
                Ok((after, note))
            })
            .await
    }

    /// Takes a promotion back that has not started.
    pub async fn cancel<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &PromotionId,
        why: &str,
        now: Timestamp,
    ) -> Result<Promotion> {
        let who = who.into();
        Decisions::of(self.portal)
            .answer(who, id, now, |promotion| {
                let rights =
                    Decisions::of(self.portal).rights(who.actor, &promotion.app, &promotion.to);
                let after = promotion.cancel(who.actor, rights, why, now)?;
                let note = audit_records::ended(who, &after, now);
                Ok((after, note))
            })
            .await
    }
}

impl<'p> Decisions<'p> {
    /// Notes that somebody of the groups that are asked could not approve. What others try is in the request log alone.
    async fn note_refusal(
        self,
        who: Principal<'_>,
        id: &PromotionId,
        why: &Impossible,
        now: Timestamp,
    ) -> Result<()> {
        let promotion = self.seen_promotion(who, id, now).await?.promotion;
        let Ok(step) = self.step_of(&promotion) else {
            return Ok(());
        };
        let asked = promotion.asked_groups(step);
        if !asked.iter().any(|group| who.actor.groups.contains(group)) {
            return Ok(());
        }
        let note = audit_records::not_approved(who, &promotion, why, now);
        Ok(self.portal.table.audit().note(&note).await?)
    }

    /// Reads a promotion, lets `change` say what becomes of it, and writes that; again, as long as others are faster.
    pub(super) async fn answer(
        self,
        who: Principal<'_>,
        id: &PromotionId,
        now: Timestamp,
        change: impl Fn(Promotion) -> Result<(Promotion, AuditRecord)>,
    ) -> Result<Promotion> {
        for _ in 0..TRIES {
            let record = self.seen_promotion(who, id, now).await?;
            let (after, note) = change(record.promotion.clone())?;
            let step = Step {
                notes: vec![note],
                ..Step::default()
            };
            let stepped = self
                .portal
                .table
                .promotions()
                .step(&record, &after, step)
                .await?;
            if let Stepped::Done(record) = stepped {
                return Ok(record.promotion);
            }
        }
        Err(Error::contended())
    }

    /// A promotion of an app that its reader may see. One that has waited too long ends when somebody looks.
    pub(super) async fn seen_promotion(
        self,
        who: Principal<'_>,
        id: &PromotionId,
        now: Timestamp,
    ) -> Result<PromotionRecord> {
        let nothing = || Error::not_found(format!("promotion {id}"));
        let found = self.portal.table.promotions().get(id).await?;
        let record = found.ok_or_else(nothing)?;
        self.portal
            .authorise(who.actor, Action::ViewApp(&record.promotion.app))
            .map_err(|error| error.hiding(format!("promotion {id}")))?;
        if !record.promotion.is_overdue(now) {
            return Ok(record);
        }
        self.portal.promotions().advance(id, now).await?;
        self.portal
            .table
            .promotions()
            .get(id)
            .await?
            .ok_or_else(nothing)
    }

    /// The step of the path that a promotion is about to take.
    pub(super) fn step_of(self, promotion: &Promotion) -> Result<&'p PathStep> {
        let path = self.portal.catalog().path(&promotion.app);
        let step = path.and_then(|path| path.step(&promotion.to));
        step.ok_or(Error::Impossible(Impossible::Changed(
            "the app's path no longer enters this environment",
        )))
    }
}
