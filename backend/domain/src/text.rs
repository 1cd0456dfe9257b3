//! Which characters may stand in text that people read and decide by.
//!
//! Control characters command terminals and break lines; what Unicode calls format characters is not shown, and some of them
//! change the order of what stands around them, so that `gpj.exe` reads `exe.jpg`.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether a character is shown as what it is.
pub fn is_shown(c: char) -> bool {
    !matches!(
        get_general_category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

/// Whether a character may stand on a line: one that is shown, or one of the two that join letters and emoji.
pub fn may_stand(c: char) -> bool {
    is_shown(c) || is_joiner(c)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a character leaves a mark: neither a space nor a letter that Unicode gives no shape.
fn draws(c: char) -> bool {
    const BLANK: [char; 5] = ['\u{115f}', '\u{1160}', '\u{2800}', '\u{3164}', '\u{ffa0}'];
    is_shown(c) && !c.is_whitespace() && !BLANK.contains(&c)
}

/// One line without what may not stand on it.
pub fn line(text: &str) -> String {
    text.chars().filter(|c| may_stand(*c)).collect()
}

/// What is wrong with a text that somebody wrote: with `most` characters at the most, on any number of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritten {
    /// Nothing of it is shown.
    #[error("it says nothing")]
    Empty,
    /// It is too long.
    #[error("it has {length} characters, and {most} are the most")]
    TooLong {
        /// How long it is.
        length: usize,
        /// How long it may be.
        most: usize,
    },
    /// A character may not stand in it.
    #[error("it contains U+{:04X}, which is invisible or changes the order of text; remove it", u32::from(*.0))]
    Hidden(char),
}

/// The trimmed text, if it says something, not too much, and nothing that is not shown.
pub fn written(text: &str, most: usize) -> Result<&str, Unwritten> {
    let text = text.trim();
    if !text.chars().any(draws) {
        return Err(Unwritten::Empty);
    }
    let length = text.chars().count();
    if length > most {
        return Err(Unwritten::TooLong { length, most });
    }
    let mut hidden = text
        .chars()
        .filter(|c| !may_stand(*c) && !matches!(c, '\n' | '\r' | '\t'));
    hidden
        .next()
        .map_or(Ok(text), |c| Err(Unwritten::Hidden(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reorders_or_hides_is_not_shown() {
        for c in "\u{202e}\u{2066}\u{200b}\u{feff}\u{ad}\u{61c}\u{e0041}\u{1b}\u{7}\u{2028}\u{85}"
            .chars()
        {
            assert!(!is_shown(c) && !may_stand(c), "{c:?}");
        }
        for c in "aß日\u{301}\u{fe0f}\u{a0}😀".chars() {
            assert!(is_shown(c), "{c:?}");
        }
        assert_eq!(line("exe.\u{202e}gpj\u{200d}\n"), "exe.gpj\u{200d}");
    }

    #[test]
    fn a_text_says_something_and_hides_nothing() {
        let family = "  👩\u{200d}👩\u{200d}👧 ship it\nor not ";
        assert_eq!(written(family, 100), Ok(family.trim()));
        for empty in [
            "",
            " \n ",
            "\u{200b}\u{200b}",
            "\u{200d}",
            "\u{2060}",
            "\u{3164}\u{2800}",
        ] {
            assert_eq!(written(empty, 100), Err(Unwritten::Empty), "{empty:?}");
        }
        assert_eq!(
            written("a\u{202e}b", 100),
            Err(Unwritten::Hidden('\u{202e}'))
        );
        assert_eq!(
            written("a\u{1b}[31mb", 100),
            Err(Unwritten::Hidden('\u{1b}'))
        );
        assert_eq!(
            written("abc", 2),
            Err(Unwritten::TooLong { length: 3, most: 2 })
        );
    }
}
