//! `target`: what carries a promotion out.

use std::ops::Range;

use domain::{catalog::is_region, event, path};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    document::{Document, Text},
    reader::{Entries, Given, Leaf, List},
    values::{ACCOUNT, REGION, for_people, is_account, known},
};

/// `StartPipelineExecution`'s `revisionType`s.
const REVISION_KINDS: [&str; 4] = [
    "COMMIT_ID",
    "IMAGE_DIGEST",
    "S3_OBJECT_VERSION_ID",
    "S3_OBJECT_KEY",
];

/// What carries a promotion out: a pipeline of AWS `CodePipeline`, or the portal into another bucket.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, example = json!({"codepipeline": "wallet-prod"}))]
pub(super) struct Target {
    /// The pipeline that releases it.
    #[schemars(length(min = 1, max = 100), example = &"wallet-prod")]
    codepipeline: Option<Given<String>>,
    /// The release bucket of the environment, into which the portal copies the artifacts.
    #[schemars(
        regex(pattern = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),
        example = &"wallet-releases-prod"
    )]
    bucket: Option<Given<String>>,
    /// The AWS account that the pipeline is in: twelve digits in quotes. Left out, the portal's own.
    #[schemars(regex(pattern = ACCOUNT), example = &"123456789012")]
    account: Option<Given<String>>,
    /// The AWS region of the pipeline or bucket, such as `"eu-west-1"`. Left out, the portal's own.
    #[schemars(regex(pattern = REGION), example = &"eu-west-1")]
    region: Option<Given<String>>,
    /// The ARN of the role to call it with. Left out, the portal's own.
    #[schemars(
        regex(pattern = "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$"),
        example = &"arn:aws:iam::123456789012:role/towpath"
    )]
    role: Option<Given<String>>,
    /// What that role's trust policy asks for beside.
    #[schemars(
        regex(pattern = "^[A-Za-z0-9+=,.@:/_-]{2,1224}$"),
        example = &"towpath-dev"
    )]
    external_id: Option<Given<String>>,
    /// The approval action that waits in the execution that carries the build. Left out, a new execution is started.
    approval: Option<Given<ApprovalAction>>,
    /// Source actions that get the build's own revision.
    source_revisions: List<SourceRevision>,
    /// The stage that `RollbackStage` rolls back. Left out, a rollback is a promotion of the earlier build.
    #[schemars(length(min = 1, max = 100), example = &"Deploy")]
    rollback_stage: Option<Given<String>>,
}

/// An approval action of a pipeline.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ApprovalAction {
    /// Its stage.
    #[schemars(length(min = 1, max = 100), example = &"Release")]
    stage: Given<String>,
    /// Its name.
    #[schemars(length(min = 1, max = 100), example = &"Towpath")]
    action: Given<String>,
}

/// A source action that gets the build's own revision.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SourceRevision {
    /// Its name.
    #[schemars(length(min = 1, max = 100), example = &"Source")]
    action: Given<String>,
    /// What the revision is.
    #[schemars(extend("enum" = REVISION_KINDS))]
    kind: Given<String>,
}

/// The portal itself, if left out.
pub(super) fn one(document: &Document<'_>, given: Option<&Given<Target>>) -> Option<path::Target> {
    let Some(given) = given else {
        return Some(path::Target::Portal(None));
    };
    let (target, span) = (given.value()?, given.span()?);
    let access = target.access(document);
    match (&target.codepipeline, &target.bucket) {
        (Some(name), None) => target
            .pipeline(document, name, access)
            .map(path::Target::CodePipeline),
        (None, Some(name)) => {
            let bucket = target.bucket(document, name, access)?;
            Some(path::Target::Portal(Some(bucket)))
        }
        (Some(_), Some(bucket)) => {
            document.problem(
                bucket.span_or(&span),
                "a target is either a pipeline or a bucket",
                "remove \"codepipeline\" or \"bucket\"",
            );
            None
        }
        (None, None) => {
            document.problem(
                span,
                "this target is nothing",
                "add codepipeline = \"wallet-prod\" or bucket = \"wallet-releases-prod\", or remove the target to let the portal release by itself",
            );
            None
        }
    }
}

/// Where a target is, and as whom it is called.
struct Access {
    region: Option<String>,
    role: Option<String>,
    external_id: Option<String>,
}

impl Target {
    fn access(&self, document: &Document<'_>) -> Access {
        let region = self.region.text().map(|text| {
            let shape = "one such as \"eu-west-1\"";
            fits(document, text, "an AWS region", shape, is_region)
        });
        let role = self.role.text().map(|text| {
            let shape = "its ARN, such as \"arn:aws:iam::123456789012:role/towpath\"";
            fits(document, text, "a role", shape, is_role)
        });
        let external_id = self.external_id.text().map(|text| {
            let shape = "2 to 1,224 letters, digits and + = , . @ : / - _";
            fits(document, text, "an external id", shape, is_external_id)
        });
        if let Some(span) = self.external_id.span().filter(|_| self.role.is_none()) {
            document.problem(
                span,
                "an external id without a role",
                "add the role that asks for it, or remove it",
            );
        }
        Access {
            region,
            role,
            external_id,
        }
    }

    /// Keys that only a pipeline has.
    fn of_pipelines(&self) -> [(&'static str, Option<Range<usize>>); 4] {
        [
            ("account", self.account.span()),
            ("approval", self.approval.span()),
            ("source_revisions", self.source_revisions.span()),
            ("rollback_stage", self.rollback_stage.span()),
        ]
    }

    fn bucket(
        &self,
        document: &Document<'_>,
        name: &Given<String>,
        access: Access,
    ) -> Option<path::Bucket> {
        for (key, span) in self.of_pipelines() {
            if let Some(span) = span {
                document.problem(
                    span,
                    format!("a bucket has no \"{key}\""),
                    "remove it: it belongs to a pipeline",
                );
            }
        }
        let shape = "3 to 63 lower-case letters, digits, dots and hyphens";
        let kind = "the name of a bucket";
        Some(path::Bucket {
            name: fits(document, name.text()?, kind, shape, is_bucket),
            region: access.region,
            role: access.role,
            external_id: access.external_id,
        })
    }

    fn pipeline(
        &self,
        document: &Document<'_>,
        name: &Given<String>,
        access: Access,
    ) -> Option<path::PipelineTarget> {
        let name = name.text();
        let name = name.and_then(|text| for_people(document, &text, 100));
        let account = self.account.text().map(|text| {
            let (kind, shape) = ("an AWS account", "its twelve digits");
            fits(document, text, kind, shape, is_account)
        });
        let rollback_stage = self.rollback_stage.text();
        let rollback_stage = rollback_stage.and_then(|text| for_people(document, &text, 100));
        let start = self.start(document);
        let revisions = self.source_revisions.entries();
        let revisions = revisions.filter_map(|(revision, _)| revision.read(document));
        let source_revisions = revisions.collect();
        Some(path::PipelineTarget {
            pipeline: event::Pipeline {
                source: "codepipeline".to_owned(),
                account,
                region: access.region,
                name: name?,
            },
            role: access.role,
            external_id: access.external_id,
            start: start?,
            source_revisions,
            rollback_stage,
        })
    }

    fn start(&self, document: &Document<'_>) -> Option<path::Start> {
        let Some(approval) = &self.approval else {
            return Some(path::Start::Execution);
        };
        if let Some(span) = self.source_revisions.span() {
            document.problem(
                span,
                "an approval starts no execution, so there is nothing to give a revision to",
                "remove \"source_revisions\" or \"approval\"",
            );
        }
        let approval = approval.value()?;
        let stage = approval.stage.text();
        let stage = stage.and_then(|text| for_people(document, &text, 100));
        let action = approval.action.text();
        let action = action.and_then(|text| for_people(document, &text, 100));
        Some(path::Start::Approval {
            stage: stage?,
            action: action?,
        })
    }
}

impl SourceRevision {
    fn read(&self, document: &Document<'_>) -> Option<path::SourceRevision> {
        let action = self.action.text();
        let action = action.and_then(|text| for_people(document, &text, 100));
        let kind = self.kind.text();
        let kind = kind.and_then(|text| known(document, "kind of revision", text, &REVISION_KINDS));
        Some(path::SourceRevision {
            action: action?,
            kind: kind?,
        })
    }
}

/// The text as it stands, after reporting it if it does not have the right shape.
fn fits(
    document: &Document<'_>,
    text: Text,
    kind: &str,
    shape: &str,
    fits: fn(&str) -> bool,
) -> String {
    if !fits(&text.value) {
        document.problem(
            text.span,
            format!("\"{}\" is not {kind}", text.value),
            format!("write {shape}"),
        );
    }
    text.value
}

fn is_role(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else {
        return false;
    };
    let name = resource.strip_prefix("role/").unwrap_or_default();
    partition.starts_with("aws")
        && is_account(account)
        && !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+=,.@-_/".contains(&b))
}

fn is_external_id(text: &str) -> bool {
    (2..=1224).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+=,.@:/-_".contains(&b))
}

fn is_bucket(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (3..=63).contains(&text.len())
        && text.bytes().all(|b| plain(b) || b == b'.' || b == b'-')
        && text.bytes().next().is_some_and(plain)
        && text.bytes().next_back().is_some_and(plain)
}
