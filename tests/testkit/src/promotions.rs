//! Builds on their way along wallet's path.

use api::promotions::PromotionRequest;
use domain::{
    Timestamp,
    audit::{AuditAction, AuditRecord, Entry},
    build::Build,
    digest::Digest,
    id::{EnvironmentId, PromotionId, RunId},
    page::Limit,
    path::Path,
    promotion::{Promotion, State},
};
use portal::{
    Portal,
    retention::{Retention, Swept},
};
use store::{
    Table,
    table::{Along, Released},
};

use crate::{
    people::{ada, bob, dev, me, preprod, prod, wallet},
    portal::TestPortal,
    records::{self, noon},
    steps::path,
};

/// What asks for a build's promotion.
pub fn to(build: &Build, environment: &EnvironmentId) -> PromotionRequest {
    PromotionRequest {
        build: build.id.clone(),
        to: environment.clone(),
        reason: "the release of the week".to_owned(),
        bypass: None,
    }
}

/// Registers a build and releases it, in a table that knows of neither.
pub async fn registered(table: &Table, build: &Build, to: &EnvironmentId, at: Timestamp) {
    let key = records::registration_key(&build.app, &format!("run-{}", build.number));
    table.builds().begin_registration(&key, at).await.unwrap();
    let noted = |action| AuditRecord::new(at, build.registered_by.clone(), "job", action);
    let (registered, released) = (noted(AuditAction::Registered), noted(AuditAction::Released));
    let along = Along::Registration {
        key: &key,
        build,
        note: &registered,
    };
    let grant = records::grant(build, to, at);
    let done = table.releases().put(&grant, along, &released);
    assert!(matches!(done.await.unwrap(), Released::Now(_)));
}

/// Retention does what is due; what it removed.
pub async fn sweep(portal: &Portal, now: Timestamp) -> Swept {
    let mut swept = Swept::default();
    let sweep = Retention::of(portal).sweep(&mut swept, now);
    Box::pin(sweep).await.unwrap();
    swept
}

impl TestPortal {
    /// The clock goes on with all promotions, and asks for those that follow by themselves; how many take too long.
    pub async fn advance_all(&self, now: Timestamp) -> u64 {
        let (mut slow, promotions) = (0, self.portal.promotions());
        promotions.advance_all(&mut slow, now).await.unwrap();
        promotions.follow_all(now).await.unwrap();
        slow
    }

    /// Wallet's builds move from dev over preprod to prod, where a lead approves.
    pub async fn on_path() -> Self {
        Self::with_path(path(|_| {})).await
    }

    /// They move along that path.
    pub async fn with_path(path: Path) -> Self {
        let mut builder = Self::builder().path(path).faults();
        builder.config_digest = Some(Digest::of(b"towpath.toml"));
        builder.start().await
    }

    /// Registers a build, and releases it in dev.
    pub async fn registered(&self, number: u64, at: Timestamp) -> Build {
        self.registered_by(number, at, None).await
    }

    /// The same, made by a run.
    pub async fn registered_by(&self, number: u64, at: Timestamp, run: Option<RunId>) -> Build {
        let mut build = records::build(number, at);
        build.run = run;
        self.puts(&build, &dev()).await;
        build
    }

    /// Registers any build, and releases it there.
    pub async fn puts(&self, build: &Build, environment: &EnvironmentId) {
        let (table, at) = (&self.store.table, build.registered_at);
        registered(table, build, environment, at).await;
    }

    /// Registers a build and moves it to preprod.
    pub async fn in_preprod(&self, number: u64, at: Timestamp) -> Build {
        let build = self.registered(number, at).await;
        let request = to(&build, &preprod());
        let asked = self.portal.promotions().request(&ada(), request, at).await;
        assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
        build
    }

    /// Registers a build and moves it to prod.
    pub async fn in_prod(&self, number: u64, at: Timestamp) -> Build {
        let build = self.in_preprod(number, at).await;
        let asked = self
            .portal
            .promotions()
            .request(&ada(), to(&build, &prod()), at)
            .await;
        let id = asked.unwrap().promotion.id;
        let (bob, seen) = (bob(), build.digest());
        let approved = self
            .portal
            .promotions()
            .approve(&bob, &id, &seen, None, at)
            .await;
        assert_eq!(approved.unwrap().state, State::Succeeded);
        build
    }

    /// The number of the build that an environment serves.
    pub async fn current(&self, environment: &EnvironmentId) -> Option<u64> {
        let wallet = wallet();
        let current = self.store.table.releases().current(&wallet, environment);
        current.await.unwrap().map(|release| release.number)
    }

    /// How a promotion stands.
    pub async fn promotion(&self, id: &PromotionId) -> Promotion {
        let found = self.store.table.promotions().get(id).await.unwrap();
        found.unwrap().promotion
    }

    /// How many releases an environment has had.
    pub async fn releases(&self, environment: &EnvironmentId) -> usize {
        let (app, limit) = (wallet(), Limit::default());
        let page = self
            .store
            .table
            .releases()
            .list(&app, environment, limit, None);
        page.await.unwrap().items.len()
    }

    /// The audit log of the month of [`noon`] as people read it, the oldest entry first.
    pub async fn log(&self) -> Vec<Entry> {
        let month = "2026-11".parse().unwrap();
        let found = self.store.table.audit().month(&month).await.unwrap();
        let entries = found.into_iter().map(|found| found.entry.unwrap());
        entries.map(Entry::readable).collect()
    }

    /// What the audit log says was done, the oldest first, but for the registrations of builds and their releases without a
    /// promotion.
    pub async fn actions(&self) -> Vec<AuditAction> {
        let log = self.log().await.into_iter();
        let actions = log.map(|entry| entry.note.action);
        actions
            .filter(|action| !matches!(action, AuditAction::Registered | AuditAction::Released))
            .collect()
    }

    /// That the audit log's chain holds.
    pub async fn assert_log_is_whole(&self) {
        let verified = self.portal.audit().verify(&me(), noon(0)).await;
        assert_eq!(verified.unwrap().findings, []);
    }
}
