//! action.
fn main() {}
