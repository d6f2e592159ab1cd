//! The calls there are: path templates with one checked id each, and fixed queries (R132, R142).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::cursor::Cursor;
use super::names::{AttachmentId, FolderName, MessageId};

/// One call. All of them read.
#[derive(Clone, Debug)]
pub(super) enum Call {
    /// The person.
    Me,
    /// The folders below the root.
    Folders,
    /// One folder.
    Folder(FolderName),
    /// The newest messages of a folder.
    Messages { folder: FolderName, limit: u8 },
    /// The page after another, as Graph named it.
    NextMessages(Cursor),
    /// One message with its text.
    Message(MessageId),
    /// What hangs on a message, without its content.
    Attachments(MessageId),
    /// One attachment, without its content.
    Attachment(MessageId, AttachmentId),
    /// The content of one: whatever it is, raw.
    Content(MessageId, AttachmentId),
}

impl Call {
    /// The path with its ids left out, for logs.
    pub(super) const fn route(&self) -> &'static str {
        match self {
            Self::Me => "/me",
            Self::Folders => "/me/mailFolders",
            Self::Folder(_) => "/me/mailFolders/{folder}",
            Self::Messages { .. } | Self::NextMessages(_) => "/me/mailFolders/{folder}/messages",
            Self::Message(_) => "/me/messages/{message}",
            Self::Attachments(_) => "/me/messages/{message}/attachments",
            Self::Attachment(..) => "/me/messages/{message}/attachments/{attachment}",
            Self::Content(..) => "/me/messages/{message}/attachments/{attachment}/$value",
        }
    }

    /// The whole address.
    pub(super) fn address(&self, origin: &str) -> String {
        let (path, query) = match self {
            Self::Me => ("/me".to_owned(), ME.to_owned()),
            Self::Folders => ("/me/mailFolders".to_owned(), FOLDERS.to_owned()),
            Self::Folder(folder) => (
                format!("/me/mailFolders/{}", segment(folder.as_str())),
                "$select=id".to_owned(),
            ),
            Self::Messages { folder, limit } => (
                format!("/me/mailFolders/{}/messages", segment(folder.as_str())),
                format!("$top={limit}&$orderby=receivedDateTime%20desc&$select={SUMMARY}"),
            ),
            Self::Message(id) => (
                format!("/me/messages/{}", segment(id.as_str())),
                format!("$select={SUMMARY},ccRecipients,body"),
            ),
            Self::Attachments(id) => (
                format!("/me/messages/{}/attachments", segment(id.as_str())),
                format!("$select={ATTACHMENT}"),
            ),
            Self::Attachment(message, id) => {
                (attachment(message, id), format!("$select={ATTACHMENT}"))
            }
            Self::Content(message, id) => {
                return format!("{origin}/v1.0{}/$value", attachment(message, id));
            }
            Self::NextMessages(cursor) => return format!("{origin}{}", cursor.path_and_query()),
        };
        format!("{origin}/v1.0{path}?{query}")
    }

    /// Wishes that hold for one call and are not remembered by the next: ids that survive moves, and text, not HTML.
    pub(super) const fn prefer(&self) -> &'static str {
        match self {
            Self::Message(_) => r#"IdType="ImmutableId", outlook.body-content-type="text""#,
            _ => r#"IdType="ImmutableId""#,
        }
    }
}

fn attachment(message: &MessageId, id: &AttachmentId) -> String {
    let (message, id) = (segment(message.as_str()), segment(id.as_str()));
    format!("/me/messages/{message}/attachments/{id}")
}

/// Everything but letters, digits and the harmless marks is escaped again (R133).
pub(super) fn segment(id: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');
    utf8_percent_encode(id, ESCAPED).to_string()
}

const ME: &str = "$select=displayName,mail,userPrincipalName";
const FOLDERS: &str = "$top=100&$select=id,displayName,unreadItemCount,totalItemCount";
/// Never `contentBytes`, which would be all of it.
const ATTACHMENT: &str = "id,name,contentType,size,isInline";
const SUMMARY: &str = "id,conversationId,subject,from,toRecipients,receivedDateTime,bodyPreview,isRead,hasAttachments,importance,flag";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_templates_with_one_escaped_segment() {
        let message = Call::Message(MessageId::parse("AAMk-_x=").unwrap());
        let address = message.address("https://graph.microsoft.com");
        assert!(
            address
                .starts_with("https://graph.microsoft.com/v1.0/me/messages/AAMk-_x%3D?$select=id,"),
            "{address}"
        );
        let inbox = Call::Messages {
            folder: FolderName::inbox(),
            limit: 25,
        }
        .address("https://g.example");
        assert!(
            inbox.contains(
                "/me/mailFolders/inbox/messages?$top=25&$orderby=receivedDateTime%20desc&"
            ),
            "{inbox}"
        );
    }

    /// Ids that change on a move never reach us.
    #[test]
    fn every_call_asks_for_immutable_ids_and_a_message_for_text() {
        let message = Call::Message(MessageId::parse("x").unwrap());
        for call in [
            Call::Me,
            Call::Folders,
            Call::Folder(FolderName::inbox()),
            message.clone(),
        ] {
            assert!(
                call.prefer().contains(r#"IdType="ImmutableId""#),
                "{call:?}"
            );
        }
        assert!(message.prefer().contains(r#"body-content-type="text""#));
    }
}
