//! An S3 over a folder: the few operations that Towpath uses, as AWS answers them.
//!
//! The crate `s3s` reads the protocol and checks every signature, presigned or not; `operations` answers; `folder` keeps
//! the bytes. Why not `s3s-fs`: `docs/adr/0002-an-s3-of-our-own-on-s3s.md`.

mod access;
mod checksum;
mod folder;
mod operations;
mod service;

use std::{net::SocketAddr, path::PathBuf};

use hyper::{Request, service::service_fn};
use s3s::{Body, service::S3ServiceBuilder};

pub use access::KeyPair;
pub use checksum::{Algorithm, Checksum};
pub use folder::{
    Headers, LockMode, NewVersion, StoredBytes, StoredObjects, StoredVersion, VersionLock,
};

use crate::{
    body::RequestBody,
    browsers::Browsers,
    listener::{Error, Running, listen},
    server,
};
use access::KeyPairs;
use folder::Folder;
use service::Service;

/// What an embedded S3 is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where everything is kept; made if absent. One server at a time.
    pub folder: PathBuf,
    /// The loopback address to listen on; port 0 takes any that is free.
    pub address: SocketAddr,
    /// Who may ask. A request signed by nobody else, or by nobody, is refused.
    pub key_pairs: Vec<KeyPair>,
    /// Where an object is written with `If-None-Match` or not at all, as a bucket's policy can ask for: `bucket/prefix`.
    pub written_once: Vec<String>,
}

/// Starts an S3 over a folder.
pub async fn start(settings: Settings) -> Result<Running, Error> {
    let path = settings.folder;
    let folder = Folder::open(&path).map_err(|error| Error::open(&path, error))?;
    let (listener, bound) = listen(settings.address).await?;
    let key_pairs = KeyPairs::new(settings.key_pairs, settings.written_once);
    let mut builder = S3ServiceBuilder::new(Service::new(folder));
    builder.set_auth(key_pairs.clone());
    builder.set_access(key_pairs);
    let s3 = builder.build();
    let service = service_fn(move |request: Request<RequestBody>| {
        let s3 = s3.clone();
        async move { s3.call(request.map(Body::http_body)).await }
    });
    Ok(Running::spawn(bound, |stop| {
        server::serve(listener, service, Browsers::MayRead, stop)
    }))
}
