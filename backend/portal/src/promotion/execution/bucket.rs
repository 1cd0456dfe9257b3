//! Copying a build's files to the bucket of another environment, maybe in another account.
//!
//! A file's key holds its digest, so that nothing is ever written over: what is there under that key is read back, and
//! either it is the same bytes or the promotion fails. Copying again after a crash copies only what is missing.

use domain::{Timestamp, build::Artifact, causes::chain, digest::Digest, id::AppId, path::Bucket};
use futures::TryStreamExt;
use store::{Objects, object_keys, table::PromotionRecord};
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

impl Calls<'_> {
    /// Copies what a promotion is of, checks it there, and releases it.
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
        for artifact in &build.artifacts {
            match self.copy(&promotion.app, artifact, &there).await {
                Ok(()) => {}
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
        Execution::of(self.portal).succeed(record, now).await
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

    async fn copy(self, app: &AppId, artifact: &Artifact, there: &Objects) -> Result<(), Trouble> {
        let key = object_keys::artifact(app, &artifact.digest, &artifact.name);
        let before = found(there, &key).await.map_err(Trouble::There)?;
        if before.is_none() {
            self.send(&key, artifact, there).await?;
        }
        let name = &artifact.name;
        match there.digest(&key).await {
            Ok((digest, _)) if digest == artifact.digest => Ok(()),
            Ok((digest, size)) => Err(Trouble::Bytes(format!(
                "the bucket {} holds other bytes for {name}: {size} bytes of digest {} instead of {}. Nothing was written over: \
                 find out who put them there",
                there.bucket(),
                digest.short(),
                artifact.digest.short()
            ))),
            Err(store::Error::NotFound { .. }) => Err(Trouble::Bytes(format!(
                "the bucket {} lost {name} right after it was put there: look at its lifecycle rules",
                there.bucket()
            ))),
            Err(error) => Err(Trouble::There(error)),
        }
    }

    /// Sends a file a block at a time, so that memory stays flat.
    async fn send(self, key: &str, artifact: &Artifact, there: &Objects) -> Result<(), Trouble> {
        let mut bytes = match self.portal.objects.stream(key, None).await {
            Ok(bytes) => bytes,
            Err(store::Error::NotFound { .. }) => {
                return Err(Trouble::Bytes(format!(
                    "the portal has lost {}: register the build anew",
                    artifact.name
                )));
            }
            Err(error) => return Err(Trouble::Here(error)),
        };
        let content_type = artifact.kind.content_type(&artifact.name);
        let writer = there.writer(key, content_type).await;
        let mut writer = writer.map_err(Trouble::There)?;
        while let Some(block) = bytes.try_next().await.map_err(Trouble::Here)? {
            writer.write(&block).await.map_err(Trouble::There)?;
        }
        let written = writer.finish_if_absent().await;
        written.map_err(Trouble::There)?;
        Ok(())
    }
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

/// The digest and size of what is under a key. Who may not list a bucket is denied what is not there, too: then putting
/// it tells which of the two it was.
async fn found(objects: &Objects, key: &str) -> Result<Option<(Digest, u64)>, store::Error> {
    match objects.digest(key).await {
        Ok(found) => Ok(Some(found)),
        Err(store::Error::NotFound { .. } | store::Error::Denied { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
