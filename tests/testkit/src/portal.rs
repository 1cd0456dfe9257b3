//! The portal of a test.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::Router;
use domain::{Timestamp, actor::Actor, build::Build, id::BuildId, page::Limit, view::BuildView};
use identity::{sign_in::SignIn, workload::Workloads};
use jobs::{Outcome, PipelineJobs};
use portal::{Parts, Portal, background::Queue, promotion::Executors};
use serde_json::{Value, json};
use sources::job::Job;
use store::{Store, table::Meter};
use targets::codepipeline::Jobs;
use tokio::net::TcpListener;
use web::{AppState, Assets, AuthMode, router};

use crate::{
    builder::{Builder, handed_to},
    codepipeline::CodePipeline,
    faults::Faults,
    people::{me, wallet},
    pipeline::Simulated,
    records::at,
    services::{REGION, Services, TABLE},
};

/// A portal with everything around it. The crate's documentation says how to get one.
pub struct TestPortal {
    /// The use cases.
    pub portal: Portal,
    /// What they write, past the meter and the faults.
    pub store: Store,
    /// The routes.
    pub router: Router,
    /// What the portal has asked of its table.
    pub meter: Arc<Meter>,
    /// Where it answers, if it listens.
    pub address: String,
    /// The DynamoDB and the S3.
    pub services: Services,
    pub(crate) metered: Store,
    pub(crate) jobs: Option<Jobs>,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) auth: AuthMode,
    pub(crate) faults: Option<Arc<Faults>>,
    pub(crate) codepipeline: Option<CodePipeline>,
    pub(crate) simulated: Option<Simulated>,
    /// What registers uploads, if it listens.
    pub(crate) uploads: Option<Queue>,
    pub(crate) built_as: Builder,
}

impl Builder {
    pub(crate) fn parts(&self, store: Store, executors: Executors) -> Parts {
        Parts {
            seals: self.seals.map(|bucket| store.objects.in_bucket(bucket)),
            store,
            catalog: self.catalog.clone(),
            grants: self.grants.clone(),
            limits: self.limits,
            background: None,
            executors,
            region: REGION.to_owned(),
            public_url: self.public_url.clone(),
            home: None,
            config_digest: self.config_digest,
            entropy: counted,
        }
    }
}

impl TestPortal {
    /// The portal of one local user, with the apps `wallet` and `shop` in dev and preprod.
    pub async fn new() -> Self {
        Self::builder().start().await
    }

    /// The same, where people sign in.
    pub async fn signed_in() -> Self {
        Self::builder().oidc().start().await
    }

    /// That of one local user, where answers to jobs are kept.
    pub async fn with_jobs() -> Self {
        Self::builder().jobs().start().await
    }

    /// Another one.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A second portal on the same records, which differs in something.
    pub fn another(&self, change: impl FnOnce(&mut Parts)) -> Portal {
        let store = self.metered.clone();
        let mut parts = self.built_as.parts(store, Executors::default());
        parts.background = handed_to(self.uploads.as_ref());
        change(&mut parts);
        Portal::new(parts)
    }

    /// A second router to this portal, which differs in something.
    pub fn router_with(&self, change: impl FnOnce(&mut AppState)) -> Router {
        let mut state = AppState {
            portal: self.portal.clone(),
            assets: Assets::built_in(),
            clock: self.clock,
            auth: self.auth.clone(),
            workloads: Workloads::default(),
            origin_key: None,
        };
        change(&mut state);
        router(state)
    }

    /// Puts such a router in the place of its own.
    pub fn reroute(&mut self, change: impl FnOnce(&mut AppState)) {
        self.router = self.router_with(change);
    }

    /// Answers those workloads, too, on a loopback address that their tokens are for; the address.
    pub async fn answers_workloads(&self, workloads: Workloads) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let portal = self.another(|parts| parts.public_url = address.parse().ok());
        let router =
            self.router_with(|state| (state.portal, state.workloads) = (portal, workloads));
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    /// What lets writes fail.
    pub fn faults(&self) -> &Faults {
        let faults = self.faults.as_deref();
        faults.unwrap_or_else(|| panic!("built without .faults()"))
    }

    /// What keeps the answers to jobs.
    pub fn codepipeline(&self) -> &CodePipeline {
        let codepipeline = self.codepipeline.as_ref();
        codepipeline.unwrap_or_else(|| panic!("built without .jobs()"))
    }

    /// How people sign in.
    pub fn sign_in(&self) -> &SignIn {
        match &self.auth {
            AuthMode::SignIn(sign_in) => sign_in,
            AuthMode::Local => panic!("built without .oidc()"),
        }
    }

    /// What time it is by the router's clock.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// An event of a pipeline reaches the portal, as from its queue.
    pub async fn receive(&self, event: &Value, now: Timestamp) {
        let (body, actor) = (event.to_string(), Actor::portal());
        let received = self.portal.events().receive(&actor, body.as_bytes(), now);
        received.await.unwrap();
    }

    /// The jobs of `CodePipeline`.
    pub fn jobs(&self) -> PipelineJobs<'_> {
        let jobs = self.jobs.as_ref();
        PipelineJobs::new(
            &self.portal,
            jobs.unwrap_or_else(|| panic!("built without .jobs()")),
        )
    }

    /// Runs a job.
    pub async fn run(&self, job: Job, now: Timestamp) -> Outcome {
        Box::pin(self.jobs().run(job, now)).await.unwrap()
    }

    /// Runs a job that must register.
    pub async fn registers(&self, job: Job, now: Timestamp) -> Build {
        match self.run(job, now).await {
            Outcome::Registered(build) => *build,
            other => panic!("{other:?}"),
        }
    }

    /// Runs a job that must fail; the message.
    pub async fn fails(&self, job: Job, now: Timestamp) -> String {
        match self.run(job, now).await {
            Outcome::Failed { message, .. } => message,
            other => panic!("{other:?}"),
        }
    }

    /// A build as people see it.
    pub async fn build(&self, id: &BuildId) -> BuildView {
        self.portal
            .builds()
            .show(&me(), id, at("03:59:00"))
            .await
            .unwrap()
    }

    /// How many builds of wallet there are.
    pub async fn build_count(&self) -> usize {
        let limit = Limit::try_from(100).unwrap();
        let builds = self
            .portal
            .builds()
            .list(&me(), &wallet(), limit, None)
            .await;
        builds.unwrap().items.len()
    }

    /// All items of the table, as DynamoDB has them.
    pub async fn items(&self) -> Vec<Value> {
        let table = json!({"TableName": TABLE});
        let scanned = self.services.dynamodb("Scan", &table).await;
        assert!(scanned["LastEvaluatedKey"].is_null(), "more than a page");
        scanned["Items"].as_array().unwrap().clone()
    }

    /// All keys in the portal's bucket.
    pub async fn keys(&self) -> Vec<String> {
        self.store.objects.list("").await.unwrap()
    }

    /// The bytes of an object.
    pub async fn bytes(&self, key: &str) -> Vec<u8> {
        let info = self.store.objects.head(key).await.unwrap();
        let size = info.unwrap_or_else(|| panic!("{key} is missing")).size;
        self.store
            .objects
            .range(key, 0..size)
            .await
            .unwrap()
            .to_vec()
    }
}

/// Never the same twice, and the same in every run.
fn counted() -> [u8; 10] {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [7; 10];
    bytes[2..].copy_from_slice(&count.to_be_bytes());
    bytes
}
