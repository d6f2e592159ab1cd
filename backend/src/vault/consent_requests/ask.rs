//! Asking: the first one makes the request, all others of the same subject find it.

use connect_outlook_protocol::scope::Scopes;
use sqlx::{Any, Transaction};

use super::Origin;
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::id::{BrowserDigest, ConsentDigest, ConsentRequestId};
use crate::vault::{Vault, VaultError};

/// Whose administrator is asked, as far as it is known beforehand. With the permissions it is what makes two requests one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// This organisation, by id.
    Tenant(String),
    /// The organisation that this domain is of, says a hint.
    Domain(String),
    /// The organisation of whoever sits at this browser.
    Browser(BrowserDigest),
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct NewConsentRequest {
    /// Whom.
    pub subject: Subject,
    /// The domain by which it was named, where Microsoft says that it is of this organisation; for people to read.
    pub named: Option<String>,
    /// For what.
    pub scopes: Scopes,
    /// Who asks.
    pub origin: Origin,
    /// SHA-256 of what opens its page for this one who asks.
    pub token: ConsentDigest,
    /// Until when an answer is of use, if nobody asks again.
    pub expires_at: UnixTime,
    /// How many requests for organisations that nobody knows may be open.
    pub most_unplaced: u32,
}

/// Why nothing was asked.
#[derive(Debug, thiserror::Error)]
pub enum AskConsentError {
    /// So many requests are open whose organisation nobody knows that somebody makes them up (D4).
    #[error("too many consent requests are open")]
    TooMany,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Subject {
    fn column(&self, scopes: &Scopes) -> String {
        let mut sorted: Vec<_> = scopes.iter().map(str::to_lowercase).collect();
        sorted.sort_unstable();
        let scopes = sorted.join(" ");
        match self {
            Self::Tenant(id) => format!("tenant {id} {scopes}"),
            Self::Domain(name) => format!("domain {name} {scopes}"),
            Self::Browser(digest) => format!("browser {} {scopes}", digest.to_column()),
        }
    }

    fn tenant(&self) -> Option<&str> {
        match self {
            Self::Tenant(id) => Some(id),
            Self::Domain(_) | Self::Browser(_) => None,
        }
    }

    fn domain(&self) -> Option<&str> {
        match self {
            Self::Domain(name) => Some(name),
            Self::Tenant(_) | Self::Browser(_) => None,
        }
    }
}

impl Vault {
    /// Makes the request, or finds the one that was made before and asks it again: a refusal or an end of it is
    /// forgotten, and so is a consent that is older than Microsoft needs to spread it, for it does not help any more.
    ///
    /// # Errors
    /// [`AskConsentError`]; nothing was asked.
    pub async fn ask_consent(
        &self,
        new: &NewConsentRequest,
        now: UnixTime,
    ) -> Result<ConsentRequestId, AskConsentError> {
        repeated(|| self.ask_consent_once(new, now)).await
    }

    async fn ask_consent_once(
        &self,
        new: &NewConsentRequest,
        now: UnixTime,
    ) -> Result<ConsentRequestId, AskConsentError> {
        let mut transaction = self.database.write().await?;
        let id = insert(&mut transaction, new, now).await?;
        sqlx::query(
            "insert into consent_links (token_hash, request_id, created_at) values ($1, $2, $3)",
        )
        .bind(new.token.to_column())
        .bind(id.to_string())
        .bind(now.0)
        .execute(&mut *transaction)
        .await
        .map_err(VaultError::from)?;
        if matches!(new.subject, Subject::Browser(_)) {
            let most = i64::from(new.most_unplaced);
            if count_unplaced(&mut transaction, most, now).await? > most {
                return Err(AskConsentError::TooMany);
            }
        }
        transaction.commit().await.map_err(VaultError::from)?;
        Ok(id)
    }
}

async fn insert(
    transaction: &mut Transaction<'static, Any>,
    new: &NewConsentRequest,
    now: UnixTime,
) -> Result<ConsentRequestId, VaultError> {
    let row = sqlx::query(ASK)
        .bind(ConsentRequestId::random()?.to_string())
        .bind(new.subject.column(&new.scopes))
        .bind(new.subject.tenant())
        .bind(new.subject.domain().or(new.named.as_deref()))
        .bind(new.scopes.to_string())
        .bind(new.origin.name())
        .bind(now.0)
        .bind(new.expires_at.0)
        .bind(now.plus(-SPREADS).0)
        .fetch_one(&mut **transaction)
        .await?;
    let row = Record::new("consent_requests", "id", row);
    ConsentRequestId::parse(&row.text("id")?).ok_or_else(|| row.contradiction("id"))
}

/// Counts no further than one past `most`.
async fn count_unplaced(
    transaction: &mut Transaction<'static, Any>,
    most: i64,
    now: UnixTime,
) -> Result<i64, VaultError> {
    let row = sqlx::query(
        "select 'open' as id, count(*) as open_now
         from (
            select 1 as one
            from consent_requests
            where expires_at > $1
              and tenant is null
              and domain is null
              and state = 'requested'
            limit $2
         ) as some_of_them",
    )
    .bind(now.0)
    .bind(most + 1)
    .fetch_one(&mut **transaction)
    .await?;
    Record::new("consent_requests", "id", row).number("open_now")
}

/// Seconds within which a consent may not have reached every part of Microsoft: who is refused meanwhile says nothing of
/// it. Microsoft names no figure.
const SPREADS: i64 = 600;

const ASK: &str = "
    insert into consent_requests (
        id, subject, tenant, domain, scope, origin, state, asked, created_at, asked_at, expires_at, state_since
    )
    values ($1, $2, $3, $4, $5, $6, 'requested', 1, $7, $7, $8, $7)
    on conflict (subject) do update
    set asked = consent_requests.asked + 1,
        asked_at = excluded.asked_at,
        domain = coalesce(consent_requests.domain, excluded.domain),
        expires_at = case
            when consent_requests.expires_at > excluded.expires_at then consent_requests.expires_at
            else excluded.expires_at
        end,
        code = case
            when consent_requests.state = 'unproven' and consent_requests.state_since > $9 then consent_requests.code
            else null
        end,
        state_since = case
            when consent_requests.state = 'requested' then consent_requests.state_since
            when consent_requests.state <> 'refused' and consent_requests.state_since > $9 then consent_requests.state_since
            else excluded.state_since
        end,
        state = case
            when consent_requests.state <> 'refused' and consent_requests.state_since > $9 then consent_requests.state
            else 'requested'
        end
    returning id";
