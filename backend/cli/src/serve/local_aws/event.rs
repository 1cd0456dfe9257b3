//! From an entry of `PutEvents` to the event that EventBridge delivers.

use domain::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// What an entry without an ARN is said to belong to.
const ACCOUNT: &str = "123456789012";

/// One event as it is sent.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    /// Seconds since 1970, with or without a fraction.
    time: Option<f64>,
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    trace_header: Option<String>,
}

/// An entry that EventBridge refuses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Entry {
    /// The event's identity, and the event.
    pub(super) fn into_event(
        self,
        region: &str,
        now: Timestamp,
    ) -> Result<(String, Value), Malformed> {
        let source = required("Source", self.source)?;
        let kind = required("DetailType", self.detail_type)?;
        let detail = required("Detail", self.detail)?;
        let detail = domain::json::value(detail.as_bytes())
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| Malformed {
                code: "MalformedDetail",
                message: "Detail is malformed.".to_owned(),
            })?;
        let time = match self.time {
            Some(seconds) => time(seconds)?,
            None => now,
        };
        let id = self
            .trace_header
            .as_deref()
            .and_then(traced)
            .unwrap_or_else(Uuid::new_v4)
            .to_string();
        let arn = self.resources.first().and_then(|arn| place(arn));
        let (region, account) = arn.unwrap_or((region, ACCOUNT));
        let event = json!({
            "version": "0",
            "id": id,
            "detail-type": kind,
            "source": source,
            "account": account,
            "time": time,
            "region": region,
            "resources": self.resources,
            "detail": detail,
        });
        Ok((id, event))
    }
}

fn required(name: &str, value: Option<String>) -> Result<String, Malformed> {
    value
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Malformed {
            code: "InvalidArgument",
            message: format!(
                "Parameter {name} is not valid. Reason: {name} is a required argument."
            ),
        })
}

/// To the second, as EventBridge's events have it.
fn time(seconds: f64) -> Result<Timestamp, Malformed> {
    // A float out of range becomes the nearest integer, which is out of range too.
    #[expect(clippy::cast_possible_truncation, reason = "events have no fraction")]
    let whole = seconds as i64;
    Timestamp::from_second(whole).map_err(|_| Malformed {
        code: "InvalidArgument",
        message: "Parameter Time is not valid.".to_owned(),
    })
}

/// The identity that a sender gave the event, in the one field that can carry it: EventBridge delivers one event twice
/// under one identity, and `PutEvents` alone would give the second a new one.
fn traced(header: &str) -> Option<Uuid> {
    let root = header
        .split(';')
        .find_map(|part| part.trim().strip_prefix("Root=1-"))?;
    let (first, second) = root.split_once('-')?;
    Uuid::try_parse(&format!("{first}{second}")).ok()
}

/// The region and account in an ARN, `arn:aws:codepipeline:<region>:<account>:<name>`.
fn place(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.split(':').skip(3);
    let (region, account) = (parts.next()?, parts.next()?);
    let complete = !region.is_empty() && !account.is_empty();
    complete.then_some((region, account))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(entry: Value) -> Result<(String, Value), Malformed> {
        let entry: Entry = serde_json::from_value(entry).unwrap();
        entry.into_event("eu-west-1", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_entry_becomes_the_event_that_a_rule_delivers() {
        let (id, event) = entry(json!({
            "Time": 1_700_000_000,
            "Source": "aws.codepipeline",
            "DetailType": "CodePipeline Pipeline Execution State Change",
            "Resources": ["arn:aws:codepipeline:us-east-1:000000000001:wallet-dev"],
            "Detail": "{\"pipeline\":\"wallet-dev\"}",
            "TraceHeader": "Root=1-01234567-89abcdef0123456789abcdef",
        }))
        .unwrap();
        assert_eq!(id, "01234567-89ab-cdef-0123-456789abcdef");
        assert_eq!(
            event,
            json!({
                "version": "0",
                "id": "01234567-89ab-cdef-0123-456789abcdef",
                "detail-type": "CodePipeline Pipeline Execution State Change",
                "source": "aws.codepipeline",
                "account": "000000000001",
                "time": "2023-11-14T22:13:20Z",
                "region": "us-east-1",
                "resources": ["arn:aws:codepipeline:us-east-1:000000000001:wallet-dev"],
                "detail": { "pipeline": "wallet-dev" },
            })
        );
    }

    #[test]
    fn an_entry_that_lacks_something_is_refused_as_eventbridge_does() {
        let lacks = entry(json!({ "DetailType": "x", "Detail": "{}" })).unwrap_err();
        assert_eq!(lacks.code, "InvalidArgument");
        for detail in ["", "text", "[]", "{"] {
            let refused = entry(json!({ "Source": "s", "DetailType": "x", "Detail": detail }));
            assert!(refused.is_err(), "{detail}");
        }
        let never =
            entry(json!({ "Source": "s", "DetailType": "x", "Detail": "{}", "Time": 1e300 }));
        assert_eq!(never.unwrap_err().code, "InvalidArgument");
    }

    #[test]
    fn two_entries_without_an_identity_are_two_events() {
        let bare = json!({ "Source": "s", "DetailType": "x", "Detail": "{}" });
        assert_ne!(entry(bare.clone()).unwrap().0, entry(bare).unwrap().0);
    }
}
