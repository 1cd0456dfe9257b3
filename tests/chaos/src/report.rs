//! What is printed when a seed fails: how to repeat it, and what happened before.

use std::collections::VecDeque;

/// So many of the last steps are printed.
const LAST: usize = 40;

/// The last steps of a seed, printed when its test panics.
pub(crate) struct Report {
    seed: u64,
    steps: u32,
    step: u32,
    last: VecDeque<String>,
    /// Whether each line is printed at once.
    prints: bool,
}

impl Report {
    pub(crate) fn of(seed: u64, steps: u32, prints: bool) -> Self {
        Self {
            seed,
            steps,
            step: 0,
            last: VecDeque::new(),
            prints,
        }
    }

    /// The next step begins.
    pub(crate) fn begin(&mut self) -> u32 {
        self.step += 1;
        self.step
    }

    /// Something happened.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        let (step, text): (u32, String) = (self.step, text.as_ref().chars().take(700).collect());
        if self.prints {
            println!("{step:5} {text}");
        }
        self.last.push_back(format!("{step:5} {text}"));
        if self.last.len() > LAST {
            self.last.pop_front();
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let Self {
            seed, steps, step, ..
        } = self;
        if std::thread::panicking() {
            for line in &self.last {
                eprintln!("{line}");
            }
            eprintln!(
                "seed {seed} failed at step {step}; once more: make chaos SEED={seed} STEPS={steps}"
            );
        }
    }
}
