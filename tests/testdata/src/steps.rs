//! The path that builds move along.

use domain::{
    id::EnvironmentId,
    path::{ApprovalRule, Gates, Path, PathStep, Target, Timeouts},
};
use jiff::SignedDuration;

use crate::people::{dev, preprod, prod};

/// A step that asks for nothing and is carried out by the portal itself.
pub fn step(environment: EnvironmentId) -> PathStep {
    PathStep {
        environment,
        gates: Gates::default(),
        automatic: false,
        target: Target::Portal(None),
        expires_after: SignedDuration::from_hours(72),
        approvals_expire: PathStep::APPROVALS_EXPIRE,
        timeouts: Timeouts::default(),
        rollback_gates: None,
    }
}

/// dev, preprod, prod, where prod asks for one approval of the leads; `change` makes it another.
pub fn path(change: impl Fn(&mut Path)) -> Path {
    let mut path = Path {
        apps: Vec::new(),
        steps: [dev(), preprod(), prod()].map(step).to_vec(),
    };
    path.steps[2].gates.approvals = vec![ApprovalRule {
        count: 1,
        groups: vec!["leads".to_owned()],
    }];
    change(&mut path);
    path
}
