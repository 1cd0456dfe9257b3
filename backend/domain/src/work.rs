//! What a caller's own platform has proved of the work that it does.

use crate::{event::Revision, id::RunId};

/// The least characters of a commit that name it.
const SHORT_COMMIT: usize = 7;

/// What is proved of the job that calls: no request can say otherwise of it. What is none here, the platform does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Work {
    /// The run that it belongs to.
    pub run: Option<RunId>,
    /// Which try of the run it is.
    pub attempt: Option<u32>,
    /// The commit that it works on.
    pub commit: Option<String>,
    /// The branch or tag.
    pub branch: Option<String>,
    /// The repository.
    pub repository: Option<String>,
    /// Where to read the commit.
    pub url: Option<String>,
}

impl Work {
    /// What it works on: as proved, and for the rest as said of the same commit.
    pub fn revision(&self, said: Option<Revision>) -> Option<Revision> {
        let said = said.filter(|said| self.is_of(&said.commit));
        let commit = self.commit.clone();
        let commit = commit.or_else(|| Some(said.as_ref()?.commit.clone()))?;
        let mut revision = said.unwrap_or_else(|| Revision {
            commit: String::new(),
            message: None,
            branch: None,
            repository: None,
            url: None,
        });
        revision.commit = commit;
        if self.branch.is_some() {
            revision.branch.clone_from(&self.branch);
        }
        if self.repository.is_some() {
            revision.repository.clone_from(&self.repository);
            // An address in another repository would contradict it.
            revision.url.clone_from(&self.url);
        }
        Some(revision)
    }

    /// Whether `commit` can be the one that is proved.
    fn is_of(&self, commit: &str) -> bool {
        let long = commit.len() >= SHORT_COMMIT;
        let starts = |proved: &String| proved.starts_with(commit) && long;
        self.commit.as_ref().is_none_or(starts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proved() -> Work {
        Work {
            commit: Some("0a1b2c3d4e5f60718293a4b5c6d7e8f901234567".to_owned()),
            branch: Some("main".to_owned()),
            repository: Some("acme/wallet".to_owned()),
            ..Work::default()
        }
    }

    fn said(commit: &str) -> Revision {
        Revision {
            commit: commit.to_owned(),
            message: Some("Open the lock".to_owned()),
            branch: Some("other".to_owned()),
            repository: Some("eve/wallet".to_owned()),
            url: Some("https://example.com/eve/wallet".to_owned()),
        }
    }

    #[test]
    fn what_is_proved_stands_whatever_is_said() {
        let revision = proved().revision(Some(said("0a1b2c3d"))).unwrap();
        assert_eq!(revision.commit, proved().commit.unwrap());
        assert_eq!(revision.message.as_deref(), Some("Open the lock"));
        assert_eq!(revision.branch.as_deref(), Some("main"));
        assert_eq!(revision.repository.as_deref(), Some("acme/wallet"));
        assert_eq!(revision.url, None);
    }

    #[test]
    fn what_is_said_of_another_commit_is_not_taken() {
        for other in ["ffffffff", "0a1", ""] {
            let revision = proved().revision(Some(said(other))).unwrap();
            assert_eq!(revision.commit, proved().commit.unwrap());
            assert_eq!(revision.message, None);
        }
        assert!(proved().revision(None).is_some());
    }

    #[test]
    fn a_commit_that_is_not_proved_is_taken_as_said() {
        let work = Work {
            commit: None,
            ..proved()
        };
        let revision = work.revision(Some(said("0a1b2c3d"))).unwrap();
        assert_eq!(revision.commit, "0a1b2c3d");
        assert_eq!(revision.repository.as_deref(), Some("acme/wallet"));
        assert_eq!(work.revision(None), None);
        assert_eq!(Work::default().revision(Some(said("a"))), Some(said("a")));
    }
}
