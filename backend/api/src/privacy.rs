//! What is kept of a person: handing it out, and erasing their name.

use std::collections::BTreeMap;

use domain::{Timestamp, id::PersonId, page::Cursor, words::count};
use serde::{Deserialize, Serialize};

/// Of whom to hand out what is kept, and which part of it. It is no part of an address, which logs keep.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExportOf {
    /// The person: their identifier (the `person` of an audit entry), their address, or what the issuer calls them. Left out,
    /// the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub person: Option<String>,
    /// The issuer, where `person` is its name for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub issuer: Option<String>,
    /// Where to go on: `next` of the answer before. Left out, at the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

/// A part of what is kept of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Export {
    /// The person.
    pub person: PersonId,
    /// The records. One that also concerns others does not say who they are.
    pub records: Vec<KeptView>,
    /// Where there is more, if there is; an answer in between may have no records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// A record that concerns a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptView {
    /// The partition of the table that it is in.
    pub partition: String,
    /// Its place there.
    pub place: String,
    /// The record as it is kept, without what opens something.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub record: serde_json::Value,
}

/// Whose name to erase, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// The person: their identifier (the `person` of an audit entry), their address, or what the issuer calls them.
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub person: String,
    /// The issuer, where `person` is its name for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub issuer: Option<String>,
    /// Why, for the audit log.
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub reason: String,
    /// Where to go on: `next` of the answer before. Left out, it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

/// How far an erasure has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Erasing {
    /// The person.
    pub person: PersonId,
    /// Sessions that were ended.
    pub sessions: usize,
    /// API tokens that were revoked.
    pub tokens: usize,
    /// Share links that were revoked.
    pub links: usize,
    /// Records that the name was taken out of, by the first word of their partition.
    pub records: BTreeMap<String, usize>,
    /// Whether the names beside the audit log were erased by this call.
    pub names: bool,
    /// Where it goes on: the name is erased once there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
    /// What is not erased, and how long it stays.
    pub remains: Vec<Remaining>,
}

/// Something that is not erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Remaining {
    /// What.
    pub what: String,
    /// How long.
    pub until: String,
}

impl Erasing {
    /// Both, of the same person, one after the other.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.add(more.records);
        Self {
            sessions: self.sessions + more.sessions,
            tokens: self.tokens + more.tokens,
            links: self.links + more.links,
            names: self.names || more.names,
            records: self.records,
            person: more.person,
            next: more.next,
            remains: more.remains,
        }
    }

    /// What was done, for people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("{} ended", count(self.sessions, "session")),
            format!("{} revoked", count(self.tokens, "token")),
            format!("{} revoked", count(self.links, "share link")),
        ];
        for (kind, number) in &self.records {
            let kind = kind.to_lowercase();
            lines.push(format!("{} changed ({kind})", count(*number, "record")));
        }
        if self.names {
            lines.push("the names beside the audit log are gone".to_owned());
        }
        lines
    }

    /// Counts records that the name was taken out of.
    pub fn add(&mut self, changed: BTreeMap<String, usize>) {
        for (kind, count) in changed {
            *self.records.entry(kind).or_default() += count;
        }
    }
}
