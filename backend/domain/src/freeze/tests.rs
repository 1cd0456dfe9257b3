use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

fn once(zone_name: &str, from: &str, until: &str) -> Freeze {
    Freeze {
        reason: "release day".to_owned(),
        time_zone: zone(zone_name),
        window: Window::Once {
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
        },
    }
}

fn weekly(zone_name: &str, from: (u8, &str), until: (u8, &str)) -> Freeze {
    let moment = |(weekday, time): (u8, &str)| WeekTime {
        weekday,
        time: time.parse().unwrap(),
    };
    Freeze {
        reason: "weekend".to_owned(),
        time_zone: zone(zone_name),
        window: Window::Weekly {
            from: moment(from),
            until: moment(until),
        },
    }
}

/// The moments between which a freeze holds, found by asking at and just before each of them.
fn holds_exactly(freeze: &Freeze, from: &str, until: &str) {
    let (from, until) = (at(from), at(until));
    let moment = SignedDuration::from_nanos(1);
    assert_eq!(freeze.holds_at(from - moment), None, "before {from}");
    assert_eq!(freeze.holds_at(from), Some(until), "from {from}");
    assert_eq!(freeze.holds_at(until - moment), Some(until), "to {until}");
    assert_eq!(freeze.holds_at(until), None, "behind {until}");
    assert_eq!(freeze.next_change(from - moment), Some(from));
    assert_eq!(freeze.next_change(from), Some(until));
}

#[test]
fn a_single_freeze_holds_from_its_start_to_before_its_end() {
    let freeze = once("Europe/Berlin", "2026-12-18T16:00", "2027-01-07T08:00");
    holds_exactly(&freeze, "2026-12-18T15:00:00Z", "2027-01-07T07:00:00Z");
    assert_eq!(freeze.next_change(at("2027-01-07T07:00:00Z")), None);
}

#[test]
fn a_weekend_holds_across_the_end_of_the_week() {
    let freeze = weekly("Europe/Berlin", (5, "16:00"), (1, "08:00"));
    holds_exactly(&freeze, "2026-11-20T15:00:00Z", "2026-11-23T07:00:00Z");
    let sunday = at("2026-11-22T12:00:00Z");
    assert_eq!(freeze.holds_at(sunday), Some(at("2026-11-23T07:00:00Z")));
    let monday = at("2026-11-23T07:00:00Z");
    assert_eq!(freeze.next_change(monday), Some(at("2026-11-27T15:00:00Z")));
}

#[test]
fn a_night_holds_within_one_day_and_a_morning_until_the_next_week() {
    let night = weekly("UTC", (3, "01:00"), (3, "05:00"));
    holds_exactly(&night, "2026-11-18T01:00:00Z", "2026-11-18T05:00:00Z");
    // All but Wednesday, 01:00 to 05:00.
    let nearly_always = weekly("UTC", (3, "05:00"), (3, "01:00"));
    holds_exactly(
        &nearly_always,
        "2026-11-18T05:00:00Z",
        "2026-11-25T01:00:00Z",
    );
    let overnight = weekly("UTC", (7, "22:00"), (1, "06:00"));
    holds_exactly(&overnight, "2026-11-22T22:00:00Z", "2026-11-23T06:00:00Z");
}

#[test]
fn the_wall_clock_counts_on_both_sides_of_a_jump() {
    // Berlin goes to summer time on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00.
    let freeze = weekly("Europe/Berlin", (5, "16:00"), (1, "08:00"));
    holds_exactly(&freeze, "2026-03-27T15:00:00Z", "2026-03-30T06:00:00Z");
    holds_exactly(&freeze, "2026-10-23T14:00:00Z", "2026-10-26T07:00:00Z");
}

#[test]
fn a_time_that_a_spring_night_leaves_out_is_the_moment_of_the_jump() {
    let jump = "2026-03-29T01:00:00Z";
    let starts = once("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T06:00");
    holds_exactly(&starts, jump, "2026-03-29T04:00:00Z");
    let ends = once("Europe/Berlin", "2026-03-29T00:00", "2026-03-29T02:30");
    holds_exactly(&ends, "2026-03-28T23:00:00Z", jump);
    let at_its_edge = once("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T03:30");
    holds_exactly(&at_its_edge, jump, "2026-03-29T01:30:00Z");
    let nothing = once("Europe/Berlin", "2026-03-29T02:10", "2026-03-29T02:50");
    assert_eq!(nothing.holds_at(at(jump)), None);
    assert_eq!(nothing.next_change(at("2026-03-28T00:00:00Z")), None);
}

#[test]
fn a_time_that_an_autumn_night_has_twice_counts_the_longer_way() {
    let starts = once("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T06:00");
    holds_exactly(&starts, "2026-10-25T00:30:00Z", "2026-10-25T05:00:00Z");
    let ends = once("Europe/Berlin", "2026-10-25T00:00", "2026-10-25T02:30");
    holds_exactly(&ends, "2026-10-24T22:00:00Z", "2026-10-25T01:30:00Z");
    let both = once("Europe/Berlin", "2026-10-25T02:10", "2026-10-25T02:50");
    holds_exactly(&both, "2026-10-25T00:10:00Z", "2026-10-25T01:50:00Z");
}

#[test]
fn zones_that_jump_otherwise_are_no_different() {
    // Lord Howe Island moves by half an hour; Samoa left out a whole day, 2011-12-30.
    let howe = once(
        "Australia/Lord_Howe",
        "2026-10-04T02:15",
        "2026-10-04T04:00",
    );
    holds_exactly(&howe, "2026-10-03T15:30:00Z", "2026-10-03T17:00:00Z");
    let samoa = once("Pacific/Apia", "2011-12-30T12:00", "2011-12-31T12:00");
    holds_exactly(&samoa, "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z");
    let friday = weekly("Pacific/Apia", (5, "00:00"), (6, "12:00"));
    assert_eq!(
        friday.holds_at(at("2011-12-30T12:00:00Z")),
        Some(at("2011-12-30T22:00:00Z"))
    );
}

#[test]
fn every_hour_of_two_years_agrees_with_the_wall_clock() {
    let freeze = weekly("Europe/Berlin", (5, "16:00"), (1, "08:00"));
    let mut now = at("2026-01-01T00:30:00Z");
    while now < at("2028-01-01T00:00:00Z") {
        let local = freeze.time_zone.rules().to_datetime(now);
        let day = local.weekday().to_monday_one_offset();
        let hour = local.hour();
        let expected = match day {
            1 => hour < 8,
            5 => hour >= 16,
            6 | 7 => true,
            _ => false,
        };
        assert_eq!(freeze.holds_at(now).is_some(), expected, "{now} {local}");
        now += SignedDuration::from_hours(1);
    }
}

#[test]
fn the_ends_of_the_calendar_do_no_harm() {
    let freeze = weekly("Pacific/Kiritimati", (5, "16:00"), (1, "08:00"));
    for moment in [Timestamp::MIN, Timestamp::MAX] {
        assert!(freeze.holds_at(moment).is_none_or(|until| until > moment));
        assert!(
            freeze
                .next_change(moment)
                .is_none_or(|change| change > moment)
        );
    }
    let endless = once(
        "America/Los_Angeles",
        "2026-01-01T00:00",
        "9999-12-31T23:59",
    );
    assert_eq!(
        endless.holds_at(at("2026-06-01T00:00:00Z")),
        Some(Timestamp::MAX)
    );
}

#[test]
fn freezes_that_follow_upon_one_another_are_one() {
    let weekend = weekly("UTC", (6, "00:00"), (1, "00:00"));
    let monday = weekly("UTC", (1, "00:00"), (1, "12:00"));
    let freezes = [monday, weekend];
    let (freeze, until) = frozen(&freezes, at("2026-11-21T09:00:00Z")).unwrap();
    assert_eq!(freeze.reason, "weekend");
    assert_eq!(until, Some(at("2026-11-23T12:00:00Z")));
    assert!(frozen(&freezes, at("2026-11-23T12:00:00Z")).is_none());
}

#[test]
fn freezes_that_leave_no_time_at_all_have_no_end() {
    let freezes = [
        weekly("UTC", (1, "00:00"), (4, "00:00")),
        weekly("UTC", (4, "00:00"), (1, "00:00")),
    ];
    let (_, until) = frozen(&freezes, at("2026-11-21T09:00:00Z")).unwrap();
    assert_eq!(until, None);
}

#[test]
fn a_zone_is_one_of_the_database() {
    assert_eq!(zone("europe/berlin").name(), "Europe/Berlin");
    assert_eq!(zone("UTC").name(), "UTC");
    for text in [
        "",
        "Europe/Berln",
        "+01:00",
        "Etc/Unknown",
        "CEST",
        "../etc/passwd",
    ] {
        assert!(text.parse::<Zone>().is_err(), "{text:?}");
    }
    assert!(Zone::names().iter().any(|name| name == "America/New_York"));
}

#[test]
fn a_freeze_survives_its_text() {
    let freeze = weekly("Europe/Berlin", (5, "16:00"), (1, "08:00"));
    let text = serde_json::to_string(&freeze).unwrap();
    assert!(text.contains("\"Europe/Berlin\""), "{text}");
    assert_eq!(serde_json::from_str::<Freeze>(&text).unwrap(), freeze);
}
