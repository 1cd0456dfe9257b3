//! Handing out all that is kept of a person.

use api::privacy::{Export, ExportOf, KeptView};
use domain::{
    Timestamp,
    audit::{AuditAction, Principal},
};
use store::table::KeptRecord;

use super::subject::{Whom, part_of};
use crate::{Result, privacy::Privacy};

/// An answer is not much longer; a function's has 6 MB at the most.
const LARGEST: usize = 3 << 20;

/// So many parts of the table, of 1 MB at the most, are looked through for one answer.
const PARTS: usize = 25;

fn view(kept: KeptRecord) -> KeptView {
    KeptView {
        partition: kept.partition,
        place: kept.place,
        record: kept.record,
    }
}

impl Privacy<'_> {
    /// A part of all that is kept of a person: of the caller, or of anybody for anyone who may. Each part is noted: callers can begin
    /// at any.
    pub async fn export<'a>(
        self,
        who: impl Into<Principal<'a>>,
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
        let (subject, table) = (known.subject, &self.portal.table);
        let mut next = part_of(asked.cursor.as_ref())?;
        let from = asked.cursor.as_ref();
        let note = super::erase::note(who, AuditAction::PrivacyExported, &subject.id, from, now);
        table.audit().note(&note).await?;
        let mut records: Vec<KeptView> = Vec::new();
        let mut size = 0;
        for _ in 0..PARTS {
            let part = table.people().kept_of(&subject, next.as_ref()).await?;
            let found = part.found.into_iter().map(view);
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
