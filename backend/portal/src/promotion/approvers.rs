//! Who can still approve a promotion, and why somebody cannot.

use std::sync::Arc;

use domain::{
    Timestamp,
    actor::Actor,
    promotion::{Impossible, Promotion},
    view::{CanApprove, MayAnswer},
};
use jiff::SignedDuration;
use store::table::PersonRecord;
use tokio::sync::Mutex;

use crate::{
    Result,
    access::Action,
    promotion::{Decisions, Prospects},
};

/// The most people that are named.
const NAMED: usize = 20;

/// So old may be what is known of the people: pages ask every few seconds, and everybody is one read of all.
const OLD: SignedDuration = SignedDuration::from_mins(1);

/// Everybody who has signed in lately, as last read.
#[derive(Default)]
pub(crate) struct KnownPeople(Mutex<Option<(Timestamp, Arc<[PersonRecord]>)>>);

impl Prospects<'_> {
    /// The people who could approve at this moment, but for the caller. The rule that decides on an approval decides here.
    pub(super) async fn can_approve(
        self,
        asking: &Actor,
        promotion: &Promotion,
        groups: &[String],
        now: Timestamp,
    ) -> Result<CanApprove> {
        if groups.is_empty() {
            return Ok(CanApprove::default());
        }
        let known = self.known_people(now).await?;
        let asked = known
            .iter()
            .filter(|person| groups.iter().any(|group| person.groups.contains(group)));
        let mut names: Vec<String> = asked
            .map(|person| Actor::person(person.id.clone(), &person.name, person.groups.clone()))
            .filter(|person| !person.is_same_as(asking))
            .filter(|person| self.portal.may(person, Action::ViewApp(&promotion.app)))
            .filter(|person| self.may_approve(person, promotion, now))
            .map(|person| person.name)
            .collect();
        names.sort();
        let others = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        Ok(CanApprove { names, others })
    }

    /// Why somebody cannot approve a promotion that waits for approvals, where they might expect to: they asked for it, have
    /// approved it, ask by a token, or have a role that promotes.
    pub(super) fn why_not(
        self,
        actor: &Actor,
        promotion: &Promotion,
        may: MayAnswer,
        now: Timestamp,
    ) -> Option<String> {
        if may.approve {
            return None;
        }
        let step = Decisions::of(self.portal).step_of(promotion).ok()?;
        let tried = promotion.clone();
        let tried = tried.approve(step, actor, &promotion.digest, None, now);
        // Otherwise enough of their groups have approved.
        let Err(why) = tried else { return None };
        let by_role = match why {
            Impossible::NotAsked { .. } => {
                let rights =
                    Decisions::of(self.portal).rights(actor, &promotion.app, &promotion.to);
                if !rights.promote && !rights.break_glass {
                    return None;
                }
                "; groups approve, and no role does it for them"
            }
            Impossible::OwnRequest | Impossible::Twice | Impossible::ByToken => "",
            _ => return None,
        };
        Some(format!("{why}{by_role}: {}", why.remedy()))
    }

    async fn known_people(self, now: Timestamp) -> Result<Arc<[PersonRecord]>> {
        let mut known = self.portal.people.0.lock().await;
        if let Some((read, people)) = &*known
            && (SignedDuration::ZERO..OLD).contains(&now.duration_since(*read))
        {
            return Ok(Arc::clone(people));
        }
        let people: Arc<[PersonRecord]> = self.portal.table.people().all().await?.into();
        *known = Some((now, Arc::clone(&people)));
        Ok(people)
    }
}
