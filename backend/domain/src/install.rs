//! The install forecast: what Android will do when a tester installs a package, maybe over an earlier one.
//!
//! Each module below is one rule: when it holds, since which Android, how loudly it is told, what the tester and the team can do, and
//! where Android's documentation says so.

mod debuggable;
mod flutter_mode;
mod in_development;
mod lower_version_code;
mod needs_newer;
mod not_fully_read;
mod not_signed;
mod old_target;
mod only_32_bit;
mod only_v1_signature;
mod other_package;
mod play_protect;
mod play_target;
mod resource_table;
mod signature_differs;
mod small_pages;
mod split_alone;
mod splits_required;
mod test_only;

use serde::{Deserialize, Serialize};

use crate::package::{FlutterMode, Package, TableFlaw};

pub(crate) use signature_differs::can_follow;

/// Something that a tester should know before tapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum InstallWarning {
    /// Android refuses a package without any signature.
    NotSigned,
    /// Signed with scheme v1 alone, although made for Android 11 or newer, which refuse that.
    OnlyV1Signature,
    /// Made for tests: Android refuses it, unless `adb install -t` asks.
    TestOnly,
    /// A part of an app, which Android refuses without the app's base.
    SplitAlone {
        /// The part.
        split: String,
    },
    /// Android refuses it without other parts of the app.
    SplitsRequired {
        /// The kinds of the parts, where it names them.
        splits: Vec<String>,
    },
    /// Android 11 and newer refuse it for its resource table.
    ResourceTable {
        /// What is wrong with it.
        flaw: TableFlaw,
    },
    /// Made for a version of Android while it was under development: all others refuse it.
    InDevelopment {
        /// The version.
        codename: String,
    },
    /// Made for versions of Android so old that new ones refuse it: below 23 Android 14, below 24 Android 15.
    OldTarget {
        /// The API level that it was made for.
        target: u32,
    },
    /// Another application id: it installs beside the earlier build, not over it.
    OtherPackage {
        /// The application id before.
        before: String,
        /// The application id now.
        now: String,
    },
    /// Signed with another certificate and without a proof of rotation: Android refuses the update.
    SignatureDiffers {
        /// The highest API level whose phones refuse it, where newer ones follow a rotation of the key; all of them, if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        up_to_api: Option<u32>,
    },
    /// A lower version code than the build before it.
    LowerVersionCode {
        /// The version code before.
        before: u64,
        /// The version code now.
        now: u64,
        /// Whether the new package is debuggable, for which Android may allow the downgrade by `adb install -d`.
        debuggable: bool,
    },
    /// Native code for 32-bit processors alone, which phones without them refuse.
    #[serde(rename = "only-32-bit")]
    Only32Bit {
        /// The processors that it has code for.
        abis: Vec<String>,
    },
    /// Permissions for which Google Play Protect stops installations from browsers in some countries.
    PlayProtect {
        /// The permissions.
        permissions: Vec<String>,
    },
    /// Native code that phones with memory pages of 16 KB do not load.
    SmallPages {
        /// Some of the libraries.
        libraries: Vec<String>,
    },
    /// Flutter code that was not compiled for release.
    FlutterMode {
        /// How it was built.
        mode: FlutterMode,
    },
    /// A debug build.
    Debuggable,
    /// Made for an API level below the one that Google Play asks of new apps and updates.
    PlayTarget {
        /// The API level that it was made for.
        target: u32,
        /// The lowest that Google Play takes.
        lowest: u32,
    },
    /// A phone's Android is older than the oldest that installs it. Told where the phone is known.
    NeedsNewer {
        /// The lowest API level that installs it.
        needs: u32,
    },
    /// Some of it could not be read, so that this list may be short.
    NotFullyRead,
}

/// How an installation ends, from the worst on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Android refuses it.
    Refuses,
    /// Some phones refuse it.
    MayRefuse,
    /// It installs, and something goes wrong then or may.
    Warns,
    /// Good to know.
    Note,
}

/// A rule that holds for a package, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Forecast {
    /// The rule, and what it was found by.
    #[serde(flatten)]
    pub warning: InstallWarning,
    /// How loud it is.
    pub severity: Severity,
    /// The lowest API level whose phones do that; all of them, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_api: Option<u32>,
    /// The highest API level whose phones do that; all above, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to_api: Option<u32>,
    /// What is the matter, for the tester.
    pub what: String,
    /// What the tester can do.
    pub remedy: String,
    /// What the team can do.
    pub team: String,
    /// Where Android's documentation says so.
    pub source: String,
}

/// An earlier package that a phone may have.
#[derive(Clone, Debug)]
pub struct Earlier<'a> {
    /// What people call its build.
    pub name: String,
    /// The package.
    pub package: &'a Package,
}

/// What is asked about.
#[derive(Clone, Debug)]
pub struct Installation<'a> {
    /// The package to be installed.
    pub now: &'a Package,
    /// What phones may have, the newest first.
    pub earlier: Vec<Earlier<'a>>,
    /// Whether it is to be published on Google Play.
    pub for_play: bool,
}

/// What a rule says of a warning.
struct Words {
    severity: Severity,
    since_api: Option<u32>,
    what: String,
    remedy: &'static str,
    team: &'static str,
    source: &'static str,
}

impl<'a> Installation<'a> {
    /// Of a package that is compared with no other.
    pub fn of(now: &'a Package) -> Self {
        Self {
            now,
            earlier: Vec::new(),
            for_play: false,
        }
    }

    /// What Android will do, the worst first.
    pub fn forecast(&self) -> Vec<Forecast> {
        let now = self.now;
        let mut found: Vec<Forecast> = [
            not_signed::check(now),
            test_only::check(now),
            split_alone::check(now),
            splits_required::check(now),
            in_development::check(now),
            only_v1_signature::check(now),
            resource_table::check(now),
            old_target::check(now),
            only_32_bit::check(now),
            play_protect::check(now),
            flutter_mode::check(now),
            debuggable::check(now),
            play_target::check(now).filter(|_| self.for_play),
            not_fully_read::check(now),
        ]
        .into_iter()
        .flatten()
        .map(|warning| Forecast::of(warning, ""))
        .collect();
        found.extend(small_pages::check(now).map(|warning| {
            let since = small_pages::since(&self.earlier);
            Forecast::of(warning, since.unwrap_or_default())
        }));
        found.extend(self.updates());
        found.sort_by_key(|forecast| forecast.severity);
        found
    }

    /// What stands against an update of what a phone may have. An application of another name installs beside it.
    fn updates(&self) -> Vec<Forecast> {
        let Some(before) = self.earlier.first() else {
            return Vec::new();
        };
        let told = |warning| Forecast::of(warning, &before.name);
        let other = other_package::check(self.now, before.package);
        let code = match &other {
            Some(_) => None,
            None => lower_version_code::check(self.now, before.package),
        };
        // Any of them may be on a phone whose owner skipped those after it.
        let differs = self.earlier.iter().find_map(|earlier| {
            let warning = signature_differs::check(self.now, earlier.package)?;
            Some(Forecast::of(warning, &earlier.name))
        });
        let of_the_last = code.or(other).map(told);
        differs.into_iter().chain(of_the_last).collect()
    }
}

impl Forecast {
    /// A warning in its rule's words. `before` is what people call the earlier build that it is about, if there is one.
    pub fn of(warning: InstallWarning, before: &str) -> Self {
        let words = warning.words(before);
        Self {
            severity: words.severity,
            since_api: words.since_api,
            up_to_api: warning.up_to_api(),
            what: words.what,
            remedy: words.remedy.to_owned(),
            team: words.team.to_owned(),
            source: words.source.to_owned(),
            warning,
        }
    }
}

impl Severity {
    /// Every severity, from the worst on.
    pub const ALL: [Self; 4] = [Self::Refuses, Self::MayRefuse, Self::Warns, Self::Note];

    /// The word that people read and write.
    pub fn word(self) -> &'static str {
        match self {
            Self::Refuses => "refuses",
            Self::MayRefuse => "may-refuse",
            Self::Warns => "warns",
            Self::Note => "note",
        }
    }

    /// What Android does, or may do, that is as bad as this.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Refuses => "makes Android refuse it",
            Self::MayRefuse => "may make Android refuse it",
            Self::Warns => "is a warning or worse",
            Self::Note => "is worth a note",
        }
    }
}

impl InstallWarning {
    /// The kinds of all rules.
    pub const KINDS: [&str; 19] = [
        "not-signed",
        "only-v1-signature",
        "test-only",
        "split-alone",
        "splits-required",
        "resource-table",
        "in-development",
        "old-target",
        "other-package",
        "signature-differs",
        "lower-version-code",
        "only-32-bit",
        "play-protect",
        "small-pages",
        "flutter-mode",
        "debuggable",
        "play-target",
        "needs-newer",
        "not-fully-read",
    ];

    /// Its rule's kind, as the API calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotSigned => "not-signed",
            Self::OnlyV1Signature => "only-v1-signature",
            Self::TestOnly => "test-only",
            Self::SplitAlone { .. } => "split-alone",
            Self::SplitsRequired { .. } => "splits-required",
            Self::ResourceTable { .. } => "resource-table",
            Self::InDevelopment { .. } => "in-development",
            Self::OldTarget { .. } => "old-target",
            Self::OtherPackage { .. } => "other-package",
            Self::SignatureDiffers { .. } => "signature-differs",
            Self::LowerVersionCode { .. } => "lower-version-code",
            Self::Only32Bit { .. } => "only-32-bit",
            Self::PlayProtect { .. } => "play-protect",
            Self::SmallPages { .. } => "small-pages",
            Self::FlutterMode { .. } => "flutter-mode",
            Self::Debuggable => "debuggable",
            Self::PlayTarget { .. } => "play-target",
            Self::NeedsNewer { .. } => "needs-newer",
            Self::NotFullyRead => "not-fully-read",
        }
    }

    /// The highest API level whose phones do that, where newer ones do not.
    fn up_to_api(&self) -> Option<u32> {
        if let Self::SignatureDiffers { up_to_api } = self {
            *up_to_api
        } else {
            None
        }
    }

    /// What its rule says of it. `before` is what people call the earlier build that it is about, if there is one.
    fn words(&self, before: &str) -> Words {
        match self {
            Self::NotSigned => not_signed::words(),
            Self::OnlyV1Signature => only_v1_signature::words(),
            Self::TestOnly => test_only::words(),
            Self::SplitAlone { split } => split_alone::words(split),
            Self::SplitsRequired { splits } => splits_required::words(splits),
            Self::ResourceTable { flaw } => resource_table::words(*flaw),
            Self::InDevelopment { codename } => in_development::words(codename),
            Self::OldTarget { target } => old_target::words(*target),
            Self::OtherPackage { before: was, now } => other_package::words(was, now, before),
            Self::SignatureDiffers { up_to_api } => signature_differs::words(*up_to_api, before),
            Self::LowerVersionCode {
                before: was,
                now,
                debuggable,
            } => lower_version_code::words([*was, *now], *debuggable, before),
            Self::Only32Bit { abis } => only_32_bit::words(abis),
            Self::PlayProtect { permissions } => play_protect::words(permissions),
            Self::SmallPages { libraries } => small_pages::words(libraries, before),
            Self::FlutterMode { mode } => flutter_mode::words(*mode),
            Self::Debuggable => debuggable::words(),
            Self::PlayTarget { target, lowest } => play_target::words(*target, *lowest),
            Self::NeedsNewer { needs } => needs_newer::words(*needs),
            Self::NotFullyRead => not_fully_read::words(),
        }
    }
}

#[cfg(test)]
mod tests;
