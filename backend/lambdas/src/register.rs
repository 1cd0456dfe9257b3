//! Registering uploads: `web` calls this function when an upload is completed, and `clock` when nobody works on one.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, timeout::TimeoutConfig};
use aws_sdk_lambda::{Client, primitives::Blob, types::InvocationType};
use aws_smithy_http_client::tls;
use domain::{Timestamp, id::UploadId};
use futures::{FutureExt as _, future::BoxFuture};
use portal::{
    Portal, Result,
    background::{self, Background, NotTaken},
};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

/// How long one attempt of a call may take. People wait for it, and the clock makes good what is lost.
const ATTEMPT: Duration = Duration::from_secs(2);
/// How long a call may take with all its attempts.
const PATIENCE: Duration = Duration::from_secs(6);

/// What the function is called with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    pub upload: UploadId,
}

/// Registers an upload. After an error Lambda calls again, and the clock after Lambda has given up.
pub async fn run(portal: &Portal, call: &Call, now: Timestamp) -> Result<()> {
    let ended = portal.uploads().register(&call.upload, now).await?;
    background::log(&call.upload, &ended);
    Ok(())
}

/// The function, for those who call it. Connected to when it is called first.
#[derive(Debug)]
pub struct Registrar {
    function: String,
    region: String,
    client: OnceCell<Client>,
}

impl Registrar {
    pub fn new(function: String, region: String) -> Self {
        Self {
            function,
            region,
            client: OnceCell::new(),
        }
    }

    async fn client(&self) -> &Client {
        let connect = async || {
            let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
            let http = aws_smithy_http_client::Builder::new().tls_provider(ring);
            let limits = TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT)
                .operation_timeout(PATIENCE);
            let config = aws_config::defaults(BehaviorVersion::latest())
                .timeout_config(limits.build())
                .http_client(http.build_https())
                .region(Region::new(self.region.clone()));
            Client::new(&config.load().await)
        };
        self.client.get_or_init(connect).await
    }

    async fn call(&self, upload: &UploadId) -> Result<(), NotTaken> {
        let call = Call {
            upload: upload.clone(),
        };
        let payload = serde_json::to_vec(&call).map_err(|error| NotTaken(error.into()))?;
        let sent = self
            .client()
            .await
            .invoke()
            .function_name(&self.function)
            .invocation_type(InvocationType::Event)
            .payload(Blob::new(payload))
            .send()
            .boxed()
            .await;
        sent.map(|_| ()).map_err(|error| NotTaken(error.into()))
    }
}

impl Background for Registrar {
    fn register<'a>(&'a self, upload: &'a UploadId) -> BoxFuture<'a, Result<(), NotTaken>> {
        self.call(upload).boxed()
    }
}
