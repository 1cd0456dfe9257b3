//! Breaking the glass: naming gates to go past, with a reason of its own.

use clap::Args;
use domain::{gate::GateKind, promotion::Bypass};

#[derive(Args)]
pub(super) struct BypassOptions {
    /// Go past these gates, such as approvals,soak: for emergencies; the audit log keeps it for ever
    #[arg(
        long,
        value_name = "GATES",
        value_delimiter = ',',
        requires = "bypass_reason"
    )]
    bypass: Vec<GateKind>,
    /// Why these gates cannot be waited for
    #[arg(long, value_name = "WORDS", requires = "bypass")]
    bypass_reason: Option<String>,
}

impl BypassOptions {
    pub(super) fn wanted(&self) -> Option<Bypass> {
        self.bypass_reason.clone().map(|reason| Bypass {
            gates: self.bypass.clone(),
            reason,
        })
    }
}
