//! What `EventBridge` tells of a whole run of a `CodePipeline`, made of the samples that AWS documents.

use domain::Timestamp;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// A run to be told.
#[derive(Clone, Copy, Debug)]
pub struct ToldRun<'a> {
    /// The pipeline.
    pub pipeline: &'a str,
    /// Which run: each has a number of its own, that no other pipeline's has either.
    pub number: u32,
    /// When it begins. Its events follow ten seconds after one another.
    pub begins: Timestamp,
    /// Its stages, and how many actions each has. The first one fetches the source.
    pub stages: &'a [(&'a str, u32)],
    /// Whether the last stage fails.
    pub fails: bool,
}

/// Time from one event to the next.
const BETWEEN: SignedDuration = SignedDuration::from_secs(10);

const PIPELINE_STARTED: &str =
    include_str!("../../../backend/sources/src/codepipeline/samples/event-pipeline-started.json");
const PIPELINE_ENDED: &str =
    include_str!("../../../backend/sources/src/codepipeline/samples/event-pipeline-succeeded.json");
const STAGE: &str =
    include_str!("../../../backend/sources/src/codepipeline/samples/event-stage-started.json");
const ACTION_STARTED: &str =
    include_str!("../../../backend/sources/src/codepipeline/samples/event-action-started.json");
const ACTION_FAILED: &str =
    include_str!("../../../backend/sources/src/codepipeline/samples/event-action-failed.json");
const SOURCE_FETCHED: &str = include_str!(
    "../../../backend/sources/src/codepipeline/samples/event-action-succeeded-source.json"
);

impl ToldRun<'_> {
    /// Its events, in their order: two of the run, two of each stage, two of each action.
    pub fn events(&self) -> Vec<Value> {
        let mut events = Vec::new();
        self.tell(&mut events, PIPELINE_STARTED, "STARTED", None);
        for (place, (stage, actions)) in self.stages.iter().enumerate() {
            let fails = self.fails && place + 1 == self.stages.len();
            let end = if fails { "FAILED" } else { "SUCCEEDED" };
            self.tell(&mut events, STAGE, "STARTED", Some((stage, None)));
            for action in 1..=*actions {
                let action = Some((*stage, Some(action)));
                let ended = if place == 0 {
                    SOURCE_FETCHED
                } else {
                    ACTION_FAILED
                };
                self.tell(&mut events, ACTION_STARTED, "STARTED", action);
                self.tell(&mut events, ended, end, action);
            }
            self.tell(&mut events, STAGE, end, Some((stage, None)));
        }
        let end = if self.fails { "FAILED" } else { "SUCCEEDED" };
        self.tell(&mut events, PIPELINE_ENDED, end, None);
        events
    }

    /// Adds an event like `sample` of the run, of a stage, or of an action of it.
    fn tell(
        &self,
        events: &mut Vec<Value>,
        sample: &str,
        state: &str,
        step: Option<(&str, Option<u32>)>,
    ) {
        let place = events.len();
        let passed = BETWEEN * i32::try_from(place).unwrap();
        let mut event: Value = serde_json::from_str(sample).unwrap();
        event["id"] = json!(format!(
            "00000000-0000-4000-8000-{:08}{place:04}",
            self.number
        ));
        event["time"] = json!((self.begins + passed).to_string());
        let detail = &mut event["detail"];
        detail["pipeline"] = json!(self.pipeline);
        detail["execution-id"] = json!(format!("0f0e0d0c-0b0a-4908-8706-{:012}", self.number));
        detail["state"] = json!(state);
        detail["start-time"] = json!(self.begins.to_string());
        if let Some((stage, action)) = step {
            detail["stage"] = json!(stage);
            if let Some(action) = action {
                detail["action"] = json!(format!("{stage}-{action}"));
            }
        }
        if state == "SUCCEEDED"
            && let Some(result) = detail.get_mut("execution-result")
        {
            result.as_object_mut().unwrap().remove("error-code");
        }
        events.push(event);
    }
}
