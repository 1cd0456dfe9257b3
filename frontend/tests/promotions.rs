//! What people look for on the pages about promotions, holds and the audit log is there, in words as well as in pictures.

mod samples;

use domain::device::Device;
use frontend::{
    Page, Site,
    pages::{
        promotion::show::PromotionPage, sign_in::signed_out::SignedOutPage,
        tester::show::TesterPage,
    },
    render,
    site::{Section, Visitor},
};
use samples::{audit, builds, promotions, shown, tester};

fn page(page: &dyn Page) -> String {
    let site = Site {
        islands: None,
        visitor: Visitor::Local,
        base: "https://towpath.example.com".into(),
    };
    render(page, &site)
}

/// A page by its name in the gallery.
fn named(name: &str) -> String {
    let mut found = None;
    shown::each(&mut |other, one| {
        if other == name {
            found = Some(page(one));
        }
    });
    found.unwrap_or_default()
}

/// The text of the document without its tags, spaces folded.
fn text(html: &str) -> String {
    let words: String = html
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(html: &str, parts: &[&str]) {
    let said = text(html);
    for part in parts {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_build_shows_its_way_with_every_gate_in_words() {
    let html = named("build-ready");
    says(
        &html,
        &[
            "Development here now",
            "Preproduction next: has to wait",
            "checks, met: 2 of 2 checks passed",
            "soak, waits: Soak 1 h 40 min left Wait until 2026-11-21 11:10 UTC.",
            "Production later Prod is not next for this build.",
        ],
    );
    assert_eq!(html.matches("class=\"boat\"").count(), 1);
    let form = format!("/journal/builds/{}/promote", builds::build_id(812));
    assert_eq!(html.matches(&format!("action=\"{form}\"")).count(), 1);
    assert!(html.contains("name=\"bypass\" value=\"soak\""));
    assert!(
        html.contains("<details class=\"glass\">"),
        "shut until asked for"
    );
}

#[test]
fn a_refused_form_keeps_what_was_typed_and_says_everything_that_is_wrong() {
    let html = named("build-returned");
    says(
        &html,
        &[
            "Not promoted",
            "There is no reason. Say why in a few words.",
            "Going past gates has no reason of its own.",
        ],
    );
    assert!(html.contains(">for the field test</textarea>"));
    assert!(html.contains("value=\"soak\" checked"), "{html}");
    assert!(html.contains("role=\"alert\"") && html.contains("<details open class=\"glass\">"));
}

#[test]
fn a_build_that_cannot_go_on_says_all_that_is_in_the_way_once() {
    let html = named("build-refused");
    says(
        &html,
        &[
            "Production closed",
            "Build 809 is on its way here",
            "You may not promote to prod. Ask a release manager.",
            "Prod is frozen for the weekend. Wait until Monday 08:00 Europe/Berlin.",
            "Roll Development back to this build",
        ],
    );
    let checks = text(&html).matches("0 of 1 checks passed").count();
    assert_eq!(checks, 1, "the gate has said it");
    assert!(!html.contains("/promote\""), "nobody is asked in vain");
}

#[test]
fn a_withdrawn_build_says_why_and_what_to_use_instead() {
    let html = named("build-withdrawn");
    let why = "It forgets the mock location when the phone restarts.";
    says(
        &html,
        &[
            "nobody gets this build any more",
            why,
            "Use instead: Build 811",
        ],
    );
    assert!(html.contains("/restore\"") && !html.contains("/withdraw\""));
    let html = page(&TesterPage {
        view: &tester::withdrawn(),
        device: Device::Other,
    });
    says(
        &html,
        &[
            "Build 813 was withdrawn.",
            why,
            "install build 812 from this page instead",
        ],
    );
    says(
        &named("tester-all-withdrawn"),
        &["Nothing is given out here until another build is released"],
    );
}

#[test]
fn what_waits_for_the_reader_stands_first() {
    let html = named("promotions");
    let said = text(&html);
    let place = |part: &str| said.find(part).unwrap();
    assert!(place("Waiting for you") < place("Build 812 to prod"));
    assert!(place("Build 812 to prod") < place("Build 811 to prod"));
    assert!(place("Build 811 to prod") < place("Recent"));
    says(
        &html,
        &[
            "needs 1 approval from release-managers",
            "rejected",
            "expired",
        ],
    );
    says(&named("promotions-many"), &["Choose an app"]);
}

#[test]
fn an_approval_carries_the_digest_that_was_seen() {
    let view = promotions::waiting();
    let html = named("promotion-waiting");
    let digest = view.promotion.digest.to_string();
    assert!(html.contains(&format!("name=\"digest\" value=\"{digest}\"")));
    says(
        &html,
        &[
            "ada@example.com requested it",
            "grace@example.com approved, of release-managers",
            "Tried it on the Pixel.",
            "Waiting for its gates",
        ],
    );
    for verb in ["approve", "reject", "cancel"] {
        let action = format!("action=\"/promotions/{}/{verb}\"", view.promotion.id);
        assert_eq!(html.matches(&action).count(), 1, "{verb}");
    }
    assert!(!named("promotion-back").contains("<form"), "it is over");
}

#[test]
fn what_was_last_heard_of_a_target_is_shown_to_whoever_may_end_it() {
    let html = named("promotion-stuck");
    says(
        &html,
        &[
            "Its target did not do it yet. Last tried 2026-11-21 09:20:00 UTC: reading an object failed",
            "Its target is being called",
            "nothing is released by this promotion",
        ],
    );
    let action = format!(
        "action=\"/promotions/{}/abandon\"",
        promotions::stuck().promotion.id
    );
    assert_eq!(html.matches(&action).count(), 1);
    assert!(!html.contains("/cancel\""), "it has started");
}

#[test]
fn what_a_hold_keeps_from_being_released_says_so() {
    says(
        &named("promotion-held"),
        &["Production is on hold: nothing is released there until that is lifted. Payments fail."],
    );
    says(
        &named("build-restored"),
        &[
            "Restored, and not served yet. It is served again in preprod once the hold there is lifted.",
        ],
    );
}

#[test]
fn gates_that_were_gone_past_are_marked() {
    says(
        &named("promotion-failed"),
        &[
            "Goes past gates: soak. Logins fail in production.",
            "soak, bypassed: Soak",
            "It failed. The run of journal-prod failed",
        ],
    );
}

#[test]
fn a_way_back_is_chosen_among_builds_that_are_kept() {
    let html = named("rollback");
    says(
        &html,
        &["Build 811", "Withdrawn", "Also withdraw the current build"],
    );
    let gone = builds::build_id(810);
    assert!(
        html.contains(&format!("value=\"{gone}\" disabled")),
        "{html}"
    );
    let html = named("rollback-returned");
    says(&html, &["Not rolled back", "The build that you came from"]);
    assert!(html.contains("name=\"withdraw\" value=\"yes\" checked"));
}

#[test]
fn a_frozen_environment_is_marked_and_what_still_runs_there_is_listed() {
    let html = named("holds");
    says(
        &html,
        &[
            "prod is on hold",
            "Had started before; its release waits until the hold is lifted: running Build 811 to prod",
            "journal is not promoted to preprod by itself",
            "Hold this environment",
        ],
    );
    assert_eq!(html.matches("action=\"/holds/lift\"").count(), 1);
    says(
        &named("overview-stopped"),
        &["On hold", "Not automatic", "Rolled back", "was withdrawn"],
    );
}

#[test]
fn the_log_says_who_did_what_and_leads_to_it() {
    let html = named("audit");
    says(
        &html,
        &[
            "ada@example.com went past gates · journal in prod",
            "via session of https://id.example.com",
            ", from 203.0.113.7",
            "every app in prod",
        ],
    );
    let log = audit::entries();
    assert!(html.contains(&log.items[0].hash.to_string()));
    assert!(html.contains("/downloads\"") && html.contains("format=jsonl"));
    says(
        &named("audit-altered"),
        &[
            "Entry 2",
            "altered",
            "Entries 4 to 6",
            "missing",
            "seal missing",
            "Seal 3",
            "seal deleted",
            "The seal of 2026-11-20 has a delete marker",
        ],
    );
    says(
        &named("audit-verified"),
        &[
            "The log is intact.",
            "120 entries",
            "3 seals. 1 seal of an earlier version",
            "Entries up to 118 are sealed",
            "All seals are locked in compliance mode: nobody can delete one before its time.",
        ],
    );
    let narrowed = named("audit-narrowed");
    let older = "/audit?month=2026-11&amp;action=gates-bypassed&amp;by=ada&amp;cursor=";
    assert!(narrowed.contains(older), "{narrowed}");
}

#[test]
fn a_comparison_says_what_came_and_what_went() {
    says(
        &named("compared"),
        &[
            "Android does not take it for an update",
            "Version 8.0.9 8.0.10",
            "dropped android.permission.CAMERA",
            "pkg:maven/androidx.core/core 1.15.0 1.16.0",
        ],
    );
    says(&named("compared-same"), &["Identical"]);
}

#[test]
fn words_of_people_stay_words() {
    const HOSTILE: &str = "</textarea><script>alert(1)</script>\"'>";
    let values = [("to", "preprod"), ("reason", HOSTILE)];
    let mut returned = shown::returned("promote", &values);
    returned.troubles[0].what = HOSTILE.into();
    let view = promotions::ready();
    let html = page(&shown::build(&view, Some(&returned)));
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("&lt;/textarea>&lt;script>alert(1)"));
    let mut view = promotions::waiting();
    view.promotion.reason = HOSTILE.into();
    view.promotion.approvals[0].comment = Some(HOSTILE.into());
    let returned = None;
    let html = page(&PromotionPage {
        view: &view,
        returned,
    });
    assert!(!html.contains("<script>alert"));
}

#[test]
fn who_may_not_read_the_log_is_not_led_there() {
    let of = |visitor: Visitor| {
        let site = Site {
            islands: None,
            visitor,
            base: String::new(),
        };
        render(&SignedOutPage, &site)
    };
    let ada = |opens: &[Section]| Visitor::Person {
        name: "Ada".into(),
        opens: opens.to_vec(),
    };
    assert!(of(ada(&[Section::Audit])).contains("href=\"/audit\""));
    assert!(!of(ada(&[])).contains("href=\"/audit\""));
    assert!(of(ada(&[])).contains("href=\"/promotions\""));
    assert!(!of(Visitor::SignedOut).contains("href=\"/promotions\""));
}

#[test]
fn a_copy_that_takes_a_while_shows_how_far_it_is() {
    let html = named("promotion-copying");
    assert!(html.contains("536 MB of 1.0 GB copied"), "{html}");
    assert!(html.contains(r#"<progress id="copied" max="1073741824" value="536870912">"#));
    assert!(!named("promotion-stuck").contains("<progress"));
}
