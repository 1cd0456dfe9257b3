//! Compiles the crate `frontend` to WebAssembly.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use crate::error::Error;

const TARGET: &str = "wasm32-unknown-unknown";

/// Compiles the islands and says where the result lies.
pub(crate) fn islands() -> Result<PathBuf, Error> {
    let workspace = workspace();
    let cargo = PathBuf::from(variable("CARGO").unwrap_or_else(|| "cargo".into()));
    let status = Command::new(&cargo)
        .current_dir(&workspace)
        .args([
            "rustc",
            "--package",
            "frontend",
            "--lib",
            "--crate-type",
            "cdylib",
        ])
        .args([
            "--no-default-features",
            "--features",
            "hydrate",
            "--target",
            TARGET,
            "--profile",
            "wasm",
        ])
        .env("CARGO_ENCODED_RUSTFLAGS", flags(&workspace))
        .status()
        .map_err(|source| Error::Start {
            program: cargo.clone(),
            source,
        })?;
    if !status.success() {
        return Err(Error::Failed(cargo));
    }
    let target =
        variable("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    Ok(target.join(TARGET).join("wasm/frontend.wasm"))
}

/// Where this workspace lies; it is built and run in one place.
fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Panics name the file that they come from: without the folders of this machine, so that every machine builds the
/// same bytes.
fn flags(workspace: &Path) -> OsString {
    let home = variable("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let rust = variable("RUSTUP_HOME")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".rustup")));
    let folders = [
        (Some(workspace.to_owned()), "towpath"),
        (home, "cargo"),
        (rust, "rust"),
    ];
    let flags: Vec<OsString> = folders
        .into_iter()
        .filter_map(|(folder, name)| {
            let mut flag = OsString::from("--remap-path-prefix=");
            flag.push(folder?);
            flag.push("=");
            flag.push(name);
            Some(flag)
        })
        .collect();
    flags.join(OsString::from("\u{1f}").as_os_str())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build tool is an edge: it reads its environment where it uses it"
)]
fn variable(name: &str) -> Option<OsString> {
    env::var(name).ok().map(OsString::from)
}
