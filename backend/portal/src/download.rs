//! A tester's tap: from an app and an environment to a link that works for minutes.
//!
//! One read, a signature computed here, one write that counts it and one for the record. Where the table takes no writes, people
//! and tokens get their link all the same, and the log keeps what the record would; share links, which give so much and no
//! more, do not. The link is never kept: the permanent
//! address is the page's. `Portal::hand_out` makes every link to bytes that leaves the portal.

use std::time::Duration;

use bytes::Bytes;
use domain::{
    Timestamp,
    actor::Actor,
    build::ArtifactKind,
    causes::chain,
    digest::Digest,
    download::{Download, LINK_LIFETIME, day_ends},
    hold::Hold,
    id::{AppId, BuildId, EnvironmentId, FileName, LinkId},
    release::Release,
    text::is_shown,
};
use futures::FutureExt as _;
use secrecy::SecretString;
use store::{
    object_keys,
    table::{BuildRecord, LinkRecord},
};
use tokio::time::timeout;

use crate::{Error, Result, access::Action, handle::handle, known};

/// How long a download waits for its record.
const PATIENCE: Duration = Duration::from_secs(4);

/// Who asks for a download, and when.
#[derive(Clone, Copy, Debug)]
pub struct Downloader<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// What their program calls itself.
    pub user_agent: Option<&'a str>,
    /// When.
    pub now: Timestamp,
}

/// A link that was granted.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Where the bytes are, for the next five minutes. Anyone who has it gets them: not for logs.
    pub url: SecretString,
    /// The name that the file gets.
    pub name: FileName,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// The build that it belongs to.
    pub build: BuildId,
    /// When the link ends.
    pub expires_at: Timestamp,
}

/// A file that somebody may have, and has not asked for yet.
#[derive(Clone, Debug)]
pub struct Offer {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// The media type that it is served with.
    pub content_type: &'static str,
}

handle! {
    /// Links to bytes.
    pub struct Downloads
}

/// An app's icon, as it was found in a package.
#[derive(Clone, Debug)]
pub struct IconFile {
    /// The image.
    pub bytes: Bytes,
    /// `image/png`, `image/webp` or `image/jpeg`.
    pub content_type: String,
    /// SHA-256 of it.
    pub digest: Digest,
}

/// A file that somebody may have: all that a link to it needs.
pub(crate) struct Choice {
    pub(crate) download: Download,
    pub(crate) size: u64,
    kind: ArtifactKind,
}

/// What a download is counted for, so that a day gives no more than it may.
pub(crate) enum Counted<'a> {
    /// The caller.
    Principal,
    /// A share link, with what the page made the tap known by.
    Link(&'a LinkRecord, Option<&'a str>),
}

impl Choice {
    fn content_type(&self) -> &'static str {
        self.kind.content_type(&self.download.name)
    }

    fn offer(&self) -> Offer {
        Offer {
            digest: self.download.artifact,
            size: self.size,
            content_type: self.content_type(),
        }
    }

    /// The same, asked for through a share link.
    pub(crate) fn through(mut self, link: &LinkId) -> Self {
        self.download.link = Some(link.clone());
        self
    }
}

impl Downloads<'_> {
    /// A link to the package that an environment serves now: the one for `abi`, else the one for the most devices.
    pub async fn latest(
        self,
        by: Downloader<'_>,
        app: &AppId,
        environment: &EnvironmentId,
        abi: Option<&str>,
    ) -> Result<Grant> {
        let choice = self.choose_latest(by, app, environment, abi);
        self.grant(&choice.await?).await
    }

    /// What `latest` would link to. It is no download: nothing is counted, nothing recorded.
    pub async fn offered_latest(
        self,
        by: Downloader<'_>,
        app: &AppId,
        environment: &EnvironmentId,
        abi: Option<&str>,
    ) -> Result<Offer> {
        let choice = self.choose_latest(by, app, environment, abi);
        Ok(choice.await?.offer())
    }

    /// A link to one file of a build, which has to be one of `app` where that is said.
    pub async fn file(
        self,
        by: Downloader<'_>,
        of: (Option<&AppId>, &BuildId),
        digest: &Digest,
    ) -> Result<Grant> {
        let choice = self.choose_of_app(by, of, digest);
        self.grant(&choice.await?).await
    }

    /// What `file` would link to. It is no download: nothing is counted, nothing recorded.
    pub async fn offered_file(
        self,
        by: Downloader<'_>,
        of: (Option<&AppId>, &BuildId),
        digest: &Digest,
    ) -> Result<Offer> {
        let choice = self.choose_of_app(by, of, digest);
        Ok(choice.await?.offer())
    }

    async fn choose_of_app(
        self,
        by: Downloader<'_>,
        (app, build): (Option<&AppId>, &BuildId),
        digest: &Digest,
    ) -> Result<Choice> {
        let builds = self.portal.builds();
        let record = builds.record(build).await?;
        builds.check_app(by.actor, &record.build, app)?;
        self.choose_of(by, record, digest).await
    }

    /// The package that an environment serves now, if `by` may have it.
    pub(crate) async fn choose_latest(
        self,
        by: Downloader<'_>,
        app: &AppId,
        environment: &EnvironmentId,
        abi: Option<&str>,
    ) -> Result<Choice> {
        let actor = by.actor;
        self.portal.authorise(actor, Action::ViewApp(app))?;
        known::app(self.portal, app)?;
        known::environment(self.portal, environment)?;
        let environments = std::slice::from_ref(environment);
        self.portal
            .authorise(actor, Action::Download { app, environments })?;
        let served = self
            .portal
            .table
            .releases()
            .served(app, environment)
            .await?;
        let release = match (served.release, served.withdrawn) {
            (Some(release), _) => release,
            (None, Some(withdrawn)) => {
                let (number, hold) = (withdrawn.number, &withdrawn.hold);
                return Err(withdrawn_build(number, hold, None));
            }
            (None, None) => {
                return Err(Error::not_found(format!(
                    "release of {app} in {environment} yet"
                )));
            }
        };
        let install = release.install(abi).map_err(|reason| Error::Refused {
            reason: reason.to_string(),
        })?;
        Ok(Choice {
            download: Download {
                build: release.build.clone(),
                app: app.clone(),
                environment: Some(environment.clone()),
                artifact: install.digest,
                name: install.name.clone(),
                by: actor.clone(),
                link: None,
                at: by.now,
                user_agent: shortened(by.user_agent),
            },
            size: install.size,
            kind: ArtifactKind::Apk,
        })
    }

    /// One file of a build, if `by` may have it.
    pub(crate) async fn choose_file(
        self,
        by: Downloader<'_>,
        build: &BuildId,
        digest: &Digest,
    ) -> Result<Choice> {
        let record = self.portal.builds().visible(by.actor, build).await?;
        self.choose_of(by, record, digest).await
    }

    async fn choose_of(
        self,
        by: Downloader<'_>,
        record: BuildRecord,
        digest: &Digest,
    ) -> Result<Choice> {
        let environments = record.environments();
        let (build, releases) = (record.build, record.releases);
        let newest = releases.first().map(|release| release.environment.clone());
        let action = Action::Download {
            app: &build.app,
            environments: &environments,
        };
        self.portal.authorise(by.actor, action)?;
        let artifact = build
            .artifacts
            .iter()
            .find(|artifact| artifact.digest == *digest)
            .ok_or_else(|| Error::not_found("file with that digest in this build"))?;
        if let Some(hold) = record.withdrawn.filter(|_| artifact.kind.is_program()) {
            let instead = match newest {
                Some(environment) => {
                    self.portal
                        .table
                        .releases()
                        .current(&build.app, &environment)
                        .await?
                }
                None => None,
            };
            return Err(withdrawn_build(build.number, &hold, instead.as_ref()));
        }
        Ok(Choice {
            download: Download {
                build: build.id.clone(),
                app: build.app.clone(),
                environment: None,
                artifact: artifact.digest,
                name: artifact.name.clone(),
                by: by.actor.clone(),
                link: None,
                at: by.now,
                user_agent: shortened(by.user_agent),
            },
            size: artifact.size,
            kind: artifact.kind,
        })
    }

    /// The icon of a build's package. The build has to be one of `app`.
    pub async fn icon(self, actor: &Actor, app: &AppId, build: &BuildId) -> Result<IconFile> {
        let build = self.portal.builds().alone(actor, build, Some(app)).await?;
        let none = || Error::not_found("icon of this build");
        let icon = build
            .package()
            .or(build.bundle())
            .and_then(|package| package.icon.clone())
            .ok_or_else(none)?;
        let key = object_keys::icon(&build.app, &icon.digest);
        let bytes = self.portal.objects.range(&key, 0..icon.size).await?;
        Ok(IconFile {
            bytes,
            content_type: icon.content_type,
            digest: icon.digest,
        })
    }

    /// Where links to bytes lead: scheme, host and port.
    pub async fn bytes_origin(self) -> Result<String> {
        Ok(self.portal.objects.links_origin().await?)
    }

    async fn grant(self, choice: &Choice) -> Result<Grant> {
        let most = self.portal.parts.limits.principal;
        let handed = self.hand_out(choice, Counted::Principal).await?;
        handed.ok_or_else(|| {
            let (now, until) = (choice.download.at, day_ends(choice.download.at));
            Error::DailyLimit {
                most,
                until,
                wait: (until.as_second() - now.as_second()).max(1),
            }
        })
    }

    /// The only way to a link to bytes: it is signed, counted on the day of whatever it counts for, and recorded before it is
    /// given out. None if that day, or a share link, gives no more.
    pub(crate) async fn hand_out(
        self,
        choice: &Choice,
        counted: Counted<'_>,
    ) -> Result<Option<Grant>> {
        let grant = self.sign(choice).await?;
        let given = match counted {
            Counted::Principal => self.count_for_principal(choice).await?,
            Counted::Link(record, tap) => {
                self.portal.links().count_tap(record, tap, choice).await?
            }
        };
        Ok(given.then_some(grant))
    }

    /// A table that takes no writes keeps nobody from the bytes: then the log has what the record would.
    async fn count_for_principal(self, choice: &Choice) -> Result<bool> {
        let download = &choice.download;
        let counted = timeout(PATIENCE, self.count_and_record(choice).boxed()).await;
        let error = match counted.unwrap_or(Err(Error::Unfinished)) {
            Err(error) if error.is_passing() => error,
            counted => return counted,
        };
        tracing::error!(
            event = "download-not-recorded",
            app = %download.app,
            environment = download.environment.as_ref().map(tracing::field::display),
            build = %download.build,
            artifact = %download.artifact,
            file = %download.name,
            by = download.by.owner_of_uploads(),
            at = %download.at,
            error = chain(&error),
            "a download was given and is not on record"
        );
        Ok(true)
    }

    /// Counts first: a download that is not given is none, and leaves no record.
    async fn count_and_record(self, choice: &Choice) -> Result<bool> {
        let (table, download) = (&self.portal.table, &choice.download);
        let counted = table
            .downloads()
            .count(download, self.portal.parts.limits.principal)
            .await?;
        if counted {
            table
                .downloads()
                .put(download, &self.portal.ids().unique())
                .await?;
        }
        Ok(counted)
    }

    /// A link to a file's bytes, signed here.
    async fn sign(self, choice: &Choice) -> Result<Grant> {
        let download = &choice.download;
        let key = object_keys::artifact(&download.app, &download.artifact, &download.name);
        let url = self
            .portal
            .objects
            .presign_get(
                &key,
                &download.name,
                choice.content_type(),
                download.at,
                LINK_LIFETIME,
            )
            .await?;
        Ok(Grant {
            url: url.into(),
            name: download.name.clone(),
            digest: download.artifact,
            build: download.build.clone(),
            expires_at: download.at + LINK_LIFETIME,
        })
    }
}

/// Why a withdrawn build is not given out, and what to use instead.
fn withdrawn_build(number: u64, hold: &Hold, instead: Option<&Release>) -> Error {
    let why = format!(
        "build {number} was withdrawn by {}: {}",
        hold.by.name, hold.reason
    );
    let why = why.trim_end_matches('.');
    let reason = match instead {
        Some(release) => format!(
            "{why}. Use build {}, which {} serves, instead",
            release.number, release.environment
        ),
        None => format!("{why}. Nothing is given out there until another build is released"),
    };
    Error::Refused { reason }
}

/// What a caller's program called itself, at the most 200 printable characters.
fn shortened(user_agent: Option<&str>) -> Option<String> {
    let text: String = user_agent?
        .chars()
        .filter(|c| is_shown(*c))
        .take(200)
        .collect();
    (!text.is_empty()).then_some(text)
}
