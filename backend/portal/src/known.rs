//! What the configuration knows.

use domain::{
    catalog::{App, Environment},
    id::{AppId, EnvironmentId},
};

use crate::{Error, Portal, Result};

/// An app by its identifier.
pub(crate) fn app<'p>(portal: &'p Portal, id: &AppId) -> Result<&'p App> {
    let known = portal.catalog().app(id);
    known.ok_or_else(|| Error::not_found(format!("app {id}")))
}

/// An environment by its identifier.
pub(crate) fn environment<'p>(portal: &'p Portal, id: &EnvironmentId) -> Result<&'p Environment> {
    let known = portal.catalog().environment(id);
    known.ok_or_else(|| Error::not_found(format!("environment {id}")))
}
