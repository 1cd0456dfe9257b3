//! What every event of a build says of the build itself.

use domain::{
    event::{Facts, Pipeline, Revision, StepDetail, Trigger},
    id::RunId,
};

use super::{NAME, clock};
use crate::{
    envelope::Envelope,
    error::Error,
    fields::{Fields, SEGMENT, is_segment, link, words},
};

/// A build, as one event names it.
pub(super) struct Build<'a> {
    pub(super) run: RunId,
    pub(super) pipeline: Pipeline,
    /// `<project>:<uuid>`, by which a `CodePipeline` action names it.
    pub(super) external_id: String,
    /// The build's details; without any, only its name is known.
    information: Option<Fields<'a>>,
}

impl<'a> Build<'a> {
    pub(super) fn of(envelope: &Envelope<'a>, detail: &Fields<'a>) -> Result<Self, Error> {
        let account = envelope.whole.segment("account")?;
        let region = envelope.whole.segment("region")?;
        let project = detail.segment("project-name")?;
        let uuid = uuid(detail)?;
        let run = format!("{NAME}/{account}/{region}/{project}/{uuid}");
        Ok(Self {
            run: run
                .parse()
                .map_err(|_| Error::invalid(detail.path("build-id"), uuid, SEGMENT))?,
            pipeline: Pipeline {
                source: NAME.to_owned(),
                account: Some(account.to_owned()),
                region: Some(region.to_owned()),
                name: project.to_owned(),
            },
            external_id: format!("{project}:{uuid}"),
            information: detail.object("additional-information"),
        })
    }

    /// What an event of the whole build says.
    pub(super) fn facts(&self) -> Facts {
        Facts {
            started_at: self.text("build-start-time").and_then(clock::time),
            trigger: self.trigger(),
            revision: self.revision(),
            detail: Some(self.detail()),
            parent: self.parent(),
        }
    }

    /// What an event of the build says of any part of it.
    pub(super) fn detail(&self) -> StepDetail {
        let logs = self
            .information
            .as_ref()
            .and_then(|information| information.object("logs"));
        StepDetail {
            category: Some("Build".to_owned()),
            provider: Some("CodeBuild".to_owned()),
            url: logs.and_then(|logs| link(logs.text("deep-link")?)),
            external_id: Some(self.external_id.clone()),
            ..StepDetail::default()
        }
    }

    /// `codepipeline/<pipeline>`, for a build that works on behalf of one.
    pub(super) fn parent(&self) -> Option<String> {
        let initiator = self.text("initiator")?;
        let (_, pipeline) = initiator
            .split_once('/')
            .filter(|(kind, _)| *kind == "codepipeline")?;
        is_segment(pipeline).then(|| format!("codepipeline/{pipeline}"))
    }

    fn trigger(&self) -> Option<Trigger> {
        Some(Trigger {
            kind: "initiator".to_owned(),
            by: Some(words(self.text("initiator")?, 200)?),
        })
    }

    /// The commit, when the event names one: `source-version` can as well be a branch, a pull request or an ARN.
    fn revision(&self) -> Option<Revision> {
        let version = self.text("source-version")?;
        // `refs/heads/main^{<commit>}` names both.
        let (reference, commit) = version
            .strip_suffix('}')
            .and_then(|version| version.split_once("^{"))
            .map_or((None, version), |(reference, commit)| {
                (Some(reference), commit)
            });
        if !is_commit(commit) {
            return None;
        }
        Some(Revision {
            commit: commit.to_owned(),
            message: None,
            branch: reference.and_then(|reference| {
                let short = reference
                    .strip_prefix("refs/heads/")
                    .or_else(|| reference.strip_prefix("refs/tags/"));
                words(short.unwrap_or(reference), 200)
            }),
            repository: self.repository(),
            url: None,
        })
    }

    /// `owner/name` of a Git repository on the web.
    fn repository(&self) -> Option<String> {
        let source = self.information.as_ref()?.object("source")?;
        let location = source.text("location")?.strip_prefix("https://")?;
        let (_, path) = location.split_once('/')?;
        words(path.strip_suffix(".git").unwrap_or(path), 200)
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.information.as_ref()?.text(name)
    }
}

/// The build's own identifier, the last part of its ARN.
fn uuid<'a>(detail: &Fields<'a>) -> Result<&'a str, Error> {
    let arn = detail.required("build-id")?;
    let uuid = arn.rsplit_once(':').map(|(_, uuid)| uuid);
    uuid.filter(|uuid| is_segment(uuid)).ok_or_else(|| {
        Error::invalid(
            detail.path("build-id"),
            arn,
            "a build's ARN, ending in <project>:<identifier>",
        )
    })
}

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}
