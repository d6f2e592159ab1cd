//! Where one can choose how the emulator behaves. The defaults are Entra's ways.

use crate::{graph::GraphLimits, tokens::RefreshRotation};

/// How the emulator behaves where one can choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// What becomes of refresh tokens that were used.
    pub refresh_rotation: RefreshRotation,
    /// So many identical requests within five minutes are one too many (50196, entra 82); none switches that off.
    pub loop_threshold: Option<usize>,
    /// Whether the control routes answer to any `Host`, not only to names of this machine.
    pub answers_any_host: bool,
    /// Where Graph says no.
    pub graph_limits: GraphLimits,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            refresh_rotation: RefreshRotation::Entra,
            loop_threshold: Some(15),
            answers_any_host: false,
            graph_limits: GraphLimits::default(),
        }
    }
}
