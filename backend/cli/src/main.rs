//! towpath, the command line.
fn main() {}
