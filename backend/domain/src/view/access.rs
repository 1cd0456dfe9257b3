//! Who someone is here, what they and others may do, and how the portal is set up.

use serde::{Deserialize, Serialize};

use crate::{
    access::{HeldRole, Permit, Rights},
    actor::Actor,
    catalog::{App, Environment},
    digest::Digest,
    id::{AppId, EnvironmentId},
};

/// The caller, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// Who it is.
    pub actor: Actor,
    /// How they proved it.
    pub proof: String,
    /// The groups that count here: those that have a role or are asked for approval. A token's are its owner's.
    pub groups: Vec<String>,
    /// What it was permitted when it was made, for whatever is not a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permit: Option<Permit>,
    /// The roles that they have; a token's owner's.
    pub roles: Vec<HeldRole>,
    /// What they may do.
    pub may: Rights,
    /// The environments, in the order that a build moves through them.
    pub environments: Vec<Environment>,
}

/// Who may do what here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessView {
    /// Every `[[roles]]` of `towpath.toml`, with all its groups.
    pub roles: Vec<HeldRole>,
    /// Whom gates ask for approval.
    pub approvers: Vec<Approvers>,
    /// The environments, in the order that a build moves through them.
    pub environments: Vec<Environment>,
    /// What someone of the groups that were asked about may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedAbout>,
}

/// Whom a gate asks for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approvers {
    /// Of which apps' builds; nothing for every app that no other path names.
    pub apps: Vec<AppId>,
    /// Into which environment.
    pub environment: EnvironmentId,
    /// How many of them.
    pub count: u32,
    /// The groups.
    pub groups: Vec<String>,
}

/// What someone of some groups may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskedAbout {
    /// The groups; an address is a group of one.
    pub groups: Vec<String>,
    /// The roles that they have.
    pub roles: Vec<HeldRole>,
    /// What they may do.
    pub may: Rights,
}

/// The configuration in force. There is no secret in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigurationView {
    /// The environment that this deployment is of; none on a local portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<EnvironmentId>,
    /// The AWS region.
    pub region: String,
    /// The address that people open, where it is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// SHA-256 of `towpath.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// How people sign in; none on a local portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignInView>,
    /// The apps.
    pub apps: Vec<App>,
    /// The environments, in the order that a build moves through them.
    pub environments: Vec<Environment>,
    /// Which pipeline feeds what.
    pub pipelines: Vec<PipelineView>,
    /// The ways that builds take.
    pub paths: Vec<PathView>,
    /// How many `[[roles]]` there are.
    pub roles: usize,
}

/// How people sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInView {
    /// The issuer.
    pub issuer: String,
    /// The portal's name there.
    pub client_id: String,
    /// After how many hours without use a session ends.
    pub idle_hours: i64,
    /// After how many hours a session ends whatever happens.
    pub lifetime_hours: i64,
}

/// A pipeline, and what it feeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PipelineView {
    /// The reporting system.
    pub source: String,
    /// Its name there.
    pub name: String,
    /// Only in this AWS account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Only in this AWS region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The app that it feeds.
    pub app: AppId,
    /// The environment that it feeds.
    pub environment: EnvironmentId,
}

/// The way that builds take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PathView {
    /// Of which apps; nothing for every app that no other path names.
    pub apps: Vec<AppId>,
    /// Its steps.
    pub steps: Vec<PathStepView>,
}

/// One environment of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PathStepView {
    /// The environment.
    pub environment: EnvironmentId,
    /// What has to hold before a build enters it, in words.
    pub gates: Vec<String>,
    /// Whether builds move here by themselves.
    pub automatic: bool,
    /// What carries a promotion out, in words.
    pub target: String,
    /// How long a promotion may wait, in words.
    pub expires_after: String,
    /// How long an approval counts, in words, where the step asks for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals_expire: Option<String>,
    /// The gates that a rollback is asked for; left out, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_gates: Option<Vec<String>>,
}
