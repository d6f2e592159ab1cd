//! Life in a company: rooms, people, money.

use crate::graph::generator::script::{Contact, File, Line, Look, Mark, Role, Script, Shelf};
use Role::{A, B, C, Outside, Owner};

const OFFICE: Contact = Contact {
    name: "Office Services",
    address: "office@facilities.example",
};
const PAYROLL: Contact = Contact {
    name: "Payroll",
    address: "payroll@people-desk.example",
};
const TRAVEL: Contact = Contact {
    name: "Travel Desk",
    address: "desk@meridian-travel.example",
};
const TRAVEL_PERSON: Contact = Contact {
    name: "Meridian Travel, Joana Reis",
    address: "joana.reis@meridian-travel.example",
};

pub(super) const SCRIPTS: &[Script] = &[
    Script::new("Weekly review", &[
        Line::note(A, "Invitation: Weekly review, every Tuesday from 10:00 to 10:45 in the blue room.\n\nAgenda: what went well, what is stuck, what comes next. Please bring numbers, not slides.").to(&[Owner, B, C])
            .with(&[Mark::Meeting]),
    ]).sure(),
    Script::new("Lunch on Friday?", &[
        Line::note(B, "The new place behind the library has opened, and the menu looks promising. Friday, half past twelve? {c} is in already.").to(&[Owner, C]),
        Line::note(Owner, "Gladly! I may be ten minutes late, please order the soup for me.").to(&[B, C]).after(41),
    ]),
    Script::new("Second floor closed on Saturday", &[
        Line::new(Outside(&OFFICE), Look::Plain, "Dear colleagues,\r\n\r\nthe floor on the second level will be renewed on Saturday. Please take what you need with you on Friday evening and leave nothing on the ground.\r\n\r\nThe coffee machine moves to the first floor until Tuesday. We apologise in advance.\r\n\r\nOffice Services\r\n").with(&[Mark::Low]),
    ]).sure(),
    Script::new("Your payslip is ready", &[
        Line::new(Outside(&PAYROLL), Look::Notice, "Hello {you},\n\nyour payslip for last month is ready. It is attached and also in your personnel folder.\n\nPlease check your bank details: they must be confirmed once a year.")
            .with(&[Mark::File(File::Pdf, "Payslip.pdf"), Mark::Category("Private")]),
    ]),
    Script::new("Travel options for the academy visit", &[
        Line::note(Outside(&TRAVEL_PERSON), "Dear {you},\n\nfor your visit I have held two connections until tomorrow noon:\n\nOutbound 07:12, arrival 11:48, one change.\n\nOutbound 08:30, arrival 12:20, direct, {amount} more.\n\nThe hotel near the academy is full; the one by the river has rooms with breakfast. Which one shall I book?\n\nBest wishes\nJoana")
            .with(&[Mark::ReplyTo(&TRAVEL), Mark::Category("Travel")]),
    ]).sure(),
    Script::new("Welcome Noor!", &[
        Line::note(A, "Dear all,\n\nplease welcome Noor, who joins us on Monday and will work on the card reader. Noor comes from the observatory and knows more about clockwork than all of us together.\n\n{you}, would you be the buddy for the first two weeks?\n\n{me}").to(&[Owner, B, C]),
        Line::note(Owner, "With pleasure. I will keep Monday morning free.").to(&[A]).after(33),
    ]),
    Script::new("Expense report {number} needs your approval", &[
        Line::new(Outside(&PAYROLL), Look::Notice, "Expense report {number} over {amount} waits for your approval.\n\nSubmitted by {c}. Purpose: material for the workshop.\n\nReports that nobody approves within ten days go back to the sender.")
            .with(&[Mark::Flagged]),
    ]),
    Script::new("Who has the projector?", &[
        Line::note(C, "It is not in the cupboard, not in the blue room and not in the list. The visitors come at two. Anybody?").to(&[Owner, A, B]).with(&[Mark::High]),
        Line::note(B, "Under my desk, sorry! I bring it down.").to(&[C, Owner, A]).after(4),
    ]),
    Script::new("Lost and found: an umbrella", &[
        Line::new(Outside(&OFFICE), Look::Plain, "A black umbrella with a wooden handle was left in the reception.\r\nIt will be kept for four weeks.\r\n"),
    ]).on(Shelf::Bin),
    Script::new("Contract for the exhibition room", &[
        Line::note(A, "Signed and returned. I keep the original, the copy is for your files.")
            .with(&[Mark::File(File::Pdf, "Contract exhibition room.pdf"), Mark::Done]),
    ]).on(Shelf::Archive).sure(),
    Script::new("Retrospective: what we learned from the first run", &[
        Line::note(B, "As promised, my notes from Tuesday:\n\nThe long tables were right, the short ones were not. Next time we print two sets of cards, so that a torn one does not stop everything.\n\nThe audience understood more than we feared.\n\n{me}").to(&[Owner, A]),
        Line::note(Owner, "Thank you for writing this down. I would add: never start a demonstration right after lunch.").to(&[B]).after(85),
    ]).on(Shelf::Archive),
];
