//! What a world's backend is told.

use std::collections::BTreeMap;

/// Settings of a world that has not started.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub(super) client_secret: Option<String>,
    pub(super) background_refresh: bool,
    pub(super) platform: Registered,
    pub(super) database: Option<String>,
    pub(super) https: bool,
    pub(super) more: BTreeMap<&'static str, String>,
}

/// What the settings say about the redirect URI, and what is registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registered {
    /// Both say Web.
    #[default]
    Web,
    /// Both say single-page application.
    Spa,
    /// The settings say Web, the registration single-page application.
    SpaTakenForWeb,
    /// The settings say single-page application, the registration Web.
    WebTakenForSpa,
}

impl Settings {
    /// The settings of the demo.
    #[must_use]
    pub fn standard() -> Self {
        Self::default()
    }

    /// With refreshing in the background, which stories leave off so that nothing happens but what they tell.
    #[must_use]
    pub fn background_refresh(mut self) -> Self {
        self.background_refresh = true;
        self
    }

    /// Another platform than Web on either side.
    #[must_use]
    pub fn platform(mut self, platform: Registered) -> Self {
        self.platform = platform;
        self
    }

    /// A vault at this address instead of a file of its own.
    #[must_use]
    pub fn database(mut self, address: &str) -> Self {
        self.database = Some(address.to_owned());
        self
    }

    /// Microsoft speaks HTTPS, vouched for by an authority of its own.
    #[must_use]
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// Another setting, by its name.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.more.insert(name, value.to_owned());
        self
    }

    /// Another client secret than the one the registration has.
    #[must_use]
    pub fn client_secret(mut self, secret: &str) -> Self {
        self.client_secret = Some(secret.to_owned());
        self
    }
}
