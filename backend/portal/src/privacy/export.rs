//! Handing out all that is kept of a person.

use domain::{Timestamp, audit::Deed, id::PersonId, page::Cursor};
use serde::{Deserialize, Serialize};
use store::table::KeptRecord;

use super::subject::{Whom, of_cursor};
use crate::{Portal, Result, who::Who};

/// An answer is not much longer; a function's has 6 MB at the most.
const LARGEST: usize = 3 << 20;

/// So many parts of the table, of 1 MB at the most, are looked through for one answer.
const PARTS: usize = 25;

/// Of whom to hand out what is kept, and which part of it. It is no part of an address, which logs keep.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportOf {
    /// The person: their identifier (the `person` of an audit entry), their address, or what the issuer calls them. Left out,
    /// the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub person: Option<String>,
    /// The issuer, where `person` is its name for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub issuer: Option<String>,
    /// Where to go on: `next` of the answer before. Left out, at the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

/// A part of what is kept of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KeptView {
    /// The partition of the table that it is in.
    pub partition: String,
    /// Its place there.
    pub place: String,
    /// The record as it is kept, without what opens something.
    #[schema(value_type = Object)]
    pub record: serde_json::Value,
}

impl From<KeptRecord> for KeptView {
    fn from(kept: KeptRecord) -> Self {
        Self {
            partition: kept.partition,
            place: kept.place,
            record: kept.record,
        }
    }
}

impl Portal {
    /// A part of all that is kept of a person: of the caller, or of anybody for whoever may. The first part is noted.
    pub async fn export_person<'a>(
        &self,
        who: impl Into<Who<'a>>,
        asked: &ExportOf,
        now: Timestamp,
    ) -> Result<Export> {
        let who = who.into();
        let whom = Whom {
            person: asked.person.as_deref(),
            issuer: asked.issuer.as_deref(),
        };
        let known = if Self::is_oneself(who.actor, whom) {
            self.oneself(who.actor).await?
        } else {
            self.anybody(who.actor, whom).await?
        };
        let (subject, table) = (known.subject, &self.store().table);
        if asked.cursor.is_none() {
            let note = super::erase::note(who, Deed::PrivacyExported, &subject.id, now);
            table.note(&note).await?;
        }
        let mut records: Vec<KeptView> = Vec::new();
        let mut size = 0;
        let mut next = asked.cursor.clone();
        for _ in 0..PARTS {
            let part = table.kept_of(&subject, next.as_ref()).await;
            let part = part.map_err(of_cursor)?;
            let found = part.found.into_iter().map(KeptView::from);
            for record in found {
                size += record.record.to_string().len();
                records.push(record);
            }
            next = part.next;
            if next.is_none() || size >= LARGEST {
                break;
            }
        }
        Ok(Export {
            person: subject.id,
            records,
            next,
            as_of: now,
        })
    }
}
