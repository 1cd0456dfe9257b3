//! Why the local portal does not start, and what to do about it.

use std::{io, net::SocketAddr};

/// Why the local portal does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// An address that other machines can reach.
    #[error(
        "{flag} {address}: a local portal has no sign-in, so it listens on loopback only, such as 127.0.0.1:{}",
        address.port()
    )]
    NotLoopback {
        /// The option.
        flag: &'static str,
        /// Its value.
        address: SocketAddr,
    },
    /// An address that is taken.
    #[error(
        "{flag} {address}: cannot listen there; name another address, or port 0 for any that is free"
    )]
    Listen {
        /// The option.
        flag: &'static str,
        /// Its value.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// No configuration.
    #[error("{path} cannot be read; name a configuration with --config")]
    NoConfig {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A configuration with problems.
    #[error("{0}")]
    Config(config::Problems),
    /// No secrets of webhooks where they should be.
    #[error(
        "{path} cannot be read; name the file with the endpoints of webhooks with --hooks-secrets"
    )]
    NoHooksSecrets {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Secrets of webhooks that cannot be used.
    #[error("{path} holds no endpoints of webhooks")]
    HooksSecrets {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: identity::webhook::EndpointsError,
    },
    /// Assets that cannot be served.
    #[error(transparent)]
    Assets(#[from] web::AssetsError),
    /// Another process has the data folder.
    #[error(
        "{folder} is in use by another `towpath serve`; stop that one, or name another folder with --data"
    )]
    InUse {
        /// The folder.
        folder: String,
    },
    /// The data folder cannot be used.
    #[error("the data folder {folder} cannot be used; name another with --data")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An embedded server did not start.
    #[error("{what} did not start")]
    Embedded {
        /// Which one.
        what: &'static str,
        /// Why.
        #[source]
        source: embedded::Error,
    },
    /// The table or a bucket could not be made.
    #[error("the table or a bucket cannot be opened; `--reset` starts with an empty data folder")]
    Store(#[from] store::Error),
    /// The system does not tell of signals.
    #[error("cannot listen for Ctrl-C")]
    Signals(#[source] io::Error),
}
