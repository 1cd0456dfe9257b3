//! What became of promotions lately, across the environments of the apps' paths.

use domain::{
    actor::Actor,
    id::{AppId, EnvironmentId},
    page::Limit,
    view::PromotionBrief,
};

use crate::{
    Result,
    access::Action,
    known,
    promotion::{Promotions, Prospects},
};

/// How many histories are looked into at the most for one answer.
const MOST: usize = 12;
/// How many promotions of each.
const EACH: i64 = 8;

impl Promotions<'_> {
    /// Promotions that are over, newest first: of one app, or of all that the caller may see. `None` if these are too
    /// many to look into at once, so that an app has to be chosen.
    pub async fn recent(
        self,
        actor: &Actor,
        only: Option<&AppId>,
    ) -> Result<Option<Vec<PromotionBrief>>> {
        self.portal.authorise(actor, Action::ViewOverview)?;
        if let Some(app) = only {
            self.portal.authorise(actor, Action::ViewApp(app))?;
            known::app(self.portal, app)?;
        }
        let histories = Prospects::of(self.portal).histories(actor, only);
        if histories.len() > MOST && only.is_none() {
            return Ok(None);
        }
        let limit = Limit::try_from(EACH).unwrap_or_default();
        let table = &self.portal.table;
        let pages = histories
            .iter()
            .take(MOST)
            .map(|(app, to)| table.promotions().list(app, to, limit, None));
        let pages = futures::future::try_join_all(pages).await?;
        let mut recent: Vec<PromotionBrief> =
            pages.into_iter().flat_map(|page| page.items).collect();
        recent.retain(|brief| brief.state.is_terminal());
        recent.sort_by_key(|brief| std::cmp::Reverse(brief.since));
        Ok(Some(recent))
    }
}

impl<'p> Prospects<'p> {
    /// Every environment that a path enters, by app.
    fn histories(self, actor: &Actor, only: Option<&AppId>) -> Vec<(&'p AppId, &'p EnvironmentId)> {
        let seen = self.portal.catalog().apps.iter().filter(|app| {
            only.is_none_or(|only| *only == app.id)
                && self.portal.may(actor, Action::ViewApp(&app.id))
        });
        let steps = seen.flat_map(|app| {
            let path = self.portal.catalog().path(&app.id).into_iter();
            path.flat_map(|path| &path.steps)
                .map(|step| (&app.id, &step.environment))
        });
        steps.collect()
    }
}
