//! Records what sources report: an SQS queue's batches of `EventBridge` events.

use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use lambdas::{ambient, events, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = start::settings()?;
    let portal = &start::portal(&settings).await;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let answer = events::record(portal, event.payload, ambient::now()).await;
        answer.map_err(Error::from)
    }))
    .await
}
