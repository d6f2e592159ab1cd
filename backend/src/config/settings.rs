//! The list of settings: the reader, the example file and its test all go by it.

/// One setting. In the environment it is `CONNECT_OUTLOOK_` and the name in capitals, in the file the name itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Lower case with underscores.
    pub name: &'static str,
    /// Whether `<name>_file` may name a file that holds the value instead.
    pub may_be_file: bool,
}

const fn plain(name: &'static str) -> Setting {
    Setting {
        name,
        may_be_file: false,
    }
}

const fn secret(name: &'static str) -> Setting {
    Setting {
        name,
        may_be_file: true,
    }
}

/// Every setting there is, in the order of `connect-outlook.example.toml`, which says what each means.
pub const SETTINGS: &[Setting] = &[
    plain("public_url"),
    plain("base_path"),
    plain("listen"),
    plain("metrics_listen"),
    plain("client_id"),
    secret("client_secret"),
    plain("client_secret_expires"),
    secret("client_certificate"),
    plain("tenant"),
    plain("cloud"),
    plain("redirect_uri"),
    plain("server_redirect_uri"),
    plain("platform"),
    plain("scopes"),
    plain("allowed_tenants"),
    secret("key"),
    plain("database"),
    plain("database_connections"),
    plain("session_idle"),
    plain("session_absolute"),
    plain("attempt_lifetime"),
    plain("attempts_per_browser"),
    plain("open_attempts"),
    plain("bearer_origins"),
    plain("site_name"),
    plain("completion_urls"),
    plain("link_longest"),
    plain("link_attempts"),
    plain("limit_starts"),
    plain("limit_callbacks"),
    plain("limit_requests"),
    plain("limit_mail"),
    plain("limit_mail_megabytes"),
    plain("limit_link_opens"),
    plain("limit_confirms"),
    plain("limit_api"),
    plain("tell_webhooks"),
    plain("webhook_ports"),
    plain("webhook_blocked"),
    plain("webhook_timeout"),
    plain("trusted_proxies"),
    plain("background_refresh"),
    plain("keep_fresh"),
    plain("refreshes_per_minute"),
    plain("refreshes_per_tenant"),
    plain("outbound_at_once"),
    plain("log_format"),
    plain("insecure_entra_origin"),
    plain("insecure_graph_origin"),
    secret("insecure_authority"),
    plain("insecure_webhooks"),
];

/// What comes before a setting's name in the environment.
pub const PREFIX: &str = "CONNECT_OUTLOOK_";

/// Names that begin with [`PREFIX`] and are options of the command line, not settings.
pub(super) const OPTIONS: [&str; 2] = ["CONNECT_OUTLOOK_CONFIG", "CONNECT_OUTLOOK_LOG"];
