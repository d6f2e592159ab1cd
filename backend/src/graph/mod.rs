//! Speaking to Microsoft Graph: a short list of calls about one mailbox, and nothing else of Graph (R131, R132).
//!
//! Destination and path templates are constants; ids from outside fill one segment each and are checked first. Message
//! ids are Graph's immutable ones, always.

mod attachments;
mod call;
mod challenge;
mod cursor;
mod error;
mod folders;
mod letters;
mod messages;
mod names;
mod roles;
mod slots;
#[cfg(test)]
mod tests;
mod time;

use std::sync::Arc;
use std::time::Duration;

use connect_outlook_protocol::secret::AccessToken;
use connect_outlook_protocol::wire::{Folder, Message, MessageList};
use reqwest::RequestBuilder;
use serde::Deserialize;

pub use attachments::Download;
pub use cursor::{Cursor, CursorError};
pub use error::{GraphError, Refused};
pub use letters::{AnsweredMessage, Draft, SendError, Whereabouts};
pub use names::{AttachmentId, FolderName, MessageId, NotAName};

use crate::outbound::turns::Turns;
use crate::outbound::{Limits, Outbound, Wire};
use crate::steps::{Step, Steps};
use call::Call;
use cursor::Cursors;
use roles::Roles;
use slots::Slots;

/// Whose mailbox, and what opens it.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Our account id: calls of one mailbox share its slots, cursors and folder roles.
    pub mailbox: &'a str,
    /// Its tenant: of all calls at once no tenant has more than its share (D13).
    pub tenant: &'a str,
    /// Travels in the `Authorization` header and nowhere else (R97); never looked into (R98).
    pub token: &'a AccessToken,
}

/// Microsoft Graph.
#[derive(Debug)]
pub struct Graph {
    outbound: Outbound,
    origin: String,
    cursors: Cursors,
    slots: Slots,
    roles: Roles,
    steps: Steps,
}

/// Where a page of messages begins.
#[derive(Clone, Debug)]
pub enum PageStart {
    /// At the newest message of a folder.
    Newest {
        /// The folder.
        folder: FolderName,
        /// Messages a page, 1 to [`LARGEST_PAGE`].
        limit: u8,
    },
    /// Where the page before ended.
    Cursor(Cursor),
}

/// What Graph calls the person. For display only (R49).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Me {
    /// May be empty.
    pub display_name: String,
    /// The mailbox's address, else the sign-in name.
    pub address: String,
}

impl Graph {
    /// Nothing is sent. `origin` is scheme, host and port; `turns` are those of all requests to Microsoft.
    #[must_use]
    pub fn new(
        origin: String,
        wire: &Wire,
        cursor_key: &[u8; 32],
        turns: Turns,
        steps: Steps,
    ) -> Self {
        Self {
            outbound: wire.within(LIMITS),
            cursors: Cursors::new(cursor_key),
            slots: Slots::new(turns),
            roles: Roles::default(),
            origin,
            steps,
        }
    }

    /// Name and address of the person.
    ///
    /// # Errors
    /// [`GraphError`].
    pub async fn me(&self, caller: Caller<'_>) -> Result<Me, GraphError> {
        let body = self.ask(caller, &Call::Me).await?;
        let me: MeOnTheWire = error::read(&body)?;
        Ok(Me {
            display_name: me.display_name.unwrap_or_default(),
            address: me.mail.or(me.user_principal_name).unwrap_or_default(),
        })
    }

    /// One cheap read that fails for a person without a mailbox: [`Graph::me`] answers for them too.
    ///
    /// # Errors
    /// [`GraphError::NoMailbox`] among others.
    pub async fn prove_mailbox(&self, caller: Caller<'_>) -> Result<(), GraphError> {
        self.ask(caller, &Call::Folder(FolderName::inbox()))
            .await
            .map(drop)
    }

    /// The folders below the root, with what each is for.
    ///
    /// # Errors
    /// [`GraphError`].
    pub async fn folders(&self, caller: Caller<'_>) -> Result<Vec<Folder>, GraphError> {
        let roles = self.roles(caller).await?;
        let body = self.ask(caller, &Call::Folders).await?;
        folders::read(&body, &roles)
    }

    /// A page of messages, newest first.
    ///
    /// # Errors
    /// [`GraphError`].
    pub async fn messages(
        &self,
        caller: Caller<'_>,
        from: &PageStart,
    ) -> Result<MessageList, GraphError> {
        let call = match from {
            PageStart::Newest { folder, limit } => Call::Messages {
                folder: folder.clone(),
                limit: *limit,
            },
            PageStart::Cursor(cursor) => Call::NextMessages(cursor.clone()),
        };
        let body = self.ask(caller, &call).await?;
        let page = messages::read_page(&body)?;
        let next = page
            .next_link
            .map(|link| Cursor::from_link(&link, &self.origin))
            .transpose()?;
        let next_cursor = next
            .map(|cursor| self.cursors.seal(&cursor, caller.mailbox))
            .transpose()?;
        Ok(MessageList {
            messages: page.messages,
            next_cursor,
        })
    }

    /// One message with its text.
    ///
    /// # Errors
    /// [`GraphError::Unknown`] for one that is gone, among others.
    pub async fn message(&self, caller: Caller<'_>, id: &MessageId) -> Result<Message, GraphError> {
        let body = self.ask(caller, &Call::Message(id.clone())).await?;
        messages::read_one(&body)
    }

    /// Opens a cursor that this mailbox was given before.
    ///
    /// # Errors
    /// [`CursorError`] for anything else.
    pub fn open_cursor(&self, text: &str, mailbox: &str) -> Result<Cursor, CursorError> {
        self.cursors.open(text, mailbox)
    }

    /// Seals cursors with another key from now on. Those given out under the key before still open, until the next one
    /// comes.
    pub fn replace_cursor_key(&self, key: &[u8; 32]) {
        self.cursors.replace(key);
    }

    /// Sends one call, at most four at a time for a mailbox, and judges the answer.
    async fn ask(&self, caller: Caller<'_>, call: &Call) -> Result<Vec<u8>, GraphError> {
        let _slot = self.slots.take(caller).await?;
        let request = self
            .request(caller, call)
            .header("accept", "application/json");
        let sent = self.outbound.send(request).await;
        let status = sent.as_ref().map_or(0, |reply| reply.status);
        self.steps.tell(Step::GraphCalled {
            route: call.route(),
            status,
        });
        error::judge(sent)
    }

    fn request(&self, caller: Caller<'_>, call: &Call) -> RequestBuilder {
        self.outbound
            .get(&call.address(&self.origin))
            .bearer_auth(caller.token.expose())
            .header("prefer", call.prefer())
    }

    /// Graph does not say which folder is which; each well-known name is asked once and remembered.
    async fn roles(&self, caller: Caller<'_>) -> Result<Arc<roles::RoleMap>, GraphError> {
        if let Some(known) = self.roles.known(caller.mailbox) {
            return Ok(known);
        }
        let asked = roles::ALL.map(|role| async move {
            match self
                .ask(caller, &Call::Folder(FolderName::well_known(role.graph)))
                .await
            {
                Ok(body) => Ok(Some((folders::read_id(&body)?, role.role))),
                Err(GraphError::Unknown) => Ok(None),
                Err(error) => Err(error),
            }
        });
        let found: Vec<_> = futures_util::future::try_join_all(asked).await?;
        Ok(self
            .roles
            .learn(caller.mailbox, found.into_iter().flatten().collect()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MeOnTheWire {
    display_name: Option<String>,
    mail: Option<String>,
    user_principal_name: Option<String>,
}

/// Messages on the largest page; whole folders come page by page (R142).
pub const LARGEST_PAGE: u8 = 100;

const LIMITS: Limits = Limits {
    total: Duration::from_secs(30),
    body: 8 * 1024 * 1024,
};
