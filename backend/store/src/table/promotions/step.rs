//! A step of a promotion: from the state that was read to the next one, with all that follows from it.

use domain::{
    audit::AuditRecord,
    hold::Hold,
    promotion::{Promotion, PromotionKind},
};

use super::{
    Copying, PromotionRecord, carried_out_by, free, not_withdrawn, nothing_holds, own_slot, rows,
};
use crate::{
    Result,
    table::{
        calls::{Write, Written},
        handle::Promotions,
        item, keys,
    },
};

/// What is written together with a promotion's next state.
#[derive(Clone, Debug, Default)]
pub struct Step<'a> {
    /// What the log says of it.
    pub notes: Vec<AuditRecord>,
    /// Whether this sets the target going: then no hold may be in force, and the build must not be withdrawn, at the very
    /// moment of the write.
    pub starts: bool,
    /// The hold on automatic promotion that it leaves behind.
    pub hold: Option<&'a Hold>,
    /// How far the copy of its files is by now. It stays as it was if that is not said, and ends with the promotion.
    pub copying: Option<&'a Copying>,
}

impl Step<'_> {
    fn copying_after(&self, before: &PromotionRecord, after: &Promotion) -> Option<Copying> {
        let copying = self.copying.or(before.copying.as_ref());
        copying.filter(|_| !after.state.is_terminal()).cloned()
    }
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// It is written.
    Done(Box<PromotionRecord>),
    /// Nothing is.
    Refused(Obstacle),
}

/// What a step met with. The one that comes first counts, should there be several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// Somebody was faster: the promotion is no longer what was read.
    Changed,
    /// A hold is in force.
    Held,
    /// The build is withdrawn.
    Withdrawn,
    /// The environment serves another release by now.
    NotNewest,
}

impl Promotions<'_> {
    /// Writes a promotion's next state, if it is still as it was read.
    pub async fn step(
        self,
        before: &PromotionRecord,
        after: &Promotion,
        step: Step<'_>,
    ) -> Result<Stepped> {
        let guarded = guarded(before, after, &step)?;
        let (writes, obstacles): (Vec<Write>, Vec<Obstacle>) = guarded.into_iter().unzip();
        match self.table.audit().commit(writes, &step.notes).await? {
            Written::Yes => {
                let copying = step.copying_after(before, after);
                Ok(Stepped::Done(Box::new(
                    before.after(after.clone(), copying),
                )))
            }
            Written::Refused(places) => {
                let met = places.iter().filter_map(|place| obstacles.get(*place));
                let first = met.min().copied();
                Ok(Stepped::Refused(first.unwrap_or(Obstacle::Changed)))
            }
        }
    }
}

/// The writes of a step, each with what it means when its condition does not hold.
pub(in crate::table) fn guarded(
    before: &PromotionRecord,
    after: &Promotion,
    step: &Step<'_>,
) -> Result<Vec<(Write, Obstacle)>> {
    let copying = step.copying_after(before, after);
    let mut writes: Vec<(Write, Obstacle)> = rows(after, Some(before.version), copying.as_ref())?
        .into_iter()
        .map(|write| (write, Obstacle::Changed))
        .collect();
    if after.state.is_terminal() {
        writes.push((free(after), Obstacle::Changed));
    } else {
        let slot = keys::slot(&after.app, &after.to);
        writes.push((Write::Check(slot, own_slot(after)), Obstacle::Changed));
    }
    if let Some(run) = after
        .run
        .as_ref()
        // A gate's own run is known before; that it carries the promotion out is so from the start on.
        .filter(|_| before.promotion.run.is_none() || step.starts)
    {
        writes.push((carried_out_by(run, after)?, Obstacle::Changed));
    }
    if step.starts {
        let automatic = after.kind == PromotionKind::Automatic;
        writes.extend(nothing_holds(&after.app, &after.to, automatic));
        writes.push(not_withdrawn(&after.build));
    }
    if let Some(hold) = step.hold {
        let item = item::of(&keys::hold(&hold.on), hold)?;
        writes.push((Write::Put(item, None), Obstacle::Changed));
    }
    Ok(writes)
}
