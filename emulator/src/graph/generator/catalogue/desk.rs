//! What the owner has begun and not sent.

use crate::graph::generator::script::{Line, Look, Role, Script, Shelf};
use Role::{A, B, Owner};

pub(super) const SCRIPTS: &[Script] = &[
    Script::new("Ideas for the next half year", &[
        Line::note(Owner, "Dear {a},\n\nyou asked what I would do if I could choose. Three things:\n\nFirst, a proper set of examples, the kind one can run without asking anybody.\n\nSecond,").to(&[A]),
    ]).on(Shelf::Desk).sure(),
    Script::new("Recommendation", &[
        Line::new(Owner, Look::Plain, "Dear {b},\r\n\r\nof course I will write you a recommendation. Could you send me\r\n").to(&[B]),
    ]).on(Shelf::Desk).sure(),
];
