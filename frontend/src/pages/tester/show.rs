//! The page that a tester keeps: the newest build of an app in an environment, one tap away. No script at all.

use domain::{
    device::Device,
    release::Release,
    view::{CurrentView, TesterView},
    words,
};
use leptos::prelude::*;

use super::{download, facts, guide, warnings, withdrawn};
use crate::{
    components::{builds, commit, environment, heading, icon, time},
    links,
    pages::Page,
    site::Site,
};

/// What a tester sees of an app in an environment.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct TesterPage<'a> {
    /// What the environment serves, and served before.
    pub view: &'a TesterView,
    /// Who looks.
    pub device: Device,
}

impl Page for TesterPage<'_> {
    fn title(&self) -> String {
        format!("{} {}", self.view.app.name, self.view.environment.name)
    }

    fn class(&self) -> &'static str {
        "tester"
    }

    fn body(&self, site: &Site) -> AnyView {
        let view = self.view;
        let body = match &view.current {
            Some(current) => released(self.device, view, current, site),
            None => view! {
                {title(view, None)}
                {withdrawn::notice(view)}
                {view.withdrawn.is_none().then(|| heading::empty(
                    "Nothing is released here yet",
                    "As soon as a build is released in this environment, you can download it from this page. Bookmark it.".into_any(),
                ))}
                {facts::code(view, site)}
                {earlier(view)}
                {ways(view)}
            }
            .into_any(),
        };
        view! {
            <svg class="stripe" width="100%" height="6" aria-hidden="true">
                <rect width="100%" height="6" fill=environment::colour(&view.environment) />
            </svg>
            {body}
        }
        .into_any()
    }
}

fn released(device: Device, view: &TesterView, current: &CurrentView, site: &Site) -> AnyView {
    let around = warnings::list(device, current);
    view! {
        {title(view, Some(current))}
        {withdrawn::notice(view)}
        {guide::for_apple(device)}
        {around.before}
        {download::section(view, current)}
        {around.after}
        {guide::section(device, current.build.package())}
        <div class="about">
            {facts::list(view, current)}
            {facts::code(view, site)}
        </div>
        {earlier(view)}
        {ways(view)}
    }
    .into_any()
}

fn title(view: &TesterView, current: Option<&CurrentView>) -> AnyView {
    let label = current.and_then(|current| current.release.label.clone());
    let name = label.unwrap_or_else(|| view.app.name.clone());
    let version = current.map(|current| {
        view! {
            <p class="lead">
                {builds::name(current.release.number, current.release.version.as_deref())} ", "
                {time::ago(current.release.released_at, view.as_of)}
            </p>
        }
    });
    view! {
        <header class="product">
            {picture(view, current, &name)}
            <div>
                <h1>{name.clone()}</h1>
                <p><a href=links::app(&view.app.id)>{view.app.name.clone()}</a> " in " {environment::name(&view.environment)}</p>
                {version}
            </div>
        </header>
    }
    .into_any()
}

/// The app's icon, or its first letter.
fn picture(view: &TesterView, current: Option<&CurrentView>, name: &str) -> AnyView {
    if let Some(current) = current.filter(|current| current.release.icon.is_some()) {
        let source = links::icon(&view.app.id, &current.release.build);
        return view! { <img class="picture" src=source alt="" width="80" height="80" /> }
            .into_any();
    }
    let letter: String = name
        .chars()
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    view! { <span class="picture letter" aria-hidden="true">{letter}</span> }.into_any()
}

fn earlier(view: &TesterView) -> Option<AnyView> {
    if view.earlier.is_empty() {
        return None;
    }
    let items = view
        .earlier
        .iter()
        .map(|release| item(view, release))
        .collect_view();
    let section = view! {
        <section aria-labelledby="earlier">
            {heading::section("earlier", "Previous builds", Some((links::builds(&view.app.id, None), "All builds")))}
            <ol class="rows">{items}</ol>
        </section>
    };
    Some(section.into_any())
}

/// What those may do who may more than download.
fn ways(view: &TesterView) -> Option<AnyView> {
    let (app, environment) = (&view.app.id, &view.environment.id);
    let back = (view.may_roll_back && !view.earlier.is_empty()).then(|| {
        let href = links::rollback(app, environment, None);
        view! { <a class="button" href=href>{icon::icon(icon::BACK)} "Roll back to an earlier build"</a> }
    });
    let share = view.may_share.then(|| {
        let href = links::share_newest(app, environment);
        view! { <a class="button" href=href>{icon::icon(icon::SHARE)} "Share…"</a> }
    });
    if back.is_none() && share.is_none() {
        return None;
    }
    Some(view! { <p class="ways">{share} {back}</p> }.into_any())
}

fn item(view: &TesterView, release: &Release) -> AnyView {
    let revision = release.revision.as_ref();
    let size = release
        .install(None)
        .ok()
        .map(|install| view! { <span class="number">{words::size(install.size)}</span> });
    let gone = view.earlier_withdrawn.contains(&release.build);
    view! {
        <li>
            <div class="what">
                <a href=links::build(&release.app, &release.build)>{builds::name(release.number, release.version.as_deref())}</a>
                <p class="facts">
                    {gone.then(|| view! { <strong>"Withdrawn"</strong> })}
                    {release.is_rollback().then(|| view! { <span>"rollback"</span> })}
                    {revision.map(commit::short)}
                    {revision.and_then(|revision| revision.message.clone()).map(|message| view! { <span>{message}</span> })}
                </p>
            </div>
            <p class="facts when">{time::ago(release.released_at, view.as_of)} {size}</p>
        </li>
    }
    .into_any()
}
