//! Jobs that functions were given and have yet to answer.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde_json::Value;
use tokio::sync::oneshot;

use crate::protocol::error::ApiError;

/// How many answered jobs are remembered.
const HISTORY: usize = 2000;

/// A function's answer.
#[derive(Debug)]
pub(crate) enum JobAnswer {
    /// Done, or to be called again with the token.
    Success {
        summary: Option<String>,
        external_id: Option<String>,
        percent: Option<u8>,
        variables: BTreeMap<String, String>,
        continuation: Option<String>,
    },
    /// Not done.
    Failure {
        code: String,
        message: String,
        external_id: Option<String>,
    },
}

/// The jobs of all Lambda actions.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    waiting: HashMap<String, Waiting>,
    past: HashSet<String>,
    order: VecDeque<String>,
}

/// A job without an answer.
#[derive(Debug)]
struct Waiting {
    answer: oneshot::Sender<JobAnswer>,
    /// What `GetJobDetails` says of it.
    details: Value,
}

impl Jobs {
    /// Opens a job and gives where its answer will come.
    pub(crate) fn open(&mut self, id: &str, details: Value) -> oneshot::Receiver<JobAnswer> {
        let (answer, receiver) = oneshot::channel();
        let waiting = Waiting { answer, details };
        self.waiting.insert(id.to_owned(), waiting);
        receiver
    }

    /// What is known of a job that has no answer yet.
    pub(crate) fn details(&self, id: &str) -> Result<Value, ApiError> {
        match self.waiting.get(id) {
            Some(waiting) => Ok(waiting.details.clone()),
            None => Err(self.refusal(id)),
        }
    }

    /// Closes a job that nobody will answer any more.
    pub(crate) fn close(&mut self, id: &str) {
        if self.waiting.remove(id).is_some() {
            self.remember(id);
        }
    }

    /// Hands over an answer.
    pub(crate) fn answer(&mut self, id: &str, answer: JobAnswer) -> Result<(), ApiError> {
        let Some(waiting) = self.waiting.remove(id) else {
            return Err(self.refusal(id));
        };
        self.remember(id);
        let sent = waiting.answer.send(answer);
        sent.map_err(|_| not_in_progress(id))
    }

    fn refusal(&self, id: &str) -> ApiError {
        if self.past.contains(id) {
            not_in_progress(id)
        } else {
            no_job(id)
        }
    }

    fn remember(&mut self, id: &str) {
        self.past.insert(id.to_owned());
        self.order.push_back(id.to_owned());
        if self.order.len() > HISTORY
            && let Some(oldest) = self.order.pop_front()
        {
            self.past.remove(&oldest);
        }
    }
}

/// No such job.
fn no_job(id: &str) -> ApiError {
    ApiError::new(
        "JobNotFoundException",
        format!("Can't find job with ID '{id}'"),
    )
}

fn not_in_progress(id: &str) -> ApiError {
    ApiError::new(
        "InvalidJobStateException",
        format!("The job with ID '{id}' is not in progress"),
    )
}
