//! The objects: artifacts, icons and long payloads, in one bucket.

use aws_config::SdkConfig;

/// The objects of one bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    bucket: String,
}

impl Objects {
    /// The bucket of that name.
    pub(crate) fn connect(_config: &SdkConfig, bucket: &str, _endpoint: Option<&str>) -> Self {
        Self {
            bucket: bucket.to_owned(),
        }
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}
