//! The clock, randomness and the environment: read here, at the edge, and nowhere further in.

use domain::Timestamp;

/// The time.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge gives the time to everything further in"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A variable of the environment.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge reads the configuration, once, at start"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Ten random bytes from the operating system.
pub fn entropy() -> [u8; 10] {
    // A random UUID has 122 random bits: bytes 6 and 8 also hold its version and variant.
    let random = uuid::Uuid::new_v4().into_bytes();
    let mut bytes = [0; 10];
    bytes[..6].copy_from_slice(&random[..6]);
    bytes[6..].copy_from_slice(&random[9..13]);
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_throws_are_alike_and_every_byte_is_thrown() {
        let throws: HashSet<_> = (0..1000).map(|_| entropy()).collect();
        assert_eq!(throws.len(), 1000);
        for byte in 0..10 {
            let values: HashSet<_> = throws.iter().map(|throw| throw[byte]).collect();
            assert!(values.len() > 200, "byte {byte}");
        }
    }
}
