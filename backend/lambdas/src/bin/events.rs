//! events.
fn main() {}
