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
use crate::{
    Result,
    access::{self, Action},
    promotion::Prospects,
    views::Builds,
};

impl Builds<'_> {
    /// One build, its files, and its releases, newest first.
    pub async fn show(self, actor: &Actor, id: &BuildId, now: Timestamp) -> Result<BuildView> {
        let record = self.visible(actor, id).await?;
        let served = self.portal.table.releases().served_of(&record.build.app);
        let (served, around) = futures::try_join!(
            async { Ok(served.await?) },
            Prospects::of(self.portal).around(&record.build.app),
        )?;
        let options = Prospects::of(self.portal)
            .options_of(actor, &record, &served, &around, now)
            .await?;
        let action = Action::Share {
            app: &record.build.app,
            environments: &record.environments(),
        };
        let may_share = record.withdrawn.is_none()
            && Installable::choose(&Installable::all_of(&record.build), None).is_ok()
            && self.portal.may(actor, action);
        let download = Action::Download {
            app: &record.build.app,
            environments: &record.environments(),
        };
        let cannot_download = access::why_not(self.portal, actor, download);
        let current = |release: &Release| {
            let served = served.get(&release.environment)?;
            served.release.as_ref()
        };
        let releases = record.releases.into_iter();
        let mut releases: Vec<ReleaseView> = releases
            .map(|release| ReleaseView {
                environment: self.environment_or_its_name(&release.environment),
                current: is_current(&release, current(&release)),
                release,
            })
            .collect();
        releases.sort_by_key(|view| std::cmp::Reverse(view.release.released_at));
        let mut held_in: Vec<EnvironmentId> = Vec::new();
        if record.withdrawn.is_none() {
            let restored = served.iter().filter(|(_, served)| {
                let taken = served.withdrawn.as_ref();
                taken.is_some_and(|taken| taken.build == record.build.id)
            });
            held_in.extend(restored.map(|(environment, _)| environment.clone()));
            held_in.sort();
        }
        Ok(BuildView {
            app: self.app_or_its_name(&record.build.app),
            build: record.build,
            instead: match &record.withdrawn {
                Some(_) => instead_of(&releases, current),
                None => Vec::new(),
            },
            releases,
            held_in,
            withdrawn: record.withdrawn,
            options,
            may_share,
            cannot_download,
            as_of: now,
        })
    }

    /// An app as configured, or by its bare name when it no longer is: its builds stay readable.
    pub fn app_or_its_name(self, id: &AppId) -> App {
        self.portal
            .catalog()
            .app(id)
            .cloned()
            .unwrap_or_else(|| App {
                id: id.clone(),
                name: id.to_string(),
            })
    }

    /// An environment as configured, or by its bare name when it no longer is.
    pub(crate) fn environment_or_its_name(self, id: &EnvironmentId) -> Environment {
        let configured = self.portal.catalog().environment(id).cloned();
        configured.unwrap_or_else(|| Environment {
            id: id.clone(),
            name: id.to_string(),
            colour: "#6b7280".to_owned(),
        })
    }
}

/// What the environments serve now that a build was released in, each once.
fn instead_of<'a>(
    releases: &[ReleaseView],
    current: impl Fn(&Release) -> Option<&'a Release>,
) -> Vec<Release> {
    let mut instead: Vec<Release> = Vec::new();
    for ReleaseView { release, .. } in releases {
        let mut known = instead.iter();
        if !known.any(|it| it.environment == release.environment) {
            instead.extend(current(release).cloned());
        }
    }
    instead
}
