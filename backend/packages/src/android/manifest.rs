//! What a manifest says, before references into the resource table are followed.

use std::collections::BTreeSet;

use domain::text::is_shown;

use super::{
    Format, Problem,
    value::Value,
    xml::{Element, Visitor},
};

/// More permissions than this are not kept: a record of a build has its limits, and Android itself has some 300.
const MOST_PERMISSIONS: usize = 500;

/// Android has some thirty permissions to bind services.
const MOST_SERVICE_PERMISSIONS: usize = 50;

/// The longest name of a permission that is kept, in bytes.
const LONGEST_PERMISSION: usize = 200;

/// Resource numbers of the framework's attributes (`android.R.attr`), which never change.
mod attribute {
    pub(super) const LABEL: u32 = 0x0101_0001;
    pub(super) const ICON: u32 = 0x0101_0002;
    pub(super) const NAME: u32 = 0x0101_0003;
    pub(super) const PERMISSION: u32 = 0x0101_0006;
    pub(super) const DEBUGGABLE: u32 = 0x0101_000f;
    pub(super) const TARGET_PACKAGE: u32 = 0x0101_0021;
    pub(super) const MIN_SDK: u32 = 0x0101_020c;
    pub(super) const VERSION_CODE: u32 = 0x0101_021b;
    pub(super) const VERSION_NAME: u32 = 0x0101_021c;
    pub(super) const TARGET_SDK: u32 = 0x0101_0270;
    pub(super) const TEST_ONLY: u32 = 0x0101_0272;
    pub(super) const EXTRACT_NATIVE_LIBS: u32 = 0x0101_04ea;
    pub(super) const VERSION_CODE_MAJOR: u32 = 0x0101_0576;
    pub(super) const IS_SPLIT_REQUIRED: u32 = 0x0101_0591;
    pub(super) const REQUIRED_SPLIT_TYPES: u32 = 0x0101_064e;
}

/// The manifest's values as written.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) package: Option<String>,
    pub(super) version_code: Option<Value>,
    pub(super) version_code_major: Option<Value>,
    pub(super) version_name: Option<Value>,
    pub(super) min_sdk: Option<Value>,
    pub(super) target_sdk: Option<Value>,
    pub(super) permissions: BTreeSet<String>,
    /// What services ask of whoever binds them.
    pub(super) service_permissions: BTreeSet<String>,
    /// Whether permissions were left out.
    pub(super) more_permissions: bool,
    pub(super) debuggable: Option<Value>,
    pub(super) test_only: Option<Value>,
    extract_native_libs: Option<Value>,
    /// What the first `<instrumentation>` tests.
    pub(super) instruments: Option<String>,
    pub(super) split: Option<String>,
    pub(super) is_split_required: bool,
    pub(super) required_split_types: Option<String>,
    pub(super) label: Option<Value>,
    pub(super) icon: Option<Value>,
    launcher: Activity,
}

/// An activity, until it is known whether the launcher shows it.
#[derive(Debug, Default)]
struct Activity {
    label: Option<Value>,
    icon: Option<Value>,
}

/// Reads the manifest. After an error, what was read before it stands.
pub(super) fn read(bytes: &[u8], format: &Format) -> (Manifest, Option<Problem>) {
    let mut reader = Reader::default();
    let problem = (format.walk)(bytes, &mut reader).err();
    let mut manifest = reader.manifest;
    manifest.label = manifest.label.or(manifest.launcher.label.take());
    manifest.icon = manifest.icon.or(manifest.launcher.icon.take());
    (manifest, problem)
}

#[derive(Default)]
struct Reader {
    manifest: Manifest,
    /// Names of the open elements.
    open: Vec<String>,
    activity: Option<Activity>,
}

impl Visitor for Reader {
    fn start(&mut self, depth: usize, element: &dyn Element) {
        self.open.truncate(depth - 1);
        self.open.push(element.name().to_owned());
        let path: Vec<&str> = self.open.iter().map(String::as_str).collect();
        match path[..] {
            ["manifest"] => self.manifest.identify(element),
            ["manifest", "uses-sdk"] => self.manifest.uses_sdk(element),
            ["manifest", "uses-permission" | "uses-permission-sdk-23"] => {
                self.manifest.uses_permission(element);
            }
            ["manifest", "instrumentation"] => self.manifest.instrumentation(element),
            ["manifest", "application"] => self.manifest.application(element),
            ["manifest", "application", "activity" | "activity-alias"] => {
                self.activity = Some(Activity {
                    label: element.by_id(attribute::LABEL),
                    icon: element.by_id(attribute::ICON),
                });
            }
            ["manifest", "application", "service"] => self.manifest.service(element),
            ["manifest", "application", _, "intent-filter", "category"] => self.category(element),
            _ => {}
        }
    }

    fn end(&mut self, depth: usize) {
        self.open.truncate(depth.saturating_sub(1));
        if depth == 3 {
            self.activity = None;
        }
    }
}

impl Reader {
    fn category(&mut self, element: &dyn Element) {
        let launcher = Value::Text("android.intent.category.LAUNCHER".to_owned());
        if element.by_id(attribute::NAME) != Some(launcher) {
            return;
        }
        if let Some(activity) = self.activity.take() {
            let known = &mut self.manifest.launcher;
            known.label = known.label.take().or(activity.label);
            known.icon = known.icon.take().or(activity.icon);
        }
    }
}

impl Manifest {
    /// Whether any value stands in the resource table.
    pub(super) fn refers(&self) -> bool {
        [
            &self.version_code,
            &self.version_code_major,
            &self.version_name,
            &self.min_sdk,
            &self.target_sdk,
            &self.debuggable,
            &self.test_only,
            &self.label,
            &self.icon,
        ]
        .into_iter()
        .any(|value| matches!(value, Some(Value::Reference(_))))
    }

    /// Whether Android maps libraries from the package, in place of unpacking them.
    pub(super) fn maps_libraries(&self) -> bool {
        self.extract_native_libs == Some(Value::Number(0))
    }

    fn identify(&mut self, element: &dyn Element) {
        self.package = element.by_name("package");
        self.version_code = element.by_id(attribute::VERSION_CODE);
        self.version_code_major = element.by_id(attribute::VERSION_CODE_MAJOR);
        self.version_name = element.by_id(attribute::VERSION_NAME);
        self.split = element.by_name("split").filter(|name| !name.is_empty());
        let required = element.by_id(attribute::IS_SPLIT_REQUIRED);
        self.is_split_required = matches!(required, Some(Value::Number(1..)));
        let types = element.by_id(attribute::REQUIRED_SPLIT_TYPES);
        self.required_split_types = types.and_then(Value::into_text);
    }

    fn instrumentation(&mut self, element: &dyn Element) {
        if self.instruments.is_none() {
            let target = element.by_id(attribute::TARGET_PACKAGE);
            self.instruments = Some(target.and_then(Value::into_text).unwrap_or_default());
        }
    }

    fn uses_sdk(&mut self, element: &dyn Element) {
        self.min_sdk = element.by_id(attribute::MIN_SDK);
        self.target_sdk = element.by_id(attribute::TARGET_SDK);
    }

    fn uses_permission(&mut self, element: &dyn Element) {
        let Some(Value::Text(name)) = element.by_id(attribute::NAME) else {
            return;
        };
        let plain = name.len() <= LONGEST_PERMISSION && name.chars().all(is_shown);
        if plain && self.permissions.len() < MOST_PERMISSIONS {
            self.permissions.insert(name);
        } else if !self.permissions.contains(&name) {
            self.more_permissions = true;
        }
    }

    fn service(&mut self, element: &dyn Element) {
        let Some(Value::Text(name)) = element.by_id(attribute::PERMISSION) else {
            return;
        };
        let bind = name.strip_prefix("android.permission.BIND_");
        let plain = bind.is_some_and(|rest| {
            rest.bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        });
        if plain
            && name.len() <= LONGEST_PERMISSION
            && self.service_permissions.len() < MOST_SERVICE_PERMISSIONS
        {
            self.service_permissions.insert(name);
        }
    }

    fn application(&mut self, element: &dyn Element) {
        self.label = element.by_id(attribute::LABEL);
        self.icon = element.by_id(attribute::ICON);
        self.debuggable = element.by_id(attribute::DEBUGGABLE);
        self.extract_native_libs = element.by_id(attribute::EXTRACT_NATIVE_LIBS);
        self.test_only = element.by_id(attribute::TEST_ONLY);
    }
}
