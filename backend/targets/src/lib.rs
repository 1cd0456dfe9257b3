//! What Towpath tells the systems that carry something out. One folder a system.

pub mod codepipeline;
mod role;

pub use role::{Credentials, Role, Roles, own_credentials};
