//! How far an upload is, for anyone who watches.

use api::uploads::RegistrationProgress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::files::LocalFile;
use crate::output::printable;

/// A bar over all files.
#[derive(Clone)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(files: &[LocalFile], watched: bool) -> Self {
        let total = files.iter().map(|file| file.promise.size).sum();
        let target = if watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let style = ProgressStyle::with_template(
            "{bar:30} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta} {msg}",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Bytes are on their way.
    pub(super) fn add(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    /// They did not arrive.
    pub(super) fn take_back(&self, bytes: u64) {
        self.0.set_position(self.0.position().saturating_sub(bytes));
    }

    /// So much has arrived before.
    pub(super) fn start_at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    /// All has arrived, and the portal reads it; or why it did not when it last tried.
    pub(super) fn registering(&self, progress: &RegistrationProgress) {
        let (done, files) = (progress.files_done, progress.files);
        let why = progress.last_error.as_ref();
        let why = why.map_or_else(String::new, |why| {
            format!(", tried again: {}", printable(why))
        });
        self.0.set_message(format!(
            "registering: {done} of {files} files are read{why}"
        ));
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
