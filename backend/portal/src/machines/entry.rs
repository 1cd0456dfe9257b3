//! A machine as `towpath.toml` has it.

use domain::{access::Permit, actor::Actor};

use super::platform::{Platform, Said};

/// A job or a service that may call, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its name in records.
    pub name: String,
    /// What it has to prove.
    pub identity: Identity,
    /// What it may do.
    pub permit: Permit,
}

/// What a machine has to prove.
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

/// Something that a token says and an entry can ask for, by the key of the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Id,
    Origin,
    Ref,
    Within,
    Workflow,
    Event,
}

/// What `refs` is when it is left out: branches and tags, and so no request to merge something.
pub(crate) const ANY_REF: [&str; 2] = ["refs/heads/*", "refs/tags/*"];

impl Machine {
    /// It, as who calls.
    pub(super) fn actor(&self) -> Actor {
        Actor::machine(format!("machine/{}", self.name), self.permit.clone())
    }

    /// Who issues its tokens, if it has such.
    pub fn issuer(&self) -> Option<&str> {
        match &self.identity {
            Identity::Job(job) => Some(&job.issuer),
            Identity::Aws { .. } => None,
        }
    }
}

impl Identity {
    /// Whether whatever `other` fits, this fits too, so that an entry after it would never count.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Job(mine), Self::Job(its)) => mine.covers(its),
            (mine, its) => mine == its,
        }
    }
}

impl Job {
    /// What the job said that does not fit, in the order in which it is compared; nothing if the job is meant.
    pub(super) fn misfits(&self, said: &Said) -> Vec<Proof> {
        let fits_any = |git_ref: &str| self.refs.iter().any(|fits| fits_ref(fits, git_ref));
        let defined_in = |file: &str| {
            let defined = said.workflow.as_ref();
            // The file as it is on a ref that the job may run for, and in no other repository.
            defined.is_some_and(|it| it.file == file && fits_any(&it.git_ref))
        };
        let caused_by_any = |events: &[String]| {
            let event = said.event.as_ref();
            event.is_some_and(|event| events.contains(event))
        };
        let compared = [
            (Proof::Id, said.id.as_ref() == Some(&self.id)),
            (
                Proof::Origin,
                self.origin.is_none() || self.origin == said.origin,
            ),
            (Proof::Ref, said.git_ref.as_deref().is_some_and(fits_any)),
            (
                Proof::Within,
                self.within.iter().all(|place| said.within.contains(place)),
            ),
            (
                Proof::Workflow,
                self.workflow.as_deref().is_none_or(defined_in),
            ),
            (
                Proof::Event,
                self.events.as_deref().is_none_or(caused_by_any),
            ),
        ];
        let misfits = compared.into_iter().filter(|(_, fits)| !fits);
        misfits.map(|(proof, _)| proof).collect()
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

impl Proof {
    /// As the sentence of a refusal names it.
    pub(super) const fn name(self, platform: Platform) -> &'static str {
        match (self, platform) {
            (Self::Id, Platform::GitHub) => "repository",
            (Self::Id, _) => "project",
            (Self::Origin, _) => "origin",
            (Self::Ref, _) => "ref",
            (Self::Within, Platform::CircleCi) => "context",
            (Self::Within, _) => "environment",
            (Self::Workflow, _) => "workflow file",
            (Self::Event, _) => "event",
        }
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

    fn said(git_ref: &str) -> Said {
        Said {
            id: Some("74".to_owned()),
            git_ref: Some(git_ref.to_owned()),
            within: vec!["production".to_owned()],
            ..Said::default()
        }
    }

    fn means(job: &Job, said: &Said) -> bool {
        job.misfits(said).is_empty()
    }

    #[test]
    fn a_ref_is_meant_as_it_is_written_or_by_its_beginning() {
        let main = job(&["refs/heads/main", "refs/tags/v*"], None);
        for (git_ref, meant) in [
            ("refs/heads/main", true),
            ("refs/heads/main2", false),
            ("refs/heads/mai", false),
            ("refs/tags/v1.0", true),
            ("refs/tags/v", true),
            ("refs/tags/1.0", false),
            ("refs/pull/1/merge", false),
            ("main", false),
            ("", false),
        ] {
            assert_eq!(means(&main, &said(git_ref)), meant, "{git_ref}");
        }
        let any = job(&ANY_REF, None);
        assert!(means(&any, &said("refs/heads/topic")));
        assert!(!means(&any, &said("refs/pull/1/merge")));
        assert!(!means(&any, &said("refs/merge-requests/1/head")));
        let unknown = Said {
            git_ref: None,
            ..said("")
        };
        assert!(!means(&job(&["*"], None), &unknown));
    }

    #[test]
    fn the_repository_and_the_environment_are_compared_whole() {
        let release = job(&ANY_REF, Some("production"));
        assert!(means(&release, &said("refs/heads/main")));
        for within in [
            vec![],
            vec!["Production".to_owned()],
            vec!["prod".to_owned()],
        ] {
            let said = Said {
                within,
                ..said("refs/heads/main")
            };
            assert!(!means(&release, &said));
        }
        for id in [None, Some("7".to_owned()), Some("740".to_owned())] {
            let said = Said {
                id,
                ..said("refs/heads/main")
            };
            assert!(!means(&release, &said));
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
