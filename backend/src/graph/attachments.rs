//! What hangs on messages: lists, and contents that pass through piece by piece (D12).

use bytes::Bytes;
use connect_outlook_protocol::wire::{Attachment, AttachmentKind};
use serde::Deserialize;

use super::call::Call;
use super::error::{judge, read as read_json};
use super::names::{AttachmentId, MessageId};
use super::slots::StreamSlot;
use super::{Caller, Graph, GraphError};
use crate::outbound::{NoReply, Opened};
use crate::steps::Step;

/// An attachment on its way. It takes one of its mailbox's slots until it is dropped, which closes the connection to
/// Graph unless everything has come.
#[derive(Debug)]
pub struct Download {
    /// Which one.
    pub attachment: Attachment,
    /// Bytes of the content, if Graph says how many.
    pub length: Option<u64>,
    /// What Graph calls the content.
    pub content_type: String,
    content: Opened,
    _slot: StreamSlot,
}

impl Download {
    /// The next piece; `None` once all of it was here.
    ///
    /// # Errors
    /// [`NoReply`]: what came so far is not all of it, and no more comes.
    pub async fn next(&mut self) -> Result<Option<Bytes>, NoReply> {
        self.content.next().await
    }
}

impl Graph {
    /// What hangs on a message.
    ///
    /// # Errors
    /// [`GraphError::Unknown`] for a message that is gone, among others.
    pub async fn attachments(
        &self,
        caller: Caller<'_>,
        message: &MessageId,
    ) -> Result<Vec<Attachment>, GraphError> {
        let call = Call::Attachments(message.clone());
        let list: List = read_json(&self.ask(caller, &call).await?)?;
        Ok(list.value.into_iter().filter_map(attachment).collect())
    }

    /// Begins to read the content of an attachment. A mailbox's owner can read meanwhile.
    ///
    /// # Errors
    /// [`GraphError::Unknown`] for one that is gone; [`GraphError::Elsewhere`] for a link.
    pub async fn download(
        &self,
        caller: Caller<'_>,
        (message, id): (&MessageId, &AttachmentId),
    ) -> Result<Download, GraphError> {
        let call = Call::Attachment(message.clone(), id.clone());
        let known: OnTheWire = read_json(&self.ask(caller, &call).await?)?;
        let attachment = attachment(known)
            .ok_or_else(|| GraphError::Unexpected("an attachment without id".to_owned()))?;
        if attachment.kind == AttachmentKind::Link {
            return Err(GraphError::Elsewhere);
        }
        let slot = self.slots.take_long(caller).await?;
        let content = self.open(caller, message, id).await?;
        if !content.tells_its_end() {
            return Err(GraphError::Unexpected("a content without end".to_owned()));
        }
        Ok(Download {
            attachment,
            length: content.length,
            content_type: content.content_type.clone(),
            content,
            _slot: slot.answered(),
        })
    }

    async fn open(
        &self,
        caller: Caller<'_>,
        message: &MessageId,
        id: &AttachmentId,
    ) -> Result<Opened, GraphError> {
        let call = Call::Content(message.clone(), id.clone());
        let request = self.request(caller, &call);
        let opened = self.outbound.open_long(request).await;
        self.steps.tell(Step::GraphCalled {
            route: call.route(),
            status: opened.as_ref().map_or(0, |opened| opened.status),
        });
        match opened {
            Ok(opened) if opened.status == 200 => Ok(opened),
            Ok(refusal) => Err(judge(refusal.whole().await)
                .err()
                .unwrap_or(GraphError::Unavailable { retry_after: None })),
            Err(gone) => Err(judge(Err(gone))
                .err()
                .unwrap_or(GraphError::Unavailable { retry_after: None })),
        }
    }
}

fn attachment(known: OnTheWire) -> Option<Attachment> {
    let kind = known.kind.unwrap_or_default();
    let is = |name: &str| kind.to_ascii_lowercase().ends_with(name);
    Some(Attachment {
        id: known.id?,
        kind: if is("referenceattachment") {
            AttachmentKind::Link
        } else if is("itemattachment") {
            AttachmentKind::Item
        } else {
            AttachmentKind::File
        },
        name: known.name.unwrap_or_default(),
        content_type: known.content_type.unwrap_or_default(),
        size: known.size.unwrap_or_default(),
        is_inline: known.is_inline.unwrap_or_default(),
    })
}

#[derive(Deserialize)]
struct List {
    value: Vec<OnTheWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnTheWire {
    #[serde(rename = "@odata.type")]
    kind: Option<String>,
    id: Option<String>,
    name: Option<String>,
    content_type: Option<String>,
    size: Option<u64>,
    is_inline: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_kinds_are_told_apart_and_what_is_missing_is_empty() {
        let body = br##"{"value":[
            {"@odata.type":"#microsoft.graph.fileAttachment","id":"A=","name":"a.pdf","contentType":"application/pdf","size":9,"isInline":true},
            {"@odata.type":"#Microsoft.Graph.ItemAttachment","id":"B","name":"Letter","contentType":null},
            {"@odata.type":"#microsoft.graph.referenceAttachment","id":"C"},
            {"name":"without id"}]}"##;
        let list: List = read_json(body).unwrap();
        let all: Vec<_> = list.value.into_iter().filter_map(attachment).collect();
        let kinds: Vec<_> = all.iter().map(|one| one.kind).collect();
        assert_eq!(
            kinds,
            [
                AttachmentKind::File,
                AttachmentKind::Item,
                AttachmentKind::Link
            ]
        );
        assert_eq!((all[0].size, all[0].is_inline), (9, true));
        assert_eq!(
            (all[1].content_type.as_str(), all[2].name.as_str()),
            ("", "")
        );
    }
}
