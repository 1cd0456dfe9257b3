//! Ending a token before its time.

use domain::{
    Timestamp,
    audit::{AuditAction, Principal},
    id::TokenId,
    view::TokenView,
};
use store::table::RevokedToken;

use super::{list::view, make::note};
use crate::{Error, Result, access::Action, tokens::Tokens};

impl Tokens<'_> {
    /// Revokes a token, of the caller's own or of anyone for those who manage them. From then on it opens nothing; asking
    /// again changes nothing.
    pub async fn revoke<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &TokenId,
        now: Timestamp,
    ) -> Result<TokenView> {
        let who = who.into();
        self.portal.authorise(who.actor, Action::MakeTokens)?;
        let nothing = || Error::not_found(format!("token {id}"));
        let token = self
            .portal
            .table
            .tokens()
            .get(id)
            .await?
            .ok_or_else(nothing)?;
        let own = token.owner.is_same_as(who.actor);
        if !own && !self.portal.may(who.actor, Action::ManageCredentials) {
            return Err(nothing());
        }
        let revoked = RevokedToken {
            at: now,
            by: who.actor.clone(),
        };
        let note = note(who, AuditAction::TokenRevoked, &token, now);
        let table = &self.portal.table;
        if token.revoked.is_none() {
            table.tokens().revoke(&token, &revoked, &note).await?;
        }
        let token = table.tokens().get(id).await?.ok_or_else(nothing)?;
        Ok(view(token, now))
    }
}
