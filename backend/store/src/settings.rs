//! Where the table and the objects are.

use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
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
