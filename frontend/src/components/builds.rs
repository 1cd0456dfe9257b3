//! Builds in a list.

use domain::{Timestamp, build::BuildBrief, words};
use leptos::prelude::*;

use crate::{
    components::{commit, time},
    links,
};

/// A build's name: its number, and the version that people read.
pub(crate) fn name(number: u64, version: Option<&str>) -> AnyView {
    let version =
        version.map(|version| view! { " " <span class="version">{version.to_owned()}</span> });
    view! { <span class="build">{format!("Build {number}")}</span> {version} }.into_any()
}

/// Builds, newest first.
pub(crate) fn list(builds: &[BuildBrief], as_of: Timestamp) -> AnyView {
    let items = builds.iter().map(|build| item(build, as_of)).collect_view();
    view! { <ol class="rows builds">{items}</ol> }.into_any()
}

fn item(build: &BuildBrief, as_of: Timestamp) -> AnyView {
    let revision = build.revision.as_ref();
    view! {
        <li data-key=build.id.to_string()>
            <div class="what">
                <a href=links::build(&build.app, &build.id)>
                    {name(build.number, build.version.as_deref())}
                </a>
                <p class="facts">
                    {revision.map(commit::short)}
                    {revision.and_then(|revision| revision.message.clone()).map(|message| view! { <span>{message}</span> })}
                </p>
            </div>
            <p class="facts when">
                {time::ago(build.registered_at, as_of)}
                <span class="number">{words::size(build.size)}</span>
            </p>
        </li>
    }
    .into_any()
}
