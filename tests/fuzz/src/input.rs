//! Inputs of several parts: separated by a line that a mutation can move, double or take away.

/// What stands between two parts.
pub(crate) const SEPARATOR: &[u8] = b"\n==\n";

/// The parts of an input; those that are not there are empty, and the last is all the rest.
pub(crate) fn parts<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut rest = data;
    std::array::from_fn(|index| {
        if index + 1 == N {
            return rest;
        }
        let place = rest
            .windows(SEPARATOR.len())
            .position(|window| window == SEPARATOR);
        let (part, after) = place.map_or((rest, &b""[..]), |place| {
            (&rest[..place], &rest[place + SEPARATOR.len()..])
        });
        rest = after;
        part
    })
}

/// The same, of texts; bytes that are none become replacement characters.
pub(crate) fn texts<const N: usize>(data: &[u8]) -> [String; N] {
    parts(data).map(|part| String::from_utf8_lossy(part).into_owned())
}

/// An input of these parts.
pub(crate) fn joined<const N: usize>(parts: [&[u8]; N]) -> Vec<u8> {
    parts.join(SEPARATOR)
}

/// A moment that is the same in every run: 2027-01-15 08:00:00 UTC.
pub(crate) fn now() -> domain::Timestamp {
    domain::Timestamp::from_second(1_800_000_000).unwrap_or_default()
}
