//! `/settings/access`

use axum::{
    extract::{FromRequestParts as _, Request, State},
    http::StatusCode,
    response::Response,
};
use frontend::pages::settings::access::AccessPage;
use portal::{Error, settings};

use crate::{
    extract::{caller::Caller, form::Form, query::GroupsQuery},
    problem::Problem,
    state::Shared,
};

/// Who may do what. Groups that cannot be asked about come back in their field.
pub(in crate::pages) async fn show(
    State(state): Shared,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let query = GroupsQuery::from_request_parts(&mut parts, &()).await?;
    match settings::access(
        &state.portal,
        &caller.actor,
        &query.groups(),
        query.cursor.as_ref(),
    ) {
        Ok(view) => {
            let page = AccessPage {
                view: &view,
                returned: None,
            };
            Ok(state.page(&caller, &page))
        }
        Err(error @ Error::Invalid { .. }) => {
            let view = settings::access(&state.portal, &caller.actor, &[], None)?;
            let typed = Form::of([("groups", query.text().to_owned())]);
            let back = typed.back("access", error)?;
            let page = AccessPage {
                view: &view,
                returned: Some(&back.returned),
            };
            Ok(state.page_with_form(&caller, &page, StatusCode::BAD_REQUEST))
        }
        Err(error) => Err(error.into()),
    }
}
