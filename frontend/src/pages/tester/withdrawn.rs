//! That the newest build was withdrawn, why, and what this page gives out instead.

use domain::view::TesterView;
use leptos::prelude::*;

use crate::{
    components::{
        field::sentence,
        holds,
        icon::{self, icon},
    },
    links,
};

/// Why the newest build is not given out any more.
pub(super) fn notice(view: &TesterView) -> Option<AnyView> {
    let gone = view.withdrawn.as_ref()?;
    let instead = match &view.current {
        Some(current) => format!(
            "If you have it, install build {} from this page instead.",
            current.release.number
        ),
        None => {
            "There is no other build here yet to use instead: this page will have the next one."
                .to_owned()
        }
    };
    let callout = view! {
        <div class="callout withdrawn" data-status="failed">
            {icon(icon::WARNING)}
            <div>
                <p>
                    <strong><a href=links::build(&view.app.id, &gone.build)>{format!("Build {}", gone.number)}</a> " was withdrawn. "</strong>
                    {sentence(&gone.hold.reason)}
                </p>
                <p>{instead}</p>
                <p class="facts">{holds::since(&gone.hold, view.as_of)}</p>
            </div>
        </div>
    };
    Some(callout.into_any())
}
