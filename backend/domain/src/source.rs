//! The systems that report: their names, how their events arrive, and how a pipeline is named there.
//!
//! This is the one list of them. `config` takes the names that `towpath.toml` may have from here, `sources` has a reader for
//! each, and tests compare `infra` with it.

/// A system that reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name in events, in `towpath.toml` and in the addresses of webhooks.
    pub name: &'static str,
    pub arrival: Arrival,
    pub pipelines: PipelineName,
}

/// How events of a source arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Through `EventBridge`, with this text as their `source`.
    EventBridge(&'static str),
    /// By webhook, at `/hooks/<name>/{endpoint}`.
    Webhook,
}

/// How a source names a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipelineName {
    /// By one word, such as `wallet-dev`.
    Word,
    /// By owner, repository and file of a workflow, such as `acme/wallet/release.yml`.
    Workflow,
}

/// AWS `CodePipeline`.
pub const CODEPIPELINE: Source = Source {
    name: "codepipeline",
    arrival: Arrival::EventBridge("aws.codepipeline"),
    pipelines: PipelineName::Word,
};

/// AWS `CodeBuild`.
pub const CODEBUILD: Source = Source {
    name: "codebuild",
    arrival: Arrival::EventBridge("aws.codebuild"),
    pipelines: PipelineName::Word,
};

/// GitHub Actions.
pub const GITHUB: Source = Source {
    name: "github",
    arrival: Arrival::Webhook,
    pipelines: PipelineName::Workflow,
};

/// All of them.
pub const SOURCES: &[Source] = &[CODEPIPELINE, CODEBUILD, GITHUB];

impl Source {
    /// The source of that name.
    pub fn named(name: &str) -> Option<Self> {
        SOURCES.iter().copied().find(|source| source.name == name)
    }

    /// The names of all of them.
    pub fn names() -> Vec<&'static str> {
        SOURCES.iter().map(|source| source.name).collect()
    }

    /// What its events have as `source`, if they arrive through `EventBridge`.
    pub fn reports_as(self) -> Option<&'static str> {
        match self.arrival {
            Arrival::EventBridge(source) => Some(source),
            Arrival::Webhook => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_source_has_a_name_of_its_own_by_which_it_is_found() {
        let names = Source::names();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for source in SOURCES {
            assert_eq!(Source::named(source.name), Some(*source));
        }
        assert_eq!(Source::named("GitHub"), None);
        assert_eq!(Source::named(""), None);
    }
}
