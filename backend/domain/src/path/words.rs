//! What a step asks for, and what carries it out, in words.

use super::{Gates, PathStep, Start, Target};
use crate::{
    freeze::{Freeze, Window},
    words::{all_of, any_of, count, duration},
};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Gates {
    /// What has to hold, a line each. A hold stops everything everywhere, and so is not among them.
    pub fn words(&self) -> Vec<String> {
        let checks = self.checks.iter();
        let mut words: Vec<String> = checks
            .map(|check| format!("{} has succeeded for this build", check.name))
            .collect();
        words.extend(self.soak.map(|soak| {
            let soak = duration(soak);
            format!("the build was current in the environment before for {soak}")
        }));
        words.extend(self.approvals.iter().map(|rule| {
            let needed = usize::try_from(rule.count).unwrap_or(usize::MAX);
            let groups = any_of(&rule.groups);
            format!("{} from {groups}", count(needed, "approval"))
        }));
        words.extend(self.freezes.iter().map(Freeze::words));
        words.extend(self.max_age.map(|age| {
            let age = duration(age);
            format!("the build is not older than {age}")
        }));
        words.extend(self.install.as_ref().map(|limit| {
            let refused = limit.refuse.words();
            let but = if limit.allow.is_empty() {
                String::new()
            } else {
                format!(", but for {}", all_of(&limit.allow))
            };
            format!("the install forecast says nothing that {refused}{but}")
        }));
        words.extend(self.findings.map(|limit| {
            let most = [(limit.critical, "critical"), (limit.high, "high")];
            let most: Vec<String> = most
                .into_iter()
                .filter_map(|(most, severity)| Some(format!("{} {severity}", most?)))
                .collect();
            format!("a scan found at the most {}", most.join(" and "))
        }));
        words
    }
}

impl Freeze {
    /// When nothing starts, and why.
    fn words(&self) -> String {
        let week = |weekday: u8, time| {
            let day = usize::from(weekday).checked_sub(1);
            let day = day.and_then(|day| WEEKDAYS.get(day)).unwrap_or(&"?");
            format!("{day} {time}")
        };
        let (from, until) = match &self.window {
            Window::Once { from, until } => (from.to_string(), until.to_string()),
            Window::Weekly { from, until } => (
                week(from.weekday, from.time),
                week(until.weekday, until.time),
            ),
        };
        let (zone, reason) = (&self.time_zone, &self.reason);
        format!("it is not between {from} and {until} {zone} ({reason})")
    }
}

impl PathStep {
    /// What carries a promotion out. Never with what only roles have to know.
    pub fn target_words(&self) -> String {
        match &self.target {
            Target::Portal(None) => "the portal records the release".to_owned(),
            Target::Portal(Some(bucket)) => format!("the portal copies it to {}", bucket.name),
            Target::CodePipeline(target) => {
                let pipeline = &target.pipeline.name;
                match &target.start {
                    Start::Execution => format!("the pipeline {pipeline} is started"),
                    Start::Approval { stage, action } => {
                        format!("the approval {stage}/{action} of {pipeline} is given")
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{
        install::Severity,
        path::{ApprovalRule, Check, FindingsLimit, InstallLimit},
    };

    #[test]
    fn every_gate_is_said_in_words() {
        let gates = Gates {
            install: Some(InstallLimit {
                refuse: Severity::MayRefuse,
                allow: vec!["debuggable".to_owned()],
            }),
            checks: vec![Check {
                name: "Smoke test".to_owned(),
                source: "codepipeline".to_owned(),
                pipeline: "wallet-dev".to_owned(),
                step: None,
            }],
            soak: Some(SignedDuration::from_hours(36)),
            approvals: vec![ApprovalRule {
                count: 2,
                groups: vec!["leads".to_owned(), "qa".to_owned()],
            }],
            freezes: vec![Freeze {
                reason: "weekend".to_owned(),
                time_zone: "Europe/Zurich".parse().unwrap(),
                window: Window::Weekly {
                    from: crate::freeze::WeekTime {
                        weekday: 5,
                        time: "18:00:00".parse().unwrap(),
                    },
                    until: crate::freeze::WeekTime {
                        weekday: 1,
                        time: "08:00:00".parse().unwrap(),
                    },
                },
            }],
            max_age: Some(SignedDuration::from_hours(24 * 30)),
            findings: Some(FindingsLimit {
                critical: Some(0),
                high: Some(5),
            }),
        };
        assert_eq!(
            gates.words(),
            [
                "Smoke test has succeeded for this build",
                "the build was current in the environment before for 1 d 12 h",
                "2 approvals from leads or qa",
                "it is not between Fri 18:00:00 and Mon 08:00:00 Europe/Zurich (weekend)",
                "the build is not older than 30 d",
                "the install forecast says nothing that may make Android refuse it, but for debuggable",
                "a scan found at the most 0 critical and 5 high",
            ]
        );
        assert_eq!(Gates::default().words(), Vec::<String>::new());
    }
}
