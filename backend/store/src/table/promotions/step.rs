//! A step of a promotion: from the state that was read to the next one, with all that follows from it.

use domain::{
    audit::Note,
    hold::Hold,
    promotion::{Promotion, PromotionKind},
    release::Release,
};

use super::{PromotionRecord, carried_out_by, free, own_slot, rows};
use crate::{
    Result,
    table::{
        Table,
        calls::{Condition, Write, Written},
        item, keys, releases,
    },
};

/// What is written together with a promotion's next state.
#[derive(Clone, Debug, Default)]
pub struct Step<'a> {
    /// What the log says of it.
    pub notes: Vec<Note>,
    /// Whether this sets the target going: then no hold may be in force, and the build must not be withdrawn, at the very
    /// moment of the write.
    pub starts: bool,
    /// The release that it ends in, which becomes current.
    pub release: Option<&'a Release>,
    /// The hold on automatic promotion that it leaves behind.
    pub hold: Option<&'a Hold>,
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
    /// The environment serves a newer release by now.
    NotNewest,
}

impl Table {
    /// Writes a promotion's next state, if it is still as it was read.
    pub async fn step(
        &self,
        before: &PromotionRecord,
        after: &Promotion,
        step: Step<'_>,
    ) -> Result<Stepped> {
        let guarded = guarded(before, after, &step)?;
        let (writes, obstacles): (Vec<Write>, Vec<Obstacle>) = guarded.into_iter().unzip();
        match self.commit(writes, &step.notes).await? {
            Written::Yes => Ok(Stepped::Done(Box::new(before.after(after.clone())))),
            Written::Busy => Ok(Stepped::Refused(Obstacle::Changed)),
            Written::Refused(places) => {
                let met = places.iter().filter_map(|place| obstacles.get(*place));
                let first = met.min().copied();
                Ok(Stepped::Refused(first.unwrap_or(Obstacle::Changed)))
            }
        }
    }
}

/// The writes of a step, each with what it means when its condition does not hold.
fn guarded(
    before: &PromotionRecord,
    after: &Promotion,
    step: &Step<'_>,
) -> Result<Vec<(Write, Obstacle)>> {
    let mut writes: Vec<(Write, Obstacle)> = rows(after, Some(before.version))?
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
        writes.extend(nothing_holds(after));
    }
    if let Some(release) = step.release {
        let rows = releases::rows(release, true)?.into_iter();
        writes.extend(rows.map(|write| (write, Obstacle::Changed)));
        writes.push((releases::make_current(release)?, Obstacle::NotNewest));
        if !step.starts {
            writes.push(not_withdrawn(after));
        }
    }
    if let Some(hold) = step.hold {
        let item = item::of(&keys::hold(&hold.on), hold)?;
        writes.push((Write::Put(item, None), Obstacle::Changed));
    }
    Ok(writes)
}

fn nothing_holds(promotion: &Promotion) -> Vec<(Write, Obstacle)> {
    let (app, to) = (&promotion.app, &promotion.to);
    let mut keys = vec![
        keys::environment_hold(to, None),
        keys::environment_hold(to, Some(app)),
    ];
    if promotion.kind == PromotionKind::Automatic {
        keys.push(keys::automatic_hold(app, to));
    }
    let absent = |key| (Write::Check(key, Condition::absent()), Obstacle::Held);
    let mut checks: Vec<_> = keys.into_iter().map(absent).collect();
    checks.push(not_withdrawn(promotion));
    checks
}

fn not_withdrawn(promotion: &Promotion) -> (Write, Obstacle) {
    let key = keys::withdrawn(&promotion.build);
    (Write::Check(key, Condition::absent()), Obstacle::Withdrawn)
}
