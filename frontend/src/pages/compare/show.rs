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
    pages::Page,
    site::Site,
};

/// What is between two builds.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct ComparisonPage<'a> {
    /// The differences.
    pub comparison: &'a Comparison,
    /// What was asked for on the one side.
    pub from: &'a str,
    /// And on the other.
    pub to: &'a str,
}

impl Page for ComparisonPage<'_> {
    fn title(&self) -> String {
        let Comparison { from, to, .. } = self.comparison;
        format!("Build {} to build {}", from.number, to.number)
    }

    fn class(&self) -> &'static str {
        "compare"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            comparison,
            from,
            to,
        } = *self;
        let (before, after) = (&comparison.from, &comparison.to);
        view! {
            {heading::trail(vec![Crumb::new(before.app.to_string(), links::app(&before.app))])}
            <header class="page">
                <h1>{self.title()}</h1>
                <p class="lead"><a href=links::compare(to, from)>"Swap sides"</a></p>
            </header>
            <dl class="facts-grid sides">
                {side("From", before, from)}
                {side("To", after, to)}
            </dl>
            {changes::sections(comparison)}
        }
        .into_any()
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
