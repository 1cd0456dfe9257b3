//! `/compare`

use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
};
use frontend::{Page, form::Returned};

use crate::{
    Error,
    access::Action,
    compare::Side,
    http::{Front, Shared, caller::Caller, form::Form, problem::Problem, query::Query},
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
    State(front): Shared,
    caller: Caller,
    typed: Typed,
) -> Result<Response, Problem> {
    if typed.from.is_empty() {
        let portal = &front.portal;
        portal.authorise(&caller.actor, Action::ViewOverview)?;
    }
    let sides = sides(&front, &caller);
    if typed.from.is_empty() && typed.to.is_empty() {
        let page = Page::Compare {
            sides: &sides,
            returned: None,
        };
        return Ok(front.page(&caller, &page, &sides));
    }
    match compared(&front, &caller, &typed).await {
        Ok(comparison) => {
            let page = Page::Compared {
                comparison: &comparison,
                from: &typed.from,
                to: &typed.to,
            };
            let seen = (&comparison, &typed.from, &typed.to);
            Ok(front.page(&caller, &page, &seen))
        }
        Err(error) => {
            let fields = [("from", typed.from), ("to", typed.to)];
            let form = Form::of(fields);
            let back = form.back("compare", error)?;
            let returned: Option<&Returned> = Some(&back.returned);
            let page = Page::Compare {
                sides: &sides,
                returned,
            };
            Ok(front.page_with_form(&caller, &page, back.status))
        }
    }
}

async fn compared(
    front: &Front,
    caller: &Caller,
    typed: &Typed,
) -> Result<domain::compare::Comparison, Error> {
    let side = |name: &str, text: &str| -> Result<Side, Error> {
        text.parse().map_err(|error: Error| match error {
            Error::Invalid { detail, .. } => Error::invalid(name, detail),
            other => other,
        })
    };
    let (from, to) = (side("from", &typed.from)?, side("to", &typed.to)?);
    Box::pin(front.portal.compare(&caller.actor, &from, &to)).await
}

/// What every environment serves, of the apps that the caller may see.
fn sides(front: &Front, caller: &Caller) -> Vec<String> {
    let catalog = front.portal.catalog();
    let apps = super::visible_apps(front, caller);
    let sides = apps.iter().flat_map(|app| {
        let environments = catalog.environments.iter();
        environments.map(move |environment| format!("{}/{}", app.id, environment.id))
    });
    sides.collect()
}
