//! The program of all functions. Lambda names it `bootstrap`, and tells it by its handler which function it is.

use std::future::Future;

use aws_lambda_events::event::sqs::SqsEvent;
use domain::{causes::chain, json::Unique};
use identity::workload::Workloads;
use jobs::PipelineJobs;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use lambdas::{
    action, ambient, clock, events, function::Function, gateway, hooks, metrics::Metrics, register,
    settings::Settings, start, unanswered, web,
};
use serde_json::Value;
use tokio::runtime::Builder;

fn main() -> Result<(), Error> {
    match start::function()? {
        Function::Web => on_one_thread(serve_web(&start::settings()?)),
        Function::Hooks => on_one_thread(serve_hooks(&start::settings()?)),
        Function::Events => on_one_thread(serve_events(&start::settings()?)),
        Function::Action => on_all_threads(serve_action(&start::settings()?)),
        Function::Register => on_all_threads(serve_register(&start::settings()?)),
        Function::Unanswered => on_one_thread(serve_unanswered(start::unanswered_settings()?)),
        Function::Clock => on_one_thread(serve_clock(&start::settings()?)),
    }
}

/// Serves people: pages and API, behind an HTTP API of API Gateway.
async fn serve_web(settings: &Settings) -> Result<(), Error> {
    let portal = start::portal_with_pipelines(settings).await;
    let told = settings
        .sign_in()
        .inspect_err(|error| tracing::error!(error = chain(error), "the function cannot start"))?;
    let sign_in = web::sign_in(told, &settings.store.region);
    let workloads = Workloads::new(
        settings.config.workloads.clone(),
        settings.sts_endpoint.clone(),
    );
    let metrics = Metrics::of(settings.home.clone());
    let (site, origin_key) = (settings.site.as_deref(), settings.origin_key.clone());
    let router = web::router(portal, site, sign_in, workloads, origin_key)
        .inspect_err(|error| tracing::error!(error = chain(error), "the function cannot start"))?;
    gateway::serve(web::counting_taps(router, metrics)).await
}

/// Records what webhooks report, behind an HTTP API of API Gateway.
async fn serve_hooks(settings: &Settings) -> Result<(), Error> {
    let secrets = hooks::Settings::read(ambient::variable)
        .inspect_err(|error| tracing::error!(error = chain(error), "the function cannot start"))?;
    let portal = start::portal(settings).await;
    let (region, origin_key) = (&settings.store.region, settings.origin_key.clone());
    gateway::serve(hooks::router(portal, &secrets, region, origin_key)).await
}

/// Records what sources report: an SQS queue's batches of `EventBridge` events.
async fn serve_events(settings: &Settings) -> Result<(), Error> {
    let portal = &start::portal(settings).await;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let answer = events::record(portal, event.payload, ambient::now()).await;
        answer.map_err(Error::from)
    }))
    .await
}

/// Does what a `CodePipeline` action asks for, and answers it.
async fn serve_action(settings: &Settings) -> Result<(), Error> {
    let (portal, answers) = (start::portal(settings).await, start::jobs(settings).await);
    let jobs = PipelineJobs::new(&portal, &answers);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Unique>| async move {
        action::run(jobs, event.payload.0, ambient::now())
            .await
            .inspect_err(|error| tracing::error!(error = chain(error), "the job has no answer"))
            .map_err(Error::from)
    }))
    .await
}

/// Registers the upload that a call names.
async fn serve_register(settings: &Settings) -> Result<(), Error> {
    let portal = &start::portal(settings).await;
    lambda_runtime::run(service_fn(|event: LambdaEvent<register::Call>| async move {
        register::run(portal, &event.payload, ambient::now())
            .await
            .inspect_err(|error| {
                tracing::error!(upload = %event.payload.upload, error = chain(error), "the upload is not registered yet");
            })
            .map_err(Error::from)
    }))
    .await
}

/// Answers the jobs of `action` that ended without an answer, as Lambda reports them.
async fn serve_unanswered(settings: unanswered::Settings) -> Result<(), Error> {
    let (jobs, metrics) = (&settings.jobs().await, &Metrics::of(settings.home));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        unanswered::run(jobs, metrics, event.payload, ambient::now())
            .await
            .inspect_err(|error| tracing::error!(error = chain(error), "the job has no answer"))
            .map_err(Error::from)
    }))
    .await
}

/// Does what is due whenever a schedule calls. What the call carries does not matter.
async fn serve_clock(settings: &Settings) -> Result<(), Error> {
    let portal = &start::portal_with_executors(settings).await;
    let metrics = &Metrics::of(settings.home.clone());
    lambda_runtime::run(service_fn(|_: LambdaEvent<Value>| async move {
        clock::run(portal, metrics, ambient::now())
            .await
            .inspect_err(|error| {
                tracing::error!(error = chain(error), "not all that is due is done");
            })
            .map_err(Error::from)
    }))
    .await
}

/// A function's requests come one at a time: one thread answers them, and a cold start makes no others.
fn on_one_thread(serve: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve)
}

/// Digests are computed while the next bytes arrive.
fn on_all_threads(serve: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve)
}
