//! Who was given links to a build's files.

use domain::{Timestamp, build::Build, catalog::App, download::Download, page::Page as ListPage};
use leptos::prelude::*;

use crate::{
    components::{
        heading::{self, Crumb},
        list, person, time,
    },
    links,
    pages::Page,
    site::Site,
};

/// Who was given links to a build's files.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct DownloadsPage<'a> {
    pub app: &'a App,
    pub build: &'a Build,
    /// One page of them.
    pub downloads: &'a ListPage<Download>,
    /// Whether that page starts at the newest one.
    pub from_newest: bool,
    /// When this was true.
    pub as_of: Timestamp,
}

impl Page for DownloadsPage<'_> {
    fn title(&self) -> String {
        format!("Downloads of build {}", self.build.number)
    }

    fn class(&self) -> &'static str {
        "list"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            app,
            build,
            downloads,
            from_newest,
            as_of,
        } = *self;
        let trail = vec![
            Crumb::new(app.name.clone(), links::app(&app.id)),
            Crumb::new(
                format!("Build {}", build.number),
                links::build(&app.id, &build.id),
            ),
        ];
        let newest = (!from_newest).then(|| links::downloads(&app.id, &build.id, None));
        let older = downloads
            .next
            .as_ref()
            .map(|next| links::downloads(&app.id, &build.id, Some(next)));
        view! {
            {heading::trail(trail)}
            <header class="page">
                <h1>{self.title()}</h1>
                <p class="lead">"Who was given a link, and when. A link works for five minutes."</p>
            </header>
            {rows(downloads, as_of)}
            {list::pages(newest, older)}
        }
        .into_any()
    }
}

fn rows(downloads: &ListPage<Download>, as_of: Timestamp) -> AnyView {
    if downloads.items.is_empty() {
        return heading::empty(
            "Nobody yet",
            "Nobody was given a link to this build.".into_any(),
        );
    }
    let items = downloads
        .items
        .iter()
        .map(|download| item(download, as_of))
        .collect_view();
    view! { <ol class="rows">{items}</ol> }.into_any()
}

fn item(download: &Download, as_of: Timestamp) -> AnyView {
    let place = download.environment.as_ref();
    let place = place.map(|place| view! { <span>{format!("as what {place} serves")}</span> });
    let agent = download.user_agent.clone();
    let link = download.link.as_ref();
    let link = link.map(|link| view! { <span>{format!("by share link {link}")}</span> });
    view! {
        <li>
            <div class="what">
                <strong>{person::name(&download.by)}</strong>
                <p class="facts">
                    <span>{download.name.to_string()}</span>
                    {place}
                    {link}
                    {agent.map(|agent| view! { <span>{agent}</span> })}
                </p>
            </div>
            <p class="facts when">{time::ago(download.at, as_of)}</p>
        </li>
    }
    .into_any()
}
