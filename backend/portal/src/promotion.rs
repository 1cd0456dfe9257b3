//! Promotions, from the request to the release.
//!
//! | file | what |
//! |---|---|
//! | `request` | asking for one: every refusal at once, one promotion of two requests |
//! | `rollback` | asking for an earlier build |
//! | `automatic` | what the portal asks for itself |
//! | `answer` | approving, rejecting, cancelling, and whether that was said before |
//! | `approvers` | who can still approve, and why somebody cannot |
//! | `abandon` | ending one whose target is at work |
//! | `advance` | going on with one, wherever it stands: the only way forward |
//! | `in_pipeline` | promotions that a pipeline's own run carries out |
//! | `execution` | having it carried out: pipelines, approvals, other buckets; asking after what nothing was heard of |
//! | `finish` | releasing, or saying why not |
//! | `situation`, `checks` | the facts that the rules ask for |
//! | `show`, `options`, `recent` | what people see |
//!
//! What the audit log says of each is in `domain::promotion::audit_records`.
//!
//! Every state is written, with all that belongs to it, before anything is called; so the process that comes next, after a crash
//! or a lost answer, reads where it stands and goes on.
use crate::handle::handle;

mod abandon;
mod advance;
mod answer;
mod approvers;
mod automatic;
mod checks;
pub(crate) mod execution;
mod finish;
mod in_pipeline;
mod options;
mod progress;
mod recent;
mod request;
mod rollback;
mod show;
mod situation;
mod wish;

pub(crate) use approvers::KnownPeople;
pub use execution::Executors;
pub use in_pipeline::{PipelineGate, PipelineRequest, PipelineRun};
pub use request::Asked;

handle! {
    /// Promotions: asking for them, answering them, having them carried out.
    pub struct Promotions
}

handle! {
    /// Deciding on requests and answers, and writing what was decided.
    pub(crate) struct Decisions
}

handle! {
    /// What could be asked for and answered, and by whom.
    pub(crate) struct Prospects
}

handle! {
    /// What is known when a promotion is decided.
    pub(crate) struct Situations
}

handle! {
    /// Carrying promotions out, to their ends.
    pub(crate) struct Execution
}
