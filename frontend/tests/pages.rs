//! What people look for on each page is there, and nothing that came in from outside can act on it.

mod samples;

use domain::{
    device::Device,
    page::{Cursor, Page as ListPage},
    view::{BuildView, TesterView},
};
use frontend::{
    Page, Site,
    pages::{
        app::show::AppPage,
        build::list::BuildsPage,
        error::show::ErrorPage,
        overview::show::OverviewPage,
        run::{list::RunsPage, show::RunPage},
        sign_in::signed_out::SignedOutPage,
        tester::show::TesterPage,
        unassigned::show::UnassignedPage,
    },
    render,
    site::{self, Manifest, Section, Visitor},
};
use samples::{app, builds, now, overview, runs, shown, tester};

fn site() -> Site {
    Site {
        islands: Some(Manifest {
            script: "islands-1.js".into(),
            wasm: "islands-2.wasm".into(),
        }),
        visitor: Visitor::Person {
            name: "Ada <b>Lovelace</b>".into(),
            opens: vec![Section::Unassigned, Section::Audit],
        },
        base: "https://towpath.example.com".into(),
    }
}

fn page(page: &dyn Page) -> String {
    render(page, &site())
}

fn plain_build(view: &BuildView) -> String {
    page(&shown::build(view, None))
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

/// Every page in every state.
/// A tester's page on a computer.
fn seen(view: &TesterView) -> TesterPage<'_> {
    TesterPage {
        view,
        device: Device::Other,
    }
}

fn all() -> Vec<(String, String)> {
    let journal = app("journal");
    let list = ListPage {
        items: builds::briefs(),
        next: Some(Cursor::behind("808")),
    };
    let summaries = ListPage {
        items: overview::summaries(),
        next: None,
    };
    let none = ListPage {
        items: Vec::new(),
        next: None,
    };
    let runs_of = |list, failed| {
        page(&RunsPage {
            app: &journal,
            runs: list,
            failed,
            from_newest: true,
            as_of: now(),
        })
    };
    let mut all: Vec<(String, String)> = Vec::new();
    shown::each(&mut |name, shown| all.push((name.to_owned(), page(shown))));
    let others = [
        (
            "overview",
            page(&OverviewPage {
                view: &overview::overview(),
                from_first: true,
            }),
        ),
        (
            "silent overview",
            page(&OverviewPage {
                view: &overview::silent(),
                from_first: true,
            }),
        ),
        (
            "bare overview",
            page(&OverviewPage {
                view: &overview::bare(),
                from_first: true,
            }),
        ),
        ("app", page(&AppPage(&overview::app_view()))),
        (
            "empty app",
            page(&AppPage(&overview::app_without_anything())),
        ),
        (
            "builds",
            page(&BuildsPage {
                app: &journal,
                builds: &list,
                uploads: &builds::uploads(),
                from_newest: false,
                as_of: now(),
            }),
        ),
        ("build", plain_build(&builds::view(builds::build(812)))),
        (
            "odd build",
            plain_build(&builds::view(builds::unreadable(813))),
        ),
        (
            "unsigned build",
            plain_build(&builds::view(builds::unsigned(814))),
        ),
        ("runs", runs_of(&summaries, false)),
        ("no failed runs", runs_of(&none, true)),
        ("failed run", page(&RunPage(&runs::failed()))),
        ("running run", page(&RunPage(&runs::running()))),
        ("unknown run", page(&RunPage(&runs::unknown()))),
        ("tester", page(&seen(&tester::plain()))),
        ("tester, split", page(&seen(&tester::splits()))),
        ("tester, warned", page(&seen(&tester::warned()))),
        ("tester, refused", page(&seen(&tester::refused()))),
        ("tester, nothing", page(&seen(&tester::nothing()))),
        (
            "unassigned",
            page(&UnassignedPage {
                runs: &summaries,
                failed: false,
                from_newest: true,
                as_of: now(),
            }),
        ),
        (
            "error",
            page(&ErrorPage {
                status: 404,
                title: "No such page",
                detail: "Start again.",
            }),
        ),
    ];
    all.extend(others.map(|(name, html)| (name.to_owned(), html)));
    all
}

#[test]
fn every_page_is_a_document_with_landmarks_and_one_heading() {
    for (name, html) in all() {
        assert!(
            html.starts_with("<!DOCTYPE html><html lang=\"en\">"),
            "{name}"
        );
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        for part in [
            "<main id=\"main\"",
            "<header class=\"site\"",
            "<footer",
            "href=\"#main\"",
            "<title>",
        ] {
            assert_eq!(html.matches(part).count(), 1, "{part} on {name}");
        }
        assert!(
            html.contains(&format!("/assets/{}", site::stylesheet_name())),
            "{name}"
        );
    }
}

#[test]
fn no_page_needs_more_than_a_strict_content_security_policy() {
    for (name, html) in all() {
        for forbidden in [" style=", "<style", "javascript:", " onclick", "http-equiv"] {
            assert!(!html.contains(forbidden), "{forbidden} on {name}");
        }
        let scripts = html.matches("<script").count();
        assert_eq!(
            scripts,
            html.matches("<script type=\"module\" src=\"/assets/")
                .count(),
            "{name}"
        );
        assert!(!html.contains("<!>"), "{name}");
    }
}

#[test]
fn no_page_comes_near_its_budget() {
    // 20 KB are allowed over the wire, compressed, which the browser's tests measure; these are bare bytes, of which
    // at the most a third remains.
    assert!(
        site::STYLESHEET.len() < 28_000,
        "{}",
        site::STYLESHEET.len()
    );
    for (name, html) in all() {
        assert!(html.len() < 20_000, "{name}: {}", html.len());
    }
}

#[test]
fn pages_that_follow_events_have_the_island_and_the_testers_has_none() {
    for (name, html) in all() {
        let live = name.contains("overview")
            || name.contains("app")
            || name.ends_with(" run")
            // While something is being registered.
            || name == "builds"
            || name.starts_with("promotions")
            || matches!(
                name.as_str(),
                "promotion-waiting" | "promotion-copying" | "promotion-stuck" | "promotion-held"
            );
        assert_eq!(html.contains("<leptos-island"), live, "{name}");
        assert_eq!(html.contains("islands-1.js"), live, "{name}");
    }
}

#[test]
fn without_a_bundle_no_page_asks_for_one() {
    let plain = Site {
        islands: None,
        ..site()
    };
    let html = render(
        &OverviewPage {
            view: &overview::overview(),
            from_first: true,
        },
        &plain,
    );
    assert!(!html.contains("<script") && !html.contains("leptos-island"));
}

#[test]
fn a_failing_run_is_one_click_from_the_overview() {
    let html = page(&OverviewPage {
        view: &overview::overview(),
        from_first: true,
    });
    let failing = samples::run_id("journal-preprod", 43);
    assert_eq!(
        html.matches(&format!("href=\"/runs/{failing}\"")).count(),
        1
    );
    let said = text(&html);
    for part in [
        "1 failing",
        "1 running now",
        "failed 46 minutes ago",
        "running for 3 min 12 s",
        "Build 812 8.0.10",
        "No release yet",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn the_overview_says_what_to_do_when_there_is_nothing() {
    let bare = text(&page(&OverviewPage {
        view: &overview::bare(),
        from_first: true,
    }));
    assert!(bare.contains("No app is configured yet") && bare.contains("towpath config check"));
    let silent = text(&page(&OverviewPage {
        view: &overview::silent(),
        from_first: true,
    }));
    assert!(
        silent.contains("Nothing has been reported yet")
            && silent.contains("towpath event send FILE")
    );
    assert!(
        !text(&page(&OverviewPage {
            view: &overview::overview(),
            from_first: true
        }))
        .contains("Nothing has been reported yet")
    );
}

#[test]
fn unassigned_pipelines_are_shown() {
    let said = text(&page(&OverviewPage {
        view: &overview::overview(),
        from_first: true,
    }));
    assert!(said.contains("Unassigned pipelines") && said.contains("nightly-lint"));
}

#[test]
fn a_failed_run_begins_with_why() {
    let html = page(&RunPage(&runs::failed()));
    let said = text(&html);
    assert!(html.contains("<a href=\"/journal\">Journal</a>"), "{html}");
    let why = said.find("What went wrong").unwrap();
    assert!(why < said.find("Trigger").unwrap());
    assert!(
        said.contains("Test/Instrumentation JobFailed")
            && said.contains("./gradlew connectedCheck")
    );
    assert!(html.contains("href=\"https://console.aws.amazon.com/cloudwatch/"));
    assert!(html.contains("href=\"/runs/codebuild/123456789012/eu-west-1/journal-build:6f0c71d2"));
    // The stage that fails because of the action is not told as a second failure.
    assert_eq!(html.matches("<article>").count(), 1);
}

#[test]
fn what_is_said_of_a_run_as_a_whole_is_shown() {
    let html = page(&RunPage(&runs::running()));
    assert!(text(&html).contains("Remark Stopped once for the new signing key"));
    assert!(html.contains("href=\"https://console.example.com/log/44\""));
}

#[test]
fn a_runs_steps_are_a_picture_with_words() {
    let html = page(&RunPage(&runs::failed()));
    assert_eq!(html.matches("<rect data-status=").count(), 8);
    let said = text(&html);
    assert!(
        said.contains("started 11 s into the run, took 2 min 46 s"),
        "{said}"
    );
    assert!(said.contains("Builds it made"));
}

#[test]
fn a_state_that_nobody_knows_is_shown_in_its_own_word() {
    let said = text(&page(&RunPage(&runs::unknown())));
    assert!(said.contains("MOONWALKING") && said.contains("No steps yet"));
}

#[test]
fn a_tester_finds_one_button_the_digest_and_the_code() {
    let html = page(&seen(&tester::plain()));
    assert_eq!(html.matches("href=\"/journal/dev/latest.apk\"").count(), 1);
    assert!(
        html.contains("aria-label=\"QR code of this page\u{2019}s address\"")
            && html.contains("<svg viewBox")
    );
    let said = text(&html);
    let digest = builds::build(812).artifacts[0].digest.to_string();
    for part in [
        "Appium Journal",
        "Build 812 8.0.10",
        "3.1 MB",
        "3 hours ago",
        "4be1a90c",
        "Android 8.0 or newer",
        "Previous builds",
        "Build 806",
        "towpath.example.com/journal/dev",
        &digest,
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_tester_is_told_what_android_will_do() {
    let said = text(&page(&seen(&tester::warned())));
    for part in [
        "Signed with another certificate than build 811: uninstall the app first",
        "Lower version code than build 811: 192 after 193",
        "Android refuses",
        "Not ready for memory pages of 16 KB: liba.so, libb.so, libc.so and 1 more",
        "Debug build",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_tester_is_told_why_phones_refuse_a_package() {
    let said = text(&page(&seen(&tester::uninstallable())));
    for part in [
        "Signed with scheme v1 only: Android 11 and newer refuse it",
        "Test-only build: phones refuse it",
        "Only a part of the app (config.de): cannot be installed",
        "Only one of several parts of the app (it needs base__abi, base__density): cannot be installed alone",
        "Its resources are compressed: Android 11 and newer refuse it",
        "Its resources are not aligned: Android 11 and newer refuse it",
        "Made for Android Tiramisu in development: released versions refuse it",
        "Made for API 22: Android 14 and newer refuse it",
        "Made for API 23: Android 15 and newer refuse it",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_phone_is_told_what_holds_on_it_first_and_an_iphone_that_it_installs_nothing() {
    let view = tester::uninstallable();
    let of = |device| {
        page(&TesterPage {
            view: &view,
            device,
        })
    };
    let old = of(Device::Android(Some(29)));
    let (here, elsewhere) = old.split_once("<details class=\"elsewhere\">").unwrap();
    assert!(text(here).contains("For a phone with Android 10:"));
    assert!(text(here).contains("Test-only build: phones refuse it"));
    let v1 = "Signed with scheme v1 only";
    assert!(!text(here).contains(v1) && text(elsewhere).contains(v1));
    let new = of(Device::Android(Some(36)));
    assert!(!new.contains("<details class=\"elsewhere\">"));
    assert!(text(&new).contains(v1));
    let words = "This is an Android app.";
    assert!(text(&of(Device::Apple)).contains(words) && !text(&new).contains(words));
    for html in [old, new] {
        assert!(text(&html).contains("How to install"));
    }
}

#[test]
fn many_environments_scroll_rather_than_shrink() {
    let few = overview::overview();
    assert!(
        page(&OverviewPage {
            view: &few,
            from_first: true
        })
        .contains(r#"class="matrix""#)
    );
    let mut many = few.clone();
    many.environments = few.environments.iter().cycle().take(12).cloned().collect();
    assert!(
        page(&OverviewPage {
            view: &many,
            from_first: true
        })
        .contains(r#"class="matrix many""#)
    );
}

#[test]
fn an_unsigned_build_has_a_reason_instead_of_a_button() {
    let html = page(&seen(&tester::refused()));
    assert!(!html.contains("latest.apk"));
    assert!(text(&html).contains(
        "This build cannot be downloaded. The package is not signed, so Android cannot install it."
    ));
}

#[test]
fn a_split_build_has_a_link_for_each_abi() {
    let html = page(&seen(&tester::splits()));
    for abi in ["arm64-v8a", "armeabi-v7a", "x86_64"] {
        assert_eq!(
            html.matches(&format!("/journal/dev/latest.apk?abi={abi}\""))
                .count(),
            1,
            "{abi}"
        );
    }
}

#[test]
fn a_build_shows_its_files_its_package_and_its_releases() {
    let build = builds::build(812);
    let html = plain_build(&builds::view(build.clone()));
    for artifact in &build.artifacts {
        let link = format!("/journal/builds/{}/files/{}", build.id, artifact.digest);
        assert!(html.contains(&link), "{}", artifact.name);
    }
    let said = text(&html);
    for part in [
        "mapping.txt",
        "812 kB",
        "io.appium.journal",
        "from API 26, target API 36",
        "4 permissions",
        "Signing certificates",
        "Current",
        "Dart 3.12.0",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_build_says_what_could_not_be_read() {
    let said = text(&plain_build(&builds::view(builds::unreadable(813))));
    assert!(said.contains("signing block: it claims 2 GB in a file of 3 MB"));
    assert!(!said.contains("Not signed"), "unknown is not unsigned");
}

#[test]
fn a_list_leads_to_its_older_items_and_back() {
    let journal = app("journal");
    let list = ListPage {
        items: overview::summaries(),
        next: Some(Cursor::behind("a")),
    };
    let html = page(&RunsPage {
        app: &journal,
        runs: &list,
        failed: true,
        from_newest: false,
        as_of: now(),
    });
    assert!(html.contains("href=\"/journal/runs?failed=true&amp;cursor=61\""));
    assert!(html.contains(">Newest</a>"));
    assert!(
        html.contains(
            "<a href=\"/journal/runs?failed=true\" aria-current=\"page\">Failed only</a>"
        )
    );
}

#[test]
fn times_are_in_words_and_exact() {
    let html = page(&seen(&tester::plain()));
    assert!(
        html.contains("<time datetime=\"2026-11-21T06:28:20Z\" title=\"2026-11-21 06:28:20 UTC\"")
    );
}

#[test]
fn hostile_text_stays_text() {
    const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;";
    let mut view = tester::plain();
    view.app.name = HOSTILE.into();
    view.environment.name = HOSTILE.into();
    view.environment.colour = "red\" onload=\"alert(3)".into();
    let current = view.current.as_mut().unwrap();
    current.release.label = Some(HOSTILE.into());
    current.release.version = Some(HOSTILE.into());
    let revision = current.release.revision.as_mut().unwrap();
    revision.message = Some(HOSTILE.into());
    revision.url = Some("javascript:alert(4)".into());
    let mut run = runs::failed();
    run.run.raw_status = HOSTILE.into();
    let detail = run.steps[7].step.detail.as_mut().unwrap();
    detail.value.summary = Some(HOSTILE.into());
    detail.value.url = Some("javascript:alert(5)".into());
    let error = ErrorPage {
        status: 400,
        title: HOSTILE,
        detail: HOSTILE,
    };
    for html in [page(&seen(&view)), page(&RunPage(&run)), page(&error)] {
        for forbidden in ["<script>", "<img src=x", "javascript:", "onload=\"alert"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.contains("&lt;script&gt;alert(1)"));
    }
}

#[test]
fn everyone_sees_in_whose_name_they_look() {
    let of = |visitor: Visitor| render(&SignedOutPage, &Site { visitor, ..site() });
    let local = of(Visitor::Local);
    assert!(local.contains("Local mode: no sign-in, full access."));
    assert!(!local.contains("/sign-out"));
    let nobody = of(Visitor::SignedOut);
    assert!(nobody.contains("href=\"/sign-in\"") && !nobody.contains("Unassigned"));
    let ada = of(site().visitor);
    assert!(ada.contains("Ada &lt;b&gt;Lovelace") && ada.contains("action=\"/sign-out\""));
    assert!(ada.contains("method=\"post\"") && ada.contains("Unassigned"));
}

#[test]
fn the_overview_of_many_apps_says_that_it_is_a_page_of_them_and_leads_to_the_others() {
    let cursor = Cursor::behind("journal");
    let mut view = overview::overview();
    view.next = Some(cursor.clone());
    let first = page(&OverviewPage {
        view: &view,
        from_first: true,
    });
    assert!(text(&first).contains("apps on this page"), "{first}");
    assert!(
        first.contains(&format!("href=\"/?cursor={cursor}\"")),
        "{first}"
    );
    assert!(!first.contains(">First<"));
    view.next = None;
    let last = page(&OverviewPage {
        view: &view,
        from_first: false,
    });
    assert!(
        last.contains(">First<") && !last.contains(">Next<"),
        "{last}"
    );
    let all = page(&OverviewPage {
        view: &view,
        from_first: true,
    });
    assert!(
        !all.contains("on this page") && !all.contains(r#"class="pages""#),
        "{all}"
    );
}
