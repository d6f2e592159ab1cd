//! Opening everything once, to know that it opens.

use super::database::Record;
use super::keys::sealed_of;
use super::seal::{Field, Place};
use super::{Progress, Vault, VaultError};
use crate::clock::UnixTime;

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Accounts.
    pub accounts: u64,
    /// Sealed values that opened.
    pub fields: u64,
    /// What is wrong, one sentence each with table, field and row, and no secret. At most [`FAILURES_TOLD`].
    pub failures: Vec<String>,
    /// How many there are.
    pub failed: u64,
}

impl Vault {
    /// Opens every sealed field and reads every account, as their use would; changes nothing and may run while the vault
    /// is in use.
    ///
    /// # Errors
    /// [`VaultError`] when the database does not answer. What does not open is no error but a finding.
    pub async fn verify(
        &self,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<Verified, VaultError> {
        let mut verified = Verified::default();
        let mut told = Progress::of(self.count_of_accounts().await?);
        let mut after = String::new();
        loop {
            let rows = sqlx::query(ACCOUNTS)
                .bind(&after)
                .bind(BATCH)
                .fetch_all(self.database.reader())
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let row = Record::new("accounts", "id", row);
                after = row.text("id")?;
                verified.accounts += 1;
                self.verify_account(&row, &mut verified);
            }
            told.done = verified.accounts;
            progress(told);
        }
        self.verify_the_rest(&mut verified).await?;
        Ok(verified)
    }

    async fn count_of_accounts(&self) -> Result<u64, VaultError> {
        let row = sqlx::query("select count(*) as accounts from accounts")
            .fetch_one(self.database.reader())
            .await?;
        let count = Record::new("accounts", "accounts", row).number("accounts")?;
        Ok(count.unsigned_abs())
    }

    fn verify_account(&self, row: &Record, verified: &mut Verified) {
        let account = self.read_account(row);
        verified.count(row, &PROFILE, account.as_ref().err());
        let there = |column| row.optional_text(column).is_ok_and(|value| value.is_some());
        let wanted = account.is_ok_and(|account| account.state.name() != "disconnected");
        for column in ["key_id", "account_id"] {
            if there(column) != wanted {
                verified.count(row, &[], Some(&row.contradiction(column)));
            }
        }
        if there("key_id") && there("account_id") {
            let tokens = self.open_tokens(row, UnixTime(0));
            verified.count(row, &TOKENS, tokens.err().as_ref());
        }
    }

    async fn verify_the_rest(&self, verified: &mut Verified) -> Result<(), VaultError> {
        let keys = self.keys();
        for field in Field::OF_NO_ACCOUNT {
            for (id, sealed) in sealed_of(field, self.database.reader()).await? {
                match keys.open_attempt(Place::new(field, &id), &sealed) {
                    Ok(_) => verified.fields += 1,
                    Err(error) => verified.fail(&error.into()),
                }
            }
        }
        Ok(())
    }
}

impl Verified {
    /// Whether everything is as it should be.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.failed == 0
    }

    fn count(&mut self, row: &Record, fields: &[Field], error: Option<&VaultError>) {
        let Some(error) = error else {
            let filled = fields.iter().filter(|field| {
                let value = row.optional_text(field.column().1);
                value.is_ok_and(|value| value.is_some())
            });
            self.fields += filled.count() as u64;
            return;
        };
        self.fail(error);
    }

    fn fail(&mut self, error: &VaultError) {
        self.failed += 1;
        if self.failures.len() < FAILURES_TOLD {
            self.failures.push(error.to_string());
        }
    }
}

/// How many failures are put into words.
pub const FAILURES_TOLD: usize = 100;

/// Accounts a statement.
const BATCH: i64 = 200;

const PROFILE: [Field; 2] = [Field::DisplayName, Field::Address];
const TOKENS: [Field; 3] = [
    Field::AccessToken,
    Field::RefreshToken,
    Field::PreviousRefreshToken,
];

const ACCOUNTS: &str = "
    select
        a.id, a.tid, a.oid, a.sealed_display_name, a.sealed_address,
        a.state, a.state_since, a.state_code, a.state_claims, a.reconnect_by, a.grant_version,
        k.id as key_id, k.kek_id, k.wrapped,
        g.account_id, g.sealed_access_token, g.sealed_refresh_token, g.sealed_previous_refresh_token,
        g.previous_until, g.scope, g.expires_at, g.obtained_at, g.refresh_at, g.used_at, g.ends_at
    from accounts a
    left join data_keys k on k.account_id = a.id
    left join grants g on g.account_id = a.id
    where a.id > $1
    order by a.id
    limit $2";
