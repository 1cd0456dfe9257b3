//! `towpath inspect`: what packages say of themselves, and what Android will do with them. Needs no portal.

mod files;
mod remote;
mod report;

use clap::{Args, ValueEnum};
use domain::{
    install::{Earlier, Forecast, Installation, Severity},
    package::Package,
};
use packages::{
    apk::{self, Inspection},
    bundle,
};
use serde::Serialize;
use serde_json::json;

use crate::{failure::Failure, output::Output};

use files::{Found, Source};

#[derive(Args)]
pub(crate) struct InspectOptions {
    /// Packages, folders that hold packages, or addresses of packages, which are read by ranges
    #[arg(required = true, value_name = "FILE|FOLDER|URL")]
    what: Vec<String>,
    /// Exit with 5 where anything as bad as this is found, or worse
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// A package that phones have: tells what stands against an update of it, too
    #[arg(long, value_name = "FILE|URL")]
    before: Option<String>,
}

/// A severity, as it is typed.
#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    /// Android refuses it
    Refuses,
    /// Some phones refuse it
    MayRefuse,
    /// Something goes wrong after it was installed, or may
    Warns,
    /// Anything at all
    Note,
}

/// What was read of one file.
#[derive(Serialize)]
struct Inspected {
    file: String,
    size: u64,
    /// Why no device installs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_installable: Option<String>,
    package: Package,
    forecast: Vec<Forecast>,
}

pub(crate) async fn inspect(options: &InspectOptions, output: &Output) -> Result<(), Failure> {
    let before = match &options.before {
        Some(name) => Some((name, read_before(name).await?)),
        None => None,
    };
    let earlier: Vec<Earlier<'_>> = before
        .iter()
        .map(|(name, inspection)| Earlier {
            name: (*name).clone(),
            package: &inspection.package,
        })
        .collect();
    let mut inspected = Vec::new();
    for found in files::all(&options.what).await? {
        inspected.push(judge(&found, read(&found).await.package, &earlier));
    }
    if output.json {
        output.value(&json!({ "files": inspected }))?;
    } else {
        for each in &inspected {
            report::print(each, output);
        }
    }
    verdict(&inspected, options.fail_on)
}

/// A package that phones have. What cannot be compared with would seem to be in no way of an update.
async fn read_before(name: &str) -> Result<Inspection, Failure> {
    let found = files::single(name).await?;
    if found.is_bundle {
        let text = format!("--before {name} is a bundle: name the APK that phones have");
        return Err(Failure::Refused(text));
    }
    let before = read(&found).await;
    if let Some(why) = before.package.not_installable() {
        return Err(Failure::Refused(format!("--before {name} {why}")));
    }
    let package = &before.package;
    let signing = &package.signing;
    let is_unread = signing
        .changes(package.lowest_level())
        .any(|level| signing.signers(level).is_none());
    if is_unread {
        let text = format!("--before {name}: its certificates cannot be read");
        return Err(Failure::Refused(text));
    }
    Ok(before)
}

async fn read(found: &Found) -> Inspection {
    match (&found.source, found.is_bundle) {
        (Source::Local(file), false) => apk::inspect(file).await,
        (Source::Local(file), true) => bundle::inspect(file).await,
        (Source::Remote(file), false) => apk::inspect(&**file).await,
        (Source::Remote(file), true) => bundle::inspect(&**file).await,
    }
}

fn judge(found: &Found, package: Package, earlier: &[Earlier<'_>]) -> Inspected {
    let installation = Installation {
        earlier: earlier.to_vec(),
        ..Installation::of(&package)
    };
    // What phones do with a bundle is decided by what Google Play makes of it.
    let forecast = if found.is_bundle {
        Vec::new()
    } else {
        installation.forecast()
    };
    let bundle = found.is_bundle && package.name.is_some();
    Inspected {
        file: found.name.clone(),
        size: found.size(),
        not_installable: if bundle {
            Some("is a bundle: install the APK of the same build".to_owned())
        } else {
            package.not_installable().map(|why| why.to_string())
        },
        package,
        forecast,
    }
}

/// A file that is no package at all fails, whatever is asked for.
fn verdict(inspected: &[Inspected], fail_on: Option<FailOn>) -> Result<(), Failure> {
    let mut reasons = Vec::new();
    for each in inspected {
        if each.package.name.is_none() {
            let why = each.not_installable.as_deref().unwrap_or("cannot be read");
            reasons.push(format!("{} {why}", each.file));
        } else if let Some(worst) = each.forecast.first()
            && fail_on.is_some_and(|limit| worst.severity <= limit.severity())
        {
            reasons.push(format!("{}: {}", each.file, worst.what));
        }
    }
    if reasons.is_empty() {
        Ok(())
    } else {
        Err(Failure::Refused(reasons.join("\n")))
    }
}

impl FailOn {
    fn severity(self) -> Severity {
        match self {
            Self::Refuses => Severity::Refuses,
            Self::MayRefuse => Severity::MayRefuse,
            Self::Warns => Severity::Warns,
            Self::Note => Severity::Note,
        }
    }
}
