//! The mailbox of an account, for the session it belongs to.

use std::sync::Arc;

use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::wire::{Folder, FolderList, Message, MessageList};

use super::fresh_token::FreshTokenError;
use super::{App, SessionError};
use crate::graph::{Caller, FolderName, Graph, GraphError, MessageId, PageStart};
use crate::vault::VaultError;
use crate::vault::accounts::Finding;
use crate::vault::grants::GrantVersion;
use crate::vault::id::AccountId;

/// Which messages are asked for.
#[derive(Clone, Debug)]
pub struct MessagesAsked {
    /// A role or an id; the inbox if absent.
    pub folder: Option<String>,
    /// Messages a page.
    pub limit: u8,
    /// Where the page before ended; folder and limit are those of the first page then.
    pub cursor: Option<String>,
}

/// Why the mailbox was not read.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// See [`SessionError::None`].
    #[error("no session")]
    NoSession,
    /// No account of this session has this id.
    #[error("no such account in this session")]
    AccountUnknown,
    /// The account does not work; somebody has to act, its state says who.
    #[error("the account needs somebody to act")]
    AccountNeedsSomebody,
    /// There is no such message or folder, or not any more.
    #[error("no such item")]
    ItemUnknown,
    /// The attachment is a link: its content is not in the mailbox.
    #[error("the content is not in the mailbox")]
    Elsewhere,
    /// A cursor, folder or message id that nobody was given.
    #[error("{0}")]
    Malformed(&'static str),
    /// The person has no mailbox, or not any more.
    #[error("no readable mailbox")]
    NoMailbox,
    /// Microsoft asks for patience with this mailbox.
    #[error("throttled")]
    Throttled {
        /// Seconds to wait.
        retry_after: Option<u32>,
    },
    /// Microsoft does not answer, or nothing that can be used.
    #[error("microsoft is unavailable")]
    Unavailable {
        /// Seconds to wait.
        retry_after: Option<u32>,
    },
    /// Graph refuses the token that Entra has just given, without saying what it wants.
    #[error("a fresh token is not accepted")]
    TokenRefused,
    /// Microsoft refuses the deployment: an incident, not the account's.
    #[error("the deployment is refused")]
    Misconfigured,
    /// Something of our own failed.
    #[error(transparent)]
    Vault(#[from] Arc<VaultError>),
    /// A refresh came to no end.
    #[error("a refresh broke off")]
    BrokeOff,
}

impl App {
    /// The folders of an account.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn folders(
        self: &Arc<Self>,
        handle: Option<SessionHandle>,
        account: &str,
    ) -> Result<FolderList, MailError> {
        let account = self.own_account(handle, account).await?;
        let folders = self.read(account, &AllFolders).await?;
        Ok(FolderList { folders })
    }

    /// A page of messages, newest first.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn messages(
        self: &Arc<Self>,
        handle: Option<SessionHandle>,
        account: &str,
        asked: MessagesAsked,
    ) -> Result<MessageList, MailError> {
        let account = self.own_account(handle, account).await?;
        let start = match asked.cursor {
            Some(text) => {
                let cursor = self.graph.open_cursor(&text, &account.to_string());
                PageStart::Cursor(
                    cursor
                        .map_err(|_| MailError::Malformed("cursor is not one of this account"))?,
                )
            }
            None => PageStart::Newest {
                folder: folder(asked.folder.as_deref())?,
                limit: asked.limit,
            },
        };
        self.read(account, &start).await
    }

    /// One message with its text.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn message(
        self: &Arc<Self>,
        handle: Option<SessionHandle>,
        account: &str,
        message: &str,
    ) -> Result<Message, MailError> {
        let account = self.own_account(handle, account).await?;
        // An id that Graph cannot have made names no message.
        let id = MessageId::parse(message).map_err(|_| MailError::ItemUnknown)?;
        self.read(account, &id).await
    }

    /// Reads with a fresh token; a token that Graph does not accept is replaced once, and the call repeated once
    /// (R139). Only reading comes this way.
    pub(super) async fn read<R: Reading>(
        self: &Arc<Self>,
        account: AccountId,
        what: &R,
    ) -> Result<R::Found, MailError> {
        let answer = self.try_read(account, what).await?;
        answer.map_err(|error| {
            tracing::info!(%account, %error, "the mailbox was not read");
            error.into()
        })
    }

    /// The same, with what Graph said in Graph's words.
    pub(super) async fn try_read<R: Reading>(
        self: &Arc<Self>,
        account: AccountId,
        what: &R,
    ) -> Result<Result<R::Found, GraphError>, MailError> {
        let mailbox = account.to_string();
        let first = self.fresh_access_token(account, None).await?;
        let caller = Caller {
            mailbox: &mailbox,
            tenant: &first.tenant,
            token: &first.token,
        };
        match what.read(&self.graph, caller).await {
            Err(GraphError::Unauthorized { claims }) => {
                self.read_again(account, what, first.version, claims).await
            }
            answer => Ok(answer),
        }
    }
}

impl App {
    /// Reads once more with another token. One that is refused with a challenge although it was made to meet it is the
    /// account's: its owner has to sign in with that challenge (R139, F53).
    async fn read_again<R: Reading>(
        self: &Arc<Self>,
        account: AccountId,
        what: &R,
        refused: GrantVersion,
        claims: Option<String>,
    ) -> Result<Result<R::Found, GraphError>, MailError> {
        let mailbox = account.to_string();
        let second = self.replace_refused(account, refused, claims).await?;
        let caller = Caller {
            mailbox: &mailbox,
            tenant: &second.tenant,
            token: &second.token,
        };
        let answer = what.read(&self.graph, caller).await;
        if let Err(GraphError::Unauthorized {
            claims: claims @ Some(_),
        }) = answer
        {
            let code = "claims_challenge".to_owned();
            let finding = Finding::NeedsUser { code, claims };
            let now = self.clock.now();
            self.vault
                .mark(account, second.version, finding, now)
                .await?;
            return Err(MailError::AccountNeedsSomebody);
        }
        Ok(answer)
    }
}

/// Something to read in a mailbox. Reading twice does no harm.
pub(super) trait Reading: Sync {
    type Found;

    fn read(
        &self,
        graph: &Graph,
        caller: Caller<'_>,
    ) -> impl Future<Output = Result<Self::Found, GraphError>> + Send;
}

struct AllFolders;

impl Reading for AllFolders {
    type Found = Vec<Folder>;

    async fn read(&self, graph: &Graph, caller: Caller<'_>) -> Result<Vec<Folder>, GraphError> {
        graph.folders(caller).await
    }
}

impl Reading for PageStart {
    type Found = MessageList;

    async fn read(&self, graph: &Graph, caller: Caller<'_>) -> Result<MessageList, GraphError> {
        graph.messages(caller, self).await
    }
}

impl Reading for MessageId {
    type Found = Message;

    async fn read(&self, graph: &Graph, caller: Caller<'_>) -> Result<Message, GraphError> {
        graph.message(caller, self).await
    }
}

fn folder(name: Option<&str>) -> Result<FolderName, MailError> {
    name.map_or_else(|| Ok(FolderName::inbox()), FolderName::parse)
        .map_err(|_| MailError::Malformed("folder is neither a role nor an id"))
}

impl From<GraphError> for MailError {
    fn from(error: GraphError) -> Self {
        match error {
            GraphError::Forbidden => Self::AccountNeedsSomebody,
            GraphError::Unknown => Self::ItemUnknown,
            GraphError::NoMailbox => Self::NoMailbox,
            GraphError::Elsewhere => Self::Elsewhere,
            GraphError::Throttled { retry_after } => Self::Throttled { retry_after },
            GraphError::Unavailable { retry_after } => Self::Unavailable { retry_after },
            // A token refused twice is no reason to ask the visitor for anything: Graph and Entra disagree.
            GraphError::Unauthorized { .. } => Self::TokenRefused,
            // No letter is sent where this is asked.
            GraphError::Refused(_) | GraphError::Unexpected(_) | GraphError::NoRandomness(_) => {
                Self::Unavailable { retry_after: None }
            }
        }
    }
}

impl From<FreshTokenError> for MailError {
    fn from(error: FreshTokenError) -> Self {
        match error {
            FreshTokenError::NeedsSomebody => Self::AccountNeedsSomebody,
            FreshTokenError::Unavailable { retry_after } => Self::Unavailable { retry_after },
            FreshTokenError::Misconfigured => Self::Misconfigured,
            FreshTokenError::Vault(error) => Self::Vault(error),
            FreshTokenError::BrokeOff => Self::BrokeOff,
        }
    }
}

impl From<SessionError> for MailError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::None => Self::NoSession,
            SessionError::Vault(error) => Self::Vault(Arc::new(error)),
        }
    }
}

impl From<VaultError> for MailError {
    fn from(error: VaultError) -> Self {
        Self::Vault(Arc::new(error))
    }
}
