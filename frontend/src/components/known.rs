//! How a fact is known.

use domain::known::Known;
use leptos::prelude::*;

/// That a fact is merely claimed, so that it opens no gate.
pub(crate) fn claimed(known: Known) -> Option<AnyView> {
    (!known.is_proven()).then(|| {
        view! { <small class="quiet" title="Claimed by the sender and not verified. Checks do not count it.">"claimed"</small> }
            .into_any()
    })
}
