//! Machines that write: shops, parcels, builds, banks.

use crate::graph::generator::script::{Contact, File, Line, Look, Mark, Role, Script, Shelf};
use Role::Outside;

const CLOUD: Contact = Contact {
    name: "Northwind Cloud Billing",
    address: "billing@northwind-cloud.example",
};
const STATIONER: Contact = Contact {
    name: "Quill & Paper",
    address: "orders@quill-and-paper.example",
};
const PARCEL: Contact = Contact {
    name: "Swift Parcel",
    address: "tracking@swift-parcel.example",
};
const BUILD: Contact = Contact {
    name: "Build Robot",
    address: "builds@forge.example",
};
const REVIEW: Contact = Contact {
    name: "Forge",
    address: "notifications@forge.example",
};
const REVIEW_THREAD: Contact = Contact {
    name: "Forge",
    address: "reply+7f3a@forge.example",
};
const LIBRARY: Contact = Contact {
    name: "City Library",
    address: "loans@city-library.example",
};
const RAIL: Contact = Contact {
    name: "Coastline Rail",
    address: "tickets@coastline-rail.example",
};
const ACCOUNT: Contact = Contact {
    name: "Account Security",
    address: "security@accounts.example",
};
const EVENTS: Contact = Contact {
    name: "Gather",
    address: "events@gather.example",
};

pub(super) const SCRIPTS: &[Script] = &[
    Script::new("Invoice {number}", &[
        Line::new(Outside(&CLOUD), Look::Receipt, "Your invoice for last month.\n\nCompute, 2 instances: 41.20\n\nStorage, 250 GB: 12.50\n\nTraffic: 3.15\n\nThe sum will be charged to your card within seven days.")
            .with(&[Mark::File(File::Pdf, "invoice.pdf"), Mark::Category("Invoices")]),
    ]).sure(),
    Script::new("Your order {number}", &[
        Line::new(Outside(&STATIONER), Look::Receipt, "Thank you for your order, {you}!\n\nNotebook, squared, A5: 7.90\n\nPencils, HB, box of 12: 9.60\n\nPunch cards, 500: 24.00\n\nWe pack it today.").with(&[Mark::InlineLogo]),
        Line::new(Outside(&STATIONER), Look::Notice, "Your order {number} is on its way. Swift Parcel brings it the day after tomorrow.").after(1600),
    ]).sure(),
    Script::new("Your parcel arrives today", &[
        Line::new(Outside(&PARCEL), Look::Notice, "Hello {you},\n\nyour parcel {number} is in the delivery van and arrives between 11:30 and 13:30.\n\nNot at home? Choose a neighbour or a parcel shop."),
    ]),
    Script::new("[forge] Build {number} of difference-engine", &[
        Line::new(Outside(&BUILD), Look::Plain, "Build {number} of difference-engine failed on branch main.\r\n\r\n  test carry::propagates_over_nine ... FAILED\r\n\r\n  assertion failed: left == right\r\n    left: 1000\r\n   right: 0\r\n\r\n1 failed, 412 passed, 38 s\r\n").with(&[Mark::High]),
        Line::new(Outside(&BUILD), Look::Plain, "Build {number} of difference-engine is green again.\r\n\r\n413 passed, 37 s\r\n").after(48),
    ]),
    Script::new("[forge] Review requested: Carry over nine", &[
        Line::new(Outside(&REVIEW), Look::Notice, "{a} asks for your review of \"Carry over nine\".\n\n3 files changed, 48 lines added, 12 removed.\n\nAnswer this message to comment.").with(&[Mark::ReplyTo(&REVIEW_THREAD)]),
        Line::new(Outside(&REVIEW), Look::Notice, "{b} approved \"Carry over nine\": Nice, and finally with a test.").after(210).with(&[Mark::ReplyTo(&REVIEW_THREAD)]),
    ]),
    Script::new("Two of your loans are due on Friday", &[
        Line::new(Outside(&LIBRARY), Look::Plain, "Dear reader,\r\n\r\nplease return or renew:\r\n\r\n* Sketch of the Analytical Engine, with notes\r\n* A Mathematician's Apology\r\n\r\nCity Library\r\n"),
    ]).sure(),
    Script::new("Your ticket to the coast", &[
        Line::new(Outside(&RAIL), Look::Notice, "Your ticket {number} is attached. Seat 42, window, quiet zone.\n\nShow the attachment on your phone, printing is not necessary.\n\nHave a good journey!")
            .with(&[Mark::File(File::Pdf, "ticket.pdf"), Mark::Category("Travel"), Mark::Flagged]),
    ]),
    Script::new("New sign-in to your account", &[
        Line::new(Outside(&ACCOUNT), Look::Notice, "We noticed a new sign-in to your account.\n\nDevice: Firefox on Linux. Place: near the river.\n\nIf it was you, there is nothing to do."),
    ]).sure(),
    Script::new("Tomorrow: evening lecture on looms and numbers", &[
        Line::new(Outside(&EVENTS), Look::Notice, "Hello {you},\n\ntomorrow at 19:00: evening lecture on looms and numbers. 84 people go.\n\nCannot make it? Give your seat to somebody on the waiting list."),
    ]),
    Script::new("Your export is ready", &[
        Line::new(Outside(&CLOUD), Look::Notice, "The export you asked for is ready and attached. We delete it after fourteen days.").with(&[Mark::File(File::Csv, "usage.csv")]),
    ]),
    Script::new("Your meeting notes", &[
        Line::new(Outside(&EVENTS), Look::Notice, "The notes of your last meeting are attached as a text file.").with(&[Mark::File(File::Text, "notes.txt")]),
    ]),
    Script::new("Delivered: order {number}", &[
        Line::new(Outside(&PARCEL), Look::Notice, "Your parcel {number} has been delivered and lies with the neighbour on the second floor."),
    ]).on(Shelf::Bin).sure(),
];
