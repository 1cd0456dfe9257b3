//! The table (DynamoDB) and the objects (S3).
//!
//! This crate alone names the AWS SDKs of both. Locally the same calls go to servers inside the process: what differs
//! is an endpoint in [`Settings`].

mod drift;
mod error;
pub mod object_keys;
pub mod objects;
pub mod record_size;
mod settings;
pub mod table;

pub use error::{Error, Result, Source};
pub use objects::Objects;
pub use settings::Settings;
pub use table::Table;

/// The table and the objects of one deployment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    /// Records.
    pub table: Table,
    /// Bytes.
    pub objects: Objects,
}

impl Store {
    /// The store that `settings` name. Nothing is sent before the first call.
    pub async fn connect(settings: &Settings) -> Self {
        let config = settings.load().await;
        Self {
            table: Table::connect(
                &config,
                &settings.table,
                settings.dynamodb_endpoint.as_deref(),
            ),
            objects: Objects::connect(&config, &settings.bucket, settings.s3_endpoint.as_deref()),
        }
    }
    /// The same, as the environment and the caller's profiles reach it; `None` if they name no region.
    pub async fn connect_as_caller(table: &str, bucket: &str) -> Option<Self> {
        let config = settings::of_caller().await;
        config.region()?;
        Some(Self {
            table: Table::connect(&config, table, None),
            objects: Objects::connect(&config, bucket, None),
        })
    }
}
