//! The audit log as it was exported, with seals, as `towpath audit verify` reads both without a portal.

use domain::{
    actor::Actor,
    audit::{
        self, AuditAction, Entry, Finding, Head, LastSeal, AuditRecord, Outcome, Seal, SealVersion, Seals,
        SealsFound, Verifier,
    },
    id::PersonId,
    json,
};
use serde_json::Value;

use crate::input::{joined, now, parts};

/// Whatever a file holds, it is verified. A log that is sound is so again when it is written anew, and with any one byte
/// altered it either says the same or something is found.
pub fn target(data: &[u8]) {
    let [lines, seals, alteration] = parts(data);
    let mut found = SealsFound::default();
    for line in seals.split(|byte| *byte == b'\n') {
        found.push(version(line));
    }
    let outcome = verify(lines, found.check(Some(u64::from(lines.len() < 100))));
    let findings = &outcome.findings;
    let order = |finding: &Finding| (finding.fault.is_of_seal(), finding.number);
    assert!(findings.is_sorted_by_key(order));
    assert!(findings.iter().all(|finding| finding.number <= finding.last));
    if verify(lines, Seals::default()).findings.is_empty() {
        sound(lines, alteration);
    }
}

/// What a bucket lists, or the bytes of a seal alone.
fn version(line: &[u8]) -> SealVersion {
    serde_json::from_slice(line).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(line).into_owned();
        let seal = serde_json::from_str(&text).map(|seal: Seal| seal.key());
        SealVersion {
            key: seal.unwrap_or_else(|_| "seals/2027-01-15.json".to_owned()),
            version: "1".to_owned(),
            delete_marker: false,
            written_at: None,
            text: Some(text),
            lock: None,
        }
    })
}

fn verify(lines: &[u8], seals: Seals) -> Outcome {
    let mut verifier = Verifier::new(seals, None);
    for line in lines.split(|byte| *byte == b'\n') {
        verifier.push_line(line);
    }
    verifier.finish(None)
}

/// What the lines say; nothing if one of them says nothing.
fn values(lines: &[u8]) -> Option<Vec<Value>> {
    let lines = lines.split(|byte| *byte == b'\n');
    let said = lines.filter(|line| !line.trim_ascii().is_empty());
    said.map(|line| json::value(line).ok()).collect()
}

fn sound(lines: &[u8], alteration: &[u8]) {
    let entries = values(lines);
    let written: Option<Vec<String>> = entries.iter().flatten().map(audit::line).collect();
    let written = written.map(|lines| lines.join("\n")).unwrap_or_default();
    assert_eq!(values(written.as_bytes()), entries);
    assert!(verify(written.as_bytes(), Seals::default()).findings.is_empty());
    let (Some(&[place, more, byte]), false) = (alteration.first_chunk(), lines.is_empty()) else {
        return;
    };
    let mut altered = lines.to_vec();
    let place = usize::from(u16::from_le_bytes([place, more])) % altered.len();
    altered[place] = byte;
    let same = values(&altered) == entries;
    assert!(same || !verify(&altered, Seals::default()).findings.is_empty());
}

/// A log of three entries, sealed as today and as before, and the same with a byte to alter.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut head = Head::default();
    let mut lines = String::new();
    for action in [AuditAction::Held, AuditAction::PromotionRequested, AuditAction::Approved] {
        let note = AuditRecord {
            app: "wallet".parse().ok(),
            environment: "prod".parse().ok(),
            reason: Some("so it is".to_owned()),
            ..AuditRecord::new(now(), Actor::person(PersonId::of("https://issuer.example", "s-1"), "ada@example.com", Vec::new()), "local", action)
        };
        let entry = Entry::after(&head, note);
        head = entry.head();
        lines.push_str(&serde_json::to_string(&entry).unwrap_or_default());
        lines.push('\n');
    }
    let hash = head.hash;
    let of_day = format!(
        r#"{{"day":"2027-01-15","head":{{"number":3,"hash":"{hash}"}},"sealed_at":"2027-01-16T00:05:00Z"}}"#
    );
    let first = Seal::after(&LastSeal::default(), head.clone(), now());
    let second = Seal::after(&first.as_last(), head, now());
    let listed = [&second, &first].map(|seal| {
        let listed = SealVersion {
            key: seal.key(),
            ..version(seal.text().as_bytes())
        };
        serde_json::to_string(&listed).unwrap_or_default()
    });
    vec![
        joined([lines.as_bytes(), of_day.as_bytes(), b"\x2a\0x"]),
        joined([lines.as_bytes(), listed.join("\n").as_bytes(), b""]),
        joined([lines.as_bytes(), b"", b"\xff\x01\n"]),
    ]
}
