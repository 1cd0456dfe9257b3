//! What a tester sees of an app in an environment.

use std::collections::HashMap;

use domain::{
    Timestamp,
    actor::Actor,
    build::Build,
    hold::Hold,
    id::{AppId, BuildId, EnvironmentId},
    install::{InstallWarning, warnings},
    package::Package,
    page::{Cursor, Limit, Page},
    release::Release,
    view::{CurrentView, TesterView},
};

use crate::{Portal, Result, access::Action};

impl Portal {
    /// What an environment serves now, what Android will do with it, and the releases before it.
    pub async fn tester(
        &self,
        actor: &Actor,
        app: &AppId,
        environment: &EnvironmentId,
        now: Timestamp,
    ) -> Result<TesterView> {
        self.authorise(actor, Action::ViewApp(app))?;
        let (known_app, known_environment) =
            (self.known_app(app)?, self.known_environment(environment)?);
        let table = &self.store().table;
        let few = Limit::try_from(11).unwrap_or_default();
        let (served, releases) = futures::try_join!(
            table.served(app, environment),
            table.releases(app, environment, few, None),
        )?;
        let current = served.release;
        let earlier = before(current.as_ref(), releases.items);
        let builds: Vec<BuildId> = earlier.iter().map(|it| it.build.clone()).collect();
        let withdrawn = table.withdrawn(&builds).await?;
        Ok(TesterView {
            app: known_app.clone(),
            environment: known_environment.clone(),
            current: match current {
                Some(release) => Some(self.current_view(release, &earlier).await?),
                None => None,
            },
            withdrawn: served.withdrawn,
            earlier_withdrawn: builds_in(&withdrawn, &earlier),
            earlier,
            may_share: self.may(
                actor,
                Action::Share {
                    app,
                    environments: std::slice::from_ref(environment),
                },
            ),
            may_roll_back: self.may(actor, Action::Promote { app, environment }),
            as_of: now,
        })
    }

    /// Releases of an app in an environment, newest first.
    pub async fn releases(
        &self,
        actor: &Actor,
        app: &AppId,
        environment: &EnvironmentId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Release>> {
        self.authorise(actor, Action::ViewApp(app))?;
        self.known_app(app)?;
        self.known_environment(environment)?;
        let table = &self.store().table;
        Ok(table.releases(app, environment, limit, cursor).await?)
    }

    async fn current_view(&self, release: Release, earlier: &[Release]) -> Result<CurrentView> {
        let build = self.build_record(&release.build).await?.build;
        // A build that was released twice is no update of itself.
        let previous = earlier.iter().find(|other| other.build != release.build);
        let previous = match previous {
            Some(other) => Some(self.build_record(&other.build).await?.build),
            None => None,
        };
        Ok(CurrentView {
            refused: release.install(None).err().map(|reason| reason.to_string()),
            warnings: install_warnings(&release, &build, previous.as_ref()),
            release,
            build,
        })
    }
}

/// Those builds of a list that are withdrawn, each once, in the list's order.
fn builds_in(withdrawn: &HashMap<BuildId, Hold>, releases: &[Release]) -> Vec<BuildId> {
    let mut builds: Vec<BuildId> = Vec::new();
    for release in releases {
        if withdrawn.contains_key(&release.build) && !builds.contains(&release.build) {
            builds.push(release.build.clone());
        }
    }
    builds
}

/// The releases before the current one. A release that came in after `current` was read waits for the next look.
fn before(current: Option<&Release>, releases: Vec<Release>) -> Vec<Release> {
    let Some(current) = current else {
        return Vec::new();
    };
    releases
        .into_iter()
        .filter(|release| current.is_newer_than(release))
        .take(10)
        .collect()
}

/// What Android will do with the package that most devices get, on a device that has the previous build.
fn install_warnings(
    release: &Release,
    build: &Build,
    previous: Option<&Build>,
) -> Vec<InstallWarning> {
    let Some(now) = chosen(release, build) else {
        return Vec::new();
    };
    let before = previous.and_then(|previous| counterpart(now, previous));
    warnings(now, before)
}

fn chosen<'a>(release: &Release, build: &'a Build) -> Option<&'a Package> {
    let digest = release.install(None).ok().map(|install| install.digest);
    let of_digest = build
        .apks()
        .find(|artifact| Some(artifact.digest) == digest)
        .and_then(|artifact| artifact.package.as_ref());
    of_digest.or_else(|| build.package())
}

/// The package of another build that a device would have: the one for the same processors, since Flutter's splits have
/// version codes of their own, else the first.
fn counterpart<'a>(package: &Package, build: &'a Build) -> Option<&'a Package> {
    build
        .apks()
        .filter_map(|artifact| artifact.package.as_ref())
        .find(|other| other.abis == package.abis)
        .or_else(|| build.package())
}
