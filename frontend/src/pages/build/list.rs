//! An app's builds, newest first, a page at a time.

use domain::{
    Timestamp, build::BuildBrief, catalog::App, page::Page as ListPage, status::Status,
    view::UploadBrief, words,
};
use leptos::prelude::*;

use crate::{
    components::{
        builds,
        heading::{self, Crumb},
        list, person, status, time,
    },
    links,
    pages::Page,
    site::Site,
};

/// An app's builds, newest first.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct BuildsPage<'a> {
    pub app: &'a App,
    /// One page of its builds.
    pub builds: &'a ListPage<BuildBrief>,
    /// Uploads whose builds are being registered.
    pub uploads: &'a [UploadBrief],
    /// Whether that page starts at the newest one.
    pub from_newest: bool,
    /// When this was true.
    pub as_of: Timestamp,
}

impl Page for BuildsPage<'_> {
    fn title(&self) -> String {
        format!("Builds of {}", self.app.name)
    }

    fn class(&self) -> &'static str {
        "list"
    }

    fn is_live(&self) -> bool {
        !self.uploads.is_empty()
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            app,
            builds,
            uploads,
            from_newest,
            as_of,
        } = *self;
        let items = if builds.items.is_empty() {
            none()
        } else {
            builds::list(&builds.items, as_of)
        };
        let newest = (!from_newest).then(|| links::builds(&app.id, None));
        let older = builds
            .next
            .as_ref()
            .map(|next| links::builds(&app.id, Some(next)));
        view! {
            {heading::trail(vec![Crumb::new(app.name.clone(), links::app(&app.id))])}
            <header class="page"><h1>{self.title()}</h1></header>
            {registering(uploads, as_of)}
            {items}
            {list::pages(newest, older)}
        }
        .into_any()
    }
}

/// What is about to become a build.
fn registering(uploads: &[UploadBrief], as_of: Timestamp) -> Option<AnyView> {
    if uploads.is_empty() {
        return None;
    }
    let items = uploads
        .iter()
        .map(|upload| {
            let more = upload.files.saturating_sub(1);
            let more = (more > 0).then(|| format!(" and {}", words::count(more, "more file")));
            let to = upload
                .environment
                .as_ref()
                .map(|to| view! { <span>"for "{to.to_string()}</span> });
            let done = format!(
                "{} of {}",
                upload.files_done,
                words::count(upload.files, "file")
            );
            view! {
                <li data-status="running">
                    {status::shape(Status::Running)}
                    <div class="what">
                        <p><strong>{upload.name.to_string()}{more}</strong></p>
                        <p class="facts">
                            <span>{words::size(upload.size)}</span>
                            {to}
                            <span>{done}" read"</span>
                            <span>"by "{person::name(&upload.by)}</span>
                            <span>"completed "{time::ago(upload.since, as_of)}</span>
                        </p>
                    </div>
                </li>
            }
        })
        .collect_view();
    let section = view! {
        <section aria-labelledby="registering">
            {heading::section("registering", "Being registered", None)}
            <ul class="rows">{items}</ul>
        </section>
        {heading::section("registered", "Registered", None)}
    };
    Some(section.into_any())
}

/// What stands where there are no builds.
pub(crate) fn none() -> AnyView {
    heading::empty(
        "No builds here",
        view! {
            "A pipeline registers one with its " <code>"register"</code> " action; by hand it is "
            <code>"towpath push app.apk"</code> "."
        }
        .into_any(),
    )
}
