//! Metrics of the portal's use, in `CloudWatch`'s embedded metric format: one line of JSON on standard output, of which
//! `CloudWatch` makes the metrics when it takes up the log. No call, no permission, and no cost until the first line.
//!
//! The format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::io::{self, Write as _};

use domain::{Timestamp, id::EnvironmentId};
use serde_json::{Map, Value, json};

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Towpath";

/// The one dimension, whose value is the environment that the deployment is of.
pub const DIMENSION: &str = "Environment";

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Requests of testers for a package.
    Taps,
    /// Those of them that failed by a fault of the portal.
    TapsFailed,
    /// Promotions that have been starting or running for more than an hour.
    PromotionsOpen,
    /// Uploads that were to be registered more than an hour ago.
    RegistrationsWaiting,
    /// Jobs that were answered for a function that had failed.
    JobsUnanswered,
}

impl Metric {
    /// Its name in `CloudWatch`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Taps => "Taps",
            Self::TapsFailed => "TapsFailed",
            Self::PromotionsOpen => "PromotionsOpen",
            Self::RegistrationsWaiting => "RegistrationsWaiting",
            Self::JobsUnanswered => "JobsUnanswered",
        }
    }
}

/// Puts metrics out. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    environment: Option<EnvironmentId>,
}

impl Metrics {
    /// Those of the deployment of an environment. Without one, as on a laptop, nothing is put out.
    pub const fn of(environment: Option<EnvironmentId>) -> Self {
        Self { environment }
    }

    /// Puts counts out, all at once.
    pub fn put(&self, now: Timestamp, counts: &[(Metric, u64)]) {
        let Some(environment) = &self.environment else {
            return;
        };
        let line = format!("{}\n", document(environment, now, counts));
        // In one call, so that no line of the log gets in between. A metric that is lost is no reason to fail.
        let _lost = io::stdout().lock().write_all(line.as_bytes());
    }
}

fn document(environment: &EnvironmentId, now: Timestamp, counts: &[(Metric, u64)]) -> Value {
    let metrics: Vec<Value> = counts
        .iter()
        .map(|(metric, _)| json!({"Name": metric.name(), "Unit": "Count"}))
        .collect();
    let mut members = Map::new();
    members.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [[DIMENSION]],
                "Metrics": metrics,
            }],
        }),
    );
    members.insert(DIMENSION.to_owned(), json!(environment));
    for (metric, count) in counts {
        members.insert(metric.name().to_owned(), json!(count));
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `CloudWatch`'s specification asks of a document, beside its schema: what is named is there.
    fn check(document: &Value) {
        let aws = document["_aws"].as_object().unwrap();
        assert!(aws["Timestamp"].is_u64());
        for directive in aws["CloudWatchMetrics"].as_array().unwrap() {
            let namespace = directive["Namespace"].as_str().unwrap();
            assert!((1..=1024).contains(&namespace.len()));
            for set in directive["Dimensions"].as_array().unwrap() {
                let set = set.as_array().unwrap();
                assert!((1..=30).contains(&set.len()));
                for dimension in set {
                    let dimension = dimension.as_str().unwrap();
                    assert!((1..=250).contains(&dimension.len()));
                    let value = document[dimension].as_str().unwrap();
                    assert!((1..=1024).contains(&value.len()));
                }
            }
            let metrics = directive["Metrics"].as_array().unwrap();
            assert!((1..=100).contains(&metrics.len()));
            for metric in metrics {
                let name = metric["Name"].as_str().unwrap();
                assert!((1..=1024).contains(&name.len()));
                assert_eq!(metric["Unit"], "Count");
                assert!(document[name].is_u64(), "{name}");
            }
        }
    }

    #[test]
    fn a_line_is_what_cloudwatch_makes_metrics_of() {
        let environment: EnvironmentId = "dev".parse().unwrap();
        let now: Timestamp = "2026-11-21T08:00:00.123456Z".parse().unwrap();
        let counts = [(Metric::Taps, 1), (Metric::TapsFailed, 0)];
        let document = document(&environment, now, &counts);
        check(&document);
        assert_eq!(document["_aws"]["Timestamp"], 1_795_248_000_123_i64);
        assert_eq!(document["Environment"], "dev");
        assert_eq!(
            (&document["Taps"], &document["TapsFailed"]),
            (&json!(1), &json!(0))
        );
        assert_eq!(document.as_object().unwrap().len(), 4);
    }
}
