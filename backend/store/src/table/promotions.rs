//! Promotions: each in an item of its own, with a line in its build and one in its environment.
//!
//! All that a step of a promotion changes is written in one transaction with what the audit log says of it. Of two who
//! ask for the same place at once, one gets the slot; of two who go on with one promotion, one is faster, and the other
//! is told so.

mod step;

use domain::{
    audit::AuditRecord,
    digest::HasherState,
    id::{AppId, BuildId, EnvironmentId, PromotionId, RunId},
    page::{Cursor, Limit, Page},
    promotion::Promotion,
    view::PromotionBrief,
};
use serde::{Deserialize, Serialize};

use super::handle::Promotions;

pub(super) use step::guarded;
pub use step::{Obstacle, Step, Stepped};

use super::{
    calls::{Condition, Write, Written},
    item::{self, Item},
    keys,
    list::{Place, Range},
    tries::Tries,
};
use crate::{Result, objects::Paused};

/// A promotion as it was read: what is built on it holds only as long as it is still that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotionRecord {
    pub promotion: Promotion,
    /// Where the copy of its files is to go on, while one is under way.
    pub copying: Option<Copying>,
    /// Counts the writes, so that nobody writes over what he has not read.
    version: u64,
}

/// A copy of a build's files to another bucket, a block at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copying {
    /// So many files, from the first on, are there and were looked at.
    pub files_done: usize,
    /// Where the next one is to go on; at its beginning if that is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<CopyingFile>,
}

/// Where a copy of one file is to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum CopyingFile {
    /// It is being sent.
    Sending(Paused),
    /// It was there already, and is being read to see what it is.
    Reading {
        /// Of the bytes that were read.
        digest: HasherState,
        /// Bytes that were read.
        size: u64,
    },
}

/// What asking for a promotion did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requested {
    /// It is noted.
    New(Box<PromotionRecord>),
    /// Another one is there by now: decide again.
    Taken,
}

/// A promotion that ends because another takes its place.
#[derive(Clone, Copy, Debug)]
pub struct Overtaken<'a> {
    /// As it was read.
    pub before: &'a PromotionRecord,
    /// As it ends.
    pub after: &'a Promotion,
}

/// A promotion as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct PromotionRow {
    promotion: Promotion,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    copying: Option<Copying>,
}

/// What points to a promotion.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pointer {
    pub(super) promotion: PromotionId,
}

impl Pointer {
    fn to(promotion: &Promotion) -> Self {
        Self {
            promotion: promotion.id.clone(),
        }
    }
}

/// What the index holds of a promotion.
#[derive(Clone, Debug, Deserialize)]
struct Indexed {
    promotion: Promotion,
}

impl Promotions<'_> {
    /// Notes that somebody asks for a promotion, unless there is one into that environment that is not over. One that it
    /// takes the place of ends in the same moment.
    pub async fn request(
        self,
        promotion: &Promotion,
        overtakes: Option<Overtaken<'_>>,
        notes: &[AuditRecord],
    ) -> Result<Requested> {
        let mut writes = vec![Write::Put(
            item::of(
                &keys::slot(&promotion.app, &promotion.to),
                &Pointer::to(promotion),
            )?,
            Some(match overtakes {
                None => Condition::absent(),
                Some(Overtaken { after, .. }) => own_slot(after),
            }),
        )];
        writes.extend(rows(promotion, None, None)?);
        if let Some(Overtaken { before, after }) = overtakes {
            writes.extend(rows(after, Some(before.version), None)?);
        }
        let mut tries = Tries::of("a promotion");
        loop {
            if self.table.audit().commit(writes.clone(), notes).await? == Written::Yes {
                return Ok(Requested::New(Box::new(PromotionRecord {
                    promotion: promotion.clone(),
                    copying: None,
                    version: 1,
                })));
            }
            let other = self.slot(&promotion.app, &promotion.to).await?;
            // The other one may be over by now: then this one has another chance.
            if overtakes.is_some() || other.is_some() {
                return Ok(Requested::Taken);
            }
            tries.again().await?;
        }
    }

    /// The promotion of an app into an environment that is not over.
    pub async fn slot(
        self,
        app: &AppId,
        environment: &EnvironmentId,
    ) -> Result<Option<PromotionId>> {
        self.pointer(&keys::slot(app, environment)).await
    }

    /// The promotion that a run carries out.
    pub async fn of_run(self, run: &RunId) -> Result<Option<PromotionId>> {
        self.pointer(&keys::run_promotion(run)).await
    }

    pub async fn get(self, id: &PromotionId) -> Result<Option<PromotionRecord>> {
        let item = self.table.calls.get(&keys::promotion(id), true).await?;
        let row: Option<PromotionRow> = item.map(item::read).transpose()?;
        Ok(row.map(|row| PromotionRecord {
            promotion: row.promotion,
            copying: row.copying,
            version: row.version,
        }))
    }

    /// Every promotion that is not over, the oldest first. Bounded by apps and environments, since each has one slot.
    pub async fn open(self) -> Result<Vec<Promotion>> {
        // Above every time, which begins with a digit.
        let items = self
            .table
            .calls
            .indexed(keys::OPEN_PROMOTIONS, Range::All)
            .await?;
        items
            .into_iter()
            .map(|item| Ok(item::read::<Indexed>(item)?.promotion))
            .collect()
    }

    /// One page of the promotions of an app into an environment, newest first.
    pub async fn list(
        self,
        app: &AppId,
        environment: &EnvironmentId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<PromotionBrief>> {
        let partition = keys::promotions_partition(app, environment);
        self.table
            .calls
            .page(Place::Table, &partition, limit, cursor)
            .await
    }

    async fn pointer(self, key: &keys::Key) -> Result<Option<PromotionId>> {
        let item = self.table.calls.get(key, true).await?;
        let pointer: Option<Pointer> = item.map(item::read).transpose()?;
        Ok(pointer.map(|pointer| pointer.promotion))
    }
}

/// The writes that keep a promotion as it is now: itself, its line in its build, its line in its environment.
fn rows(
    promotion: &Promotion,
    before: Option<u64>,
    copying: Option<&Copying>,
) -> Result<Vec<Write>> {
    let row = PromotionRow {
        promotion: promotion.clone(),
        version: before.unwrap_or(0) + 1,
        copying: copying.cloned(),
    };
    let mut item = item::of(&keys::promotion(&promotion.id), &row)?;
    if !promotion.state.is_terminal() {
        item.extend(keys::open_promotion(promotion).attributes());
    }
    let brief = PromotionBrief::of(promotion);
    let line = |key| -> Result<Item> { item::of(&key, &brief) };
    Ok(vec![
        Write::Put(item, Some(Condition::version(before))),
        Write::Put(line(keys::build_promotion(promotion))?, None),
        Write::Put(line(keys::listed_promotion(promotion))?, None),
    ])
}

/// The write that lets a run's end find its promotion.
fn carried_out_by(run: &RunId, promotion: &Promotion) -> Result<Write> {
    let item = item::of(&keys::run_promotion(run), &Pointer::to(promotion))?;
    Ok(Write::Put(item, None))
}

/// The write that frees a promotion's slot, which must be its own.
fn free(promotion: &Promotion) -> Write {
    Write::DeleteIf(
        keys::slot(&promotion.app, &promotion.to),
        own_slot(promotion),
    )
}

fn own_slot(promotion: &Promotion) -> Condition {
    Condition {
        expression: "promotion = :promotion",
        values: vec![(
            ":promotion",
            aws_sdk_dynamodb::types::AttributeValue::S(promotion.id.to_string()),
        )],
    }
}

impl PromotionRecord {
    fn after(&self, promotion: Promotion, copying: Option<Copying>) -> Self {
        Self {
            promotion,
            copying,
            version: self.version + 1,
        }
    }
}

/// That no hold is in force on an environment, or on automatic promotion there.
pub(super) fn nothing_holds(
    app: &AppId,
    to: &EnvironmentId,
    automatic: bool,
) -> Vec<(Write, Obstacle)> {
    let mut keys = vec![
        keys::environment_hold(to, None),
        keys::environment_hold(to, Some(app)),
    ];
    if automatic {
        keys.push(keys::automatic_hold(app, to));
    }
    keys.into_iter()
        .map(|key| (Write::Check(key, Condition::absent()), Obstacle::Held))
        .collect()
}

/// That a build is not withdrawn.
pub(super) fn not_withdrawn(build: &BuildId) -> (Write, Obstacle) {
    let key = keys::withdrawn(build);
    (Write::Check(key, Condition::absent()), Obstacle::Withdrawn)
}
