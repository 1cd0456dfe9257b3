//! The overview and an app's page, on a busy day and on the first one.

use domain::{
    page::{Cursor, Page},
    release::Release,
    status::Status::{self, Failed, Running, Succeeded, Superseded, Waiting},
    view::{AppRow, AppView, Cell, Overview, RunSummary},
};

use super::{
    app,
    builds::{briefs, build, release},
    environments, now, pipeline, recent, run,
};

fn cell(
    app: &str,
    environment: &str,
    current: Option<Release>,
    runs: &[(u32, Status, i64, i64)],
) -> Cell {
    let name = format!("{app}-{environment}");
    let runs = runs
        .iter()
        .map(|(number, status, started, took)| run(&name, *number, *status, *started, *took))
        .collect();
    Cell {
        environment: environment.parse().unwrap(),
        current,
        withdrawn: None,
        holds: Vec::new(),
        may_download: true,
        pipelines: vec![recent(Some(app), Some(environment), &name, runs)],
    }
}

fn released(number: u64, version: &str, environment: &str, seconds: i64, app: &str) -> Release {
    let build = domain::build::Build {
        version: Some(version.into()),
        app: app.parse().unwrap(),
        ..build(number)
    };
    release(&build, environment, seconds)
}

pub(crate) fn journal() -> AppRow {
    let dev = [
        (44, Running, 192, 0),
        (41, Succeeded, 11_400, 412),
        (40, Succeeded, 96_300, 399),
    ];
    let preprod = [
        (43, Failed, 3_100, 281),
        (39, Succeeded, 97_000, 390),
        (38, Failed, 181_500, 88),
    ];
    let prod = [(37, Succeeded, 612_000, 401)];
    AppRow {
        app: app("journal"),
        cells: vec![
            cell(
                "journal",
                "dev",
                Some(released(812, "8.0.10", "dev", 10_900, "journal")),
                &dev,
            ),
            cell(
                "journal",
                "preprod",
                Some(released(811, "8.0.9", "preprod", 95_000, "journal")),
                &preprod,
            ),
            cell(
                "journal",
                "prod",
                Some(released(806, "8.0.7", "prod", 611_000, "journal")),
                &prod,
            ),
        ],
    }
}

fn apidemos() -> AppRow {
    let dev = [
        (21, Succeeded, 7_300, 201),
        (20, Superseded, 7_400, 60),
        (19, Succeeded, 90_000, 214),
    ];
    let preprod = [(22, Waiting, 1_300, 0), (18, Succeeded, 180_000, 230)];
    AppRow {
        app: app("apidemos"),
        cells: vec![
            cell(
                "apidemos",
                "dev",
                Some(released(77, "5.0.0", "dev", 7_000, "apidemos")),
                &dev,
            ),
            cell(
                "apidemos",
                "preprod",
                Some(released(75, "4.9.2", "preprod", 179_000, "apidemos")),
                &preprod,
            ),
            Cell {
                environment: "prod".parse().unwrap(),
                current: None,
                withdrawn: None,
                holds: Vec::new(),
                may_download: true,
                pipelines: Vec::new(),
            },
        ],
    }
}

pub(crate) fn overview() -> Overview {
    let nightly = vec![
        run("nightly-lint", 9, Succeeded, 30_000, 55),
        run("nightly-lint", 8, Failed, 116_000, 51),
    ];
    Overview {
        next: None,
        environments: environments(),
        apps: vec![journal(), apidemos()],
        more_unassigned: false,
        unassigned: vec![recent(None, None, "nightly-lint", nightly)],
        as_of: now(),
    }
}

/// Production is frozen, and one app went back there.
pub(crate) fn stopped() -> Overview {
    use domain::{promotion::PromotionKind, release::PromotionRef};

    let mut view = overview();
    let held = super::promotions::holds().holds;
    for row in &mut view.apps {
        row.cells[2].holds = vec![held[0].hold.clone()];
    }
    let cells = &mut view.apps[0].cells;
    cells[1].holds = vec![held[1].hold.clone()];
    let current = cells[2].current.as_mut().unwrap();
    current.promotion = Some(PromotionRef {
        id: super::promotions::id(3),
        kind: PromotionKind::Rollback,
    });
    view.apps[1].cells[1].current = None;
    view.apps[1].cells[1].withdrawn = Some(super::promotions::withdrawn_build());
    view
}

/// Apps are configured, and nothing has been heard of.
pub(crate) fn silent() -> Overview {
    let quiet = |id: &str| AppRow {
        app: app(id),
        cells: environments()
            .into_iter()
            .map(|environment| Cell {
                environment: environment.id,
                current: None,
                withdrawn: None,
                holds: Vec::new(),
                may_download: true,
                pipelines: Vec::new(),
            })
            .collect(),
    };
    Overview {
        next: None,
        environments: environments(),
        apps: vec![quiet("journal"), quiet("apidemos")],
        more_unassigned: false,
        unassigned: Vec::new(),
        as_of: now(),
    }
}

/// Nothing is configured.
pub(crate) fn bare() -> Overview {
    Overview {
        next: None,
        environments: Vec::new(),
        apps: Vec::new(),
        more_unassigned: false,
        unassigned: Vec::new(),
        as_of: now(),
    }
}

pub(crate) fn summaries() -> Vec<RunSummary> {
    let of = |place: &str, number, status, started, took, message: Option<&str>| RunSummary {
        run: run(&format!("journal-{place}"), number, status, started, took),
        pipeline: pipeline(&format!("journal-{place}")),
        environment: Some(place.parse().unwrap()),
        message: message.map(str::to_owned),
    };
    vec![
        of(
            "dev",
            44,
            Running,
            192,
            0,
            Some("Keep the screen on while a session runs"),
        ),
        of(
            "preprod",
            43,
            Failed,
            3_100,
            281,
            Some("Show the mock location's accuracy in the notification"),
        ),
        of(
            "dev",
            41,
            Succeeded,
            11_400,
            412,
            Some("Show the mock location's accuracy in the notification"),
        ),
        of(
            "dev",
            40,
            Succeeded,
            96_300,
            399,
            Some("Bump the Android Gradle plugin"),
        ),
        of("preprod", 38, Status::Error, 181_500, 88, None),
        of(
            "dev",
            36,
            Status::Canceled,
            270_300,
            45,
            Some("Ask for POST_NOTIFICATIONS on Android 13"),
        ),
    ]
}

pub(crate) fn app_view() -> AppView {
    AppView {
        environments: environments(),
        row: journal(),
        builds: Page {
            items: briefs(),
            next: Some(Cursor::behind("0000000808")),
        },
        runs: Page {
            items: summaries(),
            next: Some(Cursor::behind("2026")),
        },
        as_of: now(),
    }
}

pub(crate) fn app_without_anything() -> AppView {
    AppView {
        environments: environments(),
        row: silent().apps.remove(0),
        builds: Page {
            items: Vec::new(),
            next: None,
        },
        runs: Page {
            items: Vec::new(),
            next: None,
        },
        as_of: now(),
    }
}
