//! The facts that the rules ask for, gathered at one moment. What they decide is written only if what matters of it
//! still holds then.

use std::collections::BTreeSet;

use domain::{
    actor::Actor,
    hold::Hold,
    id::{AppId, EnvironmentId, PersonId},
    install::Forecast,
    page::{Limit, Page},
    path::{Path, PathStep},
    promotion::{
        BuildFacts, CheckFacts, Member, Promotion, Rights, Serving, Situation, State, stays,
    },
    release::Release,
};
use store::table::{BuildRecord, PromotionRecord, Served};

use crate::{
    Error, Result,
    promotion::{Decisions, Situations},
};

/// What is true of an app's environments, whichever build is asked about.
pub(super) struct Surroundings {
    /// What the environment serves.
    pub(super) served: Served,
    /// The holds that are in force anywhere.
    pub(super) holds: Vec<Hold>,
    /// The promotion into the environment that is not over.
    pub(super) open: Option<Promotion>,
}

impl<'p> Situations<'p> {
    /// What is known of a build and the environment that it is to be released in.
    pub(super) async fn situation<'a>(
        self,
        app: &'a AppId,
        to: &'a EnvironmentId,
        build: Option<&BuildRecord>,
        open: Option<&PromotionRecord>,
        rights: Rights,
    ) -> Result<Situation<'a>>
    where
        'p: 'a,
    {
        let table = &self.portal.table;
        let (served, holds) = futures::try_join!(
            async { Ok::<_, Error>(table.releases().served(app, to).await?) },
            async { Ok(table.holds().all().await?) },
        )?;
        let around = Surroundings {
            served,
            holds,
            open: open.map(|record| record.promotion.clone()),
        };
        self.situation_in(app, to, build, around, rights).await
    }

    /// The same, where what is around the build is known already.
    pub(super) async fn situation_in<'a>(
        self,
        app: &'a AppId,
        to: &'a EnvironmentId,
        build: Option<&BuildRecord>,
        around: Surroundings,
        rights: Rights,
    ) -> Result<Situation<'a>>
    where
        'p: 'a,
    {
        let path = self.portal.catalog().path(app);
        let packages = self.portal.catalog().packages(app, to);
        let step = path.and_then(|path| path.step(to));
        let before = path.and_then(|path| path.before(to));
        let (releases, (checks, only_one), members) = futures::try_join!(
            self.releases_before(app, before, step),
            self.checks_of(app, step, build),
            self.members(around.open.as_ref()),
        )?;
        let mut holds = around.holds;
        holds.extend(build.and_then(|record| record.withdrawn.clone()));
        let install = self.forecast(step, build, around.served.release.as_ref(), path);
        let install = install.await?;
        let here = around.served.release.map(|release| Serving {
            build: release.build,
            number: release.number,
            since: release.released_at,
        });
        Ok(Situation {
            app,
            to,
            path,
            build: build.map(|record| BuildFacts::of(&record.build, only_one, &packages)),
            released_in: build.map(BuildRecord::environments).unwrap_or_default(),
            here,
            stays: build.map_or_else(Vec::new, |record| stays(&record.build.id, &releases)),
            checks,
            holds,
            open: around.open,
            members,
            install,
            findings: None,
            rights,
        })
    }

    /// The people who approved a promotion that waits, or asked for it to go past gates, as their newest sign-in shows them.
    async fn members(self, open: Option<&Promotion>) -> Result<Vec<Member>> {
        let Some(open) = open.filter(|open| open.state == State::Waiting) else {
            return Ok(Vec::new());
        };
        let approved = open.approvals.iter().map(|approval| &approval.by);
        let asked = open.bypass.iter().map(|_| &open.requested_by);
        let people = approved.chain(asked);
        let ids: BTreeSet<PersonId> = people
            .filter_map(|actor| actor.responsible().person.clone())
            .collect();
        let ids: Vec<PersonId> = ids.into_iter().collect();
        let people = self.portal.table.people().among(&ids).await?.into_iter();
        let members = people.map(|known| {
            let actor = Actor::person(known.id.clone(), known.name, known.groups);
            Member {
                break_glass: Decisions::of(self.portal)
                    .rights(&actor, &open.app, &open.to)
                    .break_glass,
                person: known.id,
                groups: actor.groups,
            }
        });
        Ok(members.collect())
    }

    /// What Android will do with a build where the environment's own is installed, if the step asks for that.
    async fn forecast(
        self,
        step: Option<&PathStep>,
        build: Option<&BuildRecord>,
        served: Option<&Release>,
        path: Option<&Path>,
    ) -> Result<Vec<Forecast>> {
        let asked = step.is_some_and(|step| step.gates.install.is_some());
        let Some(build) = build.filter(|_| asked) else {
            return Ok(Vec::new());
        };
        let for_play = step
            .zip(path)
            .is_some_and(|(step, path)| path.ends_in(&step.environment));
        let before = match served {
            Some(release) => self.portal.table.builds().get(&release.build).await?,
            None => None,
        };
        Ok(build
            .build
            .forecast(before.as_ref().map(|record| &record.build), for_play))
    }

    /// The newest releases in the environment before, where a soak time asks for them.
    async fn releases_before(
        self,
        app: &AppId,
        before: Option<&EnvironmentId>,
        step: Option<&PathStep>,
    ) -> Result<Vec<Release>> {
        let Some(before) = before.filter(|_| step.is_some_and(|step| step.gates.soak.is_some()))
        else {
            return Ok(Vec::new());
        };
        let limit = Limit::try_from(100).unwrap_or_default();
        let page: Page<Release> = self
            .portal
            .table
            .releases()
            .list(app, before, limit, None)
            .await?;
        Ok(page.items)
    }

    /// What is known of the step's checks, and whether the build is the only one of its revision.
    async fn checks_of(
        self,
        app: &AppId,
        step: Option<&PathStep>,
        build: Option<&BuildRecord>,
    ) -> Result<(Vec<CheckFacts>, bool)> {
        let checks = step.map_or(&[][..], |step| &step.gates.checks);
        let Some(record) = build.filter(|_| !checks.is_empty()) else {
            return Ok((Vec::new(), true));
        };
        futures::try_join!(
            self.check_facts(checks, &record.build),
            self.is_only_one_of_revision(app, &record.build),
        )
    }
}
