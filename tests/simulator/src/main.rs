//! The simulator as a process: `codepipeline-simulator --listen 127.0.0.1:4599 --events-endpoint http://…`.

use std::{net::SocketAddr, process::ExitCode};

use clap::Parser;
use simulator::{Credentials, Delivery, Options, Simulator};

/// A CodePipeline that runs on this machine.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen, on loopback; port 0 for a free one
    #[arg(long, default_value = "127.0.0.1:4599")]
    listen: SocketAddr,
    /// The AWS account that everything belongs to
    #[arg(long, default_value = "123456789012")]
    account: String,
    /// The AWS region that everything is in
    #[arg(long, default_value = "eu-west-1")]
    region: String,
    /// Who takes the events
    #[arg(long, env = "AWS_ENDPOINT_URL_EVENTBRIDGE")]
    events_endpoint: Option<String>,
    /// Who takes Lambda's Invoke
    #[arg(long, env = "AWS_ENDPOINT_URL_LAMBDA")]
    lambda_endpoint: Option<String>,
    /// The S3 that artifacts go to
    #[arg(long, env = "AWS_ENDPOINT_URL_S3")]
    s3_endpoint: Option<String>,
    /// What artifacts are written with, and what functions get
    #[arg(long, env = "AWS_ACCESS_KEY_ID", default_value = "simulator")]
    access_key_id: String,
    /// The key that belongs to the id
    #[arg(
        long,
        env = "AWS_SECRET_ACCESS_KEY",
        default_value = "simulator",
        hide_env_values = true
    )]
    secret_access_key: String,
    /// The session that the key belongs to
    #[arg(
        long,
        env = "AWS_SESSION_TOKEN",
        default_value = "simulator",
        hide_env_values = true
    )]
    session_token: String,
    /// By how much AWS's own periods are stretched (0.01: a job has 12 seconds instead of 20 minutes)
    #[arg(long, default_value_t = 1.0)]
    time_factor: f64,
    /// Send every so-manieth event twice
    #[arg(long, default_value_t = 0)]
    duplicate_every: u64,
    /// Send events that wait together in another order
    #[arg(long)]
    reorder: bool,
    /// Start a new pipeline at once, as AWS does
    #[arg(long)]
    start_on_create: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let simulator = match Simulator::start(options(Arguments::parse())).await {
        Ok(simulator) => simulator,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            eprintln!(
                "codepipeline-simulator: {error}{}",
                cause.unwrap_or_default()
            );
            return ExitCode::FAILURE;
        }
    };
    println!("CodePipeline is simulated at {}", simulator.endpoint());
    let _ = tokio::signal::ctrl_c().await;
    simulator.stop().await;
    ExitCode::SUCCESS
}

fn options(arguments: Arguments) -> Options {
    Options {
        listen: arguments.listen,
        account: arguments.account,
        region: arguments.region,
        events_endpoint: arguments.events_endpoint,
        lambda_endpoint: arguments.lambda_endpoint,
        s3_endpoint: arguments.s3_endpoint,
        credentials: Credentials {
            access_key_id: arguments.access_key_id,
            secret_access_key: arguments.secret_access_key,
            session_token: arguments.session_token,
        },
        time_factor: arguments.time_factor,
        delivery: Delivery {
            duplicate_every: arguments.duplicate_every,
            reorder: arguments.reorder,
        },
        start_on_create: arguments.start_on_create,
    }
}
