//! What a workload has to prove: which keys each platform has, and what they may be.

use std::ops::Range;

use domain::workload::{ANY_REF, Identity, Job, NEVER_TRUSTED, Platform};

use super::{
    FROM, Workload, fits,
    shapes::{
        is_event, is_file_path, is_issuer, is_line, is_number, is_origin, is_ref, is_role, is_uuid,
        is_workflow_file,
    },
};
use crate::{
    document::{Document, Text},
    reader::{Entries, Leaf},
    values::{is_account, known},
};

pub(super) const UUID: &str = "3a5ae4d4-9a34-4e8b-8a0f-7a1d6a4f2d11";

/// The entry that is read, for what is said of it.
#[derive(Clone, Copy)]
struct Entry<'a> {
    document: &'a Document<'a>,
    workload: &'a Workload,
    /// What the file calls its section.
    title: &'static str,
    span: &'a Range<usize>,
}

impl Workload {
    pub(super) fn identity(
        &self,
        document: &Document<'_>,
        title: &'static str,
        span: &Range<usize>,
    ) -> Option<Identity> {
        let from = self.from.text();
        let from = from.and_then(|text| known(document, "origin of workloads", text, &FROM))?;
        let entry = Entry {
            document,
            workload: self,
            title,
            span,
        };
        entry.refuse_strangers(&from);
        match from.as_str() {
            "aws" => entry.aws(),
            "circleci" => entry.job(Platform::CircleCi),
            "gitlab" => entry.job(Platform::GitLab),
            _ => entry.job(Platform::GitHub),
        }
    }

    /// The keys that say what a workload proves.
    fn proofs(&self) -> [Proof; 11] {
        let proof = |key, span, origins| Proof { key, span, origins };
        [
            proof("issuer", self.issuer.span(), JOBS),
            proof("repository_id", self.repository_id.span(), &["github"]),
            proof(
                "project_id",
                self.project_id.span(),
                &["gitlab", "circleci"],
            ),
            proof("origin", self.origin.span(), &["circleci"]),
            proof("refs", self.refs.span(), JOBS),
            proof(
                "job_environment",
                self.job_environment.span(),
                &["github", "gitlab"],
            ),
            proof("workflow", self.workflow.span(), &["github", "gitlab"]),
            proof("events", self.events.span(), &["github", "gitlab"]),
            proof("context_id", self.context_id.span(), &["circleci"]),
            proof("account", self.account.span(), &["aws"]),
            proof("role", self.role.span(), &["aws"]),
        ]
    }
}

/// A key that says what a workload proves.
struct Proof {
    key: &'static str,
    /// Where the file has it.
    span: Option<Range<usize>>,
    /// The origins that prove it.
    origins: &'static [&'static str],
}

/// Origins of jobs.
const JOBS: &[&str] = &["github", "gitlab", "circleci"];

impl Entry<'_> {
    /// Names what an entry says and its origin does not prove: it would seem to be checked.
    fn refuse_strangers(self, from: &str) {
        for Proof { key, span, origins } in self.workload.proofs() {
            if let Some(span) = span.filter(|_| !origins.contains(&from)) {
                self.document.problem(
                    span,
                    format!("\"{key}\" is not for workloads from {from}"),
                    format!("remove it; it is for workloads from {}", origins.join(", ")),
                );
            }
        }
    }

    /// A text that workloads of this origin must have.
    fn needed(self, key: &str, given: &impl Leaf<String>, example: &str) -> Option<Text> {
        if given.given().is_none() {
            self.document.problem(
                self.span.clone(),
                format!("{} has no \"{key}\"", self.title),
                format!("add {key} = \"{example}\""),
            );
        }
        given.text()
    }

    fn aws(self) -> Option<Identity> {
        let account = self.needed("account", &self.workload.account, "123456789012");
        let account = account.and_then(|text| {
            let shape = "write its twelve digits, such as \"123456789012\"";
            fits(self.document, text, is_account, "an AWS account", shape)
        });
        let role = self.needed("role", &self.workload.role, "wallet-build");
        let role = role.and_then(|text| {
            let shape = "write the role's name without its path or ARN, such as \"wallet-build\": sessions do not say the path";
            fits(self.document, text, is_role, "the name of a role", shape)
        });
        Some(Identity::Aws {
            account: account?,
            role: role?,
        })
    }

    fn job(self, platform: Platform) -> Option<Identity> {
        let id = self.id(platform);
        let origin = (platform == Platform::CircleCi).then(|| {
            let shape = "write host, owner and repository, such as \"github.com/acme/wallet\"";
            let text = self.needed("origin", &self.workload.origin, "github.com/acme/wallet");
            text.and_then(|text| {
                fits(
                    self.document,
                    text,
                    is_origin,
                    "where code comes from",
                    shape,
                )
            })
        });
        let issuer = self.issuer(platform);
        let refs = self.refs();
        let within = self.within(platform);
        let workflow = self.workflow(platform);
        let events = self.events(platform);
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

    fn id(self, platform: Platform) -> Option<String> {
        let Workload {
            repository_id,
            project_id,
            ..
        } = self.workload;
        match platform {
            Platform::GitHub => {
                let shape = "write the number that `gh api repos/acme/wallet --jq .id` prints, such as \"123456789\"";
                let text = self.needed("repository_id", repository_id, "123456789")?;
                fits(
                    self.document,
                    text,
                    is_number,
                    "the id of a repository",
                    shape,
                )
            }
            Platform::GitLab => {
                let shape = "write the number of the project's settings, such as \"20\"";
                let text = self.needed("project_id", project_id, "20")?;
                fits(self.document, text, is_number, "the id of a project", shape)
            }
            Platform::CircleCi => {
                let shape = "write the UUID of the project's settings, in lower case";
                let text = self.needed("project_id", project_id, UUID)?;
                fits(self.document, text, is_uuid, "the id of a project", shape)
            }
        }
    }

    fn issuer(self, platform: Platform) -> Option<String> {
        let shape =
            "write it to the letter as its tokens name it, such as \"https://gitlab.example.com\"";
        let given = &self.workload.issuer;
        let text = match platform.usual_issuer() {
            Some(usual) if given.is_none() => return Some(usual.to_owned()),
            Some(_) => given.text(),
            None => {
                let example = "https://oidc.circleci.com/org/<the organization's id>";
                self.needed("issuer", given, example)
            }
        };
        let kind = "the address of an issuer";
        fits(self.document, text?, is_issuer, kind, shape)
    }

    fn refs(self) -> Vec<String> {
        let Some(refs) = self.workload.refs.texts() else {
            return ANY_REF.map(str::to_owned).to_vec();
        };
        let shape = "write it in full, such as \"refs/heads/main\" or \"refs/tags/v*\"; only a * at the end stands for more";
        let refs = refs.into_iter();
        refs.filter_map(|text| fits(self.document, text, is_ref, "a ref", shape))
            .collect()
    }

    fn within(self, platform: Platform) -> Option<String> {
        if platform == Platform::CircleCi {
            let shape = "write the UUID of the context's page, in lower case";
            let text = self.workload.context_id.text()?;
            return fits(self.document, text, is_uuid, "the id of a context", shape);
        }
        let shape = "write its name as the job does, on one line of 1 to 200 characters";
        let text = self.workload.job_environment.text()?;
        fits(
            self.document,
            text,
            is_line,
            "the name of an environment",
            shape,
        )
    }

    fn workflow(self, platform: Platform) -> Option<String> {
        let text = self.workload.workflow.text()?;
        match platform {
            Platform::GitHub => {
                let shape =
                    "write the file's name below .github/workflows, such as \"release.yml\"";
                let kind = "a workflow's file";
                fits(self.document, text, is_workflow_file, kind, shape)
            }
            Platform::GitLab => {
                let shape = "write the file's path in the project, such as \".gitlab-ci.yml\"";
                fits(
                    self.document,
                    text,
                    is_file_path,
                    "a pipeline's file",
                    shape,
                )
            }
            Platform::CircleCi => None,
        }
    }

    fn events(self, platform: Platform) -> Option<Vec<String>> {
        if platform == Platform::CircleCi {
            return None;
        }
        let events = self.workload.events.texts()?.into_iter();
        let good = events.filter_map(|text| self.event(platform, text));
        Some(good.collect())
    }

    fn event(self, platform: Platform, text: Text) -> Option<String> {
        if platform == Platform::GitHub && text.value == NEVER_TRUSTED {
            self.document.problem(
                text.span,
                format!(
                    "\"{NEVER_TRUSTED}\" is never taken: it can be made to run a stranger's code"
                ),
                "remove it, and run the workflow on push",
            );
            return None;
        }
        let shape = "write it as the CI system does, such as \"push\"";
        fits(self.document, text, is_event, "the name of an event", shape)
    }
}
