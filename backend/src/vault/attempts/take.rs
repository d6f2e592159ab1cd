//! Taking an attempt: once, by its own browser, in time.

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::pkce::{CodeChallenge, CodeVerifier};
use connect_outlook_protocol::scope::Scopes;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, Transaction};

use super::{Attempt, AttemptKind, Proof};
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::id::{
    AccountId, BrowserDigest, ClaimDigest, ConsentRequestId, HandleDigest, LinkId, NonceDigest,
    StateDigest,
};
use crate::vault::seal::{Field, Place};
use crate::vault::{Vault, VaultError};

/// Why an attempt was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeAttemptError {
    /// No such attempt of this kind, or it was taken already: start again.
    #[error("no open attempt has this state")]
    Unknown,
    /// It belongs to another browser and stays usable by its owner (R22).
    #[error("the attempt belongs to another browser")]
    NotYours,
    /// Its time is over: start again (R24).
    #[error("the attempt has expired")]
    Expired,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// Takes the attempt with this state: of any number of callers at once, one gets it (R21).
    ///
    /// # Errors
    /// [`TakeAttemptError`]. Only a success changes anything.
    pub async fn take_attempt(
        &self,
        state: StateDigest,
        browser: BrowserDigest,
        kind: AttemptKind,
        now: UnixTime,
    ) -> Result<Attempt, TakeAttemptError> {
        repeated(|| self.take_attempt_once(state, browser, kind, now)).await
    }

    async fn take_attempt_once(
        &self,
        state: StateDigest,
        browser: BrowserDigest,
        kind: AttemptKind,
        now: UnixTime,
    ) -> Result<Attempt, TakeAttemptError> {
        // Without a verifier to wipe, one statement is all there is to do.
        let taken = self
            .database
            .write_alone(taking(TAKE_BARE, state, browser, kind, now))
            .await
            .map_err(VaultError::from)?;
        match taken.into_iter().next() {
            Some(row) => Ok(self.read_attempt(&Record::new("attempts", "id", row), browser)?),
            None => self.take_with_verifier(state, browser, kind, now).await,
        }
    }

    async fn take_with_verifier(
        &self,
        state: StateDigest,
        browser: BrowserDigest,
        kind: AttemptKind,
        now: UnixTime,
    ) -> Result<Attempt, TakeAttemptError> {
        let mut transaction = self.database.write().await?;
        let row = taking(TAKE, state, browser, kind, now)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(VaultError::from)?;
        let Some(row) = row else {
            return Err(why_not_taken(&mut transaction, state, browser, kind).await?);
        };
        let row = Record::new("attempts", "id", row);
        let attempt = self.read_attempt(&row, browser)?;
        wipe_verifier(&mut transaction, &row.text("id")?)
            .await
            .map_err(VaultError::from)?;
        transaction.commit().await.map_err(VaultError::from)?;
        Ok(attempt)
    }

    fn read_attempt(&self, row: &Record, browser: BrowserDigest) -> Result<Attempt, VaultError> {
        let proof = match row.optional_text("sealed_code_verifier")? {
            Some(sealed) => {
                let id = row.text("id")?;
                let verifier = self.open_attempt(Place::new(Field::CodeVerifier, &id), &sealed)?;
                let verifier = CodeVerifier::parse(&verifier);
                Proof::Server(verifier.map_err(|_| row.contradiction("sealed_code_verifier"))?)
            }
            None => {
                let challenge = CodeChallenge::parse(&row.text("code_challenge")?);
                Proof::Page(challenge.map_err(|_| row.contradiction("code_challenge"))?)
            }
        };
        let nonce = NonceDigest::from_column(&row.text("nonce_hash")?);
        let tenant = Tenant::parse(&row.text("tenant")?);
        let session = row.optional_text("session_hash")?.map(|text| {
            HandleDigest::from_column(&text).ok_or_else(|| row.contradiction("session_hash"))
        });
        let account = row
            .optional_text("account_id")?
            .map(|text| AccountId::parse(&text).ok_or_else(|| row.contradiction("account_id")));
        let link = row
            .optional_text("link_id")?
            .map(|text| LinkId::parse(&text).ok_or_else(|| row.contradiction("link_id")));
        let claim = row.optional_text("claim_hash")?.map(|text| {
            ClaimDigest::from_column(&text).ok_or_else(|| row.contradiction("claim_hash"))
        });
        let consent = row.optional_text("consent_id")?.map(|text| {
            ConsentRequestId::parse(&text).ok_or_else(|| row.contradiction("consent_id"))
        });
        Ok(Attempt {
            browser: Some(browser),
            proof,
            nonce: nonce.ok_or_else(|| row.contradiction("nonce_hash"))?,
            redirect_uri: row.text("redirect_uri")?,
            scopes: Scopes::parse(&row.text("scope")?),
            tenant: tenant.ok_or_else(|| row.contradiction("tenant"))?,
            client_id: row.text("client_id")?,
            return_to: row.optional_text("return_to")?,
            session: session.transpose()?,
            account: account.transpose()?,
            link: link.transpose()?,
            claim: claim.transpose()?,
            consent: consent.transpose()?,
            domain: row.optional_text("hint_domain")?,
            created_at: UnixTime(row.number("created_at")?),
        })
    }
}

fn taking(
    text: &'static str,
    state: StateDigest,
    browser: BrowserDigest,
    kind: AttemptKind,
    now: UnixTime,
) -> Query<'static, Any, AnyArguments> {
    sqlx::query(text)
        .bind(state.to_column())
        .bind(browser.to_column())
        .bind(kind.name())
        .bind(now.0)
}

async fn why_not_taken(
    transaction: &mut Transaction<'static, Any>,
    state: StateDigest,
    browser: BrowserDigest,
    kind: AttemptKind,
) -> Result<TakeAttemptError, VaultError> {
    let row = sqlx::query(
        "select id, browser_hash, taken_at
         from attempts
         where state_hash = $1
           and kind = $2",
    )
    .bind(state.to_column())
    .bind(kind.name())
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(row) = row else {
        return Ok(TakeAttemptError::Unknown);
    };
    let row = Record::new("attempts", "id", row);
    Ok(if row.text("browser_hash")? != browser.to_column() {
        TakeAttemptError::NotYours
    } else if row.optional_number("taken_at")?.is_some() {
        TakeAttemptError::Unknown
    } else {
        TakeAttemptError::Expired
    })
}

/// The verifier has left for its one redemption; nothing needs it here any more.
async fn wipe_verifier(
    transaction: &mut Transaction<'static, Any>,
    id: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("update attempts set sealed_code_verifier = null where id = $1")
        .bind(id)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// `$1` is the state's hash, `$2` the browser's, `$3` what it is for, `$4` the time.
macro_rules! take {
    ($and:literal) => {
        concat!(
            "update attempts
             set taken_at = $4
             where state_hash = $1
               and browser_hash = $2
               and kind = $3
               and taken_at is null
               and expires_at > $4
               ",
            $and,
            " returning *"
        )
    };
}

const TAKE: &str = take!("");
const TAKE_BARE: &str = take!("and sealed_code_verifier is null");
