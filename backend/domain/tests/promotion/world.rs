//! The wallet on its way from dev over preprod to prod, on a Wednesday morning.

use domain::{
    Timestamp,
    actor::Actor,
    digest::Digest,
    event::Revision,
    freeze::{Freeze, WeekTime, Window},
    gate::{GateAnswer, GateKind, Standing, evaluate},
    hold::{Held, Hold},
    id::{AppId, BuildId, EnvironmentId, PromotionId, RunId},
    install::Forecast,
    known::{Known, Origin},
    path::{ApprovalRule, Check, FindingsLimit, Gates, Path, PathStep},
    promotion::{
        BuildFacts, Bypass, CheckFacts, CheckRun, Decision, Findings, Impossible, Member,
        Promotion, PromotionKind, Refusal, RefusalKind, Request, Rights, Serving, Situation, Stay,
        decide,
    },
    status::Status,
};
use jiff::{SignedDuration, civil};
use testdata::people::{dev, member, preprod, wallet};

pub(crate) const COMMIT: &str = "1a2b3c4d5e6f";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Wednesday, 11 in the morning in Berlin.
pub(crate) fn now() -> Timestamp {
    at("2026-11-18T10:00:00Z")
}

pub(crate) fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

pub(crate) fn environment(name: &str) -> EnvironmentId {
    name.parse().unwrap()
}

/// The identifier of the build, promotion, … of that number.
pub(crate) fn ulid<T: std::str::FromStr<Err: std::fmt::Debug>>(number: u64) -> T {
    format!("01HZY3V8Q4T9N2B7C6D5E{number:05}").parse().unwrap()
}

pub(crate) fn bytes(build: u64) -> Digest {
    Digest::of(&build.to_be_bytes())
}

pub(crate) fn grace() -> Actor {
    person("grace", &["developers"])
}

pub(crate) fn person(name: &str, groups: &[&str]) -> Actor {
    let groups = groups.iter().map(ToString::to_string).collect();
    member(format!("{name}@example.com"), groups)
}

/// A member of the release managers.
pub(crate) fn manager(name: &str) -> Actor {
    person(name, &["release-managers", "everyone"])
}

pub(crate) const MAY: Rights = Rights {
    promote: true,
    break_glass: true,
};

pub(crate) const MAY_NOT: Rights = Rights {
    promote: false,
    break_glass: false,
};

/// All that a [`Situation`] is made of, and what is asked for.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) app: AppId,
    pub(crate) to: EnvironmentId,
    pub(crate) path: Option<Path>,
    pub(crate) build: Option<BuildFacts>,
    pub(crate) released_in: Vec<EnvironmentId>,
    pub(crate) here: Option<Serving>,
    pub(crate) stays: Vec<Stay>,
    pub(crate) checks: Vec<CheckFacts>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) open: Option<Promotion>,
    pub(crate) members: Vec<Member>,
    pub(crate) install: Vec<Forecast>,
    pub(crate) findings: Option<Findings>,
    pub(crate) rights: Rights,
    pub(crate) request: Request,
}

pub(crate) fn step(name: &str) -> PathStep {
    testdata::steps::step(environment(name))
}

impl World {
    /// Build 812 has been in dev for a day and is asked for in preprod, where no gate asks for anything.
    pub(crate) fn new() -> Self {
        Self {
            app: wallet(),
            to: preprod(),
            path: Some(Path {
                apps: Vec::new(),
                steps: vec![step("dev"), step("preprod"), step("prod")],
            }),
            build: Some(BuildFacts {
                id: ulid(812),
                number: 812,
                version: Some("2.4.0".to_owned()),
                digest: bytes(812),
                registered_at: now() - hours(24),
                revision: Some(revision(COMMIT)),
                run: Some(run("maker")),
                origin: Origin {
                    run: Known::Proven,
                    commit: Known::Proven,
                    repository: Known::Proven,
                },
                only_one_of_revision: true,
                unfit: Vec::new(),
            }),
            released_in: vec![dev()],
            here: Some(serving(811)),
            stays: vec![Stay {
                since: now() - hours(24),
                until: None,
            }],
            checks: Vec::new(),
            holds: Vec::new(),
            open: None,
            members: Vec::new(),
            install: Vec::new(),
            findings: None,
            rights: MAY,
            request: Request {
                id: ulid(1),
                kind: PromotionKind::Forward,
                by: grace(),
                reason: "sprint 48".to_owned(),
                bypass: None,
                withdraw: false,
            },
        }
    }

    /// The step that is asked for, to give it gates.
    pub(crate) fn step(&mut self) -> &mut PathStep {
        let to = self.to.clone();
        let steps = self.path.as_mut().unwrap().steps.iter_mut();
        steps
            .into_iter()
            .find(|step| step.environment == to)
            .unwrap()
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn gates(self, change: impl FnOnce(&mut Gates)) -> Self {
        self.with(|world| change(&mut world.step().gates))
    }

    pub(crate) fn to(self, name: &str) -> Self {
        self.with(|world| world.to = environment(name))
    }

    /// Build 810, which was in preprod before 811.
    pub(crate) fn rollback(self) -> Self {
        self.with(|world| {
            let build = world.build.as_mut().unwrap();
            (build.id, build.number, build.digest) = (ulid(810), 810, bytes(810));
            world.released_in = vec![dev(), preprod()];
            world.stays = Vec::new();
            world.request.kind = PromotionKind::Rollback;
        })
    }

    pub(crate) fn bypassing(self, gates: &[GateKind]) -> Self {
        self.with(|world| {
            world.request.bypass = Some(Bypass {
                gates: gates.to_vec(),
                reason: "payments fail for everyone".to_owned(),
            });
        })
    }

    pub(crate) fn held(self, on: Held) -> Self {
        self.with(|world| {
            world.holds.push(Hold {
                on,
                reason: "incident 7".to_owned(),
                by: manager("ada"),
                since: now() - hours(1),
            });
        })
    }

    pub(crate) fn situation(&self) -> Situation<'_> {
        Situation {
            app: &self.app,
            to: &self.to,
            path: self.path.as_ref(),
            build: self.build.clone(),
            released_in: self.released_in.clone(),
            here: self.here.clone(),
            stays: self.stays.clone(),
            checks: self.checks.clone(),
            holds: self.holds.clone(),
            open: self.open.clone(),
            members: self.members.clone(),
            install: self.install.clone(),
            findings: self.findings,
            rights: self.rights,
        }
    }

    pub(crate) fn asked(&self) -> Decision {
        self.asked_at(now())
    }

    pub(crate) fn asked_at(&self, now: Timestamp) -> Decision {
        decide(&self.situation(), &self.request, now)
    }

    /// The promotion that the request becomes, which must not be refused; it is then the open one.
    pub(crate) fn open(&mut self) -> Promotion {
        let gates = match self.asked() {
            Decision::Granted { gates, .. } | Decision::Waits { gates, .. } => gates,
            other => panic!("{other:?}"),
        };
        let promotion =
            Promotion::of(&self.situation(), self.request.clone(), gates, now()).unwrap();
        self.open = Some(promotion.clone());
        promotion
    }

    pub(crate) fn start(
        &self,
        promotion: Promotion,
        now: Timestamp,
    ) -> Result<Promotion, Impossible> {
        promotion.start(&self.situation(), now)
    }

    pub(crate) fn gate(&self, kind: GateKind) -> GateAnswer {
        self.gate_at(kind, now())
    }

    pub(crate) fn gate_at(&self, kind: GateKind, now: Timestamp) -> GateAnswer {
        let answers = evaluate(&self.situation(), now);
        let answer = answers.into_iter().find(|answer| answer.gate == kind);
        answer.unwrap_or_else(|| panic!("no answer of {kind:?}"))
    }

    pub(crate) fn standing(&self, kind: GateKind) -> Standing {
        self.gate(kind).standing
    }

    /// The only reason why the request is refused.
    pub(crate) fn refused(&self) -> Refusal {
        self.refused_at(now())
    }

    pub(crate) fn refused_at(&self, now: Timestamp) -> Refusal {
        match self.asked_at(now) {
            Decision::Refused(mut refusals) => {
                assert_eq!(refusals.len(), 1, "{refusals:#?}");
                refusals.remove(0)
            }
            other => panic!("{other:?}"),
        }
    }

    /// Every kind of reason why the request is refused.
    pub(crate) fn reasons(&self) -> Vec<RefusalKind> {
        match self.asked() {
            Decision::Refused(refusals) => refusals.iter().map(|refusal| refusal.kind).collect(),
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn revision(commit: &str) -> Revision {
    testdata::records::revision(commit.to_owned())
}

pub(crate) fn run(name: &str) -> RunId {
    format!("codepipeline/123456789012/eu-west-1/wallet/{name}")
        .parse()
        .unwrap()
}

pub(crate) fn serving(build: u64) -> Serving {
    Serving {
        build: ulid::<BuildId>(build),
        number: build,
        since: now() - hours(48),
    }
}

pub(crate) fn two_release_managers() -> ApprovalRule {
    ApprovalRule {
        count: 2,
        groups: vec!["release-managers".to_owned()],
    }
}

pub(crate) fn end_to_end() -> Check {
    Check {
        name: "end to end".to_owned(),
        source: "codepipeline".to_owned(),
        pipeline: "wallet-e2e".to_owned(),
        step: Some("Test/e2e".to_owned()),
    }
}

/// A first try that ended well, of the build's commit.
pub(crate) fn passed(name: &str) -> CheckRun {
    CheckRun {
        run: run(name),
        source: "codepipeline".to_owned(),
        commit: Some(COMMIT.to_owned()),
        digest: None,
        attempt: 1,
        newest_attempt: 1,
        status: Some(Status::Succeeded),
        started_at: now() - hours(2),
        known: Known::Proven,
    }
}

pub(crate) fn known_of(check: Check, runs: Vec<CheckRun>) -> Vec<CheckFacts> {
    vec![CheckFacts { check, runs }]
}

/// From Friday 16:00 to Monday 08:00 in Berlin.
pub(crate) fn weekend() -> Freeze {
    Freeze {
        reason: "weekend".to_owned(),
        time_zone: "Europe/Berlin".parse().unwrap(),
        window: Window::Weekly {
            from: WeekTime {
                weekday: 5,
                time: civil::time(16, 0, 0, 0),
            },
            until: WeekTime {
                weekday: 1,
                time: civil::time(8, 0, 0, 0),
            },
        },
    }
}

/// On Saturday.
pub(crate) fn saturday() -> Timestamp {
    at("2026-11-21T10:00:00Z")
}

pub(crate) fn limit(critical: u32, high: u32) -> FindingsLimit {
    FindingsLimit {
        critical: Some(critical),
        high: Some(high),
    }
}

pub(crate) fn promotion_id(number: u64) -> PromotionId {
    ulid(number)
}
