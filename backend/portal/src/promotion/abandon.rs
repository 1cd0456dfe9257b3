//! Ending a promotion whose target is at work, or does not say what it does.
//!
//! The target is not called: what it has begun goes on there. But the promotion is over from this write on, so that a run
//! that succeeds later releases nothing, and the environment takes the next promotion.

use domain::{
    Timestamp,
    audit::Principal,
    id::PromotionId,
    promotion::{Promotion, audit_records},
};

use crate::{
    Result,
    promotion::{Decisions, Promotions},
};

impl Promotions<'_> {
    /// Ends a promotion that is starting or running, by somebody who may go past gates.
    pub async fn abandon<'a>(
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
                let was = promotion.state.word().to_owned();
                let after = promotion.abandon(who.actor, rights, why, now)?;
                let mut note = audit_records::ended(who, &after, now);
                note.details.insert("was".to_owned(), was);
                if let Some(error) = &after.last_error {
                    let (at, message) = (error.at, &error.message);
                    note.details
                        .insert("last error".to_owned(), format!("{at}: {message}"));
                }
                Ok((after, note))
            })
            .await
    }
}
