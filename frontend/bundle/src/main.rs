//! Builds the site's assets: compiles the islands to WebAssembly, binds them to JavaScript, makes them small, names
//! every file by its content and writes `manifest.json` beside them.
//!
//! `cargo run -p bundle` does all that; `--wasm-opt` names the optimiser of `binaryen` (in
//! `frontend/bundle/node_modules` after `npm install` there), without which the islands are larger but work. The same
//! sources give the same bytes on every machine.

mod compile;
mod error;
mod glue;
mod optimise;
mod publish;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

use crate::error::Error;

/// Builds the site's assets.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The folder to write to; files of earlier builds in it are removed.
    #[arg(long, default_value = "target/site")]
    out: PathBuf,
    /// The optimiser `wasm-opt` of binaryen.
    #[arg(long)]
    wasm_opt: Option<PathBuf>,
}

fn main() -> ExitCode {
    match build(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error::chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn build(arguments: &Arguments) -> Result<(), Error> {
    println!("Compiling the islands");
    let compiled = compile::islands()?;
    println!("Binding {}", compiled.display());
    let mut islands = glue::bind(&compiled)?;
    match &arguments.wasm_opt {
        Some(tool) => {
            let before = islands.wasm.len();
            islands.wasm =
                optimise::shrink(tool, &islands.wasm, &compiled.with_extension("opt.wasm"))?;
            println!("Optimised {before} bytes to {}", islands.wasm.len());
        }
        None => println!("Not optimised: no --wasm-opt was given"),
    }
    for file in publish::site(&arguments.out, &islands)? {
        println!("Wrote {file}");
    }
    Ok(())
}
