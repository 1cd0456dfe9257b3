//! Every way to release without a promotion, of every kind of caller, at every place in a path, held or not: what happens
//! is what the table of `docs/paths.md` says.

use std::collections::HashMap;

use api::{
    holds::HoldRequest,
    uploads::{FileState, UploadPlan, UploadRequest},
};
use domain::{
    access::{Permission, Permit, Scope},
    actor::Actor,
    catalog::{Feed, PackageRule},
    digest::Digest,
    freeze::{Freeze, Window},
    id::{AppId, EnvironmentId},
    page::Limit,
    path::{ApprovalRule, Check, Gates, Path},
};
use jobs::Outcome;
use portal::Error;
use serde_json::json;
use testkit::{
    TestPortal, ada,
    apk::{APPLICATION, CERTIFICATE, apk, unsigned_apk},
    bob, dev, job, machine_time, prod, promise, step, wallet,
    zip::{stored, zip},
};

const DOCUMENT: &str = include_str!("../../../../docs/paths.md");

/// Where an environment is in the path of wallet, by the words of the table.
#[derive(Clone)]
struct Place {
    row: &'static str,
    to: EnvironmentId,
    path: Path,
}

/// Who asks, and how.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// An upload, from its start to its end.
    Push(fn() -> Actor),
    /// An upload that was begun before the hold.
    Complete,
    /// The files of a build that is registered.
    PushAgain,
    /// A pipeline's job that registers.
    RegisterJob,
    /// A pipeline's job that says that it has deployed a build.
    ReleaseJob,
}

const WAYS: [Way; 8] = [
    Way::Push(ada),
    Way::Push(bob),
    Way::Push(token),
    Way::Push(workload),
    Way::Complete,
    Way::PushAgain,
    Way::RegisterJob,
    Way::ReleaseJob,
];

fn everything() -> Permit {
    Permit::all(Permission::ALL.to_vec())
}

fn token() -> Actor {
    Actor::token(ada(), "ci", everything())
}

fn workload() -> Actor {
    Actor::machine("ci", everything())
}

/// The cells of the table: what happens where nothing is held, and where a hold is in force.
fn table() -> HashMap<&'static str, [&'static str; 2]> {
    let start = DOCUMENT.find("| the environment is |").unwrap();
    let lines = DOCUMENT[start..].lines().skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0], [cells[1], cells[2]])
    })
    .collect()
}

fn places() -> Vec<Place> {
    let gated = |gates: Gates| Place {
        row: "the path's first step, with any gate",
        to: dev(),
        path: with_gates(0, gates),
    };
    let at = |row, to, path| Place { row, to, path };
    let off = Path {
        apps: vec!["shop".parse().unwrap()],
        ..ungated()
    };
    let short = Path {
        steps: vec![step(dev())],
        ..ungated()
    };
    let no_step = "on no step of the app's path, or the app has none";
    let mut places = vec![
        at(no_step, prod(), off),
        at(no_step, prod(), short),
        at("the path's first step, without gates", dev(), ungated()),
        at("a later step", prod(), ungated()),
        at("a later step", prod(), with_gates(2, approved())),
    ];
    places.extend(every_gate().map(gated));
    places
}

fn ungated() -> Path {
    testkit::path(|path| path.steps[2].gates = Gates::default())
}

fn with_gates(place: usize, gates: Gates) -> Path {
    let mut path = ungated();
    path.steps[place].gates = gates;
    path
}

fn approved() -> Gates {
    Gates {
        approvals: vec![ApprovalRule {
            count: 1,
            groups: vec!["leads".to_owned()],
        }],
        ..Gates::default()
    }
}

/// Each gate that a first step can have, by itself. A freeze in the past and a great age among them: they stop nothing, and
/// are asked for all the same.
fn every_gate() -> impl Iterator<Item = Gates> {
    let checks = Gates {
        checks: vec![Check {
            name: "end to end".to_owned(),
            source: "codepipeline".to_owned(),
            pipeline: "wallet-e2e".to_owned(),
            step: None,
        }],
        ..Gates::default()
    };
    let past = |text: &str| text.parse::<jiff::civil::DateTime>().unwrap();
    let freezes = Gates {
        freezes: vec![Freeze {
            reason: "year end".to_owned(),
            time_zone: "UTC".parse().unwrap(),
            window: Window::Once {
                from: past("2020-12-18T16:00"),
                until: past("2021-01-07T08:00"),
            },
        }],
        ..Gates::default()
    };
    let age = Gates {
        max_age: Some(jiff::SignedDuration::from_hours(24 * 365)),
        ..Gates::default()
    };
    [approved(), checks, freezes, age].into_iter()
}

/// What is held while somebody tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Nothing,
    EveryApp,
    Wallet,
}

/// What makes a file of a text.
type Packed = fn(&[u8]) -> Vec<u8>;

struct World {
    test: TestPortal,
    to: EnvironmentId,
    stop: Stop,
    /// What becomes a build's file.
    packed: Packed,
    builds: u64,
}

impl World {
    async fn of(place: &Place, stop: Stop) -> Self {
        Self::with(place, stop, Vec::new()).await
    }

    async fn with(place: &Place, stop: Stop, packages: Vec<PackageRule>) -> Self {
        let feed = Feed {
            source: "codepipeline".to_owned(),
            pipeline: "wallet-dev".to_owned(),
            account: None,
            region: None,
            app: wallet(),
            environment: place.to.clone(),
        };
        let other = ungated();
        let builder = TestPortal::builder().path(other).catalog(|catalog| {
            catalog.paths = vec![place.path.clone()];
            catalog.feeds = vec![feed];
            catalog.packages = packages;
        });
        Self {
            test: builder.jobs().start().await,
            to: place.to.clone(),
            stop,
            packed: apk,
            builds: 0,
        }
    }

    /// The app of the hold, if it is of one.
    fn held_app(&self) -> Option<AppId> {
        (self.stop == Stop::Wallet).then(wallet)
    }

    async fn hold(&self) {
        if self.stop != Stop::Nothing {
            let hold = HoldRequest {
                environment: self.to.clone(),
                app: self.held_app(),
                reason: "the servers are on fire".to_owned(),
            };
            self.test
                .portal
                .holds()
                .hold_environment(&ada(), hold, machine_time())
                .await
                .unwrap();
        }
    }

    async fn lift(&self) {
        if self.stop != Stop::Nothing {
            let on = domain::hold::Held::Environment {
                environment: self.to.clone(),
                app: self.held_app(),
            };
            let (ada, now) = (ada(), machine_time());
            let lifted = self.test.portal.holds().lift(&ada, &on, None, now);
            match lifted.await {
                // Some ways are refused before it comes to the hold.
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn request(bytes: &[u8], to: Option<&EnvironmentId>) -> UploadRequest {
        let request = json!({"files": [promise("app.apk", bytes)], "environment": to});
        serde_json::from_value(request).unwrap()
    }

    async fn start(
        &self,
        actor: &Actor,
        bytes: &[u8],
        to: Option<&EnvironmentId>,
    ) -> Result<UploadPlan, String> {
        let (app, now) = (wallet(), machine_time());
        let started = self
            .test
            .portal
            .uploads()
            .start(actor, &app, Self::request(bytes, to), now)
            .await;
        let plan = started.map_err(|error| error.to_string())?;
        for file in &plan.files {
            if file.state != FileState::Done {
                testkit::put(&json!(file.state), bytes).await;
            }
        }
        Ok(plan)
    }

    async fn complete(&self, actor: &Actor, plan: &UploadPlan) -> Result<(), String> {
        let done = self.test.register(actor, &plan.id, machine_time());
        Box::pin(done)
            .await
            .map(|_| ())
            .map_err(|error| error.to_string())
    }

    async fn job(&self, parameters: &serde_json::Value) -> Result<(), String> {
        let id = format!("job-{}", self.builds);
        let job = job(&id, "a/b/c", parameters);
        match self.test.run(job, machine_time()).await {
            Outcome::Registered(_) | Outcome::Released(_) => Ok(()),
            Outcome::Failed { message, .. } => Err(message),
            other => panic!("{other:?}"),
        }
    }

    /// Tries to release a new build. Why it is refused, if it is.
    async fn tries(&mut self, way: Way) -> Result<(), String> {
        self.builds += 1;
        let bytes = (self.packed)(format!("build {}", self.builds).as_bytes());
        let to = self.to.clone();
        let (execution, app) = (format!("e-{}", self.builds), "wallet");
        match way {
            Way::Push(who) => {
                self.hold().await;
                let who = who();
                let plan = self.start(&who, &bytes, Some(&to)).await?;
                self.complete(&who, &plan).await
            }
            Way::Complete => {
                let plan = self.start(&ada(), &bytes, Some(&to)).await?;
                self.hold().await;
                self.complete(&ada(), &plan).await
            }
            Way::PushAgain => {
                let plan = self.start(&ada(), &bytes, None).await?;
                self.complete(&ada(), &plan).await?;
                self.hold().await;
                let plan = self.start(&ada(), &bytes, Some(&to)).await?;
                if plan.build.is_some() {
                    return Ok(());
                }
                self.complete(&ada(), &plan).await
            }
            Way::RegisterJob => {
                self.hold().await;
                let artifact = zip(&[stored("app.apk", &bytes)]);
                self.test.services.put_artifact("a/b/c", artifact).await;
                self.job(&json!({"do": "register", "app": app, "environment": to, "pipeline": "wallet-dev", "execution": execution}))
                    .await
            }
            Way::ReleaseJob => {
                let plan = self.start(&ada(), &bytes, None).await?;
                self.complete(&ada(), &plan).await?;
                let (app_id, limit) = (wallet(), Limit::default());
                let ada = ada();
                let builds = self.test.portal.builds().list(&ada, &app_id, limit, None);
                let newest = builds.await.unwrap().items.remove(0);
                self.hold().await;
                self.job(&json!({"do": "release", "app": app, "environment": to, "build": newest.id, "pipeline": "wallet-dev", "execution": execution}))
                    .await
            }
        }
    }
}

#[tokio::test]
async fn every_way_to_release_without_a_promotion_does_what_the_document_says() {
    let table = table();
    assert_eq!(table.len(), 4, "{table:?}");
    let (mut released, mut refused) = (0, 0);
    for place in places() {
        let cells = table[place.row];
        for stop in [Stop::Nothing, Stop::EveryApp, Stop::Wallet] {
            let mut world = World::of(&place, stop).await;
            for way in WAYS {
                let before = world.test.current(&place.to).await;
                let outcome = world.tries(way).await;
                let after = world.test.current(&place.to).await;
                let what = format!("{}, held: {stop:?}, {way:?}: {outcome:?}", place.row);
                match (cells[usize::from(stop != Stop::Nothing)], &outcome) {
                    ("released", Ok(())) => {
                        released += 1;
                        assert_ne!(before, after, "{what}");
                    }
                    (cell, Err(said)) if cell.starts_with("refused") => {
                        refused += 1;
                        assert_eq!(before, after, "{what}");
                        let told = cell
                            .strip_prefix("refused")
                            .unwrap()
                            .trim_start_matches(": ");
                        let told = told.trim_matches('`').trim_end_matches('…');
                        assert!(said.contains(told), "{what}: {told}");
                    }
                    (cell, _) => panic!("{what}, and the document says {cell}"),
                }
                world.lift().await;
            }
        }
    }
    assert_eq!((released, refused), (3 * 8, (9 * 3 - 3) * 8));
}

#[tokio::test]
async fn what_no_device_installs_is_released_in_no_way() {
    let text = |number: &[u8]| [b"version https://git-lfs.github.com/spec/v1\n", number].concat();
    let cases: [(Packed, &str); 2] = [
        (unsigned_apk, "app.apk is not signed"),
        (text, "app.apk is no Android package that can be read"),
    ];
    let place = places().remove(2);
    for (packed, why) in cases {
        let mut world = World::of(&place, Stop::Nothing).await;
        world.packed = packed;
        for way in WAYS {
            let said = world.tries(way).await.unwrap_err();
            assert!(said.contains(why), "{way:?}: {said}");
            assert_eq!(world.test.current(&place.to).await, None, "{way:?}");
        }
        world.packed = apk;
        world.tries(Way::Push(ada)).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_another_app_or_signed_by_another_key_is_released_in_no_way() {
    let rule = |application_id: &str, certificate: &[u8]| PackageRule {
        apps: Scope::Only(vec![wallet()]),
        environments: Scope::Only(vec![dev()]),
        application_ids: vec![application_id.to_owned()],
        signing: vec![Digest::of(certificate)],
    };
    let place = places().remove(2);
    for (rule, why) in [
        (
            rule("dev.example.bank", CERTIFICATE),
            "app.apk is dev.example.wallet, and towpath.toml allows dev.example.bank",
        ),
        (
            rule(APPLICATION, b"the release key"),
            "which towpath.toml does not list",
        ),
    ] {
        let mut world = World::with(&place, Stop::Nothing, vec![rule]).await;
        for way in WAYS {
            let said = world.tries(way).await.unwrap_err();
            assert!(said.contains(why), "{way:?}: {said}");
            assert_eq!(world.test.current(&place.to).await, None, "{way:?}");
        }
    }
    let good = rule(APPLICATION, CERTIFICATE);
    let mut world = World::with(&place, Stop::Nothing, vec![good]).await;
    for way in WAYS {
        world.tries(way).await.unwrap();
    }
}
