//! A form that was sent and not carried out: it comes back on its page, with what is wrong and what was typed.

use domain::promotion::{Refusal, RequestField};

/// What somebody sent, and why nothing became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Returned {
    /// Which form of the page: its last part of the address (`promote`, `approve`).
    pub form: &'static str,
    /// What was typed and chosen, by field; one that holds several stands as often.
    pub values: Vec<(String, String)>,
    /// Everything that is wrong.
    pub troubles: Vec<Trouble>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Trouble {
    /// The field that it concerns, where it is one.
    pub field: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What would help, where that is not said already.
    pub remedy: Option<String>,
}

impl From<&Refusal> for Trouble {
    fn from(refusal: &Refusal) -> Self {
        let field = refusal.field.map(|field| match field {
            RequestField::Build => "build",
            RequestField::To => "to",
            RequestField::Reason => "reason",
            RequestField::Bypass => "bypass",
        });
        Self {
            field: field.map(str::to_owned),
            what: refusal.what.clone(),
            remedy: Some(refusal.remedy.clone()).filter(|remedy| !remedy.is_empty()),
        }
    }
}

impl Returned {
    /// What was typed into a field.
    pub(crate) fn value(&self, field: &str) -> Option<&str> {
        let found = self.values.iter().find(|(name, _)| name == field);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether a field that may hold several held this one.
    pub(crate) fn has(&self, field: &str, value: &str) -> bool {
        let mut values = self.values.iter();
        values.any(|(name, held)| name == field && held == value)
    }
}

/// The form that came back, if it is this one.
pub(crate) fn back<'r>(returned: Option<&'r Returned>, form: &str) -> Option<&'r Returned> {
    returned.filter(|returned| returned.form == form)
}
