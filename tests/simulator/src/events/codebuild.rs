//! The events of a `CodeBuild` build that works for a pipeline.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Envelope, whole_second};
use crate::{engine::Place, ids};

/// The phases of a build with the share of its duration, in hundredths.
pub(crate) const PHASES: [(&str, u32); 10] = [
    ("SUBMITTED", 0),
    ("QUEUED", 2),
    ("PROVISIONING", 8),
    ("DOWNLOAD_SOURCE", 5),
    ("INSTALL", 10),
    ("PRE_BUILD", 5),
    ("BUILD", 55),
    ("POST_BUILD", 5),
    ("UPLOAD_ARTIFACTS", 8),
    ("FINALIZING", 2),
];

/// One phase that is behind a build.
#[derive(Clone, Debug)]
pub(crate) struct Phase {
    pub(crate) name: &'static str,
    pub(crate) status: &'static str,
    /// Why it failed.
    pub(crate) context: Option<String>,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

/// One build.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    pub(crate) place: Place,
    pub(crate) project: String,
    pub(crate) id: String,
    pub(crate) number: u32,
    pub(crate) pipeline: String,
    pub(crate) source: Option<String>,
    pub(crate) source_version: Option<String>,
    pub(crate) started_at: Timestamp,
    pub(crate) phases: Vec<Phase>,
    pub(crate) artifact: Option<String>,
    pub(crate) logs: String,
}

impl Build {
    /// `<project>:<id>`, by which `CodePipeline` names it.
    pub(crate) fn external_id(&self) -> String {
        format!("{}:{}", self.project, self.id)
    }

    /// Its page in the console.
    pub(crate) fn console(&self) -> String {
        let region = &self.place.region;
        format!(
            "https://{region}.console.aws.amazon.com/codebuild/home?region={region}#/builds/{}/view/new",
            self.external_id()
        )
    }

    /// Its log in the console.
    pub(crate) fn log_link(place: &Place, project: &str, id: &str) -> String {
        format!(
            "https://console.aws.amazon.com/cloudwatch/home?region={}#logEvent:group=/aws/codebuild/{project};stream={id}",
            place.region
        )
    }

    fn arn(&self) -> String {
        format!(
            "arn:aws:codebuild:{}:{}:build/{}",
            self.place.region,
            self.place.account,
            self.external_id()
        )
    }

    /// `CodeBuild Build State Change`.
    pub(crate) fn state_event(&self, status: &str, now: Timestamp) -> Envelope {
        let complete = status != "IN_PROGRESS";
        let phase = if complete { "COMPLETED" } else { "SUBMITTED" };
        let detail = json!({
            "build-status": status,
            "project-name": self.project,
            "build-id": self.arn(),
            "additional-information": self.information(complete),
            "current-phase": phase,
            "current-phase-context": "[]",
            "version": "1",
        });
        self.envelope("CodeBuild Build State Change", detail, now)
    }

    /// `CodeBuild Build Phase Change` for a phase that is over.
    pub(crate) fn phase_event(&self, phase: &Phase, now: Timestamp) -> Envelope {
        let context = phase.context.as_deref().unwrap_or_default();
        let detail = json!({
            "completed-phase": phase.name,
            "project-name": self.project,
            "build-id": self.arn(),
            "completed-phase-context": format!("[{context}]"),
            "additional-information": self.information(false),
            "completed-phase-status": phase.status,
            "completed-phase-duration-seconds": seconds(phase.end.duration_since(phase.start)),
            "version": "1",
            "completed-phase-start": written(phase.start),
            "completed-phase-end": written(phase.end),
        });
        self.envelope("CodeBuild Build Phase Change", detail, now)
    }

    fn information(&self, complete: bool) -> Value {
        let mut information = json!({
            "cache": { "type": "NO_CACHE" },
            "build-number": f64::from(self.number),
            "environment": {
                "image": "aws/codebuild/standard:7.0",
                "privileged-mode": false,
                "compute-type": "BUILD_GENERAL1_SMALL",
                "type": "LINUX_CONTAINER",
                "environment-variables": [],
            },
            "timeout-in-minutes": 60.0,
            "build-complete": complete,
            "initiator": format!("codepipeline/{}", self.pipeline),
            "build-start-time": written(self.started_at),
            "source": { "type": "CODEPIPELINE" },
            "logs": {
                "group-name": format!("/aws/codebuild/{}", self.project),
                "stream-name": self.id,
                "deep-link": self.logs,
            },
            "phases": self.phases.iter().map(written_phase).collect::<Vec<_>>(),
        });
        if let Some(version) = &self.source_version {
            information["source-version"] = json!(version);
        }
        if let Some(location) = &self.source {
            information["source"]["location"] = json!(location);
        }
        if let Some(location) = &self.artifact {
            information["artifact"] = json!({ "location": location });
        }
        information
    }

    fn envelope(&self, detail_type: &'static str, detail: Value, now: Timestamp) -> Envelope {
        Envelope {
            id: ids::uuid(),
            source: "aws.codebuild",
            detail_type,
            time: whole_second(now),
            resources: vec![self.arn()],
            detail,
        }
    }
}

fn written_phase(phase: &Phase) -> Value {
    json!({
        "phase-context": [phase.context.as_deref().unwrap_or_default()],
        "start-time": written(phase.start),
        "end-time": written(phase.end),
        "duration-in-seconds": seconds(phase.end.duration_since(phase.start)),
        "phase-type": phase.name,
        "phase-status": phase.status,
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "builds are shorter than 2^52 seconds"
)]
fn seconds(duration: SignedDuration) -> f64 {
    duration.as_secs() as f64
}

/// As `CodeBuild` writes times: `Sep 1, 2017 4:12:29 PM`, without a zone.
fn written(time: Timestamp) -> String {
    time.strftime("%b %-d, %Y %-I:%M:%S %p").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_in_the_samples() {
        let time: Timestamp = "2017-09-01T16:12:29Z".parse().unwrap();
        assert_eq!(written(time), "Sep 1, 2017 4:12:29 PM");
    }
}
