//! Whether this machine's clock agrees with those of the services that are called: each answer says what time it is there.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::BeforeDeserializationInterceptorContextRef,
    },
    error::BoxError,
};
use aws_smithy_types::{DateTime, date_time::Format};

/// A smaller difference is of no account: answers take some time, and say whole seconds.
const NOTICED: Duration = Duration::from_mins(1);

/// How often the same is said.
const AGAIN: Duration = Duration::from_hours(1);

/// Warns when a service's clock says something else.
#[derive(Debug)]
pub(crate) struct ClockDrift {
    service: &'static str,
    /// Seconds since 1970.
    warned_at: AtomicU64,
}

impl ClockDrift {
    pub(crate) fn of(service: &'static str) -> Self {
        Self {
            service,
            warned_at: AtomicU64::new(0),
        }
    }

    /// Compares two clocks.
    fn compare(&self, here: SystemTime, there: SystemTime) {
        let (difference, is_ahead) = match here.duration_since(there) {
            Ok(ahead) => (ahead, true),
            Err(behind) => (behind.duration(), false),
        };
        let now = here.duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or_default().as_secs();
        let last = self.warned_at.load(Ordering::Relaxed);
        if difference < NOTICED || now.abs_diff(last) < AGAIN.as_secs() {
            return;
        }
        self.warned_at.store(now, Ordering::Relaxed);
        tracing::warn!(
            service = self.service,
            seconds = difference.as_secs(),
            "this machine's clock is {} that of the service: releases, seals and expiry go by it. Set it right",
            if is_ahead { "ahead of" } else { "behind" }
        );
    }
}

impl Intercept for ClockDrift {
    fn name(&self) -> &'static str {
        "ClockDrift"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let said = context.response().headers().get("date");
        let there = said.and_then(|text| DateTime::from_str(text, Format::HttpDate).ok());
        let there = there.and_then(|time| SystemTime::try_from(time).ok());
        if let (Some(there), Some(clock)) = (there, components.time_source()) {
            self.compare(clock.now(), there);
        }
        Ok(())
    }
}
