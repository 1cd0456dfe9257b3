//! The pages, a folder a noun, a file a verb.

use domain::{
    Timestamp,
    build::BuildBrief,
    catalog::App,
    page::Page as ListPage,
    view::{AppView, BuildView, Overview, RunSummary, RunView, TesterView},
};
use leptos::prelude::AnyView;

use crate::{document::Place, site::Site};

mod app;
mod build;
mod error;
mod overview;
mod run;
mod sign_in;
mod tester;
mod unassigned;

/// A page to render, with all that it shows.
#[derive(Clone, Copy, Debug)]
pub enum Page<'a> {
    /// Every app in every environment.
    Overview(&'a Overview),
    /// One app.
    App(&'a AppView),
    /// An app's builds, newest first.
    Builds {
        /// The app.
        app: &'a App,
        /// One page of its builds.
        builds: &'a ListPage<BuildBrief>,
        /// Whether that page starts at the newest one.
        from_newest: bool,
        /// When this was true.
        as_of: Timestamp,
    },
    /// One build.
    Build(&'a BuildView),
    /// An app's runs, newest first.
    Runs {
        /// The app.
        app: &'a App,
        /// One page of its runs.
        runs: &'a ListPage<RunSummary>,
        /// Whether only failed ones are asked for.
        failed: bool,
        /// Whether that page starts at the newest one.
        from_newest: bool,
        /// When this was true.
        as_of: Timestamp,
    },
    /// One run.
    Run(&'a RunView),
    /// What a tester sees of an app in an environment.
    Tester(&'a TesterView),
    /// Runs of pipelines that no app claims, newest first.
    Unassigned {
        /// One page of them.
        runs: &'a ListPage<RunSummary>,
        /// Whether only failed ones are asked for.
        failed: bool,
        /// Whether that page starts at the newest one.
        from_newest: bool,
        /// When this was true.
        as_of: Timestamp,
    },
    /// The session has ended here; it ends at the issuer, too.
    Leaving {
        /// Where it ends there.
        issuer: &'a str,
    },
    /// The session has ended.
    SignedOut,
    /// What stands in place of a page that there is not.
    Error {
        /// The answer's HTTP status.
        status: u16,
        /// What is wrong.
        title: &'a str,
        /// What the reader can do.
        detail: &'a str,
    },
}

/// A page's own part of the document.
pub(crate) struct View {
    /// For the browser's tab and history.
    pub(crate) title: String,
    /// The main region's class.
    pub(crate) class: &'static str,
    /// Where it is in the site.
    pub(crate) place: Place,
    /// Whether it follows what happens.
    pub(crate) live: bool,
    /// The main region.
    pub(crate) body: AnyView,
}

impl Page<'_> {
    pub(crate) fn view(&self, site: &Site) -> View {
        match *self {
            Self::Overview(view) => overview::show::page(view),
            Self::App(view) => app::show::page(view),
            Self::Builds {
                app,
                builds,
                from_newest,
                as_of,
            } => build::list::page(app, builds, from_newest, as_of),
            Self::Build(view) => build::show::page(view),
            Self::Runs {
                app,
                runs,
                failed,
                from_newest,
                as_of,
            } => run::list::page(app, runs, failed, from_newest, as_of),
            Self::Run(view) => run::show::page(view),
            Self::Tester(view) => tester::show::page(view, site),
            Self::Unassigned {
                runs,
                failed,
                from_newest,
                as_of,
            } => unassigned::show::page(runs, failed, from_newest, as_of),
            Self::Leaving { issuer } => sign_in::leaving::page(issuer),
            Self::SignedOut => sign_in::signed_out::page(),
            Self::Error {
                status,
                title,
                detail,
            } => error::show::page(status, title, detail),
        }
    }
}
