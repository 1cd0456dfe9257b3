//! `/share/{credential}`: what holders of share links see and get, without signing in
//!
//! The address is a secret. No page spells it, [`crate::middleware::access_log`] leaves it out of the log, and
//! [`crate::middleware::security_headers`] says on every answer below it that nothing may keep, index or pass it on.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    Timestamp,
    device::Device,
    share::{ShareView, Shows},
};
use frontend::pages::share::show::SharePage;
use portal::{
    Error,
    links::{Opened, Tapper},
};

use crate::{
    extract::{
        form::Form,
        names::Names,
        visiting::{ACCEPT_CH, PLATFORM, Visiting},
    },
    headers::{base, text},
    middleware::{edge::ClientAddress, security_headers},
    problem::Problem,
    redirect,
    state::{AppState, Shared},
};

/// What whatever opens an address sees. It spends nothing.
pub(super) async fn look(
    State(state): Shared,
    Names((credential,)): Names<(String,)>,
    ClientAddress(from): ClientAddress,
    Visiting(device): Visiting,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = (state.clock)();
    let view = state.portal.links().look(&credential, from.as_deref(), now);
    let view = view.await.map_err(|error| waiting(error, now))?;
    let shown = Shown {
        tap: state.portal.links().new_tap(),
        view,
        device,
        wrong: false,
    };
    shown.page(&state, &headers, now).await
}

/// A tap, or a password.
pub(super) async fn open(
    State(state): Shared,
    Names((credential,)): Names<(String,)>,
    ClientAddress(from): ClientAddress,
    Visiting(device): Visiting,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let now = (state.clock)();
    let tapper = Tapper {
        tap: form.filled("tap"),
        password: Some(form.text("password")).filter(|text| !text.is_empty()),
        from: from.as_deref(),
        user_agent: text(&headers, &header::USER_AGENT),
    };
    let opened = state.portal.links().open(&credential, tapper, now);
    match Box::pin(opened)
        .await
        .map_err(|error| waiting(error, now))?
    {
        Opened::Granted(grant) => redirect::for_guests(&grant),
        Opened::Page { view, tap, wrong } => {
            let shown = Shown {
                view,
                device,
                tap,
                wrong,
            };
            shown.page(&state, &headers, now).await
        }
    }
}

/// What went wrong, with how long to wait where that is it.
fn waiting(error: Error, now: Timestamp) -> Problem {
    match error {
        Error::LockedOut { until } => {
            let seconds = (until.as_second() - now.as_second()).max(1);
            Problem::wait(
                "Too many addresses that lead nowhere were tried from here: wait, then try again.",
                seconds,
            )
        }
        other => other.into(),
    }
}

struct Shown {
    view: ShareView,
    device: Device,
    tap: String,
    wrong: bool,
}

impl Shown {
    async fn page(
        &self,
        state: &AppState,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let page = SharePage {
            view: &self.view,
            device: self.device,
            tap: &self.tap,
            wrong: self.wrong,
        };
        let base = base(state, headers);
        let mut response = state.guest_page(base, &page).into_response();
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(ACCEPT_CH, PLATFORM);
        if let Shows::Locked(until) | Shows::Paused(until) = self.view.shows {
            let seconds = (until.as_second() - now.as_second()).max(1);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Shows::Offer(_) = self.view.shows {
            // Browsers hold what a form leads to against the policy, and this one leads to the bytes.
            let origin = state.portal.downloads().bytes_origin().await?;
            if let Ok(policy) =
                HeaderValue::from_str(&security_headers::policy_with_forms_to(&origin))
            {
                headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            }
        }
        Ok(response)
    }

    fn status(&self) -> StatusCode {
        match &self.view.shows {
            Shows::Password if self.wrong => StatusCode::FORBIDDEN,
            Shows::Offer(_) | Shows::Password | Shows::Nothing(_) => StatusCode::OK,
            Shows::Locked(_) | Shows::Paused(_) => StatusCode::TOO_MANY_REQUESTS,
            Shows::Ended(_) => StatusCode::GONE,
        }
    }
}
