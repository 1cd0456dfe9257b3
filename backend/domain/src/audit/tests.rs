use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_700_000 + second).unwrap()
}

fn note(second: i64) -> Note {
    Note {
        app: Some("wallet".parse().unwrap()),
        environment: Some("prod".parse().unwrap()),
        reason: Some(format!("reason {second}")),
        details: BTreeMap::from([("gates".to_owned(), "no hold".to_owned())]),
        ..Note::new(
            at(second),
            // As the documentation has it, and as versions wrote it that knew people by their address.
            Actor {
                person: None,
                ..Actor::named("ada@example.com", vec!["release-managers".to_owned()])
            },
            "session of https://issuer.example.com",
            Deed::PromotionRequested,
        )
    }
}

/// A log of so many entries.
fn log(length: i64) -> Vec<Entry> {
    let mut head = Head::default();
    (1..=length)
        .map(|second| {
            let entry = Entry::after(&head, note(second));
            head = entry.head();
            entry
        })
        .collect()
}

fn seal(entry: &Entry) -> Seal {
    Seal {
        day: "2026-11-20".parse().unwrap(),
        head: entry.head(),
        sealed_at: at(100),
    }
}

/// The faults of a log, each with its entry's number.
fn faults(entries: &[Entry], seals: &[Seal]) -> Vec<(u64, Fault)> {
    let findings = verify(entries, seals);
    findings
        .iter()
        .map(|finding| (finding.number, finding.fault))
        .collect()
}

/// The entry with other contents and the hash that fits them.
fn rewritten(entry: &Entry, change: impl FnOnce(&mut Note)) -> Entry {
    let mut note = entry.note.clone();
    change(&mut note);
    let head = Head {
        number: entry.number - 1,
        hash: entry.previous,
    };
    Entry::after(&head, note)
}

#[test]
fn a_log_that_nobody_touched_has_no_fault() {
    let log = log(9);
    assert_eq!(faults(&log, &[seal(&log[3]), seal(&log[8])]), []);
    assert_eq!(faults(&[], &[]), []);
    assert_eq!(log[0].number, 1);
    assert_eq!(log[0].previous, Digest::of(b""));
}

#[test]
fn an_entry_survives_its_record() {
    for entry in log(2) {
        let text = serde_json::to_string(&entry).unwrap();
        let read: Entry = serde_json::from_str(&text).unwrap();
        assert_eq!(verify(&[log(1).remove(0)], &[]), []);
        assert_eq!(read.link(), entry.link());
    }
}

#[test]
fn the_hash_is_of_the_canonical_json_that_the_documentation_says() {
    let entry = &log(1)[0];
    let canonical = concat!(
        r#"{"app":"wallet","at":"2025-11-21T04:40:01Z","by":{"kind":"person","name":"ada@example.com"},"#,
        r#""deed":"promotion-requested","details":{"gates":"no hold"},"environment":"prod","number":1,"#,
        r#""previous":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","#,
        r#""proof":"session of https://issuer.example.com","reason":"reason 1"}"#
    );
    assert_eq!(entry.hash, Digest::of(canonical.as_bytes()));
}

#[test]
fn an_altered_entry_is_found_whatever_was_altered() {
    let changes: [fn(&mut Note); 12] = [
        |note| note.at = at(77),
        |note| note.by.name = "mallory@example.com".to_owned(),
        |note| note.by.kind = crate::actor::ActorKind::Portal,
        |note| note.proof = "local".to_owned(),
        |note| note.deed = Deed::Approved,
        |note| note.app = Some("bank".parse().unwrap()),
        |note| note.environment = None,
        |note| note.build = "01HZY3V8Q4T9N2B7C6D5E00812".parse().ok(),
        |note| note.promotion = "01HZY3V8Q4T9N2B7C6D5E00812".parse().ok(),
        |note| note.reason = Some("another reason".to_owned()),
        |note| note.from = Some("203.0.113.7".to_owned()),
        |note| note.details.clear(),
    ];
    for change in changes {
        let mut altered = log(5);
        change(&mut altered[2].note);
        assert_eq!(faults(&altered, &[]), [(3, Fault::Altered)]);
        // Also when its hash was made to fit: the next entry remembers.
        let mut fitted = log(5);
        fitted[2] = rewritten(&fitted[2], change);
        assert_eq!(faults(&fitted, &[]), [(3, Fault::Altered)]);
    }
    let mut hash = log(5);
    hash[2].hash = Digest::of(b"x");
    assert_eq!(faults(&hash, &[])[0], (3, Fault::Altered));
    let mut previous = log(5);
    previous[2].previous = Digest::of(b"x");
    assert_eq!(faults(&previous, &[]), [(3, Fault::Altered)]);
    let mut first = log(5);
    first[0] = Entry::after(
        &Head {
            number: 0,
            hash: Digest::of(b"x"),
        },
        first[0].note.clone(),
    );
    assert_eq!(faults(&first, &[]), [(1, Fault::Altered)]);
}

#[test]
fn missing_entries_are_found_and_named() {
    let mut one = log(6);
    one.remove(2);
    let findings = verify(&one, &[]);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].words, "entry 3 is missing");
    let mut row = log(6);
    row.drain(0..3);
    let findings = verify(&row, &[]);
    assert_eq!((findings[0].number, findings[0].last), (1, 3));
    assert_eq!(findings[0].words, "entries 1 to 3 are missing");
}

#[test]
fn entries_that_are_missing_at_the_end_are_found_by_a_seal_or_by_the_head() {
    let whole = log(6);
    let cut = &whole[..4];
    assert_eq!(faults(cut, &[]), []);
    assert_eq!(faults(cut, &[seal(&whole[5])]), [(5, Fault::Missing)]);
    let links: Vec<Link> = cut.iter().map(Entry::link).collect();
    let findings = verify_links(&Head::default(), &links, &[], Some(&whole[5].head()));
    assert_eq!(findings[0].words, "entries 5 to 6 are missing");
    assert_eq!(findings.len(), 1);
}

#[test]
fn an_entry_that_was_put_in_is_found() {
    // A second one of a number, before or behind the one that the log holds to.
    let whole = log(5);
    let forged = rewritten(&whole[2], |note| note.deed = Deed::Approved);
    for place in [2, 3] {
        let mut log = whole.clone();
        log.insert(place, forged.clone());
        assert_eq!(faults(&log, &[]), [(3, Fault::Inserted)], "{place}");
    }
    // One that was made to fit behind the end.
    let mut longer = whole.clone();
    longer.push(Entry::after(&whole[4].head(), note(6)));
    let links: Vec<Link> = longer.iter().map(Entry::link).collect();
    let findings = verify_links(&Head::default(), &links, &[], Some(&whole[4].head()));
    assert_eq!(
        (findings[0].number, findings[0].fault),
        (6, Fault::Inserted)
    );
    assert_eq!(findings.len(), 1);
}

#[test]
fn entries_that_stand_elsewhere_are_found() {
    // Kept in another order.
    let mut order = log(6);
    order.swap(2, 4);
    let found = faults(&order, &[]);
    assert_eq!(found, [(3, Fault::Reordered), (4, Fault::Reordered)]);
    // Under each other's numbers.
    let mut numbers = log(6);
    numbers.swap(2, 3);
    (numbers[2].number, numbers[3].number) = (3, 4);
    let found = faults(&numbers, &[]);
    assert_eq!(found, [(3, Fault::Reordered), (4, Fault::Reordered)]);
}

#[test]
fn a_log_that_was_written_anew_is_found_by_its_seals() {
    let whole = log(8);
    let seals = [seal(&whole[2]), seal(&whole[5]), seal(&whole[7])];
    // From entry 5 on, with every hash made to fit.
    let mut anew = whole[..4].to_vec();
    for second in 5..=8 {
        let last = anew.last().unwrap().head();
        anew.push(Entry::after(&last, note(second + 50)));
    }
    assert_eq!(faults(&anew, &[]), [], "nothing in the chain shows it");
    let findings = verify(&anew, &seals);
    let found: Vec<(u64, Fault)> = findings.iter().map(|f| (f.number, f.fault)).collect();
    assert_eq!(found, [(6, Fault::SealMismatch), (8, Fault::SealMismatch)]);
    assert!(
        findings[0]
            .words
            .contains("some entry behind 3 and up to it was written anew"),
        "{}",
        findings[0].words
    );
}

#[test]
fn a_part_is_verified_from_what_is_trusted() {
    let whole = log(8);
    let from = whole[3].head();
    let links: Vec<Link> = whole[4..].iter().map(Entry::link).collect();
    let end = whole[7].head();
    let verify = |links: &[Link]| verify_links(&from, links, &[seal(&whole[3])], Some(&end));
    assert_eq!(verify(&links), []);
    assert_eq!(verify(&links[1..])[0].words, "entry 5 is missing");
    assert_eq!(verify(&[])[0].words, "entries 5 to 8 are missing");
    let mut another = whole[4].clone();
    another.previous = Digest::of(b"x");
    let another = rewritten(&another, |_| {});
    let mut links = links;
    links[0] = another.link();
    assert_eq!(verify(&links)[0].fault, Fault::Altered);
}

#[test]
fn numbers_at_the_end_of_all_numbers_do_no_harm() {
    let mut log = log(2);
    log[1].number = u64::MAX;
    let findings = verify(&log, &[]);
    assert!(
        findings
            .iter()
            .any(|finding| finding.fault == Fault::Missing)
    );
    assert!(findings.iter().any(|finding| finding.number == u64::MAX));
}
