//! One build with where it is released.

use domain::{
    Timestamp,
    actor::Actor,
    catalog::{App, Environment},
    id::{AppId, BuildId, EnvironmentId},
    release::{Installable, Release},
    view::{BuildView, ReleaseView},
};

use super::is_current;
use crate::{Portal, Result, access::Action};

impl Portal {
    /// One build, its files, and its releases, newest first.
    pub async fn build(&self, actor: &Actor, id: &BuildId, now: Timestamp) -> Result<BuildView> {
        let record = self.visible_build(actor, id).await?;
        let options = Box::pin(self.options_of(actor, &record, now)).await?;
        let action = Action::Share {
            app: &record.build.app,
            environments: &record.environments(),
        };
        let may_share = record.withdrawn.is_none()
            && Installable::choose(&Installable::all_of(&record.build), None).is_ok()
            && self.may(actor, action);
        let mut releases = Vec::new();
        for release in record.releases {
            releases.push(self.release_view(release).await?);
        }
        releases.sort_by_key(|view| std::cmp::Reverse(view.release.released_at));
        Ok(BuildView {
            app: self.app_or_its_name(&record.build.app),
            build: record.build,
            instead: match &record.withdrawn {
                Some(_) => self.instead_of(&releases).await?,
                None => Vec::new(),
            },
            releases,
            withdrawn: record.withdrawn,
            options,
            may_share,
            as_of: now,
        })
    }

    /// What the environments serve now that a build was released in, each once.
    async fn instead_of(&self, releases: &[ReleaseView]) -> Result<Vec<Release>> {
        let mut instead: Vec<Release> = Vec::new();
        for ReleaseView { release, .. } in releases {
            if instead
                .iter()
                .any(|it| it.environment == release.environment)
            {
                continue;
            }
            let table = &self.store().table;
            instead.extend(table.current(&release.app, &release.environment).await?);
        }
        Ok(instead)
    }

    async fn release_view(&self, release: Release) -> Result<ReleaseView> {
        let table = &self.store().table;
        let current = table.current(&release.app, &release.environment).await?;
        Ok(ReleaseView {
            environment: self.environment_or_its_name(&release.environment),
            current: is_current(&release, current.as_ref()),
            release,
        })
    }

    /// An app as configured, or by its bare name when it no longer is: its builds stay readable.
    pub(crate) fn app_or_its_name(&self, id: &AppId) -> App {
        self.catalog().app(id).cloned().unwrap_or_else(|| App {
            id: id.clone(),
            name: id.to_string(),
        })
    }

    /// An environment as configured, or by its bare name when it no longer is.
    pub(crate) fn environment_or_its_name(&self, id: &EnvironmentId) -> Environment {
        let configured = self.catalog().environment(id).cloned();
        configured.unwrap_or_else(|| Environment {
            id: id.clone(),
            name: id.to_string(),
            colour: "#6b7280".to_owned(),
        })
    }
}
