//! Who calls: the process itself, or a role that it takes on, maybe in another account.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, Region, SdkConfig, sts::AssumeRoleProvider, timeout::TimeoutConfig,
};
use aws_sdk_codepipeline::config::SharedHttpClient;
use aws_smithy_http_client::tls;

use aws_credential_types::provider::ProvideCredentials as _;
pub use aws_credential_types::provider::SharedCredentialsProvider as Credentials;

/// The name of the sessions, as AWS's own logs show it.
const SESSION: &str = "towpath";

/// A role to take on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Role {
    pub arn: String,
    /// What its trust policy asks for beside.
    pub external_id: Option<String>,
}

impl Role {
    /// The account that it is in.
    pub fn account(&self) -> Option<&str> {
        self.arn.split(':').nth(4).filter(|text| !text.is_empty())
    }
}

/// Takes roles on. The sessions are made when they are first needed, and anew before they end.
#[derive(Clone, Debug)]
pub struct Roles {
    config: SdkConfig,
    region: String,
}

impl Roles {
    /// With the credentials of the environment.
    pub async fn connect(region: &str) -> Self {
        Self {
            config: config(region, None).await,
            region: region.to_owned(),
        }
    }

    /// The credentials of a role.
    pub async fn credentials(&self, role: &Role) -> Credentials {
        let provider = AssumeRoleProvider::builder(&role.arn);
        Credentials::new(provider_of(provider, &self.config, role, &self.region).await)
    }
}

/// An HTTP client that keeps so many connections to a host open that nobody uses.
pub(crate) fn https(most_idle: usize) -> SharedHttpClient {
    let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    aws_smithy_http_client::Builder::new()
        .pool_max_idle_per_host(most_idle)
        .tls_provider(ring)
        .build_https()
}

/// What the clients of a process share.
pub(crate) async fn config(
    region: &str,
    credentials: Option<aws_credential_types::Credentials>,
) -> SdkConfig {
    let http = https(usize::MAX);
    // A connection that went silent must not take as long as the function may run.
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(30));
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts.build())
        .region(Region::new(region.to_owned()))
        .http_client(http);
    if let Some(credentials) = credentials {
        loader = loader.credentials_provider(credentials);
    }
    Box::pin(loader.load()).await
}

/// The same, in a role.
pub(crate) async fn taken_on(config: &SdkConfig, role: &Role, region: &str) -> SdkConfig {
    let provider = AssumeRoleProvider::builder(&role.arn);
    let provider = provider_of(provider, config, role, region).await;
    let config = config.clone().into_builder();
    config
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new(provider))
        .build()
}

async fn provider_of(
    builder: aws_config::sts::AssumeRoleProviderBuilder,
    config: &SdkConfig,
    role: &Role,
    region: &str,
) -> AssumeRoleProvider {
    let mut builder = builder
        .session_name(SESSION)
        .region(Region::new(region.to_owned()))
        .configure(config);
    if let Some(id) = &role.external_id {
        builder = builder.external_id(id);
    }
    Box::pin(builder.build()).await
}

/// The credentials that the environment gives this process, if it gives any.
pub async fn own_credentials(region: Option<&str>) -> Option<aws_credential_types::Credentials> {
    let config = config(region.unwrap_or("us-east-1"), None).await;
    let provider = config.credentials_provider()?;
    provider.provide_credentials().await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_says_which_account_it_is_in() {
        let role = |arn: &str| Role {
            arn: arn.to_owned(),
            external_id: None,
        };
        let jobs = role("arn:aws:iam::999999999999:role/towpath-dev-jobs");
        assert_eq!(jobs.account(), Some("999999999999"));
        assert_eq!(role("towpath-dev-jobs").account(), None);
    }
}
