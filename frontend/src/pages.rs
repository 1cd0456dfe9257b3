//! The pages, a folder a noun, a file a verb. Their handlers are in the crate `web`, under `pages`.

use domain::{
    Timestamp,
    audit::Entry,
    build::{Build, BuildBrief},
    catalog::App,
    compare::Comparison,
    download::Download,
    id::BuildId,
    page::Page as ListPage,
    promotion::Promotion,
    share::{LinksView, MadeLink, ShareView},
    view::{
        AccessView, AppView, BuildView, ConfigurationView, HoldsView, MadeToken, Me, Overview,
        PromotionBrief, PromotionView, PromotionsView, RunSummary, RunView, TesterView, TokensView,
    },
};
use leptos::prelude::AnyView;

use crate::{
    form::Returned,
    site::{Place, Site},
};

mod app;
mod audit;
mod build;
mod compare;
mod download;
mod error;
mod hold;
mod link;
mod overview;
mod promotion;
mod rollback;
mod run;
mod settings;
mod share;
mod sign_in;
mod tester;
mod token;
mod unassigned;

pub use audit::{
    list::Shown as ShownAudit,
    verify::{ComparedSeals, VerifiedLog},
};
pub use hold::stop::MayHold;
pub use link::make::{MayShare, SharedPlace};
pub use settings::{privacy::ErasedLines, sessions::SessionLine};
pub use token::{
    list::Whose as WhoseTokens,
    make::{ALL as ALL_OF_THEM, MayGive},
};

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
    Build {
        /// The build, and where it may go.
        view: &'a BuildView,
        /// A form of the page that was not carried out.
        returned: Option<&'a Returned>,
    },
    /// Who was given links to a build's files.
    Downloads {
        /// The app.
        app: &'a App,
        /// The build.
        build: &'a Build,
        /// One page of them.
        downloads: &'a ListPage<Download>,
        /// Whether that page starts at the newest one.
        from_newest: bool,
        /// When this was true.
        as_of: Timestamp,
    },
    /// Promotions that are not over, and recent ones.
    Promotions {
        /// Those that are not over.
        view: &'a PromotionsView,
        /// Those that ended, newest first; none where an app has to be chosen first.
        recent: Option<&'a [PromotionBrief]>,
        /// The apps to choose from.
        apps: &'a [App],
        /// The one that was chosen.
        only: Option<&'a App>,
    },
    /// One promotion.
    Promotion {
        /// The promotion.
        view: &'a PromotionView,
        /// A form of the page that was not carried out.
        returned: Option<&'a Returned>,
    },
    /// Taking an environment back to an earlier build.
    Rollback {
        /// What it serves, and served before.
        view: &'a TesterView,
        /// The build to go back to, if it is chosen.
        chosen: Option<&'a BuildId>,
        /// The form, if it was not carried out.
        returned: Option<&'a Returned>,
    },
    /// Holds in force.
    Holds {
        /// The holds.
        view: &'a HoldsView,
        /// Promotions that are not over.
        open: &'a [Promotion],
        /// What the viewer can hold.
        may: &'a [MayHold],
        /// A form of the page that was not carried out.
        returned: Option<&'a Returned>,
    },
    /// A month of the audit log.
    Audit {
        /// Which part of it.
        shown: &'a ShownAudit,
        /// One page of entries.
        entries: &'a ListPage<Entry>,
        /// The apps to choose from.
        apps: &'a [App],
        /// When this was true.
        as_of: Timestamp,
    },
    /// The audit log, verified.
    Verified(VerifiedLog<'a>),
    /// Choosing what to compare.
    Compare {
        /// What environments serve, as `<app>/<environment>`.
        sides: &'a [String],
        /// What could not be compared.
        returned: Option<&'a Returned>,
    },
    /// What is between two builds.
    Compared {
        /// The differences.
        comparison: &'a Comparison,
        /// What was asked for on the one side.
        from: &'a str,
        /// And on the other.
        to: &'a str,
    },
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
    /// Who looks, and what they may do.
    You(&'a Me),
    /// Share links.
    Links {
        /// The links.
        view: &'a LinksView,
        /// The apps, for their names.
        apps: &'a [App],
        /// Whether the viewer may make one.
        may_make: bool,
    },
    /// Making a share link.
    NewLink {
        /// What the viewer may share.
        may: &'a MayShare,
        /// The form, if it was not carried out.
        returned: Option<&'a Returned>,
    },
    /// A share link, once, with its address.
    MadeLink {
        /// The link.
        made: &'a MadeLink,
        /// The apps, for their names.
        apps: &'a [App],
    },
    /// What a share link gives.
    Share {
        /// What there is for its holder.
        view: &'a ShareView,
        /// What the next tap is known by.
        tap: &'a str,
        /// Whether a password was wrong.
        wrong: bool,
    },
    /// API tokens.
    Tokens {
        /// The tokens.
        view: &'a TokensView,
        /// Whose they are.
        whose: WhoseTokens,
        /// What the viewer may give to a new one.
        may: &'a MayGive,
        /// The form, if it was not carried out.
        returned: Option<&'a Returned>,
    },
    /// A token that was just made.
    TokenMade(&'a MadeToken),
    /// Who may do what.
    Access {
        /// The roles, and what someone may do who was asked about.
        view: &'a AccessView,
        /// What could not be asked.
        returned: Option<&'a Returned>,
    },
    /// How the portal is set up.
    Configuration(&'a ConfigurationView),
    /// Where someone is signed in.
    Sessions {
        /// The sessions, the one that looks first.
        sessions: &'a [SessionLine],
        /// Whether they may end all sessions of anyone.
        may_end_all: bool,
        /// Whose sessions were ended just now, and how many.
        ended: Option<(&'a str, usize)>,
        /// A form of the page that was not carried out.
        returned: Option<&'a Returned>,
        /// When this was true.
        as_of: Timestamp,
    },
    /// What is kept of people.
    Privacy {
        /// Whether the viewer may export and erase anybody.
        may_manage: bool,
        /// What was erased just now.
        erased: Option<&'a ErasedLines>,
        /// A form of the page that was not carried out.
        returned: Option<&'a Returned>,
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
    #[allow(clippy::too_many_lines, reason = "an arm a page")]
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
            Self::Build { view, returned } => build::show::page(view, returned),
            Self::Downloads {
                app,
                build,
                downloads,
                from_newest,
                as_of,
            } => download::list::page(app, build, downloads, from_newest, as_of),
            Self::Promotions {
                view,
                recent,
                apps,
                only,
            } => promotion::list::page(view, recent, apps, only),
            Self::Promotion { view, returned } => promotion::show::page(view, returned),
            Self::Rollback {
                view,
                chosen,
                returned,
            } => rollback::ask::page(view, chosen, returned),
            Self::Holds {
                view,
                open,
                may,
                returned,
            } => hold::list::page(view, open, may, returned),
            Self::Audit {
                shown,
                entries,
                apps,
                as_of,
            } => audit::list::page(shown, entries, apps, as_of),
            Self::Verified(log) => audit::verify::page(&log),
            Self::Compare { sides, returned } => compare::choose::page(sides, returned),
            Self::Compared {
                comparison,
                from,
                to,
            } => compare::show::page(comparison, from, to),
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
            Self::You(me) => settings::you::page(me, site),
            Self::Links {
                view,
                apps,
                may_make,
            } => link::list::page(view, apps, may_make, site),
            Self::NewLink { may, returned } => link::make::page(may, returned),
            Self::MadeLink { made, apps } => link::made::page(made, apps),
            Self::Share { view, tap, wrong } => share::show::page(view, tap, wrong),
            Self::Tokens {
                view,
                whose,
                may,
                returned,
            } => token::list::page(view, whose, may, returned, site),
            Self::TokenMade(made) => token::made::page(made, site),
            Self::Access { view, returned } => settings::access::page(view, returned, site),
            Self::Configuration(view) => settings::configuration::page(view, site),
            Self::Sessions {
                sessions,
                may_end_all,
                ended,
                returned,
                as_of,
            } => settings::sessions::page(sessions, may_end_all, ended, returned, as_of, site),
            Self::Privacy {
                may_manage,
                erased,
                returned,
            } => settings::privacy::page(may_manage, erased, returned, site),
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
