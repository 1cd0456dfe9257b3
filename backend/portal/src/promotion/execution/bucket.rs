//! Copying a build's files to the bucket of another environment, maybe in another account.
//!
//! A file's key holds its digest, so that nothing is ever written over: what is there under that key is read, and either it
//! is the same bytes or the promotion fails. What is sent is hashed on its way, S3 checks each part, and it appears only if
//! the whole is what was registered.
//!
//! After so many bytes the promotion notes how far the copy is, within a file, too: another turn, of this process or another
//! one, goes on from there.

use domain::{
    Timestamp,
    build::{Artifact, Build},
    causes::chain,
    digest::{Digest, Hasher},
    path::Bucket,
};
use futures::TryStreamExt;
use store::{
    Objects, object_keys,
    objects::{Condition, Paused, Placed, Written},
    table::{Copying, CopyingFile, PromotionRecord, Step, Stepped},
};
use targets::{Role, Roles};

use crate::{
    Result,
    promotion::{Execution, execution::Calls, progress::Progress},
};

/// What is in the way of a copy.
enum Trouble {
    /// The bytes there are others, or the source has lost them: nothing that comes right by itself.
    Bytes(String),
    /// The portal's own bucket did not do it.
    Here(store::Error),
    /// The other bucket did not do it.
    There(store::Error),
}

/// A file that is copied, and where to.
struct File<'a> {
    artifact: &'a Artifact,
    key: String,
    there: &'a Objects,
}

/// How far a file came.
enum Place {
    There,
    GoesOn(Option<CopyingFile>),
}

impl Calls<'_> {
    /// Copies what a promotion is of, checks it there, and releases it; as far as one turn goes.
    pub(super) async fn copy_and_succeed(
        self,
        record: &PromotionRecord,
        bucket: &Bucket,
        roles: &Roles,
        now: Timestamp,
    ) -> Result<Progress> {
        let promotion = &record.promotion;
        let build = self.portal.builds().record(&promotion.build).await?.build;
        let there = self.bucket(bucket, roles).await;
        let mut copying = record.copying.clone().unwrap_or_default();
        let mut left = self.portal.parts.executors.copied_at_once;
        while let Some(artifact) = build.artifacts.get(copying.files_done) {
            if left == 0 {
                return self.note_copy(record, &build, &copying, now).await;
            }
            let file = File {
                artifact,
                key: object_keys::artifact(&promotion.app, &artifact.digest, &artifact.name),
                there: &there,
            };
            match self.copy(&file, copying.file.take(), &mut left).await {
                Ok(Place::There) => copying.files_done += 1,
                Ok(Place::GoesOn(at)) => (copying.file, left) = (at, 0),
                Err(Trouble::Bytes(why)) => return self.give_up(record, why, now).await,
                Err(Trouble::Here(error) | Trouble::There(error)) if !error.is_lasting() => {
                    // Nothing is lost: what was copied stays, and the clock goes on.
                    return Ok(Progress::Tried(chain(&error)));
                }
                Err(Trouble::Here(error)) => {
                    let why = format!(
                        "the portal cannot read its own copy of {}: {}",
                        artifact.name,
                        chain(&error)
                    );
                    return self.give_up(record, why, now).await;
                }
                Err(Trouble::There(error)) => {
                    let why = no_way_in(&bucket.name, &error);
                    return self.give_up(record, why, now).await;
                }
            }
        }
        let progress = Execution::of(self.portal).succeed(record, now).await?;
        if progress == Progress::Idle && record.copying.as_ref() != Some(&copying) {
            // Something holds the release up: until that is over, nothing need be read again.
            return self.note_copy(record, &build, &copying, now).await;
        }
        Ok(progress)
    }

    /// Notes how far a copy is.
    async fn note_copy(
        self,
        record: &PromotionRecord,
        build: &Build,
        copying: &Copying,
        now: Timestamp,
    ) -> Result<Progress> {
        let size = |artifacts: &[Artifact]| artifacts.iter().map(|file| file.size).sum::<u64>();
        let done = size(&build.artifacts[..copying.files_done]);
        let of_file = match &copying.file {
            Some(CopyingFile::Sending(Paused { size, .. }) | CopyingFile::Reading { size, .. }) => {
                *size
            }
            None => 0,
        };
        let promotion = record.promotion.clone();
        let after = promotion.copied(done + of_file, size(&build.artifacts), now)?;
        let step = Step {
            copying: Some(copying),
            ..Step::default()
        };
        let promotions = self.portal.table.promotions();
        Ok(match promotions.step(record, &after, step).await? {
            Stepped::Done(_) => Progress::Copied,
            Stepped::Refused(_) => Progress::Changed,
        })
    }

    async fn bucket(self, bucket: &Bucket, roles: &Roles) -> Objects {
        let credentials = match &bucket.role {
            Some(arn) => {
                let role = Role {
                    arn: arn.clone(),
                    external_id: bucket.external_id.clone(),
                };
                Some(roles.credentials(&role).await)
            }
            None => None,
        };
        let objects = &self.portal.objects;
        objects.elsewhere(&bucket.name, bucket.region.as_deref(), credentials)
    }

    /// Goes on with a file, for so many bytes at the most.
    async fn copy(
        self,
        file: &File<'_>,
        at: Option<CopyingFile>,
        left: &mut u64,
    ) -> Result<Place, Trouble> {
        match at {
            Some(CopyingFile::Sending(paused)) => self.send(file, Some(&paused), left).await,
            Some(CopyingFile::Reading { digest, size }) => {
                // What this version cannot go on from is read again.
                let (digest, size) =
                    Hasher::resume(&digest).map_or((Hasher::new(), 0), |digest| (digest, size));
                file.read(digest, size, left).await
            }
            None if file.is_there().await.map_err(Trouble::There)? => {
                file.read(Hasher::new(), 0, left).await
            }
            None => self.send(file, None, left).await,
        }
    }

    /// Sends a file a block at a time, so that memory stays flat.
    async fn send(
        self,
        file: &File<'_>,
        paused: Option<&Paused>,
        left: &mut u64,
    ) -> Result<Place, Trouble> {
        let File {
            artifact,
            key,
            there,
        } = file;
        let content_type = artifact.kind.content_type(&artifact.name);
        let writer = match paused {
            Some(paused) => there.resume_writer(key, content_type, paused),
            None => there.writer(key, content_type).await,
        };
        let mut writer = writer.map_err(Trouble::There)?;
        let from = paused.map_or(0, |paused| paused.size);
        let until = artifact.size.min(from.saturating_add(*left));
        let bytes = self.portal.objects.stream(key, Some(from..until)).await;
        let mut bytes = bytes.map_err(|error| file.unread(error))?;
        while let Some(block) = bytes.try_next().await.map_err(Trouble::Here)? {
            match writer.write(&block).await {
                Ok(()) => {}
                Err(store::Error::NotFound { .. }) => return Ok(Place::GoesOn(None)),
                Err(error) => return Err(Trouble::There(error)),
            }
        }
        *left = left.saturating_sub(until - from);
        if until < artifact.size {
            return Ok(Place::GoesOn(writer.pause().map(CopyingFile::Sending)));
        }
        let expected = Written {
            digest: artifact.digest,
            size: artifact.size,
        };
        match writer.finish_if(Condition::Absent, &expected).await {
            Ok(Placed::New) => Ok(Place::There),
            Ok(Placed::Kept) => file.read(Hasher::new(), 0, left).await,
            Ok(Placed::Other(found)) => Err(Trouble::Bytes(format!(
                "the portal's own copy of {} is damaged, with digest {} instead of {}: push the same file again, and ask for \
                 the promotion again",
                artifact.name,
                found.digest.short(),
                artifact.digest.short()
            ))),
            // Somebody aborted the upload, or the bucket's lifecycle rule did.
            Err(store::Error::NotFound { .. }) => Ok(Place::GoesOn(None)),
            Err(error) => Err(Trouble::There(error)),
        }
    }
}

impl File<'_> {
    /// Who may not list a bucket is denied what is not there, too: then putting it tells which of the two it was.
    async fn is_there(&self) -> Result<bool, store::Error> {
        match self.there.head(&self.key).await {
            Ok(found) => Ok(found.is_some()),
            Err(store::Error::Denied { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads what is there under the file's key, from `size` bytes on, for so many bytes at the most.
    async fn read(
        &self,
        mut digest: Hasher,
        mut size: u64,
        left: &mut u64,
    ) -> Result<Place, Trouble> {
        let found = self.there.head(&self.key).await.map_err(Trouble::There)?;
        let Some(found) = found else {
            return Ok(Place::GoesOn(None));
        };
        if found.size != self.artifact.size {
            return Err(self.other_bytes(&format!("{} bytes", found.size)));
        }
        let until = found.size.min(size.saturating_add(*left));
        let bytes = self.there.stream(&self.key, Some(size..until)).await;
        let mut bytes = bytes.map_err(Trouble::There)?;
        while let Some(block) = bytes.try_next().await.map_err(Trouble::There)? {
            digest.update(&block);
            size += block.len() as u64;
            *left = left.saturating_sub(block.len() as u64);
        }
        if size < found.size {
            let digest = digest.state();
            return Ok(Place::GoesOn(Some(CopyingFile::Reading { digest, size })));
        }
        let digest = digest.finish();
        if digest == self.artifact.digest {
            return Ok(Place::There);
        }
        Err(self.other_bytes(&with_digest(&digest)))
    }

    fn other_bytes(&self, found: &str) -> Trouble {
        Trouble::Bytes(format!(
            "the bucket {} holds other bytes for {}: {found} instead of {} bytes {}. Nothing was written over: find out who put \
             them there",
            self.there.bucket(),
            self.artifact.name,
            self.artifact.size,
            with_digest(&self.artifact.digest),
        ))
    }

    /// Why the portal's own copy could not be read.
    fn unread(&self, error: store::Error) -> Trouble {
        match error {
            store::Error::NotFound { .. } => Trouble::Bytes(format!(
                "the portal has lost {}: push the same file again, and ask for the promotion again",
                self.artifact.name
            )),
            error => Trouble::Here(error),
        }
    }
}

fn with_digest(digest: &Digest) -> String {
    format!("with digest {}", digest.short())
}

/// Why nothing can be copied to a bucket, for people, and what to do.
fn no_way_in(bucket: &str, error: &store::Error) -> String {
    let said = chain(error);
    if matches!(error, store::Error::Denied { .. }) {
        return format!(
            "the bucket {bucket} does not let the portal in ({said}): allow its role to read and put artifacts there, and ask \
             for the promotion again"
        );
    }
    format!(
        "nothing can be copied to the bucket {bucket} ({said}): look whether it is there, in that region, and its key in use; \
         correct the step's target in towpath.toml if not, and ask for the promotion again"
    )
}
