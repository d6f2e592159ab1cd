//! Whose data a path is about, and whether the caller gets at it (E6, E7).

use crate::{
    graph::{
        access::{Caller, Need, Reach},
        error::GraphError,
        path::Owner,
        serve::Graph,
    },
    world::{MailboxShare, Membership, Person, SendRight, SharedAccess, World},
};

/// A mailbox that the caller may enter.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Whose.
    pub(crate) owner: Person,
    /// How far the caller's permissions must reach there.
    pub(crate) reach: Reach,
    /// In whose name the caller sends from it: as its owner, or on behalf.
    pub(crate) sends: SendRight,
}

/// Opens the mailbox that a path names: the caller's own however it is written, one that is shared with them, or any of
/// the tenant for an app by itself.
///
/// # Errors
/// 403 if the token or the owner does not allow `need`, 404 for somebody the tenant does not know and for people without
/// a mailbox in it; guests are such people.
pub(super) fn enter(
    graph: &Graph,
    caller: &Caller,
    owner: &Owner,
    need: Need,
) -> Result<Entry, GraphError> {
    if !caller.may_somewhere(need) {
        return Err(GraphError::access_denied());
    }
    let world = graph.emulator.world();
    let member = match owner {
        Owner::Me => oneself(&world, caller)?,
        Owner::Named(name) => {
            named(&world, caller, name).ok_or_else(|| GraphError::no_such_mailbox_owner(name))?
        }
    };
    let owner = member.person;
    let share = caller
        .person()
        .and_then(|person| world.mailbox_share(&owner.id, &person.id));
    let (reach, sends) = match caller.person() {
        None => (Reach::Tenant, SendRight::As),
        Some(person) if person.id == owner.id => (Reach::Own, SendRight::As),
        Some(_) => (
            Reach::Shared,
            share.map_or(SendRight::None, |share| share.sending),
        ),
    };
    if !caller.may(need, reach) || (reach == Reach::Shared && !opens(share, need)) {
        return Err(GraphError::access_denied());
    }
    if need == Need::MailSend && sends == SendRight::None {
        return Err(GraphError::send_as_denied());
    }
    if member.is_guest() || !owner.mailbox {
        return Err(GraphError::mailbox_not_enabled());
    }
    Ok(Entry {
        owner: owner.clone(),
        reach,
        sends,
    })
}

/// The caller, as the tenant of the token knows them.
///
/// # Errors
/// 400 for an app by itself, 401 if the tenant does not know them any more.
pub(super) fn oneself<'world>(
    world: &'world World,
    caller: &Caller,
) -> Result<Membership<'world>, GraphError> {
    let person = caller.person().ok_or_else(GraphError::me_without_person)?;
    let member = world
        .person(&person.id)
        .and_then(|person| world.membership(person, &caller.tenant));
    member.ok_or_else(|| GraphError::unauthenticated("The user of the token is not known."))
}

/// The member or guest of this id or name in the tenant that issued the token; both match in any case.
pub(super) fn named<'world>(
    world: &'world World,
    caller: &Caller,
    name: &str,
) -> Option<Membership<'world>> {
    let mut members = world
        .people
        .iter()
        .filter_map(|person| world.membership(person, &caller.tenant));
    members.find(|member| {
        name.eq_ignore_ascii_case(member.id.as_str())
            || name.eq_ignore_ascii_case(&principal_name(member))
    })
}

/// What a member signs in with; guests have a name made of their address and the tenant's domain.
pub(super) fn principal_name(member: &Membership<'_>) -> String {
    let address = &member.person.address;
    match member.is_guest() {
        false => address.clone(),
        true => format!(
            "{}#EXT#@{}",
            address.replace('@', "_"),
            member.tenant.domain
        ),
    }
}

fn opens(share: Option<&MailboxShare>, need: Need) -> bool {
    share.is_some_and(|share| need != Need::MailWrite || share.access == SharedAccess::Write)
}
