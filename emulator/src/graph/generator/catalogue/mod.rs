//! What people and machines write about.

mod company;
mod desk;
mod mailings;
mod notices;
mod private;
mod projects;
mod spam;

use super::script::Script;
use crate::world::TenantKind;

/// Every conversation that may turn up in a mailbox of this kind.
pub(super) fn scripts(kind: TenantKind) -> Vec<&'static Script> {
    let own: &[&[Script]] = match kind {
        TenantKind::Company => &[projects::SCRIPTS, company::SCRIPTS],
        TenantKind::Personal => &[private::SCRIPTS],
    };
    let everybodys: &[&[Script]] = &[
        notices::SCRIPTS,
        mailings::SCRIPTS,
        desk::SCRIPTS,
        spam::SCRIPTS,
    ];
    own.iter()
        .chain(everybodys)
        .flat_map(|scripts| scripts.iter())
        .collect()
}
