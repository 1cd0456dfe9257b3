//! What Android will do, in words that a tester can act on.

use domain::{
    install::{Forecast, InstallWarning, Severity},
    view::CurrentView,
};
use leptos::prelude::*;

use crate::components::icon;

/// The warnings of a build.
pub(super) fn list(current: &CurrentView) -> Option<AnyView> {
    // That a build is not signed is why there is no button; it is said once, there.
    let told = |forecast: &&Forecast| {
        current.refused.is_none() || forecast.warning != InstallWarning::NotSigned
    };
    list_of(current.warnings.iter().filter(told))
}

/// The warnings of a package that is compared with no other.
pub(in crate::pages) fn alone(warnings: &[Forecast]) -> Option<AnyView> {
    list_of(warnings.iter())
}

fn list_of<'a>(warnings: impl Iterator<Item = &'a Forecast>) -> Option<AnyView> {
    let items: Vec<AnyView> = warnings.map(item).collect();
    if items.is_empty() {
        return None;
    }
    let list = view! { <ul class="warnings" aria-label="Before you install">{items}</ul> };
    Some(list.into_any())
}

fn item(forecast: &Forecast) -> AnyView {
    view! {
        <li class="callout" data-status=tone(forecast.severity)>
            {icon::icon(icon::WARNING)}
            <p><strong>{forecast.what.clone()}". "</strong>{forecast.remedy.clone()}</p>
        </li>
    }
    .into_any()
}

fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Refuses | Severity::MayRefuse => "failed",
        Severity::Warns => "waiting",
        Severity::Note => "unknown",
    }
}
