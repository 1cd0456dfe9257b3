//! People who have signed in, as their issuer described them at their newest sign-in.

use domain::{Timestamp, id::PersonId};
use serde::{Deserialize, Serialize};

use super::{calls::Condition, handle::People, item, keys};
use crate::Result;

/// How long somebody is known after their newest sign-in, in seconds: 120 days, longer than any approval counts.
const KEPT_SECONDS: i64 = 120 * 24 * 3600;

/// The most items that one call reads.
const AT_ONCE: usize = 100;

/// The attribute that sign-ins are compared by: milliseconds since 1970.
pub(super) const ORDER: &str = "signed_in_ms";

/// Somebody who has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRecord {
    /// Who it is.
    pub id: PersonId,
    /// Who vouches for them.
    pub issuer: String,
    /// The issuer's name for them.
    pub subject: String,
    /// What records call them.
    pub name: String,
    /// Those of their groups that the configuration names.
    #[serde(default)]
    pub groups: Vec<String>,
    /// When they signed in last.
    pub signed_in_at: Timestamp,
}

impl People<'_> {
    /// Keeps how somebody has signed in, unless a later sign-in is known.
    pub async fn put(self, person: &PersonRecord) -> Result<()> {
        let mut kept = item::of(&keys::person(&person.id), person)?;
        item::expire(&mut kept, person.signed_in_at.as_second() + KEPT_SECONDS);
        // Timestamps in text do not compare: they have as many digits as they need.
        let order = item::number(person.signed_in_at.as_millisecond());
        kept.insert(ORDER.to_owned(), order.clone());
        let newest = Condition {
            expression: "attribute_not_exists(pk) OR signed_in_ms <= :at",
            values: vec![(":at", order)],
        };
        self.table.calls.put_if(kept, Some(newest)).await?;
        Ok(())
    }

    /// Those of some people who have signed in lately, in no order.
    pub async fn among(self, ids: &[PersonId]) -> Result<Vec<PersonRecord>> {
        let mut people = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let keys: Vec<_> = some.iter().map(keys::person).collect();
            for item in self.table.calls.get_some(&keys, true).await? {
                people.push(item::read(item)?);
            }
        }
        Ok(people)
    }

    /// Everybody who has signed in lately.
    pub async fn all(self) -> Result<Vec<PersonRecord>> {
        let items = self.table.calls.partition(keys::PEOPLE, true).await?;
        items.into_iter().map(item::read).collect()
    }
}
