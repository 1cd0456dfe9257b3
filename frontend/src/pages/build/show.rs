//! One build: its files, what its package says of itself, and where it is released.

use domain::{
    actor::{Actor, ActorKind},
    view::{BuildView, ReleaseView},
};
use leptos::prelude::*;

use super::{artifacts, package};
use crate::{
    components::{
        builds, commit, environment,
        heading::{self, Crumb},
        runs, time,
    },
    document::Place,
    links,
    pages::View,
};

pub(crate) fn page(view: &BuildView) -> View {
    let (app, build) = (&view.app, &view.build);
    let trail = vec![
        Crumb::new(app.name.clone(), links::app(&app.id)),
        Crumb::new("Builds", links::builds(&app.id, None)),
    ];
    View {
        title: format!("Build {} of {}", build.number, app.name),
        class: "build",
        place: Place::Below,
        live: false,
        body: view! {
            {heading::trail(trail)}
            <header class="page">
                <h1>{builds::name(build.number, build.version.as_deref())}</h1>
                <p class="lead">{build.revision.as_ref().and_then(|revision| revision.message.clone())}</p>
            </header>
            {origin(view)}
            <section aria-labelledby="releases">
                {heading::section("releases", "Releases", None)}
                {releases(view)}
            </section>
            <section aria-labelledby="artifacts">
                {heading::section("artifacts", "Artifacts", None)}
                {artifacts::list(build)}
            </section>
            {build.package().map(package::section)}
        }
        .into_any(),
    }
}

fn origin(view: &BuildView) -> AnyView {
    let build = &view.build;
    let revision = build.revision.as_ref();
    let run = build.run.as_ref().map(|run| {
        view! { <div><dt>"Made by"</dt><dd><a href=links::run(run)>{format!("Run {}", runs::name(run))}</a></dd></div> }
    });
    let source = revision.map(|revision| {
        view! {
            <div>
                <dt>"Commit"</dt>
                <dd>{commit::short(revision)} " " {commit::origin(revision).map(|origin| view! { <small>{origin}</small> })}</dd>
            </div>
        }
    });
    view! {
        <dl class="facts-grid">
            <div><dt>"Registered"</dt><dd>{time::ago(build.registered_at, view.as_of)} " " <small>{by(&build.registered_by)}</small></dd></div>
            {run}
            {source}
        </dl>
    }
    .into_any()
}

/// Who did something, in words.
fn by(actor: &Actor) -> String {
    match actor.kind {
        ActorKind::Local => "on this computer".to_owned(),
        ActorKind::Person | ActorKind::Pipeline => format!("by {}", actor.name),
        ActorKind::Portal => "by the portal".to_owned(),
    }
}

fn releases(view: &BuildView) -> AnyView {
    if view.releases.is_empty() {
        return heading::empty(
            "Not released anywhere",
            "This build is registered only. Releasing it makes it the one that an environment serves.".into_any(),
        );
    }
    let items = view
        .releases
        .iter()
        .map(|release| item(view, release))
        .collect_view();
    view! { <ol class="rows">{items}</ol> }.into_any()
}

fn item(view: &BuildView, released: &ReleaseView) -> AnyView {
    let mark = if released.current {
        view! { <span class="mark-current">"Current"</span> }.into_any()
    } else {
        view! { <span class="quiet">"Earlier"</span> }.into_any()
    };
    view! {
        <li>
            <div class="what">
                <a href=links::tester(&view.app.id, &released.environment.id)>{environment::name(&released.environment)}</a>
            </div>
            <p class="facts when">
                {mark}
                {time::ago(released.release.released_at, view.as_of)}
                <span>{by(&released.release.released_by)}</span>
            </p>
        </li>
    }
    .into_any()
}
