//! Reads tables of a TOML document key by key, and collects what is wrong with them.

mod typed;

pub(super) use typed::Table;

use std::{cell::RefCell, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    names::suggest,
    problem::{Problem, Problems},
};

/// A document under inspection: its text, and the problems found so far.
pub(super) struct Document<'t> {
    file: &'t str,
    text: &'t str,
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<String>>,
}

/// A text of the document and where it stands.
#[derive(Clone)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) span: Range<usize>,
}

impl<'t> Document<'t> {
    pub(super) fn new(text: &'t str, file: &'t str) -> Self {
        Self {
            file,
            text,
            problems: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    pub(super) fn problem(
        &self,
        span: Range<usize>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let problem = Problem::at(self.file, self.text, span, what.into(), fix.into());
        self.problems.borrow_mut().push(problem);
    }

    /// Says of something that works that it should be written otherwise.
    pub(super) fn warn(&self, span: Range<usize>, what: &str) {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let warning = format!("line {line}: {what}");
        self.warnings.borrow_mut().push(warning);
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        self.warnings.borrow().clone()
    }

    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Problems> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            _ => Err(Problems(problems)),
        }
    }
}

/// One table of the document.
pub(super) struct Section<'d, 't> {
    document: &'d Document<'t>,
    /// What to call it in messages: `[[apps]]`.
    name: &'static str,
    table: &'d DeTable<'t>,
    span: Range<usize>,
}

impl<'d, 't> Section<'d, 't> {
    /// Looks at a table that may have these keys only.
    pub(super) fn open(
        document: &'d Document<'t>,
        name: &'static str,
        table: &'d DeTable<'t>,
        span: Range<usize>,
        keys: &[&str],
    ) -> Self {
        for (key, _) in table {
            if !keys.contains(&key.get_ref().as_ref()) {
                let key_text = key.get_ref();
                document.problem(
                    key.span(),
                    format!("unknown key \"{key_text}\" in {name}"),
                    suggest(key_text, keys),
                );
            }
        }
        Self {
            document,
            name,
            table,
            span,
        }
    }

    /// The tables of `[[key]]`, in order. An absent key is an empty list.
    pub(super) fn tables(&self, key: &str) -> Vec<(&'d DeTable<'t>, Range<usize>)> {
        let Some(value) = self.table.get(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            self.document.problem(
                value.span(),
                format!("\"{key}\" is {}, not a list of tables", article(value)),
                format!("write [[{key}]] with double brackets, once for each"),
            );
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array {
            if let Some(table) = item.get_ref().as_table() {
                tables.push((table, item.span()));
            } else {
                self.document.problem(
                    item.span(),
                    format!("an entry of \"{key}\" is {}, not a table", article(item)),
                    format!("write [[{key}]] with its keys below"),
                );
            }
        }
        tables
    }

    /// Where a key's value stands, else the table itself.
    pub(super) fn span_of(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(self.span.clone(), Spanned::span)
    }

    /// A text that may be absent.
    pub(super) fn optional(&self, key: &str, example: &str) -> Option<Text> {
        let value = self.table.get(key)?;
        if let Some(text) = value.get_ref().as_str() {
            return Some(Text {
                value: text.to_owned(),
                span: value.span(),
            });
        }
        self.document.problem(
            value.span(),
            format!("\"{key}\" is {}, not a text", article(value)),
            match value.get_ref() {
                DeValue::Integer(number) => format!("write it in quotes: {key} = \"{number}\""),
                _ => format!("write it in quotes, such as {key} = \"{example}\""),
            },
        );
        None
    }

    /// A list of texts that may be absent, but not empty: anyone who writes none hardly means all.
    pub(super) fn texts(&self, key: &str, example: &str) -> Option<Vec<Text>> {
        let value = self.table.get(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.document.problem(
                value.span(),
                format!("\"{key}\" is {}, not a list of texts", article(value)),
                match value.get_ref().as_str() {
                    Some(text) => format!("write it in brackets: {key} = [\"{text}\"]"),
                    None => format!("write a list, such as {key} = [\"{example}\"]"),
                },
            );
            return None;
        };
        if items.is_empty() {
            self.document.problem(
                value.span(),
                format!("\"{key}\" is an empty list"),
                format!("write at least one, such as {key} = [\"{example}\"], or remove the entry"),
            );
        }
        let mut texts = Vec::new();
        for item in items {
            if let Some(text) = item.get_ref().as_str() {
                texts.push(Text {
                    value: text.to_owned(),
                    span: item.span(),
                });
            } else {
                self.document.problem(
                    item.span(),
                    format!("an entry of \"{key}\" is {}, not a text", article(item)),
                    format!("write texts in quotes, such as {key} = [\"{example}\"]"),
                );
            }
        }
        Some(texts)
    }

    /// A text that must be there.
    pub(super) fn required(&self, key: &str, example: &str) -> Option<Text> {
        if !self.table.contains_key(key) {
            self.document.problem(
                self.span.clone(),
                format!("{} has no \"{key}\"", self.name),
                format!("add {key} = \"{example}\""),
            );
        }
        self.optional(key, example)
    }
}

fn article(value: &Spanned<DeValue<'_>>) -> String {
    let kind = value.get_ref().type_str();
    let article = if kind.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind}")
}
