//! What nobody can guess.

use crate::Portal;

impl Portal {
    /// Thirty-two random bytes.
    pub(crate) fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for part in bytes.chunks_mut(10) {
            part.copy_from_slice(&(self.parts.entropy)()[..part.len()]);
        }
        bytes
    }
}
