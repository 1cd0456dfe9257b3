//! What the deliveries of webhooks become.
//!
//! A job of GitHub's does not say which file its workflow is in, so what a run feeds is known from the run's own deliveries
//! alone. They come in any order: a job that is ahead of its run is kept, and is there when the run comes.

use domain::{Timestamp, actor::Actor, event::Event, id::EventId, known::Known};
use identity::webhook::Authentic;
use sources::{Delivery, WebhookSource};

use crate::{Result, access::Action, events::Events};

/// What became of a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// The events in it, new or not.
    pub events: Vec<EventId>,
    /// How many of them were here before.
    pub duplicates: usize,
    /// Why nothing was recorded.
    pub ignored: Option<String>,
}

impl Events<'_> {
    /// Records what an authentic delivery says. One that cannot be read is ignored with the reason: it is no
    /// better when it comes again.
    pub async fn receive_delivery(
        self,
        source: &WebhookSource,
        authentic: &Authentic<'_>,
        kind: &str,
        id: Option<&str>,
        now: Timestamp,
    ) -> Result<Delivered> {
        self.portal
            .authorise(&Actor::portal(), Action::RecordEvents)?;
        let delivery = Delivery {
            host: authentic.endpoint.host().unwrap_or(source.host),
            owner: authentic.endpoint.owner(),
            repositories: authentic.endpoint.repositories(),
            kind,
            id,
            body: authentic.body,
        };
        let parsed = match source.parse(&delivery, now) {
            Ok(parsed) => parsed,
            Err(error) => {
                return Ok(Delivered {
                    ignored: Some(domain::causes::chain(&error)),
                    ..Delivered::default()
                });
            }
        };
        let mut delivered = Delivered {
            ignored: parsed.ignored.map(|reason| reason.to_string()),
            ..Delivered::default()
        };
        let mut payload = Some(sources::redact(authentic.body));
        for event in parsed.events {
            let id = event.id.clone();
            let payload = payload.take();
            // In a box, since the SDK's futures are large and this one lives in every caller's.
            let known = Box::pin(self.record_delivered(event, payload.as_deref(), now));
            delivered.duplicates += usize::from(known.await?);
            delivered.events.push(id);
        }
        Ok(delivered)
    }

    /// Records one event. Whether it was known before.
    async fn record_delivered(
        self,
        event: Event,
        payload: Option<&str>,
        now: Timestamp,
    ) -> Result<bool> {
        if event.step.is_none() {
            return self.record(Known::Proven, &event, payload, now).await;
        }
        match self.portal.table.runs().pipeline_of(&event.run).await? {
            Some(pipeline) => {
                let event = Event { pipeline, ..event };
                self.record(Known::Proven, &event, payload, now).await
            }
            None => self.record_step(Known::Proven, &event, payload, now).await,
        }
    }
}
