//! What later actions of a pipeline can use: its output variables.

use std::collections::BTreeMap;

use domain::{build::Build, id::EnvironmentId, variables};

use crate::PipelineJobs;

impl PipelineJobs<'_> {
    /// What is said of a build.
    pub(super) fn outputs(
        self,
        build: &Build,
        environment: Option<&EnvironmentId>,
    ) -> BTreeMap<String, String> {
        let mut outputs = BTreeMap::from([
            ("build".to_owned(), build.number.to_string()),
            ("build_id".to_owned(), build.id.to_string()),
        ]);
        outputs.insert("digests".to_owned(), variables::digests(build));
        if let Some(version) = variables::version(build) {
            outputs.insert("version".to_owned(), version);
        }
        outputs.insert("sha256".to_owned(), variables::sha256(build));
        if let Some(page) = self.page_of(build, environment) {
            outputs.insert("page".to_owned(), page);
        }
        outputs
    }

    /// The page to send people to: the testers' where it was released, else the build's own.
    fn page_of(self, build: &Build, environment: Option<&EnvironmentId>) -> Option<String> {
        let path = match environment {
            Some(environment) => format!("/{}/{environment}", build.app),
            None => format!("/{}/builds/{}", build.app, build.id),
        };
        Some(self.portal.public_url()?.join(&path).ok()?.to_string())
    }
}
