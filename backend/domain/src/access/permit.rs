//! What a token, a workload or a share link may do at the most.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Action, Scope};
use crate::id::{AppId, EnvironmentId};

/// One thing that can be permitted. Each includes seeing the apps that it is for. Approving, breaking the glass and making
/// tokens are for people, and so cannot be permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// See apps, builds, runs and releases.
    View,
    /// Download builds.
    Download,
    /// Register builds, and release them where that needs no promotion.
    Register,
    /// Report what pipelines do.
    Report,
    /// Request promotions and rollbacks, and cancel them.
    Promote,
    /// Hold releases, and lift holds.
    Hold,
    /// Withdraw builds, and restore them.
    Withdraw,
    /// See who downloaded what, and read the audit log.
    Audit,
}

/// What is permitted, for which apps and in which environments.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Permit {
    /// What.
    pub may: Vec<Permission>,
    /// For which apps; left out, for all.
    #[serde(default, skip_serializing_if = "Scope::is_all")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<AppId>>))]
    pub apps: Scope<AppId>,
    /// In which environments; left out, in all.
    #[serde(default, skip_serializing_if = "Scope::is_all")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<EnvironmentId>>))]
    pub environments: Scope<EnvironmentId>,
}

/// A text that is no permission.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a permission")]
pub struct UnknownPermission(String);

impl Permission {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::View,
        Self::Download,
        Self::Register,
        Self::Report,
        Self::Promote,
        Self::Hold,
        Self::Withdraw,
        Self::Audit,
    ];

    /// Its name in the configuration and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Download => "download",
            Self::Register => "register",
            Self::Report => "report",
            Self::Promote => "promote",
            Self::Hold => "hold",
            Self::Withdraw => "withdraw",
            Self::Audit => "audit",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let mut all = Self::ALL.into_iter();
        all.find(|permission| permission.as_str() == text)
            .ok_or_else(|| UnknownPermission(text.chars().take(80).collect()))
    }
}

impl Permit {
    /// This, for all apps and in all environments.
    pub const fn all(may: Vec<Permission>) -> Self {
        Self {
            may,
            apps: Scope::All,
            environments: Scope::All,
        }
    }

    /// Whether it lets its holder do `action`.
    pub(super) fn allows(&self, action: Action<'_>) -> bool {
        let for_app = match action.app() {
            Some(app) => self.apps.holds(app),
            None => self.apps.is_all() || action.is_of_any_app(),
        };
        for_app && self.permits(action)
    }

    fn permits(&self, action: Action<'_>) -> bool {
        let may = |permission| self.may.contains(&permission);
        let here = |environment: &EnvironmentId| self.environments.holds(environment);
        let in_one = |environments: &[EnvironmentId]| {
            self.environments.is_all() || environments.iter().any(here)
        };
        match action {
            Action::ViewOverview
            | Action::ViewUnassigned
            | Action::ViewApp(_)
            | Action::ViewRun => true,
            Action::Download { environments, .. } => {
                may(Permission::Download) && in_one(environments)
            }
            Action::Register { environment, .. } => {
                may(Permission::Register) && environment.is_none_or(here)
            }
            Action::RecordEvents => may(Permission::Report),
            Action::RecordRun { environment, .. } => may(Permission::Report) && here(environment),
            Action::RecordUnassigned => may(Permission::Report) && self.environments.is_all(),
            Action::Promote { environment, .. } => may(Permission::Promote) && here(environment),
            Action::Hold { environment, .. } => may(Permission::Hold) && here(environment),
            Action::Withdraw { environment, .. } => {
                may(Permission::Withdraw) && environment.is_none_or(here)
            }
            Action::ViewDownloads(_) | Action::ViewAudit => may(Permission::Audit),
            Action::Approve { .. }
            | Action::BreakGlass { .. }
            | Action::Share { .. }
            | Action::MakeTokens
            | Action::ManageCredentials
            | Action::ManagePrivacy
            | Action::ViewAccess
            | Action::ViewConfiguration
            | Action::RegisterUploads
            | Action::Sweep
            | Action::SealAudit
            | Action::Reconcile => false,
        }
    }
}
