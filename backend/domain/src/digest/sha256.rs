//! SHA-256: ring's, which uses the processor's instructions for it on x86-64 and on arm64. WebAssembly has no such
//! instructions, and ring needs a C compiler for it: there it is the portable one of `sha2`.

#[cfg(not(target_family = "wasm"))]
mod implementation {
    use ring::digest::{Context, SHA256};

    #[derive(Clone)]
    pub(in crate::digest) struct State(Context);

    impl State {
        pub(in crate::digest) fn new() -> Self {
            Self(Context::new(&SHA256))
        }

        pub(in crate::digest) fn update(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }

        pub(in crate::digest) fn finish(self) -> [u8; 32] {
            let mut digest = [0; 32];
            digest.copy_from_slice(self.0.finish().as_ref());
            digest
        }
    }
}

#[cfg(target_family = "wasm")]
mod implementation {
    use sha2::{Digest as _, Sha256};

    #[derive(Clone)]
    pub(in crate::digest) struct State(Sha256);

    impl State {
        pub(in crate::digest) fn new() -> Self {
            Self(Sha256::new())
        }

        pub(in crate::digest) fn update(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }

        pub(in crate::digest) fn finish(self) -> [u8; 32] {
            self.0.finalize().into()
        }
    }
}

pub(super) use implementation::State;
