//! `/settings/tokens`

use api::tokens::TokenRequest;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{
    access::{Permission, Permit, Scope},
    id::{TokenId, TokenLabel},
};
use frontend::{
    links,
    pages::token::{
        list::{TokensPage, Whose},
        made::MadeTokenPage,
        make::{self, MayGive},
    },
};
use portal::{Error, access::Action};

use crate::{
    extract::{
        caller::Caller,
        form::{Back, Form, done},
        names::Names,
        query::TokensQuery,
    },
    problem::Problem,
    state::{AppState, Shared},
};

pub(super) async fn list(
    State(state): Shared,
    caller: Caller,
    query: TokensQuery,
) -> Result<Response, Problem> {
    page(&state, &caller, query.everyones, None).await
}

/// Makes a token, and shows it this once: nothing keeps the answer.
pub(super) async fn make(
    State(state): Shared,
    caller: Caller,
    form: Form,
) -> Result<Response, Problem> {
    let made = async {
        let made = state
            .portal
            .tokens()
            .make(caller.who(), asked(&form)?, caller.now);
        made.await
    };
    match form.send(made).await {
        Ok(made) => Ok(state.page_with_form(&caller, &MadeTokenPage(&made), StatusCode::OK)),
        Err(error) => {
            let back = form.back("tokens", error)?;
            page(&state, &caller, false, Some(back)).await
        }
    }
}

/// Revokes a token. One that is revoked already stays as it is.
pub(super) async fn revoke(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(TokenId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let revoked = state.portal.tokens().revoke(caller.who(), &id, caller.now);
    Box::pin(revoked).await?;
    let everyones = form.text("everyones") == "true";
    Ok(done(&links::tokens(everyones)).into_response())
}

fn asked(form: &Form) -> Result<TokenRequest, Error> {
    let label: Result<TokenLabel, _> = form.text("label").trim().parse();
    let days: Option<u32> = form.text("days").parse().ok();
    let hours = days.and_then(|days| days.checked_mul(24));
    let may: Result<Vec<Permission>, _> = form.all("may").map(str::parse).collect();
    Ok(TokenRequest {
        label: label.map_err(|error| Error::invalid("label", error.to_string()))?,
        permit: Permit {
            may: may.map_err(|error| Error::invalid("may", error.to_string()))?,
            apps: scope(form, "app")?,
            environments: scope(form, "environment")?,
        },
        hours: hours.ok_or_else(|| Error::invalid("days", "choose how long it lives"))?,
    })
}

/// What was chosen of a kind. Nothing is not all.
fn scope<T: std::str::FromStr<Err: std::fmt::Display>>(
    form: &Form,
    name: &'static str,
) -> Result<Scope<T>, Error> {
    if form.all(name).any(|value| value == make::ALL) {
        return Ok(Scope::All);
    }
    let some: Result<Vec<T>, _> = form.all(name).map(str::parse).collect();
    let some = some.map_err(|error| Error::invalid(name, error.to_string()))?;
    Ok(Scope::Only(some))
}

async fn page(
    state: &AppState,
    caller: &Caller,
    everyones: bool,
    back: Option<Back>,
) -> Result<Response, Problem> {
    let portal = &state.portal;
    let view = portal
        .tokens()
        .list(&caller.actor, everyones, caller.now)
        .await?;
    let manages = portal.may(&caller.actor, Action::ManageCredentials);
    let whose = match (everyones, manages) {
        (true, _) => Whose::Everyones,
        (false, true) => Whose::OwnOfAll,
        (false, false) => Whose::Own,
    };
    let may = MayGive {
        permissions: portal.tokens().may_give(&caller.actor),
        apps: super::visible_apps(state, caller),
        environments: portal.catalog().environments.clone(),
    };
    let page = TokensPage {
        view: &view,
        whose,
        may: &may,
        returned: back.as_ref().map(|back| &back.returned),
    };
    Ok(state.page_or_form(caller, &page, back.as_ref()))
}
