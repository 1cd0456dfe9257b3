//! A `CodePipeline` that runs on this machine.
//!
//! It speaks the service's JSON 1.1 protocol on loopback, really runs pipelines, calls functions, stores artifacts and
//! emits events, all in the shape that AWS gives them. State is in memory. It signs what it sends. It checks requests as AWS
//! does, but not who sends them: signatures are not looked at.
//!
//! What is simulated differs from AWS in three ways that a reader may stumble over: a rollback runs the one stage and
//! ends there, a new pipeline starts only if [`Options::start_on_create`] says so, and pipelines cannot be updated.

mod clock;
mod control;
mod engine;
mod events;
mod faults;
mod ids;
mod jobs;
mod model;
mod operations;
mod options;
mod protocol;
mod providers;
mod script;
mod signing;
mod world;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use aws_sdk_s3::config::{BehaviorVersion, Region, RequestChecksumCalculation};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use axum::{Router, routing::post};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

pub use crate::{
    control::{Overview, Push, Release, Script},
    faults::{Fault, FaultKind},
    options::{Credentials, Delivery, Options},
    protocol::error::ApiError,
    script::{Behaviour, Commit, Compression, OutputFile},
};
use crate::{events::publisher, world::World};

/// How long [`Simulator::stop`] waits for events that are not delivered yet.
const LAST_EVENTS: Duration = Duration::from_secs(5);

/// Why a simulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It would be reachable from elsewhere.
    #[error("{0} is not a loopback address; the simulator listens on loopback only")]
    NotLoopback(SocketAddr),
    /// The port is not to be had.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where it should listen.
        address: SocketAddr,
        /// Why it cannot.
        #[source]
        source: std::io::Error,
    },
    /// No HTTP client could be built.
    #[error("cannot set up an HTTP client")]
    Client(#[from] reqwest::Error),
}

/// A running simulator.
pub struct Simulator {
    address: SocketAddr,
    world: Arc<World>,
    server: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Simulator {
    /// Starts one on loopback.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        if !options.listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(options.listen));
        }
        let listen = |source| StartError::Listen {
            address: options.listen,
            source,
        };
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let world = Arc::new(build(options)?);
        let router = Router::new()
            .route("/", post(protocol::serve))
            .merge(control::router())
            .with_state(Arc::clone(&world));
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let ended = axum::serve(listener, router).with_graceful_shutdown(async {
                let _ = stopped.await;
            });
            if let Err(error) = ended.await {
                tracing::error!(%error, "the simulator's server failed");
            }
        });
        Ok(Self {
            address,
            world,
            server,
            stop,
        })
    }

    /// Where it listens, as an endpoint for AWS SDKs.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Carries out an operation of the API as if it had come over the wire. Must be called within a Tokio runtime.
    pub fn call(&self, operation: &str, body: &Value) -> Result<Value, ApiError> {
        protocol::call(&self.world, operation, body)
    }

    /// Sets what an action does.
    pub fn script(&self, script: Script) {
        control::script(&self.world, script);
    }

    /// Adds a commit and gives the executions that it started. Must be called within a Tokio runtime.
    pub fn push(&self, push: &Push) -> Result<Vec<String>, ApiError> {
        control::push(&self.world, push)
    }

    /// Lets held actions go on and says how many.
    pub fn release(&self, release: &Release) -> usize {
        control::release(&self.world, release)
    }

    /// Lets calls over the wire go wrong.
    pub fn fault(&self, fault: Fault) {
        self.world.faults.add(fault);
    }

    /// What it is at.
    pub fn overview(&self) -> Overview {
        control::overview(&self.world)
    }

    /// The events so far, oldest first, in `EventBridge`'s words but without account and region.
    pub fn events(&self) -> Vec<Value> {
        let events = self.world.past_events();
        events
            .iter()
            .filter_map(|event| serde_json::to_value(event).ok())
            .collect()
    }

    /// Waits until every event was delivered or given up, at the most `patience`; says whether that came about.
    pub async fn drained(&self, patience: Duration) -> bool {
        let done = async {
            loop {
                let now = self.overview();
                if now.events_delivered + now.events_dropped >= now.events_queued {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(patience, done).await.is_ok()
    }

    /// Ends all work, waits a little for the last events, and closes the port.
    pub async fn stop(self) {
        self.world.shut_down();
        self.drained(LAST_EVENTS).await;
        let _ = self.stop.send(());
        let mut server = self.server;
        if tokio::time::timeout(Duration::from_secs(2), &mut server)
            .await
            .is_err()
        {
            server.abort();
        }
    }
}

fn build(options: Options) -> Result<World, StartError> {
    // The process has one source of cryptography; if the caller has chosen it already, that one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .no_proxy()
        .connect_timeout(Duration::from_secs(3))
        .build()?;
    let s3 = options
        .s3_endpoint
        .as_ref()
        .map(|endpoint| s3_client(&options, endpoint));
    let counters = Arc::new(publisher::Counters::default());
    let events = options.events_endpoint.clone().map(|endpoint| {
        let (sender, receiver) = mpsc::unbounded_channel();
        let to = publisher::Receiver {
            endpoint,
            client: http.clone(),
            options: options.clone(),
        };
        tokio::spawn(publisher::run(receiver, to, Arc::clone(&counters)));
        sender
    });
    Ok(World::new(options, http, s3, events, counters))
}

fn s3_client(options: &Options, endpoint: &str) -> aws_sdk_s3::Client {
    let keys = &options.credentials;
    let credentials = aws_sdk_s3::config::Credentials::new(
        &keys.access_key_id,
        &keys.secret_access_key,
        Some(keys.session_token.clone()).filter(|token| !token.is_empty()),
        None,
        "simulator",
    );
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(options.region.clone()))
        .endpoint_url(endpoint)
        .force_path_style(true)
        // Emulators do not all know the checksums that newer clients add by themselves.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .credentials_provider(credentials)
        .http_client(http)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}
