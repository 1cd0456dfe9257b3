//! What both servers share: a loopback address to listen on, and a handle that stops them.

use std::{io, net::SocketAddr, path::Path, time::Duration};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

/// How long requests in flight may take to end after a stop was asked for.
const GRACE: Duration = Duration::from_secs(5);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Anyone who reaches such an address could read and write everything.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The address is taken, or not of this machine.
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The folder or file that holds the data cannot be opened.
    #[error("cannot open {path}")]
    Open {
        /// The folder or file.
        path: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The disk has no space left.
    #[error("the disk of {path} is full")]
    Full {
        /// The folder or file that cannot be written.
        path: String,
    },
}

/// What `SQLite` says of a disk without space.
pub(crate) const FULL: &str = "disk is full";

impl Error {
    /// Why a folder or file cannot be opened, read or written.
    pub(crate) fn open(
        path: &Path,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let (path, source) = (path.display().to_string(), source.into());
        let kind = source.downcast_ref().map(io::Error::kind);
        let is_full = matches!(
            kind,
            Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        );
        if is_full || source.to_string().contains(FULL) {
            Self::Full { path }
        } else {
            Self::Open { path, source }
        }
    }
}

/// Listens on a loopback address; port 0 takes any that is free.
pub(crate) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    if !address.ip().is_loopback() {
        return Err(Error::NotLoopback(address));
    }
    let failed = |source| Error::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// A server that runs until it is told to stop or this handle is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Runs `serve` in the background; it gets the signal to stop.
    pub(crate) fn spawn<F>(address: SocketAddr, serve: impl FnOnce(Stop) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, signal) = watch::channel(false);
        let task = tokio::spawn(serve(Stop(signal)));
        Self {
            address,
            stop,
            task,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as an AWS SDK's endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops: no new connections, requests in flight get a few seconds.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// The signal to stop.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Returns when a stop is asked for, or when nobody is left who could ask.
    pub(crate) async fn asked(mut self) {
        let _gone = self.0.wait_for(|stop| *stop).await.is_err();
    }
}
