//! What can be asked for.

use super::Role;
use crate::{
    id::{AppId, EnvironmentId},
    words,
};

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// See the overview, of the apps that the caller may see.
    ViewOverview,
    /// See runs that no app claims.
    ViewUnassigned,
    /// See an app's builds, runs and releases.
    ViewApp(&'a AppId),
    /// See runs at all; which ones, [`Action::ViewApp`] and [`Action::ViewUnassigned`] say.
    ViewRun,
    /// See who was given links to a build's files.
    ViewDownloads(&'a AppId),
    /// Get the bytes of a build's files.
    Download {
        /// The app.
        app: &'a AppId,
        /// The environments where that build is, or the one that is asked for.
        environments: &'a [EnvironmentId],
    },
    /// Give a link to a build's files to people without an account.
    Share {
        /// The app.
        app: &'a AppId,
        /// The environments where that build is, or the one that is asked for.
        environments: &'a [EnvironmentId],
    },
    /// Record what sources report; of which runs, [`Action::RecordRun`] and [`Action::RecordUnassigned`] say.
    RecordEvents,
    /// Record what a source reports of a run that feeds an app.
    RecordRun {
        /// The app.
        app: &'a AppId,
        /// The environment that it feeds.
        environment: &'a EnvironmentId,
    },
    /// Record what a source reports of a run that no app claims.
    RecordUnassigned,
    /// Register a build, and release it where that is asked for.
    Register {
        /// The app.
        app: &'a AppId,
        /// Where to release it.
        environment: Option<&'a EnvironmentId>,
    },
    /// Do the work of registering uploads that somebody has completed.
    RegisterUploads,
    /// Remove what abandoned registrations left behind.
    Sweep,
    /// Ask for a build's release in an environment.
    Promote {
        /// The app.
        app: &'a AppId,
        /// Where to.
        environment: &'a EnvironmentId,
    },
    /// Approve or turn down what someone asked for.
    Approve {
        /// The app.
        app: &'a AppId,
        /// Where to.
        environment: &'a EnvironmentId,
    },
    /// Stop releases into an environment, or lift such a stop.
    Hold {
        /// The app; none for all apps.
        app: Option<&'a AppId>,
        /// The environment.
        environment: &'a EnvironmentId,
    },
    /// Take a build back, so that it is released nowhere; or give it out again.
    Withdraw {
        /// The app.
        app: &'a AppId,
        /// An environment that it was released in; none to ask whether it may be withdrawn anywhere.
        environment: Option<&'a EnvironmentId>,
    },
    /// Release against the gates, in an emergency.
    BreakGlass {
        /// The app.
        app: &'a AppId,
        /// Where to.
        environment: &'a EnvironmentId,
    },
    /// Read the audit log.
    ViewAudit,
    /// Make API tokens that act for oneself.
    MakeTokens,
    /// See and end other people's tokens, share links and sessions.
    ManageCredentials,
    /// Hand out what is kept of a person, and erase their name.
    ManagePrivacy,
    /// See who has which role, and why.
    ViewAccess,
    /// See the configuration that is in force.
    ViewConfiguration,
    /// Write the audit log's head where it can no longer be changed.
    SealAudit,
    /// Ask targets what became of promotions.
    Reconcile,
}

impl<'a> Action<'a> {
    /// Whether it names no app, and shows or does nothing beyond the apps that its caller may see.
    pub(super) const fn is_of_any_app(self) -> bool {
        matches!(
            self,
            Self::ViewOverview | Self::ViewRun | Self::RecordEvents | Self::MakeTokens
        )
    }

    /// What this is, after "may not".
    pub const fn words(self) -> &'static str {
        match self {
            Self::ViewOverview => "see the overview",
            Self::ViewUnassigned => "see runs that no app claims",
            Self::ViewApp(_) => "see this app",
            Self::ViewRun => "see runs",
            Self::ViewDownloads(_) => "see who downloads this app",
            Self::Download { .. } => "download this build",
            Self::Share { .. } => "share builds of this app from here",
            Self::RecordEvents => "record events",
            Self::RecordRun { .. } => "record events of this app here",
            Self::RecordUnassigned => "record events of runs that no app claims",
            Self::Register { .. } => "register builds of this app here",
            Self::RegisterUploads => "register what others have uploaded",
            Self::Sweep => "remove what was left behind",
            Self::Promote { .. } => "promote builds of this app here",
            Self::Approve { .. } => "approve promotions of this app here",
            Self::Hold { .. } => "hold releases here",
            Self::Withdraw { .. } => "withdraw builds of this app here",
            Self::BreakGlass { .. } => "release this app here against the gates",
            Self::ViewAudit => "read the audit log",
            Self::MakeTokens => "make tokens",
            Self::ManageCredentials => "manage other people's tokens, links and sessions",
            Self::ManagePrivacy => "export or erase what is kept of a person",
            Self::ViewAccess => "see who may do what",
            Self::ViewConfiguration => "see the configuration",
            Self::SealAudit => "seal the audit log",
            Self::Reconcile => "reconcile promotions",
        }
    }

    /// What someone's share links need of their maker for this.
    pub(super) const fn as_shared(self) -> Self {
        match self {
            Self::Download { app, environments } => Self::Share { app, environments },
            other => other,
        }
    }

    /// The app that it concerns, if it is one.
    pub const fn app(self) -> Option<&'a AppId> {
        match self {
            Self::ViewApp(app)
            | Self::ViewDownloads(app)
            | Self::Download { app, .. }
            | Self::Share { app, .. }
            | Self::Register { app, .. }
            | Self::RecordRun { app, .. }
            | Self::Promote { app, .. }
            | Self::Approve { app, .. }
            | Self::Withdraw { app, .. }
            | Self::BreakGlass { app, .. } => Some(app),
            Self::Hold { app, .. } => app,
            Self::ViewOverview
            | Self::ViewUnassigned
            | Self::ViewRun
            | Self::RecordEvents
            | Self::RecordUnassigned
            | Self::RegisterUploads
            | Self::Sweep
            | Self::ViewAudit
            | Self::MakeTokens
            | Self::ManageCredentials
            | Self::ManagePrivacy
            | Self::ViewAccess
            | Self::ViewConfiguration
            | Self::SealAudit
            | Self::Reconcile => None,
        }
    }

    /// Where it is to be done, if that is an environment: `dev or preprod`.
    pub fn place(self) -> Option<String> {
        match self {
            Self::Download { environments, .. } | Self::Share { environments, .. } => {
                let names: Vec<&str> = environments.iter().map(EnvironmentId::as_str).collect();
                (!names.is_empty()).then(|| words::any_of(&names))
            }
            Self::RecordRun { environment, .. }
            | Self::Promote { environment, .. }
            | Self::Approve { environment, .. }
            | Self::Hold { environment, .. }
            | Self::BreakGlass { environment, .. } => Some(environment.to_string()),
            Self::Register { environment, .. } | Self::Withdraw { environment, .. } => {
                environment.map(ToString::to_string)
            }
            Self::ViewOverview
            | Self::ViewUnassigned
            | Self::ViewApp(_)
            | Self::ViewRun
            | Self::ViewDownloads(_)
            | Self::RecordEvents
            | Self::RecordUnassigned
            | Self::RegisterUploads
            | Self::Sweep
            | Self::ViewAudit
            | Self::MakeTokens
            | Self::ManageCredentials
            | Self::ManagePrivacy
            | Self::ViewAccess
            | Self::ViewConfiguration
            | Self::SealAudit
            | Self::Reconcile => None,
        }
    }

    /// The least role that may, in the right place.
    pub const fn needs(self) -> Role {
        match self {
            Self::ViewOverview
            | Self::ViewUnassigned
            | Self::ViewApp(_)
            | Self::ViewRun
            | Self::MakeTokens => Role::Viewer,
            Self::Download { .. } => Role::Tester,
            Self::Register { .. } | Self::Share { .. } => Role::Developer,
            Self::Promote { .. }
            | Self::Approve { .. }
            | Self::Hold { .. }
            | Self::Withdraw { .. }
            | Self::BreakGlass { .. } => Role::ReleaseManager,
            Self::ViewDownloads(_) | Self::ViewAudit | Self::ViewAccess => Role::Auditor,
            Self::RecordEvents
            | Self::RecordRun { .. }
            | Self::RecordUnassigned
            | Self::RegisterUploads
            | Self::Sweep
            | Self::ManageCredentials
            | Self::ManagePrivacy
            | Self::ViewConfiguration
            | Self::SealAudit
            | Self::Reconcile => Role::Admin,
        }
    }
}
