//! Hands libFuzzer's inputs to the target that `FUZZ_TARGET` names. `FUZZ_TARGET=` lists them; with `FUZZ_SEEDS`, the
//! target's seeds are written into that folder, and nothing is run.
//!
//! One binary for all targets: linking one for each would take longer than fuzzing does.

#![no_main]

use std::{env, fs, path::Path, process::exit, sync::OnceLock};

use fuzz::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

static TARGET: OnceLock<&Target> = OnceLock::new();

fuzz_target!(
    init: {
        let name = env::var("FUZZ_TARGET").unwrap_or_default();
        let Some(target) = fuzz::target(&name) else {
            TARGETS.iter().for_each(|target| println!("{}", target.name));
            exit(if name.is_empty() { 0 } else { 2 });
        };
        if let Some(folder) = env::var_os("FUZZ_SEEDS") {
            for (number, seed) in (target.seeds)().iter().enumerate() {
                let path = Path::new(&folder).join(format!("seed-{number:03}"));
                fs::write(path, seed).expect("the seeds cannot be written");
            }
            exit(0);
        }
        TARGET.get_or_init(|| target);
    },
    |data: &[u8]| {
        if let Some(target) = TARGET.get() {
            (target.run)(data);
        }
    }
);
