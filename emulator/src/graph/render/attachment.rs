//! An attachment as Graph shows it.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::graph::{
    ids,
    json::{Json, Object},
    odata::{Entity, Property, Schema, Selection, Type},
    preferences::Preferences,
    store::{Attachment, Content, Mailbox, Message},
    times::utc,
};

/// An attachment of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttachmentView<'a> {
    /// Where its message lies.
    pub(crate) mailbox: &'a Mailbox,
    /// Its message.
    pub(crate) message: &'a Message,
    /// The attachment.
    pub(crate) attachment: &'a Attachment,
    /// Form of ids.
    pub(crate) preferences: &'a Preferences,
}

impl AttachmentView<'_> {
    /// The selected properties behind the type (E40).
    pub(crate) fn shown(&self, selection: &Selection) -> Object {
        let kind = match self.attachment.content {
            Content::File(_) => "#microsoft.graph.fileAttachment",
            Content::Item(_) => "#microsoft.graph.itemAttachment",
            Content::Reference { .. } => "#microsoft.graph.referenceAttachment",
        };
        let content_type = self.attachment.content_type.as_deref();
        let mut object = Object::new().with("@odata.type", kind);
        if let (Content::File(_), Some(content_type)) = (&self.attachment.content, content_type) {
            object.push("@odata.mediaContentType", content_type);
        }
        object.append(selection.of_entity(self));
        object
    }
}

impl Entity for AttachmentView<'_> {
    fn value(&self, property: &'static str) -> Option<Json> {
        let attachment = self.attachment;
        let bytes = match &attachment.content {
            Content::File(bytes) => Some(bytes),
            Content::Item(_) | Content::Reference { .. } => None,
        };
        Some(match property {
            "id" => {
                let uid = self.mailbox.uid();
                ids::attachment_id(uid, self.message, &attachment.key, self.preferences.ids).into()
            }
            "lastModifiedDateTime" => utc(attachment.modified).into(),
            "name" => attachment.name.as_str().into(),
            "contentType" => attachment.content_type.as_deref().into(),
            "size" => attachment.stored_size().into(),
            "isInline" => attachment.is_inline.into(),
            "contentId" => bytes.map(|_| attachment.content_id.as_deref().into())?,
            "contentLocation" => bytes.map(|_| Json::Null)?,
            "contentBytes" => BASE64_STANDARD.encode(bytes?).into(),
            _ => return None,
        })
    }
}

const FILE: &str = "microsoft.graph.fileAttachment";

/// Attachments of all three kinds.
pub(crate) const ATTACHMENT: Schema = Schema {
    name: "microsoft.graph.attachment",
    properties: &[
        Property::always("id", Type::Id),
        Property::usual("lastModifiedDateTime", Type::Time),
        Property::usual("name", Type::Text),
        Property::usual("contentType", Type::Text),
        Property::usual("size", Type::Number),
        Property::usual("isInline", Type::Bool),
        Property::usual("contentId", Type::Opaque).of_derived(FILE),
        Property::usual("contentLocation", Type::Opaque).of_derived(FILE),
        Property::usual("contentBytes", Type::Opaque).of_derived(FILE),
    ],
};
