//! `[[workloads]]`: which jobs and services may call without a stored secret, and what they may do.

mod identity;
mod shapes;
#[cfg(test)]
mod tests;

use domain::{
    access::{Permission, Permit},
    workload,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    document::{Document, Text},
    names::Names,
    reader::{Entries, Given, Leaf, List},
    roles::scope,
    schema::{listed, one_of},
    values::{ACCOUNT, SLUG, known},
};
use shapes::is_name;

/// Where workloads come from.
const FROM: [&str; 4] = ["github", "gitlab", "circleci", "aws"];

const PERMISSIONS: [&str; 8] = {
    let mut names = [""; 8];
    let mut index = 0;
    while index < names.len() {
        names[index] = Permission::ALL[index].as_str();
        index += 1;
    }
    names
};

/// A job or a service that proves by its own platform what it is. The first entry that fits counts.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Workload {
    /// Its name; records say `machine/<name>`.
    #[schemars(regex(pattern = SLUG), example = &"wallet-release")]
    name: Given<String>,
    /// The platform that it proves itself by.
    #[schemars(extend("enum" = FROM))]
    from: Given<String>,
    /// The issuer, to the letter as its tokens name it. Left out, that of github.com or gitlab.com; needed for `circleci`.
    #[schemars(
        regex(pattern = "^https?://[^?#]+$"),
        example = &"https://gitlab.example.com"
    )]
    issuer: Option<Given<String>>,
    /// For `github`: the repository's number, which stays when its name changes hands.
    #[schemars(regex(pattern = "^[1-9][0-9]{0,19}$"), example = &"123456789")]
    repository_id: Option<Given<String>>,
    /// For `gitlab` and `circleci`: the project's number or UUID.
    #[schemars(length(min = 1, max = 40), example = &"20")]
    project_id: Option<Given<String>>,
    /// For `circleci`: where the code comes from, such as `"github.com/acme/wallet"`.
    #[schemars(length(min = 1), example = &"github.com/acme/wallet")]
    origin: Option<Given<String>>,
    /// The refs that the job may run for, such as `"refs/heads/main"` or `"refs/tags/v*"`. Left out, branches and tags.
    #[schemars(
        length(min = 1),
        inner(regex(pattern = "^refs/(heads|tags|pull|merge-requests)/[^*]*\\*?$")),
        example = listed("refs/heads/main")
    )]
    refs: List<String>,
    /// For `github` and `gitlab`: the environment, as the CI system has it, that the job must run in.
    #[schemars(length(min = 1, max = 200), example = &"production")]
    job_environment: Option<Given<String>>,
    /// The file that the run must be defined by, in the repository itself: for `github` a file below `.github/workflows`, such as
    /// `"release.yml"`; for `gitlab` its path, such as `".gitlab-ci.yml"`. Left out, any.
    #[schemars(length(min = 1, max = 250), example = &"release.yml")]
    workflow: Option<Given<String>>,
    /// What may have started the run: for `github` events such as `"push"` and `"workflow_dispatch"`, never
    /// `"pull_request_target"`; for `gitlab` sources of pipelines such as `"push"` and `"web"`. Left out, anything.
    #[schemars(
        length(min = 1),
        inner(regex(pattern = "^[a-z_]{1,60}$")),
        example = listed("push")
    )]
    events: List<String>,
    /// For `circleci`: the context that the job must run in.
    #[schemars(
        regex(pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
        example = identity::UUID
    )]
    context_id: Option<Given<String>>,
    /// For `aws`: the account, twelve digits in quotes.
    #[schemars(regex(pattern = ACCOUNT), example = &"123456789012")]
    account: Option<Given<String>>,
    /// For `aws`: the role's name, without its path.
    #[schemars(regex(pattern = "^[A-Za-z0-9+=,.@_-]{1,64}$"), example = &"wallet-build")]
    role: Option<Given<String>>,
    /// What it may do. Each includes seeing the apps that it is for.
    #[schemars(
        length(min = 1),
        extend("items" = one_of(&PERMISSIONS)),
        example = listed("register")
    )]
    may: Given<Vec<Given<String>>>,
    /// The `id`s of the apps that it is for. Left out, all.
    #[schemars(length(min = 1), inner(regex(pattern = SLUG)), example = listed("wallet"))]
    apps: List<String>,
    /// The `id`s of the environments where it may do it. Left out, all.
    #[schemars(length(min = 1), inner(regex(pattern = SLUG)), example = listed("dev"))]
    environments: List<String>,
}

/// The list, and what the file calls it: by the old name where it has that.
pub(crate) fn in_use<'f, L: Entries<Workload>>(
    document: &Document<'_>,
    new: &'f L,
    old: &'f L,
) -> (&'static str, &'f L) {
    let Some((_, first)) = old.entries().next() else {
        return ("[[workloads]]", new);
    };
    if new.given().is_some() {
        document.problem(
            first.clone(),
            "[[machines]] is the old name of [[workloads]], and this file has both",
            "write [[workloads]] over all of them, in the order in which they are to be tried",
        );
    } else {
        document.warn(
            first.clone(),
            "[[machines]] is called [[workloads]] now: rename it. The old name is still read",
        );
    }
    ("[[machines]]", old)
}

pub(crate) fn all(
    document: &Document<'_>,
    title: &'static str,
    list: &impl Entries<Workload>,
    names: &Names<'_>,
) -> Vec<workload::Workload> {
    let mut workloads: Vec<workload::Workload> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for (entry, span) in list.entries() {
        let name = entry.name.text();
        let name = name.and_then(|text| self::name(document, text, &mut before));
        let identity = entry.identity(document, title, span);
        let permit = entry.permit(document, names);
        let (Some(name), Some(identity), Some(permit)) = (name, identity, permit) else {
            continue;
        };
        let mut earlier = workloads.iter();
        if let Some(first) = earlier.find(|first| first.identity.covers(&identity)) {
            document.problem(
                entry.name.span_or(span),
                format!(
                    "whatever \"{name}\" fits, the workload \"{}\" fits before it",
                    first.name
                ),
                "the first that fits counts: put the narrower one first, or make one entry of both",
            );
        }
        workloads.push(workload::Workload {
            name,
            identity,
            permit,
        });
    }
    workloads
}

fn name(document: &Document<'_>, text: Text, before: &mut Vec<String>) -> Option<String> {
    let span = text.span.clone();
    let shape =
        "write 1 to 40 lower-case letters, digits and inner hyphens, such as \"wallet-release\"";
    let good = fits(document, text, is_name, "the name of a workload", shape)?;
    if before.contains(&good) {
        document.problem(
            span,
            format!("a second workload \"{good}\""),
            "give it another name, or remove it",
        );
    }
    before.push(good.clone());
    Some(good)
}

impl Workload {
    fn permit(&self, document: &Document<'_>, names: &Names<'_>) -> Option<Permit> {
        let apps = scope(document, "app", &self.apps, &names.apps);
        let environments = &self.environments;
        let environments = scope(document, "environment", environments, &names.environments);
        let known = |text| known(document, "permission", text, &PERMISSIONS);
        let may = self.may.texts()?.into_iter().filter_map(known);
        Some(Permit {
            may: may.filter_map(|name| name.parse().ok()).collect(),
            apps,
            environments,
        })
    }
}

/// The text, if it has the right shape; else a problem.
fn fits(
    document: &Document<'_>,
    text: Text,
    fits: fn(&str) -> bool,
    kind: &str,
    fix: &str,
) -> Option<String> {
    if fits(&text.value) {
        return Some(text.value);
    }
    document.problem(text.span, format!("\"{}\" is not {kind}", text.value), fix);
    None
}
