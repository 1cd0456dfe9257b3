//! The wire format of protocol buffers: numbered fields, of which unknown ones are skipped.

use crate::{
    android::{Problem, value::LONGEST_TEXT},
    bytes_view::View,
};

/// The bytes of a message, decoded when asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a>(&'a [u8]);

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    Number(u64),
    /// A text, bytes or another message.
    Bytes(&'a [u8]),
    /// A fraction, which nothing here is told by.
    Fraction,
}

impl<'a> Message<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn fields(self) -> Fields<'a> {
        Fields {
            view: View::new(self.0),
        }
    }

    /// The messages in a repeated field, up to the first fault.
    pub(super) fn messages(
        self,
        wanted: u32,
    ) -> impl Iterator<Item = Result<Message<'a>, Problem>> {
        self.fields().filter_map(move |field| match field {
            Ok((number, Content::Bytes(bytes))) => (number == wanted).then_some(Ok(Message(bytes))),
            Ok((_, Content::Number(_) | Content::Fraction)) => None,
            Err(problem) => Some(Err(problem)),
        })
    }

    /// A field that is there once at the most: the last one counts.
    fn last(self, wanted: u32) -> Result<Option<Content<'a>>, Problem> {
        let mut found = None;
        for field in self.fields() {
            let (number, content) = field?;
            if number == wanted {
                found = Some(content);
            }
        }
        Ok(found)
    }

    pub(super) fn message(self, number: u32) -> Result<Option<Message<'a>>, Problem> {
        match self.last(number)? {
            Some(Content::Bytes(bytes)) => Ok(Some(Message(bytes))),
            Some(Content::Number(_) | Content::Fraction) => Err(UNEXPECTED),
            None => Ok(None),
        }
    }

    /// A number of 32 bits, zero where there is none.
    pub(super) fn number(self, number: u32) -> Result<u32, Problem> {
        match self.last(number)? {
            Some(Content::Number(value)) => Ok(low(value)),
            Some(Content::Bytes(_) | Content::Fraction) => Err(UNEXPECTED),
            None => Ok(0),
        }
    }

    /// A text, empty where there is none, cut off after 512 characters.
    pub(super) fn text(self, number: u32) -> Result<String, Problem> {
        let Message(bytes) = self.message(number)?.unwrap_or(Message(&[]));
        // No character has more than four bytes, so the rest would be cut off anyway.
        let bytes = bytes.get(..4 * LONGEST_TEXT).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes);
        Ok(text.chars().take(LONGEST_TEXT).collect())
    }
}

const UNEXPECTED: Problem = Problem::Odd("a field of it has an unexpected form");

/// The lower half, which a number of 32 bits is: a negative one is written with 64.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the upper half is the sign of a number of 32 bits"
)]
pub(super) fn low(number: u64) -> u32 {
    number as u32
}

/// The fields of a message, in their order, up to the first fault.
pub(super) struct Fields<'a> {
    view: View<'a>,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Content<'a>), Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.view.is_empty() {
            return None;
        }
        let field = field(&mut self.view);
        if field.is_err() {
            self.view = View::new(&[]);
        }
        Some(field)
    }
}

fn field<'a>(view: &mut View<'a>) -> Result<(u32, Content<'a>), Problem> {
    let key = varint(view)?;
    let number = u32::try_from(key >> 3).unwrap_or_default();
    if number == 0 {
        return Err(Problem::Odd("a field of it has no valid number"));
    }
    let content = match key & 7 {
        0 => Content::Number(varint(view)?),
        1 => {
            view.take(8)?;
            Content::Fraction
        }
        2 => {
            let length = usize::try_from(varint(view)?).unwrap_or(usize::MAX);
            Content::Bytes(view.take(length)?)
        }
        5 => {
            view.take(4)?;
            Content::Fraction
        }
        _ => return Err(Problem::Odd("a field of it has an unknown form")),
    };
    Ok((number, content))
}

/// A number in groups of seven bits, the lowest first.
fn varint(view: &mut View<'_>) -> Result<u64, Problem> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = view.u8()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Problem::Odd("a number in it is too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Vec<Option<(u32, Content<'_>)>> {
        Message::new(bytes).fields().map(Result::ok).collect()
    }

    #[test]
    fn fields_of_every_form_are_told_apart() {
        let bytes = [
            0x08, 0x96, 0x01, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1a, 2, b'h', b'i', 0x25, 0, 0, 0, 0,
        ];
        let expected = [
            (1, Content::Number(150)),
            (2, Content::Fraction),
            (3, Content::Bytes(b"hi")),
            (4, Content::Fraction),
        ];
        assert_eq!(fields(&bytes), expected.map(Some));
        let message = Message::new(&bytes);
        assert_eq!(message.number(1).ok(), Some(150));
        assert_eq!(message.text(3).ok().as_deref(), Some("hi"));
        assert!(message.text(1).is_err() && message.number(3).is_err());
        assert_eq!(message.number(9).ok(), Some(0));
    }

    #[test]
    fn a_negative_number_has_sixty_four_bits() {
        let bytes = [
            0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
        ];
        assert_eq!(Message::new(&bytes).number(1).ok(), Some(u32::MAX));
    }

    #[test]
    fn a_fault_ends_the_fields() {
        let faults: [&[u8]; 8] = [
            // A field numbered zero, and one numbered beyond 32 bits.
            b"\x00\x01",
            b"\xf8\xff\xff\xff\xff\xff\x01\x01",
            // Groups, which are no more.
            b"\x0b\x0c",
            b"\x0f",
            // Lengths beyond the end.
            b"\x0a\x02x",
            b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x",
            b"\x09\x01",
            // A number without an end.
            b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ];
        for fault in faults {
            assert_eq!(fields(fault), [None], "{fault:?}");
            let after = [b"\x08\x01", fault].concat();
            assert_eq!(fields(&after), [Some((1, Content::Number(1))), None]);
            assert!(Message::new(&after).number(1).is_err());
        }
    }

    #[test]
    fn a_text_is_cut_and_read_whatever_its_bytes() {
        let long = "ä".repeat(600);
        let mut bytes = vec![0x0a, 0xb0, 0x09];
        bytes.extend(long.as_bytes());
        let text = Message::new(&bytes).text(1).ok();
        assert_eq!(text, Some("ä".repeat(512)));
        let surrogate = [0x0a, 4, b'a', 0xed, 0xa0, 0xbd];
        let text = Message::new(&surrogate).text(1).ok();
        assert_eq!(text.as_deref(), Some("a\u{fffd}\u{fffd}\u{fffd}"));
    }
}
