//! A DynamoDB on one `SQLite` file.
//!
//! The file is written ahead (`journal_mode = WAL`) and synced at every commit (`synchronous = FULL`, `SQLite`'s default,
//! which dynoxide leaves alone outside bulk imports), so that what was acknowledged survives the process and the power.
//!
//! The crate's own HTTP server invites the pages of every site (`Access-Control-Allow-Origin: *`), so requests are taken
//! here.

mod check;
mod offline;
mod operations;
mod service;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use dynoxide::Database;
use tokio::{task::spawn_blocking, time::interval};

pub use check::{Contents, Damage, Depth, check, whole};
pub use offline::{Cursor, OfflineTable, snapshot};

use crate::{
    browsers::Browsers,
    listener::{Error, Running, listen},
    server,
};

/// Where the tables are kept.
#[derive(Clone, Debug)]
pub enum Storage {
    /// In this process, until it ends.
    Memory,
    /// In this file, made if absent; its folder has to exist.
    File(PathBuf),
}

/// How often items are deleted that have expired. AWS takes a few days.
const SWEEPS: Duration = Duration::from_hours(1);

/// Starts a DynamoDB on a loopback address; port 0 takes any that is free. It accepts any credentials. Items that have expired
/// stay.
pub async fn start(storage: Storage, address: SocketAddr) -> Result<Running, Error> {
    serve(open(storage)?, address, false).await
}

/// The same, and items that have expired are deleted, now and every hour.
pub async fn start_expiring(storage: Storage, address: SocketAddr) -> Result<Running, Error> {
    serve(open(storage)?, address, true).await
}

async fn serve(database: Database, address: SocketAddr, expires: bool) -> Result<Running, Error> {
    let (listener, bound) = listen(address).await?;
    Ok(Running::spawn(bound, |stop| async move {
        let sweeping = expires.then(|| tokio::spawn(sweep(database.clone())));
        let service =
            hyper::service::service_fn(move |request| service::answer(database.clone(), request));
        server::serve(listener, service, Browsers::StayOut, stop).await;
        if let Some(sweeping) = sweeping {
            sweeping.abort();
        }
    }))
}

/// Deletes what has expired, a page at a time, so that requests wait for one page at the most.
async fn sweep(database: Database) {
    let mut hours = interval(SWEEPS);
    loop {
        hours.tick().await;
        let database = database.clone();
        match spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(deleted)) => tracing::debug!(deleted, "deleted items that had expired"),
            Ok(Err(error)) => tracing::warn!(%error, "items that have expired stay for an hour"),
            Err(error) => tracing::warn!(%error, "items that have expired stay for an hour"),
        }
    }
}

fn open(storage: Storage) -> Result<Database, Error> {
    let (path, opened) = match storage {
        Storage::Memory => (PathBuf::from("memory"), Database::memory()),
        Storage::File(path) => {
            let opened = Database::new(&path.to_string_lossy());
            (path, opened)
        }
    };
    opened.map_err(|error| Error::open(&path, error.to_string()))
}
