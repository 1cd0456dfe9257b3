//! What a pipeline's structure must be like, beyond what the model says.

use std::collections::BTreeSet;

use crate::{
    model::declaration::{Action, Declaration, Mode},
    protocol::error::ApiError,
    providers,
};

pub(super) fn check(declaration: &Declaration) -> Result<(), ApiError> {
    check_stages(declaration)?;
    check_store(declaration)?;
    check_type(declaration)?;
    let mut artifacts = BTreeSet::new();
    let mut namespaces = BTreeSet::new();
    for stage in &declaration.stages {
        let mut actions: Vec<&Action> = stage.actions.iter().collect();
        actions.sort_by_key(|action| action.run_order);
        for action in actions {
            check_action(action)?;
            for input in &action.input_artifacts {
                if !artifacts.contains(&input.name) {
                    return Err(bad_action(format!(
                        "Action '{}' uses input artifact '{}', which no earlier action makes",
                        action.name, input.name
                    )));
                }
            }
            for output in &action.output_artifacts {
                if !artifacts.insert(output.name.clone()) {
                    return Err(bad_action(format!(
                        "Output artifact name '{}' is not unique",
                        output.name
                    )));
                }
            }
            if let Some(namespace) = &action.namespace
                && !namespaces.insert(namespace.clone())
            {
                return Err(bad_action(format!("Namespace '{namespace}' is not unique")));
            }
        }
    }
    Ok(())
}

fn structure(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidStructureException", message)
}

fn bad_action(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidActionDeclarationException", message)
}

fn check_stages(declaration: &Declaration) -> Result<(), ApiError> {
    if declaration.stages.len() < 2 {
        return Err(structure("Pipeline must have at least two stages"));
    }
    let mut names = BTreeSet::new();
    for (index, stage) in declaration.stages.iter().enumerate() {
        if !names.insert(&stage.name) {
            return Err(structure(format!(
                "Stage name '{}' is not unique",
                stage.name
            )));
        }
        if stage.actions.is_empty() {
            return Err(ApiError::new(
                "InvalidStageDeclarationException",
                format!("Stage '{}' must have at least one action", stage.name),
            ));
        }
        let mut actions = BTreeSet::new();
        for action in &stage.actions {
            if !actions.insert(&action.name) {
                let message = format!(
                    "Action name '{}' is not unique in stage '{}'",
                    action.name, stage.name
                );
                return Err(bad_action(message));
            }
            if (action.kind.category == "Source") != (index == 0) {
                return Err(structure(
                    "The first stage must hold source actions only, and no other stage may hold any",
                ));
            }
        }
    }
    Ok(())
}

fn check_store(declaration: &Declaration) -> Result<(), ApiError> {
    if declaration.artifact_store.is_some() == declaration.artifact_stores.is_some() {
        return Err(structure(
            "Pipeline must have either artifactStore or artifactStores, and not both",
        ));
    }
    Ok(())
}

fn check_type(declaration: &Declaration) -> Result<(), ApiError> {
    let newer = declaration.execution_mode != Mode::Superseded || !declaration.variables.is_empty();
    if newer && declaration.pipeline_type.as_deref() != Some("V2") {
        return Err(structure(
            "Variables and the modes QUEUED and PARALLEL need pipelineType V2",
        ));
    }
    Ok(())
}

fn check_action(action: &Action) -> Result<(), ApiError> {
    let kind = &action.kind;
    if !providers::knows(kind) {
        return Err(bad_action(format!(
            "ActionType (Category: '{}', Provider: '{}', Owner: '{}', Version: '{}') in action '{}' is not available",
            kind.category, kind.provider, kind.owner, kind.version, action.name
        )));
    }
    let required: &[&str] = match kind.provider.as_str() {
        "CodeCommit" => &["RepositoryName", "BranchName"],
        "CodeStarSourceConnection" => &["ConnectionArn", "FullRepositoryId", "BranchName"],
        "S3" if kind.category == "Source" => &["S3Bucket", "S3ObjectKey"],
        "CodeBuild" => &["ProjectName"],
        "Lambda" => &["FunctionName"],
        _ => &[],
    };
    if let Some(missing) = required
        .iter()
        .find(|key| !action.configuration.contains_key(**key))
    {
        return Err(bad_action(format!(
            "Action configuration for action '{}' is missing required configuration '{missing}'",
            action.name
        )));
    }
    let (least, most) = match (kind.category.as_str(), kind.provider.as_str()) {
        ("Source" | "Approval", _) => (0, 0),
        (_, "CodeBuild") => (1, 5),
        _ => (0, 5),
    };
    if !(least..=most).contains(&action.input_artifacts.len()) {
        return Err(bad_action(format!(
            "Action '{}' must have between {least} and {most} input artifacts",
            action.name
        )));
    }
    Ok(())
}
