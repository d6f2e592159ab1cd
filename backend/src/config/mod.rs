//! Configuration: read once, in this room, from environment and file; what comes out is typed and consistent.
//!
//! A wrong setting stops the start with a sentence that names it (R12). `connect-outlook.example.toml` explains each.

mod address;
#[cfg(test)]
mod credential_tests;
mod credentials;
#[cfg(test)]
mod door_tests;
mod error;
mod limits;
mod links;
mod platform;
mod reader;
#[cfg(test)]
mod refresh_tests;
mod settings;
#[cfg(test)]
mod source_tests;
mod sources;
#[cfg(test)]
mod tests;
mod webhooks;

use std::net::SocketAddr;
use std::path::PathBuf;

use connect_outlook_protocol::authority::Authority;
use connect_outlook_protocol::scope::Scopes;
use ipnet::IpNet;
use ring::hkdf;
use zeroize::Zeroizing;

pub use address::SiteOrigin;
pub use error::ConfigError;
pub use limits::RequestLimits;
pub use links::LinkSettings;
pub use platform::Platform;
pub use settings::{PREFIX, SETTINGS, Setting};
pub use sources::Sources;

use crate::entra::credential::Credential;
use crate::log::LogFormat;
use crate::outbound::Trust;
use crate::vault::{KeyRing, Location};
use crate::webhooks::Rules;

/// One deployment: one site, one app registration, one vault.
#[derive(Debug)]
pub struct Config {
    /// Where the site lives, as browsers see it. Never taken from a request (R34).
    pub site: SiteOrigin,
    /// Where the routes hang below the site; empty or beginning with a slash.
    pub base_path: String,
    /// What `serve` listens on.
    pub listen: SocketAddr,
    /// Where what is counted can be read; `None` counts nothing.
    pub metrics_listen: Option<SocketAddr>,
    /// Cloud and tenant that people sign in to.
    pub authority: Authority,
    /// How far the sign-in service is believed.
    pub entra_trust: Trust,
    /// Scheme, host and port of Microsoft Graph.
    pub graph_origin: String,
    /// How far Microsoft Graph is believed.
    pub graph_trust: Trust,
    /// Application (client) id of the registration.
    pub client_id: String,
    /// The platform of its redirect URI.
    pub platform: Platform,
    /// What proves that we are it, the first is tried first; none where the platform takes none, and at least one elsewhere.
    pub credentials: Vec<Credential>,
    /// Its redirect URI, repeated byte for byte.
    pub redirect_uri: String,
    /// The redirect URI of the server-driven way, repeated byte for byte too.
    pub server_redirect_uri: String,
    /// What is asked for, and the most that a page may ask (R10).
    pub scopes: Scopes,
    /// Directories that may sign in; empty means whoever the authority admits (R105).
    pub allowed_tenants: Vec<String>,
    /// The key-encryption keys.
    pub keys: KeyRing,
    /// Seals cursors; made from the first key-encryption key for this purpose alone (R122).
    pub cursor_key: CursorKey,
    /// Where the vault is.
    pub database: Location,
    /// The most connections to PostgreSQL at a time.
    pub database_connections: u32,
    /// Seconds a session lives without use.
    pub session_idle: i64,
    /// Seconds a session lives at all.
    pub session_absolute: i64,
    /// Seconds between start and end of an attempt; at most ten minutes (R24).
    pub attempt_lifetime: i64,
    /// Origins of other sites whose pages may hold handles as bearer values; none by default (R63).
    pub bearer_origins: Vec<String>,
    /// How often browsers may ask.
    pub limits: RequestLimits,
    /// What it says about hosted links.
    pub links: LinkSettings,
    /// Where webhooks may lead.
    pub webhooks: Rules,
    /// Whether this process tells them.
    pub tell_webhooks: bool,
    /// Proxies whose word on the client's address counts (R173).
    pub trusted_proxies: Vec<IpNet>,
    /// Whether tokens are replaced without anybody asking for them.
    pub background_refresh: bool,
    /// Seconds after their last use during which accounts get new tokens before the old ones lapse.
    pub keep_fresh: i64,
    /// Token requests a minute at most that nobody waits for (D7).
    pub refreshes_per_minute: u32,
    /// The same for the accounts of one tenant (D13).
    pub refreshes_per_tenant: u32,
    /// Requests to Microsoft under way at most (D5).
    pub outbound_at_once: u32,
    /// How log lines look.
    pub log_format: LogFormat,
    /// The files that all this was read from.
    pub files: Vec<PathBuf>,
}

/// What the commands of an operator need: where the vault is, and its keys. Other settings may be missing.
#[derive(Debug)]
pub struct VaultConfig {
    /// The key-encryption keys.
    pub keys: KeyRing,
    /// Where the vault is.
    pub database: Location,
    /// Where webhooks may lead.
    pub webhooks: Rules,
}

impl VaultConfig {
    /// Reads it from where `serve` reads it.
    ///
    /// # Errors
    /// [`ConfigError`], naming the setting.
    pub fn read(
        file: Option<&std::path::Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        reader::read_vault(Sources::read(file, environment)?)
    }
}

/// The key that seals cursors.
pub struct CursorKey(Zeroizing<[u8; 32]>);

impl Config {
    /// Reads what `serve` goes by: the environment over the file, if one is named.
    ///
    /// # Errors
    /// [`ConfigError`], naming the setting.
    pub fn read(
        file: Option<&std::path::Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        Self::from_sources(Sources::read(file, environment)?)
    }

    /// Takes settings given in code, by name, under the same checks.
    ///
    /// # Errors
    /// [`ConfigError`], naming the setting.
    pub fn from_settings<'a>(
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ConfigError> {
        Self::from_sources(Sources::given(settings)?)
    }

    /// Checks every setting and the settings against each other.
    ///
    /// # Errors
    /// [`ConfigError`], naming the setting.
    pub fn from_sources(sources: Sources) -> Result<Self, ConfigError> {
        reader::read(sources)
    }
}

impl CursorKey {
    /// HKDF-SHA-256 (RFC 5869) of the text of the keys, which holds at least 256 random bits. When the operator
    /// changes it, cursors given out before end; a list is then simply begun again.
    pub(crate) fn derive(keys: &str) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        let extracted =
            hkdf::Salt::new(hkdf::HKDF_SHA256, b"connect-outlook").extract(keys.as_bytes());
        #[expect(
            clippy::expect_used,
            reason = "HKDF refuses only more than 255 times 32 bytes"
        )]
        extracted
            .expand(&[b"seal cursors"], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(key.as_mut_slice()))
            .expect("32 bytes from HKDF-SHA-256");
        Self(key)
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CursorKey(…)")
    }
}
