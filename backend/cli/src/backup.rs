//! `towpath backup`: everything that `towpath serve` keeps, in a folder of open formats. `docs/backup.md` specifies it.
//!
//! | file | what |
//! |---|---|
//! | `format` | the manifest and the lines of its lists |
//! | `folders` | the folders that are written, partial until they are complete |
//! | `make` | writes a backup, also while the portal runs |
//! | `names` | the paths of objects in a backup |
//! | `read` | reads one, and compares everything with its digest |
//! | `verify`, `restore` | the commands on that |
//! | `progress` | how far it is |

mod folders;
mod format;
mod make;
mod names;
mod progress;
mod read;
mod restore;
mod verify;

use std::{
    error::Error,
    io,
    iter::successors,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use domain::{causes::chain, words};
use tokio::task::spawn_blocking;

use crate::{failure::Failure, output::Output, serve::checks};
use format::Manifest;

const EXAMPLES: &str = "Examples:
  towpath backup make --to backups/2026-11-30          while `towpath serve` runs or not
  towpath backup verify backups/2026-11-30
  towpath backup restore backups/2026-11-30 --data .towpath-restored
  towpath serve --data .towpath-restored

A backup is a folder: the records as lines of JSON, the objects as files, and a manifest with the digests of all of them.
docs/backup.md says what is in it, and how it is read without this program.";

/// Back up, verify, restore.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Copy everything that a local portal keeps into a new folder, also while it runs
    Make(MakeOptions),
    /// Read a backup, and compare everything in it with its digest
    Verify(VerifyOptions),
    /// Make a new data folder of a backup
    Restore(RestoreOptions),
}

#[derive(Args, Clone)]
pub(crate) struct MakeOptions {
    /// The data folder of `towpath serve`
    #[arg(long, value_name = "DIR", default_value = ".towpath")]
    data: PathBuf,
    /// The folder to make; nothing may be there yet
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

#[derive(Args, Clone)]
pub(crate) struct VerifyOptions {
    /// The backup
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
}

#[derive(Args, Clone)]
pub(crate) struct RestoreOptions {
    /// The backup
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// The data folder to make, for `towpath serve --data`; absent or empty
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

pub(crate) async fn backup(command: Command, output: &Output) -> Result<(), Failure> {
    let watched = output.is_watched();
    match command {
        Command::Make(options) => {
            let to = options.to.clone();
            let manifest = blocking(move || make::make(&options, watched)).await?;
            tell("backed up", &manifest, output)?;
            output.note(&format!(
                "check it with `towpath backup verify {}`",
                to.display()
            ));
            complete(&manifest)
        }
        Command::Verify(options) => {
            let manifest = blocking(move || verify::verify(&options.backup, watched)).await?;
            tell("all digests are right:", &manifest, output)?;
            complete(&manifest)
        }
        Command::Restore(options) => {
            let data = options.data.clone();
            let manifest = restore::restore(options, watched).await?;
            tell("restored", &manifest, output)?;
            output.note(&format!(
                "start it with `towpath serve --data {}`, and compare its audit log with its seals by `towpath audit verify`",
                data.display()
            ));
            complete(&manifest)
        }
    }
}

fn tell(what: &str, manifest: &Manifest, output: &Output) -> Result<(), Failure> {
    if output.json {
        return output.value(manifest);
    }
    output.line(&format!(
        "{what} {} and {} ({}), as of {}",
        words::count(number(manifest.table.items), "record"),
        words::count(number(manifest.objects.count), "object"),
        words::size(manifest.objects.bytes),
        words::second(manifest.made_at),
    ));
    Ok(())
}

/// A backup that lacks what its records name is the best that there is, and no success.
fn complete(manifest: &Manifest) -> Result<(), Failure> {
    if manifest.incomplete.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "the backup has all that could be read, and is not complete:\n  {}",
        manifest.incomplete.join("\n  ")
    )))
}

fn number(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Work on the disk, where it holds up nothing else.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work)
        .await
        .map_err(|error| Failure::failed(&error))?
}

/// Why a file or folder cannot be read, in words.
fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!("{} cannot be read: {error}", path.display()))
}

/// Why a file or folder cannot be written, in words.
fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let name = path.display();
    if is_full(error) {
        return Failure::DiskFull(format!("{name} cannot be written: the disk is full"));
    }
    Failure::Failed(format!("{name} cannot be written: {error}"))
}

/// What a library says that writes to the disk.
fn failed(error: &(dyn Error + 'static)) -> Failure {
    let mut causes = successors(Some(error), |&error| error.source());
    let full = causes.any(|error| {
        error.downcast_ref().is_some_and(is_full)
            || matches!(error.downcast_ref(), Some(embedded::Error::Full { .. }))
            || matches!(error.downcast_ref(), Some(store::Error::Full { .. }))
    });
    if full {
        Failure::DiskFull(chain(error))
    } else {
        Failure::failed(error)
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// What broke off, where the disk of a folder that was written is full: `SQLite` says of some calls only that they failed.
fn explained(failure: Failure, folder: &Path) -> Failure {
    match (failure, checks::has_space(folder)) {
        (Failure::Failed(_), Err(error)) if is_full(&error) => unwritable(folder, &error),
        (failure, _) => failure,
    }
}

/// Says of a full disk how much is needed, and what to do. All that was begun is removed by then.
fn with_room(failure: Failure, needed: u64, option: &str) -> Failure {
    match failure {
        Failure::DiskFull(what) => Failure::DiskFull(format!(
            "{what}. About {} are needed: free some space on that disk, or name a folder on another one with {option}. Nothing is left of what was begun",
            words::size(needed)
        )),
        other => other,
    }
}
