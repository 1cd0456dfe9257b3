//! What Android will do, in words that a tester can act on.

use domain::{
    android,
    device::Device,
    install::{Forecast, InstallWarning, Severity},
    package::Package,
    view::CurrentView,
    words,
};
use leptos::prelude::*;

use crate::components::icon;

/// The warnings of a build.
pub(super) fn list(device: Device, current: &CurrentView) -> Around {
    // That a build is not signed is why there is no button; it is said once, there.
    let told = current.warnings.iter().filter(|forecast| {
        current.refused.is_none() || forecast.warning != InstallWarning::NotSigned
    });
    let told: Vec<Forecast> = told.cloned().collect();
    if current.refused.is_some() {
        return Around {
            before: list_of(&told, BEFORE).into_any(),
            after: ().into_any(),
        };
    }
    for_device(device, &told, current.build.package())
}

/// Warnings around the button, which stays in sight on a small phone: what surely keeps the app out stands before it.
pub(in crate::pages) struct Around {
    pub(in crate::pages) before: AnyView,
    pub(in crate::pages) after: AnyView,
}

const BEFORE: &str = "Before you install";

/// What is told of a package to whoever looks: what holds on their phone first.
pub(in crate::pages) fn for_device(
    device: Device,
    forecast: &[Forecast],
    package: Option<&Package>,
) -> Around {
    let told = device.told(forecast, package);
    let elsewhere = list_of(&told.elsewhere, "On other phones").map(|list| {
        view! {
            <details class="elsewhere">
                <summary>{words::count(told.elsewhere.len(), "warning")} " for phones with another Android"</summary>
                {list}
            </details>
        }
    });
    let known = matches!(device, Device::Android(Some(_)));
    let nothing = (known && told.here.is_empty()).then(
        || view! { <p class="quiet">"Nothing is known that stands against installing it."</p> },
    );
    let is_refusal = |told: &Forecast| match told.severity {
        Severity::Refuses => true,
        Severity::MayRefuse | Severity::Warns | Severity::Note => false,
    };
    let (refusals, others): (Vec<Forecast>, Vec<Forecast>) =
        told.here.into_iter().partition(is_refusal);
    let before = view! {
        {on_this(device)}
        {list_of(&refusals, BEFORE)}
        {nothing}
    };
    let after = view! {
        {list_of(&others, "Good to know")}
        {elsewhere}
    };
    Around {
        before: before.into_any(),
        after: after.into_any(),
    }
}

/// Which phone the warnings are for.
fn on_this(device: Device) -> Option<AnyView> {
    match device {
        Device::Android(Some(api)) => {
            let said = format!("For a phone with {}:", android::version(api));
            Some(view! { <p class="quiet" id="phone">{said}</p> }.into_any())
        }
        Device::Android(None) | Device::Apple | Device::Other => None,
    }
}

fn list_of(warnings: &[Forecast], label: &'static str) -> Option<AnyView> {
    if warnings.is_empty() {
        return None;
    }
    let items = warnings.iter().map(item).collect_view();
    let list = view! { <ul class="warnings" aria-label=label>{items}</ul> };
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
