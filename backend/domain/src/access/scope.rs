//! All of a kind, or some.

use serde::{Deserialize, Serialize};

/// All of a kind, or these.
///
/// Written down, all of them is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Option<Vec<T>>", into = "Option<Vec<T>>")]
#[serde(bound(
    serialize = "T: Clone + Serialize",
    deserialize = "T: Deserialize<'de>"
))]
pub enum Scope<T> {
    /// All, also those that are configured later.
    #[default]
    All,
    /// These.
    Only(Vec<T>),
}

impl<T> From<Option<Vec<T>>> for Scope<T> {
    fn from(some: Option<Vec<T>>) -> Self {
        some.map_or(Self::All, Self::Only)
    }
}

impl<T> From<Scope<T>> for Option<Vec<T>> {
    fn from(scope: Scope<T>) -> Self {
        match scope {
            Scope::All => None,
            Scope::Only(some) => Some(some),
        }
    }
}

impl<T> Scope<T> {
    /// Whether it is all of them.
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }
}

impl<T: PartialEq> Scope<T> {
    /// Whether `one` is among them.
    pub fn holds(&self, one: &T) -> bool {
        match self {
            Self::All => true,
            Self::Only(some) => some.contains(one),
        }
    }
}
