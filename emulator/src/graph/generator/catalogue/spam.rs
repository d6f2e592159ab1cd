//! What the filter caught.

use crate::graph::generator::script::{Contact, Line, Look, Mark, Role, Script, Shelf};
use Role::Outside;

const PRIZE: Contact = Contact {
    name: "Award Department",
    address: "winner@lucky-award.example",
};
const PILLS: Contact = Contact {
    name: "Dr. Wonderful",
    address: "doctor@miracle-leaf.example",
};
const BANK: Contact = Contact {
    name: "Your Bank",
    address: "service@secure-bank-check.example",
};

pub(super) const SCRIPTS: &[Script] = &[
    Script::new("You have been selected!!!", &[
        Line::new(Outside(&PRIZE), Look::Notice, "Dear winner,\n\nyour address was drawn among {number} others. To receive {amount} answer with your full name, your address and the colour of your front door.").with(&[Mark::High]),
    ]).on(Shelf::Junk).sure(),
    Script::new("Think twice as fast with one leaf a day", &[
        Line::new(Outside(&PILLS), Look::Newsletter("#15803d"), "Doctors are speechless. So will you be."),
    ]).on(Shelf::Junk).sure(),
    Script::new("Your account will be closed", &[
        Line::new(Outside(&BANK), Look::Notice, "Dear customer,\n\nwe could not verify you. Confirm within 24 hours, or your account will be closed.").with(&[Mark::Script]),
    ]).on(Shelf::Junk).sure(),
];
