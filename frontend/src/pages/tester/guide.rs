//! How to install, for whoever has not done it before; and what to check and to do where Android stops it.

use domain::{android, device::Device, digest::Digest, package::Package};
use leptos::prelude::*;

use crate::components::icon;

/// That a phone of Apple installs no Android app.
pub(in crate::pages) fn for_apple(device: Device) -> Option<AnyView> {
    (device == Device::Apple).then(|| {
        view! {
            <div class="callout" id="apple" data-status="failed">
                {icon::icon(icon::WARNING)}
                <p><strong>"This is an Android app. "</strong>"An iPhone or iPad cannot install it. Open this page on an Android phone."</p>
            </div>
        }
        .into_any()
    })
}

/// The steps of an installation, and the choice of an Android.
pub(in crate::pages) fn section(device: Device, package: Option<&Package>) -> AnyView {
    view! {
        <details class="guide" id="guide">
            <summary>"How to install"</summary>
            <ol>
                <li>"Tap Download, and open the file when it is there: from the notification, or from the folder Downloads."</li>
                <li>"Android asks once whether your browser may install apps: allow it in the settings that it opens, and go back."</li>
                <li>"Google Play Protect may want to look at the app first. Let it, then tap Install."</li>
                <li>"\u{201c}App not installed\u{201d}? The warnings on this page say what stands against it. With a cable: "<code>"adb install -r app.apk"</code></li>
            </ol>
            {choice(device)}
            {verification(package)}
        </details>
    }
    .into_any()
}

fn choice(device: Device) -> AnyView {
    let current = match device {
        Device::Android(api) => api,
        Device::Apple | Device::Other => None,
    };
    let options = android::VERSIONS.iter().rev().map(|(name, api)| {
        let selected = current == Some(*api);
        view! { <option value=api.to_string() selected=selected>{format!("Android {name}")}</option> }
    });
    view! {
        <form method="get" class="ask">
            <p class="field">
                <label for="android">"What holds on which phone"</label>
                <select id="android" name="android">{options.collect_view()}</select>
            </p>
            <p class="send"><button class="button" type="submit">"Show"</button></p>
        </form>
    }
    .into_any()
}

/// What the verification of developers asks about. Google's pages of July and August 2026 say two different things of installations from a browser.
fn verification(package: Option<&Package>) -> Option<AnyView> {
    let package = package?;
    let name = package.name.clone()?;
    let certificates = package.signing.newest().unwrap_or_default();
    let certificates = certificates
        .iter()
        .map(|certificate| view! { <code>{colons(certificate)}</code> });
    Some(
        view! {
            <h3>"Where Android verifies developers"</h3>
            <p>"Since 2026-09-30 certified phones in Brazil, Indonesia, Singapore and Thailand ask whether the developer has registered an app. "
                "Google\u{2019}s pages differ on apps from a browser: one of 2026-07-15 says that only stores ask at first, one of 2026-08-20 that no unregistered app installs there. "
                "If your phone refuses the app for that, install it with a cable and "<code>"adb install"</code>", or allow unverified apps in the developer options: Android asks you to wait 24 hours before that counts."</p>
            <p>"What has to be registered is this application ID with this certificate. AppVerifier takes both as they stand here:"</p>
            <p class="verify"><code>{name}</code><br />{certificates.collect_view()}</p>
        }
        .into_any(),
    )
}

/// A certificate's SHA-256 in the form of `AppVerifier` and keytool.
fn colons(certificate: &Digest) -> String {
    let pairs = certificate.as_bytes().iter();
    let pairs: Vec<String> = pairs.map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}
