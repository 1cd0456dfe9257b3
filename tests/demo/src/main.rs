//! `make run`: starts the portal and the simulator, plays the demonstration once, and stays until Ctrl-C.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use demo::{
    error::{DemoError, in_full},
    manager, outro, pipelines, play,
    portal::{Places, Portal},
    samples::Samples,
    script,
};
use simulator::{Credentials, Options, Simulator};
use tokio::signal::unix::{SignalKind, signal};

/// How long the last events may take to arrive.
const LAST_EVENTS: Duration = Duration::from_secs(30);

/// Starts the portal with a demonstration.
#[derive(Parser)]
#[command(name = "demo")]
struct Arguments {
    /// Where people find the portal, on loopback
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Forget the data of earlier demonstrations
    #[arg(long)]
    reset: bool,
    /// The folder of the portal's data
    #[arg(long, default_value = "target/demo")]
    data: PathBuf,
    /// The portal's configuration
    #[arg(long, default_value = "tests/demo/towpath.toml")]
    config: PathBuf,
    /// The folder of the sample packages
    #[arg(long, default_value = "target/samples")]
    samples: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let stop = asked_to_stop();
    tokio::pin!(stop);
    match run(Arguments::parse(), stop).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {}", in_full(&error));
            ExitCode::FAILURE
        }
    }
}

/// Ctrl-C, the terminal's end, or a polite kill.
async fn asked_to_stop() {
    let mut others = [SignalKind::terminate(), SignalKind::hangup()].map(signal);
    let [Ok(terminate), Ok(hang_up)] = &mut others else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
}

async fn run(
    arguments: Arguments,
    stop: impl Future<Output = ()> + Unpin,
) -> Result<(), DemoError> {
    let samples = Samples::find(&arguments.samples, script::packages())?;
    let places = Places::choose(
        program(),
        arguments.config,
        arguments.data,
        arguments.listen,
    )?;
    let simulator = Simulator::start(options(&places)).await?;
    let mut portal = match Portal::start(&places, &simulator.endpoint(), arguments.reset) {
        Ok(portal) => portal,
        Err(error) => {
            simulator.stop().await;
            return Err(error);
        }
    };
    let ended = tokio::select! {
        ended = attend(&mut portal, &simulator, &samples, &places) => ended,
        () = stop => Ok(()),
    };
    println!("\nStopping ...");
    // Without the portal there is nobody to tell.
    if !matches!(ended, Err(DemoError::PortalEnded(_))) {
        play::stop_runs(&simulator);
        simulator.drained(LAST_EVENTS).await;
        portal.stop().await;
        simulator.stop().await;
    }
    ended
}

/// The portal's program: beside this one.
fn program() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|own| Some(own.parent()?.join("towpath")))
        .unwrap_or_else(|| PathBuf::from("target/debug/towpath"))
}

fn options(places: &Places) -> Options {
    let aws = format!("http://{}", places.aws);
    Options {
        events_endpoint: Some(aws.clone()),
        lambda_endpoint: Some(aws),
        s3_endpoint: Some(format!("http://{}", places.s3)),
        credentials: Credentials::default(),
        ..Options::default()
    }
}

/// Waits for the portal, plays, and stays until the portal ends, which it should not.
async fn attend(
    portal: &mut Portal,
    simulator: &Simulator,
    samples: &Samples,
    places: &Places,
) -> Result<(), DemoError> {
    println!("Starting the portal ...");
    portal.ready().await?;
    pipelines::declare(simulator)?;
    let history = portal.has_history().await?;
    let api = portal.api();
    let progress = |line: String| println!("  {line}");
    let played = async {
        if history {
            println!("The portal has its history; one more run starts:");
            play::running(simulator, samples, &progress).await?;
        } else {
            println!("Playing the demonstration through simulated pipelines:");
            let promoted = manager::first_releases(&api, &progress);
            play::everything(simulator, samples, promoted, &progress).await?;
            println!("And a release manager at work:");
            manager::day(&api, &progress).await?;
        }
        let arrived = simulator.drained(LAST_EVENTS).await;
        let dropped = simulator.overview().events_dropped;
        if arrived && dropped == 0 {
            Ok(())
        } else {
            Err(DemoError::EventsLost { dropped })
        }
    };
    tokio::select! {
        played = played => played?,
        error = portal.ended() => return Err(error),
    }
    println!(
        "{}",
        outro::text(&places.url(), &simulator.endpoint(), &places.config)
    );
    Err(portal.ended().await)
}
