//! Problems of a configuration file, shown where they are and with their remedy.

use std::{fmt, ops::Range};

use serde::Serialize;

/// One thing that is wrong in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// How many characters of the line it concerns.
    pub length: usize,
    /// The line itself.
    pub text: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: String,
}

/// Everything that is wrong in a configuration file, from top to bottom; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl Problem {
    pub(super) fn at(
        file: &str,
        source: &str,
        span: Range<usize>,
        what: String,
        fix: String,
    ) -> Self {
        let start = floor_char_boundary(source, span.start);
        let end = floor_char_boundary(source, span.end).max(start);
        let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = source[start..]
            .find('\n')
            .map_or(source.len(), |newline| start + newline);
        let marked = &source[start..end.min(line_end)];
        Self {
            file: file.to_owned(),
            line: source[..line_start].matches('\n').count() + 1,
            column: source[line_start..start].chars().count() + 1,
            length: marked.trim_end().chars().count().max(1),
            text: source[line_start..line_end].trim_end().to_owned(),
            what: shown(what),
            fix: shown(fix),
        }
    }
}

/// Without characters that would act on a terminal: problems repeat what the file says.
fn shown(text: String) -> String {
    let acts = |c: char| c.is_control() && c != '\n';
    if text.contains(acts) {
        text.replace(acts, "\u{fffd}")
    } else {
        text
    }
}

fn floor_char_boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len()))
        .rev()
        .find(|index| text.is_char_boundary(*index))
        .unwrap_or(0)
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            length,
            text,
            what,
            fix,
        } = self;
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        // Tabs stay tabs in front of the marks, so that these stand below what they mark.
        let indent: String = text
            .chars()
            .take(column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let marks = "^".repeat(*length);
        writeln!(f, "{file}:{line}:{column}: {what}")?;
        if !text.is_empty() {
            writeln!(f, " {number} | {text}")?;
            writeln!(f, " {margin} | {indent}{marks}")?;
        }
        write!(f, " {margin} = {fix}")
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
