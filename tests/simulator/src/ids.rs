//! Names that the simulator makes up.

use uuid::Uuid;

/// A new id of executions, actions, jobs, approvals and events.
pub(crate) fn uuid() -> String {
    Uuid::new_v4().to_string()
}

/// Some hexadecimal digits, at the most 32.
pub(crate) fn digits(length: usize) -> String {
    let mut digits = Uuid::new_v4().simple().to_string();
    digits.truncate(length);
    digits
}

/// Where an artifact is kept: pipeline and artifact cut short, and something random, as `CodePipeline` does it.
pub(crate) fn artifact_key(pipeline: &str, artifact: &str) -> String {
    let cut = |text: &str, length: usize| text.chars().take(length).collect::<String>();
    format!("{}/{}/{}", cut(pipeline, 20), cut(artifact, 10), digits(7))
}
