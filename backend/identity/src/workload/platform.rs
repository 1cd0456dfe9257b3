//! The CI systems whose jobs prove what they are, a file each with a sample of its claims beside it.

mod circleci;
mod github;
mod gitlab;

use std::fmt;

use domain::{id::RunId, work::Work, workload::Platform};
use url::Url;

use super::claims::Claims;

/// What a job has said of itself in a token that its issuer has signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct JobClaims {
    /// The system's own identifier of the repository or project.
    pub(super) id: Option<String>,
    /// Where the code comes from.
    pub(super) origin: Option<String>,
    /// The ref that it runs for.
    pub(super) git_ref: Option<String>,
    /// The environment, or the contexts, that it runs in.
    pub(super) within: Vec<String>,
    /// The file that says what the run does, where that is in the repository itself.
    pub(super) workflow: Option<Definition>,
    /// What caused the run.
    pub(super) event: Option<String>,
    /// Why no workload may be a job of this kind.
    pub(super) untrusted: Option<&'static str>,
    /// What it works on.
    pub(super) work: Work,
}

/// A file of the repository that a run is of, by which the run is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    /// Its name, as entries write it.
    pub(super) file: String,
    /// The ref that it was read on.
    pub(super) git_ref: String,
}

impl fmt::Display for JobClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        write!(f, "id {}, ref {}", text(&self.id), text(&self.git_ref))?;
        if let Some(origin) = &self.origin {
            write!(f, ", origin {origin}")?;
        }
        if !self.within.is_empty() {
            write!(f, ", in {}", self.within.join(", "))?;
        }
        if let Some(Definition { file, git_ref }) = &self.workflow {
            write!(f, ", workflow file {file} at {git_ref}")?;
        }
        if let Some(event) = &self.event {
            write!(f, ", event {event}")?;
        }
        Ok(())
    }
}

/// What the claims of a token of a CI system say.
pub(super) fn read(platform: Platform, issuer: &str, claims: &Claims) -> JobClaims {
    let host = Url::parse(issuer).ok();
    let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
    match platform {
        Platform::GitHub => github::read(host, claims),
        Platform::GitLab => gitlab::read(host, claims),
        Platform::CircleCi => circleci::read(claims),
    }
}

/// A run, named as its source's own events name it.
fn run(parts: &[Option<&str>]) -> Option<RunId> {
    let parts: Option<Vec<&str>> = parts.iter().copied().collect();
    parts?.join("/").parse().ok()
}

/// The file of an address such as `acme/wallet/.github/workflows/release.yml@refs/heads/main`, if it begins with what stands
/// before files of the repository. What follows the first `@` is the ref, which may hold others.
fn defined_in(address: &str, before: &str) -> Option<Definition> {
    let (start, rest) = address.split_at_checked(before.len())?;
    // Names of repositories make no difference of capitals, and this compares no other text than that and the folder.
    let (file, git_ref) = rest.split_once('@')?;
    (start.eq_ignore_ascii_case(before) && !file.is_empty()).then(|| Definition {
        file: file.to_owned(),
        git_ref: git_ref.to_owned(),
    })
}

/// A branch or a tag by its short name, or another ref in full.
fn short(git_ref: Option<&str>) -> Option<String> {
    let git_ref = git_ref?;
    let short = git_ref.strip_prefix("refs/heads/");
    let short = short.or_else(|| git_ref.strip_prefix("refs/tags/"));
    Some(short.unwrap_or(git_ref).to_owned())
}

/// A commit's page below its repository's, if both are what they should be.
fn page(
    host: &str,
    repository: Option<&str>,
    between: &str,
    commit: Option<&str>,
) -> Option<String> {
    let (repository, commit) = (repository?, commit?);
    let hexadecimal = commit.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| format!("https://{host}/{repository}/{between}/{commit}"))
}
