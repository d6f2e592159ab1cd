//! Carrying a sending out: a draft, a note that Microsoft is about to be asked, the word to send, and how that ended.

use std::sync::Arc;

use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::wire::{Letter, Sending};

use super::super::App;
use super::super::mail::{MailError, Reading};
use super::{SendLetterError, words};
use crate::graph::{AnsweredMessage, Caller, Draft, Graph, GraphError, SendError};
use crate::meters;
use crate::vault::id::AccountId;
use crate::vault::sendings::{SendingEnd, SendingRun, SentLetter};

impl App {
    /// In a task of its own: a visitor who hangs up has sent the letter all the same, and what became of it has to be
    /// recorded.
    pub(super) async fn deliver(
        self: Arc<Self>,
        account: AccountId,
        run: SendingRun,
        letter: Letter,
        answered: Option<AnsweredMessage>,
    ) -> Result<Sending, SendLetterError> {
        // The semaphore is never closed.
        let _permit = self.sendings.acquire().await.ok();
        let made = self.draft(account, &letter, answered.as_ref()).await;
        let draft = match made {
            Ok(draft) => draft,
            Err(error) => return self.not_sent(&run, error).await,
        };
        let sent = SentLetter {
            message: draft.id.as_str().to_owned(),
            thread: draft.thread.clone(),
        };
        if !self.vault.about_to_send(&run, &sent).await? {
            tracing::warn!(%account, "a letter was taken over by somebody else; it is left to them");
            self.discard(account, &draft).await;
            return Err(SendLetterError::UnderWay);
        }
        let asked = self.ask_to_send(account, &draft).await;
        tracing::info!(%account, ended = ?asked.as_ref().err(), "Microsoft was asked to send a letter");
        match asked {
            Ok(()) => {
                self.end(&run, SendingEnd::Accepted).await;
                Ok(Sending::Accepted {
                    message_id: sent.message,
                    thread_id: sent.thread,
                })
            }
            Err(Asked::Lost) => {
                self.end(&run, SendingEnd::Unknown).await;
                Ok(words::unknown())
            }
            Err(Asked::NotSent(error)) => {
                self.discard(account, &draft).await;
                self.not_sent(&run, error).await
            }
        }
    }

    /// The letter in Drafts. A draft that is made twice is not a letter that is sent twice, so this may be repeated with
    /// another token.
    async fn draft(
        self: &Arc<Self>,
        account: AccountId,
        letter: &Letter,
        answered: Option<&AnsweredMessage>,
    ) -> Result<Draft, NotSent> {
        let (tokens, _) = self
            .working_tokens(account)
            .await
            .map_err(MailError::from)?;
        if let Some(scopes) = not_granted(&tokens.scopes) {
            return Err(NotSent::NotGranted(scopes));
        }
        let drafting = Drafting(letter, answered);
        Ok(self.try_read(account, &drafting).await??)
    }

    async fn ask_to_send(self: &Arc<Self>, account: AccountId, draft: &Draft) -> Result<(), Asked> {
        let token = self.fresh_access_token(account, None).await;
        let token = token.map_err(|error| Asked::NotSent(NotSent::Mail(error.into())))?;
        let mailbox = account.to_string();
        let caller = Caller {
            mailbox: &mailbox,
            tenant: &token.tenant,
            token: &token.token,
        };
        let sent = self.graph.send(caller, &draft.id).await;
        sent.map_err(|error| match error {
            SendError::Lost => Asked::Lost,
            SendError::NotSent(error) => Asked::NotSent(error.into()),
        })
    }

    /// Nothing was sent. What Microsoft refuses for good is remembered; anything else may be asked again.
    async fn not_sent(&self, run: &SendingRun, why: NotSent) -> Result<Sending, SendLetterError> {
        match why {
            NotSent::Refused(code) => {
                self.end(run, SendingEnd::Refused(code)).await;
                Ok(words::refused(code))
            }
            NotSent::NotGranted(scopes) => {
                self.forget(run).await;
                Err(SendLetterError::NotGranted(scopes))
            }
            NotSent::Mail(error) => {
                self.forget(run).await;
                Err(error.into())
            }
        }
    }

    /// What cannot be recorded is found out when somebody asks.
    async fn end(&self, run: &SendingRun, end: SendingEnd) {
        meters::letter(match end {
            SendingEnd::Accepted => "accepted",
            SendingEnd::Refused(_) => "refused",
            SendingEnd::Unknown => "unknown",
        });
        if let Err(error) = self.vault.end_sending(run, end).await {
            tracing::warn!(%error, ?end, "how a sending ended was not recorded");
        }
    }

    async fn forget(&self, run: &SendingRun) {
        if let Err(error) = self.vault.forget_sending(run).await {
            tracing::warn!(%error, "a sending that sent nothing was not forgotten; it lapses");
        }
    }

    async fn discard(self: &Arc<Self>, account: AccountId, draft: &Draft) {
        if let Err(error) = self.read(account, &Discarding(draft)).await {
            tracing::info!(%account, %error, "a draft that is not sent stays in Drafts");
        }
    }
}

/// Why nothing was sent.
enum NotSent {
    /// Microsoft never sends this letter.
    Refused(&'static str),
    /// These scopes are missing.
    NotGranted(&'static str),
    /// Something that may pass.
    Mail(MailError),
}

/// What came of asking.
#[derive(Debug)]
enum Asked {
    NotSent(NotSent),
    Lost,
}

impl std::fmt::Debug for NotSent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(what) | Self::NotGranted(what) => formatter.write_str(what),
            Self::Mail(error) => write!(formatter, "{error}"),
        }
    }
}

impl From<MailError> for NotSent {
    fn from(error: MailError) -> Self {
        Self::Mail(error)
    }
}

impl From<GraphError> for NotSent {
    fn from(error: GraphError) -> Self {
        match error {
            GraphError::Refused(refused) => Self::Refused(words::code(refused)),
            error => Self::Mail(error.into()),
        }
    }
}

/// What of it is missing, if anything is. Neither scope implies the other.
fn not_granted(granted: &Scopes) -> Option<&'static str> {
    match (
        granted.contains("Mail.ReadWrite"),
        granted.contains("Mail.Send"),
    ) {
        (true, true) => None,
        (true, false) => Some("Mail.Send is not granted"),
        (false, true) => Some("Mail.ReadWrite is not granted"),
        (false, false) => Some("Mail.ReadWrite and Mail.Send are not granted"),
    }
}

struct Drafting<'a>(&'a Letter, Option<&'a AnsweredMessage>);

impl Reading for Drafting<'_> {
    type Found = Draft;

    async fn read(&self, graph: &Graph, caller: Caller<'_>) -> Result<Draft, GraphError> {
        graph.draft(caller, self.0, self.1).await
    }
}

struct Discarding<'a>(&'a Draft);

impl Reading for Discarding<'_> {
    type Found = ();

    async fn read(&self, graph: &Graph, caller: Caller<'_>) -> Result<(), GraphError> {
        graph.discard(caller, &self.0.id).await
    }
}
