//! Recording what sources report.
//!
//! The event is put if absent, then its projections are joined, always: a second delivery heals a crash between the
//! two. Joining is a maximum over a total order, so that any order of arrival ends in the same state.

pub mod webhooks;

use std::collections::HashMap;

use bytes::Bytes;
use domain::{
    Timestamp,
    actor::{Actor, ActorKind},
    event::{Event, Pipeline},
    id::{EventId, RunId},
    known::Known,
    run::Step,
};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use sources::{Ignored, Parsed};
use store::{
    object_keys,
    table::{Raw, Recorded},
};

use crate::{Error, Result, access::Action, handle::handle};

/// The events of so many runs are recorded at once. The end of a `CodeBuild` build tells ten things, so that a hundred of them
/// take a thousand writes.
const RUNS_AT_ONCE: usize = 16;

/// What became of a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// The events in it, new or not.
    pub events: Vec<EventId>,
    /// How many of them were here before.
    pub duplicates: usize,
    /// Whether they are claimed: they are shown, and change nothing of what is proven.
    pub claimed: bool,
    /// Why nothing was recorded, for an authentic message that holds no event.
    pub ignored: Option<Ignored>,
}

handle! {
    /// Events of sources.
    pub struct Events
}

impl Events<'_> {
    /// Reads what one delivery of a source says, if `actor` may record all of it. Nothing is recorded yet.
    pub fn read(self, actor: &Actor, body: &[u8], now: Timestamp) -> Result<Parsed> {
        self.portal.authorise(actor, Action::RecordEvents)?;
        let parsed = sources::parse(body, now).map_err(|error| not_an_event(&error))?;
        for event in &parsed.events {
            self.may_record(actor, &event.pipeline)?;
        }
        Ok(parsed)
    }

    /// Whether `actor` may say what that pipeline does: only of what it feeds.
    fn may_record(self, actor: &Actor, pipeline: &Pipeline) -> Result<()> {
        let action = match self.portal.catalog().feed(pipeline) {
            Some(feed) => Action::RecordRun {
                app: &feed.app,
                environment: &feed.environment,
            },
            None => Action::RecordUnassigned,
        };
        let hidden = || format!("pipeline {} that you could report of", pipeline.name);
        self.portal
            .authorise(actor, action)
            .map_err(|error| error.hiding(hidden()))
    }

    /// Records what one delivery of a source says.
    pub async fn receive(self, actor: &Actor, body: &[u8], now: Timestamp) -> Result<Received> {
        let parsed = self.read(actor, body, now)?;
        self.record_all(actor, body, parsed, now).await
    }

    /// Records what several deliveries say, those of different runs at the same time; what became of each, in their order. If
    /// one of them may not be recorded, none is.
    pub async fn receive_all(
        self,
        actor: &Actor,
        bodies: &[Bytes],
        now: Timestamp,
    ) -> Result<Vec<Received>> {
        // Those of one run one after the other: at once, they would wait for each other all the same.
        let mut runs: HashMap<Option<RunId>, Vec<(usize, Parsed)>> = HashMap::new();
        for (index, body) in bodies.iter().enumerate() {
            let parsed = self.read(actor, body, now)?;
            let run = parsed.events.first().map(|event| event.run.clone());
            runs.entry(run).or_default().push((index, parsed));
        }
        let recording = runs.into_values().map(|deliveries| {
            async move {
                let mut received = Vec::with_capacity(deliveries.len());
                for (index, parsed) in deliveries {
                    let one = self.record_all(actor, &bodies[index], parsed, now).await?;
                    received.push((index, one));
                }
                Ok::<_, Error>(received)
            }
            .boxed()
        });
        let recording: Vec<_> = recording.collect();
        let recorded = stream::iter(recording).buffer_unordered(RUNS_AT_ONCE);
        let mut recorded: Vec<_> = recorded.try_concat().await?;
        recorded.sort_by_key(|(index, _)| *index);
        Ok(recorded.into_iter().map(|(_, received)| received).collect())
    }

    /// Records the events of a delivery that was read.
    async fn record_all(
        self,
        actor: &Actor,
        body: &[u8],
        parsed: Parsed,
        now: Timestamp,
    ) -> Result<Received> {
        let mut received = Received {
            ignored: parsed.ignored,
            ..Received::default()
        };
        let known = known(actor);
        received.claimed = !known.is_proven();
        // One payload can tell several things. It is kept once, with the first.
        let mut payload = Some(sources::redact(body));
        for event in parsed.events {
            let payload = payload.take();
            // In a box, since the SDK's futures are large and this one lives in every caller's.
            if self.record(known, &event, payload.as_deref(), now).await? {
                received.duplicates += 1;
            }
            received.events.push(event.id);
        }
        Ok(received)
    }

    /// Records one event and all that follows from it. Whether it was known before.
    pub(crate) async fn record(
        self,
        known: Known,
        event: &Event,
        payload: Option<&str>,
        now: Timestamp,
    ) -> Result<bool> {
        warn_of_drift(event);
        let key = object_keys::event(&event.id);
        let raw = self.keep(&key, payload).await?;
        let feed = self.portal.catalog().feed(&event.pipeline);
        let feed = feed.map(|feed| (&feed.app, &feed.environment));
        let recorded = self
            .portal
            .table
            .events()
            .record_as(known, event, raw, feed, now)
            .await?;
        if known.is_proven() {
            self.tell_promotion(event, now).await?;
        }
        Ok(matches!(recorded, Recorded::Duplicate { .. }))
    }

    /// Records an event of a step whose run was not heard of, where nothing but the run's own events says what it is a
    /// run of. Whether it was known before.
    pub(crate) async fn record_step(
        self,
        known: Known,
        event: &Event,
        payload: Option<&str>,
        now: Timestamp,
    ) -> Result<bool> {
        warn_of_drift(event);
        let key = object_keys::event(&event.id);
        let raw = self.keep(&key, payload).await?;
        let table = &self.portal.table;
        let (stored, known, before) = match table.events().put(known, event, raw, now).await? {
            Recorded::New => (event.clone(), known, false),
            Recorded::Duplicate { event, known } => (*event, known, true),
        };
        if let Some(step) = Step::seed(&stored) {
            table.runs().join_step(&stored.run, step, known).await?;
        }
        Ok(before)
    }

    /// Keeps what a source said: in the event's own item, or under `key` if it is long.
    async fn keep<'a>(self, key: &'a str, payload: Option<&'a str>) -> Result<Option<Raw<'a>>> {
        let Some(payload) = payload else {
            return Ok(None);
        };
        if payload.len() <= Raw::INLINE_LIMIT {
            return Ok(Some(Raw::Inline(payload)));
        }
        let objects = &self.portal.objects;
        let bytes = payload.to_owned();
        // What came first stays: an event never changes, nor does what its source said.
        objects
            .put_if_absent(key, bytes, "application/json")
            .await?;
        Ok(Some(Raw::Object(key)))
    }
}

impl Events<'_> {
    /// Goes on with the promotion that a run carries out, when the run has ended.
    async fn tell_promotion(self, event: &Event, now: Timestamp) -> Result<()> {
        if event.step.is_some() || !event.status.is_terminal() {
            return Ok(());
        }
        let table = &self.portal.table;
        if let Some(promotion) = table.promotions().of_run(&event.run).await? {
            self.portal.promotions().advance(&promotion, now).await?;
        }
        Ok(())
    }
}

/// How that is known which somebody reports. What EventBridge and signed webhooks deliver, the portal's own functions
/// report; on a local portal its one user is believed in everything. A permission to report proves nothing.
fn known(actor: &Actor) -> Known {
    match actor.kind {
        ActorKind::Portal | ActorKind::Local => Known::Proven,
        ActorKind::Person
        | ActorKind::Pipeline
        | ActorKind::Token
        | ActorKind::Machine
        | ActorKind::Guest => Known::Claimed,
    }
}

fn not_an_event(error: &sources::Error) -> Error {
    let field = match error {
        sources::Error::Missing { field } | sources::Error::Invalid { field, .. } => field.clone(),
        sources::Error::NoSuchSource { .. } => "source".to_owned(),
        sources::Error::TooLarge { .. }
        | sources::Error::NotJson(_)
        | sources::Error::NotObject { .. } => String::new(),
    };
    let detail = match error {
        sources::Error::NotJson(source) => format!("{error}: {source}"),
        _ => error.to_string(),
    };
    Error::invalid(field, detail)
}

/// A source whose clock is ahead of this machine's is worth a look: one of the two is wrong, and what follows from time with it.
fn warn_of_drift(event: &Event) {
    if let Some(ahead) = event.clock_drift() {
        tracing::warn!(
            source = event.pipeline.source,
            pipeline = event.pipeline.name,
            event = %event.id,
            seconds = ahead.as_secs(),
            "the clock of a source is ahead of this machine's: one of them is wrong"
        );
    }
}
