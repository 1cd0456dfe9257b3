use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

#[test]
fn a_sign_in_is_finished_within_a_quarter_of_an_hour_and_never_before_it_began() {
    let begun = at(0).as_second();
    assert!(is_recent(begun, at(0)));
    assert!(is_recent(begun, at(900)));
    assert!(!is_recent(begun, at(901)));
    assert!(!is_recent(begun, at(-1)));
}

#[test]
fn what_the_issuer_says_is_shown_short_and_on_one_line() {
    let long = "x".repeat(500);
    for (said, shown) in [
        ("no\r\nSet-Cookie: a", "noSet-Cookie: a"),
        (&long, &long[..200]),
    ] {
        let error = refused("access_denied", Some(said));
        assert_eq!(
            error.to_string(),
            format!("the issuer did not let you in: {shown}")
        );
    }
}

#[test]
fn a_secret_that_is_too_short_is_none() {
    let long = "x".repeat(32);
    let good = format!("{{\"current\": \"{long}\", \"previous\": \"\"}}");
    assert!(Secret::parse(&good).is_ok());
    for bad in [
        "",
        "{}",
        "{\"current\": \"short\"}",
        &format!("{{\"current\": \"{long}\", \"previous\": \"short\"}}"),
    ] {
        assert!(
            matches!(Secret::parse(bad), Err(SecretError::Shape)),
            "{bad}"
        );
    }
}
