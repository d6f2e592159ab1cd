//! One handler for each thing a path can name.

mod attach;
mod attachments;
mod changes;
mod folders;
mod messages;
mod new_attachment;
mod patch;
mod subscriptions;
mod upload;
mod users;
mod visit;

use axum::http::Method;

use super::{
    access::{Caller, Need},
    answer::Answer,
    call::Call,
    error::GraphError,
    path::{MessagePart, MessagePlace, Route, Target},
    serve::Graph,
    store::Mailbox,
};
use crate::lock::lock;
use visit::Visit;

pub(crate) use subscriptions::answer as answer_subscriptions;

/// Answers a call whose caller and route are known.
///
/// # Errors
/// [`GraphError`], in the order in which Graph checks: route and verb, scope, person, mailbox, then the request itself.
pub(crate) fn dispatch(
    graph: &Graph,
    caller: &Caller,
    route: &Route,
    call: &Call,
) -> Result<Answer, GraphError> {
    let need = need(&call.method, &route.target).ok_or_else(|| unsupported(call))?;
    if need == Need::Profile {
        return users::show(graph, caller, &route.owner, call);
    }
    if !caller.may(need) {
        return Err(GraphError::access_denied());
    }
    let owner = users::mailbox_owner(graph, caller, &route.owner)?;
    if !owner.mailbox {
        return Err(GraphError::mailbox_not_enabled());
    }
    let mailbox = graph.mailbox(&owner);
    let mut mailbox = lock(&mailbox);
    let visit = Visit::new(graph, caller, &owner, call)?;
    within(&visit, &mut mailbox, &route.target)
}

/// What the token must allow; `None` for a verb the emulator does not have there.
fn need(method: &Method, target: &Target) -> Option<Need> {
    use MessagePart::{
        Attachment, AttachmentValue, Attachments, Copy, Itself, Mime, Move, UploadSession,
    };
    match (method.as_str(), target) {
        ("GET", Target::User) => Some(Need::Profile),
        ("GET", Target::Folders | Target::Folder(_) | Target::ChildFolders(_)) => {
            Some(Need::MailBasic)
        }
        ("GET", Target::Messages(_) | Target::MessageCount(_) | Target::Message(_, Itself)) => {
            Some(Need::MailBasic)
        }
        ("GET", Target::Message(_, Mime | Attachments | Attachment(_) | AttachmentValue(_))) => {
            Some(Need::Mail)
        }
        ("PATCH", Target::Message(_, Itself)) | ("POST", Target::Message(_, Move | Copy)) => {
            Some(Need::MailWrite)
        }
        ("POST", Target::Message(_, Attachments | UploadSession))
        | ("DELETE", Target::Message(_, Attachment(_))) => Some(Need::MailWrite),
        _ => None,
    }
}

fn within(visit: &Visit<'_>, mailbox: &mut Mailbox, target: &Target) -> Result<Answer, GraphError> {
    match target {
        Target::User => Err(unsupported(visit.call)),
        Target::Folders => folders::top(visit, mailbox),
        Target::Folder(folder) => folders::show(visit, mailbox, folder),
        Target::ChildFolders(folder) => folders::below(visit, mailbox, folder),
        Target::Messages(folder) => messages::list(visit, mailbox, folder.as_deref()),
        Target::MessageCount(folder) => messages::count(visit, mailbox, folder.as_deref()),
        Target::Message(place, part) => within_message(visit, mailbox, place, part),
    }
}

fn within_message(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
    part: &MessagePart,
) -> Result<Answer, GraphError> {
    match part {
        MessagePart::Itself if visit.call.method == Method::PATCH => {
            changes::edit(visit, mailbox, place)
        }
        MessagePart::Itself => messages::show(visit, mailbox, place),
        MessagePart::Mime => messages::mime(mailbox, place),
        MessagePart::Move => changes::relocate(visit, mailbox, place),
        MessagePart::Copy => changes::copy(visit, mailbox, place),
        MessagePart::Attachments if visit.call.method == Method::POST => {
            attach::attach(visit, mailbox, place)
        }
        MessagePart::Attachments => attachments::list(visit, mailbox, place),
        MessagePart::UploadSession => upload::begin(visit, mailbox, place),
        MessagePart::Attachment(id) if visit.call.method == Method::DELETE => {
            attach::detach(visit, mailbox, place, id)
        }
        MessagePart::Attachment(id) => attachments::show(visit, mailbox, place, id),
        MessagePart::AttachmentValue(id) => attachments::value(mailbox, place, id),
    }
}

/// E66: the path is there, the verb is not, and the log says so.
fn unsupported(call: &Call) -> GraphError {
    let Call { method, path, .. } = call;
    tracing::warn!(%method, path, feature = %method, "the emulated Graph has no such verb on this route");
    GraphError::bad_request(format!(
        "The emulated Graph does not support {method} on this resource."
    ))
}
