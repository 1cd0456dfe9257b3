//! What the fuzz targets reach of this module.

use domain::Timestamp;
use sources::job::{Job, parameters::Task};

use super::token::Token;

/// What a job is to do, in the words of a debugger, or what to change in its `UserParameters`.
pub fn task(text: Option<&str>) -> Result<String, String> {
    Task::parse(text).map(|task| format!("{task:?}"))
}

/// What the next job is handed after this one was handed `text`.
pub fn continuation(text: Option<&str>, now: Timestamp) -> String {
    Token::read(text, now).text()
}

/// A job's `UserParameters`.
pub fn parameters(job: &Job) -> Option<&str> {
    job.parameters.as_deref()
}

/// What of a job nobody may see.
pub fn secrets(job: &Job) -> Vec<&str> {
    let of = job.credentials.iter().flat_map(|credentials| {
        [
            Some(credentials.access_key_id.as_str()),
            Some(credentials.secret_access_key.as_str()),
            credentials.session_token.as_deref(),
        ]
    });
    of.flatten().collect()
}
