//! The APK signing block, which lies between a package's files and its directory
//! (source.android.com, "APK Signature Scheme v2" and "v3").

use bytes::Bytes;
use domain::digest::Digest;

use super::super::Problem;
use crate::{
    archive::Archive,
    bytes_view::{Truncated, View},
    source::ReadAt,
};

pub(super) const V2: u32 = 0x7109_871a;
pub(super) const V3: u32 = 0xf053_68c0;
pub(super) const V31: u32 = 0x1b93_ad61;

const LINEAGE: u32 = 0x3ba0_6f8c;
const MAGIC: &[u8; 16] = b"APK Sig Block 42";
/// The size, once more, and the magic.
const FOOTER: u64 = 24;
/// Real blocks have some kilobytes, seldom some hundred.
const LONGEST: u64 = 4 << 20;
/// Android accepts ten signers.
const MOST_SIGNERS: usize = 10;
const MOST_ANCESTORS: usize = 32;

/// The block's pairs, when there is a block.
pub(super) async fn find<S: ReadAt>(archive: &Archive<S>) -> Result<Option<Bytes>, Problem> {
    let end = archive.directory_offset();
    let Some(footer_at) = end.checked_sub(FOOTER) else {
        return Ok(None);
    };
    let footer = archive
        .source()
        .read(footer_at..end)
        .await
        .map_err(Problem::Read)?;
    let mut view = View::new(&footer);
    let size = view.u64()?;
    if view.rest() != MAGIC {
        return Ok(None);
    }
    if !(FOOTER..=LONGEST).contains(&size) {
        return Err(Problem::Odd("its size is impossible"));
    }
    // The size counts the footer but not its own first copy, which precedes the pairs.
    let start = end.checked_sub(size).ok_or(Truncated)?;
    let first = start.checked_sub(8).ok_or(Truncated)?;
    let block = archive
        .source()
        .read(first..footer_at)
        .await
        .map_err(Problem::Read)?;
    if View::new(&block).u64()? != size {
        return Err(Problem::Odd("its two sizes differ"));
    }
    Ok(Some(block.slice(8..)))
}

/// The block's pairs of number and value. Of several with one number the first counts: Android looks no further.
pub(super) fn pairs(block: &[u8]) -> Result<Vec<(u32, View<'_>)>, Problem> {
    let mut view = View::new(block);
    let mut pairs = Vec::new();
    while !view.is_empty() {
        let length = usize::try_from(view.u64()?).map_err(|_| Truncated)?;
        let mut pair = View::new(view.take(length)?);
        let id = pair.u32()?;
        if [V2, V3, V31].contains(&id) && pairs.iter().all(|(known, _)| *known != id) {
            pairs.push((id, pair));
        }
    }
    Ok(pairs)
}

/// The signers' certificates of a v2 value.
pub(super) fn v2(value: View<'_>) -> Result<Vec<Digest>, Problem> {
    let mut certificates = Vec::new();
    for mut signer in signers(value)? {
        let mut signed = signer.prefixed()?;
        signed.prefixed()?;
        certificates.push(first_certificate(signed.prefixed()?)?);
    }
    Ok(certificates)
}

/// What a v3 or v3.1 value says.
pub(super) struct V3Value {
    pub(super) certificates: Vec<Digest>,
    pub(super) lineage: Vec<Digest>,
    /// The lowest API level that one of its signers is for.
    pub(super) min_sdk: u32,
}

pub(super) fn v3(value: View<'_>) -> Result<V3Value, Problem> {
    let mut read = V3Value {
        certificates: Vec::new(),
        lineage: Vec::new(),
        min_sdk: u32::MAX,
    };
    for mut signer in signers(value)? {
        let mut signed = signer.prefixed()?;
        signed.prefixed()?;
        read.certificates
            .push(first_certificate(signed.prefixed()?)?);
        // The lowest and highest API level of this signer.
        read.min_sdk = read.min_sdk.min(signed.u32()?);
        signed.take(4)?;
        let mut attributes = signed.prefixed()?;
        while !attributes.is_empty() {
            let mut attribute = attributes.prefixed()?;
            if attribute.u32()? == LINEAGE && read.lineage.is_empty() {
                read.lineage = lineage(attribute)?;
            }
        }
    }
    Ok(read)
}

fn signers(mut value: View<'_>) -> Result<Vec<View<'_>>, Problem> {
    let mut sequence = value.prefixed()?;
    let mut signers = Vec::new();
    while !sequence.is_empty() {
        if signers.len() == MOST_SIGNERS {
            return Err(Problem::Odd("it names too many signers"));
        }
        signers.push(sequence.prefixed()?);
    }
    if signers.is_empty() {
        return Err(Problem::Odd("it names no signer"));
    }
    Ok(signers)
}

/// The first certificate is the signer's own.
fn first_certificate(mut certificates: View<'_>) -> Result<Digest, Truncated> {
    Ok(Digest::of(certificates.prefixed()?.rest()))
}

/// The proof of rotation: one node a certificate, oldest first.
fn lineage(mut value: View<'_>) -> Result<Vec<Digest>, Problem> {
    // The version of the form, always 1.
    value.take(4)?;
    let mut ancestors = Vec::new();
    while !value.is_empty() {
        if ancestors.len() == MOST_ANCESTORS {
            return Err(Problem::Odd("its lineage is too long"));
        }
        let mut node = value.prefixed()?;
        let mut signed = node.prefixed()?;
        ancestors.push(Digest::of(signed.prefixed()?.rest()));
    }
    Ok(ancestors)
}
