//! The portal itself: the real router over a table and objects inside this process, on a loopback address.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use domain::Timestamp;
use embedded::{
    Running,
    dynamodb::{self, Storage},
    s3::{self, KeyPair},
};
use jiff::SignedDuration;
use portal::{
    Parts, Portal,
    config::Config,
    http::{Assets, Door, Front, router},
    machines::Machines,
    sign_in::{GivenSecret, Settings, SignIn},
};
use serde_json::json;
use store::Store;
use tempfile::TempDir;
use tokio::net::TcpListener;

const TOWPATH: &str = include_str!("../towpath.toml");
const KEYS: (&str, &str) = ("AKIDPORTAL", "a secret of the portal");
pub(crate) const REGION: &str = "eu-west-1";

/// Why there is no portal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// Something on this machine.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The table or the objects inside this process.
    #[error(transparent)]
    Embedded(#[from] embedded::Error),
    /// What is kept in them.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The configuration beside this program.
    #[error("{0}")]
    Config(#[from] portal::config::Problems),
    /// The sessions.
    #[error(transparent)]
    SignIn(#[from] portal::sign_in::Error),
    /// What the portal does.
    #[error(transparent)]
    Portal(#[from] portal::Error),
    /// An identity of a session.
    #[error("no session can be called that")]
    Name(#[from] domain::id::InvalidId),
    /// A request of this program to its own portal.
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    /// An answer to one.
    #[error("{0}")]
    Answer(String),
}

/// A portal that answers.
pub(crate) struct House {
    pub(crate) address: String,
    pub(crate) portal: Portal,
    pub(crate) sign_in: SignIn,
    _dynamodb: Running,
    _s3: Running,
    _folder: TempDir,
}

impl House {
    pub(crate) async fn open() -> Result<Self, Failed> {
        // A second install changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir()?;
        let any = ([127, 0, 0, 1], 0).into();
        let dynamodb = dynamodb::start(Storage::Memory, any).await?;
        let s3 = s3::start(s3::Settings {
            folder: folder.path().to_owned(),
            address: any,
            key_pairs: vec![KeyPair::new(KEYS.0, KEYS.1)],
        })
        .await?;
        let store = Store::connect(&store::Settings {
            region: REGION.to_owned(),
            table: "towpath".to_owned(),
            bucket: "releases".to_owned(),
            dynamodb_endpoint: Some(dynamodb.endpoint()),
            s3_endpoint: Some(s3.endpoint()),
            static_credentials: Some((KEYS.0.to_owned(), KEYS.1.to_owned())),
        })
        .await;
        store.table.create().await?;
        store.objects.create_bucket().await?;
        let sign_in = sign_in();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let portal = portal(store)?;
        let front = Front {
            portal: portal.clone(),
            assets: Assets::built_in(),
            clock: now,
            door: Door::SignIn(sign_in.clone()),
            machines: Machines::default(),
            origin_key: None,
        };
        tokio::spawn(async move { axum::serve(listener, router(front)).await });
        Ok(Self {
            address,
            portal,
            sign_in,
            _dynamodb: dynamodb,
            _s3: s3,
            _folder: folder,
        })
    }
}

fn portal(store: Store) -> Result<Portal, Failed> {
    let config = Config::parse(TOWPATH, "towpath.toml")?;
    Ok(Portal::new(Parts {
        store,
        catalog: config.catalog(),
        grants: config.grants(),
        jobs: None,
        carriers: portal::promotion::Carriers::default(),
        region: REGION.to_owned(),
        public_url: None,
        home: None,
        config_digest: None,
        seals: None,
        entropy: counted,
    }))
}

/// An issuer that nobody asks: whoever is in came in before.
fn sign_in() -> SignIn {
    let settings = Settings {
        issuer: "https://issuer.example".to_owned(),
        client_id: "towpath".to_owned(),
        endpoint: None,
        idle: SignedDuration::from_hours(8),
    };
    let secret = json!({"current": "a secret of the tests, long enough to seal with"});
    SignIn::new(settings, Arc::new(GivenSecret(secret.to_string())))
}

#[expect(clippy::disallowed_methods, reason = "a program is an edge")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Never the same twice, and the same in every run.
fn counted() -> [u8; 10] {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [7; 10];
    bytes[2..].copy_from_slice(&count.to_be_bytes());
    bytes
}
