//! Serves people: pages and API, behind an HTTP API of API Gateway.

use lambda_http::Error;
use lambdas::{start, web};
use portal::error::chain;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = start::settings()?;
    let portal = start::portal(&settings).await;
    let router = web::router(portal, settings.site.as_deref())
        .inspect_err(|error| tracing::error!(error = chain(error), "the function cannot start"))?;
    lambda_http::run(router).await
}
