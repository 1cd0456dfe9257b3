//! What is between two builds: from what is to what would be.

use domain::{build::BuildBrief, compare::Comparison};
use leptos::prelude::*;

use super::changes;
use crate::{
    components::{
        builds,
        heading::{self, Crumb},
    },
    links,
    pages::View,
    site::Place,
};

pub(crate) fn page(comparison: &Comparison, from: &str, to: &str) -> View {
    let (before, after) = (&comparison.from, &comparison.to);
    let title = format!("Build {} to build {}", before.number, after.number);
    View {
        title: title.clone(),
        class: "compare",
        place: Place::Below,
        live: false,
        body: view! {
            {heading::trail(vec![Crumb::new(before.app.to_string(), links::app(&before.app))])}
            <header class="page">
                <h1>{title}</h1>
                <p class="lead"><a href=links::compare(to, from)>"Swap sides"</a></p>
            </header>
            <dl class="facts-grid sides">
                {side("From", before, from)}
                {side("To", after, to)}
            </dl>
            {changes::sections(comparison)}
        }
        .into_any(),
    }
}

fn side(name: &'static str, brief: &BuildBrief, asked: &str) -> AnyView {
    let place = asked
        .split_once('/')
        .map(|(_, environment)| view! { <small>{format!("what {environment} serves")}</small> });
    let message = brief
        .revision
        .as_ref()
        .and_then(|revision| revision.message.clone());
    view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <a href=links::build(&brief.app, &brief.id)>{builds::name(brief.number, brief.version.as_deref())}</a>
                {place}
                {message.map(|message| view! { <small>{message}</small> })}
            </dd>
        </div>
    }
    .into_any()
}
