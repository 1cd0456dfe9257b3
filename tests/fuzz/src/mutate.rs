//! Mutations without a guide: the same ones in every run, so that a failure can be seen again.

/// Bytes that parsers trip over, put in as they are.
const TOKENS: [&[u8]; 20] = [
    b"\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x00\x00\x00\x80",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551615",
    b"\\u0000",
    b"%00",
    b"=",
    b"..",
    b"\xed\xa0\x80",
    "\u{202e}".as_bytes(),
    crate::input::SEPARATOR,
];

/// The longest input that is made.
const LONGEST: usize = 64 << 10;

/// A source of numbers (xorshift64*): whichever seed, the same ones each time.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `limit`; 0 if there is none.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        usize::try_from(number).unwrap_or_default() % limit.max(1)
    }
}

/// One of the inputs, changed in one to four places; parts of another may have come into it.
pub(crate) fn mutated(inputs: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = inputs[numbers.below(inputs.len())].clone();
    for _ in 0..=numbers.below(4) {
        let other = &inputs[numbers.below(inputs.len())];
        change(&mut bytes, other, numbers);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    let at = numbers.below(bytes.len() + 1);
    let end = at + numbers.below((bytes.len() - at).min(64) + 1);
    match numbers.below(8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
        1 if at < bytes.len() => bytes[at] = numbers.below(256).to_le_bytes()[0],
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let piece = bytes[at..end].repeat(1 + numbers.below(16));
            bytes.splice(at..at, piece);
        }
        5 => {
            let from = numbers.below(other.len() + 1);
            let to = from + numbers.below((other.len() - from).min(512) + 1);
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        6 => {
            let token = TOKENS[numbers.below(TOKENS.len())];
            bytes.splice(at..at, token.iter().copied());
        }
        _ => {
            let token = TOKENS[numbers.below(TOKENS.len())];
            bytes.splice(at..end, token.iter().copied());
        }
    }
}
