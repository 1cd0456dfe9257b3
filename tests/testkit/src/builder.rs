//! What a test wants of its portal.

use std::sync::Arc;

use axum::Router;
use config::Config;
use domain::{
    Timestamp,
    access::Grant,
    catalog::{App, Catalog, Environment, Feed},
    digest::Digest,
    download::DailyLimits,
    id::EnvironmentId,
    path::Path,
};
use identity::sign_in::SignIn;
use portal::{
    background::{self, Background, Queue},
    promotion::Executors,
};
use serde_json::json;
use store::{Store, table::Meter};
use targets::codepipeline::Jobs;
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;
use web::AuthMode;

use crate::{
    codepipeline::CodePipeline,
    faults::Faults,
    log, people,
    pipeline::Simulated,
    portal::TestPortal,
    records::now,
    services::{ACCOUNT, REGION, Services, connect},
    sessions::{self, SECRET},
};

/// What `CodePipeline` there is.
enum Kind {
    None,
    /// One that keeps the answers to jobs.
    Listening,
    Simulated,
}

/// A portal to be.
pub struct Builder {
    pub(crate) catalog: Catalog,
    pub(crate) grants: Vec<Grant>,
    pub(crate) limits: DailyLimits,
    pub(crate) public_url: Option<Url>,
    pub(crate) config_digest: Option<Digest>,
    pub(crate) seals: Option<&'static str>,
    clock: fn() -> Timestamp,
    sign_in: Option<SignIn>,
    data: Option<TempDir>,
    codepipeline: Kind,
    faults: Option<Failing>,
    in_memory: bool,
    listen: bool,
}

/// What can be made to fail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failing {
    Table,
    Everything,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            catalog: catalog(),
            grants: people::by_role(),
            limits: DailyLimits::default(),
            public_url: Some("https://portal.example".parse().unwrap()),
            config_digest: None,
            seals: None,
            clock: now,
            sign_in: None,
            data: None,
            codepipeline: Kind::None,
            faults: None,
            in_memory: false,
            listen: false,
        }
    }
}

impl Builder {
    /// The builds of wallet, now the only app, move along that path; Ada, Bob and Tom have their roles.
    #[must_use]
    pub fn path(mut self, path: Path) -> Self {
        let steps = path.steps.iter().map(|step| step.environment.clone());
        self.catalog = Catalog {
            apps: vec![app("wallet", "Wallet")],
            environments: steps.map(environment).collect(),
            feeds: Vec::new(),
            paths: vec![path],
            packages: Vec::new(),
        };
        self.grants = people::by_name();
        self
    }

    /// The catalogue is changed.
    #[must_use]
    pub fn catalog(mut self, change: impl FnOnce(&mut Catalog)) -> Self {
        change(&mut self.catalog);
        self
    }

    /// So much is given out in a day.
    #[must_use]
    pub fn limits(mut self, limits: DailyLimits) -> Self {
        self.limits = limits;
        self
    }

    /// What a `towpath.toml` says of apps, environments, paths and people.
    #[must_use]
    pub fn config(mut self, config: &Config) -> Self {
        (self.catalog, self.grants) = (config.catalog(), config.grants());
        self.limits = config.downloads;
        self
    }

    /// People sign in at an issuer that nobody asks: anyone who is in came in before.
    #[must_use]
    pub fn oidc(self) -> Self {
        self.issuer("https://issuer.example")
    }

    /// People sign in at the issuer of that address.
    #[must_use]
    pub fn issuer(self, address: &str) -> Self {
        self.sign_in(sessions::sign_in(address, &json!({"current": SECRET})))
    }

    /// People sign in that way.
    #[must_use]
    pub fn sign_in(mut self, sign_in: SignIn) -> Self {
        self.sign_in = Some(sign_in);
        self
    }

    /// The router has another clock.
    #[must_use]
    pub fn clock(mut self, clock: fn() -> Timestamp) -> Self {
        self.clock = clock;
        self
    }

    /// Jobs are answered to a `CodePipeline` that keeps the answers.
    #[must_use]
    pub fn jobs(mut self) -> Self {
        self.codepipeline = Kind::Listening;
        self
    }

    /// Promotions may be carried out by pipelines of a simulated `CodePipeline`.
    #[must_use]
    pub fn simulator(mut self) -> Self {
        self.codepipeline = Kind::Simulated;
        self
    }

    /// Writes to the table can be made to fail.
    #[must_use]
    pub fn faults(mut self) -> Self {
        self.faults = Some(Failing::Table);
        self
    }

    /// Calls of the table and of the objects can be made to fail.
    #[must_use]
    pub fn faults_everywhere(mut self) -> Self {
        self.faults = Some(Failing::Everything);
        self
    }

    /// The objects are kept in memory, where the machine has a folder for that: nothing waits for its disk.
    #[must_use]
    pub fn in_memory(mut self) -> Self {
        self.in_memory = true;
        self
    }

    /// The audit log is sealed into a bucket of that name.
    #[must_use]
    pub fn seals(mut self, bucket: &'static str) -> Self {
        self.seals = Some(bucket);
        self
    }

    /// The records and the objects are those of a folder of `towpath serve`.
    #[must_use]
    pub fn data(mut self, folder: TempDir) -> Self {
        self.data = Some(folder);
        self
    }

    /// It answers on a loopback address, too, and has no other.
    #[must_use]
    pub fn listen(mut self) -> Self {
        self.listen = true;
        self.public_url = None;
        self
    }

    /// Starts it.
    pub async fn start(self) -> TestPortal {
        Box::pin(self.started()).await
    }

    async fn started(mut self) -> TestPortal {
        log::start();
        let services = Services::with(self.data.take(), self.in_memory, false).await;
        let direct = &services.store;
        if let Some(bucket) = self.seals {
            direct
                .objects
                .in_bucket(bucket)
                .create_locked_bucket(1)
                .await
                .unwrap();
        }
        let endpoint = services.dynamodb_endpoint();
        let (faults, through) = if let Some(failing) = self.faults {
            let faults = Faults::before(&endpoint).await;
            let s3 = services.s3.endpoint();
            let s3 = match failing {
                Failing::Table => s3,
                Failing::Everything => faults.before_s3(&s3).await,
            };
            let through = connect(&faults.endpoint, &s3).await;
            (Some(faults), through)
        } else {
            (None, direct.clone())
        };
        let meter = Arc::new(Meter::default());
        let store = Store {
            table: through.table.with_meter(meter.clone()),
            ..through
        };
        let mut executors = Executors::default();
        let (mut jobs, mut codepipeline, mut simulated) = (None, None, None);
        match self.codepipeline {
            Kind::None => {}
            Kind::Listening => {
                let listener = CodePipeline::start().await;
                let endpoint = Some(listener.endpoint.as_str());
                jobs = Some(Jobs::connect_as(endpoint, REGION, "id", "secret").await);
                codepipeline = Some(listener);
                executors.account = Some(ACCOUNT.to_owned());
            }
            Kind::Simulated => {
                let simulator = Simulated::start().await;
                jobs = Some(simulator.jobs().await);
                executors = simulator.executors().await;
                simulated = Some(simulator);
            }
        }
        let auth = self
            .sign_in
            .clone()
            .map_or(AuthMode::Local, AuthMode::SignIn);
        let mut parts = self.parts(store.clone(), executors);
        let (queue, queued) = background::queue();
        let uploads = self.listen.then_some(queue);
        parts.background = handed_to(uploads.as_ref());
        let portal = portal::Portal::new(parts);
        if self.listen {
            let (portal, clock) = (portal.clone(), self.clock);
            tokio::spawn(async move { queued.work(&portal, clock).await });
        }
        let mut test = TestPortal {
            portal,
            store: services.store.clone(),
            router: Router::new(),
            meter,
            address: String::new(),
            services,
            metered: store,
            jobs,
            clock: self.clock,
            auth,
            faults,
            codepipeline,
            simulated,
            uploads,
            built_as: self,
        };
        test.reroute(|_| {});
        if test.built_as.listen {
            test.address = serve(test.router.clone()).await;
        }
        test
    }
}

/// What registers the uploads of a portal that listens.
pub(crate) fn handed_to(uploads: Option<&Queue>) -> Option<Arc<dyn Background>> {
    uploads.map(|queue| Arc::new(queue.clone()) as Arc<dyn Background>)
}

/// Serves a router on a free port; its address.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn app(id: &str, name: &str) -> App {
    App {
        id: id.parse().unwrap(),
        name: name.to_owned(),
    }
}

fn environment(id: EnvironmentId) -> Environment {
    Environment {
        name: id.to_string(),
        id,
        colour: "#2563eb".to_owned(),
    }
}

/// Two apps, two environments, and the pipelines that feed them; no path.
fn catalog() -> Catalog {
    let feeds = [("wallet", "dev"), ("wallet", "preprod"), ("shop", "dev")];
    let feed = |(app, environment): (&str, &str)| Feed {
        source: "codepipeline".to_owned(),
        pipeline: format!("{app}-{environment}"),
        account: None,
        region: None,
        app: app.parse().unwrap(),
        environment: environment.parse().unwrap(),
    };
    Catalog {
        apps: ["wallet", "shop"].map(|id| app(id, id)).to_vec(),
        environments: [people::dev(), people::preprod()].map(environment).to_vec(),
        feeds: feeds.map(feed).to_vec(),
        paths: Vec::new(),
        packages: Vec::new(),
    }
}
