//! Who sees which links, and who ends them.

use domain::{
    Timestamp,
    actor::{Actor, ActorKind},
    audit::{AuditAction, AuditRecord, Principal},
    id::{EnvironmentId, LinkId},
    share::{LinkView, LinksView, Revoked, ShareLink, Shared, Standing},
};
use store::table::LinkRecord;

use super::{holder, words};
use crate::{Error, Result, access::Action, links::Links};

impl Links<'_> {
    /// One's own share links that are live or ended lately, the newest first; everyone's, for who manages those.
    pub async fn list(self, actor: &Actor, now: Timestamp) -> Result<LinksView> {
        self.portal.authorise(actor, Action::ViewOverview)?;
        let all = self.portal.may(actor, Action::ManageCredentials);
        let records = self.portal.table.links().list().await?.into_iter();
        // Who holds a link is not who made it, though the maker answers for both.
        let own = |record: &LinkRecord| {
            actor.kind != ActorKind::Guest && record.link.by.is_same_as(actor)
        };
        let seen = records.filter(|record| all || own(record));
        Ok(LinksView {
            links: seen.map(|record| self.link_view(record, now)).collect(),
            as_of: now,
        })
    }

    /// Ends a link. One that was revoked before stays as it is.
    pub async fn revoke<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &LinkId,
        now: Timestamp,
    ) -> Result<LinkView> {
        let who = who.into();
        let record = self.link_to_end(who.actor, id).await?;
        let revoked = Revoked {
            by: who.actor.clone(),
            at: now,
        };
        let note = note(who, AuditAction::LinkRevoked, &record.link, now);
        self.portal
            .table
            .links()
            .revoke(id, &revoked, &note)
            .await?;
        let record = self.portal.table.links().get(id).await?;
        let record = record.ok_or_else(|| Error::not_found(format!("share link {id}")))?;
        Ok(self.link_view(record, now))
    }

    /// A link of the caller's own, or any for who manages those. To others there is no such link. A token ends
    /// none, not even its owner's: no permission says so.
    async fn link_to_end(self, actor: &Actor, id: &LinkId) -> Result<LinkRecord> {
        let nothing = || Error::not_found(format!("share link {id}"));
        self.portal.authorise(actor, Action::ViewOverview)?;
        let record = self
            .portal
            .table
            .links()
            .get(id)
            .await?
            .ok_or_else(nothing)?;
        let own = record.link.by.is_same_as(actor);
        if own && actor.permit.is_none() {
            return Ok(record);
        }
        match self.portal.authorise(actor, Action::ManageCredentials) {
            Ok(()) => Ok(record),
            Err(error) if own => Err(error),
            Err(_) => Err(nothing()),
        }
    }

    fn link_view(self, record: LinkRecord, now: Timestamp) -> LinkView {
        // Where a build is released by now is asked at its page; here it counts whether its maker shares this app anywhere.
        let places: Vec<EnvironmentId> = match &record.link.what {
            Shared::Newest { environment, .. } => vec![environment.clone()],
            Shared::Build { .. } => {
                let all = self.portal.catalog().environments.iter();
                all.map(|environment| environment.id.clone()).collect()
            }
        };
        let action = Action::Download {
            app: record.link.what.app(),
            environments: &places,
        };
        let standing = match record.link.standing(now) {
            Standing::Live if !self.portal.may(&holder(&record), action) => Standing::Revoked,
            standing => standing,
        };
        LinkView {
            link: record.link,
            standing,
        }
    }
}

/// What is noted of a link. Never what opens it.
pub(crate) fn note(
    who: Principal<'_>,
    action: AuditAction,
    link: &ShareLink,
    now: Timestamp,
) -> AuditRecord {
    let mut note = who.note(action, now);
    note.app = Some(link.what.app().clone());
    match &link.what {
        Shared::Build { build, .. } => note.build = Some(build.clone()),
        Shared::Newest { environment, .. } => note.environment = Some(environment.clone()),
    }
    let limit = link.limit.map_or("none".to_owned(), |it| it.to_string());
    let password = if link.has_password { "yes" } else { "no" };
    let mut details = vec![
        ("link", link.id.to_string()),
        ("gives", words(&link.what)),
        ("expires", link.expires_at.to_string()),
        ("limit", limit),
        ("used", link.used.to_string()),
        ("password", password.to_owned()),
    ];
    details.extend(link.per_day.map(|most| ("per_day", most.to_string())));
    let bytes = link.bytes_per_day;
    details.extend(bytes.map(|most| ("bytes_per_day", most.to_string())));
    let details = details.into_iter();
    note.details = details
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    note
}
