//! `target`: what carries a promotion out.

use domain::{
    catalog::is_region,
    event::Pipeline,
    path::{Bucket, PipelineTarget, SourceRevision, Start, Target},
};

use crate::{
    names::suggest,
    reader::{Document, Section, Text},
    values::{for_people, is_account},
};

pub(crate) const KEYS: [&str; 9] = [
    "codepipeline",
    "bucket",
    "account",
    "region",
    "role",
    "external_id",
    "approval",
    "source_revisions",
    "rollback_stage",
];
pub(crate) const APPROVAL_KEYS: [&str; 2] = ["stage", "action"];
pub(crate) const REVISION_KEYS: [&str; 2] = ["action", "kind"];

/// `StartPipelineExecution`'s `revisionType`s.
pub(crate) const REVISION_KINDS: [&str; 4] = [
    "COMMIT_ID",
    "IMAGE_DIGEST",
    "S3_OBJECT_VERSION_ID",
    "S3_OBJECT_KEY",
];

/// Keys that only a pipeline has.
const OF_PIPELINES: [&str; 4] = ["account", "approval", "source_revisions", "rollback_stage"];

const EXAMPLE: &str = "{ codepipeline = \"wallet-prod\" }";
const APPROVAL_EXAMPLE: &str = "{ stage = \"Release\", action = \"Towpath\" }";
const REVISION_EXAMPLE: &str = "{ action = \"Source\", kind = \"COMMIT_ID\" }";

/// The portal itself, if left out.
pub(super) fn target(document: &Document<'_>, step: &Section<'_, '_>) -> Option<Target> {
    if !step.has("target") {
        return Some(Target::Portal(None));
    }
    let (table, span) = step.table("target", EXAMPLE)?;
    let section = Section::open(document, "target", table, span, &KEYS);
    let access = Access::of(document, &section);
    match (section.has("codepipeline"), section.has("bucket")) {
        (true, false) => pipeline(document, &section, access).map(Target::CodePipeline),
        (false, true) => {
            bucket(document, &section, access).map(|bucket| Target::Portal(Some(bucket)))
        }
        (true, true) => {
            section.problem(
                "bucket",
                "a target is either a pipeline or a bucket",
                "remove \"codepipeline\" or \"bucket\"",
            );
            None
        }
        (false, false) => {
            step.problem(
                "target",
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

impl Access {
    fn of(document: &Document<'_>, section: &Section<'_, '_>) -> Self {
        let region = section.optional("region", "eu-west-1").map(|text| {
            fits(
                document,
                text,
                "an AWS region",
                "one such as \"eu-west-1\"",
                is_region,
            )
        });
        let role = section
            .optional("role", "arn:aws:iam::123456789012:role/towpath")
            .map(|text| {
                let shape = "its ARN, such as \"arn:aws:iam::123456789012:role/towpath\"";
                fits(document, text, "a role", shape, is_role)
            });
        let external_id = section.optional("external_id", "towpath-dev").map(|text| {
            let shape = "2 to 1,224 letters, digits and + = , . @ : / - _";
            fits(document, text, "an external id", shape, is_external_id)
        });
        if external_id.is_some() && role.is_none() {
            section.problem(
                "external_id",
                "an external id without a role",
                "add the role that asks for it, or remove it",
            );
        }
        Self {
            region,
            role,
            external_id,
        }
    }
}

fn bucket(document: &Document<'_>, section: &Section<'_, '_>, access: Access) -> Option<Bucket> {
    for key in OF_PIPELINES.into_iter().filter(|key| section.has(key)) {
        section.problem(
            key,
            format!("a bucket has no \"{key}\""),
            "remove it: it belongs to a pipeline",
        );
    }
    let text = section.optional("bucket", "wallet-releases-prod")?;
    let shape = "3 to 63 lower-case letters, digits, dots and hyphens";
    let name = fits(document, text, "the name of a bucket", shape, is_bucket);
    Some(Bucket {
        name,
        region: access.region,
        role: access.role,
        external_id: access.external_id,
    })
}

fn pipeline(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    access: Access,
) -> Option<PipelineTarget> {
    let name = section
        .optional("codepipeline", "wallet-prod")
        .and_then(|text| for_people(document, &text, 100));
    let account = section.optional("account", "123456789012").map(|text| {
        fits(
            document,
            text,
            "an AWS account",
            "its twelve digits",
            is_account,
        )
    });
    let rollback_stage = section
        .optional("rollback_stage", "Deploy")
        .and_then(|text| for_people(document, &text, 100));
    let start = start(document, section);
    let source_revisions = source_revisions(document, section);
    Some(PipelineTarget {
        pipeline: Pipeline {
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

fn start(document: &Document<'_>, section: &Section<'_, '_>) -> Option<Start> {
    if !section.has("approval") {
        return Some(Start::Execution);
    }
    let (table, span) = section.table("approval", APPROVAL_EXAMPLE)?;
    if section.has("source_revisions") {
        section.problem(
            "source_revisions",
            "an approval starts no execution, so there is nothing to give a revision to",
            "remove \"source_revisions\" or \"approval\"",
        );
    }
    let approval = Section::open(document, "approval", table, span, &APPROVAL_KEYS);
    let stage = approval
        .required("stage", "Release")
        .and_then(|text| for_people(document, &text, 100));
    let action = approval
        .required("action", "Towpath")
        .and_then(|text| for_people(document, &text, 100));
    Some(Start::Approval {
        stage: stage?,
        action: action?,
    })
}

fn source_revisions(document: &Document<'_>, section: &Section<'_, '_>) -> Vec<SourceRevision> {
    section
        .list("source_revisions", REVISION_EXAMPLE)
        .into_iter()
        .filter_map(|(table, span)| {
            let name = "an entry of source_revisions";
            let entry = Section::open(document, name, table, span, &REVISION_KEYS);
            let action = entry
                .required("action", "Source")
                .and_then(|text| for_people(document, &text, 100));
            let kind = entry
                .required("kind", "COMMIT_ID")
                .and_then(|text| revision_kind(document, text));
            Some(SourceRevision {
                action: action?,
                kind: kind?,
            })
        })
        .collect()
}

fn revision_kind(document: &Document<'_>, text: Text) -> Option<String> {
    if REVISION_KINDS.contains(&text.value.as_str()) {
        return Some(text.value);
    }
    document.problem(
        text.span,
        format!("unknown kind of revision \"{}\"", text.value),
        suggest(&text.value, &REVISION_KINDS),
    );
    None
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
