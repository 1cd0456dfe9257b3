//! `towpath serve`: the whole portal as one process, with nothing else to install.
//!
//! | file | what |
//! |---|---|
//! | `options` | what it is told |
//! | `folder`, `layout` | the data folder: one process at a time; where what lies in it |
//! | `checks` | what is looked at in it before it is served |
//! | `place` | the embedded DynamoDB and S3, and the store on them |
//! | `local_aws` | AWS on this machine: EventBridge and Lambda, as far as a pipeline needs them |
//! | `hooks` | the router of webhooks |
//! | `connections` | the connections of the servers |
//! | `housekeeping` | what is due, at start and every minute |
//! | `ambient` | the clock, randomness, the signals |

mod ambient;
pub(crate) mod checks;
mod connections;
mod error;
mod folder;
mod hooks;
mod housekeeping;
pub(crate) mod layout;
mod local_aws;
mod options;
pub(crate) mod place;

use std::{fs, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use config::Config;
use domain::digest::Digest;
use identity::workload::Workloads;
use portal::{Parts, Portal, background, promotion::Executors};
use targets::{
    Roles,
    codepipeline::{Jobs, Pipelines},
};
use tokio::{net::TcpListener, sync::watch, time::timeout};
use url::Url;
use web::{AppState, Assets, AuthMode};

pub(crate) use error::ServeError;
pub(crate) use folder::DataFolder;
#[cfg(unix)]
pub(crate) use folder::PRIVATE;
pub(crate) use options::ServeOptions;

use place::Place;

/// How long requests and jobs in flight may take to end after a stop was asked for.
const GRACE: Duration = Duration::from_secs(5);

/// Where `make site` puts what pages load.
const SITE: &str = "target/site";

/// Runs the local portal until Ctrl-C or SIGTERM.
pub(crate) async fn serve(options: ServeOptions) -> Result<(), ServeError> {
    ambient::log();
    let stop = ambient::stop_signal().map_err(ServeError::Signals)?;
    options.check_addresses()?;
    let (config, digest) = read_config(&options.config)?;
    let assets = load_assets(options.assets.as_deref())?;
    let folder = DataFolder::open(&options.data, options.reset)?;
    checks::check(&folder)?;
    if folder.is_open_to_others() {
        let path = options.data.display();
        tracing::warn!(
            "{path} can be read by other users of this machine: `chmod 700 {path}` keeps them out"
        );
    }
    let (web, address) = listen("--listen", options.listen).await?;
    let (aws, aws_address) = listen("--aws-listen", options.aws_listen).await?;
    let place = Place::start(&folder, &options.place()).await?;

    let fallback = Url::parse(&format!("http://{address}")).ok();
    let (uploads, queued) = background::queue();
    let portal = Portal::new(Parts {
        store: place.store.clone(),
        catalog: config.catalog(),
        grants: config.grants(),
        limits: config.downloads,
        background: Some(Arc::new(uploads)),
        executors: executors(&options).await,
        region: options.region.clone(),
        public_url: config.public_url.or(fallback),
        home: None,
        config_digest: Some(digest),
        seals: Some(place.seals.clone()),
        entropy: ambient::entropy,
    });
    let registering = tokio::spawn({
        let portal = portal.clone();
        async move { queued.work(&portal, ambient::now).await }
    });
    let housekeeping = tokio::spawn(housekeeping::run(portal.clone()));
    let local_aws = local_aws::LocalAws::new(portal.clone(), jobs(&options).await, &options);
    let (stopping, stopped) = watch::channel(false);
    let hooks = hooks::router(portal.clone(), options.hooks_secrets.clone())?;
    let pages = web::router(AppState {
        portal,
        assets,
        clock: ambient::now,
        auth: AuthMode::Local,
        workloads: Workloads::default(),
        origin_key: None,
    });
    let web = tokio::spawn(connections::serve(web, pages.merge(hooks), stopped.clone()));
    let aws = tokio::spawn(connections::serve(aws, local_aws.router(), stopped));

    announce(address, aws_address, &place, &options);
    stop.await;
    ambient::say(format_args!("Stopping."));
    stopping.send_replace(true);
    housekeeping.abort();
    registering.abort();
    let ended = async { (web.await, aws.await, local_aws.finish().await) };
    if timeout(GRACE, ended).await.is_err() {
        tracing::warn!("requests or jobs were still running; CodePipeline's come again");
    }
    place.shutdown().await;
    Ok(())
}

/// The configuration, and the digest of its text.
fn read_config(path: &Path) -> Result<(Config, Digest), ServeError> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| ServeError::NoConfig {
        path: name.clone(),
        source,
    })?;
    let config = Config::parse(&text, &name).map_err(ServeError::Config)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    Ok((config, Digest::of(text.as_bytes())))
}

/// The islands are an extra: without a built site, pages work and do not move.
fn load_assets(folder: Option<&Path>) -> Result<Assets, ServeError> {
    match folder {
        Some(folder) => Ok(Assets::load(folder)?),
        None if Path::new(SITE).join("manifest.json").exists() => {
            Ok(Assets::load(Path::new(SITE))?)
        }
        None => Ok(Assets::built_in()),
    }
}

async fn listen(
    flag: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen {
        flag,
        address,
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Answers for CodePipeline's jobs, where a CodePipeline was named. A laptop must not call AWS by accident.
async fn jobs(options: &ServeOptions) -> Option<Jobs> {
    let endpoint = options.codepipeline_endpoint.as_ref()?;
    let (id, secret) = place::OWN_KEYS;
    Some(Jobs::connect_as(Some(endpoint.as_str()), &options.region, id, secret).await)
}

/// What promotions are carried out with: the same `CodePipeline`, and other buckets of the embedded S3.
async fn executors(options: &ServeOptions) -> Executors {
    let pipelines = match &options.codepipeline_endpoint {
        Some(endpoint) => {
            let (id, secret) = place::OWN_KEYS;
            let endpoint = Some(endpoint.as_str());
            Some(Pipelines::connect_as(endpoint, &options.region, id, secret).await)
        }
        None => None,
    };
    Executors {
        account: Some(options.account.clone()),
        pipelines,
        buckets: Some(Roles::connect(&options.region).await),
        ..Executors::default()
    }
}

fn announce(web: SocketAddr, aws: SocketAddr, place: &Place, options: &ServeOptions) {
    let data = options.data.display();
    let (s3, dynamodb) = (place.s3.endpoint(), place.dynamodb.endpoint());
    ambient::say(format_args!(
        "Towpath is at http://{web}
  data      {data}
  aws       http://{aws} (EventBridge PutEvents, Lambda Invoke of `{}`)
  s3        {s3}
  dynamodb  {dynamodb}
Stop it with Ctrl-C.",
        local_aws::FUNCTION
    ));
}
