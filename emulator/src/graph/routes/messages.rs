//! Messages, listed, counted and shown.

use bytes::Bytes;

use super::{
    attachments,
    visit::{Visit, folder, message},
};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    json::Object,
    mime::written,
    odata::{Listed, Selection, list as list_of},
    path::MessagePlace,
    render::{MESSAGE, MessageView},
    search::Search,
    store::Mailbox,
};

/// `GET messages`, `GET mailFolders/{folder}/messages`: newest first unless ordered.
pub(super) fn list(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    named: Option<&str>,
) -> Result<Answer, GraphError> {
    let selection = visit.selection(&MESSAGE)?;
    let expansion = attachments::Expansion::of(visit)?;
    let page = chosen(visit, mailbox, named, Visit::USUAL_PAGE)?;
    let inside = named
        .map(|named| format!("mailFolders('{named}')/"))
        .unwrap_or_default();
    let tail = format!("{inside}messages{}", expansion.in_context(&selection));
    Ok(Answer::ok(visit.page(&tail, &page, |view| {
        shown(view, &selection, &expansion)
    })))
}

/// `GET messages/$count`: a bare number.
pub(super) fn count(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    named: Option<&str>,
) -> Result<Answer, GraphError> {
    let total = chosen(visit, mailbox, named, Visit::USUAL_PAGE)?.total;
    Ok(Answer::Raw {
        content_type: "text/plain".to_owned(),
        bytes: Bytes::from(total.to_string()),
    })
}

/// `GET messages/{message}`
pub(super) fn show(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    let message = message(mailbox, place)?;
    let selection = visit.selection(&MESSAGE)?;
    let expansion = attachments::Expansion::of(visit)?;
    let view = MessageView {
        mailbox,
        message,
        preferences: &visit.call.preferences,
    };
    let mut object = visit.with_context(&format!(
        "messages{}/$entity",
        expansion.in_context(&selection)
    ));
    object.append(shown(&view, &selection, &expansion));
    Ok(Answer::ok(object))
}

/// `GET messages/{message}/$value`: MIME, as text.
pub(super) fn mime(mailbox: &Mailbox, place: &MessagePlace) -> Result<Answer, GraphError> {
    let message = message(mailbox, place)?;
    let bytes = Bytes::from(written(&message.letter));
    Ok(Answer::Raw {
        content_type: "text/plain".to_owned(),
        bytes,
    })
}

/// The page that query and folder choose, in the order Graph gives it.
fn chosen<'a>(
    visit: &'a Visit<'_>,
    mailbox: &'a Mailbox,
    named: Option<&str>,
    usual: usize,
) -> Result<Listed<MessageView<'a>>, GraphError> {
    visit.refuse_revealing_options(&MESSAGE)?;
    let folder = named.map(|named| folder(mailbox, named)).transpose()?;
    let mut messages = mailbox.messages(folder);
    if let Some(search) = &visit.query.search {
        messages = Search::parse(search)?.found(messages);
    }
    let preferences = &visit.call.preferences;
    let view = |message| MessageView {
        mailbox,
        message,
        preferences,
    };
    list_of(
        &visit.query,
        &MESSAGE,
        messages.into_iter().map(view).collect(),
        usual,
    )
}

pub(super) fn shown(
    view: &MessageView<'_>,
    selection: &Selection,
    expansion: &attachments::Expansion,
) -> Object {
    let mut object = view.shown(selection);
    expansion.append_to(&mut object, view);
    object
}
