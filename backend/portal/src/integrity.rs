//! Reading what is served, some of it at each turn of the clock, to see that it is what was registered.
//!
//! A round goes over every build that is current somewhere, one object after the other, and begins anew a day after it began.
//! What was read of a long object is kept between turns. An object that is not what was registered is noted, so that the
//! next push of the same file replaces it, and written to the log, where an alarm counts it.

use std::collections::BTreeSet;

use domain::{Timestamp, actor::Actor, build::Build, digest::Hasher, id::BuildId};
use futures::TryStreamExt as _;
use jiff::SignedDuration;
use store::{
    object_keys::{self, BuildObject},
    table::{Damage, PartlyRead, Verification},
};

use crate::{Error, Result, access::Action, handle::handle};

/// How long after the beginning of a round the next one begins.
const ROUND: SignedDuration = SignedDuration::from_hours(24);

/// How many bytes are read in one turn: a few seconds.
const READ_AT_ONCE: u64 = 128 * 1024 * 1024;

handle! {
    /// Verification of stored objects.
    pub(crate) struct Integrity
}

impl Integrity<'_> {
    /// Reads on where the turn before ended.
    pub(crate) async fn verify(self, now: Timestamp) -> Result<()> {
        self.portal.authorise(&Actor::portal(), Action::Sweep)?;
        let records = self.portal.table.integrity();
        let mut state = records.verification().await?;
        if state.is_over || state.begun_at.is_none() {
            if state
                .begun_at
                .is_some_and(|begun| now.duration_since(begun) < ROUND)
            {
                return Ok(());
            }
            state = Verification {
                begun_at: Some(now),
                ..Verification::default()
            };
        }
        let mut left = READ_AT_ONCE;
        for build in self.served(state.after.as_ref()).await? {
            self.verify_build(&build, &mut state, &mut left, now)
                .await?;
            if left == 0 {
                return Ok(records.put_verification(&state).await?);
            }
            state = Verification {
                begun_at: state.begun_at,
                after: Some(build),
                ..Verification::default()
            };
        }
        state.is_over = true;
        Ok(records.put_verification(&state).await?)
    }

    /// The builds that are current somewhere and come after one.
    async fn served(self, after: Option<&BuildId>) -> Result<BTreeSet<BuildId>> {
        let overview = self.portal.table.runs().overview().await?;
        let builds = overview.current.into_iter().map(|release| release.build);
        Ok(builds.filter(|build| Some(build) > after).collect())
    }

    /// Reads a build's objects on, until all are done or so many bytes are read: then none is left.
    async fn verify_build(
        self,
        id: &BuildId,
        state: &mut Verification,
        left: &mut u64,
        now: Timestamp,
    ) -> Result<()> {
        let build = match self.portal.builds().record(id).await {
            Ok(record) => record.build,
            Err(Error::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let objects = object_keys::of_build(&build);
        for object in objects.iter().skip(state.objects_done) {
            if *left == 0 {
                return Ok(());
            }
            let found = self.read(object, state.read.take(), left).await;
            match found {
                Ok(Found::Whole) => {
                    let records = self.portal.table.integrity();
                    records.forget_damage(&object.key).await?;
                }
                Ok(Found::Partly(read)) => {
                    state.read = Some(read);
                    *left = 0;
                    return Ok(());
                }
                Ok(Found::Other(found)) => self.damaged(&build, object, found, now).await?,
                Err(error) if error.is_lasting() => {
                    let found = format!("it cannot be read: {error}");
                    self.damaged(&build, object, found, now).await?;
                }
                Err(error) => return Err(error.into()),
            }
            state.objects_done += 1;
        }
        Ok(())
    }

    /// Reads an object on, for so many bytes at the most.
    async fn read(
        self,
        object: &BuildObject,
        before: Option<PartlyRead>,
        left: &mut u64,
    ) -> store::Result<Found> {
        let objects = &self.portal.objects;
        let Some(there) = objects.head(&object.key).await? else {
            return Ok(Found::Other("it is missing".to_owned()));
        };
        if there.size != object.size {
            return Ok(Found::Other(format!("it has {} bytes", there.size)));
        }
        let before = before.filter(|read| read.etag == there.etag);
        let before = before.and_then(|read| Some((Hasher::resume(&read.digest)?, read.size)));
        let (mut digest, mut size) = before.unwrap_or_default();
        let until = there.size.min(size.saturating_add(*left));
        *left = left.saturating_sub(until - size);
        let mut bytes = objects.stream(&object.key, Some(size..until)).await?;
        while let Some(block) = bytes.try_next().await? {
            digest.update(&block);
            size += block.len() as u64;
        }
        if size < there.size {
            return Ok(Found::Partly(PartlyRead {
                size,
                digest: digest.state(),
                etag: there.etag,
            }));
        }
        let digest = digest.finish();
        if digest == object.digest {
            return Ok(Found::Whole);
        }
        Ok(Found::Other(format!("its digest is {digest}")))
    }

    async fn damaged(
        self,
        build: &Build,
        object: &BuildObject,
        found: String,
        now: Timestamp,
    ) -> Result<()> {
        // An alarm counts these lines.
        tracing::error!(
            event = "object-damaged",
            app = %build.app,
            build = %build.id,
            number = build.number,
            file = object.name,
            key = object.key,
            size = object.size,
            digest = %object.digest,
            found,
            "an object is not what was registered: push the same file again, which replaces it"
        );
        let damage = Damage {
            key: object.key.clone(),
            found,
            at: now,
        };
        Ok(self.portal.table.integrity().note_damage(&damage).await?)
    }
}

/// What reading an object came to.
enum Found {
    Whole,
    Partly(PartlyRead),
    /// Something else than what was registered, for people.
    Other(String),
}
