//! Who asks by program: the integrator's server, by its API key.

use connect_outlook_protocol::integrator::{AccountDetails, AccountPage};
use connect_outlook_protocol::secret::ApiKey;

use super::{App, MailError, VaultError, accounts};
use crate::vault::api_keys::ApiKeyFacts;
use crate::vault::id::{AccountId, ApiKeyDigest, ApiKeyId};

impl App {
    /// The key behind what a request shows; `None` for one that was never made, or revoked.
    ///
    /// # Errors
    /// [`VaultError`]: it is not known whether it opens.
    pub async fn use_api_key(&self, key: &ApiKey) -> Result<Option<ApiKeyId>, VaultError> {
        let digest = ApiKeyDigest::of(key.expose());
        self.vault.use_api_key(digest, self.clock.now()).await
    }

    /// The accounts of the deployment, page by page. What has been given out once as `next_cursor` goes on there.
    ///
    /// # Errors
    /// [`MailError::Malformed`] for another cursor.
    pub async fn accounts_page(&self, cursor: Option<&str>) -> Result<AccountPage, MailError> {
        let malformed = || MailError::Malformed("cursor is none that was given out");
        let after = match cursor {
            Some(text) => Some(AccountId::parse(text).ok_or_else(malformed)?),
            None => None,
        };
        let listed = self.vault.accounts_after(after, PAGE).await?;
        let full = listed.len() == PAGE as usize;
        let last = listed.last().map(|last| last.account.id.to_string());
        let seen = listed
            .into_iter()
            .map(|one| accounts::details(one.account, one.grant.as_ref()));
        Ok(AccountPage {
            accounts: seen.collect(),
            next_cursor: last.filter(|_| full),
        })
    }

    /// Whether a living key has this id.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn knows_api_key(&self, key: ApiKeyId) -> Result<bool, VaultError> {
        let keys = self.vault.api_keys().await?;
        let lives = |known: &ApiKeyFacts| known.id == key && known.revoked_at.is_none();
        Ok(keys.iter().any(lives))
    }

    /// One account.
    ///
    /// # Errors
    /// [`MailError::AccountUnknown`], also for a name that is none.
    pub async fn account_details(&self, account: &str) -> Result<AccountDetails, MailError> {
        let id = AccountId::parse(account).ok_or(MailError::AccountUnknown)?;
        let found = self.vault.listed_account(id).await?;
        let found = found.ok_or(MailError::AccountUnknown)?;
        Ok(accounts::details(found.account, found.grant.as_ref()))
    }
}

/// Accounts a page.
const PAGE: u32 = 100;
