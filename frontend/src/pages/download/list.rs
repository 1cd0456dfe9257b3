//! Who was given links to a build's files.

use domain::{Timestamp, build::Build, catalog::App, download::Download, page::Page};
use leptos::prelude::*;

use crate::{
    components::{
        heading::{self, Crumb},
        list, person, time,
    },
    links,
    pages::View,
    site::Place,
};

pub(crate) fn page(
    app: &App,
    build: &Build,
    downloads: &Page<Download>,
    from_newest: bool,
    as_of: Timestamp,
) -> View {
    let title = format!("Downloads of build {}", build.number);
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
    View {
        title: title.clone(),
        class: "list",
        place: Place::Below,
        live: false,
        body: view! {
            {heading::trail(trail)}
            <header class="page">
                <h1>{title}</h1>
                <p class="lead">"Who was given a link, and when. A link works for five minutes."</p>
            </header>
            {rows(downloads, as_of)}
            {list::pages(newest, older)}
        }
        .into_any(),
    }
}

fn rows(downloads: &Page<Download>, as_of: Timestamp) -> AnyView {
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
