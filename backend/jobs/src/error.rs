//! Why a job has no answer yet.

/// Why `CodePipeline` has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The portal did not do what the job asked for.
    #[error(transparent)]
    Portal(#[from] portal::Error),
    /// `CodePipeline` did not take the answer of a job.
    #[error("CodePipeline did not take the answer to its job")]
    Answer(#[source] targets::codepipeline::Error),
    /// `CodePipeline` could not be asked about a job.
    #[error("CodePipeline could not be asked which execution this job is of: {reason}")]
    Unasked {
        /// What came instead of an answer.
        reason: String,
    },
}

/// What a job comes to.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the same may well come to its end when it is tried again later, though nobody changes anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Portal(error) => error.is_passing(),
            Self::Answer(_) | Self::Unasked { .. } => true,
        }
    }
}
