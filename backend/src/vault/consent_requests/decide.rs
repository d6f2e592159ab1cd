//! What came back: written with its event, in one transaction.

use serde_json::json;
use sqlx::{Any, Transaction};

use super::ConsentState;
use crate::clock::UnixTime;
use crate::vault::conflicts::repeated;
use crate::vault::database::Record;
use crate::vault::deployment::announce_in;
use crate::vault::id::ConsentRequestId;
use crate::vault::{Vault, VaultError};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A yes, and a token for this organisation proved it.
    Granted {
        /// Its id.
        tenant: String,
    },
    /// A yes without proof.
    Unproven {
        /// Why: a stable code.
        code: &'static str,
        /// The organisation, where a sign-in has shown it.
        tenant: Option<String>,
    },
    /// A no.
    Refused {
        /// Why: a stable code.
        code: &'static str,
    },
}

impl Decision {
    fn columns(&self) -> (&'static str, Option<&'static str>, Option<&str>) {
        match self {
            Self::Granted { tenant } => ("granted", None, Some(tenant)),
            Self::Unproven { code, tenant } => ("unproven", Some(*code), tenant.as_deref()),
            Self::Refused { code } => ("refused", Some(*code), None),
        }
    }
}

impl Vault {
    /// Writes what came back about a request, and the event with it. What is granted stays granted whatever comes back
    /// later. Answers whether anything changed.
    ///
    /// # Errors
    /// [`VaultError`]; nothing changed.
    pub async fn decide_consent(
        &self,
        id: ConsentRequestId,
        decision: &Decision,
        now: UnixTime,
    ) -> Result<bool, VaultError> {
        repeated(|| self.decide_consent_once(id, decision, now)).await
    }

    async fn decide_consent_once(
        &self,
        id: ConsentRequestId,
        decision: &Decision,
        now: UnixTime,
    ) -> Result<bool, VaultError> {
        let (state, code, tenant) = decision.columns();
        let mut transaction = self.database.write().await?;
        let row = sqlx::query(
            "update consent_requests
             set state = $2, code = $3, tenant = coalesce($4, tenant), state_since = $5
             where id = $1
               and state <> 'granted'
               and (state <> $2 or coalesce(code, '') <> coalesce($3, ''))
             returning id, tenant, scope",
        )
        .bind(id.to_string())
        .bind(state)
        .bind(code)
        .bind(tenant)
        .bind(now.0)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(false) };
        tell(&mut transaction, row, (state, code), now).await?;
        if let Decision::Granted { tenant } = decision {
            grant_equals(&mut transaction, id, tenant, now).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Somebody of this organisation connected: a yes that nobody could prove was one.
    ///
    /// # Errors
    /// [`VaultError`]; nothing changed.
    pub async fn prove_consent_by_use(
        &self,
        tenant: &str,
        now: UnixTime,
    ) -> Result<(), VaultError> {
        let rows = sqlx::query(
            "select id from consent_requests where tenant = $1 and state = 'unproven' limit 10",
        )
        .bind(tenant)
        .fetch_all(self.database.reader())
        .await?;
        for row in rows {
            let row = Record::new("consent_requests", "id", row);
            let id = ConsentRequestId::parse(&row.text("id")?);
            let id = id.ok_or_else(|| row.contradiction("id"))?;
            let tenant = tenant.to_owned();
            self.decide_consent(id, &Decision::Granted { tenant }, now)
                .await?;
        }
        Ok(())
    }
}

/// Other requests that ask the same of the same organisation are answered by it.
async fn grant_equals(
    transaction: &mut Transaction<'static, Any>,
    id: ConsentRequestId,
    tenant: &str,
    now: UnixTime,
) -> Result<(), VaultError> {
    let rows = sqlx::query(
        "update consent_requests
         set state = 'granted', code = null, state_since = $3
         where tenant = $2
           and id <> $1
           and state <> 'granted'
           and scope = (select scope from consent_requests where id = $1)
         returning id, tenant, scope",
    )
    .bind(id.to_string())
    .bind(tenant)
    .bind(now.0)
    .fetch_all(&mut **transaction)
    .await?;
    for row in rows {
        tell(transaction, row, ("granted", None), now).await?;
    }
    Ok(())
}

/// The event. A yes without proof is none: it is told once it is proved.
async fn tell(
    transaction: &mut Transaction<'static, Any>,
    row: sqlx::any::AnyRow,
    (state, code): (&str, Option<&str>),
    now: UnixTime,
) -> Result<(), VaultError> {
    let kind = match state {
        "granted" => "admin_consent.granted",
        "refused" => "admin_consent.refused",
        _ => return Ok(()),
    };
    let row = Record::new("consent_requests", "id", row);
    let id = row.text("id")?;
    let scope = row.text("scope")?;
    let mut payload = json!({
        "consent_request": id,
        "scopes": scope.split(' ').collect::<Vec<_>>(),
    });
    if let Some(tenant) = row.optional_text("tenant")? {
        payload["tenant"] = tenant.into();
    }
    if let Some(code) = code {
        payload["code"] = code.into();
    }
    let subject = format!("consent request {id} {state} {}", now.0);
    announce_in(transaction, &subject, kind, &payload, now).await?;
    Ok(())
}

impl ConsentState {
    /// Whether somebody said yes: who waits may try again.
    #[must_use]
    pub const fn is_yes(&self) -> bool {
        matches!(self, Self::Granted | Self::Unproven { .. })
    }
}
