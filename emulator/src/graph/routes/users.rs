//! `/me` and `/users/{id or user principal name}`.

use super::owner::{named, oneself, principal_name};
use crate::graph::{
    access::{Caller, Need, Reach},
    answer::Answer,
    call::Call,
    error::GraphError,
    json::Object,
    odata::{Query, Selection},
    path::Owner,
    render::{USER, UserView},
    serve::Graph,
};

/// `GET /me`, `GET /users/{…}`
pub(super) fn show(
    graph: &Graph,
    caller: &Caller,
    owner: &Owner,
    call: &Call,
) -> Result<Answer, GraphError> {
    if !caller.may_somewhere(Need::Profile) {
        return Err(GraphError::insufficient_privileges());
    }
    let world = graph.emulator.world();
    let member = match owner {
        Owner::Me => oneself(&world, caller)?,
        Owner::Named(name) => {
            named(&world, caller, name).ok_or_else(|| GraphError::no_such_user(name))?
        }
    };
    let own = caller
        .person()
        .is_some_and(|person| person.id == member.person.id);
    let reach = if own { Reach::Own } else { Reach::Tenant };
    if !caller.may(Need::Profile, reach) {
        return Err(GraphError::insufficient_privileges());
    }
    let query = Query::parse(&call.query)?;
    let selection = Selection::of(&USER, query.select.as_deref(), false)?;
    let (origin, selected) = (&graph.emulator.origin, selection.in_context());
    let context = format!("{origin}/v1.0/$metadata#users{selected}/$entity");
    let mut object = Object::new().with("@odata.context", context);
    let principal_name = principal_name(&member);
    let view = UserView {
        member: &member,
        principal_name: &principal_name,
    };
    object.append(view.shown(&selection));
    Ok(Answer::ok(object))
}
