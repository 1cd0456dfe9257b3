//! The log as it was exported: JSON, a line for each entry, read by anyone who doubts the portal.

use super::{Link, Verifier};
use crate::json;

impl Verifier {
    /// One line of an export: an entry, or nothing. What of it the chain needs, if it reads as an entry.
    pub fn push_line(&mut self, line: &[u8]) -> Option<Link> {
        if line.trim_ascii().is_empty() {
            return None;
        }
        let value = match json::value(line) {
            Ok(value) => value,
            Err(error) => {
                self.push_unreadable(None, &format!(": {error}"));
                return None;
            }
        };
        // One that is broken may still say which it was.
        let number = value.get("number").and_then(serde_json::Value::as_u64);
        let entry = Link::of(value);
        match &entry {
            Some(entry) => self.push(entry),
            None => self.push_unreadable(number, ": it is no entry"),
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AuditAction, AuditRecord, Entry, Head, Seals};
    use super::*;

    #[test]
    fn a_line_behind_the_greatest_number_that_there_is_does_no_harm() {
        let note = AuditRecord::new(
            crate::Timestamp::UNIX_EPOCH,
            crate::actor::Actor::portal(),
            "portal",
            AuditAction::Held,
        );
        let last = Entry {
            number: u64::MAX,
            ..Entry::after(&Head::default(), note)
        };
        let mut verifier = Verifier::new(Seals::default(), None);
        verifier.push_line(&serde_json::to_vec(&last).unwrap());
        verifier.push_line(b"no entry\n");
        let findings = verifier.finish(None).findings;
        assert!(findings.iter().any(|finding| finding.number == u64::MAX));
    }
}
