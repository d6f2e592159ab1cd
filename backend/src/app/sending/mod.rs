//! Sending letters: each named by a key, asked of Microsoft at most once, and looked up as often as one likes (R140, F56).

mod check;
mod deliver;
mod words;

use std::sync::Arc;

use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::wire::{Letter, Sending};
use tokio::sync::Semaphore;

pub use check::IdempotencyKey;

use super::App;
use super::mail::{MailError, Reading};
use crate::graph::{Caller, Graph, GraphError, MessageId, Whereabouts};
use crate::vault::VaultError;
use crate::vault::id::AccountId;
use crate::vault::sendings::{BeginSending, SendingEnd, SendingRecord, Stage};

/// Why it is not said how a sending stands. Nothing was sent under this key by the request that hears it.
#[derive(Debug, thiserror::Error)]
pub enum SendLetterError {
    /// The letter or the key is not in order.
    #[error("{0}")]
    Malformed(&'static str),
    /// The key went with another letter.
    #[error("the key went with another letter")]
    OtherLetter,
    /// Another request with the same key is at it.
    #[error("the letter is on its way")]
    UnderWay,
    /// Nothing was asked under this key, or nothing was sent: it may be used.
    #[error("no such sending")]
    Unknown,
    /// The account was not granted what sending takes: connect it again with these scopes.
    #[error("{0}")]
    NotGranted(&'static str),
    /// The mailbox cannot be used.
    #[error(transparent)]
    Mail(#[from] MailError),
}

impl App {
    /// Has a letter sent, unless its key is known: then it says how that ended, and asks Microsoft nothing. Goes on when
    /// its caller has gone.
    ///
    /// # Errors
    /// [`SendLetterError`].
    pub async fn send_letter(
        self: &Arc<Self>,
        handle: Option<SessionHandle>,
        account: &str,
        key: &IdempotencyKey,
        letter: Letter,
    ) -> Result<Sending, SendLetterError> {
        let account = self.own_account(handle, account).await?;
        let answered = check::letter(&letter)?;
        let digest = key.with(&letter);
        let begun = self
            .vault
            .begin_sending(account, key.digest(), digest, self.clock.now())
            .await
            .map_err(MailError::from)?;
        match begun {
            BeginSending::Yours(run) => {
                let app = Arc::clone(self);
                let work = app.deliver(account, run, letter, answered);
                tokio::spawn(work)
                    .await
                    .unwrap_or(Err(MailError::BrokeOff.into()))
            }
            BeginSending::Known(record) => match record.stage {
                Stage::UnderWay => Err(SendLetterError::UnderWay),
                _ => told(record),
            },
            BeginSending::OtherLetter => Err(SendLetterError::OtherLetter),
        }
    }

    /// How the sending with this key stands. Of one that nobody here knows of, the mailbox may tell.
    ///
    /// # Errors
    /// [`SendLetterError::Unknown`] among others.
    pub async fn sending(
        self: &Arc<Self>,
        handle: Option<SessionHandle>,
        account: &str,
        key: &IdempotencyKey,
    ) -> Result<Sending, SendLetterError> {
        let account = self.own_account(handle, account).await?;
        let found = self.vault.sending(account, key.digest()).await;
        let record = found
            .map_err(MailError::from)?
            .ok_or(SendLetterError::Unknown)?;
        match record.stage {
            Stage::Unknown => self.find_out(account, key, record).await,
            _ => told(record),
        }
    }

    /// Looks where the letter is. One that lies among the sent messages was sent; one that is still a draft long after
    /// was not (Microsoft does not say how long it may take: chosen).
    async fn find_out(
        self: &Arc<Self>,
        account: AccountId,
        key: &IdempotencyKey,
        record: SendingRecord,
    ) -> Result<Sending, SendLetterError> {
        let letter = record.letter.as_ref();
        let Some(id) = letter.and_then(|letter| MessageId::parse(&letter.message).ok()) else {
            return told(record);
        };
        let is_old = record.created_at.plus(A_WHILE) < self.clock.now();
        let (end, stage) = match self.read(account, &WhereaboutsOf(id)).await? {
            Whereabouts::Sent => (SendingEnd::Accepted, Stage::Accepted),
            Whereabouts::Draft if is_old => {
                let code = words::LEFT_IN_DRAFTS;
                let stage = Stage::Refused { code: code.into() };
                (SendingEnd::Refused(code), stage)
            }
            Whereabouts::Draft | Whereabouts::Nowhere => return told(record),
        };
        self.vault
            .settle_sending(account, key.digest(), end)
            .await
            .map_err(MailError::from)?;
        told(SendingRecord { stage, ..record })
    }
}

/// A record in the words of the wire.
fn told(record: SendingRecord) -> Result<Sending, SendLetterError> {
    Ok(match record.stage {
        Stage::UnderWay => Sending::UnderWay,
        Stage::NotSent => return Err(SendLetterError::Unknown),
        Stage::Unknown => words::unknown(),
        Stage::Refused { code } => words::refused(&code),
        Stage::Accepted => {
            let letter = record.letter;
            let (message_id, thread_id) =
                letter.map_or_else(Default::default, |letter| (letter.message, letter.thread));
            Sending::Accepted {
                message_id,
                thread_id,
            }
        }
    })
}

struct WhereaboutsOf(MessageId);

impl Reading for WhereaboutsOf {
    type Found = Whereabouts;

    async fn read(&self, graph: &Graph, caller: Caller<'_>) -> Result<Whereabouts, GraphError> {
        graph.whereabouts(caller, &self.0).await
    }
}

impl From<VaultError> for SendLetterError {
    fn from(error: VaultError) -> Self {
        Self::Mail(error.into())
    }
}

/// One permit for each letter that is sent at the same time.
pub(super) fn slots() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_ONCE as usize))
}

/// Letters that this process sends at the same time.
pub(super) const AT_ONCE: u32 = 64;

/// Seconds after which a draft that Microsoft was asked to send, and that is still a draft, was not sent.
const A_WHILE: i64 = 15 * 60;
