//! Small application packages that a device would install, as far as anyone reads them: with a manifest, and with a
//! signature block that names a certificate.

use crate::zip::{noise, stored, zip_around};

/// What its manifest calls the application.
pub const APPLICATION: &str = "dev.example.wallet";

/// The certificate that names its signer, unless another is asked for.
pub const CERTIFICATE: &[u8] = b"a certificate";

/// A package around this content. It names no version.
pub fn apk(content: &[u8]) -> Vec<u8> {
    signed_by(CERTIFICATE, content)
}

/// The same, signed with another certificate.
pub fn signed_by(certificate: &[u8], content: &[u8]) -> Vec<u8> {
    package("assets/content", content, &signing_block(certificate))
}

/// A package for one kind of processor.
pub fn apk_for(abi: &str, content: &[u8]) -> Vec<u8> {
    let library = format!("lib/{abi}/libcontent.so");
    package(&library, content, &signing_block(CERTIFICATE))
}

/// A package that nobody has signed.
pub fn unsigned_apk(content: &[u8]) -> Vec<u8> {
    package("assets/content", content, &[])
}

fn package(name: &str, content: &[u8], block: &[u8]) -> Vec<u8> {
    let files = [
        stored(name, content),
        stored("AndroidManifest.xml", &manifest()),
    ];
    zip_around(&files, block)
}

/// A package of so many bytes, which differ for every size.
pub fn apk_of_size(size: usize) -> Vec<u8> {
    let least = apk(&[]).len();
    let content = size.checked_sub(least);
    let content = content.unwrap_or_else(|| panic!("a package takes {least} bytes at least"));
    apk(&noise(size as u64, content))
}

/// `<manifest package="dev.example.wallet"/>`, in Android's binary form.
/// Source: `ResourceTypes.h` of the Android Open Source Project.
fn manifest() -> Vec<u8> {
    const NONE: u32 = u32::MAX;
    let pool = pool(&["manifest", "package", APPLICATION]);
    let attribute = words(&[NONE, 1, 2, 0x0300_0008, 2]);
    let element = [words(&[1, NONE, NONE, 0, 0x0014_0014, 1, 0]), attribute];
    let start = chunk(0x0010_0102, &element.concat());
    let end = chunk(0x0010_0103, &words(&[1, NONE, NONE, 0]));
    chunk(0x0008_0003, &[pool, start, end].concat())
}

fn pool(texts: &[&str]) -> Vec<u8> {
    let (mut offsets, mut data) = (Vec::new(), Vec::new());
    for text in texts {
        offsets.push(number(data.len()));
        let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
        data.extend((u16::try_from(units.len() - 1).unwrap()).to_le_bytes());
        data.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    }
    data.resize(data.len().next_multiple_of(4), 0);
    let count = number(texts.len());
    let header = words(&[count, 0, 0, 28 + 4 * count, 0]);
    chunk(0x001c_0001, &[header, words(&offsets), data].concat())
}

fn chunk(kind: u32, body: &[u8]) -> Vec<u8> {
    [words(&[kind, number(8 + body.len())]), body.to_vec()].concat()
}

/// APK Signature Scheme v2, with a signer who names this certificate and signs nothing.
/// Source: "APK Signature Scheme v2" in the documentation of the Android Open Source Project.
fn signing_block(certificate: &[u8]) -> Vec<u8> {
    let signed = [
        prefixed(&[]),
        prefixed(&prefixed(certificate)),
        prefixed(&[]),
    ];
    let one = [prefixed(&signed.concat()), prefixed(&[]), prefixed(&[])];
    let value = prefixed(&prefixed(&one.concat()));
    let pair = [words(&[0x7109_871a]), value].concat();
    let length = (pair.len() as u64).to_le_bytes();
    let size = (pair.len() as u64 + 8 + 24).to_le_bytes();
    [&size[..], &length, &pair, &size, b"APK Sig Block 42"].concat()
}

fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [words(&[number(bytes.len())]), bytes.to_vec()].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap()
}
