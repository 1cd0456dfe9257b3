//! `[[packages]]`: what the packages of apps have to be, to be released.

use std::ops::Range;

use domain::{catalog::PackageRule, digest::Digest};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    document::{Document, Text},
    names::Names,
    reader::{Entries, List},
    roles::scope,
    schema::listed,
    values::SLUG,
};

const CERTIFICATE: &str = "^(sha256:)?([0-9a-fA-F]{64}|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){31})$";
const APPLICATION_ID: &str = "^[a-zA-Z][a-zA-Z0-9_]*(\\.[a-zA-Z][a-zA-Z0-9_]*)+$";

/// What Android packages have to be, to be released. Every entry that fits an app and an environment counts.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct PackagesOf {
    /// The `id`s of the apps that it is for. Left out, all.
    #[schemars(length(min = 1), inner(regex(pattern = SLUG)), example = listed("wallet"))]
    apps: List<String>,
    /// The `id`s of the environments that it is for. Left out, all.
    #[schemars(length(min = 1), inner(regex(pattern = SLUG)), example = listed("prod"))]
    environments: List<String>,
    /// The application ids that packages may have. Left out, any.
    #[schemars(length(min = 1), inner(regex(pattern = APPLICATION_ID)), example = listed("com.example.wallet"))]
    application_ids: List<String>,
    /// The certificates that packages may be signed with, by the SHA-256 that `towpath inspect`, apksigner and keytool print. A certificate that
    /// one of them has handed over to, by a proof of rotation, counts as well. Left out, any.
    #[schemars(
        length(min = 1),
        inner(regex(pattern = CERTIFICATE)),
        example = listed("sha256:1bd0be1507bc26b8766b9eed1715c0174331dd91adb59a131487f9a754a6fa9a")
    )]
    signing: List<String>,
}

pub(crate) fn all(
    document: &Document<'_>,
    entries: &impl Entries<PackagesOf>,
    names: &Names<'_>,
) -> Vec<PackageRule> {
    let entries = entries.entries();
    entries
        .filter_map(|(entry, span)| entry.rule(document, span, names))
        .collect()
}

impl PackagesOf {
    fn rule(
        &self,
        document: &Document<'_>,
        span: &Range<usize>,
        names: &Names<'_>,
    ) -> Option<PackageRule> {
        let application_ids = self.application_ids.texts();
        let signing = self.signing.texts();
        if self.application_ids.is_none() && self.signing.is_none() {
            document.problem(
                span.clone(),
                "this entry of [[packages]] asks for nothing",
                "add application_ids = [\"com.example.wallet\"] or signing = [\"sha256:…\"]",
            );
            return None;
        }
        let application_ids = application_ids.unwrap_or_default().into_iter();
        let signing = signing.unwrap_or_default().into_iter();
        Some(PackageRule {
            apps: scope(document, "app", &self.apps, &names.apps),
            environments: scope(
                document,
                "environment",
                &self.environments,
                &names.environments,
            ),
            application_ids: application_ids
                .filter_map(|text| application_id(document, text))
                .collect(),
            signing: signing
                .filter_map(|text| certificate(document, &text))
                .collect(),
        })
    }
}

fn application_id(document: &Document<'_>, text: Text) -> Option<String> {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if text.value.contains('.') && text.value.split('.').all(is_word) {
        return Some(text.value);
    }
    document.problem(
        text.span,
        format!("\"{}\" is no application id", text.value),
        "write it as the manifest does, such as \"com.example.wallet\"",
    );
    None
}

/// A certificate's SHA-256, as apksigner, keytool and `AppVerifier` write it.
fn certificate(document: &Document<'_>, text: &Text) -> Option<Digest> {
    let digits = text.value.strip_prefix("sha256:").unwrap_or(&text.value);
    let digits = digits.replace(':', "").to_ascii_lowercase();
    let digest = digits.parse().ok();
    if digest.is_none() {
        document.problem(
            text.span.clone(),
            "not the SHA-256 of a certificate",
            "write its 64 hexadecimal digits, as `towpath inspect` and `apksigner verify --print-certs` print them",
        );
    }
    digest
}

#[cfg(test)]
mod tests {
    use domain::access::Scope;

    use super::super::Config;

    const APP: &str = "
[[apps]]
id = \"wallet\"
name = \"Wallet\"

[[environments]]
id = \"dev\"
name = \"Development\"
colour = \"#2e7d32\"

[[packages]]
";

    fn parse(entry: &str) -> Result<Config, String> {
        let text = format!("{APP}{entry}\n");
        Config::parse(&text, "towpath.toml").map_err(|problems| problems.to_string())
    }

    #[test]
    fn certificates_are_taken_as_tools_print_them() {
        let hex = "1bd0be1507bc26b8766b9eed1715c0174331dd91adb59a131487f9a754a6fa9a";
        let pairs: Vec<String> = hex
            .as_bytes()
            .chunks(2)
            .map(|pair| String::from_utf8_lossy(pair).to_uppercase())
            .collect();
        let colons = pairs.join(":");
        for text in [
            hex.to_owned(),
            format!("sha256:{hex}"),
            hex.to_uppercase(),
            colons,
        ] {
            let config = parse(&format!("apps = [\"wallet\"]\nsigning = [\"{text}\"]")).unwrap();
            let [rule] = config.packages.try_into().unwrap();
            assert_eq!(rule.signing, [hex.parse().unwrap()], "{text}");
            assert_eq!(rule.environments, Scope::All);
        }
    }

    #[test]
    fn what_makes_no_sense_is_told_with_what_to_write() {
        for (entry, said) in [
            ("apps = [\"wallet\"]", "asks for nothing"),
            (
                "signing = [\"sha256:12\"]",
                "not the SHA-256 of a certificate",
            ),
            (
                "application_ids = [\"wallet\"]",
                "\"wallet\" is no application id",
            ),
            (
                "apps = [\"walet\"]\napplication_ids = [\"a.b\"]",
                "did you mean \"wallet\"?",
            ),
            (
                "environments = [\"prod\"]\napplication_ids = [\"a.b\"]",
                "unknown environment \"prod\"",
            ),
        ] {
            let told = parse(entry).unwrap_err();
            assert!(told.contains(said), "{entry}: {told}");
        }
    }
}
