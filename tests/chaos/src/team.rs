//! Who works with what: three apps, two of which have a path, and the people who ask, approve, hold and look.

use config::Config;
use domain::{
    access::{Permission, Permit},
    actor::Actor,
    id::{AppId, EnvironmentId},
};
use testkit::people::person;

/// Apps, environments, pipelines, paths and roles, as a `towpath.toml` says them.
const CONFIGURATION: &str = include_str!("team.toml");

/// What the portal is configured with.
pub(crate) fn configuration() -> Config {
    Config::parse(CONFIGURATION, "team.toml").unwrap()
}

/// The apps. The last has no path.
pub(crate) fn apps() -> [AppId; 3] {
    ["wallet", "shop", "site"].map(|app| app.parse().unwrap())
}

/// The environments, in the order of the paths.
pub(crate) fn environments() -> [EnvironmentId; 3] {
    ["dev", "preprod", "prod"].map(|environment| environment.parse().unwrap())
}

/// Everybody who does something. A lead, a manager's token and one more address of the same lead are among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    Ada,
    Bob,
    /// Bob, who writes his address in capitals.
    BobAgain,
    Eve,
    Tom,
    Dan,
    /// Who may go past gates.
    Root,
    /// Ada's API token.
    Token,
}

/// The environments that somebody has to approve for.
pub(crate) const APPROVING: [&str; 2] = ["preprod", "prod"];

impl Person {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Ada,
        Self::Bob,
        Self::BobAgain,
        Self::Eve,
        Self::Tom,
        Self::Dan,
        Self::Root,
        Self::Token,
    ];
    /// Those who promote, hold and withdraw; the last may not.
    pub(crate) const MANAGERS: [Self; 10] = [
        Self::Ada,
        Self::Ada,
        Self::Ada,
        Self::Bob,
        Self::Bob,
        Self::Eve,
        Self::Eve,
        Self::Token,
        Self::Root,
        Self::Tom,
    ];
    /// Those who approve, or try to.
    pub(crate) const APPROVERS: [Self; 10] = [
        Self::Bob,
        Self::Bob,
        Self::Bob,
        Self::Eve,
        Self::Eve,
        Self::Eve,
        Self::Ada,
        Self::BobAgain,
        Self::Token,
        Self::Tom,
    ];
    /// Those who push; the last may not.
    pub(crate) const DEVELOPERS: [Self; 10] = [
        Self::Dan,
        Self::Dan,
        Self::Dan,
        Self::Dan,
        Self::Dan,
        Self::Dan,
        Self::Dan,
        Self::Root,
        Self::Root,
        Self::Tom,
    ];

    /// Who that is.
    pub(crate) fn actor(self) -> Actor {
        match self {
            Self::Ada => person("ada", "managers"),
            Self::Bob => person("bob", "leads"),
            Self::BobAgain => person("BOB", "leads"),
            Self::Eve => person("eve", "leads"),
            Self::Tom => person("tom", "testers"),
            Self::Dan => person("dan", "developers"),
            Self::Root => testkit::admin(),
            Self::Token => Actor::token(
                Self::Ada.actor(),
                "ci",
                Permit::all(vec![
                    Permission::View,
                    Permission::Promote,
                    Permission::Hold,
                ]),
            ),
        }
    }
}
