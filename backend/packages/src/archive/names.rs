//! Paths of entries as text: zips say at the most that a path is UTF-8 (APPNOTE 4.4.4, bit 11), and not what it is otherwise.

use encoding_rs::SHIFT_JIS;

/// The upper half of code page 437, which is what a zip's paths are in without a word on it (APPNOTE D.1).
const CODE_PAGE_437: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', //
    'É', 'æ', 'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', //
    'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '⌐', '¬', '½', '¼', '¡', '«', '»', //
    '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛', '┐', //
    '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧', //
    '╨', '╤', '╥', '╙', '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀', //
    'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ', 'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩', //
    '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²', '■', '\u{a0}',
];

/// What a path says. Whatever it is written in, it is validated after this.
pub(super) fn decode(path: &[u8], is_utf8: bool) -> String {
    match std::str::from_utf8(path) {
        Ok(text) => text.to_owned(),
        Err(_) if is_utf8 => String::from_utf8_lossy(path).into_owned(),
        // Many tools write UTF-8 without saying so, and Japanese ones what Windows has in Japan.
        Err(_) => japanese(path).unwrap_or_else(|| path.iter().copied().map(western).collect()),
    }
}

fn western(byte: u8) -> char {
    let upper = byte.checked_sub(0x80).map(usize::from);
    let upper = upper.and_then(|place| CODE_PAGE_437.get(place).copied());
    upper.unwrap_or_else(|| char::from(byte))
}

/// The path in Shift JIS, if it is Japanese in that. A letter with an accent and the letter behind it often make a character in Shift JIS as
/// well, so that more is asked for: characters in a row, or bytes that no Western language has in its names.
fn japanese(path: &[u8]) -> Option<String> {
    let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(path)?;
    let mut bytes = path.iter().copied();
    let mut evidence = false;
    // How many letters stand in a row, and how many of them end in a byte of the upper half.
    let (mut row, mut high) = (0, 0);
    for c in text.chars() {
        let first = bytes.next()?;
        let last = if is_wide(first) { bytes.next()? } else { first };
        if c.is_ascii() {
            (row, high) = (0, 0);
            continue;
        }
        match kind(c) {
            Kind::Letter => {
                row += 1;
                high += usize::from(last >= 0x80 && last != first);
            }
            Kind::Mark => {}
            Kind::Foreign => return None,
        }
        let is_box = (0xb0..=0xdf).contains(&last);
        evidence |= is_box || row >= 3 || (row >= 2 && high > 0);
        evidence |= row > 0 && b"@\\^{|}~".contains(&last);
    }
    evidence.then(|| text.into_owned())
}

/// Whether a byte of Shift JIS is the first of two.
fn is_wide(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9f | 0xe0..=0xfc)
}

enum Kind {
    /// Kana and kanji.
    Letter,
    /// What stands among them.
    Mark,
    /// All that Shift JIS has besides: Greek, Cyrillic, lines, mathematics.
    Foreign,
}

fn kind(c: char) -> Kind {
    match c {
        '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9d}' => Kind::Letter,
        // Punctuation and repetition, forms as wide as kanji, what is written on narrow kana.
        '\u{3000}'..='\u{303f}'
        | '\u{309b}'..='\u{309e}'
        | '\u{30fb}'..='\u{30fe}'
        | '\u{ff01}'..='\u{ff65}'
        | '\u{ff9e}'..='\u{ff9f}' => Kind::Mark,
        _ => Kind::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_utf8_is_taken_as_that() {
        for said in [true, false] {
            assert_eq!(decode("größe/日本.apk".as_bytes(), said), "größe/日本.apk");
        }
        assert_eq!(decode(b"gr\x94\xe1e", true), "gr\u{fffd}\u{fffd}e");
    }

    #[test]
    fn western_names_are_read_in_code_page_437() {
        let names: [(&[u8], &str); 14] = [
            (
                b"Gr\x94\xe1en\x84nderung \x81ber.txt",
                "Größenänderung über.txt",
            ),
            (b"K\x94ln.apk", "Köln.apk"),
            (b"t\x94r\x94l.txt", "töröl.txt"),
            (b"ch\x83teau.apk", "château.apk"),
            (b"cr\x8ame br\x96l\x82e.apk", "crème brûlée.apk"),
            (b"\x82l\x8ave.apk", "élève.apk"),
            (b"d\x82c\x82d\x82.apk", "décédé.apk"),
            (b"a\xa4o \xad1!.apk", "año ¡1!.apk"),
            (b"cami\xa2n.apk", "camión.apk"),
            (b"T\x94\x94l\x94.apk", "Töölö.apk"),
            (b"p\x84\x84t\x94s.apk", "päätös.apk"),
            (b"Men\x81_Stra\xe1e_\x8e.apk", "Menü_Straße_Ä.apk"),
            (b"\x99l \x9aber.apk", "Öl Über.apk"),
            (b"stra\xe1e.apk", "straße.apk"),
        ];
        for (bytes, expected) in names {
            assert_eq!(decode(bytes, false), expected);
        }
        let all: Vec<u8> = (0x80..=0xff).collect();
        assert_eq!(
            decode(&all, false),
            CODE_PAGE_437.iter().collect::<String>()
        );
    }

    #[test]
    fn japanese_names_are_read_in_shift_jis() {
        for name in [
            "テスト.apk",
            "ビルド/アプリ-1.0.apk",
            "日本語.txt",
            "表示.txt",
            "ソース.zip",
            "第1版.apk",
            "本.apk",
            "ﾃｽﾄ.apk",
            "リリースノート（最終）.md",
            "ああ.apk",
            "東京・大阪.apk",
        ] {
            let (bytes, _, unknown) = SHIFT_JIS.encode(name);
            assert!(!unknown && std::str::from_utf8(&bytes).is_err(), "{name}");
            assert_eq!(decode(&bytes, false), name);
        }
    }
}
