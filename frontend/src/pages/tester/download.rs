//! The button: plain links to addresses that answer with a redirect, made anew for each tap.

use domain::{
    release::{Installable, Release},
    view::{CurrentView, TesterView},
    words::{self, sentence},
};
use leptos::prelude::*;

use crate::{components::icon, links};

/// The download button, with one link for each ABI where the build is split; or why there is none.
pub(super) fn section(view: &TesterView, current: &CurrentView) -> AnyView {
    let install = current.release.install(None);
    let reason = view.cannot_download.as_ref().or(current.refused.as_ref());
    match (reason, install) {
        (None, Ok(install)) => button(view, &current.release, install),
        (Some(reason), _) => refused(sentence(reason)),
        (None, Err(reason)) => refused(sentence(&reason.to_string())),
    }
}

fn refused(reason: String) -> AnyView {
    view! {
        <div class="callout refused" data-status="failed">
            {icon::icon(icon::WARNING)}
            <p><strong>"This build cannot be downloaded. "</strong>{reason}</p>
        </div>
    }
    .into_any()
}

fn button(view: &TesterView, release: &Release, install: &Installable) -> AnyView {
    let about = match install.abis.as_slice() {
        [] => words::size(install.size),
        abis => format!("{}, {}", words::size(install.size), abis.join(", ")),
    };
    view! {
        <p class="download">
            <a class="button primary" id="download" href=links::latest(&view.app.id, &view.environment.id, None)>
                {icon::icon(icon::DOWNLOAD)}
                <span>"Download" " " <small>{about}</small></span>
            </a>
        </p>
        {splits(view, release)}
    }
    .into_any()
}

/// A link for each ABI, where there are packages for single ones.
fn splits(view: &TesterView, release: &Release) -> Option<AnyView> {
    let abis = release.abis();
    if release.installs.len() < 2 || abis.is_empty() {
        return None;
    }
    let items = abis
        .into_iter()
        .filter_map(|abi| {
            release
                .install(Some(&abi))
                .ok()
                .map(|install| split(view, &abi, install))
        })
        .collect_view();
    let nav = view! {
        <nav class="splits" aria-label="Downloads by processor">
            <p>"For one kind of processor:"</p>
            <ul>{items}</ul>
        </nav>
    };
    Some(nav.into_any())
}

fn split(view: &TesterView, abi: &str, install: &Installable) -> AnyView {
    let href = links::latest(&view.app.id, &view.environment.id, Some(abi));
    view! {
        <li>
            <a class="button" href=href>{abi.to_owned()} " " <small>{words::size(install.size)}</small></a>
        </li>
    }
    .into_any()
}
