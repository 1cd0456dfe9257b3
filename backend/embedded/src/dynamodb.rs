//! A DynamoDB on one `SQLite` file.
//!
//! The file is written ahead (`journal_mode = WAL`) and synced at every commit (`synchronous = FULL`, `SQLite`'s default,
//! which dynoxide leaves alone outside bulk imports), so that what was acknowledged survives the process and the power.
//!
//! The crate's own HTTP server invites the pages of every site (`Access-Control-Allow-Origin: *`), so requests are taken
//! here.

mod operations;
mod service;

use std::{net::SocketAddr, path::PathBuf};

use dynoxide::Database;

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

/// Starts a DynamoDB on a loopback address; port 0 takes any that is free. It accepts any credentials.
pub async fn start(storage: Storage, address: SocketAddr) -> Result<Running, Error> {
    let database = open(storage)?;
    let (listener, bound) = listen(address).await?;
    Ok(Running::spawn(bound, |stop| {
        let service =
            hyper::service::service_fn(move |request| service::answer(database.clone(), request));
        server::serve(listener, service, Browsers::StayOut, stop)
    }))
}

fn open(storage: Storage) -> Result<Database, Error> {
    let (path, opened) = match storage {
        Storage::Memory => ("memory".to_owned(), Database::memory()),
        Storage::File(path) => {
            let path = path.to_string_lossy().into_owned();
            let opened = Database::new(&path);
            (path, opened)
        }
    };
    opened.map_err(|source| Error::Open {
        path,
        source: source.to_string().into(),
    })
}
