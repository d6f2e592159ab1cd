//! What every process of the deployment is told.

use connect_outlook_emulator::EmulatorState;

use crate::program::Settings;

/// The settings that all processes share, for the emulated Microsoft and one database (its address).
pub(super) fn settings(microsoft: &EmulatorState, origin: &str, database: &str) -> Settings {
    let world = microsoft.world();
    let registration = &world.applications[0];
    let secret = registration
        .live_secret(microsoft.clock.now())
        .expect("a live secret");
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).expect("randomness");
    let key = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut settings = Settings::from([
        ("public_url", origin.to_owned()),
        ("client_id", registration.client_id.to_string()),
        ("client_secret", secret.value.clone()),
        ("redirect_uri", format!("{origin}/outlook-callback")),
        ("key", key),
        ("database", database.to_owned()),
        ("insecure_entra_origin", microsoft.origin.clone()),
        ("insecure_graph_origin", microsoft.origin.clone()),
        ("log_format", "json".to_owned()),
    ]);
    for limit in LIMITS {
        settings.insert(limit, "1000000".to_owned());
    }
    settings
}

/// All callers come from one address, and those of one account from one session: not what these limits are for.
const LIMITS: [&str; 4] = [
    "limit_starts",
    "limit_callbacks",
    "limit_requests",
    "limit_mail",
];
