//! The audit log as it was exported, with seals, as `towpath audit verify` reads both without a portal.

use domain::{
    actor::Actor,
    audit::{Deed, Entry, Export, Head, Note, Seal},
    id::PersonId,
};

use crate::input::{joined, now, parts};

/// Whatever a file holds, it is verified. A log that is sound is so again when it is written anew, and with any one byte
/// altered it either says the same or something is found.
pub fn target(data: &[u8]) {
    let [lines, seals, alteration] = parts(data);
    let seals: Vec<Seal> = seals
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let export = read(lines);
    let findings = export.verify(&seals, seals.first().map(|seal| &seal.head));
    assert!(findings.is_sorted_by_key(|finding| finding.number));
    assert!(findings.iter().all(|finding| finding.number <= finding.last));
    if export.broken.is_empty() && export.verify(&[], None).is_empty() {
        sound(&export, lines, alteration);
    }
}

fn read(lines: &[u8]) -> Export {
    let mut export = Export::default();
    export.read(&String::from_utf8_lossy(lines));
    export
}

fn sound(export: &Export, lines: &[u8], alteration: &[u8]) {
    let line = |entry: &Entry| serde_json::to_string(entry).unwrap_or_default() + "\n";
    let written: String = export.entries.iter().map(line).collect();
    assert_eq!(read(written.as_bytes()).entries, export.entries);
    let (Some(&[place, more, byte]), false) = (alteration.first_chunk(), lines.is_empty()) else {
        return;
    };
    let mut altered = lines.to_vec();
    let place = usize::from(u16::from_le_bytes([place, more])) % altered.len();
    altered[place] = byte;
    let altered = read(&altered);
    assert!(altered.entries == export.entries || !altered.verify(&[], None).is_empty());
}

/// A log of three entries, sealed, and the same with a byte to alter.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut head = Head::default();
    let mut lines = String::new();
    for deed in [Deed::Held, Deed::PromotionRequested, Deed::Approved] {
        let note = Note {
            app: "wallet".parse().ok(),
            environment: "prod".parse().ok(),
            reason: Some("so it is".to_owned()),
            ..Note::new(now(), Actor::person(PersonId::of("https://issuer.example", "s-1"), "ada@example.com", Vec::new()), "local", deed)
        };
        let entry = Entry::after(&head, note);
        head = entry.head();
        lines.push_str(&serde_json::to_string(&entry).unwrap_or_default());
        lines.push('\n');
    }
    let hash = head.hash;
    let seal = format!(
        r#"{{"day":"2027-01-15","head":{{"number":3,"hash":"{hash}"}},"sealed_at":"2027-01-16T00:05:00Z"}}"#
    );
    vec![
        joined([lines.as_bytes(), seal.as_bytes(), b"\x2a\0x"]),
        joined([lines.as_bytes(), b"", b"\xff\x01\n"]),
    ]
}
