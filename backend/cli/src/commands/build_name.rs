//! How a build is named on the command line: by its identifier, or by where it is now.

use api::compare::Side;
use domain::{
    id::{AppId, BuildId, EnvironmentId},
    view::TesterView,
};

use crate::{client::Api, failure::Failure};

/// Help for arguments that name a build.
pub(crate) const HELP: &str =
    "The build: its identifier, or <app>/<environment> for what is current there";

/// A build, as somebody named it.
#[derive(Clone, Debug)]
pub(crate) struct BuildName(Side);

impl BuildName {
    /// The build's identifier.
    pub(crate) async fn find(&self, api: &Api) -> Result<BuildId, Failure> {
        match &self.0 {
            Side::Build(id) => Ok(id.clone()),
            Side::Current(app, environment) => current(api, app, environment).await,
        }
    }
}

impl std::fmt::Display for BuildName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Side::Build(id) => id.fmt(f),
            Side::Current(app, environment) => write!(f, "{app}/{environment}"),
        }
    }
}

/// Understands a build's name.
pub(crate) fn parse(text: &str) -> Result<BuildName, String> {
    let wrong = "write a build's identifier, as `towpath builds` lists it, or <app>/<environment>";
    text.parse().map(BuildName).map_err(|_| wrong.to_owned())
}

async fn current(api: &Api, app: &AppId, environment: &EnvironmentId) -> Result<BuildId, Failure> {
    let path = format!("/api/v1/apps/{app}/environments/{environment}");
    let view: TesterView = api.get(&path, &Vec::new()).await?;
    let current = view.current.map(|current| current.release.build);
    current.ok_or_else(|| {
        Failure::NotFound(format!(
            "{environment} serves no build of {app}. Name one by its identifier: `towpath builds --app {app}`"
        ))
    })
}
