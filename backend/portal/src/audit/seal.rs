//! Sealing: where the log ended on a day, kept in an object that nobody can overwrite or delete. Whoever writes the log
//! anew behind our back cannot write the seals anew.

use domain::{
    Timestamp,
    actor::Actor,
    audit::{Head, Seal},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Objects;

use crate::{Error, Portal, Result, access::Action};

const FOLDER: &str = "seals/";

/// What somebody needs beside the entries to verify the log themselves: where it begins and ends, and its seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SealsView {
    /// Where the log says that it ends; none while it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// The first month that there is anything of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The last month that there is anything of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The seals, by day.
    pub seals: Vec<Seal>,
    /// When this was true.
    pub as_of: Timestamp,
}

impl Portal {
    /// What the log is held against. Seals are read before the end, so that none is of an entry behind it.
    pub async fn audit_seals(&self, actor: &Actor, now: Timestamp) -> Result<SealsView> {
        self.authorise(actor, Action::ViewAudit)?;
        let seals = self.seals().await?;
        let span = self.span().await?;
        Ok(SealsView {
            head: span.as_ref().map(|span| span.head.clone()),
            first: span.as_ref().map(|span| span.first.to_string()),
            last: span.map(|span| span.last.to_string()),
            seals,
            as_of: now,
        })
    }

    /// Seals the log for a day, once: a second time gives the seal that there is.
    pub async fn seal(&self, actor: &Actor, day: Date, now: Timestamp) -> Result<Seal> {
        self.authorise(actor, Action::SealAudit)?;
        let seals = self.parts.seals.as_ref().ok_or_else(|| Error::Conflict {
            detail: "this portal has no bucket for seals: set TOWPATH_AUDIT_BUCKET".to_owned(),
        })?;
        let key = format!("{FOLDER}{day}.json");
        if seals.head(&key).await?.is_none() {
            let span = self.store().table.audit_span().await?;
            let seal = Seal {
                day,
                head: span.map_or_else(Head::default, |span| span.head),
                sealed_at: now,
            };
            let text = serde_json::to_vec(&seal).unwrap_or_default();
            seals.put_if_absent(&key, text, "application/json").await?;
        }
        read(seals, &key).await
    }

    /// All seals, by day.
    pub(super) async fn seals(&self) -> Result<Vec<Seal>> {
        let Some(objects) = &self.parts.seals else {
            return Ok(Vec::new());
        };
        let mut keys = objects.list(FOLDER).await?;
        keys.sort();
        let mut seals = Vec::new();
        for key in keys {
            seals.push(read(objects, &key).await?);
        }
        Ok(seals)
    }
}

async fn read(objects: &Objects, key: &str) -> Result<Seal> {
    // A seal has a few hundred bytes.
    let bytes = objects.range(key, 0..4096).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Error::Store(store::Error::Corrupt {
            what: format!("object {key}"),
            source: error.into(),
        })
    })
}
