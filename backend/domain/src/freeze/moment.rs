//! When a wall clock shows a time, on nights when it jumps too.

use jiff::{
    SignedDuration, Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};

/// The first moment at which the wall clock has reached `time`.
pub(super) fn first(zone: &TimeZone, time: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset, time),
        AmbiguousOffset::Gap { before, .. } => jump(zone, at(before, time)),
        AmbiguousOffset::Fold { before, .. } => at(before, time),
    }
}

/// The last moment at which the wall clock reaches `time`.
pub(super) fn last(zone: &TimeZone, time: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset, time),
        AmbiguousOffset::Gap { before, .. } => jump(zone, at(before, time)),
        AmbiguousOffset::Fold { after, .. } => at(after, time),
    }
}

/// A time with its offset. What lies outside the calendar is at its end.
fn at(offset: Offset, time: DateTime) -> Timestamp {
    let fallback = if time.year() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    offset.to_timestamp(time).unwrap_or(fallback)
}

/// The jump that left out a time: the last one up to `shown`, which is that time by the offset before the jump.
fn jump(zone: &TimeZone, shown: Timestamp) -> Timestamp {
    let behind = shown
        .checked_add(SignedDuration::from_secs(1))
        .unwrap_or(shown);
    zone.preceding(behind)
        .next()
        .map_or(shown, |transition| transition.timestamp())
}
