//! What Android's binary XML and resource tables share: chunks, string pools and typed values
//! (AOSP `ResourceTypes.h`).

use super::Problem;
use crate::bytes_view::{Truncated, View};

pub(super) const STRING_POOL: u16 = 0x0001;

/// The most characters of a text that are kept: enough for any label, permission or path, and a cap on what a small file
/// that names one long text many times can cost.
const LONGEST_TEXT: usize = 512;

const NONE: u32 = u32::MAX;

/// A typed block of bytes: header and body.
#[derive(Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub(super) kind: u16,
    pub(super) header_size: usize,
    pub(super) bytes: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Takes the next chunk, which holds at least its own header: so a walk over chunks always ends.
    pub(super) fn next(view: &mut View<'a>) -> Result<Self, Problem> {
        let mut header = *view;
        let kind = header.u16()?;
        let header_size = usize::from(header.u16()?);
        let size = usize::try_from(header.u32()?).map_err(|_| Truncated)?;
        if header_size < 8 || size < header_size {
            return Err(Problem::Odd("a chunk is shorter than its header"));
        }
        let bytes = view.take(size)?;
        Ok(Self {
            kind,
            header_size,
            bytes,
        })
    }

    /// The header's fields after the common eight bytes.
    pub(super) fn fields(&self) -> Result<View<'a>, Truncated> {
        View::new(self.bytes).from(8)
    }

    /// What follows the header.
    pub(super) fn body(&self) -> Result<View<'a>, Truncated> {
        View::new(self.bytes).from(self.header_size)
    }
}

/// Texts by number, decoded when asked for.
#[derive(Clone, Copy)]
pub(super) struct StringPool<'a> {
    offsets: &'a [[u8; 4]],
    texts: &'a [u8],
    utf8: bool,
}

impl<'a> StringPool<'a> {
    pub(super) fn parse(chunk: &Chunk<'a>) -> Result<Self, Problem> {
        let mut fields = chunk.fields()?;
        let count = usize::try_from(fields.u32()?).map_err(|_| Truncated)?;
        fields.take(4)?;
        let utf8 = fields.u32()? & 0x100 != 0;
        let start = usize::try_from(fields.u32()?).map_err(|_| Truncated)?;
        let (offsets, _) = chunk.body()?.rest().as_chunks::<4>();
        Ok(Self {
            offsets: offsets.get(..count).ok_or(Truncated)?,
            texts: View::new(chunk.bytes).from(start)?.rest(),
            utf8,
        })
    }

    /// The text numbered `index`, cut off after 512 characters.
    pub(super) fn get(&self, index: u32) -> Option<String> {
        let offset = self.offsets.get(usize::try_from(index).ok()?)?;
        let offset = usize::try_from(u32::from_le_bytes(*offset)).ok()?;
        let mut view = View::new(self.texts.get(offset..)?);
        if self.utf8 {
            read_utf8(&mut view).ok()
        } else {
            read_utf16(&mut view).ok()
        }
    }
}

fn read_utf8(view: &mut View<'_>) -> Result<String, Truncated> {
    let _characters = utf8_length(view)?;
    let length = utf8_length(view)?;
    let bytes = view.take(length)?;
    // No character has more than four bytes, so the rest would be cut off anyway.
    let bytes = bytes.get(..4 * LONGEST_TEXT).unwrap_or(bytes);
    Ok(match std::str::from_utf8(bytes) {
        // Without a length, the error is only a character that this cut divided.
        Err(error) if error.error_len().is_some() => from_modified_utf8(bytes),
        _ => String::from_utf8_lossy(bytes)
            .chars()
            .take(LONGEST_TEXT)
            .collect(),
    })
}

fn utf8_length(view: &mut View<'_>) -> Result<usize, Truncated> {
    let first = usize::from(view.u8()?);
    if first & 0x80 == 0 {
        return Ok(first);
    }
    Ok((first & 0x7f) << 8 | usize::from(view.u8()?))
}

/// aapt2 writes characters outside the basic plane as two surrogates of three bytes each.
fn from_modified_utf8(bytes: &[u8]) -> String {
    let mut units = Vec::new();
    let mut rest = bytes;
    while units.len() < LONGEST_TEXT {
        let (unit, used) = match *rest {
            [] => break,
            [a, ..] if a < 0x80 => (u16::from(a), 1),
            [a, b, ..] if a & 0xe0 == 0xc0 => (u16::from(a & 0x1f) << 6 | u16::from(b & 0x3f), 2),
            [a, b, c, ..] if a & 0xf0 == 0xe0 => {
                let high = u16::from(a & 0x0f) << 12;
                (high | u16::from(b & 0x3f) << 6 | u16::from(c & 0x3f), 3)
            }
            _ => (0xfffd, 1),
        };
        units.push(unit);
        rest = rest.get(used..).unwrap_or_default();
    }
    String::from_utf16_lossy(&units)
}

fn read_utf16(view: &mut View<'_>) -> Result<String, Truncated> {
    let first = usize::from(view.u16()?);
    let length = if first & 0x8000 == 0 {
        first
    } else {
        (first & 0x7fff) << 16 | usize::from(view.u16()?)
    };
    let bytes = view.take(length.checked_mul(2).ok_or(Truncated)?)?;
    let (units, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units
        .iter()
        .take(LONGEST_TEXT)
        .map(|unit| u16::from_le_bytes(*unit))
        .collect();
    Ok(String::from_utf16_lossy(&units))
}

/// A typed value, of the kinds that matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A text or, in a resource table, a path.
    Text(String),
    /// A number, also a boolean's.
    Number(u32),
    /// The number of a resource.
    Reference(u32),
}

impl Value {
    /// The text, if it is one.
    pub(super) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Reference(_) => None,
        }
    }

    /// Reads a `Res_value`.
    pub(super) fn read(
        view: &mut View<'_>,
        pool: &StringPool<'_>,
    ) -> Result<Option<Self>, Truncated> {
        view.take(3)?;
        let kind = view.u8()?;
        Ok(Self::of(kind, view.u32()?, pool))
    }

    /// The value of `kind` that `data` stands for.
    pub(super) fn of(kind: u8, data: u32, pool: &StringPool<'_>) -> Option<Self> {
        match kind {
            0x01 | 0x07 if data != 0 => Some(Self::Reference(data)),
            0x03 if data != NONE => pool.get(data).map(Self::Text),
            0x10..=0x12 => Some(Self::Number(data)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smile_written_as_two_surrogates_is_read() {
        let bytes = [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80, b'!'];
        assert_eq!(from_modified_utf8(&bytes), "😀!");
    }

    #[test]
    fn bytes_that_are_no_text_do_no_harm() {
        assert_eq!(from_modified_utf8(&[0xff, b'a', 0xe1]), "\u{fffd}a\u{fffd}");
    }
}
