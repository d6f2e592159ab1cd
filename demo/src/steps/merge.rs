//! One order out of two witnesses: what was seen on the wire, and what the server says it did.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::inner::Inner;
use super::step::{Kind, Sketch};

/// A step with its time, unix seconds.
pub type Timed = (i64, Sketch);

/// Puts both in order. A step of the server that was also seen on the wire pulls the wire along up to that place;
/// what is left of the wire follows at the end.
#[must_use]
pub fn in_order(wire: Vec<Timed>, told: Vec<(i64, Inner)>) -> Vec<Timed> {
    let mut ordered = Vec::with_capacity(wire.len() + told.len());
    let mut wire = wire.into_iter().peekable();
    for (time, inner) in told {
        match inner {
            Inner::Unseen(sketch, needed) => {
                ordered.extend(leading(&mut wire, needed));
                ordered.push((time, sketch));
            }
            Inner::Seen(kind) => ordered.extend(up_to(&mut wire, kind)),
            Inner::Elsewhere => {}
        }
    }
    ordered.extend(wire);
    ordered
}

/// What stands at the front and is of these kinds.
fn leading(wire: &mut Peekable<IntoIter<Timed>>, kinds: &[Kind]) -> Vec<Timed> {
    let mut taken = Vec::new();
    while let Some(seen) = wire.next_if(|(_, seen)| kinds.contains(&seen.kind)) {
        taken.push(seen);
    }
    taken
}

/// Everything up to the first of this kind, nothing if there is none.
fn up_to(wire: &mut Peekable<IntoIter<Timed>>, kind: Kind) -> Vec<Timed> {
    let place = wire.clone().position(|(_, seen)| seen.kind == kind);
    wire.take(place.map_or(0, |place| place + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(wire: &[Kind], told: Vec<Inner>) -> Vec<Kind> {
        let wire = wire.iter().map(|kind| (1, kind.with([]))).collect();
        let told = told.into_iter().map(|inner| (2, inner)).collect();
        let ordered = in_order(wire, told);
        ordered.into_iter().map(|(_, sketch)| sketch.kind).collect()
    }

    #[test]
    fn what_the_server_did_by_itself_stands_between_its_requests() {
        use Kind::{
            AttemptTaken, CodeIssued, CodeRedeemed, GraphCalled, IdTokenChecked, KeysFetched,
        };
        let told = vec![
            Inner::Unseen(AttemptTaken.with([]), &[]),
            Inner::Seen(CodeRedeemed),
            Inner::Unseen(IdTokenChecked.with([]), &[KeysFetched]),
            Inner::Elsewhere,
        ];
        assert_eq!(
            kinds(&[CodeIssued, CodeRedeemed, KeysFetched, GraphCalled], told),
            [
                AttemptTaken,
                CodeIssued,
                CodeRedeemed,
                KeysFetched,
                IdTokenChecked,
                GraphCalled
            ]
        );
    }

    #[test]
    fn a_request_that_the_wire_has_lost_pulls_nothing_along() {
        use Kind::{GraphCalled, TokenRefreshed, TokensSealed};
        let told = vec![
            Inner::Seen(TokenRefreshed),
            Inner::Unseen(TokensSealed.with([]), &[]),
        ];
        assert_eq!(kinds(&[GraphCalled], told), [TokensSealed, GraphCalled]);
    }
}
