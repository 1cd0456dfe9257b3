//! `towpath`, the command line: for people, for CI jobs, and `towpath serve`, the local portal.

mod arguments;
mod auth;
#[cfg(feature = "serve")]
mod backup;
mod client;
mod commands;
mod failure;
mod output;
#[cfg(feature = "serve")]
mod serve;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use client::bearer::{Bearer, VARIABLE};
use commands::{
    audit, builds, compare, completions, config, event, holds, inspect, latest, link, privacy,
    promotion::{answer, list, promote, rollback},
    push, runs, status, token, whoami, withdrawals,
};
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
    let portal = || {
        let variable = std::env::var_os(VARIABLE);
        let token = Bearer::found(arguments.token_file.as_deref(), variable)?;
        client::Api::new(&arguments.url, arguments.auth, token)
    };
    match arguments.command {
        #[cfg(feature = "serve")]
        Command::Serve(options) => serve::serve(options)
            .await
            .map_err(|error| Failure::failed(&error)),
        #[cfg(feature = "serve")]
        Command::Backup(command) => backup::backup(command, output).await,
        Command::Push(options) => push::push(&portal()?, options, output).await,
        Command::Whoami => whoami::whoami(&portal()?, output).await,
        Command::Status => status::status(&portal()?, output).await,
        Command::Builds(options) => builds::builds(&portal()?, &options, output).await,
        Command::Runs(options) => runs::runs(&portal()?, &options, output).await,
        Command::Latest(options) => latest::latest(&portal()?, &options, output).await,
        Command::Promote(options) => promote::promote(&portal()?, &options, output).await,
        Command::Approve(options) => answer::approve(&portal()?, &options, output).await,
        Command::Reject(options) => answer::reject(&portal()?, &options, output).await,
        Command::Cancel(options) => answer::cancel(&portal()?, &options, output).await,
        Command::Abandon(options) => answer::abandon(&portal()?, &options, output).await,
        Command::Waiting => list::waiting(&portal()?, output).await,
        Command::Promotions(options) => list::promotions(&portal()?, &options, output).await,
        Command::Rollback(options) => rollback::rollback(&portal()?, &options, output).await,
        Command::Hold(options) => holds::hold(&portal()?, &options, output).await,
        Command::Lift(options) => holds::lift(&portal()?, &options, output).await,
        Command::Holds => holds::holds(&portal()?, output).await,
        Command::Withdraw(options) => withdrawals::withdraw(&portal()?, &options, output).await,
        Command::Restore(options) => withdrawals::restore(&portal()?, &options, output).await,
        Command::Link(command) => link::link(&portal()?, &command, output).await,
        Command::Inspect(options) => inspect::inspect(&options, output).await,
        Command::Compare(options) => compare::compare(&portal()?, &options, output).await,
        Command::Audit(command) => on_audit(portal, command, output).await,
        Command::Privacy(command) => privacy::privacy(&portal()?, command, output).await,
        Command::Token(command) => token::token(&portal()?, command, output).await,
        Command::Event(event::Command::Send(options)) => {
            event::send(&portal()?, &options, output).await
        }
        Command::Config(config::Command::Check { file, environments }) => {
            config::check(&file, environments.as_deref(), output)
        }
        Command::Config(config::Command::Schema) => config::schema(output),
        Command::Completions { shell } => completions::completions(shell, output),
    }
}

async fn on_audit(
    portal: impl FnOnce() -> Result<client::Api, Failure>,
    command: audit::Command,
    output: &Output,
) -> Result<(), Failure> {
    match command {
        audit::Command::List(options) => audit::list::list(&portal()?, &options, output).await,
        audit::Command::Verify(options) => audit::verify::verify(portal, &options, output).await,
        audit::Command::Export(options) => {
            audit::export::export(&portal()?, &options, output).await
        }
    }
}
