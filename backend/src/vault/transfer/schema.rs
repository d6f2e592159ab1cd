//! What a vault consists of: every table and column, as the migrations made them.

use super::tables::Kind::{Number, Text};
use super::tables::Table;

/// All of them but `migrations`, those that others refer to first.
pub(in crate::vault) const TABLES: &[Table] = &[
    Table {
        name: "accounts",
        key: 1,
        columns: &[
            ("id", Text),
            ("tid", Text),
            ("oid", Text),
            ("sealed_display_name", Text),
            ("sealed_address", Text),
            ("state", Text),
            ("state_since", Number),
            ("state_code", Text),
            ("state_claims", Text),
            ("reconnect_by", Number),
            ("grant_version", Number),
            ("event_count", Number),
            ("created_at", Number),
        ],
    },
    Table {
        name: "data_keys",
        key: 1,
        columns: &[
            ("id", Text),
            ("account_id", Text),
            ("kek_id", Text),
            ("wrapped", Text),
            ("created_at", Number),
        ],
    },
    Table {
        name: "grants",
        key: 1,
        columns: &[
            ("account_id", Text),
            ("sealed_access_token", Text),
            ("sealed_refresh_token", Text),
            ("sealed_previous_refresh_token", Text),
            ("previous_until", Number),
            ("scope", Text),
            ("expires_at", Number),
            ("obtained_at", Number),
            ("unreadable_since", Number),
        ],
    },
    Table {
        name: "refresh_leases",
        key: 1,
        columns: &[
            ("account_id", Text),
            ("owner", Text),
            ("fencing", Number),
            ("expires_at", Number),
        ],
    },
    Table {
        name: "refresh_intents",
        key: 1,
        columns: &[
            ("account_id", Text),
            ("refresh_id", Text),
            ("grant_version", Number),
            ("unanswered", Number),
            ("recovery", Number),
            ("started_at", Number),
        ],
    },
    Table {
        name: "attempts",
        key: 1,
        columns: &[
            ("id", Text),
            ("state_hash", Text),
            ("browser_hash", Text),
            ("position", Number),
            ("kind", Text),
            ("code_challenge", Text),
            ("sealed_code_verifier", Text),
            ("nonce_hash", Text),
            ("redirect_uri", Text),
            ("scope", Text),
            ("tenant", Text),
            ("client_id", Text),
            ("return_to", Text),
            ("created_at", Number),
            ("expires_at", Number),
            ("taken_at", Number),
            ("session_hash", Text),
        ],
    },
    Table {
        name: "sessions",
        key: 1,
        columns: &[
            ("id", Text),
            ("handle_hash", Text),
            ("created_at", Number),
            ("last_seen_at", Number),
            ("idle_seconds", Number),
            ("idle_expires_at", Number),
            ("expires_at", Number),
        ],
    },
    Table {
        name: "session_accounts",
        key: 2,
        columns: &[
            ("session_id", Text),
            ("account_id", Text),
            ("expires_at", Number),
        ],
    },
    Table {
        name: "news",
        key: 1,
        columns: &[
            ("id", Text),
            ("kind", Text),
            ("subject", Text),
            ("at", Number),
        ],
    },
    Table {
        name: "events",
        key: 1,
        columns: &[
            ("id", Text),
            ("account_id", Text),
            ("sequence", Number),
            ("kind", Text),
            ("payload", Text),
            ("created_at", Number),
        ],
    },
    Table {
        name: "deployment_events",
        key: 1,
        columns: &[
            ("id", Text),
            ("subject", Text),
            ("kind", Text),
            ("payload", Text),
            ("created_at", Number),
        ],
    },
];
