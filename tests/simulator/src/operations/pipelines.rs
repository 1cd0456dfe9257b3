//! Declaring pipelines and reading them back.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{declare, pages::page, principal, seconds};
use crate::{
    model::{declaration::Declaration, execution::Trigger, pipeline::Pipeline},
    protocol::error::ApiError,
    world::World,
};

pub(super) fn create(world: &Arc<World>, body: &Value) -> Result<Value, ApiError> {
    let mut raw = body["pipeline"].clone();
    let declaration = Declaration::read(&raw)
        .map_err(|error| ApiError::new("SerializationException", error.to_string()))?;
    declare::check(&declaration)?;
    complete(&mut raw);
    let name = declaration.name.clone();
    world.change(|engine, now| {
        if engine.pipelines.contains_key(&name) {
            return Err(ApiError::new(
                "PipelineNameInUseException",
                format!(
                    "A pipeline with the name '{name}' already exists in account '{}'",
                    engine.place.account
                ),
            ));
        }
        let pipeline = Pipeline {
            declaration,
            raw: raw.clone(),
            version: 1,
            created: now,
            updated: now,
            closed: BTreeMap::new(),
            opened: BTreeMap::new(),
            executions: VecDeque::new(),
            tokens: BTreeMap::new(),
        };
        engine.pipelines.insert(name.clone(), pipeline);
        if world.options.start_on_create {
            let trigger = Trigger {
                kind: "CreatePipeline",
                detail: principal(world),
                git: None,
            };
            engine
                .turn(&name, now)?
                .start(trigger, &BTreeMap::new(), Vec::new())?;
        }
        Ok(())
    })?;
    let mut answer = json!({ "pipeline": raw });
    if let Some(tags) = body.get("tags").filter(|tags| !tags.is_null()) {
        answer["tags"] = tags.clone();
    }
    Ok(answer)
}

/// Fills in what AWS fills in.
fn complete(raw: &mut Value) {
    let Some(fields) = raw.as_object_mut() else {
        return;
    };
    fields.insert("version".to_owned(), json!(1));
    fields.entry("executionMode").or_insert(json!("SUPERSEDED"));
    fields.entry("pipelineType").or_insert(json!("V1"));
    let stages = fields.get_mut("stages").and_then(Value::as_array_mut);
    for stage in stages.into_iter().flatten() {
        let actions = stage.get_mut("actions").and_then(Value::as_array_mut);
        for action in actions
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            action.entry("runOrder").or_insert(json!(1));
            action.entry("configuration").or_insert(json!({}));
            action.entry("inputArtifacts").or_insert(json!([]));
            action.entry("outputArtifacts").or_insert(json!([]));
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Get {
    name: String,
    version: Option<u32>,
}

pub(super) fn get(world: &Arc<World>, input: &Get) -> Result<Value, ApiError> {
    world.change(|engine, _| {
        let pipeline = engine.pipeline(&input.name)?;
        if let Some(version) = input.version.filter(|version| *version != pipeline.version) {
            return Err(ApiError::new(
                "PipelineVersionNotFoundException",
                format!(
                    "Pipeline '{}' does not have a version {version}",
                    input.name
                ),
            ));
        }
        Ok(json!({
            "pipeline": pipeline.raw,
            "metadata": {
                "pipelineArn": engine.place.pipeline_arn(&input.name),
                "created": seconds(pipeline.created),
                "updated": seconds(pipeline.updated),
            },
        }))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List {
    next_token: Option<String>,
    max_results: Option<usize>,
}

pub(super) fn list(world: &Arc<World>, input: &List) -> Result<Value, ApiError> {
    let pipelines = world.change(|engine, _| {
        let summary = |(name, pipeline): (&String, &Pipeline)| {
            json!({
                "name": name,
                "version": pipeline.version,
                "pipelineType": pipeline.raw["pipelineType"],
                "executionMode": pipeline.raw["executionMode"],
                "created": seconds(pipeline.created),
                "updated": seconds(pipeline.updated),
            })
        };
        engine.pipelines.iter().map(summary).collect()
    });
    let size = input.max_results.unwrap_or(1000);
    page("pipelines", pipelines, input.next_token.as_deref(), size)
}

#[derive(Deserialize)]
pub(super) struct Delete {
    name: String,
}

/// Deletes a pipeline; one that does not exist is as good as deleted.
pub(super) fn delete(world: &Arc<World>, input: &Delete) -> Result<Value, ApiError> {
    world.change(|engine, now| {
        let unfinished: Vec<String> =
            engine
                .pipelines
                .get(&input.name)
                .map_or_else(Vec::new, |pipeline| {
                    let open = pipeline
                        .executions
                        .iter()
                        .filter(|execution| !execution.is_over());
                    open.map(|execution| execution.id.clone()).collect()
                });
        for execution in unfinished {
            engine
                .turn(&input.name, now)?
                .stop(&execution, true, None)?;
        }
        engine.pipelines.remove(&input.name);
        Ok(Value::Null)
    })
}
