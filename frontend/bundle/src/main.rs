//! Builds the site's assets.
fn main() {}
