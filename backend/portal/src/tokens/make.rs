//! Making a token.

use std::ops::RangeInclusive;

use api::tokens::TokenRequest;
use domain::{
    Timestamp,
    audit::{AuditAction, AuditRecord, Principal},
    view::MadeToken,
};
use identity::{TokenText, credential::Secret};
use jiff::SignedDuration;
use store::table::{TokenMade, TokenRecord};

use super::list::view;
use crate::{Error, Result, access::Action, settings, tokens::Tokens};

/// How long a token may live, in hours: up to a year.
pub const LIFETIME_HOURS: RangeInclusive<u32> = 1..=365 * 24;

/// The most live tokens of one person.
pub const MOST: usize = 50;

impl Tokens<'_> {
    /// Makes a token for the caller. What it permits must be theirs to give, and it is shown this once.
    pub async fn make<'a>(
        self,
        who: impl Into<Principal<'a>>,
        request: TokenRequest,
        now: Timestamp,
    ) -> Result<MadeToken> {
        let who = who.into();
        self.portal.authorise(who.actor, Action::MakeTokens)?;
        if !LIFETIME_HOURS.contains(&request.hours) {
            let (least, most) = (LIFETIME_HOURS.start(), LIFETIME_HOURS.end());
            let detail = format!("a token lives {least} to {most} hours, which is up to a year");
            return Err(Error::invalid("hours", detail));
        }
        let permit = self.checked(who.actor, request.permit)?;
        let groups = who.actor.groups.iter();
        let groups = groups.filter(|group| settings::counts(self.portal, group));
        let text = TokenText {
            id: self.portal.ids().next(now)?,
            secret: Secret::new(self.portal.ids().random()),
        };
        let token = TokenRecord {
            id: text.id.clone(),
            label: request.label,
            owner: who.actor.clone(),
            groups: groups.cloned().collect(),
            permit,
            secret: text.secret.digest(),
            created_at: now,
            expires_at: now + SignedDuration::from_hours(request.hours.into()),
            used_at: None,
            revoked: None,
        };
        let note = note(who, AuditAction::TokenMade, &token, now);
        let made = self.portal.table.tokens().make(&token, MOST, &note).await?;
        match made {
            TokenMade::Yes => Ok(MadeToken {
                bearer: text.text(),
                token: view(token, now),
            }),
            TokenMade::NameTaken => Err(Error::Conflict {
                detail: format!(
                    "you have a token {} already: revoke it, or choose another name",
                    token.label
                ),
            }),
            TokenMade::TooMany => Err(Error::Conflict {
                detail: format!("you have {MOST} tokens, as many as anyone may: revoke one first"),
            }),
        }
    }
}

/// What the audit log says of a token: all that it may, and nothing that opens anything.
pub(crate) fn note(
    who: Principal<'_>,
    action: AuditAction,
    token: &TokenRecord,
    now: Timestamp,
) -> AuditRecord {
    let mut note = who.note(action, now);
    let permit = &token.permit;
    let may: Vec<&str> = permit.may.iter().map(|may| may.as_str()).collect();
    let details = [
        ("token", token.id.to_string()),
        ("label", token.label.to_string()),
        ("owner", token.owner.name.clone()),
        ("may", may.join(", ")),
        ("apps", some(permit.apps.clone().into())),
        ("environments", some(permit.environments.clone().into())),
        ("expires", token.expires_at.to_string()),
    ];
    let details = details.map(|(name, value)| (name.to_owned(), value));
    note.details.extend(details);
    note.about = vec![token.owner.clone()];
    note
}

fn some<T: ToString>(some: Option<Vec<T>>) -> String {
    some.map_or_else(
        || "all".to_owned(),
        |some| {
            let some: Vec<String> = some.iter().map(ToString::to_string).collect();
            some.join(", ")
        },
    )
}
