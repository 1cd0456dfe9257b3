//! The configuration in force, without anything that has to stay secret: what is shown is picked field by field, so that a
//! new field is not shown by itself.

use domain::{
    actor::Actor,
    catalog::Feed,
    path::{Path, PathStep},
    view::{ConfigurationView, PathStepView, PathView, PipelineView, SignInView},
    words,
};
use identity::sign_in::{Session, SignIn};

use crate::{Portal, Result, access::Action};

/// The configuration in force. `issuer` is where people sign in, if they do.
pub fn configuration(
    portal: &Portal,
    actor: &Actor,
    issuer: Option<&SignIn>,
) -> Result<ConfigurationView> {
    portal.authorise(actor, Action::ViewConfiguration)?;
    let catalog = portal.catalog();
    Ok(ConfigurationView {
        home: portal.parts.home.clone(),
        region: portal.parts.region.clone(),
        public_url: portal.public_url().map(ToString::to_string),
        digest: portal.parts.config_digest,
        sign_in: issuer.map(sign_in),
        apps: catalog.apps.clone(),
        environments: catalog.environments.clone(),
        pipelines: catalog.feeds.iter().map(pipeline).collect(),
        paths: catalog.paths.iter().map(path).collect(),
        roles: portal.parts.grants.as_slice().len(),
    })
}

fn sign_in(issuer: &SignIn) -> SignInView {
    SignInView {
        issuer: issuer.issuer().to_owned(),
        client_id: issuer.client_id().to_owned(),
        idle_hours: issuer.idle().as_hours(),
        lifetime_hours: Session::LIFETIME.as_hours(),
    }
}

fn pipeline(feed: &Feed) -> PipelineView {
    PipelineView {
        source: feed.source.clone(),
        name: feed.pipeline.clone(),
        account: feed.account.clone(),
        region: feed.region.clone(),
        app: feed.app.clone(),
        environment: feed.environment.clone(),
    }
}

fn path(path: &Path) -> PathView {
    PathView {
        apps: path.apps.clone(),
        steps: path.steps.iter().map(step).collect(),
    }
}

fn step(step: &PathStep) -> PathStepView {
    let rollback = step.rollback_gates.as_ref();
    let rollback = rollback.map(|gates| gates.iter().map(|gate| gate.word().to_owned()).collect());
    PathStepView {
        environment: step.environment.clone(),
        gates: step.gates.words(),
        automatic: step.automatic,
        target: step.target_words(),
        expires_after: words::duration(step.expires_after),
        approvals_expire: (!step.gates.approvals.is_empty())
            .then(|| words::duration(step.approvals_expire)),
        rollback_gates: rollback,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        event::Pipeline,
        path::{Bucket, Gates, PipelineTarget, Start, Target},
    };
    use jiff::SignedDuration;

    use super::*;

    const SECRET: &str = "an-external-id";
    const ROLE: &str = "arn:aws:iam::123456789012:role/promotions";

    fn entering(environment: &str, target: Target) -> PathStep {
        PathStep {
            environment: environment.parse().unwrap(),
            gates: Gates::default(),
            automatic: false,
            target,
            expires_after: SignedDuration::from_hours(72),
            approvals_expire: PathStep::APPROVALS_EXPIRE,
            timeouts: domain::path::Timeouts::default(),
            rollback_gates: None,
        }
    }

    #[test]
    fn what_only_roles_have_to_know_is_not_shown() {
        let (role, external_id) = (Some(ROLE.to_owned()), Some(SECRET.to_owned()));
        let bucket = Bucket {
            name: "releases-prod".to_owned(),
            region: None,
            role: role.clone(),
            external_id: external_id.clone(),
        };
        let pipeline = PipelineTarget {
            pipeline: Pipeline {
                source: "codepipeline".to_owned(),
                account: None,
                region: None,
                name: "release".to_owned(),
            },
            role,
            external_id,
            start: Start::Execution,
            source_revisions: Vec::new(),
            rollback_stage: None,
        };
        let view = path(&Path {
            apps: Vec::new(),
            steps: vec![
                entering("preprod", Target::Portal(Some(bucket))),
                entering("prod", Target::CodePipeline(pipeline)),
            ],
        });
        let shown = serde_json::to_string(&view).unwrap();
        assert!(shown.contains("releases-prod") && shown.contains("the pipeline release"));
        assert!(!shown.contains(SECRET) && !shown.contains(ROLE), "{shown}");
    }
}
