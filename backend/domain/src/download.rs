//! Links to bytes that were granted.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    digest::Digest,
    id::{AppId, BuildId, EnvironmentId, FileName, LinkId},
};

/// How long a link to bytes works. It is made per tap, so it need not live longer than a tap takes on a slow phone.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// A link that was granted: who got what, when. Whether the bytes were then fetched, only the bucket knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Download {
    /// The build that the file is of.
    pub build: BuildId,
    /// The app.
    pub app: AppId,
    /// The environment that it was asked for in, when it was asked for as that environment's current build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// The file.
    pub artifact: Digest,
    /// The file's name.
    pub name: FileName,
    /// To whom.
    pub by: Actor,
    /// The share link that it was asked for through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// When.
    pub at: Timestamp,
    /// What the caller's program called itself, at the most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}
