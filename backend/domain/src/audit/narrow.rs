//! Which entries somebody looks for.

use super::{AuditAction, Entry};
use crate::id::AppId;

/// What to look for; what is left out narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Only this app's.
    pub app: Option<AppId>,
    /// Only actions of this kind.
    pub action: Option<AuditAction>,
    /// Only what somebody did whose name holds this, without regard to case.
    pub by: String,
}

impl Narrow {
    /// Whether an entry is looked for.
    pub fn matches(&self, entry: &Entry) -> bool {
        let note = &entry.note;
        let named = |text: &str| note.by.name.to_lowercase().contains(&text.to_lowercase());
        self.app
            .as_ref()
            .is_none_or(|app| note.app.as_ref() == Some(app))
            && self.action.is_none_or(|action| action == note.action)
            && (self.by.is_empty() || named(&self.by))
    }

    /// Whether every entry is.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}
