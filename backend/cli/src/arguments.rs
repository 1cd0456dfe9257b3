//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use url::Url;

use crate::{
    auth::Auth,
    commands::{
        audit,
        builds::BuildsOptions,
        compare::CompareOptions,
        config, event,
        holds::{HoldOptions, LiftOptions},
        inspect::InspectOptions,
        latest::LatestOptions,
        link, privacy,
        promotion::{
            answer::{ApproveOptions, ReasonOptions},
            list::PromotionsOptions,
            promote::PromoteOptions,
            rollback::RollbackOptions,
        },
        push::PushOptions,
        runs::RunsOptions,
        token,
        withdrawals::WithdrawalOptions,
    },
};

const AFTER_HELP: &str = "Authentication:
  A portal that runs on this machine takes you for its one user. A deployed portal asks for a token: make one on its page
  /settings/tokens, and give it in the environment variable TOWPATH_TOKEN or in a file with --token-file. It is sent to the
  portal of --url and nowhere else, and over https only.
  A job that is one of the portal's [[workloads]] needs no secret: in GitHub Actions with id-token: write, with a token of
  GitLab or CircleCI in TOWPATH_ID_TOKEN, or with the role of AWS that it runs in (--auth aws).

Exit codes:
  0  done
  1  failed, such as a portal that has a fault or a link that broke
  2  the command line is not valid
  3  the portal cannot be reached
  4  there is no such thing
  5  refused or not valid, such as a package that no phone installs or a wrong configuration
  6  a promotion did not succeed, or not in time
  7  the audit log is not as it was written";

/// Towpath, the release portal: see what runs where, upload builds, download the newest one, promote them.
#[derive(Parser)]
#[command(name = "towpath", version, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Where the portal is
    #[arg(long, global = true, env = "TOWPATH_URL", value_name = "URL", default_value = "http://127.0.0.1:8080", value_parser = address)]
    pub(crate) url: Url,
    /// How to prove what this job is, where its platform is not detected
    #[arg(long, global = true, env = "TOWPATH_AUTH", value_enum)]
    pub(crate) auth: Option<Auth>,
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help = "A file with the token to be known by [default: the environment variable TOWPATH_TOKEN]"
    )]
    pub(crate) token_file: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run a portal on this machine, with nothing else to install
    #[cfg(feature = "serve")]
    Serve(crate::serve::ServeOptions),
    /// Back up what a local portal keeps, verify a backup, restore it
    #[cfg(feature = "serve")]
    #[command(subcommand)]
    Backup(crate::backup::Command),
    /// Upload a build: its files are stored, the build is registered and released
    Push(PushOptions),
    /// Show who you are to the portal, what you can do, and why
    Whoami,
    /// Show what every environment serves and how its pipelines do
    Status,
    /// List an app's builds, newest first
    Builds(BuildsOptions),
    /// List an app's runs, newest first
    Runs(RunsOptions),
    /// Download the package that an environment serves now, and check it
    Latest(LatestOptions),
    /// Request a build's release in the next environment of its path
    Promote(PromoteOptions),
    /// Approve a promotion, of exactly these bytes
    Approve(ApproveOptions),
    /// Reject a promotion, which ends it
    Reject(ReasonOptions),
    /// Cancel a promotion that has not started
    Cancel(ReasonOptions),
    /// End a promotion that is starting or running; its target is not stopped, and releases nothing by it any more
    Abandon(ReasonOptions),
    /// List the promotions that need your approval
    Waiting,
    /// List promotions, or show one
    Promotions(PromotionsOptions),
    /// Roll an environment back to an earlier build
    Rollback(RollbackOptions),
    /// Hold an environment: nothing starts there until someone lifts the hold
    Hold(HoldOptions),
    /// Lift a hold
    Lift(LiftOptions),
    /// List the active holds
    Holds,
    /// Withdraw a build: nobody can download it any more
    Withdraw(WithdrawalOptions),
    /// Restore a withdrawn build
    Restore(WithdrawalOptions),
    /// Share builds with people who have no account
    #[command(subcommand)]
    Link(link::Command),
    /// Read packages, and tell what Android will do with them; needs no portal
    Inspect(InspectOptions),
    /// Compare two builds
    Compare(CompareOptions),
    /// Read, verify or export the audit log
    #[command(subcommand)]
    Audit(audit::Command),
    /// Export what is kept of a person, or erase their name
    #[command(subcommand)]
    Privacy(privacy::Command),
    /// Make, list or revoke API tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Report pipeline events to the portal
    #[command(subcommand)]
    Event(event::Command),
    /// Look at a configuration file
    #[command(subcommand)]
    Config(config::Command),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .map_err(|error| format!("{error}; write it like https://releases.example.com"))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err("write it like https://releases.example.com".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
