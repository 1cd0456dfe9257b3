//! `[[workloads]]`: which jobs and services may call without a stored secret, and what they may do.

mod schema;
mod shapes;
#[cfg(test)]
mod tests;

use domain::{
    access::{Permission, Permit},
    workload::{ANY_REF, Identity, Job, NEVER_TRUSTED, Platform, Workload},
};
use toml::de::DeTable;

use super::{
    reader::{Document, Section, Table, Text},
    roles::{all_known, scope},
    values::{is_account, known},
};

pub(super) use schema::Workload as WorkloadSchema;
use shapes::{
    is_event, is_file_path, is_issuer, is_line, is_name, is_number, is_origin, is_ref, is_role,
    is_uuid, is_workflow_file,
};

pub(super) const KEYS: [&str; 16] = [
    "name",
    "from",
    "issuer",
    "repository_id",
    "project_id",
    "origin",
    "refs",
    "job_environment",
    "workflow",
    "events",
    "context_id",
    "account",
    "role",
    "may",
    "apps",
    "environments",
];

/// What the section was called before, which is still read.
pub(super) const OLD_KEY: &str = "machines";

/// Where workloads come from.
pub(super) const FROM: [&str; 4] = ["github", "gitlab", "circleci", "aws"];

const PERMISSIONS: [&str; 8] = {
    let mut names = [""; 8];
    let mut index = 0;
    while index < names.len() {
        names[index] = Permission::ALL[index].as_str();
        index += 1;
    }
    names
};

/// The keys that say what a workload proves, and which of them each origin has.
const PROOFS: [(&str, &[&str]); 10] = [
    ("issuer", &["github", "gitlab", "circleci"]),
    ("repository_id", &["github"]),
    ("project_id", &["gitlab", "circleci"]),
    ("origin", &["circleci"]),
    ("refs", &["github", "gitlab", "circleci"]),
    ("job_environment", &["github", "gitlab"]),
    ("workflow", &["github", "gitlab"]),
    ("events", &["github", "gitlab"]),
    ("context_id", &["circleci"]),
    ("account", &["aws"]),
];

pub(super) fn entries(
    document: &Document<'_>,
    top: &Section<'_, '_>,
    apps: &[&str],
    environments: &[&str],
) -> Vec<Workload> {
    let mut workloads: Vec<Workload> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let (title, tables) = tables(document, top);
    for (table, span) in tables {
        let section = Section::open(document, title, table, span, &KEYS);
        let name = section.required("name", "wallet-release");
        let name = name.and_then(|name| self::name(document, name, &mut names));
        let identity = identity(document, &section, table);
        let permit = permit(document, &section, apps, environments);
        let (Some(name), Some(identity), Some(permit)) = (name, identity, permit) else {
            continue;
        };
        if let Some(first) = workloads
            .iter()
            .find(|first| first.identity.covers(&identity))
        {
            section.problem(
                "name",
                format!(
                    "whatever \"{name}\" fits, the workload \"{}\" fits before it",
                    first.name
                ),
                "the first that fits counts: put the narrower one first, or make one entry of both",
            );
        }
        workloads.push(Workload {
            name,
            identity,
            permit,
        });
    }
    workloads
}

/// The tables, and what the file calls them.
fn tables<'d, 't>(
    document: &Document<'_>,
    top: &Section<'d, 't>,
) -> (&'static str, Vec<Table<'d, 't>>) {
    let old = top.tables(OLD_KEY);
    let Some((_, span)) = old.first() else {
        return ("[[workloads]]", top.tables("workloads"));
    };
    if top.has("workloads") {
        document.problem(
            span.clone(),
            "[[machines]] is the old name of [[workloads]], and this file has both",
            "write [[workloads]] over all of them, in the order in which they are to be tried",
        );
    } else {
        document.warn(
            span.clone(),
            "[[machines]] is called [[workloads]] now: rename it. The old name is still read",
        );
    }
    ("[[machines]]", old)
}

fn name(document: &Document<'_>, text: Text, before: &mut Vec<String>) -> Option<String> {
    let good = fits(
        document,
        text.clone(),
        is_name,
        "the name of a workload",
        NAME_SHAPE,
    )?;
    if before.contains(&good) {
        document.problem(
            text.span,
            format!("a second workload \"{good}\""),
            "give it another name, or remove it",
        );
    }
    before.push(good.clone());
    Some(good)
}

const NAME_SHAPE: &str =
    "write 1 to 40 lower-case letters, digits and inner hyphens, such as \"wallet-release\"";

fn permit(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    apps: &[&str],
    environments: &[&str],
) -> Option<Permit> {
    let may = section.required_texts("may", "register");
    let names = section.texts("apps", "wallet");
    let apps = names.map(|names| all_known(document, "app", names, apps));
    let names = section.texts("environments", "dev");
    let places = names.map(|names| all_known(document, "environment", names, environments));
    let known = |text| known(document, "permission", text, &PERMISSIONS);
    let may = may?.into_iter().filter_map(known);
    Some(Permit {
        may: may.filter_map(|name| name.parse().ok()).collect(),
        apps: scope(apps.as_deref()),
        environments: scope(places.as_deref()),
    })
}

fn identity(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    table: &DeTable<'_>,
) -> Option<Identity> {
    let from = section.required("from", "github");
    let from = from.and_then(|text| known(document, "origin of workloads", text, &FROM))?;
    strangers(section, table, &from);
    match from.as_str() {
        "aws" => aws(document, section),
        "circleci" => job(document, section, Platform::CircleCi),
        "gitlab" => job(document, section, Platform::GitLab),
        _ => job(document, section, Platform::GitHub),
    }
}

/// Names what an entry says and its origin does not prove: it would seem to be checked.
fn strangers(section: &Section<'_, '_>, table: &DeTable<'_>, from: &str) {
    let role: (&str, &[&str]) = ("role", &["aws"]);
    for (key, origins) in PROOFS.into_iter().chain([role]) {
        if table.contains_key(key) && !origins.contains(&from) {
            section.problem(
                key,
                format!("\"{key}\" is not for workloads from {from}"),
                format!("remove it; it is for workloads from {}", origins.join(", ")),
            );
        }
    }
}

fn aws(document: &Document<'_>, section: &Section<'_, '_>) -> Option<Identity> {
    let account = section.required("account", "123456789012");
    let account = account.and_then(|text| {
        let shape = "write its twelve digits, such as \"123456789012\"";
        fits(document, text, is_account, "an AWS account", shape)
    });
    let role = section.required("role", "wallet-build");
    let role = role.and_then(|text| {
        let shape = "write the role's name without its path or ARN, such as \"wallet-build\": sessions do not say the path";
        fits(document, text, is_role, "the name of a role", shape)
    });
    Some(Identity::Aws {
        account: account?,
        role: role?,
    })
}

fn job(document: &Document<'_>, section: &Section<'_, '_>, platform: Platform) -> Option<Identity> {
    let id = match platform {
        Platform::GitHub => {
            let shape = "write the number that `gh api repos/acme/wallet --jq .id` prints, such as \"123456789\"";
            let text = section.required("repository_id", "123456789");
            text.and_then(|text| fits(document, text, is_number, "the id of a repository", shape))
        }
        Platform::GitLab => {
            let shape = "write the number of the project's settings, such as \"20\"";
            let text = section.required("project_id", "20");
            text.and_then(|text| fits(document, text, is_number, "the id of a project", shape))
        }
        Platform::CircleCi => {
            let shape = "write the UUID of the project's settings, in lower case";
            let text = section.required("project_id", UUID);
            text.and_then(|text| fits(document, text, is_uuid, "the id of a project", shape))
        }
    };
    let origin = (platform == Platform::CircleCi).then(|| {
        let shape = "write host, owner and repository, such as \"github.com/acme/wallet\"";
        let text = section.required("origin", "github.com/acme/wallet");
        text.and_then(|text| fits(document, text, is_origin, "where code comes from", shape))
    });
    let issuer = issuer(document, section, platform);
    let refs = refs(document, section);
    let within = within(document, section, platform);
    let workflow = workflow(document, section, platform);
    let events = events(document, section, platform);
    Some(Identity::Job(Job {
        platform,
        issuer: issuer?,
        id: id?,
        origin: origin.map_or(Some(None), |origin| origin.map(Some))?,
        refs,
        within,
        workflow,
        events,
    }))
}

const UUID: &str = "3a5ae4d4-9a34-4e8b-8a0f-7a1d6a4f2d11";

fn issuer(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    platform: Platform,
) -> Option<String> {
    let shape =
        "write it to the letter as its tokens name it, such as \"https://gitlab.example.com\"";
    let text = match platform.usual_issuer() {
        Some(usual) if !section.has("issuer") => return Some(usual.to_owned()),
        Some(usual) => section.optional("issuer", usual),
        None => section.required(
            "issuer",
            "https://oidc.circleci.com/org/<the organization's id>",
        ),
    };
    fits(
        document,
        text?,
        is_issuer,
        "the address of an issuer",
        shape,
    )
}

fn refs(document: &Document<'_>, section: &Section<'_, '_>) -> Vec<String> {
    let Some(refs) = section.texts("refs", "refs/heads/main") else {
        return ANY_REF.map(str::to_owned).to_vec();
    };
    let shape = "write it in full, such as \"refs/heads/main\" or \"refs/tags/v*\"; only a * at the end stands for more";
    let refs = refs.into_iter();
    refs.filter_map(|text| fits(document, text, is_ref, "a ref", shape))
        .collect()
}

fn within(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    platform: Platform,
) -> Option<String> {
    if platform == Platform::CircleCi {
        let text = section.optional("context_id", UUID)?;
        let shape = "write the UUID of the context's page, in lower case";
        return fits(document, text, is_uuid, "the id of a context", shape);
    }
    let text = section.optional("job_environment", "production")?;
    let shape = "write its name as the job does, on one line of 1 to 200 characters";
    fits(document, text, is_line, "the name of an environment", shape)
}

fn workflow(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    platform: Platform,
) -> Option<String> {
    match platform {
        Platform::GitHub => {
            let text = section.optional("workflow", "release.yml")?;
            let shape = "write the file's name below .github/workflows, such as \"release.yml\"";
            fits(document, text, is_workflow_file, "a workflow's file", shape)
        }
        Platform::GitLab => {
            let text = section.optional("workflow", ".gitlab-ci.yml")?;
            let shape = "write the file's path in the project, such as \".gitlab-ci.yml\"";
            fits(document, text, is_file_path, "a pipeline's file", shape)
        }
        Platform::CircleCi => None,
    }
}

fn events(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    platform: Platform,
) -> Option<Vec<String>> {
    if platform == Platform::CircleCi {
        return None;
    }
    let shape = "write it as the CI system does, such as \"push\"";
    let events = section.texts("events", "push")?.into_iter();
    let good = events.filter_map(|text| {
        if platform == Platform::GitHub && text.value == NEVER_TRUSTED {
            document.problem(
                text.span,
                format!(
                    "\"{NEVER_TRUSTED}\" is never taken: it can be made to run a stranger's code"
                ),
                "remove it, and run the workflow on push",
            );
            return None;
        }
        fits(document, text, is_event, "the name of an event", shape)
    });
    Some(good.collect())
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
