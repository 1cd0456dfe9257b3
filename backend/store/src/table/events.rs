//! Events: each is put once, and never changed.

use std::io::Write as _;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    Timestamp,
    event::Event,
    known::Known,
    run::{Run, Step},
};
use flate2::{Compression, write::ZlibEncoder};

use super::{
    FeedRef,
    calls::{Condition, Written},
    handle::Events,
    item, keys,
};
use crate::{Error, Result};

/// How long an event is kept: 400 days, so that a year can be compared with the one before.
const KEPT_SECONDS: i64 = 400 * 24 * 3600;

/// What the source sent, as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw<'a> {
    /// The payload itself, [`Raw::INLINE_LIMIT`] bytes at the most.
    Inline(&'a str),
    /// The key of the object that holds it.
    Object(&'a str),
}

impl Raw<'_> {
    /// How long a payload may be to stand in the event's item, in bytes. A longer one belongs into an object.
    pub const INLINE_LIMIT: usize = 4096;
}

/// Whether an event was heard of before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    New,
    /// It is known; this is what was stored then, which is what counts.
    Duplicate {
        event: Box<Event>,
        /// How it was known then.
        known: Known,
    },
}

/// The attribute that says how an event is known. Events of a version that did not ask have none, and are not replaced.
const KNOWN: &str = "known";

/// A payload as it is stored, in the zlib format (RFC 1950): most events then fit into one write unit (1 KB), and a
/// second unit would be the greatest part of what an event costs.
fn packed(text: &str) -> Blob {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail; if it did, the event would count more than its payload.
    let written = packer
        .write_all(text.as_bytes())
        .and_then(|()| packer.finish());
    Blob::new(written.unwrap_or_default())
}

impl Events<'_> {
    /// Records an event that its platform has proven; see [`Events::record_as`].
    pub async fn record(
        self,
        event: &Event,
        raw: Option<Raw<'_>>,
        feed: FeedRef<'_>,
        now: Timestamp,
    ) -> Result<Recorded> {
        self.record_as(Known::Proven, event, raw, feed, now).await
    }

    /// Records an event: puts it if it is not known yet, then joins it into its step, its run and the overview. The
    /// second part is done for a duplicate too, with what was stored at first: it heals a delivery that broke off.
    pub async fn record_as(
        self,
        known: Known,
        event: &Event,
        raw: Option<Raw<'_>>,
        feed: FeedRef<'_>,
        now: Timestamp,
    ) -> Result<Recorded> {
        let recorded = self.put(known, event, raw, now).await?;
        let (stored, known) = match &recorded {
            Recorded::New => (event, known),
            Recorded::Duplicate { event, known } => (&**event, *known),
        };
        // Boxed, since it is several calls wide, and callers hold it within their own.
        self.project(stored, known, feed).await?;
        Ok(recorded)
    }

    /// Puts an event if it is not known yet. One that is proven takes the place of one of the same identity that somebody
    /// claimed.
    pub async fn put(
        self,
        known: Known,
        event: &Event,
        raw: Option<Raw<'_>>,
        now: Timestamp,
    ) -> Result<Recorded> {
        let key = keys::event(&event.id);
        let mut item = item::of(&key, event)?;
        let word = |known: Known| {
            serde_dynamo::to_attribute_value(known)
                .map_err(|error| Error::corrupt("how an event is known", error))
        };
        item.insert(KNOWN.to_owned(), word(known)?);
        match raw {
            None => {}
            Some(Raw::Inline(text)) if text.len() > Raw::INLINE_LIMIT => {
                return Err(Error::TooLarge {
                    what: format!("the payload of event {}", event.id),
                    size: text.len() as u64,
                    limit: Raw::INLINE_LIMIT as u64,
                });
            }
            Some(Raw::Inline(text)) => {
                item.insert("raw".to_owned(), AttributeValue::B(packed(text)));
            }
            Some(Raw::Object(key)) => {
                item.insert("raw_object".to_owned(), AttributeValue::S(key.to_owned()));
            }
        }
        item::expire(&mut item, now.as_second() + KEPT_SECONDS);
        let condition = match known {
            Known::Claimed => Condition::absent(),
            Known::Proven => Condition {
                expression: "attribute_not_exists(pk) OR known = :claimed",
                values: vec![(":claimed", word(Known::Claimed)?)],
            },
        };
        if self.table.calls.put_if(item, Some(condition)).await? == Written::Yes {
            return Ok(Recorded::New);
        }
        let stored = self
            .table
            .calls
            .get(&key, true)
            .await?
            .ok_or_else(|| Error::Conflict {
                what: format!("event {}", event.id),
            })?;
        // Of a version that did not ask: as this delivery is, which says the same.
        let known = match stored.get(KNOWN) {
            Some(stored) => serde_dynamo::from_attribute_value(stored.clone())
                .map_err(|error| Error::corrupt("how an event is known", error))?,
            None => known,
        };
        Ok(Recorded::Duplicate {
            event: Box::new(item::read(stored)?),
            known,
        })
    }

    /// Joins an event into its step, its run and the overview. Doing so again changes nothing.
    ///
    /// The run hears of every event of a step, since any may be the first of it, or the earliest; most leave it as it is,
    /// and then nothing is written.
    pub async fn project(self, event: &Event, known: Known, feed: FeedRef<'_>) -> Result<()> {
        let seed = Run::seed(event);
        let started_at = seed.started_at;
        let run = match Step::seed(event) {
            None => self.table.runs().join(seed, known, feed).await?,
            Some(step) => {
                let step = self.table.runs().join_step(&event.run, step, known);
                let run = self.table.runs().join(seed, known, feed);
                futures::try_join!(step, run)?.1
            }
        };
        // What the overview shows of a run: its state, its start, its revision.
        let shows =
            event.step.is_none() || event.facts.revision.is_some() || run.started_at == started_at;
        if shows && run.parent.is_none() {
            self.table
                .runs()
                .join_recent(feed, &run.pipeline, run.brief())
                .await?;
        }
        Ok(())
    }
}
