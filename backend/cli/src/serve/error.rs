//! Why the local portal does not start, and what to do about it.

use std::{io, net::SocketAddr, path::Path};

use embedded::dynamodb::Damage;

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
    /// Nothing may be written into the data folder.
    #[error(
        "{folder} may not be written by this user; change its owner or its rights, or name another folder with --data"
    )]
    NotWritable {
        /// The folder, or a file in it.
        folder: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The disk is full.
    #[error(
        "the disk of {folder} is full; free some space on it, or name a folder on another disk with --data"
    )]
    Full {
        /// The folder.
        folder: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The database is not as it was written.
    #[error(
        "{file} is damaged: {damage}. Nothing was changed. Move the folder {folder} away, and restore the newest backup with `towpath backup restore BACKUP --data {folder}`; docs/backup.md says what else can be tried"
    )]
    Damaged {
        /// The database.
        file: String,
        /// The data folder.
        folder: String,
        /// What is wrong.
        damage: Damage,
    },
    /// The database cannot be looked at.
    #[error("{file} cannot be opened")]
    Unreadable {
        /// The database.
        file: String,
        /// Why.
        #[source]
        damage: Damage,
    },
    /// Objects without records.
    #[error(
        "{folder} has files of builds or seals of the audit log, and no records of them: {file} is missing or empty. Put it back, or move the folder away and restore the newest backup with `towpath backup restore BACKUP --data {folder}`. --reset deletes the files, too, and starts empty"
    )]
    NoRecords {
        /// The database.
        file: String,
        /// The data folder.
        folder: String,
    },
    /// Records of builds without their files.
    #[error(
        "{folder} has records of builds, and none of their files: {objects} is missing or empty. Put it back, or move the folder away and restore the newest backup with `towpath backup restore BACKUP --data {folder}`. If the files are lost for good, make a backup of this folder and restore that: it starts without them, and a file is there again once it is pushed again. --reset deletes the records, too, and starts empty"
    )]
    NoObjects {
        /// The folder of objects.
        objects: String,
        /// The data folder.
        folder: String,
    },
    /// A restore into the folder broke off, or goes on.
    #[error(
        "{folder} is not complete: a restore into it goes on, or broke off and left {partial}. If none goes on, delete everything in {folder}, and restore the backup again"
    )]
    Unfinished {
        /// What is left of it.
        partial: String,
        /// The data folder.
        folder: String,
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
    #[error("the table or a bucket of the data folder cannot be opened")]
    Store(#[from] store::Error),
    /// The system does not tell of signals.
    #[error("cannot listen for Ctrl-C")]
    Signals(#[source] io::Error),
}

impl ServeError {
    /// Why a folder, or a file in it, cannot be used.
    pub(super) fn folder(path: &Path, source: io::Error) -> Self {
        let folder = path.display().to_string();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable { folder, source }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { folder, source }
            }
            _ => Self::Folder { folder, source },
        }
    }

    /// Why a database is not served.
    pub(super) fn database(file: &Path, folder: &Path, damage: Damage) -> Self {
        let name = file.display().to_string();
        match damage {
            Damage::NotADatabase | Damage::CutOff { .. } | Damage::Header(_) | Damage::Pages(_) => {
                Self::Damaged {
                    file: name,
                    folder: folder.display().to_string(),
                    damage,
                }
            }
            Damage::Unreadable(source) => Self::folder(file, source),
            Damage::Locked => Self::Unreadable { file: name, damage },
        }
    }
}
