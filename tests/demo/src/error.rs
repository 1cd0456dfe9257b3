//! What can go wrong, each with what to do about it.

use std::{path::PathBuf, process::ExitStatus, time::Duration};

/// Why the demonstration cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The portal was not built.
    #[error("{0} does not exist: build it with `cargo build --workspace --bin towpath`")]
    NoPortal(PathBuf),
    /// A sample package was not fetched.
    #[error("{0} does not exist: fetch the sample packages with `tests/samples/build real`")]
    NoSample(PathBuf),
    /// The address that people shall use is taken.
    #[error(
        "{0} is in use: stop what listens there, or choose another with `make run LISTEN=127.0.0.1:9000`"
    )]
    AddressTaken(std::net::SocketAddr),
    /// No port was free.
    #[error("no free port on loopback")]
    NoPort(#[source] std::io::Error),
    /// The portal's process could not be started.
    #[error("cannot start the portal")]
    Spawn(#[source] std::io::Error),
    /// The portal's process ended by itself.
    #[error("the portal ended ({0}); its messages above say why")]
    PortalEnded(ExitStatus),
    /// The portal does not answer.
    #[error("the portal did not answer at {url} within {} s; its messages above may say why", patience.as_secs())]
    NotReady {
        /// What was asked.
        url: String,
        /// How long.
        patience: Duration,
    },
    /// The portal answers something else than it should.
    #[error("the portal's answer to {url} is not what was expected")]
    Portal {
        /// What was asked.
        url: String,
        /// Why it failed.
        #[source]
        source: reqwest::Error,
    },
    /// The portal does something else with a request than the play has it.
    #[error("the portal answers {status} to {what}: {detail}")]
    Unexpected {
        /// What was asked for.
        what: String,
        /// The answer's status.
        status: u16,
        /// What the answer says.
        detail: String,
    },
    /// No HTTP client could be built.
    #[error("cannot set up an HTTP client")]
    Client(#[source] reqwest::Error),
    /// The simulator did not start.
    #[error("cannot start the CodePipeline simulator")]
    Simulator(#[from] simulator::StartError),
    /// The simulator refused something.
    #[error("the CodePipeline simulator refused {operation}")]
    Refused {
        /// What was asked.
        operation: String,
        /// Why.
        #[source]
        source: simulator::ApiError,
    },
    /// A run took another turn than the play has it.
    #[error("a run of {pipeline} ended as {status} instead of {wanted}{why}")]
    OffScript {
        /// The pipeline.
        pipeline: String,
        /// How it ended.
        status: String,
        /// How it should have.
        wanted: &'static str,
        /// What the action said that failed.
        why: String,
    },
    /// A run took too long.
    #[error("a run of {pipeline} was not done within {} s; is the portal answering its jobs?", patience.as_secs())]
    TooLong {
        /// The pipeline.
        pipeline: String,
        /// How long.
        patience: Duration,
    },
    /// The events did not all arrive.
    #[error("{dropped} events did not reach the portal; its messages above may say why")]
    EventsLost {
        /// How many.
        dropped: u64,
    },
}

/// An error with everything behind it, in one line.
pub fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
