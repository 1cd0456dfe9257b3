//! What Android will do, in words that a tester can act on.

use domain::{
    install::InstallWarning,
    package::TableFlaw,
    view::{CurrentView, TesterView},
};
use leptos::prelude::*;

use crate::components::icon;

/// A warning's words: what it is, what to do about it, and how loud it is.
struct Words {
    title: String,
    advice: &'static str,
    tone: &'static str,
}

/// The warnings of a build.
pub(super) fn list(view: &TesterView, current: &CurrentView) -> Option<AnyView> {
    // That a build is not signed is why there is no button; it is said once, there.
    let told = |warning: &&InstallWarning| {
        current.refused.is_none() || **warning != InstallWarning::NotSigned
    };
    let before = before(view, current);
    let items: Vec<AnyView> = current
        .warnings
        .iter()
        .filter(told)
        .map(|warning| item(say(warning, &before)))
        .collect();
    list_of(items)
}

/// The warnings of a package that is compared with no other.
pub(in crate::pages) fn alone(warnings: &[InstallWarning]) -> Option<AnyView> {
    let items = warnings.iter().map(|warning| item(say(warning, "")));
    list_of(items.collect())
}

fn list_of(items: Vec<AnyView>) -> Option<AnyView> {
    if items.is_empty() {
        return None;
    }
    let list = view! { <ul class="warnings" aria-label="Before you install">{items}</ul> };
    Some(list.into_any())
}

/// The build that a device has, if it followed this page.
fn before(view: &TesterView, current: &CurrentView) -> String {
    view.earlier
        .iter()
        .find(|release| release.build != current.release.build)
        .map_or_else(
            || "the build before it".to_owned(),
            |release| format!("build {}", release.number),
        )
}

fn say(warning: &InstallWarning, before: &str) -> Words {
    match warning {
        InstallWarning::NotSigned => Words {
            title: "Not signed: cannot be installed".to_owned(),
            advice: "Ask for a signed build.",
            tone: "failed",
        },
        InstallWarning::OnlyV1Signature => Words {
            title: "Signed with scheme v1 only: Android 11 and newer refuse it".to_owned(),
            advice: "Ask for a build that is signed with scheme v2 or newer, too.",
            tone: "failed",
        },
        InstallWarning::TestOnly => Words {
            title: "Test-only build: phones refuse it".to_owned(),
            advice: "Ask for a build without android:testOnly, or install it with adb install -t.",
            tone: "failed",
        },
        InstallWarning::SplitAlone { split } => Words {
            title: format!("Only a part of the app ({split}): cannot be installed"),
            advice: "Ask for a universal APK.",
            tone: "failed",
        },
        InstallWarning::SplitsRequired { splits } => Words {
            title: format!(
                "Only one of several parts of the app{}: cannot be installed alone",
                missing(splits)
            ),
            advice: "Ask for a universal APK.",
            tone: "failed",
        },
        InstallWarning::ResourceTable { flaw } => Words {
            title: format!(
                "Its resources are {}: Android 11 and newer refuse it",
                word(*flaw)
            ),
            advice: "Ask for a build whose resources.arsc is stored uncompressed and aligned by zipalign.",
            tone: "failed",
        },
        InstallWarning::InDevelopment { codename } => Words {
            title: format!(
                "Made for Android {codename} in development: released versions refuse it"
            ),
            advice: "Ask for a build for a released version of Android.",
            tone: "failed",
        },
        InstallWarning::OldTarget { target } => Words {
            title: format!(
                "Made for API {target}: Android {} and newer refuse it",
                if *target < 23 { 14 } else { 15 }
            ),
            advice: "Ask for a build with a higher target API level.",
            tone: "failed",
        },
        InstallWarning::OtherPackage { before: was, now } => Words {
            title: format!("Another application ID than {before}: {now} instead of {was}"),
            advice: "It installs beside the app that you have, as a second one.",
            tone: "waiting",
        },
        InstallWarning::SignatureDiffers => Words {
            title: format!(
                "Signed with another certificate than {before}: uninstall the app first"
            ),
            advice: "Uninstalling deletes what the app keeps on the phone.",
            tone: "failed",
        },
        InstallWarning::LowerVersionCode {
            before: was,
            now,
            debuggable: true,
        } => Words {
            title: format!("Lower version code than {before}: {now} after {was}"),
            advice: "Android accepts that from a debug build.",
            tone: "waiting",
        },
        InstallWarning::LowerVersionCode {
            before: was,
            now,
            debuggable: false,
        } => Words {
            title: format!("Lower version code than {before}: {now} after {was}"),
            advice: "Android refuses to install it over the newer one: uninstall the app first.",
            tone: "failed",
        },
        InstallWarning::SmallPages { libraries } => Words {
            title: format!("Not ready for memory pages of 16 KB: {}", named(libraries)),
            advice: "The app may not start on phones that have such pages, as some with Android 15 and newer do.",
            tone: "waiting",
        },
        InstallWarning::Debuggable => Words {
            title: "Debug build".to_owned(),
            advice: "It is slower than a release build, and its data can be inspected.",
            tone: "waiting",
        },
        InstallWarning::NotFullyRead => Words {
            title: "Not everything in this package could be read".to_owned(),
            advice: "It may install differently from what this page says.",
            tone: "waiting",
        },
    }
}

fn word(flaw: TableFlaw) -> &'static str {
    match flaw {
        TableFlaw::Compressed => "compressed",
        TableFlaw::Unaligned => "not aligned",
    }
}

/// The first of some libraries, by their files.
fn named(libraries: &[String]) -> String {
    let file = |path: &String| path.rsplit('/').next().unwrap_or(path).to_owned();
    let mut files: Vec<String> = libraries.iter().map(file).collect();
    files.dedup();
    let more = files.len().saturating_sub(3);
    files.truncate(3);
    let more = (more > 0).then(|| format!(" and {more} more"));
    files.join(", ") + &more.unwrap_or_default()
}

fn missing(splits: &[String]) -> String {
    if splits.is_empty() {
        String::new()
    } else {
        format!(" (it needs {})", splits.join(", "))
    }
}

fn item(said: Words) -> AnyView {
    view! {
        <li class="callout" data-status=said.tone>
            {icon::icon(icon::WARNING)}
            <p><strong>{said.title}". "</strong>{said.advice}</p>
        </li>
    }
    .into_any()
}
