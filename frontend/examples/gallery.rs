//! Writes every page in every state to `target/gallery`, to be looked at: `cargo run -p frontend --example gallery`.
//!
//! With islands, if the asset build has left some in `target/site`. Any server of plain files shows them with their stylesheet: `python3 -m http.server --directory target/gallery`.

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::{fs, io, path::Path};

use domain::{
    device::Device,
    page::{Cursor, Page as ListPage},
};
use frontend::{
    Page, Site,
    pages::{
        app::show::AppPage,
        build::list::BuildsPage,
        error::show::ErrorPage,
        overview::show::OverviewPage,
        run::{list::RunsPage, show::RunPage},
        sign_in::{leaving::LeavingPage, signed_out::SignedOutPage},
        tester::show::TesterPage,
        unassigned::show::UnassignedPage,
    },
    site::{self, Manifest, Section, Visitor},
};
use samples::{app, builds, now, overview, runs, shown, tester};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/gallery");
    fs::create_dir_all(folder.join("assets"))?;
    for file in site::built_in() {
        fs::write(folder.join("assets").join(&file.name), file.content)?;
    }
    let site = Site {
        islands: islands(&folder)?,
        visitor: Visitor::Person {
            name: "Ada Lovelace".into(),
            opens: vec![
                Section::Unassigned,
                Section::Audit,
                Section::Access,
                Section::Configuration,
            ],
        },
        base: "http://127.0.0.1:8080".into(),
    };
    let write = |name: &str, page: &dyn Page| {
        fs::write(
            folder.join(format!("{name}.html")),
            frontend::render(page, &site),
        )
    };

    write_lists(&write)?;
    write_each(&write)?;
    write_others(&write)
}

type Write<'w> = &'w dyn Fn(&str, &dyn Page) -> io::Result<()>;

/// The overview, and the lists that it leads to.
fn write_lists(write: Write<'_>) -> io::Result<()> {
    write(
        "overview",
        &OverviewPage {
            view: &overview::overview(),
            from_first: true,
        },
    )?;
    write(
        "overview-silent",
        &OverviewPage {
            view: &overview::silent(),
            from_first: true,
        },
    )?;
    write(
        "overview-bare",
        &OverviewPage {
            view: &overview::bare(),
            from_first: true,
        },
    )?;
    write("signed-out", &SignedOutPage)?;
    let issuer = "https://issuer.example/logout";
    write("leaving", &LeavingPage { issuer })?;
    write("app", &AppPage(&overview::app_view()))?;
    write("app-empty", &AppPage(&overview::app_without_anything()))?;
    let journal = app("journal");
    let list = ListPage {
        items: builds::briefs(),
        next: Some(Cursor::behind("0000000808")),
    };
    write(
        "builds",
        &BuildsPage {
            app: &journal,
            builds: &list,
            uploads: &builds::uploads(),
            from_newest: false,
            as_of: now(),
        },
    )?;
    let list = ListPage {
        items: overview::summaries(),
        next: Some(Cursor::behind("2026")),
    };
    write(
        "runs",
        &RunsPage {
            app: &journal,
            runs: &list,
            failed: false,
            from_newest: true,
            as_of: now(),
        },
    )?;
    write(
        "unassigned",
        &UnassignedPage {
            runs: &list,
            failed: true,
            from_newest: true,
            as_of: now(),
        },
    )?;
    let none = ListPage {
        items: Vec::new(),
        next: None,
    };
    write(
        "runs-failed-none",
        &RunsPage {
            app: &journal,
            runs: &none,
            failed: true,
            from_newest: true,
            as_of: now(),
        },
    )
}

/// What the lists lead to.
fn write_each(write: Write<'_>) -> io::Result<()> {
    write("run-failed", &RunPage(&runs::failed()))?;
    write("run-running", &RunPage(&runs::running()))?;
    write("run-unknown", &RunPage(&runs::unknown()))?;
    let plain = builds::view(builds::build(812));
    write("build", &shown::build(&plain, None))?;
    let odd = builds::view(builds::unreadable(813));
    write("build-unreadable", &shown::build(&odd, None))?;
    write(
        "tester",
        &TesterPage {
            view: &tester::plain(),
            device: Device::Other,
        },
    )?;
    write(
        "tester-splits",
        &TesterPage {
            view: &tester::splits(),
            device: Device::Other,
        },
    )?;
    write(
        "tester-warned",
        &TesterPage {
            view: &tester::warned(),
            device: Device::Other,
        },
    )?;
    write(
        "tester-refused",
        &TesterPage {
            view: &tester::refused(),
            device: Device::Other,
        },
    )?;
    write(
        "tester-nothing",
        &TesterPage {
            view: &tester::nothing(),
            device: Device::Other,
        },
    )?;
    let detail = "No app of that name is configured. The overview lists those that are.";
    write(
        "error",
        &ErrorPage {
            status: 404,
            title: "There is no such page",
            detail,
        },
    )
}

/// The pages that tests show too.
fn write_others(write: Write<'_>) -> io::Result<()> {
    let mut written = Ok(());
    shown::each(&mut |name, page| {
        if written.is_ok() {
            written = write(name, page);
        }
    });
    written
}

/// The islands that the asset build left, copied to where the pages look for them.
fn islands(folder: &Path) -> io::Result<Option<Manifest>> {
    let built = folder.join("../site");
    let Ok(json) = fs::read_to_string(built.join("manifest.json")) else {
        return Ok(None);
    };
    let manifest = Manifest::parse(&json).map_err(io::Error::other)?;
    for name in manifest.files() {
        fs::copy(built.join(name), folder.join("assets").join(name))?;
    }
    Ok(Some(manifest))
}
