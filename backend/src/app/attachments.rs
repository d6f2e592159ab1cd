//! What hangs on the messages of an account, for the session it belongs to.

use std::sync::Arc;

use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::wire::{Attachment, AttachmentList};

use super::App;
use super::mail::{MailError, Reading};
use crate::graph::{AttachmentId, Caller, Download, Graph, GraphError, MessageId};

impl App {
    /// What hangs on a message.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn attachments(
        self: &Arc<Self>,
        handle: Option<SessionHandle>,
        (account, message): (&str, &str),
    ) -> Result<AttachmentList, MailError> {
        let account = self.own_account(handle, account).await?;
        let message = MessageId::parse(message).map_err(|_| MailError::ItemUnknown)?;
        let attachments = self.read(account, &AttachmentsOf(message)).await?;
        Ok(AttachmentList { attachments })
    }

    /// Begins to pass an attachment on, piece by piece; nothing of it is kept (D12, F55).
    ///
    /// # Errors
    /// [`MailError::Elsewhere`] for a link, among others.
    pub async fn download(
        self: &Arc<Self>,
        handle: Option<SessionHandle>,
        (account, message, attachment): (&str, &str, &str),
    ) -> Result<Download, MailError> {
        let account = self.own_account(handle, account).await?;
        let unknown = |_| MailError::ItemUnknown;
        let message = MessageId::parse(message).map_err(unknown)?;
        let attachment = AttachmentId::parse(attachment).map_err(unknown)?;
        self.read(account, &ContentOf(message, attachment)).await
    }
}

struct AttachmentsOf(MessageId);

impl Reading for AttachmentsOf {
    type Found = Vec<Attachment>;

    async fn read(&self, graph: &Graph, caller: Caller<'_>) -> Result<Self::Found, GraphError> {
        graph.attachments(caller, &self.0).await
    }
}

struct ContentOf(MessageId, AttachmentId);

impl Reading for ContentOf {
    type Found = Download;

    async fn read(&self, graph: &Graph, caller: Caller<'_>) -> Result<Download, GraphError> {
        graph.download(caller, (&self.0, &self.1)).await
    }
}
