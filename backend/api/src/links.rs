//! Share links.

use domain::id::{AppId, BuildId, EnvironmentId};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// A link that somebody asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// What it gives.
    pub to: LinkTo,
    /// For how many hours it works, 1 to 720.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 720))]
    pub hours: u32,
    /// How many downloads it gives, 1 to 1000; left out, any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub limit: Option<u32>,
    /// How many downloads it gives in a day, fewer than the portal lets any link give; left out, that many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub per_day: Option<u32>,
    /// How many bytes it gives in a day, fewer than the portal lets any link give; left out, that many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub bytes_per_day: Option<u64>,
    /// What it asks for before it shows anything, 8 to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<SharePassword>,
}

/// A password in a request. It is not printed, and spelt only in the request that carries it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 8, max_length = 200))]
pub struct SharePassword(#[serde(serialize_with = "spelt")] pub SecretString);

fn spelt<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// What a link is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum LinkTo {
    /// One build.
    Build {
        /// The build.
        build: BuildId,
    },
    /// Whatever an environment serves at the time of the tap, also if it serves nothing yet.
    Newest {
        /// The app.
        app: AppId,
        /// The environment.
        environment: EnvironmentId,
    },
}
