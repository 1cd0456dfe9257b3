//! Whether a job is one that an entry of `towpath.toml` means.

use domain::workload::{Job, Platform};

use super::platform::JobClaims;

/// Something that a token says and an entry can ask for, by the key of the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Id,
    Origin,
    Ref,
    Within,
    Workflow,
    Event,
}

/// What the job said that does not fit, in the order in which it is compared; nothing if the job is meant.
pub(super) fn misfits(job: &Job, said: &JobClaims) -> Vec<Claim> {
    let fits_any = |git_ref: &str| job.fits_ref(git_ref);
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
        (Claim::Id, said.id.as_ref() == Some(&job.id)),
        (
            Claim::Origin,
            job.origin.is_none() || job.origin == said.origin,
        ),
        (Claim::Ref, said.git_ref.as_deref().is_some_and(fits_any)),
        (
            Claim::Within,
            job.within.iter().all(|place| said.within.contains(place)),
        ),
        (
            Claim::Workflow,
            job.workflow.as_deref().is_none_or(defined_in),
        ),
        (
            Claim::Event,
            job.events.as_deref().is_none_or(caused_by_any),
        ),
    ];
    let misfits = compared.into_iter().filter(|(_, fits)| !fits);
    misfits.map(|(claim, _)| claim).collect()
}

impl Claim {
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

#[cfg(test)]
mod tests {
    use domain::workload::ANY_REF;

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

    fn said(git_ref: &str) -> JobClaims {
        JobClaims {
            id: Some("74".to_owned()),
            git_ref: Some(git_ref.to_owned()),
            within: vec!["production".to_owned()],
            ..JobClaims::default()
        }
    }

    fn means(job: &Job, said: &JobClaims) -> bool {
        misfits(job, said).is_empty()
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
        let unknown = JobClaims {
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
            let said = JobClaims {
                within,
                ..said("refs/heads/main")
            };
            assert!(!means(&release, &said));
        }
        for id in [None, Some("7".to_owned()), Some("740".to_owned())] {
            let said = JobClaims {
                id,
                ..said("refs/heads/main")
            };
            assert!(!means(&release, &said));
        }
    }
}
