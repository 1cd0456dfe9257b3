//! How far a backup is, for anyone who watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over the bytes of all objects.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(watched: bool) -> Self {
        let target = if watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(ProgressStyle::default_spinner());
        Self(bar)
    }

    /// What is being done, while it is not about the bytes of objects.
    pub(super) fn say(&self, what: &'static str) {
        self.0.set_message(what);
        self.0.tick();
    }

    /// From now on, it is about so many bytes.
    pub(super) fn start(&self, bytes: u64) {
        let style = ProgressStyle::with_template(
            "{bar:30} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta} {msg}",
        );
        if let Ok(style) = style {
            self.0.set_style(style);
        }
        self.0.set_length(bytes);
    }

    /// So many of them are done.
    pub(super) fn add(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
