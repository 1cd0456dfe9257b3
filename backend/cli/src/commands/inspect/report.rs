//! What was read of a file, for people.

use domain::{android, digest::Digest, install::Severity, package::Package, words};

use super::Inspected;
use crate::output::Output;

pub(super) fn print(inspected: &Inspected, output: &Output) {
    output.line(&format!(
        "{} ({})",
        inspected.file,
        words::size(inspected.size)
    ));
    for (what, said) in facts(&inspected.package) {
        output.line(&format!("  {what:<15}{said}"));
    }
    for unread in &inspected.package.unread {
        output.line(&format!(
            "  {:<15}{}: {}",
            "not read", unread.what, unread.why
        ));
    }
    for forecast in &inspected.forecast {
        let severity = word(forecast.severity);
        output.line(&format!(
            "  {severity:<15}{}. {}",
            forecast.what, forecast.remedy
        ));
        output.line(&format!("  {:<15}{}", "", forecast.team));
        output.line(&format!("  {:<15}{}", "", forecast.source));
    }
    match &inspected.not_installable {
        Some(why) => output.line(&format!("  {:<15}no: it {why}", "installs")),
        None if inspected.forecast.is_empty() => {
            output.line(&format!("  {:<15}nothing stands against it", "installs"));
        }
        None => {}
    }
}

fn facts(package: &Package) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut fact = |what, said: Option<String>| facts.extend(said.map(|said| (what, said)));
    fact("application", package.name.clone());
    fact("label", package.label.clone());
    fact("version", version(package));
    let needs = package.min_sdk.map(android::or_newer);
    fact("needs", package.min_sdk_codename.clone().or(needs));
    let made_for = package.target_sdk.map(|level| format!("API {level}"));
    fact("made for", package.target_sdk_codename.clone().or(made_for));
    let abis = (!package.abis.is_empty()).then(|| package.abis.join(", "));
    fact("processors", abis);
    let permissions = package.permissions.len();
    fact(
        "permissions",
        (permissions > 0).then(|| permissions.to_string()),
    );
    for (scheme, certificates) in schemes(package) {
        for certificate in certificates {
            let shown = colons(certificate);
            fact("certificate", Some(format!("{shown} ({scheme})")));
        }
    }
    facts
}

fn version(package: &Package) -> Option<String> {
    let code = package.version_code.map(|code| format!("({code})"));
    let name = package.version_name.clone();
    let parts = [name.filter(|name| !name.is_empty()), code];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A certificate's SHA-256 in the form of `AppVerifier` and keytool.
fn colons(certificate: &Digest) -> String {
    let pairs = certificate.as_bytes().iter();
    let pairs: Vec<String> = pairs.map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// The certificates of each scheme. Schemes that name the same ones stand together.
fn schemes(package: &Package) -> Vec<(String, &[Digest])> {
    let signing = &package.signing;
    let schemes = [
        ("v1", &signing.v1),
        ("v2", &signing.v2),
        ("v3", &signing.v3),
        ("v3.1", &signing.v31),
    ];
    let mut together: Vec<(String, &[Digest])> = Vec::new();
    for (name, certificates) in schemes.into_iter().filter(|(_, named)| !named.is_empty()) {
        match together.iter_mut().find(|(_, same)| same == certificates) {
            Some((names, _)) => {
                names.push_str(", ");
                names.push_str(name);
            }
            None => together.push((name.to_owned(), certificates)),
        }
    }
    together
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Refuses => "refuses",
        Severity::MayRefuse => "may refuse",
        Severity::Warns => "warns",
        Severity::Note => "note",
    }
}
