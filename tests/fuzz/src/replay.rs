//! What `make test` runs: the seeds, the saved inputs, and a fixed number of mutations of both.

use std::{
    fs::{self, File},
    io::Read,
    panic::catch_unwind,
};

use domain::digest::Digest;
use zip::ZipArchive;

use crate::{
    mutate::{Numbers, mutated},
    samples,
};

/// Runs a target over everything that is saved for it, and over so many mutations.
pub(crate) fn all(name: &str, mutations: usize) {
    let target = crate::target(name).unwrap();
    let mut inputs = saved(name);
    inputs.extend((target.seeds)());
    assert!(!inputs.is_empty(), "{name} has nothing to begin with");
    for input in &inputs {
        run(target, input);
    }
    let mut numbers = Numbers::new(0x746f_7770_6174_6800);
    for _ in 0..mutations {
        run(target, &mutated(&inputs, &mut numbers));
    }
}

/// The inputs that are saved for a target, in order; none where there is no archive of its name.
fn saved(target: &str) -> Vec<Vec<u8>> {
    let path = samples::root().join(format!("tests/fuzz/corpus/{target}.zip"));
    if !path.exists() {
        return Vec::new();
    }
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let numbers = 0..archive.len();
    let read = |number| {
        let mut input = Vec::new();
        let mut file = archive.by_index(number).unwrap();
        file.read_to_end(&mut input).unwrap();
        input
    };
    numbers.map(read).collect()
}

/// Keeps the input that a target fails on, and says where it is.
fn run(target: &crate::Target, input: &[u8]) {
    if catch_unwind(|| (target.run)(input)).is_ok() {
        return;
    }
    let digest = Digest::of(input).to_string();
    let folder = samples::root().join("tests/fuzz/artifacts");
    let path = folder.join(format!("{}-{}", target.name, &digest[..16]));
    fs::create_dir_all(&folder).unwrap();
    fs::write(&path, input).unwrap();
    panic!(
        "{name} fails on {path}. Mend the parser, then keep the input: tests/fuzz/saved add {name} {path}",
        name = target.name,
        path = path.display(),
    );
}
