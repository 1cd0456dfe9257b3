//! What a configuration says that can hardly be meant.

use domain::{
    access::{Action, Decision, Permission, decide},
    actor::Actor,
    workload::{Identity, Platform, Workload},
};

use super::Config;

/// Events of GitHub whose runs have the ref of the main branch, while people without any right in the repository cause them:
/// by a comment, an issue, a fork, or a pull request that a first workflow ran for.
const BY_ANYONE: [&str; 9] = [
    "commit_comment",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "issue_comment",
    "issues",
    "watch",
    "workflow_run",
];

impl Config {
    /// What can hardly be meant, each with what to do.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.outdated.clone();
        warnings.extend(self.blind_approvers());
        warnings.extend(self.workloads.iter().filter_map(open_to_any_event));
        warnings
    }

    /// Groups that are asked for approvals and that no role lets see what they are asked about. Without any role nobody signs
    /// in, and there is nothing to say.
    fn blind_approvers(&self) -> Vec<String> {
        if self.roles.is_empty() {
            return Vec::new();
        }
        let (catalog, grants) = (self.catalog(), self.grants());
        let mut warnings: Vec<String> = Vec::new();
        for app in &catalog.apps {
            let steps = catalog
                .path(&app.id)
                .into_iter()
                .flat_map(|path| &path.steps);
            for step in steps {
                for group in step.gates.approvals.iter().flat_map(|rule| &rule.groups) {
                    let member = Actor::anyone_in(vec![group.clone()]);
                    if decide(&member, &grants, Action::ViewApp(&app.id)) == Decision::Allowed {
                        continue;
                    }
                    let warning = format!(
                        "\"{group}\" is asked for approvals of {} into {}, and no role lets it see that app: anyone who is in no other group cannot approve. Give it a role under [[roles]], such as viewer",
                        app.id, step.environment
                    );
                    if !warnings.contains(&warning) {
                        warnings.push(warning);
                    }
                }
            }
        }
        warnings
    }
}

/// An entry that can do more than register and report, though people without rights in its repository may start its runs.
fn open_to_any_event(workload: &Workload) -> Option<String> {
    let Identity::Job(job) = &workload.identity else {
        return None;
    };
    let harmless = |it: &Permission| {
        matches!(
            it,
            Permission::View | Permission::Register | Permission::Report
        )
    };
    if job.platform != Platform::GitHub || workload.permit.may.iter().all(harmless) {
        return None;
    }
    let name = &workload.name;
    let Some(events) = &job.events else {
        return Some(format!(
            "the workload \"{name}\" may do more than register and report, and any event may start its runs, also comments and pull requests of strangers that a workflow reacts to: name the events that it needs, such as events = [\"push\", \"workflow_dispatch\"]"
        ));
    };
    let by_anyone = events.iter().find(|it| BY_ANYONE.contains(&it.as_str()))?;
    Some(format!(
        "the workload \"{name}\" may do more than register and report, and takes runs on {by_anyone}, which have the ref of the main branch no matter who causes them: leave that event out, or give what needs it an entry of its own that only registers and reports"
    ))
}
