//! Makes WebAssembly small with `wasm-opt`.

use std::{fs, path::Path, process::Command};

use crate::error::Error;

/// What rustc's code for this target uses.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The same module, smaller. `scratch` is written and read.
pub(crate) fn shrink(tool: &Path, wasm: &[u8], scratch: &Path) -> Result<Vec<u8>, Error> {
    fs::write(scratch, wasm).map_err(Error::file(scratch))?;
    let status = Command::new(tool)
        .args(["-Oz", "--strip-debug", "--strip-producers"])
        .args(FEATURES)
        .arg(scratch)
        .arg("--output")
        .arg(scratch)
        .status()
        .map_err(|source| Error::Start {
            program: tool.to_owned(),
            source,
        })?;
    if !status.success() {
        return Err(Error::Failed(tool.to_owned()));
    }
    fs::read(scratch).map_err(Error::file(scratch))
}
