//! What the install forecast says of the build.

use super::{GateAnswer, GateKind};
use crate::{
    install::{Forecast, InstallWarning},
    path::InstallLimit,
};

/// A rollback goes to a lower version code by its nature: that alone is no reason against it.
pub(super) fn answer(
    limit: Option<&InstallLimit>,
    forecast: &[Forecast],
    rollback: bool,
) -> Option<GateAnswer> {
    let limit = limit?;
    let counts = |told: &&Forecast| {
        let by_nature = rollback && matches!(told.warning, InstallWarning::LowerVersionCode { .. });
        told.severity <= limit.refuse && !limit.allows(&told.warning) && !by_nature
    };
    let against: Vec<&Forecast> = forecast.iter().filter(counts).collect();
    let Some(worst) = against.first() else {
        let words = "nothing of the install forecast stands against it";
        return Some(GateAnswer::met(GateKind::Install, words));
    };
    let words: Vec<&str> = against.iter().map(|told| told.what.as_str()).collect();
    let kind = worst.warning.kind();
    let remedy = format!(
        "correct it and build anew ({}), or allow \"{kind}\" for this step in towpath.toml",
        worst.team.trim_end_matches('.')
    );
    Some(GateAnswer::refused(
        GateKind::Install,
        words.join("; "),
        remedy,
    ))
}
