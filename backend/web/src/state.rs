//! What every handler needs: the use cases, assets, the clock, and how callers authenticate.

use std::sync::Arc;

use axum::extract::State;
use domain::Timestamp;
use identity::{sign_in::SignIn, workload::Workloads};
use portal::Portal;

use crate::{assets::Assets, middleware::edge::OriginKey};

/// What every handler needs.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The use cases.
    pub portal: Portal,
    /// What pages load.
    pub assets: Assets,
    /// The current time.
    pub clock: fn() -> Timestamp,
    /// How callers authenticate.
    pub auth: AuthMode,
    /// The CI jobs and AWS roles that need no stored secret.
    pub workloads: Workloads,
    /// The secret that CloudFront adds to each request; without one, requests come from anywhere.
    pub origin_key: Option<OriginKey>,
}

/// How callers authenticate.
#[derive(Clone, Debug)]
pub enum AuthMode {
    /// Everyone who reaches this portal is its one user and may do everything, so only loopback addresses may reach it.
    Local,
    /// People sign in; programs show a token.
    SignIn(SignIn),
}

impl AuthMode {
    pub(crate) const fn is_local(&self) -> bool {
        matches!(self, Self::Local)
    }

    /// Where people sign in, if they do.
    pub(crate) const fn sign_in(&self) -> Option<&SignIn> {
        match self {
            Self::Local => None,
            Self::SignIn(sign_in) => Some(sign_in),
        }
    }
}

/// The state as handlers take it.
pub(crate) type Shared = State<Arc<AppState>>;
