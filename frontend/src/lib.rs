//! The pages: view models in, HTML out; islands where something moves.
