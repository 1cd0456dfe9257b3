//! What people look for on the settings pages is there, in words as well as in pictures.

mod samples;

use domain::view::Me;
use frontend::{
    Site,
    pages::settings::{configuration::ConfigurationPage, you::YouPage},
    render,
    site::Visitor,
};
use samples::settings;

fn site() -> Site {
    Site {
        islands: None,
        visitor: Visitor::Person {
            name: "Ada".into(),
            opens: Vec::new(),
        },
        base: "https://towpath.example.com".into(),
    }
}

fn you(me: &Me) -> String {
    render(
        &YouPage {
            me,
            from_first: true,
        },
        &site(),
    )
}

#[test]
fn each_right_leads_to_the_role_and_the_group_that_give_it() {
    let html = you(&settings::ada());
    for text in [
        "ada@example.com",
        "a session of https://issuer.example",
        "<code>journal-leads</code>",
        "<strong>release-manager</strong> of journal, in preprod and prod",
        "<strong>developer</strong> of journal, in dev",
        "<strong>viewer</strong> of every app",
        "href=\"/settings\" aria-current=\"page\"",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    // Those that are the same to her share a table.
    assert!(html.contains("<caption>Journal</caption>"));
    assert!(html.contains("<h3>API Demos and compass</h3>"));
    let row = html.split("promote, roll back").nth(1).unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert_eq!(row.matches(">no<").count(), 1, "{row}");
    assert_eq!(row.matches("line 3").count(), 2, "{row}");
}

#[test]
fn the_configuration_says_what_is_in_force_and_how_to_change_it() {
    let view = settings::configuration();
    let html = render(&ConfigurationPage(&view), &site());
    for text in [
        "https://issuer.example",
        "after 8 h without use, 24 h in all",
        ">4 roles<",
        "make deploy ENV=prod",
        "2 approvals from journal-leads",
        "a rollback needs approvals only",
        "feeds journal in dev",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let bare = settings::bare_configuration();
    let html = render(&ConfigurationPage(&bare), &site());
    for text in [
        "none: a local portal",
        "start the portal again",
        "No path",
        "No pipeline",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
}

#[test]
fn whoever_has_no_role_is_told_whom_to_ask() {
    let html = you(&settings::nobody());
    assert!(
        html.contains("Ask an administrator of this portal"),
        "{html}"
    );
    assert!(!html.contains("<table"));
}

#[test]
fn the_local_user_needs_no_role() {
    let html = you(&settings::local());
    assert!(html.contains("nobody needs a role"), "{html}");
    assert!(html.contains("<table") && !html.contains("id=\"roles\""));
}
