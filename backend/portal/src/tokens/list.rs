//! Which tokens there are.

use domain::{
    Timestamp,
    actor::Actor,
    view::{TokenStanding, TokenView, TokensView},
};
use store::table::TokenRecord;

use crate::{Result, access::Action, tokens::Tokens};

impl Tokens<'_> {
    /// The caller's own tokens, or everyone's for those who manage them.
    pub async fn list(self, actor: &Actor, everyones: bool, now: Timestamp) -> Result<TokensView> {
        self.portal.authorise(actor, Action::MakeTokens)?;
        if everyones {
            self.portal.authorise(actor, Action::ManageCredentials)?;
        }
        let tokens = self.portal.table.tokens().list().await?;
        let shown = |token: &TokenRecord| everyones || token.owner.is_same_as(actor);
        let tokens = tokens.into_iter().filter(shown);
        let mut tokens: Vec<TokenView> = tokens.map(|token| view(token, now)).collect();
        tokens.sort_by_key(|token| {
            let over = token.standing != TokenStanding::Live;
            (over, std::cmp::Reverse(token.created_at))
        });
        Ok(TokensView { tokens, as_of: now })
    }
}

/// What is shown of a token: all but what its secret is known by.
pub(super) fn view(token: TokenRecord, now: Timestamp) -> TokenView {
    let standing = if token.revoked.is_some() {
        TokenStanding::Revoked
    } else if token.is_live(now) {
        TokenStanding::Live
    } else {
        TokenStanding::Expired
    };
    let (revoked_at, revoked_by) = token
        .revoked
        .map_or((None, None), |revoked| (Some(revoked.at), Some(revoked.by)));
    TokenView {
        id: token.id,
        label: token.label,
        owner: token.owner,
        permit: token.permit,
        standing,
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.used_at,
        revoked_at,
        revoked_by,
    }
}
