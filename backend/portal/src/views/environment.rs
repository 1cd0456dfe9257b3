//! What a tester sees of an app in an environment.

use std::collections::HashMap;

use domain::{
    Timestamp,
    actor::Actor,
    build::Build,
    hold::Hold,
    id::{AppId, BuildId, EnvironmentId},
    install::{Earlier, Installation},
    package::Package,
    page::{Cursor, Limit, Page},
    release::Release,
    view::{CurrentView, TesterView},
};
use store::table::{ListedRelease, SomeBuilds};

use super::no_build;
use crate::{
    Error, Result,
    access::{self, Action},
    known,
    views::Builds,
};

impl Builds<'_> {
    /// What an environment serves now, what Android will do with it, and the releases before it.
    pub async fn tester(
        self,
        actor: &Actor,
        app: &AppId,
        environment: &EnvironmentId,
        now: Timestamp,
    ) -> Result<TesterView> {
        self.portal.authorise(actor, Action::ViewApp(app))?;
        let (known_app, known_environment) = (
            known::app(self.portal, app)?,
            known::environment(self.portal, environment)?,
        );
        let table = &self.portal.table;
        let few = Limit::try_from(11).unwrap_or_default();
        let (served, newest) = futures::try_join!(
            table.releases().served(app, environment),
            table.releases().newest(app, environment, few),
        )?;
        let current = served.release;
        let earlier = before(current.as_ref(), newest);
        let shown = current.iter().map(|it| &it.build);
        let shown = shown.chain(earlier.iter().map(|it| &it.release.build));
        let doubtful = earlier.iter().filter(|it| !it.offered);
        let some = table
            .builds()
            .some(
                &shown.collect(),
                &doubtful.map(|it| &it.release.build).collect(),
            )
            .await?;
        let for_play = self.is_last_step(app, environment);
        Ok(TesterView {
            app: known_app.clone(),
            environment: known_environment.clone(),
            withdrawn: served.withdrawn,
            earlier_withdrawn: builds_in(&some.withdrawn, &earlier),
            current: current
                .map(|release| current_view(release, &earlier, &some, for_play))
                .transpose()?,
            earlier: earlier.into_iter().map(|it| it.release).collect(),
            cannot_download: access::why_not(
                self.portal,
                actor,
                Action::Download {
                    app,
                    environments: std::slice::from_ref(environment),
                },
            ),
            may_share: self.portal.may(
                actor,
                Action::Share {
                    app,
                    environments: std::slice::from_ref(environment),
                },
            ),
            may_roll_back: self.has_step(app, environment)
                && self.portal.may(actor, Action::Promote { app, environment }),
            as_of: now,
        })
    }

    /// Whether the app's path enters an environment, so that it can be promoted there, or rolled back.
    fn has_step(self, app: &AppId, environment: &EnvironmentId) -> bool {
        let path = self.portal.catalog().path(app);
        path.is_some_and(|path| path.step(environment).is_some())
    }

    /// Whether an environment is where an app's path ends, which is where the public gets it.
    fn is_last_step(self, app: &AppId, environment: &EnvironmentId) -> bool {
        let path = self.portal.catalog().path(app);
        path.is_some_and(|path| path.ends_in(environment))
    }

    /// Releases of an app in an environment, newest first.
    pub async fn releases(
        self,
        actor: &Actor,
        app: &AppId,
        environment: &EnvironmentId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Release>> {
        self.portal.authorise(actor, Action::ViewApp(app))?;
        known::app(self.portal, app)?;
        known::environment(self.portal, environment)?;
        let table = &self.portal.table;
        Ok(table
            .releases()
            .list(app, environment, limit, cursor)
            .await?)
    }
}

fn current_view(
    release: Release,
    earlier: &[ListedRelease],
    some: &SomeBuilds,
    for_play: bool,
) -> Result<CurrentView> {
    let build = some.builds.get(&release.build);
    let build = build.ok_or_else(|| Error::not_found(no_build(&release.build)))?;
    Ok(CurrentView {
        refused: release.install(None).err().map(|reason| reason.to_string()),
        warnings: chosen(&release, build).map_or_else(Vec::new, |now| {
            let installation = Installation {
                now,
                earlier: may_be_installed(now, &release, earlier, some),
                for_play,
            };
            installation.forecast()
        }),
        build: build.clone(),
        release,
    })
}

/// The packages that a phone may have of earlier releases, the newest first. A build that was released twice is no update of itself, and a
/// withdrawn one counts for none.
fn may_be_installed<'a>(
    now: &Package,
    current: &Release,
    earlier: &[ListedRelease],
    some: &'a SomeBuilds,
) -> Vec<Earlier<'a>> {
    let releases = earlier.iter().map(|it| &it.release);
    let others = releases.filter(|release| {
        release.build != current.build && !some.withdrawn.contains_key(&release.build)
    });
    let packages = others.filter_map(|release| {
        let package = some.builds.get(&release.build)?.counterpart(now)?;
        let name = format!("build {}", release.number);
        Some(Earlier { name, package })
    });
    packages.collect()
}

/// Those builds of a list that are withdrawn, each once, in the list's order.
fn builds_in(withdrawn: &HashMap<BuildId, Hold>, releases: &[ListedRelease]) -> Vec<BuildId> {
    let mut builds: Vec<BuildId> = Vec::new();
    for ListedRelease { release, .. } in releases {
        if withdrawn.contains_key(&release.build) && !builds.contains(&release.build) {
            builds.push(release.build.clone());
        }
    }
    builds
}

/// The releases before the current one; all where nothing is served any more. A release that came in after `current` was
/// read waits for the next look.
fn before(current: Option<&Release>, releases: Vec<ListedRelease>) -> Vec<ListedRelease> {
    let is_before =
        |it: &ListedRelease| current.is_none_or(|current| current.is_newer_than(&it.release));
    releases.into_iter().filter(is_before).take(10).collect()
}

fn chosen<'a>(release: &Release, build: &'a Build) -> Option<&'a Package> {
    let digest = release.install(None).ok().map(|install| install.digest);
    let of_digest = build
        .apks()
        .find(|artifact| Some(artifact.digest) == digest)
        .and_then(|artifact| artifact.package.as_ref());
    of_digest.or_else(|| build.package())
}
