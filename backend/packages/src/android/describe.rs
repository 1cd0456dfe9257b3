//! The facts that a manifest gives, with its references into the resource table followed.

use domain::package::{Package, Unread};

use super::{
    Problem,
    manifest::Manifest,
    printable,
    resource::{self, Table},
    short, unread,
    value::Value,
};

/// A codename with a fingerprint has some fifty bytes.
const LONGEST_CODENAME: usize = 100;

/// Kinds of parts are processors, densities, languages and the like.
const MOST_SPLITS: usize = 16;

pub(super) fn describe(
    manifest: &Manifest,
    table: Option<&dyn Table>,
    missing: &mut Vec<Unread>,
) -> Package {
    let mut resolver = Resolver { table, missing };
    let code = resolver.number("version code", manifest.version_code.as_ref());
    let major = resolver.number("version code", manifest.version_code_major.as_ref());
    let (min_sdk, min_sdk_codename) = resolver.level("lowest API level", manifest.min_sdk.as_ref());
    let (target_sdk, target_sdk_codename) =
        resolver.level("target API level", manifest.target_sdk.as_ref());
    Package {
        name: manifest.package.as_deref().map(printable),
        version_name: resolver.text("version name", manifest.version_name.as_ref()),
        version_code: code.map(|code| u64::from(major.unwrap_or(0)) << 32 | u64::from(code)),
        label: resolver.text("label", manifest.label.as_ref()),
        min_sdk,
        min_sdk_codename,
        target_sdk,
        target_sdk_codename,
        permissions: manifest.permissions.iter().cloned().collect(),
        service_permissions: manifest.service_permissions.iter().cloned().collect(),
        debuggable: resolver.flag("debuggable", manifest.debuggable.as_ref()),
        test_only: resolver.flag("test-only", manifest.test_only.as_ref()),
        instruments: manifest.instruments.as_deref().map(short),
        split: manifest.split.as_deref().map(short),
        required_splits: required_splits(manifest),
        ..Package::default()
    }
}

/// The kinds of parts that the package does not install without, if there are any.
fn required_splits(manifest: &Manifest) -> Option<Vec<String>> {
    let types = manifest.required_split_types.as_deref().unwrap_or_default();
    let types = types
        .split(',')
        .map(str::trim)
        .filter(|kind| !kind.is_empty());
    let types: Vec<String> = types.take(MOST_SPLITS).map(short).collect();
    (manifest.is_split_required || !types.is_empty()).then_some(types)
}

/// Follows values into the resource table and notes those that lead nowhere.
struct Resolver<'a> {
    table: Option<&'a dyn Table>,
    missing: &'a mut Vec<Unread>,
}

impl Resolver<'_> {
    fn value(&mut self, what: &str, value: Option<&Value>) -> Option<Value> {
        let value = value?.clone();
        let resolved = match (self.table, value) {
            (Some(table), value) => resource::resolve(table, value),
            (None, Value::Reference(_)) => Err(Problem::Odd(
                "it refers to resources, which could not be read",
            )),
            (None, value) => Ok(value),
        };
        resolved
            .map_err(|problem| self.missing.push(unread(what, &problem)))
            .ok()
    }

    fn text(&mut self, what: &str, value: Option<&Value>) -> Option<String> {
        Some(match self.value(what, value)? {
            Value::Text(text) => printable(&text),
            Value::Number(number) | Value::Reference(number) => number.to_string(),
        })
    }

    fn number(&mut self, what: &str, value: Option<&Value>) -> Option<u32> {
        match self.value(what, value)? {
            Value::Number(number) | Value::Reference(number) => Some(number),
            Value::Text(text) => self.parse(what, &text),
        }
    }

    /// A boolean, which may be written as a word.
    fn flag(&mut self, what: &str, value: Option<&Value>) -> bool {
        let number = match self.value(what, value) {
            None => None,
            Some(Value::Number(number) | Value::Reference(number)) => Some(number),
            Some(Value::Text(text)) if text.eq_ignore_ascii_case("true") => Some(1),
            Some(Value::Text(text)) if text.eq_ignore_ascii_case("false") => Some(0),
            Some(Value::Text(text)) => self.parse(what, &text),
        };
        number.is_some_and(|number| number != 0)
    }

    fn parse(&mut self, what: &str, text: &str) -> Option<u32> {
        let number = text.parse().ok();
        if number.is_none() {
            self.missing
                .push(unread(what, &Problem::Odd("it is no number")));
        }
        number
    }

    /// An API level, or the codename of a version under development.
    fn level(&mut self, what: &str, value: Option<&Value>) -> (Option<u32>, Option<String>) {
        match self.value(what, value) {
            None => (None, None),
            Some(Value::Number(number) | Value::Reference(number)) => (Some(number), None),
            Some(Value::Text(text)) if is_codename(&text) => (None, Some(text)),
            Some(Value::Text(text)) => (self.parse(what, &text), None),
        }
    }
}

/// Codenames are words, like `Tiramisu`; some carry a fingerprint after a point.
fn is_codename(text: &str) -> bool {
    text.len() <= LONGEST_CODENAME
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
