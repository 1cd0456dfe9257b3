//! What is asked for by the environment: `make chaos` sets it.

/// So many tests share the seeds; `tests/chaos.rs` has them.
const TESTS: u64 = 20;

/// Which seeds, and how long each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Only this one.
    pub seed: Option<u64>,
    /// The seeds 1 to this one.
    pub seeds: u64,
    /// Steps of each.
    pub steps: u32,
    /// Whether all steps are printed, and not only the last before a failure.
    pub prints: bool,
}

impl Options {
    /// What the environment says; else 20 seeds of 1,000 steps.
    pub fn of_environment() -> Self {
        Self {
            seed: number("TOWPATH_CHAOS_SEED"),
            seeds: number("TOWPATH_CHAOS_SEEDS").unwrap_or(TESTS),
            steps: number("TOWPATH_CHAOS_STEPS").map_or(1_000, |steps| steps.try_into().unwrap()),
            prints: number("TOWPATH_CHAOS_PRINT").is_some(),
        }
    }

    /// The seeds of the test of that number, from 1.
    pub fn of_test(self, test: u64) -> Vec<u64> {
        let mut seeds = match self.seed {
            Some(seed) => vec![seed],
            None => (1..=self.seeds).collect(),
        };
        seeds.retain(|seed| seed % TESTS == test % TESTS);
        seeds
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are configured by the environment"
)]
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")))
}
