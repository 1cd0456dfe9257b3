//! Secrets Manager, where the session secret is. No other crate knows it: a laptop has no such secret, and what the portal
//! asks for is a text.

use std::{error::Error, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region, timeout::TimeoutConfig};
use aws_sdk_secretsmanager::Client;
use aws_smithy_http_client::tls;
use futures::future::BoxFuture;
use identity::sign_in::{GivenSecret, SecretSource};
use tokio::sync::OnceCell;

/// Where a secret comes from: the JSON object itself, or the name or ARN of one in Secrets Manager.
pub fn source(told: &str, region: &str, endpoint: Option<&str>) -> Arc<dyn SecretSource> {
    if told.starts_with('{') {
        return Arc::new(GivenSecret(told.to_owned()));
    }
    let (told, endpoint) = (told.to_owned(), endpoint.map(str::to_owned));
    Arc::new(SecretsManager::new(told, region.to_owned(), endpoint))
}

/// A secret of Secrets Manager.
pub struct SecretsManager {
    secret: String,
    region: String,
    endpoint: Option<String>,
    client: OnceCell<Client>,
}

impl SecretsManager {
    /// The secret of that name or ARN. Nothing is asked before it is needed, so that a cold start does not wait for it.
    pub fn new(secret: String, region: String, endpoint: Option<String>) -> Self {
        Self {
            secret,
            region,
            endpoint,
            client: OnceCell::new(),
        }
    }

    async fn client(&self) -> &Client {
        let connect = async || {
            let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
            let http = aws_smithy_http_client::Builder::new().tls_provider(ring);
            let timeouts = TimeoutConfig::builder()
                .operation_attempt_timeout(Duration::from_secs(4))
                .operation_timeout(Duration::from_secs(12));
            let mut config = aws_config::defaults(BehaviorVersion::latest())
                .timeout_config(timeouts.build())
                .http_client(http.build_https())
                .region(Region::new(self.region.clone()));
            if let Some(endpoint) = &self.endpoint {
                config = config.endpoint_url(endpoint);
            }
            Client::new(&config.load().await)
        };
        self.client.get_or_init(connect).await
    }
}

impl SecretSource for SecretsManager {
    fn fetch(&self) -> BoxFuture<'_, Result<String, Box<dyn Error + Send + Sync>>> {
        Box::pin(async {
            let request = self.client().await.get_secret_value();
            let answer = request.secret_id(&self.secret).send().await?;
            let text = answer.secret_string();
            Ok(text.ok_or("the secret holds no text")?.to_owned())
        })
    }
}
