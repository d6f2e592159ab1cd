//! Family, friends and the flat.

use crate::graph::generator::script::{Contact, File, Line, Look, Mark, Role, Script, Shelf};
use Role::{A, B, C, Outside, Owner};

const CHOIR: Contact = Contact {
    name: "Riverside Choir",
    address: "notes@riverside-choir.example",
};
const LANDLORD: Contact = Contact {
    name: "Nadia Petrova",
    address: "n.petrova@lindenhof.example",
};
const LANDLORD_OFFICE: Contact = Contact {
    name: "Lindenhof Housing",
    address: "office@lindenhof.example",
};
const DENTIST: Contact = Contact {
    name: "Dr. Amara Singh",
    address: "practice@dr-singh.example",
};

pub(super) const SCRIPTS: &[Script] = &[
    Script::new("Sunday at the lake", &[
        Line::note(A, "Hi {you}!\n\nThe weather looks good for Sunday. We would take the early train and be at the lake by ten. Bring the blue blanket and your terrible playing cards.\n\nHugs,\n{me}").cc(&[B]),
        Line::note(Owner, "I am in, and I bring cake. Which platform?").to(&[A]).cc(&[B]).after(47),
        Line::note(A, "Platform three, 8:41. {b} has the tickets.").cc(&[B]).after(12),
    ]).sure(),
    Script::new("Pictures from the party", &[
        Line::note(B, "As promised! The one with the hat is my favourite. Do not show it to {c}.")
            .with(&[Mark::File(File::Png, "hat.png"), Mark::File(File::Png, "cake.png")]),
    ]).sure(),
    Script::new("Rehearsal moved to Wednesday", &[
        Line::new(Outside(&CHOIR), Look::Plain, "Dear singers,\r\n\r\nthe hall is not free on Tuesday, so we rehearse on Wednesday at seven. Please bring the Fauré and a pencil.\r\n\r\nRiverside Choir\r\n"),
    ]).sure(),
    Script::new("The radiator in the kitchen", &[
        Line::note(Outside(&LANDLORD), "Dear {you},\n\nthe plumber can come on Thursday between nine and eleven. Somebody would have to be in. If that does not suit you, please answer to our office.\n\nKind regards\nNadia Petrova")
            .with(&[Mark::ReplyTo(&LANDLORD_OFFICE), Mark::Flagged]),
        Line::note(Owner, "Dear Ms Petrova,\n\nThursday is fine, I work from home that day.\n\nKind regards\n{me}").to(&[Outside(&LANDLORD_OFFICE)]).after(600),
    ]).sure(),
    Script::new("Dinner: who brings what", &[
        Line::note(C, "Dear both,\n\nI cook, you bring the rest: {you} something to drink, {b} a dessert that is not tiramisu again.\n\nSaturday, seven o'clock. The doorbell is broken, please shout.\n\n{me}").to(&[Owner, B]),
        Line::note(B, "What is wrong with tiramisu?").to(&[C, Owner]).after(9),
        Line::note(C, "Nothing. We have had it four times.").to(&[B, Owner]).after(3),
        Line::note(Owner, "I vote for tiramisu.").to(&[C, B]).after(21),
    ]),
    Script::new("Your appointment on Monday", &[
        Line::new(Outside(&DENTIST), Look::Notice, "Dear {you},\n\nthis is a reminder of your appointment on Monday at 8:15.\n\nIf you cannot come, please call us the day before.\n\nPractice Dr. Amara Singh"),
    ]).sure(),
    Script::new("Can you read this?", &[
        Line::note(A, "Grandmother's letter came back from the archive, and I cannot make out the second page. You are better at the old handwriting. Scan attached.")
            .with(&[Mark::File(File::Pdf, "letter-page-2.pdf"), Mark::Category("Family")]),
    ]).sure(),
    Script::new("Invitation: housewarming", &[
        Line::note(B, "Invitation: housewarming, Saturday in two weeks, from six until the neighbours complain.").to(&[Owner, A, C]).with(&[Mark::Meeting]),
    ]).sure(),
    Script::new("Fwd from my aunt", &[
        Line::note(C, "I attach what she wrote. Do you think she means it?").with(&[Mark::AttachedLetter("The piano must go to a good home")]),
    ]).sure(),
    Script::new("Holiday list", &[
        Line::note(A, "I started a list, everybody can write in it. At the moment it says \"sun\" and \"no early flights\".").with(&[Mark::CloudLink("Holiday list.xlsx")]),
    ]).sure(),
    Script::new("The book I talked about", &[
        Line::note(C, "It is called \"The Difference Engine\", and it is nothing like I described it. Read it anyway."),
        Line::note(Owner, "Ordered!").to(&[C]).after(120),
    ]),
    Script::new("Old tenancy agreement", &[
        Line::note(Outside(&LANDLORD), "Dear {you},\n\nplease find a copy of your agreement attached, as you asked.\n\nNadia Petrova")
            .with(&[Mark::File(File::Pdf, "Tenancy agreement.pdf"), Mark::Done]),
    ]).on(Shelf::Archive).sure(),
    Script::new("Thank you for the flowers", &[
        Line::note(B, "They stand on the table and everybody asks who they are from."),
    ]).on(Shelf::Archive),
];
