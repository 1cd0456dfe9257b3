//! What a configuration says that can hardly be meant.

use domain::{
    access::{Action, Decision, decide},
    actor::Actor,
};

use super::Config;

impl Config {
    /// Groups that are asked for approvals and that no role lets see what they are asked about, each with what to do. Without
    /// any role nobody signs in, and there is nothing to say.
    pub fn warnings(&self) -> Vec<String> {
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
                        "\"{group}\" is asked for approvals of {} into {}, and no role lets it see that app: whoever is in no other group cannot approve. Give it a role under [[roles]], such as viewer",
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
