//! Does what a `CodePipeline` action asks for, and answers it.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use lambdas::{action, ambient, start};
use portal::error::chain;
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let settings = start::settings()?;
    let portal = &start::portal_with_jobs(&settings).await;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        action::run(portal, event.payload, ambient::now())
            .await
            .inspect_err(|error| tracing::error!(error = chain(error), "the job has no answer"))
            .map_err(Error::from)
    }))
    .await
}
