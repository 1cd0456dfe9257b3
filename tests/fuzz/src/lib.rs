//! Fuzz targets: each hands bytes from outside to one parser and asserts more than that it survives.
//!
//! The same functions run in two ways. `make test` runs every saved input of `corpus/` and a fixed number of mutations of
//! each, the same ones each time. `make fuzz` lets libFuzzer look for new ones, guided by coverage (`libfuzzer/`). How to
//! add a target is in `docs/fuzzing.md`.

mod input;
#[cfg(test)]
mod mutate;
#[cfg(test)]
mod replay;
mod samples;
mod zip;

/// One parser of outside bytes, and what must be true of it whatever the bytes are.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of its module and of its archive in `corpus/`.
    pub name: &'static str,
    /// Hands the bytes over. Panics if something is not as it must be.
    pub run: fn(&[u8]),
    /// Inputs to begin with, made of the samples that the repository holds.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// The targets, each with how many mutations `make test` tries: as many as take some seconds in a debug build.
macro_rules! targets {
    ($($name:ident: $mutations:literal,)*) => {
        $(pub mod $name;)*

        /// All targets.
        pub const TARGETS: &[Target] = &[$(Target {
            name: stringify!($name),
            run: $name::target,
            seeds: $name::seeds,
        }),*];

        #[cfg(test)]
        mod saved {
            $(#[test]
            fn $name() {
                crate::replay::all(stringify!($name), $mutations);
            })*
        }
    };
}

targets! {
    apk: 3_000,
    apk_parts: 5_000,
    archive: 5_000,
    audit_export: 3_000,
    bundle: 3_000,
    bundle_parts: 10_000,
    configuration: 4_000,
    cookies: 5_000,
    credentials: 10_000,
    events: 5_000,
    headers: 20_000,
    id_tokens: 1_000,
    identifiers: 10_000,
    invocation_records: 10_000,
    jobs: 15_000,
    workloads: 5_000,
    queries: 10_000,
    request_bodies: 10_000,
    sbom: 20_000,
    secrets: 20_000,
    webhook_signatures: 10_000,
    webhooks: 4_000,
}

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
