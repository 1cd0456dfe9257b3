//! What is logged while a test runs, in its own thread.
//!
//! All threads of a test binary share one subscriber: whether an event is looked at, at all, is cached for the whole process,
//! and a thread without a subscriber would switch it off for the test beside it. The subscriber writes to the log of the
//! thread that the event happens in, if a test there asked for one.

use std::{
    cell::RefCell,
    io,
    sync::{Arc, Mutex, Once},
};

use tracing_subscriber::{
    filter::{Targets, dynamic_filter_fn},
    fmt,
    layer::{Layer as _, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

thread_local! {
    static OF_THIS_THREAD: RefCell<Option<(Targets, Buffer)>> = const { RefCell::new(None) };
}

/// What a test of this thread asked for; nothing where none did, nor at the thread's end.
fn of_this_thread<T>(read: impl FnOnce(&(Targets, Buffer)) -> T) -> Option<T> {
    let log = OF_THIS_THREAD.try_with(|log| log.borrow().as_ref().map(read));
    log.ok().flatten()
}

/// Sets the subscriber up. Every test does so before anything can log.
pub fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let asked = dynamic_filter_fn(|metadata, _| {
            let enabled =
                |targets: &Targets| targets.would_enable(metadata.target(), metadata.level());
            of_this_thread(|(targets, _)| enabled(targets)) == Some(true)
        });
        let lines = fmt::layer()
            .with_writer(|| of_this_thread(|(_, buffer)| buffer.clone()).unwrap_or_default());
        tracing_subscriber::registry()
            .with(lines.with_filter(asked))
            .init();
    });
}

/// The log of one test.
pub struct Log(Buffer);

impl Log {
    /// Collects from now on what this thread logs, down to the levels of `targets`.
    pub fn of_this_test(targets: &str) -> Self {
        start();
        let buffer = Buffer::default();
        let kept = (targets.parse().unwrap(), buffer.clone());
        assert!(OF_THIS_THREAD.replace(Some(kept)).is_none());
        Self(buffer)
    }

    /// What was logged so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.0.lock().unwrap().clone()).unwrap()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        OF_THIS_THREAD.take();
    }
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
