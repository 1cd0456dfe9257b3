//! What goes wrong between a caller and the service: answers that get lost, calls that are put off.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// What goes wrong with the next calls of an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// The operation, such as `StartPipelineExecution`.
    pub operation: String,
    /// What goes wrong.
    pub kind: FaultKind,
    /// With how many calls.
    #[serde(default = "one")]
    pub times: u32,
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultKind {
    /// It is put off: nothing was done.
    Throttled,
    /// IAM does not let it through: nothing was done.
    Denied,
    /// The service calls the request invalid: nothing was done.
    Refused,
    /// It is carried out, and the connection breaks before the answer is through.
    AnswerLost,
    /// The connection breaks before anything was done.
    CallLost,
    /// The service fails; nothing was done, which the answer does not say.
    ServiceFailed,
}

fn one() -> u32 {
    1
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Adds one, after those of the same operation.
    pub(crate) fn add(&self, fault: Fault) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.push(fault);
    }

    /// What goes wrong with a call that comes now.
    pub(crate) fn take(&self, operation: &str) -> Option<FaultKind> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = faults
            .iter_mut()
            .find(|fault| fault.operation == operation && fault.times > 0)?;
        next.times -= 1;
        let kind = next.kind;
        faults.retain(|fault| fault.times > 0);
        Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_in_order_as_often_as_asked_and_never_again() {
        let faults = Faults::default();
        let fault = |kind, times| Fault {
            operation: "GetPipelineState".to_owned(),
            kind,
            times,
        };
        faults.add(fault(FaultKind::Throttled, 2));
        faults.add(fault(FaultKind::AnswerLost, 1));
        assert_eq!(faults.take("StartPipelineExecution"), None);
        let met: Vec<_> = (0..4).map(|_| faults.take("GetPipelineState")).collect();
        assert_eq!(
            met,
            [
                Some(FaultKind::Throttled),
                Some(FaultKind::Throttled),
                Some(FaultKind::AnswerLost),
                None
            ]
        );
    }
}
