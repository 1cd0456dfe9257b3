//! `/compare`

use api::compare::{InvalidSide, Side};
use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
};
use frontend::pages::compare::{choose::ComparePage, show::ComparisonPage};
use portal::{Error, access::Action};

use crate::{
    extract::{caller::Caller, form::Form, query::Query},
    problem::Problem,
    state::{AppState, Shared},
};

/// Both sides as they were typed.
pub(super) struct Typed {
    from: String,
    to: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Typed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["from", "to"])?;
        let text = |name: &str| query.text(name).unwrap_or_default().trim().to_owned();
        Ok(Self {
            from: text("from"),
            to: text("to"),
        })
    }
}

/// What is between two sides; without any, the form that asks for them.
pub(super) async fn compare(
    State(state): Shared,
    caller: Caller,
    typed: Typed,
) -> Result<Response, Problem> {
    if typed.from.is_empty() {
        let portal = &state.portal;
        portal.authorise(&caller.actor, Action::ViewOverview)?;
    }
    let sides = sides(&state, &caller);
    if typed.from.is_empty() && typed.to.is_empty() {
        let page = ComparePage {
            sides: &sides,
            returned: None,
        };
        return Ok(state.page(&caller, &page));
    }
    match compared(&state, &caller, &typed).await {
        Ok(comparison) => {
            let page = ComparisonPage {
                comparison: &comparison,
                from: &typed.from,
                to: &typed.to,
            };
            Ok(state.page(&caller, &page))
        }
        Err(error) => {
            let fields = [("from", typed.from), ("to", typed.to)];
            let form = Form::of(fields);
            let back = form.back("compare", error)?;
            let page = ComparePage {
                sides: &sides,
                returned: Some(&back.returned),
            };
            Ok(state.page_with_form(&caller, &page, back.status))
        }
    }
}

async fn compared(
    state: &AppState,
    caller: &Caller,
    typed: &Typed,
) -> Result<domain::compare::Comparison, Error> {
    let side = |name: &str, text: &str| -> Result<Side, Error> {
        let wrong = |error: InvalidSide| Error::invalid(name, error.to_string());
        text.parse().map_err(wrong)
    };
    let (from, to) = (side("from", &typed.from)?, side("to", &typed.to)?);
    Box::pin(state.portal.builds().compare(&caller.actor, &from, &to)).await
}

/// What every environment serves, of the apps that the caller may see.
fn sides(state: &AppState, caller: &Caller) -> Vec<String> {
    let catalog = state.portal.catalog();
    let apps = super::visible_apps(state, caller);
    let sides = apps.iter().flat_map(|app| {
        let environments = catalog.environments.iter();
        environments.map(move |environment| format!("{}/{}", app.id, environment.id))
    });
    sides.collect()
}
