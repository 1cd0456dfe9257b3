//! `/hooks/{system}/{endpoint}`: where systems outside deliver. Beside the router of people and programs rather than in
//! it: nobody here has a session, and what proves a delivery is in its bytes.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{Timestamp, causes::chain, id::EventId};
use identity::webhook::{NotAuthentic, UnverifiedDelivery, Webhooks};
use portal::{Portal, events::webhooks::Delivered};
use serde::Serialize;
use sources::{MAX_DELIVERY_BYTES, WEBHOOKS, WebhookSource};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    extract::{body::unread, form},
    headers::{is_media_type, text},
    middleware::{
        edge::{self, ClientAddress, OriginKey},
        failures, head_size,
    },
    problem::Problem,
};

/// What the router of webhooks serves.
#[derive(Clone, Debug)]
pub struct WebhookState {
    /// The use cases.
    pub portal: Portal,
    /// Who may report.
    pub webhooks: Webhooks,
    /// What time it is.
    pub clock: fn() -> Timestamp,
    /// The secret that CloudFront adds to each request; without one, requests come from anywhere.
    pub origin_key: Option<OriginKey>,
}

/// What became of a delivery, for anyone who looks at it on the sender's page.
#[derive(Serialize)]
struct Answer {
    events: Vec<EventId>,
    duplicates: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<String>,
}

/// The router of webhooks. It answers at no other address, so that it can stand beside the other one.
pub fn webhooks(state: WebhookState) -> Router {
    guarded(routes(), state)
}

/// The router of webhooks with an answer for every other address, for a program that serves nothing else.
pub fn webhooks_alone(state: WebhookState) -> Router {
    guarded(routes().fallback(failures::not_found), state)
}

fn routes() -> Router<Arc<WebhookState>> {
    WEBHOOKS.iter().fold(Router::new(), |router, source| {
        let path = format!("/hooks/{}/{{endpoint}}", source.source.name);
        router.route(
            &path,
            post(move |state, endpoint, client, headers, body| {
                deliver(source, state, endpoint, client, headers, body)
            }),
        )
    })
}

fn guarded(router: Router<Arc<WebhookState>>, state: WebhookState) -> Router {
    let origin_key = state.origin_key.clone();
    let router = router
        .layer(DefaultBodyLimit::max(MAX_DELIVERY_BYTES))
        .layer(CatchPanicLayer::custom(failures::panicked))
        .layer(middleware::from_fn(head_size::check))
        .with_state(Arc::new(state));
    edge::around(router, origin_key)
}

async fn deliver(
    source: &'static WebhookSource,
    State(state): State<Arc<WebhookState>>,
    Path(endpoint): Path<String>,
    ClientAddress(client): ClientAddress,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let kind = text(&headers, source.kind_header).unwrap_or_default();
    let delivery = text(&headers, source.delivery_header);
    let answer = match body {
        Ok(body) => take(source, &state, &endpoint, &headers, &body).await,
        Err(rejection) => Err(unread(&rejection, "A delivery", MAX_DELIVERY_BYTES)),
    };
    let response = match answer {
        Ok(delivered) => answered(delivered),
        Err(problem) => problem.into_response(),
    };
    tracing::info!(
        status = response.status().as_u16(),
        client,
        system = source.source.name,
        endpoint,
        kind,
        delivery,
        "answered"
    );
    response
}

async fn take(
    source: &WebhookSource,
    state: &WebhookState,
    endpoint: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Delivered, Problem> {
    let now = (state.clock)();
    let unverified = UnverifiedDelivery {
        source: source.source,
        scheme: source.signature,
        endpoint,
        headers,
        body,
    };
    let authentic = state.webhooks.authenticate(&unverified, now).await;
    let authentic = authentic.map_err(|error| refused(&error))?;
    if authentic.with_previous {
        tracing::info!(endpoint, "signed with the previous secret");
    }
    if is_media_type(headers, form::MEDIA_TYPE) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Set the webhook's content type to application/json.",
        ));
    }
    let kind = text(headers, source.kind_header).unwrap_or_default();
    let delivery = text(headers, source.delivery_header);
    let received = state
        .portal
        .events()
        .receive_delivery(source, &authentic, kind, delivery, now);
    let delivered = received.await?;
    let events: Vec<&str> = delivered.events.iter().map(AsRef::as_ref).collect();
    tracing::info!(
        system = source.source.name,
        endpoint,
        kind,
        delivery,
        events = events.join(" "),
        duplicates = delivered.duplicates,
        ignored = delivered.ignored,
        "received"
    );
    Ok(delivered)
}

fn answered(delivered: Delivered) -> Response {
    let status = match delivered.ignored {
        Some(_) => StatusCode::ACCEPTED,
        None => StatusCode::OK,
    };
    let answer = Answer {
        events: delivered.events,
        duplicates: delivered.duplicates,
        ignored: delivered.ignored,
    };
    let mut response = (status, Json(answer)).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

/// The same words whatever it was: whether there is such an endpoint is nobody's business.
fn refused(error: &NotAuthentic) -> Problem {
    match error {
        NotAuthentic::Signature => {
            let what = "The delivery is not signed with the secret of this endpoint.";
            let mut problem = Problem::new(StatusCode::UNAUTHORIZED, what);
            problem.body.kind = String::from("urn:towpath:problem:signature");
            problem
        }
        NotAuthentic::Secrets(_) => {
            tracing::error!(error = chain(error), "request failed");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Signatures cannot be checked at the moment. Deliver again later.",
            )
        }
    }
}
