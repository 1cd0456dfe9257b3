//! Asking for a promotion.

use api::promotions::PromotionRequest;
use domain::{
    Timestamp,
    actor::{Actor, ActorKind},
    audit::{AuditRecord, Principal},
    id::{AppId, EnvironmentId},
    promotion::{
        Decision, Promotion, PromotionKind, Refusal, RefusalKind, Request, Rights, Situation,
        audit_records, decide,
    },
};
use store::table::{Overtaken, PromotionRecord, Requested};

use super::wish::Wish;
use crate::{
    Error, Result,
    access::Action,
    promotion::{Decisions, Promotions, Situations, execution::Calls},
};

/// How often a request is decided anew when others are faster.
const TRIES: usize = 8;

/// A promotion that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How it stands now.
    pub promotion: Promotion,
    /// Whether somebody had asked for it before.
    pub already: bool,
}

impl Promotions<'_> {
    /// Asks for a build's release in the next environment of its path. Asking again gives the same promotion.
    pub async fn request<'a>(
        self,
        who: impl Into<Principal<'a>>,
        request: PromotionRequest,
        now: Timestamp,
    ) -> Result<Asked> {
        let who = who.into();
        let record = self
            .portal
            .builds()
            .visible(who.actor, &request.build)
            .await?;
        let wish = Wish {
            record: &record,
            to: &request.to,
            kind: PromotionKind::Forward,
            reason: request.reason,
            bypass: request.bypass,
            withdraw: None,
            run: None,
            adopts: false,
            again: false,
        };
        Decisions::of(self.portal).ask(who, wish, now).await
    }
}

impl Decisions<'_> {
    /// Decides on a wish, notes what became of it, and goes on with the promotion as far as it goes by itself.
    pub(super) async fn ask(
        self,
        who: Principal<'_>,
        wish: Wish<'_>,
        now: Timestamp,
    ) -> Result<Asked> {
        let app = &wish.record.build.app;
        let rights = self.rights(who.actor, app, wish.to);
        for _ in 0..TRIES {
            let open = self.open_promotion(app, wish.to).await?;
            if let Some(open) = open.as_ref().filter(|open| open.promotion.is_overdue(now)) {
                self.portal
                    .promotions()
                    .advance(&open.promotion.id, now)
                    .await?;
                continue;
            }
            let situation = Situations::of(self.portal)
                .situation(app, wish.to, Some(wish.record), open.as_ref(), rights)
                .await?;
            let request = self.request_of(who.actor, &wish, now)?;
            let (gates, overtakes) = match decide(&situation, &request, now) {
                Decision::Already(id) => {
                    if let Some(run) = wish.run.as_ref().filter(|_| wish.adopts) {
                        self.adopt(&id, run).await?;
                    }
                    let promotion = self.portal.promotions().advance(&id, now).await?;
                    return Ok(Asked {
                        promotion,
                        already: true,
                    });
                }
                Decision::Refused(refusals) => {
                    return self.refuse(who, &wish, refusals, now).await;
                }
                Decision::Granted { gates, overtakes } | Decision::Waits { gates, overtakes } => {
                    (gates, overtakes)
                }
            };
            if wish.run.is_none() {
                self.can_be_carried_out(&situation)?;
            }
            let Some(mut promotion) = Promotion::of(&situation, request, gates, now) else {
                return Err(Error::not_found("step of a path to there"));
            };
            promotion.run.clone_from(&wish.run);
            promotion.withdraw_from = wish.withdraw.clone().unwrap_or_default();
            let replaced = open.filter(|open| Some(&open.promotion.id) == overtakes.as_ref());
            if self.put(who, &promotion, replaced, now).await? {
                let promotion = self.portal.promotions().advance(&promotion.id, now).await?;
                return Ok(Asked {
                    promotion,
                    already: false,
                });
            }
        }
        Err(Error::Conflict {
            detail: format!(
                "others keep promoting {app} to {}: try again in a moment",
                wish.to
            ),
        })
    }

    /// What an actor may do with promotions. The portal promotes what its own configuration tells it to, and a pipeline asks
    /// at the gates that its owner put there.
    pub(super) fn rights(self, actor: &Actor, app: &AppId, environment: &EnvironmentId) -> Rights {
        let own = matches!(actor.kind, ActorKind::Portal | ActorKind::Pipeline);
        Rights {
            promote: own || self.portal.may(actor, Action::Promote { app, environment }),
            break_glass: self
                .portal
                .may(actor, Action::BreakGlass { app, environment }),
        }
    }

    /// The promotion into an environment that is not over.
    pub(super) async fn open_promotion(
        self,
        app: &AppId,
        to: &EnvironmentId,
    ) -> Result<Option<PromotionRecord>> {
        let table = &self.portal.table;
        match table.promotions().slot(app, to).await? {
            Some(id) => Ok(table.promotions().get(&id).await?),
            None => Ok(None),
        }
    }

    fn request_of(self, actor: &Actor, wish: &Wish<'_>, now: Timestamp) -> Result<Request> {
        Ok(Request {
            id: self.portal.ids().next(now)?,
            kind: wish.kind,
            by: actor.clone(),
            reason: wish.reason.clone(),
            bypass: wish.bypass.clone(),
            withdraw: wish.withdraw.is_some(),
        })
    }

    async fn refuse(
        self,
        who: Principal<'_>,
        wish: &Wish<'_>,
        refusals: Vec<Refusal>,
        now: Timestamp,
    ) -> Result<Asked> {
        // Anyone who has no right here must not be able to fill the audit log.
        if refusals
            .iter()
            .any(|refusal| refusal.kind == RefusalKind::Forbidden)
        {
            let build = &wish.record.build;
            tracing::info!(
                event = "promotion-forbidden",
                by = who.actor.name,
                proof = who.proof,
                from = who.from,
                app = %build.app,
                build = %build.id,
                to = %wish.to,
                "a promotion was asked for by somebody who may not"
            );
            return Err(Error::Declined { refusals });
        }
        // What the portal asks for itself it asks for again and again: that is no news.
        if wish.kind != PromotionKind::Automatic && !wish.again {
            let note = audit_records::refused(
                who,
                (&wish.record.build, wish.to),
                &wish.reason,
                &refusals,
                now,
            );
            self.portal.table.audit().note(&note).await?;
        }
        Err(Error::Declined { refusals })
    }

    /// Whether this portal can have the promotion carried out at all.
    fn can_be_carried_out(self, situation: &Situation<'_>) -> Result<()> {
        let Some(step) = situation.step() else {
            return Ok(());
        };
        match Calls::of(self.portal).executor(&step.target) {
            Ok(_) => Ok(()),
            Err(why) => Err(Error::Conflict { detail: why }),
        }
    }

    async fn put(
        self,
        who: Principal<'_>,
        promotion: &Promotion,
        overtaken: Option<PromotionRecord>,
        now: Timestamp,
    ) -> Result<bool> {
        let mut notes: Vec<AuditRecord> = audit_records::requested(who, promotion, now);
        let table = &self.portal.table;
        let requested = match overtaken {
            None => table.promotions().request(promotion, None, &notes).await?,
            Some(before) => {
                let why = format!("build {} takes its place", promotion.number);
                let rights = Rights {
                    promote: true,
                    break_glass: false,
                };
                let after = before.promotion.clone();
                let after = after.cancel(who.actor, rights, &why, now)?;
                notes.push(audit_records::ended(who, &after, now));
                let overtaken = Overtaken {
                    before: &before,
                    after: &after,
                };
                let overtaken = Some(overtaken);
                table
                    .promotions()
                    .request(promotion, overtaken, &notes)
                    .await?
            }
        };
        Ok(matches!(requested, Requested::New(_)))
    }
}
