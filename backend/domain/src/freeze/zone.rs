//! Time zones, from the database that is part of the program: the same rules on every machine.

use std::{fmt, str::FromStr};

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

/// An IANA time zone, such as `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// A name that is no time zone's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown time zone {0:?}")]
pub struct UnknownZone(String);

impl Zone {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every name that there is, in order.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = TimeZoneDatabase::bundled()
            .available()
            .map(|name| name.as_str().to_owned())
            .collect();
        names.sort();
        names
    }

    pub(super) fn rules(&self) -> &TimeZone {
        &self.rules
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone(text.chars().take(80).collect());
        let rules = TimeZoneDatabase::bundled()
            .get(text)
            .map_err(|_| unknown())?;
        // Names are found whatever their case; they are kept as the database writes them.
        let name = rules.iana_name().ok_or_else(unknown)?.to_owned();
        if rules.is_unknown() {
            return Err(unknown());
        }
        Ok(Self { name, rules })
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(text: String) -> Result<Self, UnknownZone> {
        text.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
