//! Attachments, listed, shown, taken out.

use axum::http::StatusCode;
use bytes::Bytes;

use super::visit::{Visit, message};
use crate::graph::{
    answer::Answer,
    error::GraphError,
    ids,
    input::ANY_BYTES,
    json::{Json, Object},
    mime::written,
    odata::{Query, Selection, list as list_of},
    path::MessagePlace,
    render::{ATTACHMENT, AttachmentView, MessageView, attached as item},
    store::{Attachment, Content, Mailbox, Message},
};

/// `GET attachments`
pub(super) fn list(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    place: &MessagePlace,
) -> Result<Answer, GraphError> {
    visit.query.refuse_search()?;
    let message = message(mailbox, place)?;
    let selection = visit.selection(&ATTACHMENT)?;
    let with_items = expands_items(visit)?;
    let preferences = &visit.call.preferences;
    let attachments = message.letter.attachments.iter();
    let views = attachments.map(|attachment| AttachmentView {
        mailbox,
        message,
        attachment,
        preferences,
    });
    let page = list_of(&visit.query, &ATTACHMENT, views.collect(), MOST_ATTACHMENTS)?;
    let tail = format!(
        "messages('{}')/attachments{}",
        place.id,
        selection.in_context()
    );
    Ok(Answer::ok(visit.page(&tail, &page, |view| {
        let mut object = view.shown(&selection);
        append_item(&mut object, view, with_items);
        object
    })))
}

/// `GET attachments/{attachment}`
pub(super) fn show(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    place: &MessagePlace,
    id: &str,
) -> Result<Answer, GraphError> {
    let message = message(mailbox, place)?;
    let attachment = attached(mailbox, message, id)?;
    Ok(Answer::ok(shown(
        visit, mailbox, place, message, attachment,
    )?))
}

/// An attachment by itself, with its context.
///
/// # Errors
/// 400 for a selection of what attachments do not have.
pub(super) fn shown(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    place: &MessagePlace,
    message: &Message,
    attachment: &Attachment,
) -> Result<Object, GraphError> {
    let selection = visit.selection(&ATTACHMENT)?;
    let view = AttachmentView {
        mailbox,
        message,
        attachment,
        preferences: &visit.call.preferences,
    };
    let tail = format!(
        "messages('{}')/attachments{}/$entity",
        place.id,
        selection.in_context()
    );
    let mut object = visit.with_context(&tail);
    object.append(view.shown(&selection));
    append_item(&mut object, &view, expands_items(visit)?);
    Ok(object)
}

/// Whether `$expand=microsoft.graph.itemattachment/item` asks for the messages that are attached.
fn expands_items(visit: &Visit<'_>) -> Result<bool, GraphError> {
    let is_item = |wanted: &&String| wanted.eq_ignore_ascii_case(ATTACHED_ITEM);
    match visit.query.expand.iter().find(|wanted| !is_item(wanted)) {
        None => Ok(!visit.query.expand.is_empty()),
        Some(wanted) => {
            tracing::warn!(feature = wanted, "the emulated Graph cannot expand this");
            Err(GraphError::bad_request(format!(
                "Parsing OData Select and Expand failed: '{wanted}' cannot be expanded."
            )))
        }
    }
}

fn append_item(object: &mut Object, view: &AttachmentView<'_>, wanted: bool) {
    if let (true, Content::Item(letter)) = (wanted, &view.attachment.content) {
        object.push("item", item(letter, view.preferences));
    }
}

/// `GET attachments/{attachment}/$value`: a file's bytes, an item's MIME text, nothing of a reference (E41).
pub(super) fn value(
    mailbox: &Mailbox,
    place: &MessagePlace,
    id: &str,
) -> Result<Answer, GraphError> {
    let attachment = attached(mailbox, message(mailbox, place)?, id)?;
    let (content_type, bytes) = match &attachment.content {
        Content::File(bytes) => (
            attachment.content_type.as_deref().unwrap_or(ANY_BYTES),
            bytes.clone(),
        ),
        Content::Item(letter) => ("text/plain", Bytes::from(written(letter))),
        Content::Reference { .. } => return Err(no_value()),
    };
    Ok(Answer::Raw {
        content_type: content_type.to_owned(),
        bytes,
    })
}

/// `$expand=attachments` of a message (E17).
#[derive(Debug)]
pub(super) struct Expansion {
    attachments: Option<Selection>,
}

impl Expansion {
    /// What the query asks to be unfolded.
    ///
    /// # Errors
    /// 403 if the token does not reach attachments; 400 for what cannot be unfolded.
    pub(super) fn of(visit: &Visit<'_>) -> Result<Self, GraphError> {
        let mut attachments = None;
        for wanted in &visit.query.expand {
            let (name, options) = wanted.split_once('(').unwrap_or((wanted, ")"));
            let options = options
                .strip_suffix(')')
                .filter(|_| name.eq_ignore_ascii_case("attachments"));
            let Some(options) = options else {
                tracing::warn!(feature = wanted, "the emulated Graph cannot expand this");
                return Err(GraphError::bad_request(format!(
                    "Parsing OData Select and Expand failed: '{wanted}' cannot be expanded."
                )));
            };
            if visit.sees_basics_only {
                return Err(GraphError::access_denied());
            }
            let inner = Query::parse(&options.replace(';', "&"))?;
            attachments = Some(Selection::of(&ATTACHMENT, inner.select.as_deref(), false)?);
        }
        Ok(Self { attachments })
    }

    /// The part of the context that names selection and expansion.
    pub(super) fn in_context(&self, selection: &Selection) -> String {
        match (&self.attachments, selection.in_context().strip_suffix(')')) {
            (None, _) => selection.in_context(),
            (Some(_), Some(open)) => format!("{open},attachments())"),
            (Some(_), None) => "(attachments())".to_owned(),
        }
    }

    /// Adds the attachments of the viewed message, if they are asked for.
    pub(super) fn append_to(&self, object: &mut Object, view: &MessageView<'_>) {
        let Some(selection) = &self.attachments else {
            return;
        };
        let MessageView {
            mailbox,
            message,
            preferences,
        } = *view;
        let shown = |attachment| {
            AttachmentView {
                mailbox,
                message,
                attachment,
                preferences,
            }
            .shown(selection)
        };
        object.push(
            "attachments",
            message
                .letter
                .attachments
                .iter()
                .map(shown)
                .collect::<Json>(),
        );
    }
}

/// The attachment with this id, which must be one of `message`'s.
pub(super) fn attached<'a>(
    mailbox: &Mailbox,
    message: &'a Message,
    id: &str,
) -> Result<&'a Attachment, GraphError> {
    let (address, key) = ids::read_attachment(mailbox.uid(), id)?;
    let same = address
        .find(mailbox)
        .is_some_and(|found| found.key == message.key);
    let mut attachments = message.letter.attachments.iter().filter(|_| same);
    attachments
        .find(|attachment| attachment.key == key)
        .ok_or_else(GraphError::item_not_found)
}

/// Status as documented; the code is chosen.
fn no_value() -> GraphError {
    let message = "The $value of a reference attachment is not available.";
    GraphError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "ErrorInvalidRequest",
        message,
    )
}

const ATTACHED_ITEM: &str = "microsoft.graph.itemAttachment/item";
/// All attachments of a message come in one page.
const MOST_ATTACHMENTS: usize = 1000;
