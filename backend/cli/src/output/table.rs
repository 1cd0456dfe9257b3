//! Columns that line up.

use domain::text::may_stand;
use unicode_width::UnicodeWidthStr;

/// A table of texts.
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

struct Cell {
    text: String,
    colour: Option<u8>,
}

/// The colour of headings: dim.
const DIM: u8 = 2;

impl Table {
    /// An empty table with these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let cell = |text: &&str| Cell {
            text: text.to_uppercase(),
            colour: Some(DIM),
        };
        Self {
            rows: vec![headings.iter().map(cell).collect()],
        }
    }

    /// Adds a row of texts, each with its colour.
    pub(crate) fn row<const N: usize>(&mut self, cells: [(String, Option<u8>); N]) {
        let cell = |(text, colour): (String, Option<u8>)| Cell {
            text: printable(&text),
            colour,
        };
        self.rows.push(cells.into_iter().map(cell).collect());
    }

    /// The lines, without blanks at their ends.
    pub(crate) fn lines(&self, colours: bool) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let widths = self
                .rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.text.width());
            widths.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<Cell>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| {
                let blank = " ".repeat(width - cell.text.width());
                match cell.colour.filter(|_| colours) {
                    Some(colour) => format!("\x1b[{colour}m{}\x1b[0m{blank}", cell.text),
                    None => format!("{}{blank}", cell.text),
                }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

/// A text that cannot command the terminal: a commit's message is written by others.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if may_stand(c) { c } else { '\u{fffd}' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(&["app", "status"]);
        table.row([("wallet".to_owned(), None), ("failed".to_owned(), Some(31))]);
        table.row([("a".to_owned(), None), ("\x1b[2J".to_owned(), None)]);
        table
    }

    #[test]
    fn columns_line_up_and_texts_cannot_command_the_terminal() {
        assert_eq!(
            sample().lines(false),
            ["APP     STATUS", "wallet  failed", "a       \u{fffd}[2J"]
        );
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let mut table = Table::new(&["app", "status"]);
        table.row([("渡船".to_owned(), None), ("failed".to_owned(), None)]);
        table.row([("e\u{301}".to_owned(), None), ("done".to_owned(), None)]);
        assert_eq!(
            table.lines(false),
            ["APP   STATUS", "渡船  failed", "e\u{301}     done"]
        );
    }

    #[test]
    fn colours_do_not_count_as_width() {
        assert_eq!(sample().lines(true)[1], "wallet  \x1b[31mfailed\x1b[0m");
    }
}
