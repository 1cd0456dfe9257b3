//! A build's files, each with its size and its digest.

use domain::{
    words::{self, sentence},
    {build::Artifact, view::BuildView},
};
use leptos::prelude::*;

use crate::{
    components::{heading, icon},
    links,
};

/// The files of a build.
pub(super) fn list(view: &BuildView) -> AnyView {
    let build = &view.build;
    if build.artifacts.is_empty() {
        return heading::empty(
            "No files",
            "This build was registered without any file.".into_any(),
        );
    }
    let items = build
        .artifacts
        .iter()
        .map(|artifact| item(view, artifact))
        .collect_view();
    let cannot = view.cannot_download.as_deref().map(|why| {
        view! { <p class="quiet">{sentence(why)}</p> }
    });
    view! { {cannot} <ul class="rows artifacts">{items}</ul> }.into_any()
}

fn item(view: &BuildView, artifact: &Artifact) -> AnyView {
    let build = &view.build;
    let abis = artifact
        .package
        .as_ref()
        .filter(|package| !package.abis.is_empty())
        .map(|package| view! { <span>{package.abis.join(", ")}</span> });
    let name = artifact.name.to_string();
    let download = if view.withdrawn.is_some() && artifact.kind.is_program() {
        view! { <span class="quiet">"Withdrawn"</span> }.into_any()
    } else if view.cannot_download.is_some() {
        ().into_any()
    } else {
        let href = links::file(&build.app, &build.id, &artifact.digest);
        view! {
            <a class="button" href=href aria-label=format!("Download {name}")>
                {icon::icon(icon::DOWNLOAD)} "Download"
            </a>
        }
        .into_any()
    };
    view! {
        <li>
            <div class="what">
                <strong>{name.clone()}</strong>
                <p class="facts">
                    <span>{artifact.kind.word()}</span>
                    <span class="number">{words::size(artifact.size)}</span>
                    {abis}
                </p>
                <p class="digest"><abbr title="SHA-256 of its bytes">"SHA-256"</abbr> " " <code>{artifact.digest.to_string()}</code></p>
            </div>
            {download}
        </li>
    }
    .into_any()
}
