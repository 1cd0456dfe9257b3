//! Pages about promotions, holds, the audit log and comparisons, in every state: the gallery shows them, tests read them.

use domain::{audit::Locks, device::Device, page::Cursor, view::BuildView};
use frontend::{
    Page,
    form::{Returned, Trouble},
    pages::{
        audit::{
            list::{AuditPage, Shown as ShownAudit},
            verify::{ComparedSeals, VerifiedPage},
        },
        build::show::BuildPage,
        compare::{choose::ComparePage, show::ComparisonPage},
        download::list::DownloadsPage,
        hold::{list::HoldsPage, new::MayHold},
        link::{list::LinksPage, made::MadeLinkPage, make::NewLinkPage},
        overview::show::OverviewPage,
        promotion::{list::PromotionsPage, show::PromotionPage},
        rollback::ask::RollbackPage,
        settings::{
            access::AccessPage,
            configuration::ConfigurationPage,
            privacy::{ErasedLines, PrivacyPage},
            sessions::SessionsPage,
            you::YouPage,
        },
        share::show::SharePage,
        tester::show::TesterPage,
    },
};

use super::{app, audit, builds, environment, links, now, overview, promotions, settings, tester};

/// What is done with each page.
pub(crate) type Show<'s> = &'s mut dyn FnMut(&str, &dyn Page);

pub(crate) fn build<'a>(view: &'a BuildView, returned: Option<&'a Returned>) -> BuildPage<'a> {
    BuildPage { view, returned }
}

/// A form that came back with everything that is wrong.
pub(crate) fn returned(form: &'static str, values: &[(&str, &str)]) -> Returned {
    let values = values
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    let trouble = |field: &str, what: &str, remedy: Option<&str>| Trouble {
        field: Some(field.into()),
        what: what.into(),
        remedy: remedy.map(str::to_owned),
    };
    let why = Some("say why it cannot wait for them");
    Returned {
        form,
        values: values.collect(),
        troubles: vec![
            trouble(
                "reason",
                "there is no reason",
                Some("say why in a few words"),
            ),
            trouble("bypass", "going past gates has no reason of its own", why),
        ],
    }
}

/// Every one of them.
pub(crate) fn each(show: Show<'_>) {
    of_builds(show);
    of_promotions(show);
    of_holds(show);
    of_the_log(show);
    of_comparisons(show);
    of_settings(show);
    of_privacy(show);
    of_links(show);
    show(
        "overview-stopped",
        &OverviewPage {
            view: &overview::stopped(),
            from_first: true,
        },
    );
    show(
        "tester-uninstallable",
        &TesterPage {
            view: &tester::uninstallable(),
            device: Device::Other,
        },
    );
    show(
        "tester-withdrawn",
        &TesterPage {
            view: &tester::withdrawn(),
            device: Device::Other,
        },
    );
    show(
        "tester-all-withdrawn",
        &TesterPage {
            view: &tester::all_withdrawn(),
            device: Device::Other,
        },
    );
}

fn of_builds(show: Show<'_>) {
    let values = [
        ("to", "preprod"),
        ("reason", "for the field test"),
        ("bypass", "soak"),
    ];
    let back = returned("promote", &values);
    show("build-ready", &build(&promotions::ready(), None));
    show("build-returned", &build(&promotions::ready(), Some(&back)));
    show("build-refused", &build(&promotions::refused(), None));
    show("build-withdrawn", &build(&promotions::withdrawn(), None));
    show("build-restored", &build(&promotions::restored(), None));
    let (journal, of) = (app("journal"), builds::build(812));
    let downloads = DownloadsPage {
        app: &journal,
        build: &of,
        downloads: &audit::downloads(),
        from_newest: true,
        as_of: now(),
    };
    show("downloads", &downloads);
}

fn of_links(show: Show<'_>) {
    let apps = &[app("journal")];
    let may_make = true;
    for (name, view) in [("links", &links::list()), ("links-none", &links::none())] {
        show(
            name,
            &LinksPage {
                view,
                apps,
                may_make,
            },
        );
    }
    let back = returned("new", &[("limit", "many"), ("hours", "24")]);
    for (name, may, returned) in [
        ("link-new", &links::places(), None),
        ("link-new-build", &links::one_build(), None),
        ("link-returned", &links::places(), Some(&back)),
    ] {
        show(name, &NewLinkPage { may, returned });
    }
    let made = &links::made();
    show("link-made", &MadeLinkPage { made, apps });
    for (name, view) in &links::shared() {
        let (tap, wrong) = (links::TAP, *name == "share-password");
        show(
            name,
            &SharePage {
                view,
                device: Device::Other,
                tap,
                wrong,
            },
        );
    }
}

fn of_promotions(show: Show<'_>) {
    let apps = [app("journal"), app("apidemos")];
    let (open, nothing) = (promotions::open(), promotions::nothing_open());
    for (name, view, recent) in [
        ("promotions", &open, Some(promotions::recent())),
        ("promotions-none", &nothing, Some(Vec::new())),
        ("promotions-many", &open, None),
    ] {
        let recent = recent.as_deref();
        let only = None;
        let apps = &apps;
        show(
            name,
            &PromotionsPage {
                view,
                recent,
                apps,
                only,
            },
        );
    }
    for (name, view) in [
        ("promotion-waiting", promotions::waiting()),
        ("promotion-copying", promotions::copying()),
        ("promotion-stuck", promotions::stuck()),
        ("promotion-held", promotions::held()),
        ("promotion-failed", promotions::failed()),
        ("promotion-back", promotions::back()),
    ] {
        let view = &view;
        let returned = None;
        show(name, &PromotionPage { view, returned });
    }
    let rollback = |chosen, returned| (chosen, returned);
    let back = returned("rollback", &[("reason", "it crashes"), ("withdraw", "yes")]);
    let other = builds::build_id(700);
    for (name, (chosen, returned)) in [
        ("rollback", rollback(None, None)),
        ("rollback-returned", rollback(Some(&other), Some(&back))),
    ] {
        let view = &tester::withdrawn();
        show(
            name,
            &RollbackPage {
                view,
                chosen,
                returned,
            },
        );
    }
}

fn of_holds(show: Show<'_>) {
    let everything = MayHold {
        environment: environment("prod"),
        app: None,
    };
    let only = MayHold {
        app: Some(app("journal")),
        ..everything.clone()
    };
    let may = [everything, only];
    let back = returned("holds", &[("place", "prod/journal"), ("reason", "smoke")]);
    let (held, none) = (promotions::holds(), promotions::no_holds());
    for (name, view, returned) in [
        ("holds", &held, None),
        ("holds-none", &none, None),
        ("holds-returned", &none, Some(&back)),
    ] {
        let open = &promotions::open().others;
        let may = &may;
        show(
            name,
            &HoldsPage {
                view,
                open,
                may,
                returned,
            },
        );
    }
}

fn of_the_log(show: Show<'_>) {
    let shown = ShownAudit {
        month: "2026-11".into(),
        first: Some("2026-09".into()),
        last: Some("2026-11".into()),
        from_newest: true,
        ..ShownAudit::default()
    };
    let narrowed = ShownAudit {
        action: "gates-bypassed".into(),
        by: "ada".into(),
        from_newest: false,
        ..shown.clone()
    };
    let nothing = domain::page::Page {
        items: Vec::new(),
        next: None,
    };
    for (name, shown, entries) in [
        ("audit", &shown, &audit::entries()),
        ("audit-narrowed", &narrowed, &audit::entries()),
        ("audit-nothing", &narrowed, &nothing),
    ] {
        let apps = &[app("journal")];
        let as_of = now();
        show(
            name,
            &AuditPage {
                shown,
                entries,
                apps,
                as_of,
            },
        );
    }
    let (entries, as_of) = (120, now());
    let seals = ComparedSeals {
        count: 3,
        unnumbered: 1,
        locks: Locks {
            compliance: 3,
            ..Locks::default()
        },
        sealed: Some((118, now())),
    };
    let found = audit::findings();
    for (name, findings) in [
        ("audit-verified", &found[..0]),
        ("audit-altered", &found[..]),
    ] {
        show(
            name,
            &VerifiedPage {
                erased: 0,
                entries,
                seals,
                findings,
                as_of,
            },
        );
    }
}

fn of_settings(show: Show<'_>) {
    show(
        "settings",
        &YouPage {
            me: &settings::ada(),
            from_first: true,
        },
    );
    show(
        "settings-nobody",
        &YouPage {
            me: &settings::nobody(),
            from_first: true,
        },
    );
    show(
        "settings-local",
        &YouPage {
            me: &settings::local(),
            from_first: true,
        },
    );
    for (name, groups) in [
        ("settings-access", &[][..]),
        ("settings-access-asked", &["journal-leads", "everyone"]),
        ("settings-access-nobody", &["strangers"]),
    ] {
        let view = &settings::access(groups);
        let returned = None;
        show(name, &AccessPage { view, returned });
    }
    let configuration = settings::configuration();
    show("settings-configuration", &ConfigurationPage(&configuration));
    let bare = settings::bare_configuration();
    show("settings-configuration-bare", &ConfigurationPage(&bare));
    let wrong = returned("end-all", &[("person", "")]);
    let ended = Some(("tess@example.com", 2));
    for (name, ended, returned) in [
        ("settings-sessions", None, None),
        ("settings-sessions-ended", ended, None),
        ("settings-sessions-back", None, Some(&wrong)),
    ] {
        let page = SessionsPage {
            sessions: &settings::sessions(),
            may_end_all: true,
            ended,
            returned,
            as_of: now(),
        };
        show(name, &page);
    }
}

fn of_privacy(show: Show<'_>) {
    let wrong = returned("erase", &[("person", "")]);
    let erased = |next: Option<&str>| ErasedLines {
        person: "9f2c61f0b7d84e1a8a1f5cc05d3e0b72".parse().unwrap(),
        reason: "asked for it".into(),
        done: vec!["2 sessions ended".into(), "1 token revoked".into()],
        remains: vec![("payloads of webhooks".into(), "400 days".into())],
        next: next.map(Cursor::behind),
    };
    let (half, whole) = (erased(Some("1.ab")), erased(None));
    for (name, may_manage, erased, returned) in [
        ("settings-privacy", false, None, None),
        ("settings-privacy-admin", true, None, None),
        ("settings-privacy-back", true, None, Some(&wrong)),
        ("settings-privacy-half", true, Some(&half), None),
        ("settings-privacy-erased", true, Some(&whole), None),
    ] {
        show(
            name,
            &PrivacyPage {
                may_manage,
                erased,
                returned,
            },
        );
    }
}

fn of_comparisons(show: Show<'_>) {
    let sides = &["journal/dev".to_owned(), "journal/prod".to_owned()];
    let returned = None;
    show("compare", &ComparePage { sides, returned });
    for (name, comparison) in [
        ("compared", audit::comparison()),
        ("compared-same", audit::same()),
    ] {
        let compared = ComparisonPage {
            comparison: &comparison,
            from: "journal/prod",
            to: comparison.to.id.as_str(),
        };
        show(name, &compared);
    }
}
