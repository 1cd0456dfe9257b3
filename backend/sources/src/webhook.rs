//! Webhooks: what the deliveries of all systems have in common. Their signatures are checked before they come here.

use std::collections::BTreeMap;

use domain::{
    Timestamp, digest::Digest, id::EventId, json, source::Source, webhook::SignatureScheme,
};
use serde_json::{Map, Value};

use crate::{
    Parsed,
    error::Error,
    fields::{SEGMENT, is_segment},
};

/// The most bytes of one delivery: what a Lambda function can be called with. GitHub sends up to 25 MB, but a delivery
/// about a run has some 30 KB.
pub const MAX_DELIVERY_BYTES: usize = 6 * 1024 * 1024;

/// A system that delivers by webhook.
#[derive(Clone, Copy, Debug)]
pub struct WebhookSource {
    pub source: Source,
    pub signature: SignatureScheme,
    /// The header with the type of a delivery.
    pub kind_header: &'static str,
    /// The header with the identity of a delivery, which stays the same when it is delivered again.
    pub delivery_header: &'static str,
    /// The host that an endpoint is for, unless it names another.
    pub host: &'static str,
    pub(crate) read: fn(&Delivery<'_>, Timestamp) -> Result<Parsed, Error>,
}

/// One delivery whose signature was right.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The host that the endpoint is for (`github.com`).
    pub host: &'a str,
    /// The only owner whose repositories the endpoint is for, where it is for one.
    pub owner: Option<&'a str>,
    /// The only ones of that owner that the endpoint is for, by name, with their numbers; none if it is for all.
    pub repositories: Option<&'a BTreeMap<String, u64>>,
    /// The type of the delivery, which its body does not name.
    pub kind: &'a str,
    /// The delivery's identity.
    pub id: Option<&'a str>,
    /// The body as it came.
    pub body: &'a [u8],
}

impl WebhookSource {
    /// Reads one delivery.
    ///
    /// `received_at` becomes the events' own, and bounds how far ahead the system's clock is believed.
    pub fn parse(&self, delivery: &Delivery<'_>, received_at: Timestamp) -> Result<Parsed, Error> {
        let limit = MAX_DELIVERY_BYTES;
        let size = delivery.body.len();
        if size > limit {
            return Err(Error::TooLarge { size, limit });
        }
        (self.read)(delivery, received_at)
    }
}

impl Delivery<'_> {
    /// The body, which is a JSON object.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Error> {
        match json::value(self.body).map_err(Error::NotJson)? {
            Value::Object(object) => Ok(object),
            other => Err(Error::NotObject {
                found: crate::kind(&other),
            }),
        }
    }

    /// The event that it becomes: by the system's own identity of the delivery, else by the digest of its bytes.
    pub(crate) fn event_id(&self, source: Source) -> Result<EventId, Error> {
        let own = self
            .id
            .filter(|id| id.len() <= 100 && is_segment(id))
            .map_or_else(|| Digest::of(self.body).to_string(), ToOwned::to_owned);
        format!("{}:{own}", source.name)
            .parse()
            .map_err(|_| Error::invalid("the delivery's identity", &own, SEGMENT))
    }

    /// Whether the endpoint is for that repository. Both its name and its number have to be right, since the body says both:
    /// the one names the workflow, the other is part of the run's identity.
    pub(crate) fn is_for(&self, owner: &str, name: &str, number: u64) -> bool {
        let listed = |repositories: &BTreeMap<String, u64>| {
            let mut listed = repositories.iter();
            listed.any(|(listed, id)| listed.eq_ignore_ascii_case(name) && *id == number)
        };
        self.owner
            .is_none_or(|only| only.eq_ignore_ascii_case(owner))
            && self.repositories.is_none_or(listed)
    }
}
