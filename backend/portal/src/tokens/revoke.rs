//! Ending a token before its time.

use domain::{Timestamp, audit::Deed, id::TokenId, view::TokenView};
use store::table::RevokedToken;

use super::{list::view, make::note};
use crate::{Error, Portal, Result, access::Action, who::Who};

impl Portal {
    /// Revokes a token, of the caller's own or of anyone for those who manage them. From then on it opens nothing; asking
    /// again changes nothing.
    pub async fn revoke_token<'a>(
        &self,
        who: impl Into<Who<'a>>,
        id: &TokenId,
        now: Timestamp,
    ) -> Result<TokenView> {
        let who = who.into();
        self.authorise(who.actor, Action::MakeTokens)?;
        let nothing = || Error::not_found(format!("token {id}"));
        let token = self.store().table.token(id).await?.ok_or_else(nothing)?;
        let own = token.owner.is_same_as(who.actor);
        if !own && !self.may(who.actor, Action::ManageCredentials) {
            return Err(nothing());
        }
        let revoked = RevokedToken {
            at: now,
            by: who.actor.clone(),
        };
        let note = note(who, Deed::TokenRevoked, &token, now);
        let table = &self.store().table;
        if token.revoked.is_none() {
            table.revoke_token(&token, &revoked, &note).await?;
        }
        let token = table.token(id).await?.ok_or_else(nothing)?;
        Ok(view(token, now))
    }
}
