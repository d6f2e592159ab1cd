//! What a world's backend is told.

/// Settings of a world that has not started.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub(super) client_secret: Option<String>,
}

impl Settings {
    /// The settings of the demo.
    #[must_use]
    pub fn standard() -> Self {
        Self::default()
    }

    /// Another client secret than the one the registration has.
    #[must_use]
    pub fn client_secret(mut self, secret: &str) -> Self {
        self.client_secret = Some(secret.to_owned());
        self
    }
}
