//! Claims challenges that wait for the next sign-in.

use connect_outlook_protocol::secret::SessionHandle;

use super::App;
use crate::vault::accounts::AccountState;

impl App {
    /// The challenge that an account of this session has to meet at its next sign-in, as Microsoft worded it: without it
    /// the sign-in would end as the refresh did. One that cannot be looked up keeps nobody from signing in.
    pub(super) async fn challenge_to_meet(&self, session: Option<SessionHandle>) -> Option<String> {
        let session = self.session(session).await.ok()?;
        for id in session.accounts.iter().rev() {
            let account = self.vault.account(*id).await.ok().flatten()?;
            if let AccountState::NeedsUser {
                claims: claims @ Some(_),
                ..
            } = account.state
            {
                return claims;
            }
        }
        None
    }
}
