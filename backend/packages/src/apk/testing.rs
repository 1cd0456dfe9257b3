//! Writers of binary XML, resource tables and signing blocks, for tests.

use crate::archive::testing::{Line, stored, zip, zip_with};

/// Attributes that have a number, in the order of the pool's first texts.
const NUMBERED: [(&str, u32); 16] = [
    ("label", 0x0101_0001),
    ("icon", 0x0101_0002),
    ("name", 0x0101_0003),
    ("permission", 0x0101_0006),
    ("debuggable", 0x0101_000f),
    ("minSdkVersion", 0x0101_020c),
    ("versionCode", 0x0101_021b),
    ("versionName", 0x0101_021c),
    ("targetSdkVersion", 0x0101_0270),
    ("versionCodeMajor", 0x0101_0576),
    ("src", 0x0101_0119),
    ("drawable", 0x0101_0199),
    ("testOnly", 0x0101_0272),
    ("targetPackage", 0x0101_0021),
    ("isSplitRequired", 0x0101_0591),
    ("requiredSplitTypes", 0x0101_064e),
];

#[derive(Clone, Copy)]
pub(super) enum Is<'a> {
    Text(&'a str),
    Number(u32),
    Reference(u32),
}

pub(super) fn chunk(kind: u16, header: &[u8], body: &[u8]) -> Vec<u8> {
    let header_size = u16::try_from(8 + header.len()).unwrap();
    let size = u32::try_from(8 + header.len() + body.len()).unwrap();
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend(header_size.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes.extend(header);
    bytes.extend(body);
    bytes
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A pool in UTF-16, the form that can hold long texts.
fn pool(texts: &[String]) -> Vec<u8> {
    let mut offsets = Vec::new();
    let mut data = Vec::new();
    for text in texts {
        offsets.push(u32::try_from(data.len()).unwrap());
        let units: Vec<u16> = text.encode_utf16().collect();
        data.extend(u16::try_from(units.len()).unwrap().to_le_bytes());
        data.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        data.extend([0; 2]);
    }
    let count = u32::try_from(texts.len()).unwrap();
    let header = words(&[count, 0, 0, 28 + 4 * count, 0]);
    chunk(1, &header, &[words(&offsets), data].concat())
}

/// A document being written.
pub(super) struct Xml {
    texts: Vec<String>,
    body: Vec<u8>,
    open: Vec<u32>,
}

impl Xml {
    pub(super) fn new() -> Self {
        Self {
            texts: NUMBERED
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect(),
            body: Vec::new(),
            open: Vec::new(),
        }
    }

    fn text(&mut self, text: &str) -> u32 {
        let place = self
            .texts
            .iter()
            .position(|known| known == text)
            .unwrap_or_else(|| {
                self.texts.push(text.to_owned());
                self.texts.len() - 1
            });
        u32::try_from(place).unwrap()
    }

    pub(super) fn start(&mut self, name: &str, attributes: &[(&str, Is<'_>)]) -> &mut Self {
        let name = self.text(name);
        let mut node = words(&[u32::MAX, name]);
        let count = u16::try_from(attributes.len()).unwrap();
        node.extend(
            [20_u16, 20, count, 0, 0, 0]
                .iter()
                .flat_map(|word| word.to_le_bytes()),
        );
        for (attribute, value) in attributes {
            let attribute = self.text(attribute);
            let (kind, data) = match value {
                Is::Text(text) => (0x03, self.text(text)),
                Is::Number(number) => (0x10, *number),
                Is::Reference(id) => (0x01, *id),
            };
            node.extend(words(&[
                u32::MAX,
                attribute,
                u32::MAX,
                kind << 24 | 8,
                data,
            ]));
        }
        self.body.extend(chunk(0x0102, &[0; 8], &node));
        self.open.push(name);
        self
    }

    pub(super) fn end(&mut self) -> &mut Self {
        let name = self.open.pop().unwrap();
        self.body
            .extend(chunk(0x0103, &[0; 8], &words(&[u32::MAX, name])));
        self
    }

    pub(super) fn leaf(&mut self, name: &str, attributes: &[(&str, Is<'_>)]) -> &mut Self {
        self.start(name, attributes).end()
    }

    pub(super) fn finish(&mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.end();
        }
        let ids: Vec<u32> = NUMBERED.iter().map(|(_, id)| *id).collect();
        let body = [
            pool(&self.texts),
            chunk(0x0180, &[], &words(&ids)),
            self.body.clone(),
        ];
        chunk(3, &[], &body.concat())
    }
}

/// A manifest whose application has these attributes.
pub(super) fn manifest(application: &[(&str, Is<'_>)]) -> Vec<u8> {
    Xml::new()
        .start(
            "manifest",
            &[
                ("package", Is::Text("dev.example.wallet")),
                ("versionCode", Is::Number(7)),
                ("versionName", Is::Text("1.0.0")),
            ],
        )
        .leaf("application", application)
        .finish()
}

/// How a block of entries keeps its offsets.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Wide,
    Narrow,
    /// With a line for each entry that is there, the first of which has this number.
    Sparse(u16),
    Compact,
}

/// Entries of one type for one configuration. The resource `0x7fTTNNNN` is the entry NNNN of type TT.
pub(super) struct Entries<'a> {
    pub(super) kind: u8,
    pub(super) locale: [u8; 4],
    pub(super) density: u16,
    pub(super) form: Form,
    pub(super) values: &'a [Is<'a>],
}

impl<'a> Entries<'a> {
    pub(super) fn of(kind: u8, values: &'a [Is<'a>]) -> Self {
        Self {
            kind,
            locale: [0; 4],
            density: 0,
            form: Form::Wide,
            values,
        }
    }
}

pub(super) fn table(blocks: &[Entries<'_>]) -> Vec<u8> {
    let mut texts: Vec<String> = Vec::new();
    let mut body = Vec::new();
    for block in blocks {
        body.extend(entries(block, &mut texts));
    }
    let mut header = words(&[0x7f]);
    header.extend([0; 272]);
    let package = chunk(0x0200, &header, &body);
    chunk(2, &words(&[1]), &[pool(&texts), package].concat())
}

fn entries(block: &Entries<'_>, texts: &mut Vec<String>) -> Vec<u8> {
    let mut offsets = Vec::new();
    let mut data = Vec::new();
    for (index, value) in block.values.iter().enumerate() {
        let offset = u32::try_from(data.len()).unwrap();
        let short = u16::try_from(offset / 4).unwrap().to_le_bytes();
        match block.form {
            Form::Wide | Form::Compact => offsets.extend(offset.to_le_bytes()),
            Form::Narrow => offsets.extend(short),
            Form::Sparse(first) => {
                offsets.extend((first + u16::try_from(index).unwrap()).to_le_bytes());
                offsets.extend(short);
            }
        }
        let (kind, value) = match value {
            Is::Text(text) => {
                texts.push((*text).to_owned());
                (0x03, u32::try_from(texts.len() - 1).unwrap())
            }
            Is::Number(number) => (0x10, *number),
            Is::Reference(id) => (0x01, *id),
        };
        if matches!(block.form, Form::Compact) {
            data.extend(words(&[(kind << 8 | 8) << 16, value]));
        } else {
            data.extend(words(&[8, 0, kind << 24 | 8, value]));
        }
    }
    let flags = match block.form {
        Form::Wide | Form::Compact => 0,
        Form::Sparse(_) => 1,
        Form::Narrow => 2,
    };
    let count = u32::try_from(block.values.len()).unwrap();
    let header_size = 8 + 12 + 28;
    let start = header_size + u32::try_from(offsets.len()).unwrap();
    let mut header = vec![block.kind, flags, 0, 0];
    header.extend(words(&[count, start, 28, 0]));
    header.extend(block.locale);
    header.extend([0; 2]);
    header.extend(block.density.to_le_bytes());
    header.extend([0; 12]);
    chunk(0x0201, &header, &[offsets, data].concat())
}

pub(super) fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_le_bytes(), bytes].concat()
}

/// A v3 value of one signer with this certificate and lineage.
pub(super) fn v3_value(certificate: &[u8], lineage: &[&[u8]]) -> Vec<u8> {
    v3_value_from(28, certificate, lineage)
}

/// The same for API levels from `min_sdk` on.
pub(super) fn v3_value_from(min_sdk: u32, certificate: &[u8], lineage: &[&[u8]]) -> Vec<u8> {
    let mut attribute = words(&[0x3ba0_6f8c, 1]);
    for ancestor in lineage {
        let signed = prefixed(&[prefixed(ancestor), words(&[0x0103])].concat());
        attribute.extend(prefixed(
            &[signed, words(&[0, 0x0103]), prefixed(&[])].concat(),
        ));
    }
    let attributes = if lineage.is_empty() {
        Vec::new()
    } else {
        prefixed(&attribute)
    };
    let signed = [
        prefixed(&[]),
        prefixed(&prefixed(certificate)),
        words(&[min_sdk, u32::MAX]),
        prefixed(&attributes),
    ];
    prefixed(&prefixed(&prefixed(&signed.concat())))
}

pub(super) fn signing_block(pairs: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (id, value) in pairs {
        body.extend((value.len() as u64 + 4).to_le_bytes());
        body.extend(id.to_le_bytes());
        body.extend(value);
    }
    let size = (body.len() as u64 + 24).to_le_bytes();
    [&size, body.as_slice(), &size, b"APK Sig Block 42"].concat()
}

pub(super) fn apk(manifest: &[u8], table: &[u8]) -> Vec<u8> {
    zip(&lines(manifest, table))
}

pub(super) fn signed_apk(block: &[u8]) -> Vec<u8> {
    zip_with(&lines(&manifest(&[]), b""), block)
}

pub(super) fn lines(manifest: &[u8], table: &[u8]) -> Vec<Line> {
    vec![
        stored("AndroidManifest.xml", manifest),
        stored("resources.arsc", table),
        stored("res/low.png", b"\x89PNG\r\n\x1a\nlow"),
        stored("res/high.png", b"\x89PNG\r\n\x1a\nhigh"),
        stored("res/photo.webp", b"RIFF\0\0\0\0WEBPphoto"),
        stored("res/fake.png", b"<svg/>"),
    ]
}
