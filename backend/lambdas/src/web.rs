//! The pages and the API, behind API Gateway.

use std::path::Path;

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::{self, Next},
    response::Response,
};
use identity::{sign_in::SignIn, workload::Workloads};
use portal::Portal;
use web::{AppState, Assets, AssetsError, AuthMode, OriginKey, Tap};

use crate::{
    ambient,
    metrics::{Metric, Metrics},
    secret, settings,
};

/// What `web` serves: what the local portal serves. `site` is the folder of the pages' assets; without it, pages
/// lack nothing but movement.
pub fn router(
    portal: Portal,
    site: Option<&Path>,
    sign_in: SignIn,
    workloads: Workloads,
    origin_key: Option<OriginKey>,
) -> Result<Router, AssetsError> {
    let assets = site.map_or_else(|| Ok(Assets::built_in()), Assets::load)?;
    Ok(web::router(AppState {
        portal,
        assets,
        clock: ambient::now,
        auth: AuthMode::SignIn(sign_in),
        workloads,
        origin_key,
    }))
}

/// With testers' requests for packages counted.
pub fn counting_taps(router: Router, metrics: Metrics) -> Router {
    router.layer(middleware::from_fn_with_state(metrics, count_taps))
}

async fn count_taps(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let mut counted = Counted {
        metrics,
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        status: StatusCode::INTERNAL_SERVER_ERROR,
    };
    let response = next.run(request).await;
    counted.status = response.status();
    response
}

/// A request that is counted when it ends. One that panics is dropped without an answer, and counts as failed.
struct Counted {
    metrics: Metrics,
    method: Method,
    path: String,
    status: StatusCode,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(tap) = web::tap(&self.method, &self.path, self.status) else {
            return;
        };
        let failed = u64::from(tap == Tap::Failed);
        self.metrics.put(
            ambient::now(),
            &[(Metric::Taps, 1), (Metric::TapsFailed, failed)],
        );
    }
}

/// How people come in. Neither issuer nor secret is asked before somebody does.
pub fn sign_in(told: &settings::SignIn, region: &str) -> SignIn {
    let secret = secret::source(&told.secret, region, told.secrets_endpoint.as_deref());
    SignIn::new(told.issuer.clone(), secret)
}
