//! `[[pipelines]]`: which pipeline feeds what.

use domain::{
    catalog::{Feed, is_region},
    source::{PipelineName, Source},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    document::Document,
    names::Names,
    reader::{Entries, Given, Leaf},
    values::{ACCOUNT, REGION, SLUG, for_people, is_account, is_workflow, known, shaped},
};

/// A pipeline, and what it feeds.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Pipeline {
    /// The reporting system.
    #[schemars(extend("enum" = Source::names()))]
    source: Given<String>,
    /// The pipeline's name there; for GitHub, owner, repository and file of the workflow: `acme/wallet/release.yml`.
    #[schemars(length(min = 1, max = 200), example = &"wallet-dev")]
    name: Given<String>,
    /// Only in this AWS account: twelve digits in quotes. Left out, its jobs count from Towpath's own account and the
    /// operations account.
    #[schemars(regex(pattern = ACCOUNT), example = &"123456789012")]
    account: Option<Given<String>>,
    /// Only in this AWS region, such as `"eu-west-1"`. Left out, its jobs count from Towpath's own region.
    #[schemars(regex(pattern = REGION), example = &"eu-west-1")]
    region: Option<Given<String>>,
    /// The `id` of the app that it feeds.
    #[schemars(regex(pattern = SLUG), example = &"wallet")]
    app: Given<String>,
    /// The `id` of the environment that it feeds.
    #[schemars(regex(pattern = SLUG), example = &"dev")]
    environment: Given<String>,
}

pub(crate) fn all(
    document: &Document<'_>,
    pipelines: &impl Entries<Pipeline>,
    names: &Names<'_>,
) -> Vec<Feed> {
    let mut feeds: Vec<Feed> = Vec::new();
    for (pipeline, span) in pipelines.entries() {
        let Some(feed) = pipeline.feed(document, names) else {
            continue;
        };
        if let Some(first) = feeds.iter().find(|first| covers(first, &feed)) {
            document.problem(
                pipeline.name.span_or(span),
                format!(
                    "the pipeline \"{}\" already feeds {}/{}",
                    feed.pipeline, first.app, first.environment
                ),
                "remove this entry, or tell the two apart by account or region, the narrower one first",
            );
        }
        feeds.push(feed);
    }
    feeds
}

/// Whether every pipeline that the second fits, the first fits too.
fn covers(first: &Feed, second: &Feed) -> bool {
    let covers = |mine: &Option<String>, its: &Option<String>| mine.is_none() || mine == its;
    first.source == second.source
        && first.pipeline == second.pipeline
        && covers(&first.account, &second.account)
        && covers(&first.region, &second.region)
}

impl Pipeline {
    fn feed(&self, document: &Document<'_>, names: &Names<'_>) -> Option<Feed> {
        let source = self.source.text();
        let source = source.and_then(|text| known(document, "source", text, &Source::names()));
        let name = self.name.text().and_then(|name| {
            let shown = for_people(document, &name, 200);
            let source = source.as_deref().and_then(Source::named);
            let of_workflow = source.is_some_and(|it| it.pipelines == PipelineName::Workflow);
            shown.filter(|_| !of_workflow || is_workflow(document, &name))
        });
        let account = self.account.text().map(|text| {
            let (kind, shape) = ("an AWS account", "twelve digits");
            shaped(document, text, kind, shape, is_account)
        });
        let region = self.region.text().map(|text| {
            let (kind, shape) = ("an AWS region", "such as \"eu-west-1\"");
            shaped(document, text, kind, shape, is_region)
        });
        let app = self.app.text();
        let app = app.and_then(|text| known(document, "app", text, &names.apps));
        let environment = self.environment.text();
        let environment =
            environment.and_then(|text| known(document, "environment", text, &names.environments));
        Some(Feed {
            source: source?,
            pipeline: name?,
            account,
            region,
            app: app?.parse().ok()?,
            environment: environment?.parse().ok()?,
        })
    }
}
