//! Holds, in words.

use domain::{
    Timestamp,
    hold::{Held, Hold},
};
use leptos::prelude::*;

use super::{icon, person, time};

/// What a hold stops, in words.
pub(crate) fn what(on: &Held) -> String {
    match on {
        Held::Environment {
            environment,
            app: None,
        } => format!("{environment} is on hold"),
        Held::Environment {
            environment,
            app: Some(app),
        } => format!("{app} is on hold in {environment}"),
        Held::Automatic { app, environment } => {
            format!("{app} is not promoted to {environment} by itself")
        }
        Held::Build { app, .. } => format!("A build of {app} is withdrawn"),
    }
}

/// A hold where it matters: that it is there, and why.
pub(crate) fn mark(hold: &Hold) -> AnyView {
    let word = match &hold.on {
        Held::Environment { .. } => "On hold",
        Held::Automatic { .. } => "Not automatic",
        Held::Build { .. } => "Withdrawn",
    };
    view! {
        <a class="mark-hold" href=crate::links::HOLDS data-status="waiting" title=hold.reason.clone()>
            {icon::icon(icon::STOP)} {word}
        </a>
    }
    .into_any()
}

/// Since when, and by whom.
pub(crate) fn since(hold: &Hold, as_of: Timestamp) -> AnyView {
    view! {
        <span>{time::ago(hold.since, as_of)} ", " {person::by(&hold.by)}</span>
    }
    .into_any()
}
