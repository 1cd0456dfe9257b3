//! Taking an environment back to an earlier build: which one, why, and what becomes of the one left behind.

use domain::{id::BuildId, release::Release, view::TesterView};
use leptos::prelude::*;

use crate::{
    components::{
        builds, commit, environment,
        field::{self, Words},
        heading::{self, Crumb},
        time,
    },
    form::Returned,
    links,
    pages::Page,
    site::Site,
};

/// Taking an environment back to an earlier build.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct RollbackPage<'a> {
    /// What it serves, and served before.
    pub view: &'a TesterView,
    /// The build to go back to, if it is chosen.
    pub chosen: Option<&'a BuildId>,
    /// The form, if it was not carried out.
    pub returned: Option<&'a Returned>,
}

impl Page for RollbackPage<'_> {
    fn title(&self) -> String {
        format!(
            "Roll back {} in {}",
            self.view.app.name, self.view.environment.name
        )
    }

    fn class(&self) -> &'static str {
        "rollback"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            view,
            chosen,
            returned,
        } = *self;
        let trail = vec![
            Crumb::new(view.app.name.clone(), links::app(&view.app.id)),
            Crumb::new(
                view.environment.name.clone(),
                links::tester(&view.app.id, &view.environment.id),
            ),
        ];
        view! {
            {heading::trail(trail)}
            <header class="page">
                <h1>{self.title()}</h1>
                <p class="lead">{serves(view)}</p>
            </header>
            {form(view, chosen, returned)}
        }
        .into_any()
    }
}

fn serves(view: &TesterView) -> AnyView {
    match &view.current {
        Some(current) => view! {
            {environment::name(&view.environment)} " serves "
            <a href=links::build(&view.app.id, &current.release.build)>
                {builds::name(current.release.number, current.release.version.as_deref())}
            </a>
            " " {time::ago(current.release.released_at, view.as_of)}
        }
        .into_any(),
        None => view! { {environment::name(&view.environment)} " serves nothing" }.into_any(),
    }
}

/// The builds to go back to, each once, newest first.
fn earlier<'v>(view: &'v TesterView, chosen: Option<&BuildId>) -> Vec<&'v Release> {
    let current = view.current.as_ref().map(|current| &current.release.build);
    let mut kept: Vec<&Release> = Vec::new();
    for release in &view.earlier {
        let known = kept.iter().any(|other| other.build == release.build);
        if !known && current != Some(&release.build) {
            kept.push(release);
        }
    }
    // The one that somebody came for stands first.
    kept.sort_by_key(|release| Some(&release.build) != chosen);
    kept
}

fn form(view: &TesterView, chosen: Option<&BuildId>, returned: Option<&Returned>) -> AnyView {
    let earlier = earlier(view, chosen);
    let elsewhere = chosen.filter(|chosen| earlier.iter().all(|release| release.build != **chosen));
    if earlier.is_empty() && elsewhere.is_none() {
        return heading::empty(
            "There is nothing to go back to",
            "No earlier build was released here.".into_any(),
        );
    }
    let gone = |release: &Release| view.earlier_withdrawn.contains(&release.build);
    let first = earlier.iter().find(|release| !gone(release));
    let marked = chosen
        .cloned()
        .or_else(|| first.map(|release| release.build.clone()));
    let choices = earlier
        .iter()
        .map(|release| choice(release, marked.as_ref(), gone(release), view))
        .collect_view();
    let typed = elsewhere.map(|build| {
        view! {
            <label class="choice">
                <input type="radio" name="build" value=build.to_string() checked=true />
                <span>"The build that you came from"</span>
            </label>
        }
    });
    let reason = Words {
        name: "reason",
        id: "reason".to_owned(),
        label: "Reason",
        required: true,
    };
    let withdraw = returned.is_some_and(|returned| returned.has("withdraw", "yes"));
    view! {
        <form class="ask" method="post" action=links::rollback(&view.app.id, &view.environment.id, None)>
            {field::troubles(returned, "Not rolled back")}
            <fieldset>
                <legend>"Roll back to"</legend>
                {typed}
                {choices}
            </fieldset>
            {reason.view(returned)}
            <label class="choice">
                <input type="checkbox" name="withdraw" value="yes" checked=withdraw />
                <span>"Also withdraw the current build, so that nobody can download it any more"</span>
            </label>
            <p class="hint">"The path\u{2019}s rollback gates apply. Automatic promotion into this environment is put on hold until someone lifts that hold."</p>
            <p class="send"><button class="button grave" type="submit">"Roll back"</button></p>
        </form>
    }
    .into_any()
}

fn choice(
    release: &Release,
    marked: Option<&BuildId>,
    withdrawn: bool,
    view: &TesterView,
) -> AnyView {
    let revision = release.revision.as_ref();
    view! {
        <label class="choice">
            <input type="radio" name="build" value=release.build.to_string()
                checked=marked == Some(&release.build) && !withdrawn disabled=withdrawn />
            <span>
                {builds::name(release.number, release.version.as_deref())}
                <small class="facts">
                    {withdrawn.then(|| view! { <strong>"Withdrawn"</strong> })}
                    <span>"released " {time::ago(release.released_at, view.as_of)}</span>
                    {revision.map(commit::short)}
                    {revision.and_then(|revision| revision.message.clone()).map(|message| view! { <span>{message}</span> })}
                </small>
            </span>
        </label>
    }
    .into_any()
}
