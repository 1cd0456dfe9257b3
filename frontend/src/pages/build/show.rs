//! One build: its files, what its package says of itself, and where it is released.

use domain::view::{BuildView, ReleaseView, StepOption};
use leptos::prelude::*;

use super::{artifacts, package, path, promote, withdraw};
use crate::{
    components::{
        builds, commit, environment,
        heading::{self, Crumb},
        icon,
        known::claimed,
        person::by,
        promotions, runs, time,
    },
    form::Returned,
    links,
    pages::Page,
    site::Site,
};

#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct BuildPage<'a> {
    /// The build, and where it may go.
    pub view: &'a BuildView,
    /// A form of the page that was not carried out.
    pub returned: Option<&'a Returned>,
}

impl Page for BuildPage<'_> {
    fn title(&self) -> String {
        format!("Build {} of {}", self.view.build.number, self.view.app.name)
    }

    fn class(&self) -> &'static str {
        "build"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self { view, returned } = *self;
        let (app, build) = (&view.app, &view.build);
        let trail = vec![
            Crumb::new(app.name.clone(), links::app(&app.id)),
            Crumb::new("Builds", links::builds(&app.id, None)),
        ];
        view! {
            {heading::trail(trail)}
            <header class="page">
                <h1>{builds::name(build.number, build.version.as_deref())}</h1>
                <p class="lead">{build.revision.as_ref().and_then(|revision| revision.message.clone())}</p>
            </header>
            {promote::stray(view, returned)}
            {withdraw::notice(view)}
            {origin(view)}
            {share(view)}
            {way(view, returned)}
            <section aria-labelledby="releases">
                {heading::section("releases", "Releases", None)}
                {releases(view)}
            </section>
            {history(view)}
            <section aria-labelledby="artifacts">
                {heading::section("artifacts", "Artifacts", None)}
                {artifacts::list(view)}
            </section>
            {build.package().map(package::section)}
            {build.bundle().map(|bundle| package::of_bundle(bundle, build.served().is_some()))}
            {withdraw::form(view, returned).map(|form| view! { <section class="form-actions" aria-label="Withdrawal">{form}</section> })}
        }
        .into_any()
    }
}

fn origin(view: &BuildView) -> AnyView {
    let build = &view.build;
    let revision = build.revision.as_ref();
    let run = build.run.as_ref().map(|run| {
        view! { <div><dt>"Built by"</dt><dd><a href=links::run(run)>{format!("Run {}", runs::name(run))}</a> {claimed(build.origin.run)}</dd></div> }
    });
    let source = revision.map(|revision| {
        view! {
            <div>
                <dt>"Commit"</dt>
                <dd>{commit::short(revision)} " " {commit::origin(revision).map(|origin| view! { <small>{origin}</small> })} {claimed(build.origin.commit)}</dd>
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

/// The way to a link for people without an account, for those who may make one.
fn share(view: &BuildView) -> Option<AnyView> {
    view.may_share.then(|| {
        let href = links::share_build(&view.build.id);
        view! { <p class="ways sharing"><a class="button" href=href>{icon::icon(icon::SHARE)} "Share…"</a></p> }.into_any()
    })
}

/// Where it is on its app's path, where it may go next, and the form that asks for it.
fn way(view: &BuildView, returned: Option<&Returned>) -> Option<AnyView> {
    let options = &view.options;
    if options.steps.is_empty() {
        return None;
    }
    let section = view! {
        <section aria-labelledby="path">
            {heading::section("path", "Promotion path", None)}
            {path::path(&view.build, &options.steps, view.as_of)}
            {compare(view)}
            {promote::forms(view, returned)}
        </section>
    };
    Some(section.into_any())
}

/// What is between this build and what the environments serve that have another.
fn compare(view: &BuildView) -> Option<AnyView> {
    let build = view.build.id.as_str();
    let others: Vec<AnyView> = view
        .options
        .steps
        .iter()
        .filter(|step| !step.current && step.serves)
        .map(|step: &StepOption| {
            let here = format!("{}/{}", view.app.id, step.environment.id);
            view! { <a href=links::compare(&here, build)>{step.environment.name.clone()}</a> }
                .into_any()
        })
        .collect();
    (!others.is_empty()).then(|| {
        view! { <p class="facts compares"><span>"Compare with"</span> {others}</p> }.into_any()
    })
}

fn history(view: &BuildView) -> Option<AnyView> {
    let promotions = &view.options.promotions;
    if promotions.is_empty() {
        return None;
    }
    let section = view! {
        <section aria-labelledby="promotions">
            {heading::section("promotions", "Promotions", None)}
            {promotions::list(promotions, view.as_of)}
        </section>
    };
    Some(section.into_any())
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
                {released.release.is_rollback().then(|| view! { <span>"rollback"</span> })}
                {time::ago(released.release.released_at, view.as_of)}
                <span>{by(&released.release.released_by)}</span>
            </p>
        </li>
    }
    .into_any()
}
