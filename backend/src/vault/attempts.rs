//! Attempts: one sign-in each, from its start to the redirect back. Bound to a browser and a purpose, good once.

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::pkce::{CodeChallenge, CodeVerifier};
use connect_outlook_protocol::scope::Scopes;
use sqlx::{Any, Transaction};

use super::database::Record;
use super::id::{BrowserDigest, NonceDigest, StateDigest, random_uuid};
use super::seal::{Field, Place};
use super::{Vault, VaultError};
use crate::clock::UnixTime;

/// What an attempt is for. One begun for one purpose cannot end as another (R28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptKind {
    /// Connecting a mailbox.
    Connect,
    /// An administrator's consent for a tenant.
    AdminConsent,
}

/// Who made the code verifier and holds it (design: page-driven or server-driven).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The page did; the vault knows the challenge only.
    Page(CodeChallenge),
    /// The server did; the vault keeps the verifier, sealed.
    Server(CodeVerifier),
}

/// An attempt about to begin. All of it comes back unchanged when it is taken.
#[derive(Clone, Debug)]
pub struct NewAttempt {
    /// SHA-256 of the `state` in the authorize URL.
    pub state: StateDigest,
    /// SHA-256 of the flow cookie of the browser.
    pub browser: BrowserDigest,
    /// What it is for.
    pub kind: AttemptKind,
    /// The PKCE half that stays here.
    pub proof: Proof,
    /// SHA-256 of the `nonce` in the authorize URL.
    pub nonce: NonceDigest,
    /// Byte for byte as in the authorize URL (R33).
    pub redirect_uri: String,
    /// As asked.
    pub scopes: Scopes,
    /// Whose authority.
    pub tenant: Tenant,
    /// The app registration.
    pub client_id: String,
    /// Where the page wants to go afterwards; checked by the caller.
    pub return_to: Option<String>,
    /// From then on it cannot be taken; at most ten minutes ahead (R24).
    pub expires_at: UnixTime,
}

/// An attempt that was taken: the caller, and nobody else, may redeem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// See [`NewAttempt::proof`].
    pub proof: Proof,
    /// See [`NewAttempt::nonce`].
    pub nonce: NonceDigest,
    /// See [`NewAttempt::redirect_uri`].
    pub redirect_uri: String,
    /// See [`NewAttempt::scopes`].
    pub scopes: Scopes,
    /// See [`NewAttempt::tenant`].
    pub tenant: Tenant,
    /// See [`NewAttempt::client_id`].
    pub client_id: String,
    /// See [`NewAttempt::return_to`].
    pub return_to: Option<String>,
    /// When it began.
    pub created_at: UnixTime,
}

/// Why an attempt did not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginAttemptError {
    /// State, nonce or challenge has been used before: refuse the request, a page with constant PKCE values is at
    /// fault (R19).
    #[error("state, nonce or code challenge was used before")]
    Repeated,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

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
    /// Records an attempt. Beyond [`OPEN_ATTEMPTS`] open ones of its browser the oldest are dropped (R25).
    ///
    /// # Errors
    /// [`BeginAttemptError`].
    pub async fn begin_attempt(
        &self,
        attempt: &NewAttempt,
        now: UnixTime,
    ) -> Result<(), BeginAttemptError> {
        let id = random_uuid()?.hyphenated().to_string();
        let mut transaction = self.database.write().await?;
        // Otherwise two tabs starting at once could each see only the other's four predecessors.
        self.database
            .lock(&mut transaction, &attempt.browser.to_column())
            .await
            .map_err(VaultError::from)?;
        self.insert_attempt(&mut transaction, &id, attempt, now)
            .await?;
        drop_oldest(&mut transaction, attempt.browser, now)
            .await
            .map_err(VaultError::from)?;
        transaction.commit().await.map_err(VaultError::from)?;
        Ok(())
    }

    async fn insert_attempt(
        &self,
        transaction: &mut Transaction<'static, Any>,
        id: &str,
        attempt: &NewAttempt,
        now: UnixTime,
    ) -> Result<(), BeginAttemptError> {
        let (challenge, sealed_verifier) = match &attempt.proof {
            Proof::Page(challenge) => (challenge.clone(), None),
            Proof::Server(verifier) => {
                let place = Place::new(Field::CodeVerifier, id);
                let sealed = self
                    .keys
                    .seal_attempt(place, verifier.expose())
                    .map_err(VaultError::from)?;
                (verifier.challenge(), Some(sealed))
            }
        };
        let browser = attempt.browser.to_column();
        let inserted = sqlx::query(
            "insert into attempts (
                id, state_hash, browser_hash, position, kind, code_challenge, sealed_code_verifier, nonce_hash,
                redirect_uri, scope, tenant, client_id, return_to, created_at, expires_at
             )
             select
                $1, $2, $3, coalesce(max(position), 0) + 1, $4, $5, $6, $7,
                $8, $9, $10, $11, $12, $13, $14
             from attempts
             where browser_hash = $3",
        )
        .bind(id)
        .bind(attempt.state.to_column())
        .bind(browser)
        .bind(attempt.kind.name())
        .bind(challenge.as_str())
        .bind(sealed_verifier)
        .bind(attempt.nonce.to_column())
        .bind(&attempt.redirect_uri)
        .bind(attempt.scopes.to_string())
        .bind(attempt.tenant.segment())
        .bind(&attempt.client_id)
        .bind(&attempt.return_to)
        .bind(now.0)
        .bind(attempt.expires_at.0)
        .execute(&mut **transaction)
        .await;
        match inserted {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => {
                Err(BeginAttemptError::Repeated)
            }
            Err(error) => Err(VaultError::from(error).into()),
        }
    }

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
        let mut transaction = self.database.write().await?;
        let row = sqlx::query(
            "update attempts
             set taken_at = $4
             where state_hash = $1
               and browser_hash = $2
               and kind = $3
               and taken_at is null
               and expires_at > $4
             returning *",
        )
        .bind(state.to_column())
        .bind(browser.to_column())
        .bind(kind.name())
        .bind(now.0)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(VaultError::from)?;
        let Some(row) = row else {
            return Err(why_not_taken(&mut transaction, state, browser, kind).await?);
        };
        let row = Record::new("attempts", "id", row);
        let attempt = self.read_attempt(&row)?;
        wipe_verifier(&mut transaction, &row.text("id")?)
            .await
            .map_err(VaultError::from)?;
        transaction.commit().await.map_err(VaultError::from)?;
        Ok(attempt)
    }

    fn read_attempt(&self, row: &Record) -> Result<Attempt, VaultError> {
        let proof = match row.optional_text("sealed_code_verifier")? {
            Some(sealed) => {
                let id = row.text("id")?;
                let verifier = self
                    .keys
                    .open_attempt(Place::new(Field::CodeVerifier, &id), &sealed)?;
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
        Ok(Attempt {
            proof,
            nonce: nonce.ok_or_else(|| row.contradiction("nonce_hash"))?,
            redirect_uri: row.text("redirect_uri")?,
            scopes: Scopes::parse(&row.text("scope")?),
            tenant: tenant.ok_or_else(|| row.contradiction("tenant"))?,
            client_id: row.text("client_id")?,
            return_to: row.optional_text("return_to")?,
            created_at: UnixTime(row.number("created_at")?),
        })
    }
}

impl AttemptKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::AdminConsent => "admin_consent",
        }
    }
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
    sqlx::query("update attempts set sealed_code_verifier = null where id = $1 and sealed_code_verifier is not null")
        .bind(id)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn drop_oldest(
    transaction: &mut Transaction<'static, Any>,
    browser: BrowserDigest,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "delete from attempts
         where id in (
            select id
            from attempts
            where browser_hash = $1
              and taken_at is null
              and expires_at > $2
            order by position desc
            limit 1000 offset $3
         )",
    )
    .bind(browser.to_column())
    .bind(now.0)
    .bind(OPEN_ATTEMPTS)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// How many attempts of one browser may be open at once (R25).
pub const OPEN_ATTEMPTS: i64 = 5;
