//! What the simulator tells the world, in the shape of AWS's own samples.

pub(crate) mod codebuild;
pub(crate) mod publisher;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    engine::Place,
    ids,
    model::{
        execution::{ActionRun, ActionStatus, Artifact, Execution},
        pipeline::Pipeline,
    },
};

/// One event before it is sent.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Envelope {
    pub(crate) id: String,
    pub(crate) source: &'static str,
    #[serde(rename = "detail-type")]
    pub(crate) detail_type: &'static str,
    pub(crate) time: Timestamp,
    pub(crate) resources: Vec<String>,
    pub(crate) detail: Value,
}

/// What became of an execution, and when.
#[derive(Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) place: &'a Place,
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) execution: &'a Execution,
    /// The state as AWS writes it: `STARTED`.
    pub(crate) word: &'a str,
    pub(crate) now: Timestamp,
}

impl Change<'_> {
    /// `CodePipeline Pipeline Execution State Change`.
    pub(crate) fn pipeline_event(self) -> Envelope {
        let Self {
            execution, word, ..
        } = self;
        let mut detail = self.base();
        detail.insert("start-time".into(), json!(execution.started_at));
        let trigger = &execution.trigger;
        match &trigger.git {
            Some(git) => {
                detail.insert("execution-trigger".into(), git.clone());
            }
            None if word == "STARTED" => {
                let shown =
                    json!({ "trigger-type": trigger.kind, "trigger-detail": trigger.detail });
                detail.insert("execution-trigger".into(), shown);
            }
            None => {}
        }
        if let Some(reason) = execution
            .stop
            .as_ref()
            .and_then(|stop| stop.reason.as_ref())
        {
            detail.insert("stop-execution-comments".into(), json!(reason));
        }
        let name = "CodePipeline Pipeline Execution State Change";
        self.envelope(name, detail)
    }

    /// `CodePipeline Stage Execution State Change`.
    pub(crate) fn stage_event(self, stage: usize) -> Envelope {
        let Self {
            pipeline,
            execution,
            word,
            ..
        } = self;
        let mut detail = self.base();
        detail.insert(
            "stage".into(),
            json!(pipeline.declaration.stages[stage].name),
        );
        if let Some(run) = execution.stages.get(&stage) {
            match run.retried_at {
                Some(at) if word == "RESUMED" => {
                    detail.insert("stage-last-retry-attempt-time".into(), json!(at))
                }
                _ => detail.insert("start-time".into(), json!(run.started_at)),
            };
        }
        let name = "CodePipeline Stage Execution State Change";
        self.envelope(name, detail)
    }

    /// `CodePipeline Action Execution State Change`.
    pub(crate) fn action_event(self, action: &ActionRun) -> Envelope {
        let mut detail = self.base();
        detail.insert("start-time".into(), json!(action.started_at));
        detail.insert("stage".into(), json!(action.stage_name));
        detail.insert("action".into(), json!(action.name));
        detail.insert("action-execution-id".into(), json!(action.id));
        detail.insert("region".into(), json!(self.place.region));
        detail.insert("type".into(), json!(action.kind));
        if matches!(
            action.status,
            ActionStatus::Succeeded | ActionStatus::Failed
        ) {
            let result = execution_result(action);
            if !result.is_empty() {
                detail.insert("execution-result".into(), Value::Object(result));
            }
        }
        if !action.inputs.is_empty() {
            detail.insert("input-artifacts".into(), artifacts(&action.inputs));
        }
        if action.status == ActionStatus::Succeeded && !action.outputs.is_empty() {
            detail.insert("output-artifacts".into(), artifacts(&action.outputs));
        }
        let name = "CodePipeline Action Execution State Change";
        self.envelope(name, detail)
    }

    /// What every event of an execution says.
    fn base(self) -> Map<String, Value> {
        let Self {
            execution, word, ..
        } = self;
        let mut detail = Map::new();
        detail.insert("pipeline".into(), json!(self.pipeline.declaration.name));
        detail.insert("execution-id".into(), json!(execution.id));
        detail.insert("state".into(), json!(word));
        // AWS writes both as numbers with a fraction: 1.0.
        detail.insert("version".into(), json!(f64::from(execution.version)));
        detail.insert(
            "pipeline-execution-attempt".into(),
            json!(f64::from(execution.attempt)),
        );
        detail
    }

    fn envelope(self, detail_type: &'static str, detail: Map<String, Value>) -> Envelope {
        let name = &self.pipeline.declaration.name;
        Envelope {
            id: ids::uuid(),
            source: "aws.codepipeline",
            detail_type,
            time: whole_second(self.now),
            resources: vec![self.place.pipeline_arn(name)],
            detail: Value::Object(detail),
        }
    }
}

fn execution_result(action: &ActionRun) -> Map<String, Value> {
    let result = &action.result;
    let fields = [
        ("external-execution-url", &result.url),
        ("external-execution-summary", &result.summary),
        ("external-execution-id", &result.external_id),
    ];
    let mut shown: Map<String, Value> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))))
        .collect();
    if let Some((code, _)) = &result.error {
        shown.insert("error-code".into(), json!(code));
    }
    shown
}

fn artifacts(artifacts: &[Artifact]) -> Value {
    artifacts
        .iter()
        .map(|artifact| {
            json!({
                "name": artifact.name,
                "s3location": { "bucket": artifact.bucket, "key": artifact.key },
            })
        })
        .collect()
}

/// `EventBridge` knows no smaller unit.
pub(crate) fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_millisecond().div_euclid(1000)).unwrap_or(time)
}
