//! One handler for each thing a path can name.

mod attach;
mod attachments;
mod changes;
mod delta;
mod drafts;
mod folder_changes;
mod folders;
mod messages;
mod owner;
mod removal;
mod sending;
mod subscriptions;
mod translate;
mod upload;
mod users;
mod visit;

use super::{
    access::{Caller, Need},
    answer::Answer,
    call::Call,
    error::GraphError,
    path::{FolderPart, MessagePart, MessagePlace, Route, Target},
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
    let need = need(call.method.as_str(), &route.target).ok_or_else(|| unsupported(call))?;
    if route.target == Target::User {
        return users::show(graph, caller, &route.owner, call);
    }
    let entry = owner::enter(graph, caller, &route.owner, need)?;
    let mailbox = graph.mailbox(&entry.owner);
    let mut mailbox = lock(&mailbox);
    let visit = Visit::new(graph, caller, &entry, call)?;
    if !matches!(route.target, Target::MessageDelta(_) | Target::FolderDelta) {
        visit.query.refuse_delta_token()?;
    }
    within(&visit, &mut mailbox, &route.target)
}

/// What the token must allow; `None` for a verb the emulator does not have there.
fn need(verb: &str, target: &Target) -> Option<Need> {
    match (verb, target) {
        ("GET", Target::User) | ("POST", Target::TranslateIds) => Some(Need::Profile),
        ("GET", Target::Folders | Target::ChildFolders(_) | Target::Messages(_))
        | ("GET", Target::Folder(_, FolderPart::Itself) | Target::MessageCount(_)) => {
            Some(Need::MailBasic)
        }
        ("POST", Target::Folders | Target::ChildFolders(_) | Target::Messages(_))
        | ("PATCH" | "DELETE", Target::Folder(_, FolderPart::Itself)) => Some(Need::MailWrite),
        ("POST", Target::Folder(_, part)) if *part != FolderPart::Itself => Some(Need::MailWrite),
        ("POST", Target::SendMail) => Some(Need::MailSend),
        ("GET", Target::MessageDelta(_)) => Some(Need::MailBasic),
        ("GET", Target::FolderDelta) => Some(Need::Mail),
        (_, Target::Message(_, part)) => need_of_message(verb, part),
        _ => None,
    }
}

fn need_of_message(verb: &str, part: &MessagePart) -> Option<Need> {
    use MessagePart as Part;
    match (verb, part) {
        ("GET", Part::Itself) => Some(Need::MailBasic),
        (
            "GET",
            Part::Mime | Part::Attachments | Part::Attachment(_) | Part::AttachmentValue(_),
        ) => Some(Need::Mail),
        ("PATCH" | "DELETE", Part::Itself)
        | ("POST", Part::Move | Part::Copy | Part::PermanentDelete | Part::CreateAnswer(_)) => {
            Some(Need::MailWrite)
        }
        ("POST", Part::Attachments | Part::UploadSession) | ("DELETE", Part::Attachment(_)) => {
            Some(Need::MailWrite)
        }
        ("POST", Part::Send | Part::Answer(_)) => Some(Need::MailSend),
        _ => None,
    }
}

fn within(visit: &Visit<'_>, mailbox: &mut Mailbox, target: &Target) -> Result<Answer, GraphError> {
    match (visit.call.method.as_str(), target) {
        (_, Target::User) => Err(unsupported(visit.call)),
        (_, Target::SendMail) => sending::send_mail(visit, mailbox),
        (_, Target::TranslateIds) => translate::answer(visit, mailbox),
        ("GET", Target::Folders) => folders::top(visit, mailbox),
        (_, Target::Folders) => folder_changes::create(visit, mailbox, None),
        ("GET", Target::ChildFolders(folder)) => folders::below(visit, mailbox, folder),
        (_, Target::ChildFolders(folder)) => folder_changes::create(visit, mailbox, Some(folder)),
        (_, Target::Folder(folder, part)) => within_folder(visit, mailbox, folder, *part),
        ("GET", Target::Messages(folder)) => messages::list(visit, mailbox, folder.as_deref()),
        (_, Target::Messages(folder)) => drafts::create(visit, mailbox, folder.as_deref()),
        (_, Target::MessageDelta(folder)) => delta::messages(visit, mailbox, folder),
        (_, Target::FolderDelta) => delta::folders(visit, mailbox),
        (_, Target::MessageCount(folder)) => messages::count(visit, mailbox, folder.as_deref()),
        (_, Target::Message(place, part)) => within_message(visit, mailbox, place, part),
    }
}

fn within_folder(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    folder: &str,
    part: FolderPart,
) -> Result<Answer, GraphError> {
    match (visit.call.method.as_str(), part) {
        ("PATCH", FolderPart::Itself) => folder_changes::rename(visit, mailbox, folder),
        ("DELETE", FolderPart::Itself) => folder_changes::delete(visit, mailbox, folder),
        (_, FolderPart::Itself) => folders::show(visit, mailbox, folder),
        (_, FolderPart::Move) => folder_changes::relocate(visit, mailbox, folder),
        (_, FolderPart::Copy) => folder_changes::copy(visit, mailbox, folder),
        (_, FolderPart::PermanentDelete) => folder_changes::purge(visit, mailbox, folder),
    }
}

fn within_message(
    visit: &Visit<'_>,
    mailbox: &mut Mailbox,
    place: &MessagePlace,
    part: &MessagePart,
) -> Result<Answer, GraphError> {
    match (visit.call.method.as_str(), part) {
        ("PATCH", MessagePart::Itself) => changes::edit(visit, mailbox, place),
        ("DELETE", MessagePart::Itself) => removal::delete(visit, mailbox, place),
        (_, MessagePart::Itself) => messages::show(visit, mailbox, place),
        (_, MessagePart::Mime) => messages::mime(mailbox, place),
        (_, MessagePart::Move) => changes::relocate(visit, mailbox, place),
        (_, MessagePart::Copy) => changes::copy(visit, mailbox, place),
        (_, MessagePart::Send) => sending::send_draft(visit, mailbox, place),
        (_, MessagePart::PermanentDelete) => removal::purge(visit, mailbox, place),
        (_, MessagePart::CreateAnswer(kind)) => drafts::create_answer(visit, mailbox, place, *kind),
        (_, MessagePart::Answer(kind)) => drafts::send_answer(visit, mailbox, place, *kind),
        ("POST", MessagePart::Attachments) => attach::attach(visit, mailbox, place),
        (_, MessagePart::Attachments) => attachments::list(visit, mailbox, place),
        (_, MessagePart::UploadSession) => upload::begin(visit, mailbox, place),
        ("DELETE", MessagePart::Attachment(id)) => attach::detach(visit, mailbox, place, id),
        (_, MessagePart::Attachment(id)) => attachments::show(visit, mailbox, place, id),
        (_, MessagePart::AttachmentValue(id)) => attachments::value(mailbox, place, id),
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
