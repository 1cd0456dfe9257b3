//! Writers of the protobuf forms of manifests and resource tables, for tests.

use crate::archive::testing::{Line, deflated, stored, zip};

pub(super) const LABEL: u32 = 0x0101_0001;
pub(super) const ICON: u32 = 0x0101_0002;
pub(super) const NAME: u32 = 0x0101_0003;
pub(super) const DEBUGGABLE: u32 = 0x0101_000f;
pub(super) const MIN_SDK: u32 = 0x0101_020c;
pub(super) const VERSION_CODE: u32 = 0x0101_021b;
pub(super) const VERSION_NAME: u32 = 0x0101_021c;
pub(super) const EXTRACT_NATIVE_LIBS: u32 = 0x0101_04ea;
pub(super) const TEST_ONLY: u32 = 0x0101_0272;
pub(super) const DRAWABLE: u32 = 0x0101_0199;

/// What an attribute or a resource is.
#[derive(Clone, Copy)]
pub(super) enum Is<'a> {
    /// Written, and not compiled to anything.
    Written(&'a str),
    Text(&'a str),
    Styled(&'a str),
    File(&'a str),
    Number(u64),
    Flag(bool),
    Reference(u32),
    /// What a theme says.
    Themed(u32),
    Null,
    Empty,
    Colour(u64),
}

pub(super) fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = u8::try_from(number & 0x7f).unwrap();
        number >>= 7;
        if number == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

pub(super) fn number(field: u64, number: u64) -> Vec<u8> {
    [varint(field << 3), varint(number)].concat()
}

pub(super) fn bytes(field: u64, bytes: &[u8]) -> Vec<u8> {
    let length = varint(bytes.len() as u64);
    [&varint(field << 3 | 2), &length, bytes].concat()
}

/// The item, if the value is compiled to one.
fn item(value: Is<'_>) -> Option<Vec<u8>> {
    Some(match value {
        Is::Written(_) => return None,
        Is::Text(text) => bytes(2, &bytes(1, text.as_bytes())),
        Is::Styled(text) => bytes(4, &bytes(1, text.as_bytes())),
        Is::File(path) => bytes(5, &[bytes(1, path.as_bytes()), number(2, 1)].concat()),
        Is::Number(value) => bytes(7, &number(6, value)),
        Is::Flag(value) => bytes(7, &number(8, value.into())),
        Is::Reference(id) => bytes(
            1,
            &[number(2, id.into()), bytes(3, b"string/name")].concat(),
        ),
        Is::Themed(id) => bytes(1, &[number(1, 1), number(2, id.into())].concat()),
        Is::Null => bytes(1, b""),
        Is::Empty => bytes(7, &bytes(2, b"")),
        Is::Colour(value) => bytes(7, &number(9, value)),
    })
}

/// An attribute; those with a number are Android's.
pub(super) fn attribute(name: &str, id: u32, value: Is<'_>) -> Vec<u8> {
    let mut attribute = Vec::new();
    if id != 0 {
        let namespace = b"http://schemas.android.com/apk/res/android";
        attribute.extend(bytes(1, namespace));
        attribute.extend(number(5, id.into()));
    }
    let text = match value {
        Is::Written(text) => text,
        _ => "as written",
    };
    attribute.extend(bytes(2, name.as_bytes()));
    attribute.extend(bytes(3, text.as_bytes()));
    attribute.extend(item(value).map_or_else(Vec::new, |item| bytes(6, &item)));
    bytes(4, &attribute)
}

/// A node that is an element, with these attributes of Android's and these children.
pub(super) fn element(name: &str, attributes: &[(u32, Is<'_>)], children: &[Vec<u8>]) -> Vec<u8> {
    let attributes: Vec<u8> = attributes
        .iter()
        .flat_map(|(id, value)| attribute("android", *id, *value))
        .collect();
    node(name, &attributes, children)
}

/// The same with attributes that are written already.
pub(super) fn node(name: &str, attributes: &[u8], children: &[Vec<u8>]) -> Vec<u8> {
    let mut element = bytes(3, name.as_bytes());
    element.extend(attributes);
    for child in children {
        element.extend(bytes(5, &bytes(2, b"\n")));
        element.extend(bytes(5, child));
    }
    bytes(1, &element)
}

/// The outermost element of a manifest.
pub(super) fn manifest(attributes: &[(u32, Is<'_>)], children: &[Vec<u8>]) -> Vec<u8> {
    let mut all = attribute("package", 0, Is::Written("dev.example.wallet"));
    for (id, value) in attributes {
        all.extend(attribute("android", *id, *value));
    }
    node("manifest", &all, children)
}

/// A manifest whose application has these attributes.
pub(super) fn application(attributes: &[(u32, Is<'_>)]) -> Vec<u8> {
    let code = [(VERSION_CODE, Is::Number(7))];
    manifest(&code, &[element("application", attributes, &[])])
}

/// A value of a resource: for a locale and a density.
#[derive(Clone, Copy)]
pub(super) struct For<'a>(pub(super) &'a str, pub(super) u64, pub(super) Is<'a>);

/// The resources of a package and type, by their numbers within it.
pub(super) fn table(package: u64, kind: u64, entries: &[(u64, &[For<'_>])]) -> Vec<u8> {
    let id = |number_| bytes(1, &number(1, number_));
    let entries = entries.iter().flat_map(|(number_, values)| {
        let mut entry = [id(*number_), bytes(2, b"name")].concat();
        for For(locale, density, value) in *values {
            let config = [bytes(3, locale.as_bytes()), number(18, *density)].concat();
            let value = bytes(4, &item(*value).unwrap_or_default());
            entry.extend(bytes(6, &[bytes(1, &config), bytes(2, &value)].concat()));
        }
        bytes(3, &entry)
    });
    let kind = [id(kind), entries.collect()].concat();
    bytes(2, &[id(package), bytes(3, &kind)].concat())
}

pub(super) fn lines(manifest: &[u8], table: &[u8]) -> Vec<Line> {
    vec![
        deflated("base/manifest/AndroidManifest.xml", manifest),
        deflated("base/resources.pb", table),
        stored("base/res/low.png", b"\x89PNG\r\n\x1a\nlow"),
        stored("base/res/high.png", b"\x89PNG\r\n\x1a\nhigh"),
        stored("res/high.png", b"\x89PNG\r\n\x1a\nelsewhere"),
    ]
}

pub(super) fn bundle(manifest: &[u8], table: &[u8]) -> Vec<u8> {
    zip(&lines(manifest, table))
}
