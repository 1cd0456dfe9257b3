//! Starts the portal and the simulator and plays a demonstration.
fn main() {}
