//! A build's files, each with its size and its digest.

use domain::build::{Artifact, Build};
use leptos::prelude::*;

use crate::{
    components::{heading, icon},
    links, words,
};

/// The files of a build.
pub(super) fn list(build: &Build) -> AnyView {
    if build.artifacts.is_empty() {
        return heading::empty(
            "No files",
            "This build was registered without any file.".into_any(),
        );
    }
    let items = build
        .artifacts
        .iter()
        .map(|artifact| item(build, artifact))
        .collect_view();
    view! { <ul class="rows artifacts">{items}</ul> }.into_any()
}

fn item(build: &Build, artifact: &Artifact) -> AnyView {
    let abis = artifact
        .package
        .as_ref()
        .filter(|package| !package.abis.is_empty())
        .map(|package| view! { <span>{package.abis.join(", ")}</span> });
    let name = artifact.name.to_string();
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
            <a class="button" href=links::file(&build.app, &build.id, &artifact.digest) aria-label=format!("Download {name}")>
                {icon::icon(icon::DOWNLOAD)} "Download"
            </a>
        </li>
    }
    .into_any()
}
