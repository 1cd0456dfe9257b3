//! `towpath`, the command line: for people, for CI jobs, and `towpath serve`, the local portal.

mod api;
mod arguments;
mod commands;
mod failure;
mod output;
mod serve;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use commands::{builds, completions, config, event, latest, push, runs, status};
use failure::Failure;
use output::Output;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    match run(arguments, &output).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.code())
        }
    }
}

async fn run(arguments: Arguments, output: &Output) -> Result<(), Failure> {
    let portal = || api::Api::new(&arguments.url);
    match arguments.command {
        Command::Serve(options) => serve::serve(options)
            .await
            .map_err(|error| Failure::failed(&error)),
        Command::Push(options) => push::push(&portal()?, options, output).await,
        Command::Status => status::status(&portal()?, output).await,
        Command::Builds(options) => builds::builds(&portal()?, &options, output).await,
        Command::Runs(options) => runs::runs(&portal()?, &options, output).await,
        Command::Latest(options) => latest::latest(&portal()?, &options, output).await,
        Command::Event(event::Command::Send(options)) => {
            event::send(&portal()?, &options, output).await
        }
        Command::Config(config::Command::Check { file }) => config::check(&file, output),
        Command::Config(config::Command::Schema) => config::schema(output),
        Command::Completions { shell } => completions::completions(shell, output),
    }
}
