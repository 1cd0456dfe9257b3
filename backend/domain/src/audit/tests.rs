use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_700_000 + second).unwrap()
}

fn note(second: i64) -> AuditRecord {
    AuditRecord {
        app: Some("wallet".parse().unwrap()),
        environment: Some("prod".parse().unwrap()),
        reason: Some(format!("reason {second}")),
        details: BTreeMap::from([("gates".to_owned(), "no hold".to_owned())]),
        ..AuditRecord::new(
            at(second),
            // As the documentation has it, and as versions wrote it that knew people by their address.
            Actor {
                person: None,
                ..Actor::named("ada@example.com", vec!["release-managers".to_owned()])
            },
            "session of https://issuer.example.com",
            AuditAction::PromotionRequested,
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

/// The seals of those entries, in a row.
fn seals(entries: &[&Entry]) -> Seals {
    versions(entries).check(None)
}

fn versions(entries: &[&Entry]) -> SealsFound {
    let mut found = SealsFound::default();
    for seal in row(entries) {
        found.push(version(&seal));
    }
    found
}

fn row(entries: &[&Entry]) -> Vec<Seal> {
    let mut last = LastSeal::default();
    let next = |entry: &&Entry| {
        let seal = Seal::after(&last, entry.head(), at(100));
        last = seal.as_last();
        seal
    };
    entries.iter().map(next).collect()
}

fn version(seal: &Seal) -> SealVersion {
    SealVersion {
        key: seal.key(),
        version: "v1".to_owned(),
        delete_marker: false,
        written_at: Some(seal.sealed_at),
        text: Some(seal.text()),
        lock: None,
    }
}

/// The faults of a log, each with its entry's number.
fn faults(entries: &[Entry], sealed: &[&Entry]) -> Vec<(u64, Fault)> {
    told(&verify(entries, seals(sealed)))
}

fn told(findings: &[Finding]) -> Vec<(u64, Fault)> {
    let told = |finding: &Finding| (finding.number, finding.fault);
    findings.iter().map(told).collect()
}

/// The same for entries at hand and a log that says where it ends.
fn up_to(entries: &[Entry], end: &Head) -> Vec<Finding> {
    part(&Head::default(), entries, Seals::default(), end)
}

fn part(from: &Head, entries: &[Entry], seals: Seals, end: &Head) -> Vec<Finding> {
    let mut verifier = Verifier::from(from, seals, Some(end));
    for entry in entries {
        verifier.push(&entry.link());
    }
    verifier.finish(Some(end)).findings
}

/// The entry with other contents and the hash that fits them.
fn rewritten(entry: &Entry, change: impl FnOnce(&mut AuditRecord)) -> Entry {
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
    assert_eq!(faults(&log, &[&log[3], &log[8]]), []);
    assert_eq!(faults(&[], &[]), []);
    assert_eq!(log[0].number, 1);
    assert_eq!(log[0].previous, Digest::of(b""));
}

#[test]
fn an_entry_survives_its_record() {
    for entry in log(2) {
        let text = serde_json::to_string(&entry).unwrap();
        let read: Entry = serde_json::from_str(&text).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(Link::of(value), Some(entry.link()));
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
    let changes: [fn(&mut AuditRecord); 12] = [
        |note| note.at = at(77),
        |note| note.by.name = "mallory@example.com".to_owned(),
        |note| note.by.kind = crate::actor::ActorKind::Portal,
        |note| note.proof = "local".to_owned(),
        |note| note.action = AuditAction::Approved,
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
    let findings = verify(&one, Seals::default());
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].words, "entry 3 is missing");
    let mut row = log(6);
    row.drain(0..3);
    let findings = verify(&row, Seals::default());
    assert_eq!((findings[0].number, findings[0].last), (1, 3));
    assert_eq!(findings[0].words, "entries 1 to 3 are missing");
}

#[test]
fn entries_that_are_missing_at_the_end_are_found_by_a_seal_or_by_the_head() {
    let whole = log(6);
    let cut = &whole[..4];
    assert_eq!(faults(cut, &[]), []);
    assert_eq!(faults(cut, &[&whole[5]]), [(5, Fault::Missing)]);
    let findings = up_to(cut, &whole[5].head());
    assert_eq!(findings[0].words, "entries 5 to 6 are missing");
    assert_eq!(findings.len(), 1);
}

#[test]
fn an_entry_that_was_put_in_is_found() {
    // A second one of a number, before or behind the one that the log holds to.
    let whole = log(5);
    let forged = rewritten(&whole[2], |note| note.action = AuditAction::Approved);
    for place in [2, 3] {
        let mut log = whole.clone();
        log.insert(place, forged.clone());
        assert_eq!(faults(&log, &[]), [(3, Fault::Inserted)], "{place}");
    }
    // One that was made to fit behind the end.
    let mut longer = whole.clone();
    longer.push(Entry::after(&whole[4].head(), note(6)));
    let findings = up_to(&longer, &whole[4].head());
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
    // A number is part of what an entry's hash is of.
    let found = faults(&numbers, &[]);
    assert_eq!(found, [(3, Fault::Altered), (4, Fault::Altered)]);
}

#[test]
fn a_log_that_was_written_anew_is_found_by_its_seals() {
    let whole = log(8);
    let sealed = seals(&[&whole[2], &whole[5], &whole[7]]);
    // From entry 5 on, with every hash made to fit.
    let mut anew = whole[..4].to_vec();
    for second in 5..=8 {
        let last = anew.last().unwrap().head();
        anew.push(Entry::after(&last, note(second + 50)));
    }
    assert_eq!(faults(&anew, &[]), [], "nothing in the chain shows it");
    let findings = verify(&anew, sealed);
    let found = told(&findings);
    assert_eq!(found, [(6, Fault::SealMismatch), (8, Fault::SealMismatch)]);
    assert_eq!(
        findings[0].words,
        "entry 6 is not the one that seal 2 holds: some entry after entry 3, up to this one, was written anew"
    );
}

#[test]
fn a_part_is_verified_from_what_is_trusted() {
    let whole = log(8);
    let from = whole[3].head();
    let end = whole[7].head();
    let verify = |entries: &[Entry]| part(&from, entries, seals(&[&whole[3]]), &end);
    let mut entries = whole[4..].to_vec();
    assert_eq!(verify(&entries), []);
    assert_eq!(verify(&entries[1..])[0].words, "entry 5 is missing");
    assert_eq!(verify(&[])[0].words, "entries 5 to 8 are missing");
    let mut another = whole[4].clone();
    another.previous = Digest::of(b"x");
    let another = rewritten(&another, |_| {});
    entries[0] = another;
    assert_eq!(verify(&entries)[0].fault, Fault::Altered);
}

#[test]
fn numbers_at_the_end_of_all_numbers_do_no_harm() {
    let mut log = log(2);
    log[1].number = u64::MAX;
    let findings = verify(&log, Seals::default());
    assert!(
        findings
            .iter()
            .any(|finding| finding.fault == Fault::Missing)
    );
    assert!(findings.iter().any(|finding| finding.number == u64::MAX));
}

#[test]
fn what_is_added_while_a_log_is_read_is_no_finding() {
    let whole = log(8);
    let before = whole[4].head();
    let read = |after: &Head| {
        let mut verifier = Verifier::new(Seals::default(), Some(&before));
        for entry in &whole[..7] {
            verifier.push(&entry.link());
        }
        verifier.finish(Some(after)).findings
    };
    assert_eq!(read(&whole[6].head()), []);
    assert_eq!(read(&whole[7].head()), []);
    let findings = read(&before);
    assert_eq!(told(&findings), [(6, Fault::Inserted)]);
    assert_eq!(
        findings[0].words,
        "entries 6 to 7 stand behind the log's end, which is entry 5"
    );
}

#[test]
fn members_that_this_program_does_not_know_are_part_of_the_hash() {
    let mut entry = serde_json::to_value(&log(1)[0]).unwrap();
    entry["severity"] = "high".into();
    let mut verifier = Verifier::new(Seals::default(), None);
    verifier.push(&Link::of(entry.clone()).unwrap());
    assert_eq!(told(&verifier.finish(None).findings), [(1, Fault::Altered)]);
    let hash = {
        let mut contents = entry.clone();
        contents.as_object_mut().unwrap().remove("hash");
        Digest::of(canonical::whole(&contents).unwrap().as_bytes())
    };
    entry["hash"] = hash.to_string().into();
    let mut verifier = Verifier::new(Seals::default(), None);
    verifier.push(&Link::of(entry.clone()).unwrap());
    assert_eq!(verifier.finish(None).findings, []);
    entry["severity"] = 0.5.into();
    assert_eq!(Link::of(entry), None);
}

#[test]
fn findings_are_counted_when_there_are_too_many_to_tell() {
    let mut every_other = log(5000);
    every_other.retain(|entry| entry.number % 2 == 0);
    let mut verifier = Verifier::new(Seals::default(), None);
    for entry in &every_other {
        verifier.push(&entry.link());
    }
    let outcome = verifier.finish(None);
    assert_eq!(outcome.findings.len(), MOST_FINDINGS);
    assert_eq!(outcome.more, 2500 - MOST_FINDINGS as u64);
}

/// What is found in seals 1 to 4 of a log of eight entries, once something was done to them.
fn in_seals(change: impl FnOnce(&mut Vec<SealVersion>)) -> Vec<(u64, Fault)> {
    let whole = log(8);
    let row = row(&[&whole[1], &whole[3], &whole[5], &whole[7]]);
    let mut versions: Vec<SealVersion> = row.iter().map(version).collect();
    change(&mut versions);
    let mut found = SealsFound::default();
    for version in versions {
        found.push(version);
    }
    told(&verify(&whole, found.check(Some(4))))
}

#[test]
fn whatever_is_done_to_seals_is_found() {
    let whole = log(8);
    let row = row(&[&whole[1], &whole[3], &whole[5], &whole[7]]);
    assert_eq!(in_seals(|_| {}), []);
    for gone in 0..4 {
        let found = in_seals(|seals| drop(seals.remove(gone)));
        assert_eq!(found, [(gone as u64 + 1, Fault::SealMissing)]);
    }
    // The newest version comes first; the oldest counts.
    let second = |text: Option<String>| {
        let mut second = version(&row[1]);
        second.version = "v2".to_owned();
        second.text = text;
        second
    };
    let found = in_seals(|seals| seals.insert(1, second(None)));
    assert_eq!(found, [(2, Fault::SealReplaced)]);
    let found = in_seals(|seals| seals.insert(1, second(Some("{}".to_owned()))));
    assert_eq!(found, [(2, Fault::SealReplaced)]);
    let marker = SealVersion {
        delete_marker: true,
        ..second(None)
    };
    let found = in_seals(|seals| seals.insert(0, marker.clone()));
    assert_eq!(found, [(2, Fault::SealDeleted)]);
    let found = in_seals(|seals| seals[1] = marker);
    assert_eq!(found, [(2, Fault::SealDeleted)]);
    // One of another head, in its place and beside it.
    let other = Seal {
        head: whole[2].head(),
        ..row[1].clone()
    };
    let found = in_seals(|seals| seals[1] = version(&other));
    assert_eq!(found, [(3, Fault::SealForged)], "seal 3 follows another");
    let found = in_seals(|seals| seals.push(version(&other)));
    assert_eq!(found, [(2, Fault::SealReplaced)]);
    // One whose contents are another's, one that is none, one of another format, one with more in it.
    let texts = [
        row[2].text(),
        "no seal".to_owned(),
        row[1].text().replace("\"format\":1", "\"format\":2"),
        row[1].text().replace('{', "{\"a\":1,"),
        row[1].text().replace(',', ", "),
    ];
    for text in texts {
        let found = in_seals(|seals| seals[1].text = Some(text.clone()));
        assert_eq!(found, [(2, Fault::SealForged)], "{text}");
    }
    // One that goes back, and follows the one before it all the same.
    let back = Seal::after(&row[3].as_last(), whole[2].head(), at(200));
    let found = in_seals(|seals| seals.push(version(&back)));
    assert_eq!(found, [(5, Fault::SealForged)]);
    let stranger = SealVersion {
        key: "seals/readme.txt".to_owned(),
        ..second(Some("hello".to_owned()))
    };
    assert_eq!(
        in_seals(|seals| seals.push(stranger)),
        [(0, Fault::SealForged)]
    );
}

#[test]
fn a_log_and_seals_that_were_written_anew_together_are_found_by_the_versions() {
    let whole = log(8);
    let old = row(&[&whole[3], &whole[7]]);
    let mut anew = whole[..4].to_vec();
    for second in 5..=8 {
        let last = anew.last().unwrap().head();
        anew.push(Entry::after(&last, note(second + 50)));
    }
    // The old seal cannot be removed; the new one has a key of its own.
    let forged = Seal::after(&old[0].as_last(), anew[7].head(), at(100));
    let mut found = SealsFound::default();
    for seal in [&old[0], &old[1], &forged] {
        found.push(version(seal));
    }
    assert_eq!(
        told(&verify(&anew, found.check(None))),
        [(8, Fault::SealMismatch), (2, Fault::SealReplaced)]
    );
}

#[test]
fn the_first_seal_with_a_number_follows_the_newest_of_the_days() {
    let whole = log(6);
    let day = |entry: &Entry, day: &str, second| DaySeal {
        day: day.parse().unwrap(),
        head: entry.head(),
        sealed_at: at(second),
    };
    let days = [
        day(&whole[1], "2025-11-19", 10),
        day(&whole[3], "2025-11-20", 20),
    ];
    let of_day = |seal: &DaySeal| SealVersion {
        key: seal.key(),
        version: "v1".to_owned(),
        delete_marker: false,
        written_at: None,
        // As they were written: not in canonical form.
        text: serde_json::to_string(seal).ok(),
        lock: None,
    };
    let check = |follows: &LastSeal, days: &[DaySeal]| {
        let mut found = SealsFound::default();
        for seal in days {
            found.push(of_day(seal));
        }
        found.push(version(&Seal::after(follows, whole[5].head(), at(30))));
        let seals = found.check(None);
        assert_eq!(seals.count, days.len() + 1);
        told(&verify(&whole, seals))
    };
    assert_eq!(check(&days[1].as_last(), &days), []);
    let forged = [(1, Fault::SealForged)];
    assert_eq!(check(&days[0].as_last(), &days), forged);
    assert_eq!(check(&days[1].as_last(), &days[..1]), forged);
    assert_eq!(check(&LastSeal::default(), &days), forged);
    assert_eq!(check(&LastSeal::default(), &[]), []);
    // The version before may write one more when it is started again.
    let later = day(&whole[5], "2025-11-21", 40);
    let [first, second] = days.clone();
    assert_eq!(check(&days[1].as_last(), &[first, second, later]), []);
}

#[test]
fn a_seal_is_written_as_the_documentation_says() {
    let seal = row(&[&log(1)[0]]).remove(0);
    let hash = log(1)[0].hash;
    assert_eq!(
        seal.key(),
        format!("seals/0000000001-000000000001-{hash}.json")
    );
    let nothing = Digest::of(b"");
    assert_eq!(
        seal.text(),
        format!(
            r#"{{"format":1,"head":{{"hash":"{hash}","number":1}},"number":1,"previous":"{nothing}","sealed_at":"2025-11-21T04:41:40Z"}}"#
        )
    );
}

/// A note of somebody that also names somebody else.
fn of_people() -> AuditRecord {
    let ada = Actor::named("ada@example.com", Vec::new());
    let token = Actor::token(ada, "ci", crate::access::Permit::all(Vec::new()));
    let bob = Actor::named("bob@example.com", Vec::new());
    AuditRecord {
        reason: Some("as ada@example.com. said, not x.ada@example.com".to_owned()),
        details: BTreeMap::from([
            ("of".to_owned(), bob.name.clone()),
            (
                "gate hold".to_owned(),
                "prod is held by bob@example.com: no".to_owned(),
            ),
        ]),
        about: vec![bob],
        ..AuditRecord::new(at(1), token, "token", AuditAction::Held)
    }
}

fn id(name: &str) -> PersonId {
    PersonId::of("https://issuer.example", name)
}

fn names() -> Names {
    let named = |name: &str| Named {
        name: name.to_owned(),
        salt: "00ff".to_owned(),
    };
    ["ada@example.com", "bob@example.com"]
        .map(|name| (id(name), named(name)))
        .into()
}

fn with_names() -> Entry {
    Entry {
        names: names(),
        ..Entry::after(&Head::default(), of_people().without_names(&names()))
    }
}

#[test]
fn names_stand_beside_an_entry_and_nowhere_in_what_is_hashed() {
    let entry = with_names();
    let (ada, bob) = (id("ada@example.com"), id("bob@example.com"));
    let hashed = serde_json::to_string(&entry.note).unwrap();
    assert_eq!(
        hashed,
        format!(
            concat!(
                r#"{{"at":"2025-11-21T04:40:01Z","by":{{"kind":"token","name":"{{{ada}}}/ci","#,
                r#""owner":{{"kind":"person","name":"{{{ada}}}","person":"{ada}"}}}},"proof":"token","deed":"held","#,
                r#""reason":"as {{{ada}}}. said, not x.ada@example.com","#,
                r#""details":{{"gate hold":"prod is held by {{{bob}}}: no","of":"{{{bob}}}"}},"#,
                r#""people":{{{people}}}}}"#
            ),
            ada = ada,
            bob = bob,
            people = people(&entry),
        )
    );
    // SHA-256 of `["00ff","ada@example.com"]`.
    assert_eq!(
        entry.note.people[&ada],
        Digest::of(br#"["00ff","ada@example.com"]"#)
    );
    let read = entry.clone().readable().note;
    let said = of_people();
    assert_eq!((&read.by.name, &read.reason), (&said.by.name, &said.reason));
    assert_eq!(read.by.owner.unwrap().name, "ada@example.com");
    assert_eq!(read.details, said.details);
    assert_eq!(verify(&[entry], Seals::default()), []);
}

fn people(entry: &Entry) -> String {
    let people = entry.note.people.iter();
    let people: Vec<String> = people
        .map(|(person, digest)| format!(r#""{person}":"{digest}""#))
        .collect();
    people.join(",")
}

#[test]
fn an_erased_name_is_no_finding_and_another_one_is() {
    let outcome = |entry: &Entry| {
        let mut one = Verifier::new(Seals::default(), None);
        one.push(&entry.link());
        let mut other = Verifier::new(Seals::default(), None);
        other.push(&Link::of(serde_json::to_value(entry).unwrap()).unwrap());
        let (one, other) = (one.finish(None), other.finish(None));
        assert_eq!(one, other, "as a record and as it is written down");
        (told(&one.findings), one.erased)
    };
    let entry = with_names();
    assert_eq!(outcome(&entry), (vec![], 0));
    let mut erased = entry.clone();
    erased.names.remove(&id("ada@example.com"));
    assert_eq!(outcome(&erased), (vec![], 1));
    let short: String = id("ada@example.com").as_str().chars().take(8).collect();
    let read = erased.clone().readable().note;
    assert_eq!(read.by.name, format!("erased person {short}/ci"));
    assert_eq!(read.details["of"], "bob@example.com");
    erased.names.clear();
    assert_eq!(outcome(&erased), (vec![], 1));
    let changes: [fn(&mut Named); 2] = [
        |named| named.name = "eve@example.com".to_owned(),
        |named| named.salt = "00".to_owned(),
    ];
    for change in changes {
        let mut other = entry.clone();
        other.names.values_mut().for_each(change);
        assert_eq!(outcome(&other), (vec![(1, Fault::Altered)], 0));
    }
    // One of whom the entry says nothing.
    let mut more = entry.clone();
    let eve = more.names[&id("ada@example.com")].clone();
    more.names.insert(id("eve@example.com"), eve);
    assert_eq!(outcome(&more), (vec![(1, Fault::Altered)], 0));
    // The digest itself is hashed.
    let mut digest = entry;
    digest.note.people.clear();
    digest.names.clear();
    assert_eq!(outcome(&digest), (vec![(1, Fault::Altered)], 0));
}

#[test]
fn a_name_is_replaced_where_it_stands_alone() {
    for (text, expected) in [
        ("ada@example.com", "X"),
        ("by ada@example.com, now", "by X, now"),
        ("by Ada@Example.COM, ébahi", "by X, ébahi"),
        ("ADA@EXAMPLE.COM", "X"),
        ("Not-Ada@example.com", "Not-Ada@example.com"),
        ("(ada@example.com)", "(X)"),
        ("ask ada@example.com.", "ask X."),
        ("ada@example.com ada@example.com", "X X"),
        ("ada@example.com.au", "ada@example.com.au"),
        ("not-ada@example.com", "not-ada@example.com"),
        (
            "ada@example.comada@example.com",
            "ada@example.comada@example.com",
        ),
    ] {
        assert_eq!(replaced(text, "ada@example.com", "X"), expected, "{text}");
    }
    assert_eq!(replaced("prod is held", "prod", "X"), "prod is held");
    assert_eq!(replaced("prod", "prod", "X"), "X");
    assert_eq!(replaced("x", "", "X"), "x");
}
