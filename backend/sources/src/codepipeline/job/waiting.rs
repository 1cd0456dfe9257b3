//! What a job that waits leaves for the next one: `CodePipeline` hands it back as it was, and may be asked for 2,048
//! characters of it. This takes about 110.

use domain::{Timestamp, id::PromotionId};
use serde::{Deserialize, Serialize};

/// Since when a gate waits, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// When its first job came.
    pub since: Timestamp,
    /// The promotion that it has asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<PromotionId>,
}

impl Waiting {
    /// What the job before left; a new one where there was none. What nobody understands is as if it were not there: the
    /// gate then finds its promotion again by its run.
    pub fn read(text: Option<&str>, now: Timestamp) -> Self {
        let read = text.and_then(|text| serde_json::from_str(text).ok());
        read.unwrap_or(Self {
            since: now,
            promotion: None,
        })
    }

    /// The text to hand out.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_job_leaves_comes_back_as_it_went_and_is_short() {
        let left = Waiting {
            since: "2026-11-21T08:00:00Z".parse().unwrap(),
            promotion: Some("01KAH0W3V8ZZZZZZZZZZZZZZZZ".parse().unwrap()),
        };
        let text = left.text();
        assert!(text.len() < 150, "{text}");
        let later = "2026-11-21T09:00:00Z".parse().unwrap();
        assert_eq!(Waiting::read(Some(&text), later), left);
        assert_eq!(Waiting::read(Some("gate-7"), later).since, later);
    }
}
