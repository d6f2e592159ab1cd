//! A message as Graph shows it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::letter;
use crate::graph::{
    ids,
    json::{Json, Object},
    odata::{Entity, Property, Schema, Selection, Type},
    preferences::Preferences,
    store::{Classification, Flag, FlagStatus, Kind, Mailbox, Message, ZonedTime},
    times::utc,
};

/// A message, seen with some preferences.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageView<'a> {
    /// Where it lies.
    pub(crate) mailbox: &'a Mailbox,
    /// The message.
    pub(crate) message: &'a Message,
    /// Form of ids and bodies.
    pub(crate) preferences: &'a Preferences,
}

impl MessageView<'_> {
    /// The message's id in the preferred form.
    pub(crate) fn id(&self) -> String {
        ids::message_id(self.mailbox.uid(), self.message, self.preferences.ids)
    }

    /// The weak etag made of the change key.
    pub(crate) fn etag(&self) -> String {
        format!("W/\"{}\"", self.change_key())
    }

    /// The selected properties with their annotations.
    pub(crate) fn shown(&self, selection: &Selection) -> Object {
        let mut object = Object::new();
        if self.message.letter.kind == Kind::MeetingRequest {
            object.push("@odata.type", "#microsoft.graph.eventMessageRequest");
        }
        object.push("@odata.etag", self.etag());
        object.append(selection.of_entity(self));
        object
    }

    fn change_key(&self) -> String {
        ids::change_key(self.mailbox.uid(), self.message.revision)
    }

    fn web_link(&self) -> String {
        let id = self.id();
        let id = utf8_percent_encode(&id, NON_ALPHANUMERIC);
        format!(
            "https://outlook.office365.com/owa/?ItemID={id}&exvsurl=1&viewmodel=ReadMessageItem"
        )
    }
}

impl Entity for MessageView<'_> {
    fn value(&self, property: &'static str) -> Option<Json> {
        let message = self.message;
        let uid = self.mailbox.uid();
        Some(match property {
            "id" => self.id().into(),
            "createdDateTime" => utc(message.created).into(),
            "lastModifiedDateTime" => utc(message.modified).into(),
            "receivedDateTime" => utc(message.received).into(),
            "changeKey" => self.change_key().into(),
            "categories" => message.categories.iter().map(String::as_str).collect(),
            "parentFolderId" => ids::folder_id(uid, message.folder).into(),
            "conversationId" => ids::conversation_id(uid, &message.letter.thread.topic).into(),
            "isRead" => message.is_read.into(),
            "isDraft" => message.is_draft.into(),
            "webLink" => self.web_link().into(),
            "inferenceClassification" => match message.classification {
                Classification::Focused => "focused".into(),
                Classification::Other => "other".into(),
            },
            "flag" => flag(&message.flag).into(),
            "meetingMessageType" => {
                (message.letter.kind == Kind::MeetingRequest).then(|| "meetingRequest".into())?
            }
            other => return letter::value(&message.letter, other, self.preferences),
        })
    }
}

fn flag(flag: &Flag) -> Object {
    let status = match flag.status {
        FlagStatus::NotFlagged => "notFlagged",
        FlagStatus::Flagged => "flagged",
        FlagStatus::Complete => "complete",
    };
    let mut object = Object::new().with("flagStatus", status);
    let times = [
        ("startDateTime", &flag.start),
        ("dueDateTime", &flag.due),
        ("completedDateTime", &flag.completed),
    ];
    for (name, time) in times {
        if let Some(ZonedTime {
            date_time,
            time_zone,
        }) = time
        {
            let time = Object::new()
                .with("dateTime", date_time.as_str())
                .with("timeZone", time_zone.as_str());
            object.push(name, time);
        }
    }
    object
}

const PERSON: Type = Type::Parts(&["emailAddress/address", "emailAddress/name"]);

/// Messages, in the order of graph-mail §4.2.
pub(crate) const MESSAGE: Schema = Schema {
    name: "microsoft.graph.message",
    properties: &[
        Property::always("id", Type::Id),
        Property::usual("createdDateTime", Type::Time),
        Property::usual("lastModifiedDateTime", Type::Time),
        Property::usual("changeKey", Type::Id),
        Property::usual("categories", Type::Texts),
        Property::usual("receivedDateTime", Type::Time),
        Property::usual("sentDateTime", Type::Time),
        Property::usual("hasAttachments", Type::Bool),
        Property::usual("internetMessageId", Type::Text),
        Property::usual("subject", Type::Text),
        Property::usual("bodyPreview", Type::Text).revealing(),
        Property::usual("importance", Type::Text),
        Property::usual("parentFolderId", Type::Id),
        Property::usual("conversationId", Type::Id),
        Property::usual("conversationIndex", Type::Opaque),
        Property::usual("isDeliveryReceiptRequested", Type::Bool),
        Property::usual("isReadReceiptRequested", Type::Bool),
        Property::usual("isRead", Type::Bool),
        Property::usual("isDraft", Type::Bool),
        Property::usual("webLink", Type::Opaque),
        Property::usual("inferenceClassification", Type::Text),
        Property::usual("meetingMessageType", Type::Opaque)
            .of_derived("microsoft.graph.eventMessage"),
        Property::usual("body", Type::Parts(&["content"])).revealing(),
        Property::on_request("uniqueBody", Type::Opaque).revealing(),
        Property::on_request("internetMessageHeaders", Type::Opaque),
        Property::usual("sender", PERSON),
        Property::usual("from", PERSON),
        Property::usual("toRecipients", Type::Opaque),
        Property::usual("ccRecipients", Type::Opaque),
        Property::usual("bccRecipients", Type::Opaque),
        Property::usual("replyTo", Type::Opaque),
        Property::usual("flag", Type::Parts(&["flagStatus"])),
    ],
};
