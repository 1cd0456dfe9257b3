//! A document under inspection: its text, what is wrong in it, and what had better be written otherwise.

use std::{cell::RefCell, ops::Range};

use super::problem::{Problem, Problems};

/// A document, and the problems and warnings found so far.
pub(crate) struct Document<'t> {
    file: &'t str,
    text: &'t str,
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<String>>,
}

/// A text of the document and where it stands.
#[derive(Clone)]
pub(crate) struct Text {
    pub(crate) value: String,
    pub(crate) span: Range<usize>,
}

impl<'t> Document<'t> {
    pub(crate) fn new(text: &'t str, file: &'t str) -> Self {
        Self {
            file,
            text,
            problems: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    pub(crate) fn problem(
        &self,
        span: Range<usize>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let problem = Problem::at(self.file, self.text, span, what.into(), fix.into());
        self.problems.borrow_mut().push(problem);
    }

    /// Says of something that works that it should be written otherwise.
    pub(crate) fn warn(&self, span: Range<usize>, what: &str) {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let warning = format!("line {line}: {what}");
        self.warnings.borrow_mut().push(warning);
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.borrow().clone()
    }

    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Problems> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            _ => Err(Problems(problems)),
        }
    }
}
