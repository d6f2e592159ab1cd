//! `/me` and `/users/{id or user principal name}`.

use crate::{
    graph::{
        access::{Caller, Need},
        answer::Answer,
        call::Call,
        error::GraphError,
        json::Object,
        odata::{Query, Selection},
        path::Owner,
        render::{USER, UserView},
        serve::Graph,
    },
    world::{Person, TenantKind},
};

/// `GET /me`, `GET /users/{…}`
pub(super) fn show(
    graph: &Graph,
    caller: &Caller,
    owner: &Owner,
    call: &Call,
) -> Result<Answer, GraphError> {
    if !caller.may(Need::Profile) {
        return Err(GraphError::insufficient_privileges());
    }
    let person = match owner {
        Owner::Me => caller.person.clone(),
        Owner::Named(name) => {
            colleague(graph, caller, name).ok_or_else(|| GraphError::no_such_user(name))?
        }
    };
    if person.id != caller.person.id && !READS_OTHERS.iter().any(|scope| caller.grant.allows(scope))
    {
        return Err(GraphError::insufficient_privileges());
    }
    let query = Query::parse(&call.query)?;
    let selection = Selection::of(&USER, query.select.as_deref(), false)?;
    let world = graph.emulator.world();
    let kind = world
        .tenant(&person.tenant)
        .map_or(TenantKind::Company, |tenant| tenant.kind);
    let (origin, selected) = (&graph.emulator.origin, selection.in_context());
    let context = format!("{origin}/v1.0/$metadata#users{selected}/$entity");
    let mut object = Object::new().with("@odata.context", context);
    object.append(
        UserView {
            person: &person,
            kind,
        }
        .shown(&selection),
    );
    Ok(Answer::ok(object))
}

/// Whose mailbox a path names (E6): the caller's own, however it is written. Mailboxes of others are closed.
///
/// # Errors
/// 404 for somebody the tenant does not know, 403 for somebody else.
pub(super) fn mailbox_owner(
    graph: &Graph,
    caller: &Caller,
    owner: &Owner,
) -> Result<Person, GraphError> {
    let person = match owner {
        Owner::Me => caller.person.clone(),
        Owner::Named(name) => {
            colleague(graph, caller, name).ok_or_else(|| GraphError::no_such_mailbox_owner(name))?
        }
    };
    if person.id != caller.person.id {
        return Err(GraphError::access_denied());
    }
    Ok(person)
}

/// The person of this id or address in the tenant that issued the token; ids and addresses match in any case.
fn colleague(graph: &Graph, caller: &Caller, name: &str) -> Option<Person> {
    let is_named = |person: &&Person| {
        name.eq_ignore_ascii_case(person.id.as_str()) || name.eq_ignore_ascii_case(&person.address)
    };
    if is_named(&&caller.person) {
        return Some(caller.person.clone());
    }
    let world = graph.emulator.world();
    let in_tenant = |person: &&Person| person.tenant == caller.grant.tenant;
    world
        .people
        .iter()
        .filter(in_tenant)
        .find(is_named)
        .cloned()
}

/// Scopes that open the profiles of others.
const READS_OTHERS: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
