//! The device that looks at a page, from what its browser says or its user chose. Browsers may say what they like: it changes what is
//! told first, and decides nothing.

use serde::Serialize;

use crate::{
    android,
    install::{Forecast, InstallWarning, Severity},
    package::Package,
};

/// The device that looks at a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Device {
    /// A phone or tablet with Android of this API level, where it is known.
    Android(Option<u32>),
    /// An iPhone or iPad, which installs no Android app.
    Apple,
    /// A computer, or what does not say what it is.
    #[default]
    Other,
}

/// What is told of a package to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What holds on their phone; on any, where it is not known.
    pub here: Vec<Forecast>,
    /// What holds on other phones alone.
    pub elsewhere: Vec<Forecast>,
}

/// The API level of Android 10.
const SAID_BY_ALL: u32 = 29;

impl Device {
    /// The device, by its browser's `User-Agent` and `Sec-CH-UA-Platform-Version`, or of the API level that its user chose.
    pub fn of(
        user_agent: Option<&str>,
        platform_version: Option<&str>,
        chosen: Option<u32>,
    ) -> Self {
        if chosen.is_some() {
            return Self::Android(chosen);
        }
        let agent = user_agent.unwrap_or_default();
        if ["iPhone", "iPad", "iPod"]
            .iter()
            .any(|name| agent.contains(name))
        {
            return Self::Apple;
        }
        let Some((_, version)) = agent.split_once("Android") else {
            return Self::Other;
        };
        let hinted = platform_version.and_then(|version| level(version.trim_matches('"')));
        // Chrome and WebView say 10 on every phone, and Firefox on those with an older one.
        let said = level(version.trim_start()).filter(|level| *level != SAID_BY_ALL);
        Self::Android(hinted.or(said))
    }

    /// Which of a package's forecast holds on this device. On a known Android, what may be refused is refused or does not hold.
    pub fn told(self, forecast: &[Forecast], package: Option<&Package>) -> Told {
        let Self::Android(Some(api)) = self else {
            return Told {
                here: forecast.to_vec(),
                elsewhere: Vec::new(),
            };
        };
        let holds = |told: &Forecast| {
            told.since_api.is_none_or(|since| since <= api)
                && told.up_to_api.is_none_or(|up_to| up_to >= api)
        };
        let (mut here, elsewhere): (Vec<Forecast>, Vec<Forecast>) =
            forecast.iter().cloned().partition(holds);
        for told in &mut here {
            let is_of_versions = told.since_api.is_some() || told.up_to_api.is_some();
            if told.severity == Severity::MayRefuse && is_of_versions {
                told.severity = Severity::Refuses;
            }
        }
        let needs = package.and_then(|package| package.min_sdk);
        let newer = needs.filter(|needs| *needs > api);
        here.extend(newer.map(|needs| Forecast::of(InstallWarning::NeedsNewer { needs }, "")));
        here.sort_by_key(|told| told.severity);
        Told { here, elsewhere }
    }
}

/// The API level of `14; Pixel 8`, `8.1.0` or `13.0.0`.
fn level(text: &str) -> Option<u32> {
    let version: String = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    let (major, minor) = (parts.next()??, parts.next().flatten().unwrap_or(0));
    let known = |name: &str| {
        let mut parts = name.split('.').map(|part| part.parse::<u32>().ok());
        let first = parts.next().flatten();
        let second = parts.next().flatten();
        first == Some(major) && second.is_none_or(|second| second == minor)
    };
    let mut versions = android::VERSIONS.iter();
    versions
        .find(|(name, _)| known(name))
        .map(|(_, level)| *level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_known_by_what_their_browsers_say() {
        let chrome = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36";
        let firefox = |version: &str| {
            format!("Mozilla/5.0 (Android {version}; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0")
        };
        for (agent, hint, expected) in [
            (firefox("14"), None, Device::Android(Some(34))),
            (firefox("8.1.0"), None, Device::Android(Some(27))),
            (firefox("8.0.0"), None, Device::Android(Some(26))),
            (firefox("10"), None, Device::Android(None)),
            (
                chrome.replace("; K)", "; K; wv)"),
                None,
                Device::Android(None),
            ),
            (firefox("99"), None, Device::Android(None)),
            (chrome.to_owned(), None, Device::Android(None)),
            (
                chrome.to_owned(),
                Some("\"15.0.0\""),
                Device::Android(Some(35)),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)".to_owned(),
                None,
                Device::Apple,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0)".to_owned(),
                None,
                Device::Other,
            ),
            (String::new(), Some("15"), Device::Other),
        ] {
            assert_eq!(Device::of(Some(&agent), hint, None), expected, "{agent}");
        }
        assert_eq!(Device::of(None, None, Some(30)), Device::Android(Some(30)));
    }

    #[test]
    fn what_holds_on_the_phone_is_told_for_sure_and_the_rest_apart() {
        let package = Package {
            min_sdk: Some(28),
            ..Package::default()
        };
        let forecast: Vec<Forecast> = [
            InstallWarning::OnlyV1Signature,
            InstallWarning::OldTarget { target: 23 },
            InstallWarning::Debuggable,
        ]
        .into_iter()
        .map(|warning| Forecast::of(warning, ""))
        .collect();
        let kinds = |told: &[Forecast]| {
            told.iter()
                .map(|it| (it.warning.clone(), it.severity))
                .collect::<Vec<_>>()
        };
        let told = Device::Android(Some(30)).told(&forecast, Some(&package));
        assert_eq!(
            kinds(&told.here),
            [
                (InstallWarning::OnlyV1Signature, Severity::Refuses),
                (InstallWarning::Debuggable, Severity::Note)
            ]
        );
        assert_eq!(
            kinds(&told.elsewhere),
            [(
                InstallWarning::OldTarget { target: 23 },
                Severity::MayRefuse
            )]
        );
        let old = Device::Android(Some(27)).told(&forecast, Some(&package));
        assert_eq!(
            old.here[0].warning,
            InstallWarning::NeedsNewer { needs: 28 }
        );
        for unknown in [Device::Android(None), Device::Apple, Device::Other] {
            assert_eq!(unknown.told(&forecast, Some(&package)).here, forecast);
        }
    }
}
