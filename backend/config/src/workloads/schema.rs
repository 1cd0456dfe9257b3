//! What the JSON Schema says of `[[workloads]]`. The reader makes what the portal uses of it at once, so this is for the schema
//! alone; a test holds its keys to the reader's.

use schemars::JsonSchema;

use super::FROM;
use crate::SLUG;

/// A job or a service that proves by its own platform what it is. The first entry that fits counts.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Workload {
    /// Its name; records say `machine/<name>`.
    #[schemars(regex(pattern = SLUG))]
    name: String,
    /// The platform that it proves itself by.
    #[schemars(extend("enum" = FROM))]
    from: String,
    /// The issuer, to the letter as its tokens name it. Left out, that of github.com or gitlab.com; needed for `circleci`.
    #[schemars(regex(pattern = "^https?://[^?#]+$"), extend("type" = "string"))]
    issuer: Option<String>,
    /// For `github`: the repository's number, which stays when its name changes hands.
    #[schemars(regex(pattern = "^[1-9][0-9]{0,19}$"), extend("type" = "string"))]
    repository_id: Option<String>,
    /// For `gitlab` and `circleci`: the project's number or UUID.
    #[schemars(length(min = 1, max = 40), extend("type" = "string"))]
    project_id: Option<String>,
    /// For `circleci`: where the code comes from, such as `"github.com/acme/wallet"`.
    #[schemars(length(min = 1), extend("type" = "string"))]
    origin: Option<String>,
    /// The refs that the job may run for, such as `"refs/heads/main"` or `"refs/tags/v*"`. Left out, branches and tags.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), inner(regex(pattern = "^refs/(heads|tags|pull|merge-requests)/[^*]*\\*?$")), extend("type" = "array"))]
    refs: Option<Vec<String>>,
    /// For `github` and `gitlab`: the environment, as the CI system has it, that the job must run in.
    #[schemars(length(min = 1, max = 200), extend("type" = "string"))]
    job_environment: Option<String>,
    /// The file that the run must be defined by, in the repository itself: for `github` a file below `.github/workflows`, such as
    /// `"release.yml"`; for `gitlab` its path, such as `".gitlab-ci.yml"`. Left out, any.
    #[schemars(length(min = 1, max = 250), extend("type" = "string"))]
    workflow: Option<String>,
    /// What may have started the run: for `github` events such as `"push"` and `"workflow_dispatch"`, never
    /// `"pull_request_target"`; for `gitlab` sources of pipelines such as `"push"` and `"web"`. Left out, anything.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), inner(regex(pattern = "^[a-z_]{1,60}$")), extend("type" = "array"))]
    events: Option<Vec<String>>,
    /// For `circleci`: the context that the job must run in.
    #[schemars(regex(pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), extend("type" = "string"))]
    context_id: Option<String>,
    /// For `aws`: the account, twelve digits in quotes.
    #[schemars(regex(pattern = "^[0-9]{12}$"), extend("type" = "string"))]
    account: Option<String>,
    /// For `aws`: the role's name, without its path.
    #[schemars(regex(pattern = "^[A-Za-z0-9+=,.@_-]{1,64}$"), extend("type" = "string"))]
    role: Option<String>,
    /// What it may do. Each includes seeing the apps that it is for.
    #[schemars(length(min = 1))]
    may: Vec<Permission>,
    /// The `id`s of the apps that it is for. Left out, all.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), inner(regex(pattern = SLUG)), extend("type" = "array"))]
    apps: Option<Vec<String>>,
    /// The `id`s of the environments where it may do it. Left out, all.
    #[schemars(with = "Option<Vec<String>>", length(min = 1), inner(regex(pattern = SLUG)), extend("type" = "array"))]
    environments: Option<Vec<String>>,
}

/// One thing that can be permitted.
#[expect(dead_code, reason = "for the schema alone")]
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Permission {
    View,
    Download,
    Register,
    Report,
    Promote,
    Hold,
    Withdraw,
    Audit,
}
