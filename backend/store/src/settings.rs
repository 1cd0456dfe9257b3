//! Where the table and the objects are.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_http_client::tls;

/// Where the table and the objects are, and who calls.
#[derive(Clone, Debug)]
pub struct Settings {
    /// AWS region.
    pub region: String,
    /// The table's name.
    pub table: String,
    /// The release bucket's name.
    pub bucket: String,
    /// Where DynamoDB listens, when it is not AWS's own.
    pub dynamodb_endpoint: Option<String>,
    /// Where S3 listens, when it is not AWS's own. Addresses are then path-style.
    pub s3_endpoint: Option<String>,
    /// Key id and secret, for servers of one's own. Without them: the usual places that the SDK looks at.
    pub static_credentials: Option<(String, String)>,
}

impl Settings {
    /// What every SDK client here shares.
    pub(crate) async fn load(&self) -> SdkConfig {
        let loader = loader().region(Region::new(self.region.clone()));
        match &self.static_credentials {
            Some((id, secret)) => {
                let credentials = Credentials::new(id, secret, None, None, "settings");
                Box::pin(loader.credentials_provider(credentials).load()).await
            }
            None => Box::pin(loader.load()).await,
        }
    }
}

/// What the environment and the caller's profiles say of region, credentials and endpoints.
pub(crate) async fn of_caller() -> SdkConfig {
    Box::pin(loader().load()).await
}

fn loader() -> ConfigLoader {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::Ring,
        ))
        .build_https();
    aws_config::defaults(BehaviorVersion::latest()).http_client(http)
}

/// How long one attempt of a call may take, and all of them. Without, a connection that went silent takes as long as the
/// function may run.
pub(crate) fn timeouts(attempt: Duration, all: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(attempt)
        .operation_timeout(all)
        .build()
}

/// How much is sent again in all. The SDK's own quota, 500 with 5 for each time, does not come back for a process whose calls
/// fail side by side; this one does.
pub(crate) fn quota(name: &'static str) -> RetryPartition {
    let tokens = TokenBucket::builder().capacity(2000).refill_rate(100.0);
    RetryPartition::custom(name)
        .token_bucket(tokens.build())
        .build()
}

/// How often a call is sent again that was throttled, lost or not answered in time; each pause is partly by chance.
pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_millis(100))
        .with_max_backoff(Duration::from_secs(3))
}
