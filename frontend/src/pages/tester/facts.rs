//! What a tester may want to know or report: commit, digest, what the build runs on; and the page's own address.

use domain::{
    android,
    view::{CurrentView, TesterView},
    words,
};
use leptos::prelude::*;

use crate::{
    components::{commit, qr, time},
    links,
    site::Site,
};

/// The facts of the current build.
pub(super) fn list(view: &TesterView, current: &CurrentView) -> AnyView {
    let (release, build) = (&current.release, &current.build);
    let install = release.install(None).ok();
    let revision = release.revision.as_ref().map(|revision| {
        let message = revision.message.clone().map(|message| view! { <p>{message}</p> });
        view! { <div class="wide"><dt>"Commit"</dt><dd>{commit::short(revision)} {message}</dd></div> }
    });
    let digest = install.map(|install| {
        view! { <div class="wide"><dt>"SHA-256"</dt><dd><code id="sha256">{install.digest.to_string()}</code></dd></div> }
    });
    let size = install
        .map(|install| view! { <div><dt>"Size"</dt><dd>{words::size(install.size)}</dd></div> });
    let code = build
        .package()
        .and_then(|package| package.version_code)
        .map(|code| {
            view! { <div><dt>"Version code"</dt><dd class="number">{code.to_string()}</dd></div> }
        });
    let needs = build
        .package()
        .and_then(|package| {
            let codename = package.min_sdk_codename.as_ref();
            let codename = codename.map(|name| format!("Android {name} (in development)"));
            codename.or_else(|| package.min_sdk.map(android::or_newer))
        })
        .map(|needs| {
            view! { <div><dt>"Needs"</dt><dd>{needs}</dd></div> }
        });
    view! {
        <dl class="facts-grid">
            <div><dt>"Build"</dt><dd><a href=links::build(&view.app.id, &release.build)>{release.number.to_string()}</a></dd></div>
            <div><dt>"Released"</dt><dd>{time::ago(release.released_at, view.as_of)}</dd></div>
            {size}
            {code}
            {needs}
            {revision}
            {digest}
        </dl>
    }
    .into_any()
}

/// The page's own address as a code that a phone's camera reads.
pub(super) fn code(view: &TesterView, site: &Site) -> Option<AnyView> {
    let address = site.absolute(&links::tester(&view.app.id, &view.environment.id));
    let shown = address
        .split_once("://")
        .map_or(address.as_str(), |(_, rest)| rest)
        .to_owned();
    let caption = view! { "Open this page on a phone"" " <small>{shown}</small> };
    qr::code(
        &address,
        "QR code of this page\u{2019}s address",
        caption.into_any(),
    )
}
