//! What Android's binary XML and resource tables share: chunks, string pools and typed values
//! (AOSP `ResourceTypes.h`).

use crate::{
    android::{
        Problem,
        value::{LONGEST_TEXT, Value},
    },
    bytes_view::{Truncated, View},
};

pub(super) const STRING_POOL: u16 = 0x0001;

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

/// Characters outside the basic plane may be written as two surrogates of three bytes each, as aapt2 does. What is no character becomes U+FFFD,
/// and the rest of the text stands.
fn from_modified_utf8(bytes: &[u8]) -> String {
    let mut units = Vec::new();
    let mut rest = bytes;
    while units.len() < LONGEST_TEXT {
        let used = match *rest {
            [] => break,
            [a @ 0xc0..=0xdf, b @ 0x80..=0xbf, ..] => {
                units.push(u16::from(a & 0x1f) << 6 | u16::from(b & 0x3f));
                2
            }
            [a @ 0xe0..=0xef, b @ 0x80..=0xbf, c @ 0x80..=0xbf, ..] => {
                let high = u16::from(a & 0x0f) << 12;
                units.push(high | u16::from(b & 0x3f) << 6 | u16::from(c & 0x3f));
                3
            }
            [a, ..] if a < 0x80 => {
                units.push(u16::from(a));
                1
            }
            [..] => {
                let four = rest.get(..4).and_then(|four| str::from_utf8(four).ok());
                let c = four.and_then(|four| four.chars().next());
                let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
                units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
                four.map_or(1, |_| c.len_utf8())
            }
        };
        rest = rest.get(used..).unwrap_or_default();
    }
    from_utf16(units)
}

/// A text that is no longer than others. One that is cut within a character ends before it.
fn from_utf16(mut units: Vec<u16>) -> String {
    let is_cut = units.len() >= LONGEST_TEXT;
    let is_half = |unit: &u16| (0xd800..0xdc00).contains(unit);
    if is_cut && units.last().is_some_and(is_half) {
        units.pop();
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
    Ok(from_utf16(units))
}

/// Reads a `Res_value`.
pub(super) fn value(
    view: &mut View<'_>,
    pool: &StringPool<'_>,
) -> Result<Option<Value>, Truncated> {
    view.take(3)?;
    let kind = view.u8()?;
    Ok(value_of(kind, view.u32()?, pool))
}

/// The value of `kind` that `data` stands for.
pub(super) fn value_of(kind: u8, data: u32, pool: &StringPool<'_>) -> Option<Value> {
    match kind {
        0x01 | 0x07 if data != 0 => Some(Value::Reference(data)),
        0x03 if data != NONE => pool.get(data).map(Value::Text),
        0x10..=0x12 => Some(Value::Number(data)),
        _ => None,
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
        assert_eq!(from_modified_utf8(&[0xc3, b'a', b'b']), "\u{fffd}ab");
        assert_eq!(from_modified_utf8(&[0xe1, 0x80, b'a']), "\u{fffd}\u{fffd}a");
    }

    #[test]
    fn half_a_character_loses_nothing_but_itself() {
        let text = |bytes: &[u8]| {
            let length = u8::try_from(bytes.len()).unwrap();
            read_utf8(&mut View::new(&[&[9, length], bytes].concat())).unwrap()
        };
        let halved = [b"Wal".as_slice(), &[0xed, 0xa0, 0xbd], "let 😀ä".as_bytes()].concat();
        assert_eq!(text(&halved), "Wal\u{fffd}let 😀ä");
        assert_eq!(text("Wallet 😀".as_bytes()), "Wallet 😀");

        let units = |units: &[u16]| {
            let length = u16::try_from(units.len()).unwrap();
            let units = [&[length], units].concat();
            let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            read_utf16(&mut View::new(&bytes)).unwrap()
        };
        assert_eq!(units(&[0x57, 0xd83d, 0x61, 0xde00]), "W\u{fffd}a\u{fffd}");
        assert_eq!(units(&[0x57, 0xd83d]), "W\u{fffd}");
        let long = [&[0x61; 511][..], &[0xd83d, 0xde00]].concat();
        assert_eq!(
            units(&long),
            "a".repeat(511),
            "it is cut between characters"
        );
    }
}
