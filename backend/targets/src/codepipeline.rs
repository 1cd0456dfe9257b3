//! AWS `CodePipeline`: answers to its jobs, and pipelines that carry promotions out.
//!
//! | file | what |
//! |---|---|
//! | `jobs` | answers to the jobs of Lambda actions |
//! | `origin` | which execution a job is of, by `CodePipeline`'s own word |
//! | `pipelines` | the pipelines that can be called, and as whom |
//! | `start` | starting an execution, once |
//! | `look` | finding an execution again, and asking how it does |
//! | `approve` | answering an approval action that waits |
//! | `repair` | retrying a stage, and rolling one back |
//! | `error` | whether a call that failed took effect |

mod approve;
mod error;
mod jobs;
mod look;
mod origin;
mod pipelines;
mod repair;
mod start;

use aws_config::SdkConfig;
use aws_sdk_codepipeline::Client;

pub use approve::{Approval, Waiting};
pub use error::CallError;
pub use jobs::{Answered, Error, FailureKind, Jobs, MESSAGE_LIMIT, OUTPUT_LIMIT, SUMMARY_LIMIT};
pub use look::{ActionRun, Execution};
pub use origin::{Invocation, Origin, OriginError, Place, SourceRevision};
pub use pipelines::{Pipeline, Pipelines};
pub use start::{Revision, Start};

/// A client of `CodePipeline`. Without an endpoint, the SDK's own `AWS_ENDPOINT_URL_CODEPIPELINE` and `AWS_ENDPOINT_URL`
/// hold.
fn client(config: &SdkConfig, endpoint: Option<&str>) -> Client {
    let mut config = aws_sdk_codepipeline::config::Builder::from(config);
    if let Some(endpoint) = endpoint {
        config = config.endpoint_url(endpoint);
    }
    Client::from_conf(config.build())
}
