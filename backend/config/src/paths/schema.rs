//! What the JSON Schema says of `[[paths]]`. The reader makes the domain's types of it at once, so these are for the schema
//! alone; a test holds their keys to the reader's.

use domain::source::Source;
use schemars::JsonSchema;

use super::{
    duration::PATTERN as DURATION,
    gates::{MOST_CHECKS, MOST_FREEZES, MOST_GROUPS, MOST_RULES},
    moment,
    target::REVISION_KINDS,
};
use crate::SLUG;

/// Which way builds take through the environments.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Path {
    /// The `id`s of the apps that it is for. Left out, every app that no other path names.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), inner(regex(pattern = SLUG)), extend("type" = "array"))]
    apps: Option<Vec<String>>,
    /// Its environments, in order. A build enters the first by being registered there.
    #[schemars(length(min = 1))]
    steps: Vec<PathStep>,
}

/// One environment of a path, and what has to hold before a build enters it. What is left out asks for nothing.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct PathStep {
    /// The `id` of the environment.
    #[schemars(regex(pattern = SLUG))]
    environment: String,
    /// Runs or steps that must have succeeded for this very build.
    #[schemars(length(max = MOST_CHECKS))]
    #[serde(default)]
    checks: Vec<Check>,
    /// How long it must have been current in the environment before, such as `"2h"`.
    #[schemars(regex(pattern = DURATION), extend("type" = "string"))]
    soak: Option<String>,
    /// Who must agree.
    #[schemars(length(max = MOST_RULES))]
    #[serde(default)]
    approvals: Vec<ApprovalRule>,
    /// When nothing starts.
    #[schemars(length(max = MOST_FREEZES))]
    #[serde(default)]
    freezes: Vec<Freeze>,
    /// How old it may be at the most, since it was registered, such as `"30d"`.
    #[schemars(regex(pattern = DURATION), extend("type" = "string"))]
    max_age: Option<String>,
    /// Whether a build moves here by itself once everything holds.
    #[serde(default)]
    automatic: bool,
    /// How long a promotion may wait for its gates, such as `"72h"`. Left out, seven days.
    #[schemars(regex(pattern = DURATION), extend("type" = "string"))]
    expires_after: Option<String>,
    /// How long an approval or a bypass counts, such as `"24h"`; `"90d"` at the most. Left out, seven days.
    #[schemars(regex(pattern = DURATION), extend("type" = "string"))]
    approvals_expire: Option<String>,
    /// How long a promotion may be starting before it fails, such as `"1h"`. Left out, one hour.
    #[schemars(regex(pattern = DURATION), extend("type" = "string"))]
    start_timeout: Option<String>,
    /// How long a promotion may be running before it fails, such as `"3d"`. Left out, 24 hours.
    #[schemars(regex(pattern = DURATION), extend("type" = "string"))]
    run_timeout: Option<String>,
    /// The gates that a rollback must pass. Left out, the same as on the way forward; `[]` for none.
    #[schemars(with = "Vec<GateKind>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rollback_gates: Option<Vec<GateKind>>,
    /// What carries a promotion out. Left out, the portal itself.
    #[schemars(with = "Target")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<Target>,
}

/// A run or a step of one that must have succeeded for this very build.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Check {
    /// Its name on pages.
    #[schemars(length(min = 1, max = 60))]
    name: String,
    /// The reporting system.
    #[schemars(extend("enum" = Source::names()))]
    source: String,
    /// The pipeline's name there.
    #[schemars(length(min = 1, max = 100))]
    pipeline: String,
    /// The step, as `<stage>` or `<stage>/<action>`. Left out, the whole run.
    #[schemars(regex(pattern = "^[^/]+(/[^/]+)?$"), extend("type" = "string"))]
    step: Option<String>,
}

/// So many people of these groups must agree.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ApprovalRule {
    /// How many, never counting the person who asks for the promotion; one more where no person asks. Left out, one.
    #[schemars(with = "u32", range(min = 1, max = 20))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// Of which groups, as the issuer names them; anyone of any of them counts once.
    #[schemars(length(min = 1, max = MOST_GROUPS), inner(length(min = 1, max = 200)))]
    groups: Vec<String>,
}

/// A time in which nothing starts: `weekly`, or once `from` and `until`.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Freeze {
    /// Why, for people.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
    /// The IANA time zone that its times are meant in, such as `"Europe/Berlin"`.
    time_zone: String,
    /// Every week.
    #[schemars(with = "Weekly")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weekly: Option<Weekly>,
    /// Once, from when by the wall clock, such as `"2026-12-18T16:00"`.
    #[schemars(regex(pattern = moment::ONCE_PATTERN), extend("type" = "string"))]
    from: Option<String>,
    /// Once, until when.
    #[schemars(regex(pattern = moment::ONCE_PATTERN), extend("type" = "string"))]
    until: Option<String>,
}

/// A time of every week.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Weekly {
    /// From when, such as `"Fri 16:00"`.
    #[schemars(regex(pattern = moment::WEEK_PATTERN))]
    from: String,
    /// Until when, such as `"Mon 08:00"`; earlier in the week than `from` means in the next week.
    #[schemars(regex(pattern = moment::WEEK_PATTERN))]
    until: String,
}

/// A gate.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum GateKind {
    Checks,
    Soak,
    Approvals,
    Freeze,
    Age,
    Hold,
}

/// What carries a promotion out: a pipeline of AWS `CodePipeline`, or the portal into another bucket.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Target {
    /// The pipeline that releases it.
    #[schemars(length(min = 1, max = 100), extend("type" = "string"))]
    codepipeline: Option<String>,
    /// The release bucket of the environment, into which the portal copies the artifacts.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"), extend("type" = "string"))]
    bucket: Option<String>,
    /// The AWS account that the pipeline is in: twelve digits in quotes. Left out, the portal's own.
    #[schemars(regex(pattern = "^[0-9]{12}$"), extend("type" = "string"))]
    account: Option<String>,
    /// The AWS region of the pipeline or bucket, such as `"eu-west-1"`. Left out, the portal's own.
    #[schemars(regex(pattern = "^[a-z]{2,3}(-[a-z]+)+-[0-9]$"), extend("type" = "string"))]
    region: Option<String>,
    /// The ARN of the role to call it with. Left out, the portal's own.
    #[schemars(regex(pattern = "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$"), extend("type" = "string"))]
    role: Option<String>,
    /// What that role's trust policy asks for beside.
    #[schemars(regex(pattern = "^[A-Za-z0-9+=,.@:/_-]{2,1224}$"), extend("type" = "string"))]
    external_id: Option<String>,
    /// The approval action that waits in the execution that carries the build. Left out, a new execution is started.
    #[schemars(with = "ApprovalAction")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalAction>,
    /// Source actions that get the build's own revision.
    #[serde(default)]
    source_revisions: Vec<SourceRevision>,
    /// The stage that `RollbackStage` rolls back. Left out, a rollback is a promotion of the earlier build.
    #[schemars(length(min = 1, max = 100), extend("type" = "string"))]
    rollback_stage: Option<String>,
}

/// An approval action of a pipeline.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ApprovalAction {
    /// Its stage.
    #[schemars(length(min = 1, max = 100))]
    stage: String,
    /// Its name.
    #[schemars(length(min = 1, max = 100))]
    action: String,
}

/// A source action that gets the build's own revision.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SourceRevision {
    /// Its name.
    #[schemars(length(min = 1, max = 100))]
    action: String,
    /// What the revision is.
    #[schemars(extend("enum" = REVISION_KINDS))]
    kind: String,
}
