//! How this portal is set up, and how to change that.

use domain::{
    id::AppId,
    view::{ConfigurationView, PathStepView, PathView, PipelineView},
    words::{self, all_of},
};
use leptos::prelude::*;

use crate::{
    components::{
        environment, heading,
        settings::{self, Tab},
    },
    links,
    pages::Page,
    site::{Place, Site},
};

/// How the portal is set up.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct ConfigurationPage<'a>(
    /// The configuration in force.
    pub &'a ConfigurationView,
);

impl Page for ConfigurationPage<'_> {
    fn title(&self) -> String {
        "Configuration".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, site: &Site) -> AnyView {
        let view = self.0;
        view! {
            {settings::head(Tab::Configuration, &site.visitor)}
            {deployment(view)}
            {how_to_change(view)}
            <section aria-labelledby="apps">
                {heading::section("apps", "Apps and environments", None)}
                {apps(view)}
            </section>
            <section aria-labelledby="paths">
                {heading::section("paths", "Paths", None)}
                {paths(&view.paths)}
            </section>
            <section aria-labelledby="pipelines">
                {heading::section("pipelines", "Pipelines", None)}
                {pipelines(&view.pipelines)}
            </section>
        }
        .into_any()
    }
}

fn fact(name: &'static str, value: impl IntoView + 'static) -> AnyView {
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
}

fn deployment(view: &ConfigurationView) -> AnyView {
    let home = view
        .home
        .as_ref()
        .map(|home| fact("Deployment of", home.to_string()));
    let address = view.public_url.clone().map(|url| fact("Address", url));
    let digest = view.digest.map(|digest| {
        let title = digest.to_string();
        fact(
            "towpath.toml",
            view! { <code title=title>{digest.short()}</code> },
        )
    });
    let sign_in = view.sign_in.as_ref().map(|sign_in| {
        let idle = format!(
            "after {} h without use, {} h in all",
            sign_in.idle_hours, sign_in.lifetime_hours
        );
        view! {
            {fact("Issuer", sign_in.issuer.clone())}
            {fact("Client there", view! { <code>{sign_in.client_id.clone()}</code> })}
            {fact("Sessions end", idle)}
        }
    });
    let nobody = view
        .sign_in
        .is_none()
        .then(|| fact("Sign-in", "none: a local portal"));
    view! {
        <dl class="facts-grid">
            {home} {fact("Region", view.region.clone())} {address} {digest} {sign_in} {nobody}
            {fact("Roles", view! { <a href=links::ACCESS>{words::count(view.roles, "role")}</a> })}
        </dl>
    }
    .into_any()
}

fn how_to_change(view: &ConfigurationView) -> AnyView {
    let then = match &view.home {
        Some(home) => {
            view! { "deploy it with " <code>{format!("make deploy ENV={home}")}</code> "." }
                .into_any()
        }
        None => view! { "start the portal again." }.into_any(),
    };
    view! {
        <p class="hint beside">
            "To change it, edit " <code>"towpath.toml"</code> ", look it over with " <code>"towpath config check"</code> ", and " {then}
            " The issuer, the sessions\u{2019} length and the secrets are settings of the deployment; secrets are never shown."
        </p>
    }
    .into_any()
}

fn apps(view: &ConfigurationView) -> AnyView {
    let apps = view.apps.iter().map(|app| {
        view! { <span><a href=links::app(&app.id)>{app.name.clone()}</a>" "<code>{app.id.to_string()}</code></span> }
    });
    let environments = view.environments.iter().map(|one| {
        view! { <span>{environment::name(one)}" "<code>{one.id.to_string()}</code></span> }
    });
    view! {
        <dl class="facts-grid">
            <div class="wide"><dt>"Apps"</dt><dd class="facts">{apps.collect_view()}</dd></div>
            <div class="wide"><dt>"Environments, in the order that builds move"</dt><dd class="facts">{environments.collect_view()}</dd></div>
        </dl>
    }
    .into_any()
}

fn paths(paths: &[PathView]) -> AnyView {
    if paths.is_empty() {
        return heading::empty(
            "No path",
            view! { "Without " <code>"[[paths]]"</code> ", builds are released where they are registered, and never promoted." }.into_any(),
        );
    }
    paths.iter().map(path).collect_view().into_any()
}

fn path(path: &PathView) -> AnyView {
    let steps = path.steps.iter().map(step).collect_view();
    view! { <h3>{of(&path.apps)}</h3> <ol class="rows steps">{steps}</ol> }.into_any()
}

fn of(apps: &[AppId]) -> String {
    if apps.is_empty() {
        "Every app that no other path names".to_owned()
    } else {
        all_of(apps)
    }
}

fn step(step: &PathStepView) -> AnyView {
    let gates = step.gates.iter();
    let gates = gates.map(|gate| view! { <li>{gate.clone()}</li> });
    let rollback = step.rollback_gates.as_ref().map(|gates| {
        let asked = if gates.is_empty() {
            "a rollback needs no gate".to_owned()
        } else {
            format!("a rollback needs {} only", all_of(gates))
        };
        view! { <span>{asked}</span> }
    });
    let how = if step.automatic {
        "by itself"
    } else {
        "when someone asks"
    };
    let approvals = step
        .approvals_expire
        .as_ref()
        .map(|expire| view! { <span>{format!("an approval counts for {expire}")}</span> });
    let none = step.gates.is_empty();
    view! {
        <li>
            <div class="what">
                <p><strong>{step.environment.to_string()}</strong></p>
                {(!none).then(|| view! { <ul class="conditions">{gates.collect_view()}</ul> })}
                <p class="facts">
                    {none.then(|| view! { <span>"no gates"</span> })}
                    <span>{how}</span>
                    <span>{step.target.clone()}</span>
                    <span>{format!("waits {} at the most", step.expires_after)}</span>
                    {approvals}
                    {rollback}
                </p>
            </div>
        </li>
    }
    .into_any()
}

fn pipelines(pipelines: &[PipelineView]) -> AnyView {
    if pipelines.is_empty() {
        return heading::empty(
            "No pipeline",
            view! { "Name them under " <code>"[[pipelines]]"</code> ": until then, their runs are unassigned." }.into_any(),
        );
    }
    let items = pipelines.iter().map(|pipeline| {
        let only = [&pipeline.account, &pipeline.region].into_iter().flatten();
        let only = only.map(|only| view! { <span>"only in "{only.clone()}</span> });
        view! {
            <li>
                <div class="what">
                    <p><strong>{pipeline.name.clone()}</strong></p>
                    <p class="facts"><span>{pipeline.source.clone()}</span>{only.collect_view()}</p>
                </div>
                <p class="facts">{format!("feeds {} in {}", pipeline.app, pipeline.environment)}</p>
            </li>
        }
    });
    view! { <ul class="rows">{items.collect_view()}</ul> }.into_any()
}
