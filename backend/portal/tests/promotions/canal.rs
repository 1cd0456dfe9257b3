//! A portal with one app whose builds move from dev over preprod to prod, and people who may do this and that.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use domain::{
    Timestamp,
    access::{Grant, Role, Scope},
    actor::Actor,
    audit::{Deed, Entry},
    build::{Artifact, ArtifactKind, Build, RegistrationKey},
    catalog::{App, Catalog, Environment},
    digest::Digest,
    event::Revision,
    id::{AppId, BuildId, EnvironmentId, PromotionId},
    page::Limit,
    path::{ApprovalRule, Gates, Path, PathStep, Target},
    promotion::{Promotion, State},
    release::Release,
};
use embedded::{
    Running,
    dynamodb::{self, Storage},
};
use jiff::SignedDuration;
use portal::{Parts, Portal, promotion::PromotionRequest};
use store::{Settings, Store, Table, table::Meter};

use crate::cut::Cut;

/// A portal, its table, and what may cut the two off from each other.
pub(crate) struct Canal {
    pub(crate) portal: Portal,
    pub(crate) table: Table,
    pub(crate) cut: Arc<Cut>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) dynamodb: Running,
}

impl Canal {
    /// Prod asks for one approval of the leads; preprod for nothing.
    pub(crate) async fn new() -> Self {
        Self::along(path(|_| {})).await
    }

    /// With another path.
    pub(crate) async fn along(path: Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let any = ([127, 0, 0, 1], 0).into();
        let dynamodb = dynamodb::start(Storage::Memory, any).await.unwrap();
        let cut = Cut::before(&dynamodb.endpoint()).await;
        let direct = store(&dynamodb.endpoint()).await;
        direct.table.create().await.unwrap();
        let meter = Arc::new(Meter::default());
        let through = store(&cut.endpoint).await;
        Self {
            portal: Portal::new(Parts {
                store: Store {
                    table: through.table.with_meter(meter.clone()),
                    ..through
                },
                catalog: catalog(path),
                grants: grants(),
                jobs: None,
                carriers: portal::promotion::Carriers::default(),
                region: "eu-west-1".to_owned(),
                public_url: None,
                home: None,
                config_digest: Some(Digest::of(b"towpath.toml")),
                seals: None,
                entropy: counted,
            }),
            table: direct.table,
            cut,
            meter,
            dynamodb,
        }
    }

    /// Registers a build, and releases it in dev.
    pub(crate) async fn registered(&self, number: u64, at: Timestamp) -> Build {
        let build = build(number, at);
        let key = RegistrationKey {
            app: wallet(),
            run: format!("run-{number}"),
            attempt: "1".to_owned(),
        };
        let by = Actor::pipeline("wallet-dev");
        let release = Release::of(&build, dev(), None, at, by);
        self.table.begin_registration(&key, at).await.unwrap();
        let done = self
            .table
            .complete_registration(&key, &build, Some(&release));
        done.await.unwrap();
        build
    }

    /// Registers a build and moves it to preprod.
    pub(crate) async fn in_preprod(&self, number: u64, at: Timestamp) -> Build {
        let build = self.registered(number, at).await;
        let asked = self
            .portal
            .request(&ada(), to(&build, &preprod()), at)
            .await;
        assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
        build
    }

    /// Registers a build and moves it to prod.
    pub(crate) async fn in_prod(&self, number: u64, at: Timestamp) -> Build {
        let build = self.in_preprod(number, at).await;
        let asked = self.portal.request(&ada(), to(&build, &prod()), at).await;
        let id = asked.unwrap().promotion.id;
        let (bob, seen) = (bob(), build.digest());
        let approved = self.portal.approve(&bob, &id, &seen, None, at).await;
        assert_eq!(approved.unwrap().state, State::Succeeded);
        build
    }

    /// The number of the build that an environment serves.
    pub(crate) async fn current(&self, environment: &EnvironmentId) -> Option<u64> {
        let current = self.table.current(&wallet(), environment).await.unwrap();
        current.map(|release| release.number)
    }

    /// How a promotion stands.
    pub(crate) async fn promotion(&self, id: &PromotionId) -> Promotion {
        self.table.promotion(id).await.unwrap().unwrap().promotion
    }

    /// The audit log, the oldest entry first.
    pub(crate) async fn log(&self) -> Vec<Entry> {
        let month = "2026-11".parse().unwrap();
        let found = self.table.audit_month(&month).await.unwrap();
        found
            .into_iter()
            .map(|found| found.entry.unwrap())
            .collect()
    }

    /// What the audit log says was done, the oldest first.
    pub(crate) async fn deeds(&self) -> Vec<Deed> {
        let log = self.log().await;
        log.into_iter().map(|entry| entry.note.deed).collect()
    }

    /// That the audit log's chain holds.
    pub(crate) async fn assert_log_is_whole(&self) {
        let verified = self.portal.verify_audit(&Actor::local(), noon(0)).await;
        assert_eq!(verified.unwrap().findings, []);
    }

    /// How many releases an environment has had.
    pub(crate) async fn releases(&self, environment: &EnvironmentId) -> usize {
        let (app, limit) = (wallet(), Limit::default());
        let page = self.table.releases(&app, environment, limit, None).await;
        page.unwrap().items.len()
    }
}

async fn store(endpoint: &str) -> Store {
    Store::connect(&Settings {
        region: "eu-west-1".to_owned(),
        table: "towpath".to_owned(),
        bucket: "unused".to_owned(),
        dynamodb_endpoint: Some(endpoint.to_owned()),
        s3_endpoint: None,
        static_credentials: Some(("local".to_owned(), "local".to_owned())),
    })
    .await
}

pub(crate) fn build(number: u64, at: Timestamp) -> Build {
    Build {
        id: format!("01KAF000000000000000{number:06}").parse().unwrap(),
        app: wallet(),
        number,
        version: Some(format!("1.0.{number}")),
        revision: Some(Revision {
            commit: format!("{number:040x}"),
            message: None,
            branch: None,
            repository: None,
            url: None,
        }),
        run: None,
        registered_at: at,
        registered_by: Actor::pipeline("wallet-dev"),
        artifacts: vec![Artifact {
            name: "app.apk".parse().unwrap(),
            kind: ArtifactKind::Apk,
            digest: Digest::of(&number.to_be_bytes()),
            size: 20_000_000,
            package: None,
        }],
    }
}

/// What asks for a build's promotion.
pub(crate) fn to(build: &Build, environment: &EnvironmentId) -> PromotionRequest {
    PromotionRequest {
        build: build.id.clone(),
        to: environment.clone(),
        reason: "the release of the week".to_owned(),
        bypass: None,
    }
}

/// dev, preprod, prod, where prod asks for an approval; `change` makes it another.
pub(crate) fn path(change: impl Fn(&mut Path)) -> Path {
    let step = |environment: EnvironmentId, approvals| PathStep {
        environment,
        gates: Gates {
            approvals,
            ..Gates::default()
        },
        automatic: false,
        target: Target::Portal(None),
        expires_after: SignedDuration::from_hours(72),
        timeouts: domain::path::Timeouts::default(),
        rollback_gates: None,
    };
    let leads = ApprovalRule {
        count: 1,
        groups: vec!["leads".to_owned()],
    };
    let mut path = Path {
        apps: Vec::new(),
        steps: vec![
            step(dev(), Vec::new()),
            step(preprod(), Vec::new()),
            step(prod(), vec![leads]),
        ],
    };
    change(&mut path);
    path
}

fn catalog(path: Path) -> Catalog {
    let environment = |id: EnvironmentId| Environment {
        name: id.to_string(),
        id,
        colour: "#2563eb".to_owned(),
    };
    Catalog {
        apps: vec![App {
            id: wallet(),
            name: "Wallet".to_owned(),
        }],
        environments: [dev(), preprod(), prod()].map(environment).to_vec(),
        feeds: Vec::new(),
        paths: vec![path],
    }
}

fn grants() -> Vec<Grant> {
    let grant = |role, group: &str| Grant {
        role,
        groups: vec![group.to_owned()],
        apps: Scope::All,
        environments: Scope::All,
    };
    vec![
        grant(Role::ReleaseManager, "managers"),
        grant(Role::ReleaseManager, "leads"),
        grant(Role::Tester, "testers"),
        grant(Role::Auditor, "auditors"),
    ]
}

/// A release manager, who is asked for no approval.
pub(crate) fn ada() -> Actor {
    Actor::person("ada@example.com", vec!["managers".to_owned()])
}

/// A lead, whose approval prod asks for.
pub(crate) fn bob() -> Actor {
    Actor::person("bob@example.com", vec!["leads".to_owned()])
}

/// A tester.
pub(crate) fn tom() -> Actor {
    Actor::person("tom@example.com", vec!["testers".to_owned()])
}

pub(crate) fn wallet() -> AppId {
    "wallet".parse().unwrap()
}

pub(crate) fn dev() -> EnvironmentId {
    "dev".parse().unwrap()
}

pub(crate) fn preprod() -> EnvironmentId {
    "preprod".parse().unwrap()
}

pub(crate) fn prod() -> EnvironmentId {
    "prod".parse().unwrap()
}

/// Noon of the day that all of this happens on, and minutes after it.
pub(crate) fn noon(minutes: i64) -> Timestamp {
    let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    noon + SignedDuration::from_mins(minutes)
}

pub(crate) fn id(build: &Build) -> BuildId {
    build.id.clone()
}

/// Never the same twice, which is all that the tests ask of chance.
fn counted() -> [u8; 10] {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [7; 10];
    bytes[2..].copy_from_slice(&count.to_be_bytes());
    bytes
}
