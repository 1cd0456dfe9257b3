//! The objects: artifacts, icons and long payloads, in one bucket.
//!
//! | file | what |
//! |---|---|
//! | `read` | what an object is, some of its bytes, all of them |
//! | `write` | small objects, copies, deletions |
//! | `writer` | large objects, a block at a time, with constant memory |
//! | `multipart` | uploads whose parts others send |
//! | `versions` | every version of objects, also of those that were written over or deleted |
//! | `links` | links that let others read or write one object for a while |

mod links;
mod multipart;
mod read;
mod versions;
mod write;
mod writer;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_s3::{
    Client,
    config::{Builder, Region},
};

pub use links::SignedPut;
pub use multipart::UploadedPart;
pub use read::ObjectInfo;
pub use versions::{Version, VersionMarker, VersionText, Versions};
pub use writer::{Condition, PART_SIZE, Paused, Placed, Writer, Written};

use crate::{
    drift::ClockDrift,
    settings::{quota, retries, timeouts},
};

/// What a call is sent with for which S3 itself moves gigabytes before it answers.
fn patient() -> Builder {
    Builder::new().timeout_config(timeouts(Duration::from_mins(10), Duration::from_mins(14)))
}

/// The objects of one bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    bucket: String,
    /// The region, where a new bucket has to name it.
    region: Option<Region>,
}

impl Objects {
    /// The bucket of that name.
    pub(crate) fn connect(config: &SdkConfig, bucket: &str, endpoint: Option<&str>) -> Self {
        let mut builder = Builder::from(config)
            .retry_config(retries())
            .retry_partition(quota("objects"))
            .interceptor(ClockDrift::of("S3"))
            .timeout_config(timeouts(Duration::from_secs(30), Duration::from_mins(2)));
        if let Some(endpoint) = endpoint {
            builder = builder.endpoint_url(endpoint).force_path_style(true);
        }
        Self {
            client: Client::from_conf(builder.build()),
            bucket: bucket.to_owned(),
            region: config.region().cloned(),
        }
    }

    /// Another bucket at the same place, opened with the same credentials.
    #[must_use]
    pub fn in_bucket(&self, bucket: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            ..self.clone()
        }
    }

    /// Another bucket at the same place, opened with the credentials that a job was given for it.
    #[must_use]
    pub fn with_credentials(
        &self,
        bucket: &str,
        key_id: &str,
        secret: &str,
        session_token: Option<&str>,
    ) -> Self {
        let token = session_token.map(str::to_owned);
        let credentials = Credentials::new(key_id, secret, token, None, "job");
        let config = self.client.config().to_builder();
        Self {
            client: Client::from_conf(config.credentials_provider(credentials).build()),
            bucket: bucket.to_owned(),
            region: self.region.clone(),
        }
    }

    /// Another bucket, maybe in another region, opened with other credentials where some are given.
    #[must_use]
    pub fn elsewhere(
        &self,
        bucket: &str,
        region: Option<&str>,
        credentials: Option<SharedCredentialsProvider>,
    ) -> Self {
        let region = region.map_or_else(
            || self.region.clone(),
            |name| Some(Region::new(name.to_owned())),
        );
        let mut config = self.client.config().to_builder();
        config.set_region(region.clone());
        if let Some(credentials) = credentials {
            config.set_credentials_provider(Some(credentials));
        }
        Self {
            client: Client::from_conf(config.build()),
            bucket: bucket.to_owned(),
            region,
        }
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}
