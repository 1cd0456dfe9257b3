//! The overview: what every environment serves, and the newest runs of every pipeline, in one partition.

use domain::{release::Release, run::RecentRuns};

/// All that the overview shows. It grows with apps and environments, never with history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverviewRecord {
    /// The release that each app's environment serves.
    pub current: Vec<Release>,
    /// The newest runs of each pipeline.
    pub recent: Vec<RecentRuns>,
}
