//! The values that manifests and resource tables give.

/// The most characters of a text that are kept: enough for any label, permission or path, and a cap on what a small file
/// that names one long text many times can cost.
pub(crate) const LONGEST_TEXT: usize = 512;

/// A typed value, of the kinds that matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text or, in a resource table, a path.
    Text(String),
    /// A number, also a boolean's.
    Number(u32),
    /// The number of a resource.
    Reference(u32),
}

impl Value {
    /// The text, if it is one.
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Reference(_) => None,
        }
    }
}
