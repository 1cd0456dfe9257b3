//! Which group has which role, and where.

use super::{Action, Role, Scope};
use crate::{
    actor::Actor,
    id::{AppId, EnvironmentId},
};

/// A role that some groups have, for some apps and in some environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The groups, as the issuer names them. A person's own address, once verified, is a group of one.
    pub groups: Vec<String>,
    /// The apps that it is for.
    pub apps: Scope<AppId>,
    /// The environments where it may change something.
    pub environments: Scope<EnvironmentId>,
}

impl Grant {
    /// Whether `actor` has it, through a group.
    pub fn is_held_by(&self, actor: &Actor) -> bool {
        self.groups.iter().any(|group| actor.groups.contains(group))
    }

    /// The groups through which `actor` has it.
    pub fn groups_of<'a>(&self, actor: &'a Actor) -> Vec<&'a str> {
        let groups = actor.groups.iter();
        let of_it = groups.filter(|group| self.groups.contains(group));
        of_it.map(String::as_str).collect()
    }

    /// Whether it lets its holder do `action`.
    pub(super) fn allows(&self, action: Action<'_>) -> bool {
        let for_app = match action.app() {
            Some(app) => self.apps.holds(app),
            None => self.apps.is_all() || action.is_of_any_app(),
        };
        for_app && self.role_allows(action)
    }

    fn role_allows(&self, action: Action<'_>) -> bool {
        let here = |environment| self.environments.holds(environment);
        match action {
            Action::ViewOverview
            | Action::ViewUnassigned
            | Action::ViewApp(_)
            | Action::ViewRun
            | Action::MakeTokens => true,
            Action::Download { environments, .. } => match self.role {
                Role::Developer | Role::ReleaseManager | Role::Admin => true,
                // A build that is nowhere yet is for those who may go everywhere.
                Role::Tester => self.environments.is_all() || environments.iter().any(here),
                Role::Viewer | Role::Auditor => false,
            },
            Action::Share { environments, .. } => match self.role {
                Role::Developer | Role::ReleaseManager | Role::Admin => {
                    self.environments.is_all() || environments.iter().any(here)
                }
                Role::Viewer | Role::Tester | Role::Auditor => false,
            },
            Action::Register { environment, .. } => match self.role {
                Role::Developer | Role::ReleaseManager | Role::Admin => {
                    environment.is_none_or(here)
                }
                Role::Viewer | Role::Tester | Role::Auditor => false,
            },
            Action::Promote { environment, .. }
            | Action::Approve { environment, .. }
            | Action::Hold { environment, .. }
            | Action::BreakGlass { environment, .. } => self.manages() && here(environment),
            Action::Withdraw { environment, .. } => self.manages() && environment.is_none_or(here),
            Action::ViewDownloads(_) | Action::ViewAudit | Action::ViewAccess => {
                matches!(self.role, Role::Auditor | Role::Admin)
            }
            Action::RecordEvents => self.role == Role::Admin,
            Action::RecordRun { environment, .. } => self.role == Role::Admin && here(environment),
            Action::RecordUnassigned
            | Action::RegisterUploads
            | Action::Sweep
            | Action::ManageCredentials
            | Action::ManagePrivacy
            | Action::ViewConfiguration
            | Action::SealAudit
            | Action::Reconcile => self.role == Role::Admin && self.environments.is_all(),
        }
    }

    fn manages(&self) -> bool {
        matches!(self.role, Role::ReleaseManager | Role::Admin)
    }
}
