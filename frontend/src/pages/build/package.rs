//! What an application package says of itself, and what of it could not be read.

use domain::{
    digest::Digest,
    package::{Flutter, FlutterMode, Package, Signing, SmallPages, TableFlaw, Unread},
};
use leptos::prelude::*;

use crate::components::{heading, icon};

/// The section of a package's facts.
pub(super) fn section(package: &Package) -> AnyView {
    view! {
        <section aria-labelledby="package">
            {heading::section("package", "Android package", None)}
            {unread(&package.unread)}
            <dl class="facts-grid">
                {fact("Application ID", package.name.clone())}
                {fact("Label", package.label.clone())}
                {fact("Version", version(package))}
                {fact("Android", sdks(package))}
                {fact("Native code", (!package.abis.is_empty()).then(|| package.abis.join(", ")))}
                {fact("Flutter", package.flutter.as_ref().map(flutter))}
                {fact("Part", package.split.clone())}
                {fact("Needs other parts", package.required_splits.as_deref().map(splits))}
                {fact("Tests", package.instruments.clone())}
                {fact("Test-only", package.test_only.then(|| "yes".to_owned()))}
                {fact("Resources", package.resource_table.map(table))}
                {fact("Not ready for pages of 16 KB", package.small_pages.as_ref().map(small_pages))}
                {fact("Debuggable", Some(if package.debuggable { "yes" } else { "no" }.to_owned()))}
            </dl>
            {certificates(&package.signing)}
            {permissions(&package.permissions)}
        </section>
    }
    .into_any()
}

/// The section of a bundle's facts.
pub(super) fn of_bundle(bundle: &Package, has_apk: bool) -> AnyView {
    let advice = if has_apk {
        "No phone installs a bundle. Install the APK of this build."
    } else {
        "No phone installs a bundle, and this build has no APK: Google Play makes them of it."
    };
    view! {
        <section aria-labelledby="bundle">
            {heading::section("bundle", "Android App Bundle", None)}
            <p class="hint">{advice}</p>
            {unread(&bundle.unread)}
            <dl class="facts-grid">
                {fact("Application ID", bundle.name.clone())}
                {fact("Label", bundle.label.clone())}
                {fact("Version", version(bundle))}
                {fact("Android", sdks(bundle))}
                {fact("Native code", (!bundle.abis.is_empty()).then(|| bundle.abis.join(", ")))}
                {fact("Flutter", bundle.flutter.as_ref().map(flutter))}
                {fact("Not ready for pages of 16 KB", bundle.small_pages.as_ref().map(small_pages))}
            </dl>
            {upload_keys(&bundle.signing.v1)}
        </section>
    }
    .into_any()
}

fn upload_keys(certificates: &[Digest]) -> AnyView {
    if certificates.is_empty() {
        return view! { <p class="hint">"It is not signed with an upload key."</p> }.into_any();
    }
    view! {
        <h3>"Upload key"</h3>
        <p class="hint">"SHA-256 of the certificate that it is uploaded with. Google Play signs what phones get with another one."</p>
        <dl class="certificates"><div><dt>"v1"</dt><dd>{codes(certificates)}</dd></div></dl>
    }
    .into_any()
}

fn fact(name: &'static str, value: Option<String>) -> Option<AnyView> {
    value.map(|value| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any())
}

fn version(package: &Package) -> Option<String> {
    match (&package.version_name, package.version_code) {
        (Some(name), Some(code)) => Some(format!("{name}, code {code}")),
        (Some(name), None) => Some(name.clone()),
        (None, Some(code)) => Some(format!("code {code}")),
        (None, None) => None,
    }
}

fn sdks(package: &Package) -> Option<String> {
    let said = |level: Option<u32>, codename: &Option<String>, word: &str| {
        let codename = codename
            .as_ref()
            .map(|name| format!("{word} {name} (in development)"));
        codename.or_else(|| level.map(|level| format!("{word} API {level}")))
    };
    let both: Vec<String> = [
        said(package.min_sdk, &package.min_sdk_codename, "from"),
        said(package.target_sdk, &package.target_sdk_codename, "target"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!both.is_empty()).then(|| both.join(", "))
}

fn flutter(flutter: &Flutter) -> String {
    let dart = flutter.dart_version.as_ref();
    let dart = dart.map(|version| format!("Dart {version}"));
    let mode = flutter.mode.map(|mode| match mode {
        FlutterMode::Debug => "debug build".to_owned(),
        FlutterMode::Profile => "profile build".to_owned(),
        FlutterMode::Release => "release build".to_owned(),
    });
    let parts = ["yes".to_owned()].into_iter().chain(dart).chain(mode);
    parts.collect::<Vec<String>>().join(", ")
}

fn splits(kinds: &[String]) -> String {
    if kinds.is_empty() {
        "yes".to_owned()
    } else {
        kinds.join(", ")
    }
}

fn small_pages(pages: &SmallPages) -> String {
    let counted = |number: u32, words: &str| (number > 0).then(|| format!("{number} {words}"));
    let parts = pages.libraries.iter().cloned();
    let parts = parts
        .chain(counted(pages.more, "more"))
        .chain(counted(pages.unchecked, "not looked at"));
    parts.collect::<Vec<String>>().join(", ")
}

fn table(flaw: TableFlaw) -> String {
    match flaw {
        TableFlaw::Compressed => "compressed",
        TableFlaw::Unaligned => "not aligned",
    }
    .to_owned()
}

fn certificates(signing: &Signing) -> AnyView {
    if signing.is_unsigned() {
        return view! { <p class="callout" data-status="failed">{icon::icon(icon::WARNING)}<span>"Not signed: Android cannot install it."</span></p> }
            .into_any();
    }
    let v31 = signing
        .v31_min_sdk
        .map_or_else(|| "v3.1".to_owned(), |api| format!("v3.1, from API {api}"));
    let schemes = [
        ("v1", &signing.v1),
        ("v2", &signing.v2),
        ("v3", &signing.v3),
        (v31.as_str(), &signing.v31),
        ("Lineage", &signing.lineage),
    ];
    let rows = schemes
        .into_iter()
        .filter(|(_, digests)| !digests.is_empty())
        .map(|(scheme, digests)| view! { <div><dt>{scheme.to_owned()}</dt><dd>{codes(digests)}</dd></div> })
        .collect_view();
    view! {
        <h3>"Signing certificates"</h3>
        <p class="hint">"SHA-256 of the signing certificates that the signatures name. They are not verified here: Android verifies them when it installs."</p>
        <dl class="certificates">{rows}</dl>
    }
    .into_any()
}

fn codes(digests: &[Digest]) -> AnyView {
    digests
        .iter()
        .map(|digest| view! { <code>{digest.to_string()}</code> })
        .collect_view()
        .into_any()
}

fn permissions(permissions: &[String]) -> AnyView {
    if permissions.is_empty() {
        return view! { <p class="hint">"It asks for no permissions."</p> }.into_any();
    }
    let items = permissions
        .iter()
        .map(|name| view! { <li><code>{name.clone()}</code></li> })
        .collect_view();
    view! {
        <details>
            <summary>{domain::words::count(permissions.len(), "permission")}</summary>
            <ul class="permissions">{items}</ul>
        </details>
    }
    .into_any()
}

fn unread(unread: &[Unread]) -> Option<AnyView> {
    if unread.is_empty() {
        return None;
    }
    let items = unread
        .iter()
        .map(|part| view! { <li>{format!("{}: {}", part.what, part.why)}</li> })
        .collect_view();
    let note = view! {
        <div class="callout" data-status="waiting">
            {icon::icon(icon::WARNING)}
            <div>
                <p><strong>"Not everything could be read. "</strong>"The file itself is complete and served as it is."</p>
                <ul>{items}</ul>
            </div>
        </div>
    };
    Some(note.into_any())
}
