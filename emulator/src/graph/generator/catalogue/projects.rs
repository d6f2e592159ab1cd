//! Colleagues about their work.

use crate::graph::generator::script::{Contact, File, Line, Mark, Role, Script};
use Role::{A, B, C, Outside, Owner};

const HARBOUR: Contact = Contact {
    name: "Ines Moreau",
    address: "ines.moreau@harbour-freight.example",
};
const PRESS: Contact = Contact {
    name: "Olu Adeyemi",
    address: "olu.adeyemi@dailyledger.example",
};

pub(super) const SCRIPTS: &[Script] = &[
    Script::new("Numbers for the steering committee", &[
        Line::note(A, "Hi {you},\n\nthe committee meets on Thursday and wants to see throughput before and after the new card reader. Could you pull the figures for the last six weeks? A rough chart is enough.\n\nThanks a lot,\n{me}").cc(&[B]),
        Line::note(Owner, "Hi {a},\n\nfigures attached. Throughput is up by eleven percent since week three; the dip in week five is the maintenance window, so do not let anybody read too much into it.\n\n{me}").to(&[A]).cc(&[B]).after(190)
            .with(&[Mark::File(File::Csv, "throughput-by-week.csv")]),
        Line::note(A, "That is exactly what I needed. I will add one line about the maintenance window so that nobody asks.\n\nOne more thing: would you join for the first ten minutes, in case there are questions about the method?").cc(&[B]).after(75)
            .with(&[Mark::Flagged, Mark::Category("Steering")]),
    ]).sure(),
    Script::new("Draft of the operating manual, chapter 4", &[
        Line::note(B, "Dear {you},\n\nchapter four is ready for a second pair of eyes. I am least sure about the section on carrying over intermediate results: it is correct, but I doubt that a newcomer will follow it.\n\nComments by Monday would be wonderful.\n\n{me}")
            .with(&[Mark::File(File::Pdf, "Operating manual - chapter 4.pdf"), Mark::Category("Manual")]),
    ]).sure(),
    Script::new("Workshop: the brass shipment is late again", &[
        Line::note(C, "All,\n\nthe supplier moved the delivery by another eight days. We can keep going with what is on the shelf until Wednesday, after that assembly stands still.\n\nI see three ways: borrow stock from the second site, take the steel variant for the inner wheels, or move the acceptance test. My vote is the first.\n\n{me}").to(&[Owner, A, B])
            .with(&[Mark::High]),
        Line::note(A, "Borrow it. I spoke to the second site this morning, they can spare forty pieces if we return them before the end of the quarter.\n\n{c}, can you arrange the transport?").to(&[C, Owner, B]).after(52),
        Line::note(C, "Van is booked for tomorrow at seven. {you}, somebody has to sign for it at the gate; may I put your name down?").to(&[A, Owner, B]).after(140),
        Line::note(Owner, "Yes, put me down. I am in from half past six.").to(&[C]).cc(&[A, B]).after(18),
        Line::note(C, "Perfect. Coffee is on me.").after(7),
    ]),
    Script::new("Question about the rounding in table 7", &[
        Line::note(B, "Hello {you},\n\nI recomputed table 7 by hand over the weekend (do not ask why) and get a different last digit in three places: rows 12, 19 and 31. Is the table rounded half to even, or is there something I miss?\n\n{me}"),
        Line::note(Owner, "Hello {b},\n\nhalf to even, yes. It is mentioned in the preface, where of course nobody looks. Row 31 however is a real mistake of mine: well spotted! I will correct it in the next print.\n\n{me}").to(&[B]).after(330),
        Line::note(B, "A misprint found! I shall have it framed. Thank you for the quick answer.").after(25),
    ]),
    Script::new("Minutes of the planning round", &[
        Line::note(A, "Dear all,\n\nshort minutes of today:\n\n1. The demonstration for the academy stays on the 14th.\n\n2. {b} prepares the examples, {you} the explanation of the method.\n\n3. The budget for new punch cards is approved up to {amount}.\n\n4. Open: who looks after the visitors from the ministry?\n\nPlease tell me by tomorrow if I forgot something.\n\n{me}").to(&[Owner, B, C]),
        Line::note(B, "Nothing forgotten. I can look after the visitors, I am there anyway.").to(&[A, Owner, C]).after(64),
    ]),
    Script::new("Your talk at the spring colloquium", &[
        Line::note(Outside(&PRESS), "Dear {you},\n\nI write about computing for the Daily Ledger and was in the audience last week. Your remark that the machine \"has no pretensions whatever to originate anything\" has occupied me since.\n\nWould you have twenty minutes for an interview? Any day next week would suit me, by telephone or over coffee.\n\nKind regards,\nOlu Adeyemi\nThe Daily Ledger")
            .with(&[Mark::Flagged]),
    ]),
    Script::new("Offer for the transport of the demonstration unit", &[
        Line::note(Outside(&HARBOUR), "Dear {you},\n\nthank you for your enquiry. Please find our offer no. {number} attached: collection on Monday, delivery on Wednesday, insured for the full value, two people for the stairs.\n\nThe price is {amount} and holds until the end of the month.\n\nWith kind regards\nInes Moreau\nHarbour Freight")
            .with(&[Mark::File(File::Pdf, "Offer Harbour Freight.pdf"), Mark::ReadReceipt]),
        Line::note(Owner, "Dear Ines,\n\nthank you, that works for us. Please book it; the order number follows from our purchasing department today.\n\nBest regards\n{me}").to(&[Outside(&HARBOUR)]).cc(&[A]).after(1210),
        Line::note(Outside(&HARBOUR), "Booked and confirmed. Our driver is called Tomasz and will ring half an hour before he arrives.\n\nInes Moreau").after(95),
    ]),
    Script::new("FYI: what the customer wrote to support", &[
        Line::note(A, "Hi {you},\n\nthe letter attached came in over the general address last night. I think it should be you who answers, as it is about the results and not about the device.\n\n{me}")
            .with(&[Mark::AttachedLetter("Results differ between two runs")]),
    ]).sure(),
    Script::new("Slides are in the shared folder", &[
        Line::note(B, "Hi both,\n\nI put the slides where everybody can edit them, link attached. Please no more copies by mail, we already have versions 7, 7b and \"7 final really\".\n\n{me}").to(&[Owner, A])
            .with(&[Mark::CloudLink("Academy demonstration.pptx")]),
    ]).sure(),
];
