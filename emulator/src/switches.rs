//! Where one can choose how the emulator behaves. The defaults are Microsoft's ways.

use serde::{Deserialize, Serialize};

use crate::{graph::GraphLimits, tokens::RefreshRotation};

/// How the emulator behaves where one can choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// What becomes of refresh tokens that were used.
    pub refresh_rotation: RefreshRotation,
    /// So many identical requests within five minutes are one too many (50196, entra 82); none switches that off.
    pub loop_threshold: Option<usize>,
    /// The life of every access token issued from now on, in seconds, instead of a random one from 3,600 to 5,400 as
    /// Entra gives (entra 54).
    pub access_token_life: Option<i64>,
    /// Seconds between Graph's 202 and the arrival of what was sent, in Sent Items and with its recipients (E28).
    pub sending_delay: i64,
    /// Whether Graph answers a request above 4 MB with 400 instead of 413 (E31).
    pub too_large_is_bad_request: bool,
    /// Whether each page of Graph's lists but the first comes after an empty one that has a next link too (E11).
    pub empty_pages: bool,
    /// Whether the control routes answer to any `Host`, not only to names of this machine.
    pub answers_any_host: bool,
    /// Where Graph says no.
    pub graph_limits: GraphLimits,
    /// Change notifications.
    pub notifications: NotificationSwitches,
    /// Delta queries.
    pub delta: DeltaSwitches,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            refresh_rotation: RefreshRotation::Entra,
            loop_threshold: Some(15),
            access_token_life: None,
            sending_delay: 0,
            too_large_is_bad_request: false,
            empty_pages: false,
            answers_any_host: false,
            graph_limits: GraphLimits::default(),
            notifications: NotificationSwitches::default(),
            delta: DeltaSwitches::default(),
        }
    }
}

/// How delta queries answer (graph-mail §10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeltaSwitches {
    /// Whether each round tells once more what the one before it told (E51).
    pub replays: bool,
    /// Whether each page tells its first entry twice (E51).
    pub repeats: bool,
    /// Whether a 410 says by `Location` where to begin anew (E50).
    pub location: bool,
}

/// How change notifications are delivered (graph-mail §16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotificationSwitches {
    /// Whether plain `http` is taken for addresses on this machine. Microsoft takes `https` only (E58).
    pub allows_http: bool,
    /// Most subscriptions on one mailbox, over all apps (E63).
    pub most_subscriptions: usize,
    /// How long after a change its notification goes out, in seconds. What is due together goes out in one request.
    pub latency_seconds: i64,
    /// How long a failed delivery is tried again, in seconds; the gaps between the tries shrink with it (E60).
    pub retry_seconds: i64,
    /// Whether every notification that was taken is delivered once more (E60).
    pub duplicates: bool,
    /// Whether the newest of the notifications that wait goes out first (E60).
    pub out_of_order: bool,
}

impl Default for NotificationSwitches {
    fn default() -> Self {
        Self {
            allows_http: true,
            most_subscriptions: 1_000,
            latency_seconds: 0,
            retry_seconds: 4 * 3_600,
            duplicates: false,
            out_of_order: false,
        }
    }
}
