//! Who may do what: one function, asked by every use case.

use domain::{
    actor::{Actor, ActorKind},
    id::{AppId, EnvironmentId},
};

use crate::error::{Error, Result};

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// See the overview and runs that no app claims.
    ViewOverview,
    /// See an app's builds, runs and releases.
    ViewApp(&'a AppId),
    /// See a run, whichever app it belongs to.
    ViewRun,
    /// See who was given links to a build's files.
    ViewDownloads(&'a AppId),
    /// Get the bytes of a build's files.
    Download(&'a AppId),
    /// Record what a source reports.
    RecordEvents,
    /// Register a build, and release it where that is asked for.
    Register {
        /// The app.
        app: &'a AppId,
        /// Where to release it.
        environment: Option<&'a EnvironmentId>,
    },
    /// Remove what abandoned registrations left behind.
    Sweep,
}

impl Action<'_> {
    /// What this is, after "may not".
    fn words(self) -> &'static str {
        match self {
            Self::ViewOverview => "see the overview",
            Self::ViewApp(_) => "see this app",
            Self::ViewRun => "see this run",
            Self::ViewDownloads(_) => "see who downloads this app",
            Self::Download(_) => "download this app",
            Self::RecordEvents => "record events",
            Self::Register { .. } => "register builds of this app",
            Self::Sweep => "remove what was left behind",
        }
    }
}

/// Whether `actor` may do `action`. There is no sign-in yet: a local portal's one user may do everything, a pipeline's
/// job may register builds, and the portal itself does what its own triggers ask of it.
pub fn authorise(actor: &Actor, action: Action<'_>) -> Result<()> {
    let allowed = match (actor.kind, action) {
        (ActorKind::Local, _)
        | (ActorKind::Pipeline, Action::Register { .. })
        | (ActorKind::Portal, Action::RecordEvents | Action::Sweep) => true,
        (ActorKind::Pipeline | ActorKind::Portal, _) => false,
    };
    if allowed {
        Ok(())
    } else {
        Err(Error::Forbidden {
            who: actor.name.clone(),
            what: action.words(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_registers_builds_and_nothing_else() {
        let app: AppId = "wallet".parse().unwrap();
        let pipeline = Actor::pipeline("wallet-dev");
        let register = Action::Register {
            app: &app,
            environment: None,
        };
        assert!(authorise(&pipeline, register).is_ok());
        for action in [
            Action::Download(&app),
            Action::ViewOverview,
            Action::RecordEvents,
            Action::Sweep,
        ] {
            assert!(authorise(&pipeline, action).is_err(), "{action:?}");
        }
        assert!(authorise(&Actor::local(), Action::Download(&app)).is_ok());
    }
}
