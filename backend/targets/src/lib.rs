//! What Towpath tells the systems that carry something out. One file a system.

pub mod codepipeline;
