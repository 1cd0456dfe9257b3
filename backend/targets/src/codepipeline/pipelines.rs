//! The pipelines that can be called, and as whom.

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    sync::{Arc, LazyLock},
    time::Duration,
};

use aws_config::SdkConfig;
use aws_sdk_codepipeline::{
    Client,
    config::{Builder, Credentials, SharedHttpClient, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
};
use tokio::{sync::Mutex, time::sleep};

use super::{CallError, client};
use crate::role::{self, Role};

/// How often a call is made that `CodePipeline` puts off.
const TRIES: u32 = 5;
/// How long the first wait between two tries is; each next one is twice as long.
const WAIT: Duration = Duration::from_millis(200);

/// Clients by region and role.
type Clients = HashMap<(String, Option<Role>), Client>;

/// Calls pipelines. Cheap to clone.
#[derive(Clone)]
pub struct Pipelines {
    config: SdkConfig,
    endpoint: Option<String>,
    /// The role for the pipelines of its account.
    role: Option<Role>,
    /// A client for each region and role: it keeps the role's session.
    clients: Arc<Mutex<Clients>>,
}

#[derive(Clone)]
pub struct Pipeline {
    pub(super) client: Client,
    pub(super) name: String,
}

impl Pipelines {
    /// Signs with the credentials of the environment. `endpoint` is where `CodePipeline` listens, when it is not AWS's own; `role` is
    /// taken on for the pipelines of its account.
    pub async fn connect(endpoint: Option<&str>, region: &str, role: Option<Role>) -> Self {
        Self::on(role::config(region, None).await, endpoint, role)
    }

    /// Signs with a key id and a secret, for a server of one's own.
    pub async fn connect_as(endpoint: Option<&str>, region: &str, id: &str, secret: &str) -> Self {
        let credentials = Credentials::new(id, secret, None, None, "settings");
        Self::on(
            role::config(region, Some(credentials)).await,
            endpoint,
            None,
        )
    }

    fn on(config: SdkConfig, endpoint: Option<&str>, role: Option<Role>) -> Self {
        Self {
            config,
            endpoint: endpoint.map(ToOwned::to_owned),
            role,
            clients: Arc::default(),
        }
    }

    /// The pipeline of that name, in that account and region. Without a role of its own it is called in the one that is
    /// set for its account, or else as who we are.
    pub async fn pipeline(
        &self,
        name: &str,
        account: &str,
        region: &str,
        role: Option<Role>,
    ) -> Pipeline {
        let usual = self.role.as_ref();
        let role = role.or_else(|| {
            usual
                .filter(|role| role.account() == Some(account))
                .cloned()
        });
        let key = (region.to_owned(), role);
        let mut clients = self.clients.lock().await;
        let client = if let Some(client) = clients.get(&key) {
            client.clone()
        } else {
            let made = self.client(region, key.1.as_ref()).await;
            clients.entry(key).or_insert(made).clone()
        };
        Pipeline {
            client,
            name: name.to_owned(),
        }
    }

    async fn client(&self, region: &str, role: Option<&Role>) -> Client {
        let config = if let Some(role) = role {
            role::taken_on(&self.config, role, region).await
        } else {
            let config = self.config.clone().into_builder();
            config
                .region(aws_config::Region::new(region.to_owned()))
                .build()
        };
        client(&config, self.endpoint.as_deref())
    }
}

impl Pipeline {
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Opens a connection for each call. One that was kept while Lambda froze the process is dead, and a call that is lost on it may
/// have taken effect for all that its sender knows.
static WITHOUT_POOL: LazyLock<SharedHttpClient> = LazyLock::new(|| role::https(0));

/// How a call is sent that must not be made twice: the SDK would send it again after any silence.
pub(super) fn once() -> Builder {
    Builder::new()
        .retry_config(RetryConfig::disabled())
        .http_client(WITHOUT_POOL.clone())
}

/// Makes a call, and makes it again only as long as `CodePipeline` says that it was put off.
pub(super) async fn call<T, E, F>(
    operation: &'static str,
    send: impl Fn() -> F,
) -> Result<T, CallError>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let mut wait = WAIT;
    for _ in 1..TRIES {
        match Box::pin(send()).await {
            Ok(done) => return Ok(done),
            Err(error) => match CallError::of(operation, error) {
                CallError::Busy { reason, .. } => {
                    tracing::info!(operation, reason, "put off");
                }
                other => return Err(other),
            },
        }
        sleep(wait).await;
        wait *= 2;
    }
    Box::pin(send())
        .await
        .map_err(|error| CallError::of(operation, error))
}

impl fmt::Debug for Pipelines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipelines")
            .field("endpoint", &self.endpoint)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, response::IntoResponse};

    use super::*;

    const ROLE: &str = "arn:aws:iam::999999999999:role/towpath-jobs";

    /// A pipeline that is called in a role; AWS answers so to anyone who wants to take it on.
    async fn in_role(status: StatusCode, answer: &'static str) -> Pipeline {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(move || async move {
            (status, [("content-type", "text/xml")], answer).into_response()
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        let keys = Credentials::new("id", "secret", None, None, "test");
        let config = role::config("eu-west-1", Some(keys)).await;
        let config = config.into_builder().endpoint_url(&endpoint).build();
        let role = Role {
            arn: ROLE.to_owned(),
            external_id: None,
        };
        let pipelines = Pipelines::on(config, Some(&endpoint), Some(role));
        pipelines
            .pipeline("wallet-prod", "999999999999", "eu-west-1", None)
            .await
    }

    #[tokio::test]
    async fn a_role_that_iam_refuses_is_no_lost_answer() {
        let denied = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
            <Code>AccessDenied</Code><Message>you are not authorized to perform: sts:AssumeRole</Message></Error>\
            <RequestId>1</RequestId></ErrorResponse>";
        let pipeline = in_role(StatusCode::FORBIDDEN, denied).await;
        let error = pipeline.execution("e-1").await.unwrap_err();
        assert!(
            matches!(&error, CallError::Role { reason, .. } if reason.contains("sts:AssumeRole")),
            "{error:?}"
        );
        assert!(error.is_lasting() && !error.is_ambiguous());
    }

    #[tokio::test]
    async fn a_role_that_could_not_be_asked_for_may_be_later() {
        let pipeline = in_role(StatusCode::INTERNAL_SERVER_ERROR, "").await;
        let error = pipeline.execution("e-1").await.unwrap_err();
        assert!(matches!(&error, CallError::Unknown { .. }), "{error:?}");
        assert!(!error.is_lasting());
    }
}
