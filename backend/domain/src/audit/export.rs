//! The log as it was exported: JSON, a line for each entry, read by whoever doubts the portal.

use super::{Entry, Fault, Finding, Head, Link, Seal, verify_links};
use crate::json;

/// Entries as an export holds them, and lines that are none.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// The entries, in the order of their lines.
    pub entries: Vec<Entry>,
    /// The lines that cannot be read as one.
    pub broken: Vec<Finding>,
}

impl Export {
    /// Reads more lines.
    pub fn read(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match json::from_slice(line.as_bytes()) {
                Ok(entry) => self.entries.push(entry),
                Err(error) => {
                    let broken = self.unreadable(line, &error);
                    self.broken.push(broken);
                }
            }
        }
    }

    /// A line that is no entry: by the number that it still says, else by that which would follow.
    fn unreadable(&self, line: &str, error: &serde_json::Error) -> Finding {
        let said = serde_json::from_str::<serde_json::Value>(line).ok();
        let number = said.and_then(|line| line["number"].as_u64());
        // The last one may claim the greatest number that there is.
        let next = || self.entries.last().map_or(0, |last| last.number);
        let number = number.unwrap_or_else(|| next().saturating_add(1));
        Finding {
            number,
            last: number,
            fault: Fault::Altered,
            words: format!("entry {number} can no longer be read: {error}"),
        }
    }

    /// Everything that is wrong with what was read, by number.
    pub fn verify(&self, seals: &[Seal], head: Option<&Head>) -> Vec<Finding> {
        let links: Vec<Link> = self.entries.iter().map(Entry::link).collect();
        let mut findings = verify_links(&Head::default(), &links, seals, head);
        // One that does not even read as an entry is not missing, it was altered.
        findings.retain(|finding| {
            let alone = finding.fault == Fault::Missing && finding.number == finding.last;
            let is_it = |broken: &Finding| broken.number == finding.number;
            !(alone && self.broken.iter().any(is_it))
        });
        findings.extend(self.broken.iter().cloned());
        findings.sort_by_key(|finding| (finding.number, finding.fault));
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_behind_the_greatest_number_that_there_is_does_no_harm() {
        let note = super::super::Note::new(
            crate::Timestamp::UNIX_EPOCH,
            crate::actor::Actor::portal(),
            "portal",
            super::super::Deed::Held,
        );
        let last = Entry {
            number: u64::MAX,
            ..Entry::after(&Head::default(), note)
        };
        let mut export = Export::default();
        export.read(&format!(
            "{}\nno entry\n",
            serde_json::to_string(&last).unwrap()
        ));
        assert_eq!(export.broken[0].number, u64::MAX);
        assert!(export.verify(&[], None).len() > 1);
    }
}
