//! The clock, randomness, the signals and the log: read here, at the edge, and nowhere further in.

use std::{
    fmt,
    io::{self, Write as _},
};

use domain::Timestamp;
use tracing_subscriber::EnvFilter;

/// The time.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge gives the time to everything further in"
)]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// Ten random bytes from the operating system.
pub(super) fn entropy() -> [u8; 10] {
    // A random UUID has 122 random bits: bytes 6 and 8 also hold its version and variant.
    let random = uuid::Uuid::new_v4().into_bytes();
    let mut bytes = [0; 10];
    bytes[..6].copy_from_slice(&random[..6]);
    bytes[6..].copy_from_slice(&random[9..13]);
    bytes
}

/// What is logged unless `RUST_LOG` asks for something else. To dynoxide, a condition that does not hold is an error; to
/// the store it is an answer. So is a refused request to s3s.
const LOGGED: &str = "warn,dynoxide=error,s3s=off";

/// Logs what goes wrong to standard error.
pub(super) fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    // The person who set one up before wants that one.
    let _already_set = subscriber.try_init().is_err();
}

/// Tells the person at the terminal. Whether someone still reads it is no matter to the portal.
pub(super) fn say(line: fmt::Arguments<'_>) {
    let _nobody_reads = writeln!(io::stdout(), "{line}").is_err();
}

/// Returns when Ctrl-C or SIGTERM comes. Listens from the call on, not from the first await.
#[cfg(unix)]
pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Returns when Ctrl-C comes.
#[cfg(not(unix))]
pub(super) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _failed = tokio::signal::ctrl_c().await.is_err();
    })
}
