//! `#{namespace.name}` in an action's configuration.

use std::collections::BTreeMap;

use crate::model::execution::Execution;

/// Fills in every reference, or says which one cannot be.
pub(super) fn resolve(
    configuration: &BTreeMap<String, String>,
    execution: &Execution,
) -> Result<BTreeMap<String, String>, String> {
    configuration
        .iter()
        .map(|(key, value)| Ok((key.clone(), fill(value, execution)?)))
        .collect()
}

fn fill(text: &str, execution: &Execution) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("#{") {
        let Some((reference, behind)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        let value = look_up(reference, execution).ok_or_else(|| {
            format!("An action configuration refers to #{{{reference}}}, which no action has set")
        })?;
        filled.push_str(value);
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn look_up<'a>(reference: &str, execution: &'a Execution) -> Option<&'a str> {
    let (namespace, name) = reference.split_once('.')?;
    match namespace {
        "codepipeline" => (name == "PipelineExecutionId").then_some(execution.id.as_str()),
        "variables" => execution.variables.get(name).map(String::as_str),
        _ => execution
            .namespaces
            .get(namespace)?
            .get(name)
            .map(String::as_str),
    }
}
