//! One fact from a source, in canonical form.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    id::{EventId, RunId, StepId},
    status::Status,
    text,
};

/// One fact from a source. Immutable; a second delivery of the same fact has the same [`EventId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// `<source>:<the source's own key for duplicates>`.
    pub id: EventId,
    /// The run that it speaks of.
    pub run: RunId,
    /// The step of that run, when it does not speak of the run as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// The pipeline, workflow or project that the run is one execution of.
    pub pipeline: Pipeline,
    /// When it happened, by the source's clock.
    pub occurred_at: Timestamp,
    /// When it reached us, by ours.
    pub received_at: Timestamp,
    /// Which try of the run, from 1.
    pub attempt: u32,
    /// The source's clock in milliseconds since 1970, or its own sequence number.
    pub ordinal: u64,
    /// What it says of the run or step.
    pub status: Status,
    /// The source's own word for that.
    pub raw_status: String,
    /// What else it says.
    #[serde(default)]
    pub facts: Facts,
}

/// The pipeline, workflow or project of a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pipeline {
    /// The reporting system: `codepipeline`, `codebuild`, …
    pub source: String,
    /// AWS account, where the source has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// AWS region, where the source has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its name there.
    pub name: String,
}

/// What an event says beside its status. Each source fills what it knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facts {
    /// When the run or step started, where the source says so apart from the event's own time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// What started the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// What it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// What the step does and how it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<StepDetail>,
    /// The pipeline on whose behalf this run works, such as the `CodePipeline` that started a `CodeBuild` build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// What started a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trigger {
    /// The source's word for it (`StartPipelineExecution`, `WebhookV2`, `push`).
    pub kind: String,
    /// The person or thing behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// The state of the source code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// Commit, or the version of whatever the source is kept in.
    pub commit: String,
    /// The commit's message, its first line at the most 200 characters long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Branch or tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// `owner/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Where to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a step does, and how it went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepDetail {
    /// `Source`, `Build`, `Deploy`, `Test`, `Invoke`, `Approval`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What carries it out: `CodeBuild`, `Lambda`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What that says of the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Its code for a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The log or the page of the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The provider's own identifier for this execution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

/// How far ahead of our own clock a source's may be before we stop believing it.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(24);

/// How far ahead of our own clock a source's may be before somebody should look at both.
const CLOCK_DRIFT: SignedDuration = SignedDuration::from_mins(5);

/// What the ordinal of an event that is not believed keeps of its milliseconds: its quarters of a second. In every year with
/// four digits that is less than the milliseconds of any time after September 2001.
const UNBELIEVED_SHIFT: u32 = 8;

impl Event {
    /// The ordinal of an event that `occurred_at` by a clock: milliseconds since 1970; a clock before 1970 counts as 1970.
    ///
    /// A clock more than [`CLOCK_TOLERANCE`] ahead of ours is not believed, since it would freeze the run: such events
    /// come before all that are believed. Among each other they are in the order of their source, whenever they arrive, so that a
    /// run is right also where it is our clock that is wrong.
    pub fn clock_ordinal(occurred_at: Timestamp, received_at: Timestamp) -> u64 {
        let millisecond = u64::try_from(occurred_at.as_millisecond()).unwrap_or(0);
        if occurred_at.duration_since(received_at) > CLOCK_TOLERANCE {
            millisecond >> UNBELIEVED_SHIFT
        } else {
            millisecond
        }
    }

    /// How far the source's clock is ahead of ours, where that is more than clocks drift apart: one of them is wrong.
    pub fn clock_drift(&self) -> Option<SignedDuration> {
        let ahead = self.occurred_at.duration_since(self.received_at);
        (ahead > CLOCK_DRIFT).then_some(ahead)
    }
}

impl Revision {
    /// The first line of a message, at the most 200 characters; a longer one ends in an ellipsis.
    pub fn first_line(message: &str) -> Option<String> {
        let mut lines = message.lines().map(|line| text::line(line.trim()));
        let line = lines.find(|line| !line.trim().is_empty())?;
        if line.chars().count() <= 200 {
            return Some(line);
        }
        Some(line.chars().take(199).chain(['\u{2026}']).collect())
    }

    /// The commit as people write it: eight characters.
    pub fn short_commit(&self) -> &str {
        self.commit.get(..8).unwrap_or(&self.commit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_a_clock_that_is_not_believed_keep_their_order_and_come_before_all_others() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let ours = at("2026-11-21T12:00:00Z");
        // Ours is three days behind, and the events arrive the newest first.
        let [ended, started] = ["2026-11-24T12:30:00Z", "2026-11-24T12:00:00Z"].map(at);
        let late = ours + SignedDuration::from_secs(1);
        let (ended, started) = (
            Event::clock_ordinal(ended, ours),
            Event::clock_ordinal(started, late),
        );
        assert!(started < ended, "{started} {ended}");
        // A source whose clock is far ahead does not freeze a run.
        let last = Event::clock_ordinal(at("9999-12-30T00:00:00Z"), ours);
        for believed in [
            "2002-01-01T00:00:00Z",
            "2026-11-21T12:00:01Z",
            "2026-11-22T12:00:00Z",
        ] {
            let believed = Event::clock_ordinal(at(believed), ours);
            assert!(last < believed && ended < believed, "{last} {believed}");
        }
    }

    #[test]
    fn a_message_is_told_by_its_first_line_and_says_when_it_was_cut() {
        let told = |message: &str| Revision::first_line(message).unwrap();
        assert_eq!(told("\n  Open the gate \nand more"), "Open the gate");
        assert_eq!(told(&"é".repeat(200)), "é".repeat(200));
        let cut = told(&"é".repeat(201));
        assert_eq!(cut.chars().count(), 200);
        assert!(cut.ends_with('\u{2026}'), "{cut}");
    }
}
