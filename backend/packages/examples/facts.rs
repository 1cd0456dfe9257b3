//! Prints what packages say of themselves, one line of JSON for each file, for `make packages-suite`.
//!
//! `cargo run --release -p packages --example facts -- FILE…`

use std::process::ExitCode;

use futures::executor::block_on;
use packages::{apk::inspect, source::LocalFile};

fn main() -> ExitCode {
    for path in std::env::args().skip(1) {
        let facts = LocalFile::open(&path)
            .map(|file| block_on(inspect(file)).package)
            .map_err(|error| error.to_string())
            .and_then(|package| serde_json::to_string(&package).map_err(|error| error.to_string()));
        match facts {
            Ok(line) => println!("{line}"),
            Err(error) => {
                eprintln!("{path}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
