//! Microsoft Entra and Graph mail, offline, as they really behave: strict where Microsoft is strict, on one loopback
//! origin, with people, policies and a clock that can be moved.
//!
//! ```no_run
//! # async fn story() -> Result<(), connect_outlook_emulator::StartError> {
//! let emulator = connect_outlook_emulator::Emulator::builder().start("127.0.0.1:0").await?;
//! println!("Entra and Graph at {}", emulator.origin());
//! emulator.clock().advance(3600);
//! emulator.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Everything it issues is made up: its keys live as long as the process (or as a file that keeps them), its passwords are printed on its pages. That is
//! why its tokens and secrets are plain text here and appear in the record of exchanges.

mod challenge;
mod clock;
mod configuration;
mod control;
mod emulator;
mod entra;
mod exchange;
pub mod graph;
mod headers;
mod listener;
mod lock;
mod manners;
mod outbound;
mod page;
mod random;
mod router;
pub mod scenario;
mod state;
mod switches;
mod tls;
pub mod tokens;
pub mod world;

pub use clock::{Clock, rfc3339};
pub use configuration::Configuration;
pub use control::{GrantView, RefreshFamily, RefreshTokenView, SessionView};
pub use emulator::{Emulator, EmulatorBuilder, StartError};
pub use entra::{ApprovalRequest, Decision, KeysMissing, KeysUnreadable, RollOver, SigningKeys};
pub use exchange::{Exchange, RecordedBody};
pub use manners::Manner;
pub use state::EmulatorState;
pub use switches::{DeltaSwitches, NotificationSwitches, Switches};
pub use tls::NotCertified;
pub use tokens::RefreshRotation;
