//! Workload identity: which jobs of CI systems and which AWS roles may call without a stored secret, as `towpath.toml` has it.

use crate::access::Permit;

/// The event of GitHub whose runs are never trusted, whatever an entry says: such a run has the ref of the branch that a pull
/// request is for, and may have checked out what a stranger proposes.
pub const NEVER_TRUSTED: &str = "pull_request_target";

/// What `refs` is when it is left out: branches and tags, and so no request to merge something.
pub const ANY_REF: [&str; 2] = ["refs/heads/*", "refs/tags/*"];

/// A job or a service that may call, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its name in records.
    pub name: String,
    /// What it has to prove.
    pub identity: Identity,
    /// What it may do.
    pub permit: Permit,
}

/// What a workload has to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// That it is a job of a CI system.
    Job(Job),
    /// That it acts in a role of AWS.
    Aws {
        /// The account's twelve digits.
        account: String,
        /// The role's name, without its path.
        role: String,
    },
}

/// A CI system that issues tokens to its jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI/CD.
    GitLab,
    /// `CircleCI`.
    CircleCi,
}

/// Which jobs of a CI system are meant: those that fit all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The system.
    pub platform: Platform,
    /// Its issuer, to the letter as its tokens name it.
    pub issuer: String,
    /// The system's own identifier of the repository or project.
    pub id: String,
    /// Where the code comes from, where a job of the project can run other code.
    pub origin: Option<String>,
    /// The refs that it may run for; one that ends in `*` stands for all that begin so.
    pub refs: Vec<String>,
    /// The environment or context that it must run in.
    pub within: Option<String>,
    /// The file that its workflow or pipeline must be defined in, in its own repository.
    pub workflow: Option<String>,
    /// The events that it may run for; none if any may have caused it.
    pub events: Option<Vec<String>>,
}

impl Workload {
    /// Who issues its tokens, if it has such.
    pub fn issuer(&self) -> Option<&str> {
        match &self.identity {
            Identity::Job(job) => Some(&job.issuer),
            Identity::Aws { .. } => None,
        }
    }
}

impl Platform {
    /// Its issuer, where it has one for all.
    pub const fn usual_issuer(self) -> Option<&'static str> {
        match self {
            Self::GitHub => Some("https://token.actions.githubusercontent.com"),
            Self::GitLab => Some("https://gitlab.com"),
            Self::CircleCi => None,
        }
    }
}

impl Identity {
    /// Whether whatever `other` fits, this fits too, so that an entry after it would never count.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Job(mine), Self::Job(its)) => mine.covers(its),
            (mine, its) => mine == its,
        }
    }
}

impl Job {
    /// Whether it may run for a ref.
    pub fn fits_ref(&self, git_ref: &str) -> bool {
        self.refs.iter().any(|written| fits_ref(written, git_ref))
    }

    fn covers(&self, other: &Self) -> bool {
        let all_refs = || {
            let mut refs = other.refs.iter();
            refs.all(|narrow| self.refs.iter().any(|wide| fits_ref(wide, narrow)))
        };
        let all_events = || match (&self.events, &other.events) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wide), Some(narrow)) => narrow.iter().all(|event| wide.contains(event)),
        };
        (self.platform, &self.issuer, &self.id) == (other.platform, &other.issuer, &other.id)
            && (self.origin.is_none() || self.origin == other.origin)
            && (self.within.is_none() || self.within == other.within)
            && (self.workflow.is_none() || self.workflow == other.workflow)
            && all_refs()
            && all_events()
    }
}

/// Whether a ref is the one that is written, or begins as it does before its `*`.
fn fits_ref(written: &str, git_ref: &str) -> bool {
    match written.strip_suffix('*') {
        Some(start) => git_ref.starts_with(start),
        None => written == git_ref,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(refs: &[&str], within: Option<&str>) -> Job {
        Job {
            platform: Platform::GitHub,
            issuer: "https://issuer.example".to_owned(),
            id: "74".to_owned(),
            origin: None,
            refs: refs.iter().map(ToString::to_string).collect(),
            within: within.map(str::to_owned),
            workflow: None,
            events: None,
        }
    }

    #[test]
    fn an_entry_covers_what_is_narrower() {
        let wide = job(&ANY_REF, None);
        let narrow = job(&["refs/heads/main"], Some("production"));
        assert!(wide.covers(&narrow));
        assert!(!narrow.covers(&wide));
        assert!(!job(&["refs/heads/main"], None).covers(&job(&["refs/heads/*"], None)));
        let file = Job {
            workflow: Some("release.yml".to_owned()),
            ..job(&ANY_REF, None)
        };
        assert!(wide.covers(&file) && !file.covers(&wide) && file.covers(&file));
        let on = |events: &[&str]| Job {
            events: Some(events.iter().map(ToString::to_string).collect()),
            ..job(&ANY_REF, None)
        };
        let (push, both) = (on(&["push"]), on(&["workflow_dispatch", "push"]));
        assert!(wide.covers(&push) && both.covers(&push));
        assert!(!push.covers(&both) && !push.covers(&wide));
    }
}
