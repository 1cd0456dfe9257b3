//! Runs and steps, folded from events.
//!
//! [`Run::seed`] and [`Step::seed`] turn one event into the state that it alone would leave; [`Run::join`] and
//! [`Step::join`] merge two states. Joining is commutative, associative and idempotent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    event::{Event, Pipeline, Revision, StepDetail, Trigger},
    fold::{Latest, OrderKey},
    id::{AppId, EnvironmentId, RunId, StepId},
    status::Status,
};

/// One execution of a pipeline or workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Run {
    /// Its identity.
    pub id: RunId,
    /// What it is one execution of.
    pub pipeline: Pipeline,
    /// The pipeline on whose behalf it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The newest event's place in the order; `None` while only steps of the run were heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<OrderKey>,
    /// Its state.
    pub status: Status,
    /// The source's own word for the state.
    pub raw_status: String,
    /// Which try, from 1.
    pub attempt: u32,
    /// When the first try started, as far as known.
    pub started_at: Timestamp,
    /// When the newest event happened.
    pub updated_at: Timestamp,
    /// What started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Latest<Trigger>>,
    /// What it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Latest<Revision>>,
    /// What its source says of this try as a whole: why it was stopped, where its log is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Latest<StepDetail>>,
}

/// One stage, action, job or phase of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// Its name within the run: `<stage>` or `<stage>/<action>`.
    pub id: StepId,
    /// The newest event's place in the order.
    pub key: OrderKey,
    /// Its state.
    pub status: Status,
    /// The source's own word for the state.
    pub raw_status: String,
    /// Which try of the run it belongs to, from 1.
    pub attempt: u32,
    /// When this try started, as far as known.
    pub started_at: Timestamp,
    /// When the newest event happened.
    pub updated_at: Timestamp,
    /// What it does, and how it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Latest<StepDetail>>,
}

/// When a run or step started, as far as one event tells.
fn start_of(event: &Event) -> Timestamp {
    event
        .facts
        .started_at
        .map_or(event.occurred_at, |started| started.min(event.occurred_at))
}

impl Run {
    /// The state that `event` alone would leave. An event of a step says little of its run: that the run exists,
    /// since when at the latest, and what source code it runs on.
    pub fn seed(event: &Event) -> Self {
        let key = OrderKey::of(event);
        let whole = event.step.is_none();
        Self {
            id: event.run.clone(),
            pipeline: event.pipeline.clone(),
            parent: event.facts.parent.clone(),
            status: if whole { event.status } else { Status::Unknown },
            raw_status: if whole {
                event.raw_status.clone()
            } else {
                String::new()
            },
            attempt: event.attempt,
            started_at: if whole {
                start_of(event)
            } else {
                event.occurred_at
            },
            updated_at: event.occurred_at,
            trigger: event.facts.trigger.clone().map(|value| Latest {
                value,
                key: key.clone(),
            }),
            revision: event.facts.revision.clone().map(|value| Latest {
                value,
                key: key.clone(),
            }),
            detail: event
                .facts
                .detail
                .clone()
                .filter(|_| whole)
                .map(|value| Latest {
                    value,
                    key: key.clone(),
                }),
            key: whole.then_some(key),
        }
    }

    /// What two partial states of one run say together.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let newer_first = (&self.key, self.updated_at, self.attempt)
            >= (&other.key, other.updated_at, other.attempt);
        let (newer, older) = if newer_first {
            (self, other)
        } else {
            (other, self)
        };
        let attempt = if newer.key.is_some() {
            newer.attempt
        } else {
            newer.attempt.max(older.attempt)
        };
        Self {
            parent: newer.parent.clone().max(older.parent),
            attempt,
            // A later attempt leaves nothing of what was said of an earlier one.
            detail: Latest::join(newer.detail, older.detail)
                .filter(|detail| detail.key.attempt() == attempt),
            started_at: newer.started_at.min(older.started_at),
            trigger: Latest::join(newer.trigger, older.trigger),
            revision: Latest::join(newer.revision, older.revision),
            id: newer.id,
            pipeline: newer.pipeline,
            key: newer.key,
            status: newer.status,
            raw_status: newer.raw_status,
            updated_at: newer.updated_at,
        }
    }

    /// When it ended, if it has.
    pub fn finished_at(&self) -> Option<Timestamp> {
        self.status.is_terminal().then_some(self.updated_at)
    }

    /// The few facts that a list shows.
    pub fn brief(&self) -> RunBrief {
        RunBrief {
            id: self.id.clone(),
            key: self.key.clone(),
            status: self.status,
            started_at: self.started_at,
            finished_at: self.finished_at(),
            commit: self
                .revision
                .as_ref()
                .map(|revision| revision.value.short_commit().to_owned()),
        }
    }
}

impl Step {
    /// The state that `event` alone would leave, if it speaks of a step.
    pub fn seed(event: &Event) -> Option<Self> {
        let key = OrderKey::of(event);
        Some(Self {
            id: event.step.clone()?,
            status: event.status,
            raw_status: event.raw_status.clone(),
            attempt: event.attempt,
            started_at: start_of(event),
            updated_at: event.occurred_at,
            detail: event.facts.detail.clone().map(|value| Latest {
                value,
                key: key.clone(),
            }),
            key,
        })
    }

    /// What two partial states of one step say together. A later attempt leaves nothing of an earlier one.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let (newer, older) = if self.key >= other.key {
            (self, other)
        } else {
            (other, self)
        };
        if older.attempt < newer.attempt {
            return newer;
        }
        Self {
            started_at: newer.started_at.min(older.started_at),
            detail: Latest::join(newer.detail, older.detail),
            ..newer
        }
    }

    /// When it ended, if it has.
    pub fn finished_at(&self) -> Option<Timestamp> {
        self.status.is_terminal().then_some(self.updated_at)
    }

    /// The stage that it belongs to.
    pub fn stage(&self) -> &str {
        self.id
            .as_str()
            .split_once('/')
            .map_or(self.id.as_str(), |(stage, _)| stage)
    }

    /// Its name within the stage, unless it is the stage itself.
    pub fn action(&self) -> Option<&str> {
        self.id.as_str().split_once('/').map(|(_, action)| action)
    }
}

/// What a list shows of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunBrief {
    /// Its identity.
    pub id: RunId,
    /// The newest event's place in the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<OrderKey>,
    /// Its state.
    pub status: Status,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// The first eight characters of its commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

impl RunBrief {
    /// How late its newest event happened, by its source's clock.
    fn latest(&self) -> Option<u64> {
        self.key.as_ref().map(OrderKey::ordinal)
    }
}

/// The newest runs of one pipeline, for the overview: bounded, however many there were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecentRuns {
    /// The app that the pipeline feeds; `None` for a pipeline that no app claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
    /// The environment that the pipeline feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// The pipeline.
    pub pipeline: Pipeline,
    /// The runs that were last heard of, by start, newest first; at the most [`RecentRuns::LIMIT`].
    pub runs: Vec<RunBrief>,
}

impl RecentRuns {
    /// How many runs are kept: few enough for the item to stay under one write unit (1 KB).
    pub const LIMIT: usize = 3;

    /// Pipelines by their newest runs, the one that ran last first.
    #[must_use]
    pub fn newest_first(mut pipelines: Vec<Self>) -> Vec<Self> {
        pipelines.sort_by_key(|recent| {
            let newest = recent.runs.first().map(|run| run.started_at);
            (std::cmp::Reverse(newest), recent.pipeline.clone())
        });
        pipelines
    }

    /// Whether its pipeline feeds an app in an environment.
    pub fn feeds(&self, app: &AppId, environment: &EnvironmentId) -> bool {
        self.app.as_ref() == Some(app) && self.environment.as_ref() == Some(environment)
    }

    /// Adds a run, or what is newly known of one that is already here. In whatever order runs come, each in its whole
    /// state, the same ones stay.
    #[must_use]
    pub fn with(mut self, run: RunBrief) -> Self {
        match self.runs.iter_mut().find(|known| known.id == run.id) {
            Some(known) if known.key > run.key => {
                known.started_at = known.started_at.min(run.started_at);
            }
            Some(known) => {
                *known = RunBrief {
                    started_at: known.started_at.min(run.started_at),
                    ..run
                }
            }
            None => self.runs.push(run),
        }
        // Which runs stay is decided by what only ever grows: how late their newest event happened. By start, a run
        // whose end was heard of first could push another out for good, and then turn out to be older than that one.
        self.runs
            .sort_by(|a, b| (b.latest(), &b.id).cmp(&(a.latest(), &a.id)));
        self.runs.truncate(Self::LIMIT);
        self.runs
            .sort_by(|a, b| (b.started_at, &b.id).cmp(&(a.started_at, &a.id)));
        self
    }
}
