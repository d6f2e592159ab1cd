//! APIs that apps of the world expose themselves, for tokens that are not Microsoft's to accept (entra 79).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;

use super::{Application, ClientId, World};

/// What an app exposes as an API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExposedApi {
    /// The application ID URI, `api://{client id}` as a rule.
    pub identifier_uri: String,
    /// Names of its delegated permissions, `access_as_user` for instance.
    pub scopes: Vec<String>,
}

/// An app in its part as an API: its client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiId(Uuid);

impl ApiId {
    /// The API of an app; `None` if its client id is no GUID.
    pub fn of(client_id: &ClientId) -> Option<Self> {
        Uuid::try_parse(client_id.as_str()).ok().map(Self)
    }

    /// Whether it is the API of this app.
    pub fn belongs_to(self, client_id: &ClientId) -> bool {
        Self::of(client_id) == Some(self)
    }
}

impl fmt::Display for ApiId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for ApiId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ApiId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Uuid::try_parse(&text).map(Self).map_err(D::Error::custom)
    }
}

impl World {
    /// The app whose API a scope's prefix names: by its application ID URI, by `api://{client id}`, or by the bare id.
    pub fn api_named(&self, prefix: &str) -> Option<(&Application, &ExposedApi)> {
        let id = prefix.strip_prefix("api://").unwrap_or(prefix);
        self.applications.iter().find_map(|application| {
            let api = application.api.as_ref()?;
            let named = api.identifier_uri == prefix
                || id.eq_ignore_ascii_case(application.client_id.as_str());
            named.then_some((application, api))
        })
    }
}
