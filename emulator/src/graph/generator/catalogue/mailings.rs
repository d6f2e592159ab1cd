//! Newsletters, wanted and half wanted.

use crate::graph::generator::script::{Contact, Line, Look, Mark, Role, Script, Shelf};
use Role::Outside;

const WEEKLY: Contact = Contact {
    name: "The Weekly Compiler",
    address: "letter@weekly-compiler.example",
};
const MUSEUM: Contact = Contact {
    name: "Museum of Calculation",
    address: "news@museum-of-calculation.example",
};
const CITY: Contact = Contact {
    name: "City Almanac",
    address: "almanac@city-paper.example",
};
const COFFEE: Contact = Contact {
    name: "Third Crack Coffee",
    address: "hello@third-crack.example",
};
const CONFERENCE: Contact = Contact {
    name: "Conf on Reliable Machines",
    address: "programme@reliable-machines.example",
};
const RADIO: Contact = Contact {
    name: "Radio Atlas",
    address: "episodes@radio-atlas.example",
};
const SHOES: Contact = Contact {
    name: "Fell & Fjord",
    address: "offers@fell-fjord.example",
};

pub(super) const SCRIPTS: &[Script] = &[
    Script::new("The Weekly Compiler #{issue}: registers, and why we miss them", &[
        Line::new(Outside(&WEEKLY), Look::Newsletter("#3b4cca"), "Good morning!\n\nThis week: a register allocator that fits on a page, a long read on how a loom became a program, and the fastest way to sort a drawer of punch cards.\n\nAnd a question for you: which tool have you stopped using, and do you miss it?").with(&[Mark::Script]),
    ]).sure(),
    Script::new("Late opening on Thursday: the difference engine runs", &[
        Line::new(Outside(&MUSEUM), Look::Newsletter("#8a4b08"), "Once a month we crank it by hand. On Thursday you can see all eight thousand parts move, and hear them.\n\nDoors open at six. Members come in free, children may turn the handle.").with(&[Mark::InlineLogo]),
    ]).sure(),
    Script::new("Your weekend in the city", &[
        Line::new(Outside(&CITY), Look::Newsletter("#0f766e"), "Sunny on Saturday, showers on Sunday.\n\nSaturday: flea market by the river, from nine. Open air concert in the park, bring a blanket.\n\nSunday: the book fair has a hall for makers this year."),
    ]).sure(),
    Script::new("A new roast, and a small apology", &[
        Line::new(Outside(&COFFEE), Look::Newsletter("#6b3e26"), "The last batch was a little darker than we like. If yours tasted of campfire, write to us and the next bag is free.\n\nThe new one tastes of plum and tells no jokes."),
    ]),
    Script::new("Programme is out: 28 talks on machines that do not stop", &[
        Line::new(Outside(&CONFERENCE), Look::Newsletter("#b91c1c"), "Three days, two tracks, one long corridor with good coffee.\n\nHighlights: \"Carry on: a post-mortem\", \"What a clock knows\", and a workshop on reading other people's logs.\n\nEarly tickets until the end of the month."),
    ]),
    Script::new("New episode: the woman who counted the comets", &[
        Line::new(Outside(&RADIO), Look::Newsletter("#4338ca"), "Forty minutes about an observatory, a ledger and a mistake that nobody noticed for eleven years."),
    ]),
    Script::new("Only until Sunday: boots for every weather", &[
        Line::new(Outside(&SHOES), Look::Newsletter("#166534"), "Twenty percent on everything that keeps your feet dry."),
    ]).on(Shelf::Bin).sure(),
    Script::new("The Weekly Compiler #{issue}: the letters you wrote", &[
        Line::new(Outside(&WEEKLY), Look::Newsletter("#3b4cca"), "You answered! Here are the best ones, from the slide rule to the pager.").with(&[Mark::Low]),
    ]),
    Script::new("Members' evening: behind the scenes", &[
        Line::new(Outside(&MUSEUM), Look::Newsletter("#8a4b08"), "See the workshop where the drawings of 1849 became brass. Places are few, first come, first served."),
    ]),
];
