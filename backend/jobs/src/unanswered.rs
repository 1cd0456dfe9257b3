//! The answer to a job whose function ended without one.

use sources::job::unanswered::Unanswered;
use targets::codepipeline::{Answered, Error as AnswerError, FailureKind, Jobs};

use crate::{Error, Result};

/// Answers that the job failed. One that has an answer keeps it, and one that nobody waits for needs none.
pub async fn answer(unanswered: &Unanswered, jobs: &Jobs) -> Result<Answered> {
    let jobs = jobs.of_account(unanswered.account());
    let (job, message) = (unanswered.job(), unanswered.message());
    match jobs.fail(job, FailureKind::JobFailed, &message).await {
        Ok(answered) => Ok(answered),
        Err(AnswerError::NoSuchJob { .. }) => Ok(Answered::Before),
        Err(error) => Err(Error::Answer(error)),
    }
}
